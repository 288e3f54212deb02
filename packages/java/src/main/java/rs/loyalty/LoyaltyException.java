package rs.loyalty;

/** The library's reason: the message names the file, column, row and value, and what is allowed. */
public final class LoyaltyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    LoyaltyException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** The kind of reason, one of {@link Status}. */
    public int status() {
        return status;
    }
}
