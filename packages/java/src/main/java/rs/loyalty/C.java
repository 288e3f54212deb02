package rs.loyalty;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import java.nio.ByteBuffer;

/**
 * What is used of the C library, by its names, called by JNA; from Java 22 on the class of this name in src/main/java22
 * takes its place. Addresses and size_t are long.
 */
final class C {
    static final String CALLED_BY = "JNA";

    static {
        if (Native.SIZE_T_SIZE != Long.BYTES) {
            throw new UnsatisfiedLinkError("loyalty is for machines of 64 bits");
        }
        Native.register(C.class, NativeLibrary.getInstance("libloyalty.so.0"));
    }

    private C() {}

    /** Java 17 has no such threads. */
    static boolean onVirtualThread() {
        return false;
    }

    static long address(ByteBuffer memory) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(memory));
    }

    static ByteBuffer buffer(long address, long length) {
        return new Pointer(address).getByteBuffer(0, length);
    }

    /** Ids of a column, by value. */
    @Structure.FieldOrder({"numbers", "offsets", "data"})
    public static final class Ids extends Structure implements Structure.ByValue {
        public Pointer numbers;
        public Pointer offsets;
        public Pointer data;

        private static Ids at(long address) {
            Ids ids = new Ids();
            ids.useMemory(new Pointer(address));
            ids.read();
            return ids;
        }
    }

    static native long calloc(long count, long size);

    static native void free(long memory);

    static native long loyalty_error_message(long error, long buffer, long length);

    static native void loyalty_error_free(long error);

    static native void loyalty_order_columns_init(long columns, long size);

    static native int loyalty_orders_new_int(long customer, long columns, long out, long error);

    static native void loyalty_orders_free(long orders);

    static native void loyalty_summary_options_init(long options, long size);

    static native int loyalty_orders_summarize(long orders, long options, long out, long error);

    static native void loyalty_summary_columns_init(long columns, long size);

    static native int loyalty_summary_new(long columns, long out, long error);

    static native long loyalty_summary_len(long summary);

    static native int loyalty_summary_frequency(long summary, long out, long length, long error);

    static native int loyalty_summary_recency(long summary, long out, long length, long error);

    static native int loyalty_summary_T(long summary, long out, long length, long error);

    static native int loyalty_summary_monetary_value(long summary, long out, long length, long error);

    static native void loyalty_summary_free(long summary);

    static native int loyalty_purchase_model_open(long path, long out, long error);

    static native int loyalty_purchase_model_unit(long model);

    static native int loyalty_purchase_model_p_alive(long model, int x, double t_x, double T, long out, long error);

    static native int loyalty_purchase_model_expected_purchases(long model, int x, double t_x, double T, double horizon,
            long out, long error);

    static native int loyalty_purchase_model_p_alive_batch(long model, long summary, long threads, long out,
            long length, long error);

    static native int loyalty_purchase_model_expected_purchases_batch(long model, long summary, double horizon,
            long threads, long out, long length, long error);

    static native void loyalty_purchase_model_free(long model);

    static native int loyalty_spend_model_open(long path, long out, long error);

    static native int loyalty_spend_model_expected_spend(long model, int transactions, double mean, long out,
            long error);

    static native int loyalty_spend_model_expected_spend_batch(long model, long summary, long threads, long out,
            long length, long error);

    static native void loyalty_spend_model_free(long model);

    static native int loyalty_discounting_annual(double horizon, double rate, int unit, long out, long error);

    static native void loyalty_discounting_free(long discounting);

    static native int loyalty_clv(long purchases, long spend, long summary, long discounting, double margin,
            long threads, long out, long length, long error);

    static native void loyalty_line_columns_init(long columns, long size);

    static native int loyalty_lines_new(long columns, long out, long error);

    static native long loyalty_lines_len(long lines);

    static native void loyalty_lines_free(long lines);

    static native int loyalty_return_propensity_open(long path, long out, long error);

    static native int loyalty_return_propensity_load(long path, long out, long error);

    static native int loyalty_return_propensity_save(long model, long path, long error);

    static native int loyalty_return_propensity_today(long model);

    static native long loyalty_return_propensity_open_lines(long model);

    static native int loyalty_return_propensity_score(long model, long lines, long threads, long out, long length,
            long error);

    static native int loyalty_return_propensity_update(long model, long lines, long out, long length, long error);

    private static native int loyalty_return_propensity_update_returns(long model, Ids lines, long time, int scale,
            long rows, long counted, long unknown, long error);

    static int loyalty_return_propensity_update_returns(long model, long lines, long time, int scale, long rows,
            long counted, long unknown, long error) {
        return loyalty_return_propensity_update_returns(model, Ids.at(lines), time, scale, rows, counted, unknown,
                error);
    }

    static native int loyalty_return_propensity_advance(long model, int day, long error);

    static native void loyalty_return_propensity_free(long model);

    static native long loyalty_ledger_column_count();

    static native int loyalty_ledger_column_name(long position, long buffer, long length, long fullLength, long error);

    static native long loyalty_behaviour_count();

    static native int loyalty_behaviour_name(long position, long buffer, long length, long fullLength, long error);

    static native int loyalty_behaviours_open(long path, long out, long error);

    static native int loyalty_behaviours_classify(long model, long ledger, long rows, long columns, long groups,
            long optedOut, long scores, long behaviours, long primary, long error);

    static native void loyalty_behaviours_free(long model);

    static native int loyalty_ledger_basis_open(long path, long out, long error);

    static native void loyalty_ledger_basis_free(long basis);

    static native int loyalty_customer_record_new(long out, long error);

    static native int loyalty_customer_record_read(long record, long bytes, long length, long error);

    static native int loyalty_customer_record_write(long record, long buffer, long length, long fullLength, long error);

    static native int loyalty_customer_record_add_lines(long record, long lines, long added, long repeated, long error);

    private static native int loyalty_customer_record_add_returns(long record, Ids lines, long times, int scale,
            long amounts, long rows, long news, long error);

    static int loyalty_customer_record_add_returns(long record, long lines, long times, int scale, long amounts,
            long rows, long news, long error) {
        return loyalty_customer_record_add_returns(record, Ids.at(lines), times, scale, amounts, rows, news, error);
    }

    static native int loyalty_customer_record_add_contact(long record, int contact, long time, int scale, double cost,
            long error);

    static native int loyalty_customer_record_opt_out(long record, long error);

    static native long loyalty_customer_record_len(long record);

    static native void loyalty_customer_record_free(long record);

    static native void loyalty_check_out_options_init(long options, long size);

    static native int loyalty_check_out_new(long options, long out, long error);

    static native void loyalty_customer_score_init(long score, long size);

    static native int loyalty_check_out_score(long checkOut, long record, long group, long now, int scale, long returns,
            long basket, long score, long behaviours, long behaviourCount, long returnProbabilities, long lines,
            long error);

    static native int loyalty_check_out_treatment(long checkOut, long score, long name, long nameLength, long channel,
            long channelLength, long reason, long reasonLength, long error);

    static native void loyalty_check_out_free(long checkOut);

    static native int loyalty_select(long gains, long rows, long treatments, long capacities, long capacityCount,
            long uses, long threads, long out, long error);

    static native int loyalty_selection_choice(long selection, long out, long length, long error);

    static native double loyalty_selection_gain(long selection);

    static native double loyalty_selection_bound(long selection);

    static native void loyalty_selection_free(long selection);
}
