package rs.loyalty;

/** In what recency, T and horizons are counted. */
public enum Unit {
    NONE,
    HOUR,
    DAY,
    WEEK,
    MONTH,
    YEAR,
    CALENDAR_WEEK,
    CALENDAR_MONTH,
    CALENDAR_QUARTER,
    CALENDAR_YEAR;

    /** The number of the C header, which counts in this order. */
    int code() {
        return ordinal();
    }
}
