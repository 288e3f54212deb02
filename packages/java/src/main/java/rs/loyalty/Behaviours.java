package rs.loyalty;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Costly behaviours: labels of customers by their rows of the ledger. Any number of threads may use them. */
public final class Behaviours extends Handle {
    static final int SCORE = 56;
    private static final int NAME = 64;

    private Behaviours(long pointer) {
        super(pointer, C::loyalty_behaviours_free);
    }

    /** Reads the file once in a process, and again after it has changed. */
    public static Behaviours open(String path) {
        return new Behaviours(Calls.opened(path, C::loyalty_behaviours_open));
    }

    /** What is said of one customer and one behaviour; where it is not known, all else is 0. */
    public record Score(String behaviour, boolean known, boolean labelled, double estimate, double threshold,
            double pOver, double impact, double events, double orders) {}

    /** The behaviours of one customer: the costliest of which they are labelled, or null, and what is said of each. */
    public record Label(String primary, List<Score> scores) {}

    private interface Name {
        int with(long position, long buffer, long length, long fullLength, long error);
    }

    private static final List<String> LEDGER_COLUMNS =
            names(C.loyalty_ledger_column_count(), C::loyalty_ledger_column_name);
    private static final List<String> BEHAVIOURS = names(C.loyalty_behaviour_count(), C::loyalty_behaviour_name);

    private static List<String> names(long count, Name name) {
        List<String> names = new ArrayList<>();
        try (Memory memory = new Memory()) {
            ByteBuffer buffer = memory.room(NAME);
            long text = C.address(buffer);
            for (long position = 0; position < count; position++) {
                long place = position;
                Calls.must(error -> name.with(place, text, NAME, 0, error));
                names.add(Memory.read(buffer));
            }
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
        try (Memory memory = new Memory()) {
            long row = memory.doubles(ledger);
            long peers = group == null ? 0 : memory.texts(List.of(group));
            long opted = memory.bytes(new byte[] {(byte) (optedOut ? 1 : 0)});
            ByteBuffer scores = memory.room((long) SCORE * BEHAVIOURS.size());
            long found = C.address(scores);
            int primary = Calls.codes(1, (out, error) -> C.loyalty_behaviours_classify(pointer(), row, 1,
                    ledger.length, peers, opted, found, BEHAVIOURS.size(), out, error), this)[0];
            return new Label(primary < 0 ? null : BEHAVIOURS.get(primary), read(scores));
        }
    }

    static List<Score> read(ByteBuffer scores) {
        List<Score> read = new ArrayList<>();
        for (int place = 0; place < BEHAVIOURS.size(); place++) {
            int at = SCORE * place;
            read.add(new Score(BEHAVIOURS.get(place), scores.get(at) != 0, scores.get(at + 1) != 0,
                    scores.getDouble(at + 8), scores.getDouble(at + 16), scores.getDouble(at + 24),
                    scores.getDouble(at + 32), scores.getDouble(at + 40), scores.getDouble(at + 48)));
        }
        return List.copyOf(read);
    }
}
