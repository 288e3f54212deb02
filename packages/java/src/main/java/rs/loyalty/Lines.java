package rs.loyalty;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Checked order lines. Any number of threads may use them. */
public final class Lines extends Handle {
    private static final Struct.Layout COLUMNS = new Struct.Layout("p struct_size", "p rows", "I customer",
            "I product", "I order", "I line", "p time", "p price", "p quantity", "p returned", "p return_time",
            "p return_time_present", "p categories", "p category_count", "p numbers", "p number_count",
            "i time_scale", "p category_names", "p number_names", "I category", "p amount", "p list_amount",
            "p discount", "p maker_discount", "p coupon", "p coupon_used", "p offered_depth", "p cost",
            "p returned_amount");

    private Lines(long pointer) {
        super(pointer, C::loyalty_lines_free);
    }

    /** Who ordered what, when, and for how much; what may be left out is set by name. */
    public static final class Builder {
        private final Ids customer;
        private final Ids product;
        private final long[] time;
        private final double[] price;
        private TimeScale scale = TimeScale.DAYS;
        private Ids order;
        private Ids line;
        private Ids category;
        private final Map<String, double[]> amounts = new TreeMap<>();
        private final Map<String, String[]> categories = new TreeMap<>();
        private final Map<String, double[]> numbers = new TreeMap<>();

        private Builder(Ids customer, Ids product, long[] time, double[] price) {
            this.customer = customer;
            this.product = product;
            this.time = time;
            this.price = price;
        }

        public Builder scale(TimeScale of) {
            scale = of;
            return this;
        }

        /** Which order a line belongs to. */
        public Builder order(Ids ids) {
            order = ids;
            return this;
        }

        /** The lines' own ids, by which returns find them later. */
        public Builder line(Ids ids) {
            line = ids;
            return this;
        }

        /** Of the article, as the ledger knows it. */
        public Builder category(Ids ids) {
            category = ids;
            return this;
        }

        /** Pieces; 1 everywhere where left out. */
        public Builder quantity(double... of) {
            amounts.put("quantity", of);
            return this;
        }

        /** What was paid for the line; price by pieces where left out. */
        public Builder amount(double... of) {
            amounts.put("amount", of);
            return this;
        }

        /** The line at list price. */
        public Builder listAmount(double... of) {
            amounts.put("list_amount", of);
            return this;
        }

        /** Money off that the shop pays for. */
        public Builder discount(double... of) {
            amounts.put("discount", of);
            return this;
        }

        /** Money off that the maker pays back. */
        public Builder makerDiscount(double... of) {
            amounts.put("maker_discount", of);
            return this;
        }

        /** Money off by coupons. */
        public Builder coupon(double... of) {
            amounts.put("coupon", of);
            return this;
        }

        /** Share of the list price on offer in the category that day. */
        public Builder offeredDepth(double... of) {
            amounts.put("offered_depth", of);
            return this;
        }

        /** Of the goods. */
        public Builder cost(double... of) {
            amounts.put("cost", of);
            return this;
        }

        /** A column with levels. */
        public Builder category(String name, String... levels) {
            categories.put(name, levels);
            return this;
        }

        /** A column of numbers. */
        public Builder number(String name, double... values) {
            numbers.put(name, values);
            return this;
        }

        public Lines build() {
            int rows = time.length;
            try (Memory memory = new Memory()) {
                Struct columns = new Struct(memory, COLUMNS, C::loyalty_line_columns_init);
                columns.size("rows", rows);
                columns.code("time_scale", scale.code);
                columns.ids("customer", rows, customer);
                columns.ids("product", rows, product);
                columns.ids("order", rows, order);
                columns.ids("line", rows, line);
                columns.longs("time", rows, time);
                columns.doubles("price", rows, price);
                columns.ids("category", rows, category);
                amounts.forEach((field, values) -> columns.doubles(field, rows, values));
                fillCategories(memory, columns, rows);
                fillNumbers(memory, columns, rows);
                return new Lines(Calls.object((out, error) -> C.loyalty_lines_new(columns.address, out, error)));
            }
        }

        private void fillCategories(Memory memory, Struct columns, int rows) {
            if (categories.isEmpty()) {
                return;
            }
            ByteBuffer levels = memory.room((long) Struct.IDS * categories.size());
            int place = 0;
            for (Map.Entry<String, String[]> column : categories.entrySet()) {
                memory.ids(levels, Struct.IDS * place++, column.getKey(), rows, Ids.of(column.getValue()));
            }
            columns.pointer("categories", C.address(levels));
            columns.size("category_count", categories.size());
            columns.pointer("category_names", memory.texts(List.copyOf(categories.keySet())));
        }

        private void fillNumbers(Memory memory, Struct columns, int rows) {
            if (numbers.isEmpty()) {
                return;
            }
            numbers.forEach((name, values) -> Calls.mustHave(rows, name, values.length));
            columns.pointer("numbers",
                    memory.longs(numbers.values().stream().mapToLong(memory::doubles).toArray()));
            columns.size("number_count", numbers.size());
            columns.pointer("number_names", memory.texts(List.copyOf(numbers.keySet())));
        }
    }

    /** Begins with what is needed: time on the scale, price of one piece, which is null where amounts are told. */
    public static Builder of(Ids customer, Ids product, long[] time, double[] price) {
        return new Builder(customer, product, time, price);
    }

    /** The number of lines. */
    public int size() {
        return Math.toIntExact(keeping(C.loyalty_lines_len(pointer())));
    }
}
