package rs.loyalty;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.function.Function;

/** Calls of C, whose refusals are exceptions here. Their paths, outs and errors are addresses. */
final class Calls {
    private static final int MESSAGE = 1024;

    private Calls() {}

    /** A call whose last argument takes the error. */
    interface Call {
        int with(long error);
    }

    /** A call that gives a number, an object or a column. */
    interface Giving {
        int with(long out, long error);
    }

    /** A call that reads a file. */
    interface Opening {
        int with(long path, long out, long error);
    }

    /** Calls; the objects are not taken by the collector before it is over. */
    static void must(Call call, Handle... used) {
        try (Memory memory = new Memory()) {
            ByteBuffer error = memory.room(Struct.POINTER);
            int status = call.with(C.address(error));
            for (Handle handle : used) {
                Reference.reachabilityFence(handle);
            }
            if (status != 0) {
                throw refusal(memory, status, error.getLong(0));
            }
        }
    }

    private static LoyaltyException refusal(Memory memory, int status, long error) {
        ByteBuffer message = memory.room(MESSAGE);
        C.loyalty_error_message(error, C.address(message), MESSAGE);
        C.loyalty_error_free(error);
        return new LoyaltyException(status, Memory.read(message));
    }

    static double number(Giving call, Handle... used) {
        return given(Double.BYTES, call, out -> out.getDouble(0), used);
    }

    static long object(Giving call, Handle... used) {
        return given(Struct.POINTER, call, out -> out.getLong(0), used);
    }

    /** An object that is in a file. */
    static long opened(String path, Opening call) {
        try (Memory memory = new Memory()) {
            long name = memory.text(path);
            return object((out, error) -> call.with(name, out, error));
        }
    }

    static double[] column(int rows, Giving call, Handle... used) {
        double[] column = new double[rows];
        given((long) Double.BYTES * rows, call, out -> out.asDoubleBuffer().get(column), used);
        return column;
    }

    static int[] codes(int rows, Giving call, Handle... used) {
        int[] codes = new int[rows];
        given((long) Integer.BYTES * rows, call, out -> out.asIntBuffer().get(codes), used);
        return codes;
    }

    private static <T> T given(long bytes, Giving call, Function<ByteBuffer, T> read, Handle... used) {
        try (Memory memory = new Memory()) {
            ByteBuffer out = memory.room(bytes);
            long place = C.address(out);
            must(error -> call.with(place, error), used);
            return read.apply(out);
        }
    }

    /** Columns of one table have the same length: C is told it once and reads so far in each. */
    static void mustHave(int rows, String name, int length) {
        if (length != rows) {
            throw new LoyaltyException(Status.LENGTH,
                    "column \"" + name + "\" has " + length + " rows, but " + rows + " are expected");
        }
    }

    /** A count, which C takes without a sign. */
    static int count(String name, int value) {
        if (value >= 0) {
            return value;
        }
        throw new LoyaltyException(Status.PARAMETER,
                name + " must be a whole number from 0 to 2147483647, got " + value);
    }
}
