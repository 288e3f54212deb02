package rs.loyalty;

/** For each customer one treatment or none, so that the gains add up to as much as the capacities allow. */
public final class Selection extends Handle {
    private final int customers;

    private Selection(long pointer, int customers) {
        super(pointer, C::loyalty_selection_free);
        this.customers = customers;
    }

    /**
     * Chooses.
     *
     * @param gains by treatment and customer: the expected gain
     * @param capacities how much there is
     * @param uses by capacity and treatment: what it takes
     */
    public static Selection of(double[][] gains, double[] capacities, double[][] uses) {
        int rows = gains.length == 0 ? 0 : gains[0].length;
        Calls.mustHave(capacities.length, "uses", uses.length);
        double[] all = joined("gains", rows, gains);
        double[] taken = joined("uses", gains.length, uses);
        try (Memory memory = new Memory()) {
            long table = memory.doubles(all);
            long limits = memory.doubles(capacities);
            long shares = memory.doubles(taken);
            return new Selection(Calls.object((out, error) -> C.loyalty_select(table, rows, gains.length, limits,
                    capacities.length, shares, 1, out, error)), rows);
        }
    }

    private static double[] joined(String name, int length, double[][] table) {
        double[] all = new double[length * table.length];
        for (int place = 0; place < table.length; place++) {
            Calls.mustHave(length, name + " of " + place, table[place].length);
            System.arraycopy(table[place], 0, all, length * place, length);
        }
        return all;
    }

    /** The place of each customer's treatment, or -1. */
    public int[] choice() {
        return Calls.codes(customers, (out, error) ->
                C.loyalty_selection_choice(pointer(), out, customers, error), this);
    }

    /** What the choice gains. */
    public double gain() {
        return keeping(C.loyalty_selection_gain(pointer()));
    }

    /** What no choice can exceed. */
    public double bound() {
        return keeping(C.loyalty_selection_bound(pointer()));
    }
}
