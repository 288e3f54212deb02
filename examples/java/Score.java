import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.DoubleByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Scores customers with models that were fitted elsewhere, say in Python.
 *
 * <pre>java -cp jna.jar Score.java PURCHASES.json SPEND.json CUSTOMERS.csv > scores.csv</pre>
 *
 * <p>CUSTOMERS.csv has the columns frequency, recency, T and monetary_value, in the unit of the model.
 * Needs JNA and libloyalty.so.0 where the loader finds it. Paths must be UTF-8, as JNA is told to encode
 * them below.
 */
public final class Score {
    /** What is used of the C library. */
    interface Loyalty extends Library {
        int loyalty_purchase_model_load(String path, PointerByReference out,
                PointerByReference error);

        int loyalty_purchase_model_p_alive(Pointer model, int x, double t_x, double T,
                DoubleByReference out, PointerByReference error);

        int loyalty_purchase_model_expected_purchases(Pointer model, int x, double t_x, double T,
                double horizon, DoubleByReference out, PointerByReference error);

        void loyalty_purchase_model_free(Pointer model);

        int loyalty_spend_model_load(String path, PointerByReference out, PointerByReference error);

        int loyalty_spend_model_expected_spend(Pointer model, int transactions, double mean,
                DoubleByReference out, PointerByReference error);

        void loyalty_spend_model_free(Pointer model);

        // Of 64 bits where size_t has 64.
        long loyalty_error_message(Pointer error, byte[] buffer, long length);

        void loyalty_error_free(Pointer error);
    }

    private static final Loyalty LOYALTY;

    static {
        System.setProperty("jna.encoding", "UTF-8");
        LOYALTY = Native.load("libloyalty.so.0", Loyalty.class);
    }

    /** A call whose last argument takes the error. */
    interface Call {
        int with(PointerByReference error);
    }

    static void must(Call call) {
        PointerByReference error = new PointerByReference();
        if (call.with(error) != 0) {
            byte[] message = new byte[512];
            LOYALTY.loyalty_error_message(error.getValue(), message, message.length);
            LOYALTY.loyalty_error_free(error.getValue());
            throw new IllegalStateException(Native.toString(message, "UTF-8"));
        }
    }

    /** How often, and how long still: a model of purchases. May be shared between threads. */
    static final class Purchases implements AutoCloseable {
        private final Pointer model;

        Purchases(String path) {
            PointerByReference out = new PointerByReference();
            must(error -> LOYALTY.loyalty_purchase_model_load(path, out, error));
            model = out.getValue();
        }

        double alive(int frequency, double recency, double age) {
            DoubleByReference out = new DoubleByReference();
            must(error -> LOYALTY.loyalty_purchase_model_p_alive(
                    model, frequency, recency, age, out, error));
            return out.getValue();
        }

        double expected(int frequency, double recency, double age, double horizon) {
            DoubleByReference out = new DoubleByReference();
            must(error -> LOYALTY.loyalty_purchase_model_expected_purchases(
                    model, frequency, recency, age, horizon, out, error));
            return out.getValue();
        }

        @Override
        public void close() {
            LOYALTY.loyalty_purchase_model_free(model);
        }
    }

    /** How much: a model of spend. May be shared between threads. */
    static final class Spend implements AutoCloseable {
        private final Pointer model;

        Spend(String path) {
            PointerByReference out = new PointerByReference();
            must(error -> LOYALTY.loyalty_spend_model_load(path, out, error));
            model = out.getValue();
        }

        double expected(int frequency, double mean) {
            DoubleByReference out = new DoubleByReference();
            must(error -> LOYALTY.loyalty_spend_model_expected_spend(
                    model, frequency, mean, out, error));
            return out.getValue();
        }

        @Override
        public void close() {
            LOYALTY.loyalty_spend_model_free(model);
        }
    }

    public static void main(String[] arguments) throws IOException {
        List<String> lines = Files.readAllLines(Path.of(arguments[2]), StandardCharsets.UTF_8);
        List<String> names = Arrays.asList(lines.get(0).split(","));
        StringBuilder scores = new StringBuilder("p_alive,expected_purchases_39,expected_spend\n");
        try (Purchases purchases = new Purchases(arguments[0]); Spend spend = new Spend(arguments[1])) {
            for (String line : lines.subList(1, lines.size())) {
                String[] row = line.split(",");
                int frequency = Integer.parseInt(row[names.indexOf("frequency")]);
                double recency = Double.parseDouble(row[names.indexOf("recency")]);
                double age = Double.parseDouble(row[names.indexOf("T")]);
                double mean = Double.parseDouble(row[names.indexOf("monetary_value")]);
                scores.append(purchases.alive(frequency, recency, age)).append(',');
                scores.append(purchases.expected(frequency, recency, age, 39)).append(',');
                scores.append(spend.expected(frequency, mean)).append('\n');
            }
        }
        System.out.print(scores);
    }
}
