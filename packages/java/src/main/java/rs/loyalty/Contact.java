package rs.loyalty;

/** What a contact with a customer is. */
public enum Contact {
    /** The customer asked for service. */
    SERVICE,
    /** They did because of the shop: a late delivery, a defect. */
    FIRM_CAUSED,
    /** The shop wrote to them. */
    MARKETING;

    int code() {
        return ordinal();
    }
}
