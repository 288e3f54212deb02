package rs.loyalty;

/** How far the future of a lifetime value reaches, and what later money is worth today. */
public final class Discounting extends Handle {
    private Discounting(long pointer) {
        super(pointer, C::loyalty_discounting_free);
    }

    /** Discounts by a rate a year, such as 0.1 for 10 %. */
    public static Discounting annual(double horizon, double rate, Unit unit) {
        return new Discounting(Calls.object((out, error) ->
                C.loyalty_discounting_annual(horizon, rate, unit.code(), out, error)));
    }
}
