package rs.loyalty;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import java.lang.ref.Reference;

/**
 * How likely order lines are to be sent back. Opened, it only scores, in any number of threads. Loaded, it belongs to one
 * thread and moves on with what it is told: a shop has one writer that does, and saves.
 */
public final class ReturnPropensity extends Handle {
    static final Struct.Layout IDS = new Struct.Layout("I line");

    private ReturnPropensity(Pointer pointer) {
        super(pointer, C::loyalty_return_propensity_free);
    }

    /** For scoring: reads the file once in a process, and again after it has changed. */
    public static ReturnPropensity open(String path) {
        return new ReturnPropensity(Calls.object((out, error) ->
                C.loyalty_return_propensity_open(path, out, error)));
    }

    /** For the writer: reads the file whenever it is called. */
    public static ReturnPropensity load(String path) {
        return new ReturnPropensity(Calls.object((out, error) ->
                C.loyalty_return_propensity_load(path, out, error)));
    }

    /** Writes the file, whole or not at all. */
    public void save(String path) {
        Calls.must(error -> C.loyalty_return_propensity_save(pointer(), path, error), this);
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
        Struct column = new Struct(IDS, (struct, size) -> { });
        C.Ids ids = column.idsByValue("line", time.length, line);
        Memory times = Struct.longs(time);
        LongByReference counted = new LongByReference();
        LongByReference unknown = new LongByReference();
        Calls.must(error -> C.loyalty_return_propensity_update_returns(pointer(), ids, times, scale.code,
                time.length, counted, unknown, error), this);
        Reference.reachabilityFence(column);
        Reference.reachabilityFence(times);
        return new Told(counted.getValue(), unknown.getValue());
    }

    /** Goes to a later day, without orders. */
    public void advance(int day) {
        Calls.must(error -> C.loyalty_return_propensity_advance(pointer(), day, error), this);
    }
}
