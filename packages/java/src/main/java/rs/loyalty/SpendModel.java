package rs.loyalty;

/** How much customers spend: a model of any kind. Any number of threads may use it. */
public final class SpendModel extends Handle {
    private SpendModel(long pointer) {
        super(pointer, C::loyalty_spend_model_free);
    }

    /** Reads the file once in a process, and again after it has changed. */
    public static SpendModel open(String path) {
        return new SpendModel(Calls.opened(path, C::loyalty_spend_model_open));
    }

    /** What a purchase is expected to be worth, by the mean of so many. */
    public double expectedSpend(int transactions, double mean) {
        int count = Calls.count("transactions", transactions);
        return Calls.number((out, error) ->
                C.loyalty_spend_model_expected_spend(pointer(), count, mean, out, error), this);
    }

    /** The same of each customer; 0 threads are as many as the machine runs at once. */
    public double[] expectedSpend(Summary customers, int threads) {
        int rows = customers.size();
        return Calls.column(rows, (out, error) -> C.loyalty_spend_model_expected_spend_batch(
                pointer(), customers.pointer(), threads, out, rows, error), this, customers);
    }
}
