package rs.loyalty;

/** What whole numbers of time count since 1970-01-01T00:00, wall-clock time. */
public enum TimeScale {
    DAYS(1),
    SECONDS(2),
    MILLISECONDS(3),
    MICROSECONDS(4),
    NANOSECONDS(5);

    final int code;

    TimeScale(int code) {
        this.code = code;
    }
}
