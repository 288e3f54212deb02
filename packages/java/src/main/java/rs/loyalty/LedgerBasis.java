package rs.loyalty;

/** What a ledger has learnt of the whole shop, by which the row of one customer is made alone. */
public final class LedgerBasis extends Handle {
    private LedgerBasis(long pointer) {
        super(pointer, C::loyalty_ledger_basis_free);
    }

    /** Reads the file once in a process, and again after it has changed. */
    public static LedgerBasis open(String path) {
        return new LedgerBasis(Calls.opened(path, C::loyalty_ledger_basis_open));
    }
}
