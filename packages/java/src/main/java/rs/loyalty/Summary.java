package rs.loyalty;

/** Customers by their purchases, a row each. Any number of threads may use it. */
public final class Summary extends Handle {
    private static final Struct.Layout COLUMNS = new Struct.Layout("p struct_size", "p rows", "p frequency",
            "p recency", "p T", "p monetary_value", "p total_amount", "p sum_ln_gaps", "p weights", "p customer",
            "i unit", "b includes_first");
    private static final Struct.Layout ORDERS = new Struct.Layout("p struct_size", "p rows", "p time",
            "i time_scale", "i invalid", "p amount", "p customer_present", "p time_present", "p amount_present");
    private static final Struct.Layout OPTIONS = new Struct.Layout("p struct_size", "i unit", "i occasion",
            "p observation_end", "b include_first");

    private Summary(long pointer) {
        super(pointer, C::loyalty_summary_free);
    }

    /**
     * From columns.
     *
     * @param frequency repeat purchases
     * @param recency time from the first purchase to the last
     * @param T time from the first purchase to the end of observation
     * @param monetaryValue mean of the repeat purchases, 0 where there are none; null where not known
     */
    public static Summary of(double[] frequency, double[] recency, double[] T, double[] monetaryValue, Unit unit) {
        int rows = frequency.length;
        try (Memory memory = new Memory()) {
            Struct columns = new Struct(memory, COLUMNS, C::loyalty_summary_columns_init);
            columns.size("rows", rows);
            columns.code("unit", unit.code());
            columns.doubles("frequency", rows, frequency);
            columns.doubles("recency", rows, recency);
            columns.doubles("T", rows, T);
            columns.doubles("monetary_value", rows, monetaryValue);
            return new Summary(Calls.object((out, error) -> C.loyalty_summary_new(columns.address, out, error)));
        }
    }

    /**
     * From orders, whatever their order.
     *
     * @param time on the scale
     * @param observationEnd microseconds since 1970-01-01T00:00; null for the last order
     */
    public static Summary ofOrders(long[] customer, long[] time, double[] amount, TimeScale scale, Unit unit,
            Long observationEnd) {
        int rows = customer.length;
        try (Memory memory = new Memory()) {
            Struct columns = new Struct(memory, ORDERS, C::loyalty_order_columns_init);
            columns.size("rows", rows);
            columns.code("time_scale", scale.code);
            columns.longs("time", rows, time);
            columns.doubles("amount", rows, amount);
            Struct options = new Struct(memory, OPTIONS, C::loyalty_summary_options_init);
            options.code("unit", unit.code());
            if (observationEnd != null) {
                options.longs("observation_end", 1, new long[] {observationEnd});
            }
            long ids = memory.longs(customer);
            return new Summary(summarized(Calls.object((out, error) ->
                    C.loyalty_orders_new_int(ids, columns.address, out, error)), options));
        }
    }

    private static long summarized(long orders, Struct options) {
        try {
            return Calls.object((out, error) -> C.loyalty_orders_summarize(orders, options.address, out, error));
        } finally {
            C.loyalty_orders_free(orders);
        }
    }

    /** The number of customers. */
    public int size() {
        return Math.toIntExact(keeping(C.loyalty_summary_len(pointer())));
    }

    public int[] frequency() {
        int rows = size();
        return Calls.codes(rows, (out, error) -> C.loyalty_summary_frequency(pointer(), out, rows, error), this);
    }

    public double[] recency() {
        int rows = size();
        return Calls.column(rows, (out, error) -> C.loyalty_summary_recency(pointer(), out, rows, error), this);
    }

    public double[] T() {
        int rows = size();
        return Calls.column(rows, (out, error) -> C.loyalty_summary_T(pointer(), out, rows, error), this);
    }

    public double[] monetaryValue() {
        int rows = size();
        return Calls.column(rows, (out, error) ->
                C.loyalty_summary_monetary_value(pointer(), out, rows, error), this);
    }

    /**
     * What the purchases to come of each customer are worth today.
     *
     * @param margin the profit of a unit of money
     * @param threads 0 for as many as the machine runs at once
     */
    public double[] clv(PurchaseModel purchases, SpendModel spend, Discounting discounting, double margin,
            int threads) {
        int rows = size();
        return Calls.column(rows, (out, error) -> C.loyalty_clv(purchases.pointer(), spend.pointer(), pointer(),
                discounting.pointer(), margin, threads, out, rows, error), purchases, spend, this, discounting);
    }
}
