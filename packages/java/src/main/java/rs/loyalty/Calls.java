package rs.loyalty;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.DoubleByReference;
import com.sun.jna.ptr.PointerByReference;
import java.lang.ref.Reference;

/** Calls of C, whose refusals are exceptions here. */
final class Calls {
    private static final int LENGTH = 7;
    private static final int PARAMETER = 3;
    private static final int MESSAGE = 1024;

    private Calls() {}

    /** A call whose last argument takes the error. */
    interface Call {
        int with(PointerByReference error);
    }

    /** A call that gives a number or an object. */
    interface Giving<T> {
        int with(T out, PointerByReference error);
    }

    /** Calls; the objects are not taken by the collector before it is over. */
    static void must(Call call, Handle... used) {
        PointerByReference error = new PointerByReference();
        int status = call.with(error);
        for (Handle handle : used) {
            Reference.reachabilityFence(handle);
        }
        if (status != 0) {
            byte[] message = new byte[MESSAGE];
            C.loyalty_error_message(error.getValue(), message, message.length);
            C.loyalty_error_free(error.getValue());
            throw new LoyaltyException(status, Native.toString(message, "UTF-8"));
        }
    }

    static double number(Giving<DoubleByReference> call, Handle... used) {
        DoubleByReference out = new DoubleByReference();
        must(error -> call.with(out, error), used);
        return out.getValue();
    }

    static Pointer object(Giving<PointerByReference> call, Handle... used) {
        PointerByReference out = new PointerByReference();
        must(error -> call.with(out, error), used);
        return out.getValue();
    }

    static double[] column(int rows, Giving<double[]> call, Handle... used) {
        // An array of none would have no address.
        double[] out = new double[rows + 1];
        must(error -> call.with(out, error), used);
        return java.util.Arrays.copyOf(out, rows);
    }

    /** Columns of one table have the same length: C is told it once and reads so far in each. */
    static void mustHave(int rows, String name, int length) {
        if (length != rows) {
            throw new LoyaltyException(LENGTH,
                    "column \"" + name + "\" has " + length + " rows, but " + rows + " are expected");
        }
    }

    /** A count, which C takes without a sign. */
    static int count(String name, int value) {
        if (value >= 0) {
            return value;
        }
        throw new LoyaltyException(PARAMETER,
                name + " must be a whole number from 0 to 2147483647, got " + value);
    }
}
