package rs.loyalty;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.ptr.DoubleByReference;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.Map;

/** What is used of the C library, by its names. size_t has 64 bits. */
final class C {
    static {
        if (Native.SIZE_T_SIZE != Long.BYTES) {
            throw new UnsatisfiedLinkError("loyalty is for machines of 64 bits");
        }
        Map<String, Object> utf8 = Map.of(com.sun.jna.Library.OPTION_STRING_ENCODING, "UTF-8");
        Native.register(C.class, NativeLibrary.getInstance("libloyalty.so.0", utf8));
    }

    private C() {}

    /** Ids of a column, by value. */
    @Structure.FieldOrder({"numbers", "offsets", "data"})
    public static final class Ids extends Structure implements Structure.ByValue {
        public Pointer numbers;
        public Pointer offsets;
        public Pointer data;
    }

    static native long loyalty_error_message(Pointer error, byte[] buffer, long length);

    static native void loyalty_error_free(Pointer error);

    static native void loyalty_order_columns_init(Pointer columns, long size);

    static native int loyalty_orders_new_int(Pointer customer, Pointer columns, PointerByReference out,
            PointerByReference error);

    static native void loyalty_orders_free(Pointer orders);

    static native void loyalty_summary_options_init(Pointer options, long size);

    static native int loyalty_orders_summarize(Pointer orders, Pointer options, PointerByReference out,
            PointerByReference error);

    static native void loyalty_summary_columns_init(Pointer columns, long size);

    static native int loyalty_summary_new(Pointer columns, PointerByReference out, PointerByReference error);

    static native long loyalty_summary_len(Pointer summary);

    static native int loyalty_summary_frequency(Pointer summary, int[] out, long length, PointerByReference error);

    static native int loyalty_summary_recency(Pointer summary, double[] out, long length, PointerByReference error);

    static native int loyalty_summary_T(Pointer summary, double[] out, long length, PointerByReference error);

    static native int loyalty_summary_monetary_value(Pointer summary, double[] out, long length,
            PointerByReference error);

    static native void loyalty_summary_free(Pointer summary);

    static native int loyalty_purchase_model_open(String path, PointerByReference out, PointerByReference error);

    static native int loyalty_purchase_model_unit(Pointer model);

    static native int loyalty_purchase_model_p_alive(Pointer model, int x, double t_x, double T,
            DoubleByReference out, PointerByReference error);

    static native int loyalty_purchase_model_expected_purchases(Pointer model, int x, double t_x, double T,
            double horizon, DoubleByReference out, PointerByReference error);

    static native int loyalty_purchase_model_p_alive_batch(Pointer model, Pointer summary, long threads,
            double[] out, long length, PointerByReference error);

    static native int loyalty_purchase_model_expected_purchases_batch(Pointer model, Pointer summary,
            double horizon, long threads, double[] out, long length, PointerByReference error);

    static native void loyalty_purchase_model_free(Pointer model);

    static native int loyalty_spend_model_open(String path, PointerByReference out, PointerByReference error);

    static native int loyalty_spend_model_expected_spend(Pointer model, int transactions, double mean,
            DoubleByReference out, PointerByReference error);

    static native int loyalty_spend_model_expected_spend_batch(Pointer model, Pointer summary, long threads,
            double[] out, long length, PointerByReference error);

    static native void loyalty_spend_model_free(Pointer model);

    static native int loyalty_discounting_annual(double horizon, double rate, int unit, PointerByReference out,
            PointerByReference error);

    static native void loyalty_discounting_free(Pointer discounting);

    static native int loyalty_clv(Pointer purchases, Pointer spend, Pointer summary, Pointer discounting,
            double margin, long threads, double[] out, long length, PointerByReference error);

    static native void loyalty_line_columns_init(Pointer columns, long size);

    static native int loyalty_lines_new(Pointer columns, PointerByReference out, PointerByReference error);

    static native long loyalty_lines_len(Pointer lines);

    static native void loyalty_lines_free(Pointer lines);

    static native int loyalty_return_propensity_open(String path, PointerByReference out, PointerByReference error);

    static native int loyalty_return_propensity_load(String path, PointerByReference out, PointerByReference error);

    static native int loyalty_return_propensity_save(Pointer model, String path, PointerByReference error);

    static native int loyalty_return_propensity_today(Pointer model);

    static native long loyalty_return_propensity_open_lines(Pointer model);

    static native int loyalty_return_propensity_score(Pointer model, Pointer lines, long threads, double[] out,
            long length, PointerByReference error);

    static native int loyalty_return_propensity_update(Pointer model, Pointer lines, double[] out, long length,
            PointerByReference error);

    static native int loyalty_return_propensity_update_returns(Pointer model, Ids lines, Pointer time, int scale,
            long rows, LongByReference counted, LongByReference unknown, PointerByReference error);

    static native int loyalty_return_propensity_advance(Pointer model, int day, PointerByReference error);

    static native void loyalty_return_propensity_free(Pointer model);

    static native long loyalty_ledger_column_count();

    static native int loyalty_ledger_column_name(long position, byte[] buffer, long length, Pointer fullLength,
            PointerByReference error);

    static native long loyalty_behaviour_count();

    static native int loyalty_behaviour_name(long position, byte[] buffer, long length, Pointer fullLength,
            PointerByReference error);

    static native int loyalty_behaviours_open(String path, PointerByReference out, PointerByReference error);

    static native int loyalty_behaviours_classify(Pointer model, double[] ledger, long rows, long columns,
            Pointer groups, byte[] optedOut, Pointer scores, long behaviours, IntByReference primary,
            PointerByReference error);

    static native void loyalty_behaviours_free(Pointer model);

    static native int loyalty_ledger_basis_open(String path, PointerByReference out, PointerByReference error);

    static native void loyalty_ledger_basis_free(Pointer basis);

    static native int loyalty_customer_record_new(PointerByReference out, PointerByReference error);

    static native int loyalty_customer_record_read(Pointer record, byte[] bytes, long length, PointerByReference error);

    static native int loyalty_customer_record_write(Pointer record, byte[] buffer, long length,
            LongByReference fullLength, PointerByReference error);

    static native int loyalty_customer_record_add_lines(Pointer record, Pointer lines, LongByReference added,
            LongByReference repeated, PointerByReference error);

    static native int loyalty_customer_record_add_returns(Pointer record, Ids lines, Pointer times, int scale,
            Pointer amounts, long rows, LongByReference news, PointerByReference error);

    static native int loyalty_customer_record_add_contact(Pointer record, int contact, long time, int scale,
            double cost, PointerByReference error);

    static native int loyalty_customer_record_opt_out(Pointer record, PointerByReference error);

    static native long loyalty_customer_record_len(Pointer record);

    static native void loyalty_customer_record_free(Pointer record);

    static native void loyalty_check_out_options_init(Pointer options, long size);

    static native int loyalty_check_out_new(Pointer options, PointerByReference out, PointerByReference error);

    static native void loyalty_customer_score_init(Pointer score, long size);

    static native int loyalty_check_out_score(Pointer checkOut, Pointer record, String group, long now, int scale,
            Pointer returns, Pointer basket, Pointer score, Pointer behaviours, long behaviourCount,
            double[] returnProbabilities, long lines, PointerByReference error);

    static native int loyalty_check_out_treatment(Pointer checkOut, Pointer score, byte[] name, long nameLength,
            byte[] channel, long channelLength, byte[] reason, long reasonLength, PointerByReference error);

    static native void loyalty_check_out_free(Pointer checkOut);

    static native int loyalty_select(double[] gains, long rows, long treatments, double[] capacities,
            long capacityCount, double[] uses, long threads, PointerByReference out, PointerByReference error);

    static native int loyalty_selection_choice(Pointer selection, int[] out, long length, PointerByReference error);

    static native double loyalty_selection_gain(Pointer selection);

    static native double loyalty_selection_bound(Pointer selection);

    static native void loyalty_selection_free(Pointer selection);
}
