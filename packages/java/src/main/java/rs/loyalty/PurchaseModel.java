package rs.loyalty;

/** When customers buy: a model of purchases of any kind. Any number of threads may use it. */
public final class PurchaseModel extends Handle {
    private PurchaseModel(long pointer) {
        super(pointer, C::loyalty_purchase_model_free);
    }

    /** Reads the file once in a process, and again after it has changed. */
    public static PurchaseModel open(String path) {
        return new PurchaseModel(Calls.opened(path, C::loyalty_purchase_model_open));
    }

    /** In what its times are counted. */
    public Unit unit() {
        return Unit.values()[keeping(C.loyalty_purchase_model_unit(pointer()))];
    }

    /** The probability that a customer with so many repeat purchases, the last at {@code recency} of T, still buys. */
    public double pAlive(int frequency, double recency, double T) {
        int x = Calls.count("frequency", frequency);
        return Calls.number((out, error) ->
                C.loyalty_purchase_model_p_alive(pointer(), x, recency, T, out, error), this);
    }

    /** How many purchases they are expected to make within the horizon. */
    public double expectedPurchases(int frequency, double recency, double T, double horizon) {
        int x = Calls.count("frequency", frequency);
        return Calls.number((out, error) -> C.loyalty_purchase_model_expected_purchases(
                pointer(), x, recency, T, horizon, out, error), this);
    }

    /** P(alive) of each customer; 0 threads are as many as the machine runs at once. */
    public double[] pAlive(Summary customers, int threads) {
        int rows = customers.size();
        return Calls.column(rows, (out, error) -> C.loyalty_purchase_model_p_alive_batch(
                pointer(), customers.pointer(), threads, out, rows, error), this, customers);
    }

    /** Expected purchases of each customer. */
    public double[] expectedPurchases(Summary customers, double horizon, int threads) {
        int rows = customers.size();
        return Calls.column(rows, (out, error) -> C.loyalty_purchase_model_expected_purchases_batch(
                pointer(), customers.pointer(), horizon, threads, out, rows, error), this, customers);
    }
}
