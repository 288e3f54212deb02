package rs.loyalty;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What is used of the C library, by its names, called by java.lang.foreign: in place of the class of this name in
 * src/main/java, from Java 22 on. Addresses and size_t are long.
 */
@SuppressWarnings("restricted")
final class C {
    static final String CALLED_BY = "java.lang.foreign";

    private static final Map<Class<?>, MemoryLayout> LAYOUTS = Map.of(int.class, ValueLayout.JAVA_INT,
            long.class, ValueLayout.JAVA_LONG, double.class, ValueLayout.JAVA_DOUBLE);
    /** Ids of a column: numbers, offsets, data. */
    private static final StructLayout IDS = MemoryLayout.structLayout(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBRARY = SymbolLookup.libraryLookup("libloyalty.so.0", Arena.global());
    private static final Map<String, Method> METHODS = Arrays.stream(C.class.getDeclaredMethods())
            .filter(method -> !Modifier.isPrivate(method.getModifiers()))
            .collect(Collectors.toMap(Method::getName, Function.identity()));

    static {
        if (ValueLayout.ADDRESS.byteSize() != Long.BYTES) {
            throw new UnsatisfiedLinkError("loyalty is for machines of 64 bits");
        }
    }

    private C() {}

    static boolean onVirtualThread() {
        return Thread.currentThread().isVirtual();
    }

    static long address(ByteBuffer memory) {
        return MemorySegment.ofBuffer(memory).address();
    }

    static ByteBuffer buffer(long address, long length) {
        return segment(address, length).asByteBuffer();
    }

    private static MemorySegment segment(long address, long length) {
        return MemorySegment.ofAddress(address).reinterpret(length);
    }

    /** The function of C behind the method of its name, whose types are the method's. */
    private static MethodHandle function(String name) {
        return linked(name, layouts(name));
    }

    /** The same where ids are taken by value: the method has their address at this place. */
    private static MethodHandle function(String name, int ids) {
        MemoryLayout[] layouts = layouts(name);
        layouts[ids] = IDS;
        return MethodHandles.filterArguments(linked(name, layouts), ids, idsAt());
    }

    private static MemoryLayout[] layouts(String name) {
        return Arrays.stream(METHODS.get(name).getParameterTypes()).map(LAYOUTS::get).toArray(MemoryLayout[]::new);
    }

    private static MethodHandle linked(String name, MemoryLayout[] layouts) {
        MemorySegment address = LIBRARY.find(name).orElseThrow(() -> new UnsatisfiedLinkError(name));
        Class<?> given = METHODS.get(name).getReturnType();
        return LINKER.downcallHandle(address, given == void.class ? FunctionDescriptor.ofVoid(layouts)
                : FunctionDescriptor.of(LAYOUTS.get(given), layouts));
    }

    private static MethodHandle idsAt() {
        try {
            return MethodHandles.lookup().findStatic(C.class, "ids",
                    MethodType.methodType(MemorySegment.class, long.class));
        } catch (ReflectiveOperationException failure) {
            throw thrown(failure);
        }
    }

    private static MemorySegment ids(long address) {
        return segment(address, IDS.byteSize());
    }

    /** No function of C throws, and no handle has other types than its method. */
    private static AssertionError thrown(Throwable failure) {
        return new AssertionError(failure);
    }

    private static final MethodHandle CALLOC = function("calloc");

    static long calloc(long count, long size) {
        try {
            return (long) CALLOC.invokeExact(count, size);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle FREE = function("free");

    static void free(long memory) {
        try {
            FREE.invokeExact(memory);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle ERROR_MESSAGE = function("loyalty_error_message");

    static long loyalty_error_message(long error, long buffer, long length) {
        try {
            return (long) ERROR_MESSAGE.invokeExact(error, buffer, length);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle ERROR_FREE = function("loyalty_error_free");

    static void loyalty_error_free(long error) {
        try {
            ERROR_FREE.invokeExact(error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle ORDER_COLUMNS_INIT = function("loyalty_order_columns_init");

    static void loyalty_order_columns_init(long columns, long size) {
        try {
            ORDER_COLUMNS_INIT.invokeExact(columns, size);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle ORDERS_NEW_INT = function("loyalty_orders_new_int");

    static int loyalty_orders_new_int(long customer, long columns, long out, long error) {
        try {
            return (int) ORDERS_NEW_INT.invokeExact(customer, columns, out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle ORDERS_FREE = function("loyalty_orders_free");

    static void loyalty_orders_free(long orders) {
        try {
            ORDERS_FREE.invokeExact(orders);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SUMMARY_OPTIONS_INIT = function("loyalty_summary_options_init");

    static void loyalty_summary_options_init(long options, long size) {
        try {
            SUMMARY_OPTIONS_INIT.invokeExact(options, size);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle ORDERS_SUMMARIZE = function("loyalty_orders_summarize");

    static int loyalty_orders_summarize(long orders, long options, long out, long error) {
        try {
            return (int) ORDERS_SUMMARIZE.invokeExact(orders, options, out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SUMMARY_COLUMNS_INIT = function("loyalty_summary_columns_init");

    static void loyalty_summary_columns_init(long columns, long size) {
        try {
            SUMMARY_COLUMNS_INIT.invokeExact(columns, size);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SUMMARY_NEW = function("loyalty_summary_new");

    static int loyalty_summary_new(long columns, long out, long error) {
        try {
            return (int) SUMMARY_NEW.invokeExact(columns, out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SUMMARY_LEN = function("loyalty_summary_len");

    static long loyalty_summary_len(long summary) {
        try {
            return (long) SUMMARY_LEN.invokeExact(summary);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SUMMARY_FREQUENCY = function("loyalty_summary_frequency");

    static int loyalty_summary_frequency(long summary, long out, long length, long error) {
        try {
            return (int) SUMMARY_FREQUENCY.invokeExact(summary, out, length, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SUMMARY_RECENCY = function("loyalty_summary_recency");

    static int loyalty_summary_recency(long summary, long out, long length, long error) {
        try {
            return (int) SUMMARY_RECENCY.invokeExact(summary, out, length, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SUMMARY_T = function("loyalty_summary_T");

    static int loyalty_summary_T(long summary, long out, long length, long error) {
        try {
            return (int) SUMMARY_T.invokeExact(summary, out, length, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SUMMARY_MONETARY_VALUE = function("loyalty_summary_monetary_value");

    static int loyalty_summary_monetary_value(long summary, long out, long length, long error) {
        try {
            return (int) SUMMARY_MONETARY_VALUE.invokeExact(summary, out, length, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SUMMARY_FREE = function("loyalty_summary_free");

    static void loyalty_summary_free(long summary) {
        try {
            SUMMARY_FREE.invokeExact(summary);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle PURCHASE_MODEL_OPEN = function("loyalty_purchase_model_open");

    static int loyalty_purchase_model_open(long path, long out, long error) {
        try {
            return (int) PURCHASE_MODEL_OPEN.invokeExact(path, out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle PURCHASE_MODEL_UNIT = function("loyalty_purchase_model_unit");

    static int loyalty_purchase_model_unit(long model) {
        try {
            return (int) PURCHASE_MODEL_UNIT.invokeExact(model);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle PURCHASE_MODEL_P_ALIVE = function("loyalty_purchase_model_p_alive");

    static int loyalty_purchase_model_p_alive(long model, int x, double t_x, double T, long out, long error) {
        try {
            return (int) PURCHASE_MODEL_P_ALIVE.invokeExact(model, x, t_x, T, out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle PURCHASE_MODEL_EXPECTED_PURCHASES =
            function("loyalty_purchase_model_expected_purchases");

    static int loyalty_purchase_model_expected_purchases(long model, int x, double t_x, double T, double horizon,
            long out, long error) {
        try {
            return (int) PURCHASE_MODEL_EXPECTED_PURCHASES.invokeExact(model, x, t_x, T, horizon, out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle PURCHASE_MODEL_P_ALIVE_BATCH = function("loyalty_purchase_model_p_alive_batch");

    static int loyalty_purchase_model_p_alive_batch(long model, long summary, long threads, long out, long length,
            long error) {
        try {
            return (int) PURCHASE_MODEL_P_ALIVE_BATCH.invokeExact(model, summary, threads, out, length, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle PURCHASE_MODEL_EXPECTED_PURCHASES_BATCH =
            function("loyalty_purchase_model_expected_purchases_batch");

    static int loyalty_purchase_model_expected_purchases_batch(long model, long summary, double horizon, long threads,
            long out, long length, long error) {
        try {
            return (int) PURCHASE_MODEL_EXPECTED_PURCHASES_BATCH.invokeExact(model, summary, horizon, threads, out,
                    length, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle PURCHASE_MODEL_FREE = function("loyalty_purchase_model_free");

    static void loyalty_purchase_model_free(long model) {
        try {
            PURCHASE_MODEL_FREE.invokeExact(model);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SPEND_MODEL_OPEN = function("loyalty_spend_model_open");

    static int loyalty_spend_model_open(long path, long out, long error) {
        try {
            return (int) SPEND_MODEL_OPEN.invokeExact(path, out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SPEND_MODEL_EXPECTED_SPEND = function("loyalty_spend_model_expected_spend");

    static int loyalty_spend_model_expected_spend(long model, int transactions, double mean, long out, long error) {
        try {
            return (int) SPEND_MODEL_EXPECTED_SPEND.invokeExact(model, transactions, mean, out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SPEND_MODEL_EXPECTED_SPEND_BATCH =
            function("loyalty_spend_model_expected_spend_batch");

    static int loyalty_spend_model_expected_spend_batch(long model, long summary, long threads, long out, long length,
            long error) {
        try {
            return (int) SPEND_MODEL_EXPECTED_SPEND_BATCH.invokeExact(model, summary, threads, out, length, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SPEND_MODEL_FREE = function("loyalty_spend_model_free");

    static void loyalty_spend_model_free(long model) {
        try {
            SPEND_MODEL_FREE.invokeExact(model);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle DISCOUNTING_ANNUAL = function("loyalty_discounting_annual");

    static int loyalty_discounting_annual(double horizon, double rate, int unit, long out, long error) {
        try {
            return (int) DISCOUNTING_ANNUAL.invokeExact(horizon, rate, unit, out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle DISCOUNTING_FREE = function("loyalty_discounting_free");

    static void loyalty_discounting_free(long discounting) {
        try {
            DISCOUNTING_FREE.invokeExact(discounting);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CLV = function("loyalty_clv");

    static int loyalty_clv(long purchases, long spend, long summary, long discounting, double margin, long threads,
            long out, long length, long error) {
        try {
            return (int) CLV.invokeExact(purchases, spend, summary, discounting, margin, threads, out, length, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle LINE_COLUMNS_INIT = function("loyalty_line_columns_init");

    static void loyalty_line_columns_init(long columns, long size) {
        try {
            LINE_COLUMNS_INIT.invokeExact(columns, size);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle LINES_NEW = function("loyalty_lines_new");

    static int loyalty_lines_new(long columns, long out, long error) {
        try {
            return (int) LINES_NEW.invokeExact(columns, out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle LINES_LEN = function("loyalty_lines_len");

    static long loyalty_lines_len(long lines) {
        try {
            return (long) LINES_LEN.invokeExact(lines);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle LINES_FREE = function("loyalty_lines_free");

    static void loyalty_lines_free(long lines) {
        try {
            LINES_FREE.invokeExact(lines);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle RETURN_PROPENSITY_OPEN = function("loyalty_return_propensity_open");

    static int loyalty_return_propensity_open(long path, long out, long error) {
        try {
            return (int) RETURN_PROPENSITY_OPEN.invokeExact(path, out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle RETURN_PROPENSITY_LOAD = function("loyalty_return_propensity_load");

    static int loyalty_return_propensity_load(long path, long out, long error) {
        try {
            return (int) RETURN_PROPENSITY_LOAD.invokeExact(path, out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle RETURN_PROPENSITY_SAVE = function("loyalty_return_propensity_save");

    static int loyalty_return_propensity_save(long model, long path, long error) {
        try {
            return (int) RETURN_PROPENSITY_SAVE.invokeExact(model, path, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle RETURN_PROPENSITY_TODAY = function("loyalty_return_propensity_today");

    static int loyalty_return_propensity_today(long model) {
        try {
            return (int) RETURN_PROPENSITY_TODAY.invokeExact(model);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle RETURN_PROPENSITY_OPEN_LINES = function("loyalty_return_propensity_open_lines");

    static long loyalty_return_propensity_open_lines(long model) {
        try {
            return (long) RETURN_PROPENSITY_OPEN_LINES.invokeExact(model);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle RETURN_PROPENSITY_SCORE = function("loyalty_return_propensity_score");

    static int loyalty_return_propensity_score(long model, long lines, long threads, long out, long length,
            long error) {
        try {
            return (int) RETURN_PROPENSITY_SCORE.invokeExact(model, lines, threads, out, length, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle RETURN_PROPENSITY_UPDATE = function("loyalty_return_propensity_update");

    static int loyalty_return_propensity_update(long model, long lines, long out, long length, long error) {
        try {
            return (int) RETURN_PROPENSITY_UPDATE.invokeExact(model, lines, out, length, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle RETURN_PROPENSITY_UPDATE_RETURNS =
            function("loyalty_return_propensity_update_returns", 1);

    static int loyalty_return_propensity_update_returns(long model, long lines, long time, int scale, long rows,
            long counted, long unknown, long error) {
        try {
            return (int) RETURN_PROPENSITY_UPDATE_RETURNS.invokeExact(model, lines, time, scale, rows, counted, unknown,
                    error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle RETURN_PROPENSITY_ADVANCE = function("loyalty_return_propensity_advance");

    static int loyalty_return_propensity_advance(long model, int day, long error) {
        try {
            return (int) RETURN_PROPENSITY_ADVANCE.invokeExact(model, day, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle RETURN_PROPENSITY_FREE = function("loyalty_return_propensity_free");

    static void loyalty_return_propensity_free(long model) {
        try {
            RETURN_PROPENSITY_FREE.invokeExact(model);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle LEDGER_COLUMN_COUNT = function("loyalty_ledger_column_count");

    static long loyalty_ledger_column_count() {
        try {
            return (long) LEDGER_COLUMN_COUNT.invokeExact();
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle LEDGER_COLUMN_NAME = function("loyalty_ledger_column_name");

    static int loyalty_ledger_column_name(long position, long buffer, long length, long fullLength, long error) {
        try {
            return (int) LEDGER_COLUMN_NAME.invokeExact(position, buffer, length, fullLength, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle BEHAVIOUR_COUNT = function("loyalty_behaviour_count");

    static long loyalty_behaviour_count() {
        try {
            return (long) BEHAVIOUR_COUNT.invokeExact();
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle BEHAVIOUR_NAME = function("loyalty_behaviour_name");

    static int loyalty_behaviour_name(long position, long buffer, long length, long fullLength, long error) {
        try {
            return (int) BEHAVIOUR_NAME.invokeExact(position, buffer, length, fullLength, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle BEHAVIOURS_OPEN = function("loyalty_behaviours_open");

    static int loyalty_behaviours_open(long path, long out, long error) {
        try {
            return (int) BEHAVIOURS_OPEN.invokeExact(path, out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle BEHAVIOURS_CLASSIFY = function("loyalty_behaviours_classify");

    static int loyalty_behaviours_classify(long model, long ledger, long rows, long columns, long groups, long optedOut,
            long scores, long behaviours, long primary, long error) {
        try {
            return (int) BEHAVIOURS_CLASSIFY.invokeExact(model, ledger, rows, columns, groups, optedOut, scores,
                    behaviours, primary, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle BEHAVIOURS_FREE = function("loyalty_behaviours_free");

    static void loyalty_behaviours_free(long model) {
        try {
            BEHAVIOURS_FREE.invokeExact(model);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle LEDGER_BASIS_OPEN = function("loyalty_ledger_basis_open");

    static int loyalty_ledger_basis_open(long path, long out, long error) {
        try {
            return (int) LEDGER_BASIS_OPEN.invokeExact(path, out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle LEDGER_BASIS_FREE = function("loyalty_ledger_basis_free");

    static void loyalty_ledger_basis_free(long basis) {
        try {
            LEDGER_BASIS_FREE.invokeExact(basis);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CUSTOMER_RECORD_NEW = function("loyalty_customer_record_new");

    static int loyalty_customer_record_new(long out, long error) {
        try {
            return (int) CUSTOMER_RECORD_NEW.invokeExact(out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CUSTOMER_RECORD_READ = function("loyalty_customer_record_read");

    static int loyalty_customer_record_read(long record, long bytes, long length, long error) {
        try {
            return (int) CUSTOMER_RECORD_READ.invokeExact(record, bytes, length, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CUSTOMER_RECORD_WRITE = function("loyalty_customer_record_write");

    static int loyalty_customer_record_write(long record, long buffer, long length, long fullLength, long error) {
        try {
            return (int) CUSTOMER_RECORD_WRITE.invokeExact(record, buffer, length, fullLength, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CUSTOMER_RECORD_ADD_LINES = function("loyalty_customer_record_add_lines");

    static int loyalty_customer_record_add_lines(long record, long lines, long added, long repeated, long error) {
        try {
            return (int) CUSTOMER_RECORD_ADD_LINES.invokeExact(record, lines, added, repeated, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CUSTOMER_RECORD_ADD_RETURNS = function("loyalty_customer_record_add_returns", 1);

    static int loyalty_customer_record_add_returns(long record, long lines, long times, int scale, long amounts,
            long rows, long news, long error) {
        try {
            return (int) CUSTOMER_RECORD_ADD_RETURNS.invokeExact(record, lines, times, scale, amounts, rows, news,
                    error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CUSTOMER_RECORD_ADD_CONTACT = function("loyalty_customer_record_add_contact");

    static int loyalty_customer_record_add_contact(long record, int contact, long time, int scale, double cost,
            long error) {
        try {
            return (int) CUSTOMER_RECORD_ADD_CONTACT.invokeExact(record, contact, time, scale, cost, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CUSTOMER_RECORD_OPT_OUT = function("loyalty_customer_record_opt_out");

    static int loyalty_customer_record_opt_out(long record, long error) {
        try {
            return (int) CUSTOMER_RECORD_OPT_OUT.invokeExact(record, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CUSTOMER_RECORD_LEN = function("loyalty_customer_record_len");

    static long loyalty_customer_record_len(long record) {
        try {
            return (long) CUSTOMER_RECORD_LEN.invokeExact(record);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CUSTOMER_RECORD_FREE = function("loyalty_customer_record_free");

    static void loyalty_customer_record_free(long record) {
        try {
            CUSTOMER_RECORD_FREE.invokeExact(record);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CHECK_OUT_OPTIONS_INIT = function("loyalty_check_out_options_init");

    static void loyalty_check_out_options_init(long options, long size) {
        try {
            CHECK_OUT_OPTIONS_INIT.invokeExact(options, size);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CHECK_OUT_NEW = function("loyalty_check_out_new");

    static int loyalty_check_out_new(long options, long out, long error) {
        try {
            return (int) CHECK_OUT_NEW.invokeExact(options, out, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CUSTOMER_SCORE_INIT = function("loyalty_customer_score_init");

    static void loyalty_customer_score_init(long score, long size) {
        try {
            CUSTOMER_SCORE_INIT.invokeExact(score, size);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CHECK_OUT_SCORE = function("loyalty_check_out_score");

    static int loyalty_check_out_score(long checkOut, long record, long group, long now, int scale, long returns,
            long basket, long score, long behaviours, long behaviourCount, long returnProbabilities, long lines,
            long error) {
        try {
            return (int) CHECK_OUT_SCORE.invokeExact(checkOut, record, group, now, scale, returns, basket, score,
                    behaviours, behaviourCount, returnProbabilities, lines, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CHECK_OUT_TREATMENT = function("loyalty_check_out_treatment");

    static int loyalty_check_out_treatment(long checkOut, long score, long name, long nameLength, long channel,
            long channelLength, long reason, long reasonLength, long error) {
        try {
            return (int) CHECK_OUT_TREATMENT.invokeExact(checkOut, score, name, nameLength, channel, channelLength,
                    reason, reasonLength, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle CHECK_OUT_FREE = function("loyalty_check_out_free");

    static void loyalty_check_out_free(long checkOut) {
        try {
            CHECK_OUT_FREE.invokeExact(checkOut);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SELECT = function("loyalty_select");

    static int loyalty_select(long gains, long rows, long treatments, long capacities, long capacityCount, long uses,
            long threads, long out, long error) {
        try {
            return (int) SELECT.invokeExact(gains, rows, treatments, capacities, capacityCount, uses, threads, out,
                    error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SELECTION_CHOICE = function("loyalty_selection_choice");

    static int loyalty_selection_choice(long selection, long out, long length, long error) {
        try {
            return (int) SELECTION_CHOICE.invokeExact(selection, out, length, error);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SELECTION_GAIN = function("loyalty_selection_gain");

    static double loyalty_selection_gain(long selection) {
        try {
            return (double) SELECTION_GAIN.invokeExact(selection);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SELECTION_BOUND = function("loyalty_selection_bound");

    static double loyalty_selection_bound(long selection) {
        try {
            return (double) SELECTION_BOUND.invokeExact(selection);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }

    private static final MethodHandle SELECTION_FREE = function("loyalty_selection_free");

    static void loyalty_selection_free(long selection) {
        try {
            SELECTION_FREE.invokeExact(selection);
        } catch (Throwable failure) {
            throw thrown(failure);
        }
    }
}
