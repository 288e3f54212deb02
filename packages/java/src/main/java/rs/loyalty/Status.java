package rs.loyalty;

/**
 * Why a call failed: what {@link LoyaltyException#status()} may be, by the numbers of {@code loyalty_status} in the C
 * header. Later libraries may have more, so these are numbers and no enum.
 */
public final class Status {
    public static final int NULL_ARGUMENT = 1;
    public static final int INVALID_UTF8 = 2;
    public static final int PARAMETER = 3;
    public static final int CHOICE = 4;
    public static final int VALUE = 5;
    public static final int TYPE = 6;
    public static final int LENGTH = 7;
    public static final int MISSING_COLUMN = 8;
    public static final int REFUSED = 9;
    public static final int EMPTY = 10;
    public static final int UNIT = 11;
    public static final int DEGENERATE = 12;
    public static final int NOT_CONVERGED = 13;
    public static final int CANCELLED = 14;
    public static final int INFINITE = 15;
    public static final int SEGMENTS = 16;
    public static final int MODEL_FILE = 17;
    public static final int PANIC = 18;
    public static final int OTHER = 19;
    public static final int TREATMENTS = 20;
    public static final int UNAVAILABLE = 21;
    public static final int READ_ONLY = 22;
    public static final int OUT_OF_MEMORY = 23;

    private Status() {}
}
