package rs.loyalty;

import java.nio.ByteBuffer;

/**
 * How likely order lines are to be sent back. Opened, it only scores, in any number of threads. Loaded, it belongs to one
 * thread and moves on with what it is told: a shop has one writer that does, and saves.
 */
public final class ReturnPropensity extends Handle {
    private ReturnPropensity(long pointer) {
        super(pointer, C::loyalty_return_propensity_free);
    }

    /** For scoring: reads the file once in a process, and again after it has changed. */
    public static ReturnPropensity open(String path) {
        return new ReturnPropensity(Calls.opened(path, C::loyalty_return_propensity_open));
    }

    /** For the writer: reads the file whenever it is called. */
    public static ReturnPropensity load(String path) {
        return new ReturnPropensity(Calls.opened(path, C::loyalty_return_propensity_load));
    }

    /** Writes the file, whole or not at all. */
    public void save(String path) {
        try (Memory memory = new Memory()) {
            long name = memory.text(path);
            Calls.must(error -> C.loyalty_return_propensity_save(pointer(), name, error), this);
        }
    }

    /** The day up to which it knows everything, counted from 1970-01-01. */
    public int today() {
        return keeping(C.loyalty_return_propensity_today(pointer()));
    }

    /** How many lines may still come back. */
    public long openLines() {
        return keeping(C.loyalty_return_propensity_open_lines(pointer()));
    }

    /** The probability of each line to be sent back; 0 threads are as many as the machine runs at once. */
    public double[] score(Lines lines, int threads) {
        int rows = lines.size();
        return Calls.column(rows, (out, error) -> C.loyalty_return_propensity_score(
                pointer(), lines.pointer(), threads, out, rows, error), this, lines);
    }

    /** Takes in orders, scored as they were when they came. */
    public double[] update(Lines lines) {
        int rows = lines.size();
        return Calls.column(rows, (out, error) -> C.loyalty_return_propensity_update(
                pointer(), lines.pointer(), out, rows, error), this, lines);
    }

    /** What came of the returns that were told: how many lines were known, and how many not. */
    public record Told(long counted, long unknown) {}

    /** Takes in returns by the ids of their lines. */
    public Told updateReturns(Ids line, long[] time, TimeScale scale) {
        try (Memory memory = new Memory()) {
            long ids = memory.ids("line", time.length, line);
            long times = memory.longs(time);
            ByteBuffer told = memory.room(2 * Long.BYTES);
            long counted = C.address(told);
            Calls.must(error -> C.loyalty_return_propensity_update_returns(pointer(), ids, times, scale.code,
                    time.length, counted, counted + Long.BYTES, error), this);
            return new Told(told.getLong(0), told.getLong(Long.BYTES));
        }
    }

    /** Goes to a later day, without orders. */
    public void advance(int day) {
        Calls.must(error -> C.loyalty_return_propensity_advance(pointer(), day, error), this);
    }
}
