package rs.loyalty;

import com.sun.jna.Pointer;
import java.util.Arrays;

/** For each customer one treatment or none, so that the gains add up to as much as the capacities allow. */
public final class Selection extends Handle {
    private final int customers;

    private Selection(Pointer pointer, int customers) {
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
        double[] limits = Arrays.copyOf(capacities, capacities.length + 1);
        Pointer made = Calls.object((out, error) -> C.loyalty_select(all, rows, gains.length, limits,
                capacities.length, taken, 1, out, error));
        return new Selection(made, rows);
    }

    /** One element more than the table has, as an array of none would have no address. */
    private static double[] joined(String name, int length, double[][] table) {
        double[] all = new double[length * table.length + 1];
        for (int place = 0; place < table.length; place++) {
            Calls.mustHave(length, name + " of " + place, table[place].length);
            System.arraycopy(table[place], 0, all, length * place, length);
        }
        return all;
    }

    /** The place of each customer's treatment, or -1. */
    public int[] choice() {
        int[] out = new int[customers + 1];
        Calls.must(error -> C.loyalty_selection_choice(pointer(), out, customers, error), this);
        return Arrays.copyOf(out, customers);
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
