package rs.loyalty;

/** What counts as one purchase: all orders of a customer within such a period; naturally as the unit says. */
public enum Occasion {
    NATURAL, EXACT, HOUR, DAY, WEEK, MONTH, QUARTER, YEAR;

    int code() {
        return ordinal();
    }
}
