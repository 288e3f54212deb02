package rs.loyalty;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/** Costly behaviours: labels of customers by their rows of the ledger. Any number of threads may use them. */
public final class Behaviours extends Handle {
    static final int SCORE = 56;

    private Behaviours(Pointer pointer) {
        super(pointer, C::loyalty_behaviours_free);
    }

    /** Reads the file once in a process, and again after it has changed. */
    public static Behaviours open(String path) {
        return new Behaviours(Calls.object((out, error) -> C.loyalty_behaviours_open(path, out, error)));
    }

    /** What is said of one customer and one behaviour; where it is not known, all else is 0. */
    public record Score(String behaviour, boolean known, boolean labelled, double estimate, double threshold,
            double pOver, double impact, double events, double orders) {}

    /** The behaviours of one customer: the costliest of which they are labelled, or null, and what is said of each. */
    public record Label(String primary, List<Score> scores) {}

    private interface Name {
        int with(long position, byte[] buffer, long length, Pointer fullLength, PointerByReference error);
    }

    private static final List<String> LEDGER_COLUMNS =
            names(C.loyalty_ledger_column_count(), C::loyalty_ledger_column_name);
    private static final List<String> BEHAVIOURS = names(C.loyalty_behaviour_count(), C::loyalty_behaviour_name);

    private static List<String> names(long count, Name name) {
        List<String> names = new ArrayList<>();
        for (long position = 0; position < count; position++) {
            byte[] buffer = new byte[64];
            long place = position;
            Calls.must(error -> name.with(place, buffer, buffer.length, null, error));
            names.add(Native.toString(buffer, "UTF-8"));
        }
        return List.copyOf(names);
    }

    /** The columns of a ledger, in their order. */
    public static List<String> ledgerColumns() {
        return LEDGER_COLUMNS;
    }

    /** The behaviours, in their order. */
    public static List<String> behaviours() {
        return BEHAVIOURS;
    }

    /** Labels one customer by their row of the ledger, measured against all. */
    public Label classify(double... ledger) {
        return classify(ledger, null, false);
    }

    /**
     * Labels one customer by their row of the ledger, in the order of {@link #ledgerColumns}.
     *
     * @param group their peers; null or unknown: they are measured against all
     * @param optedOut whether they are to have no label
     */
    public Label classify(double[] ledger, String group, boolean optedOut) {
        Memory groups = null;
        Memory text = null;
        if (group != null) {
            text = Struct.text(group);
            groups = new Memory(Struct.POINTER);
            groups.setPointer(0, text);
        }
        Memory peers = groups;
        Memory scores = new Memory((long) SCORE * BEHAVIOURS.size());
        IntByReference primary = new IntByReference();
        byte[] opted = {(byte) (optedOut ? 1 : 0)};
        Calls.must(error -> C.loyalty_behaviours_classify(pointer(), ledger, 1, ledger.length, peers, opted, scores,
                BEHAVIOURS.size(), primary, error), this);
        Reference.reachabilityFence(text);
        int first = primary.getValue();
        return new Label(first < 0 ? null : BEHAVIOURS.get(first), read(scores));
    }

    static List<Score> read(Memory scores) {
        List<Score> read = new ArrayList<>();
        for (int place = 0; place < BEHAVIOURS.size(); place++) {
            Pointer at = scores.share((long) SCORE * place);
            read.add(new Score(BEHAVIOURS.get(place), at.getByte(0) != 0, at.getByte(1) != 0, at.getDouble(8),
                    at.getDouble(16), at.getDouble(24), at.getDouble(32), at.getDouble(40), at.getDouble(48)));
        }
        return List.copyOf(read);
    }
}
