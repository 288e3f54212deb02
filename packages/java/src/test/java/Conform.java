import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import rs.loyalty.Behaviours;
import rs.loyalty.CheckOut;
import rs.loyalty.Contact;
import rs.loyalty.CustomerRecord;
import rs.loyalty.Discounting;
import rs.loyalty.Ids;
import rs.loyalty.LedgerBasis;
import rs.loyalty.Lines;
import rs.loyalty.LoyaltyException;
import rs.loyalty.PurchaseModel;
import rs.loyalty.ReturnPropensity;
import rs.loyalty.Selection;
import rs.loyalty.SpendModel;
import rs.loyalty.Summary;
import rs.loyalty.TimeScale;
import rs.loyalty.Unit;

/**
 * Writes what this package says of the golden models, for scripts/check-languages to compare with the golden files.
 *
 * <pre>cd golden &amp;&amp; java -cp jna.jar:classes Conform JNA OUT</pre>
 */
public final class Conform {
    private static void must(boolean held, String what) {
        if (!held) {
            throw new AssertionError("must hold: " + what);
        }
    }

    /** The columns of a table of numbers, by their names. */
    private static Map<String, double[]> columns(String path) throws IOException {
        List<String> lines = Files.readAllLines(Path.of(path));
        String[] names = lines.get(0).split(",");
        Map<String, double[]> columns = new LinkedHashMap<>();
        for (int place = 0; place < names.length; place++) {
            int cell = place;
            columns.put(names[place], lines.stream().skip(1)
                    .mapToDouble(line -> Double.parseDouble(line.split(",")[cell])).toArray());
        }
        return columns;
    }

    private static void write(String path, Map<String, double[]> columns) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(String.join(",", columns.keySet()));
        int rows = columns.values().iterator().next().length;
        for (int row = 0; row < rows; row++) {
            int at = row;
            lines.add(String.join(",", columns.values().stream().map(values -> "" + values[at]).toList()));
        }
        Files.write(Path.of(path), lines);
    }

    private static double[] widened(int[] values) {
        return Arrays.stream(values).asDoubleStream().toArray();
    }

    private static void scores(String out) throws IOException {
        Map<String, double[]> golden = columns("scores.csv");
        double[] frequency = golden.get("frequency");
        double[] recency = golden.get("recency");
        double[] T = golden.get("T");
        double[] mean = golden.get("monetary_value");
        int rows = frequency.length;
        try (PurchaseModel purchases = PurchaseModel.open("bg_nbd.json");
                SpendModel spend = SpendModel.open("gamma_gamma.json");
                Discounting year = Discounting.annual(52, 0.1, Unit.WEEK);
                Summary customers = Summary.of(frequency, recency, T, mean, purchases.unit())) {
            Map<String, double[]> scores = new LinkedHashMap<>();
            scores.put("p_alive", IntStream.range(0, rows)
                    .mapToDouble(row -> purchases.pAlive((int) frequency[row], recency[row], T[row])).toArray());
            scores.put("expected_purchases_39", IntStream.range(0, rows)
                    .mapToDouble(row -> purchases.expectedPurchases((int) frequency[row], recency[row], T[row], 39))
                    .toArray());
            scores.put("expected_spend", IntStream.range(0, rows)
                    .mapToDouble(row -> spend.expectedSpend((int) frequency[row], mean[row])).toArray());
            must(Arrays.equals(purchases.pAlive(customers, 1), scores.get("p_alive")), "P(alive) of many");
            must(Arrays.equals(purchases.expectedPurchases(customers, 39, 0), scores.get("expected_purchases_39")),
                    "purchases of many");
            must(Arrays.equals(spend.expectedSpend(customers, 2), scores.get("expected_spend")), "spend of many");
            scores.put("clv_52_annual_10_percent", customers.clv(purchases, spend, year, 0.3, 1));
            write(out + "/scores.csv", scores);
        }
    }

    private static void labels(String out) throws IOException {
        Map<String, double[]> golden = columns("behaviours.csv");
        int rows = golden.get("orders").length;
        Map<String, double[]> labels = new LinkedHashMap<>();
        labels.put("primary", new double[rows]);
        for (String name : Behaviours.behaviours()) {
            labels.put("p_over_" + name, new double[rows]);
            labels.put("impact_" + name, new double[rows]);
        }
        try (Behaviours behaviours = Behaviours.open("behaviours.json")) {
            for (int row = 0; row < rows; row++) {
                int at = row;
                double[] ledger = Behaviours.ledgerColumns().stream()
                        .mapToDouble(name -> golden.get(name)[at]).toArray();
                Behaviours.Label label = behaviours.classify(ledger);
                labels.get("primary")[row] =
                        label.primary() == null ? -1 : Behaviours.behaviours().indexOf(label.primary());
                for (Behaviours.Score score : label.scores()) {
                    labels.get("p_over_" + score.behaviour())[row] = score.pOver();
                    labels.get("impact_" + score.behaviour())[row] = score.impact();
                }
            }
        }
        write(out + "/behaviours.csv", labels);
    }

    private static Lines basket(int day) {
        long[] time = {day, day, day};
        return Lines.of(Ids.of(3, 3, 99), Ids.of(5, 6, 7), time, new double[] {19.5, 7.25, 19.5})
                .order(Ids.of(900, 900, 901)).line(Ids.of(9001, 9002, 9003)).build();
    }

    private static void history(Map<String, double[]> table) {
        long[] customer = {1, 2, 1, 3, 1, 2};
        long[] time = {0, 3, 14, 9, 40, 45};
        double[] amount = {10, 20, 30, 5, 50, 7.5};
        try (Summary customers = Summary.ofOrders(customer, time, amount, TimeScale.DAYS, Unit.WEEK, null)) {
            table.put("frequency", widened(customers.frequency()));
            table.put("recency", customers.recency());
            table.put("T", customers.T());
            table.put("monetary_value", customers.monetaryValue());
        }
    }

    private static void returns(String out, Map<String, double[]> table) {
        try (ReturnPropensity model = ReturnPropensity.load("return_propensity.json")) {
            int today = model.today();
            long open = model.openLines();
            double[] before = model.score(basket(today), 1);
            must(Arrays.equals(model.update(basket(today)), before), "scored as it is taken in");
            must(model.openLines() == open + 3, "three lines are open");
            ReturnPropensity.Told told = model.updateReturns(Ids.of(9001, 4711), new long[] {today, today},
                    TimeScale.DAYS);
            must(told.counted() == 1 && told.unknown() == 1, "one return is of a known line");
            model.advance(today + 1);
            double[] after = model.score(basket(today + 1), 1);
            model.save(out + "/moved.json");
            try (ReturnPropensity again = ReturnPropensity.open(out + "/moved.json")) {
                must(Arrays.equals(again.score(basket(today + 1), 1), after), "a saved model scores alike");
            }
            table.put("before", before);
            table.put("after", after);
        }
    }

    private static void decision(Map<String, double[]> table) {
        double[][] gains = {{50, 40, 15}, {20, 10, 0}};
        try (Selection selection = Selection.of(gains, new double[] {2}, new double[][] {{1, 0}})) {
            must(selection.bound() == selection.gain(), "the choice is the best");
            double gain = selection.gain();
            table.put("choice", widened(selection.choice()));
            table.put("gain", new double[] {gain, gain, gain});
        }
    }

    private static CheckOut.Builder models() {
        return CheckOut.of().purchases(PurchaseModel.open("bg_nbd.json")).spend(SpendModel.open("gamma_gamma.json"))
                .basis(LedgerBasis.open("ledger_basis.json")).behaviours(Behaviours.open("behaviours.json"))
                .customaryTreatments().margin(0.3).annualDiscountRate(0.1);
    }

    /** Each golden customer in one call, and the sentences of what is decided for them. */
    private static void customers(String out) throws IOException {
        long end = 1767139199999999L;  // the last microsecond of the golden ledger
        List<double[]> rows = new ArrayList<>();
        StringBuilder said = new StringBuilder();
        try (CheckOut checkOut = models().build();
                ReturnPropensity returns = ReturnPropensity.open("return_propensity.json");
                Lines lines = basket(returns.today());
                CustomerRecord record = CustomerRecord.empty()) {
            double[] alone = returns.score(lines, 1);
            List<String> golden = Files.readAllLines(Path.of("check_out.csv"));
            for (String line : golden.subList(1, golden.size())) {
                byte[] bytes = HexFormat.of().parseHex(line.substring(0, line.indexOf(',')));
                record.read(bytes);
                must(Arrays.equals(record.toBytes(), bytes), "a record has the bytes that it was read from");
                CheckOut.CustomerScore score =
                        checkOut.score(record, end, TimeScale.MICROSECONDS, returns, lines, null);
                must(Arrays.equals(score.returns(), alone), "the basket is scored as it is alone");
                String primary = score.behaviours().primary();
                CheckOut.Treatment chosen = score.treatment();
                rows.add(new double[] {score.pAlive(), score.expectedPurchases(), score.expectedSpend(), score.clv(),
                    primary == null ? -1 : Behaviours.behaviours().indexOf(primary),
                    chosen == null ? -1 : chosen.number(), chosen == null ? 0 : chosen.gain(),
                    chosen == null ? 0 : chosen.cost()});
                said.append(chosen == null ? "none\n"
                        : chosen.name() + ", " + chosen.channel() + ": " + chosen.reason() + "\n");
            }
        }
        List<String> names = List.of("p_alive", "expected_purchases", "expected_spend", "clv", "primary", "treatment",
                "treatment_gain", "treatment_cost");
        Map<String, double[]> scores = new LinkedHashMap<>();
        for (int place = 0; place < names.size(); place++) {
            int cell = place;
            scores.put(names.get(place), rows.stream().mapToDouble(row -> row[cell]).toArray());
        }
        write(out + "/check_out.csv", scores);
        Files.writeString(Path.of(out, "treatments.txt"), said);
    }

    /** What an order, a return and a contact make of an empty record. */
    private static void record(String out) throws IOException {
        try (CustomerRecord record = CustomerRecord.empty();
                Lines lines = Lines.of(Ids.of(3, 3, 3), Ids.of(5, 6, 7), new long[] {20450, 20450, 20450}, null)
                        .order(Ids.of(900, 900, 900)).line(Ids.of(9001, 9002, 9003))
                        .category(Ids.of("shoes", "socks", "shoes")).amount(39, 7.25, 19.5).quantity(2, 1, 1)
                        .listAmount(45, 7.25, 25).discount(4, 0, 5.5).makerDiscount(2, 0, 0).coupon(0, 0, 0)
                        .offeredDepth(0.1, 0, 0.25).cost(20, 3, 11).build();
                CheckOut checkOut = CheckOut.of().purchases(PurchaseModel.open("bg_nbd.json")).gross().build()) {
            must(record.addLines(lines).equals(new CustomerRecord.Told(3, 0)), "three lines are added");
            must(record.addLines(lines).equals(new CustomerRecord.Told(0, 3)), "told twice they are known");
            must(record.addReturns(Ids.of(9002, 9003), new long[] {20455, 20455}, new double[] {7.25, 10},
                    TimeScale.DAYS) == 2, "two lines came back");
            must(record.addReturns(Ids.of(9003), new long[] {20456}, null, TimeScale.DAYS) == 0,
                    "of which one is told again");
            record.addContact(Contact.FIRM_CAUSED, 20453, TimeScale.DAYS, 4.5);
            record.optOut();
            must(record.size() == 3, "a record of three lines");
            CheckOut.CustomerScore score = checkOut.score(record, 20460, TimeScale.DAYS);
            must(score.frequency() == 0 && score.clv() == null && score.treatment() == null, "opted out");
            Files.writeString(Path.of(out, "record.txt"), HexFormat.of().formatHex(record.toBytes()) + "\n");
        }
    }

    private static Lines line(double price) {
        return Lines.of(Ids.of(1), Ids.of(2), new long[] {3}, new double[] {price}).build();
    }

    private static Lines textLine(int day) {
        return Lines.of(Ids.of("ä"), Ids.of("b"), new long[] {day}, new double[] {9.5}).build();
    }

    private static List<Runnable> refused() {
        PurchaseModel purchases = PurchaseModel.open("bg_nbd.json");
        SpendModel spend = SpendModel.open("gamma_gamma.json");
        ReturnPropensity returns = ReturnPropensity.open("return_propensity.json");
        Behaviours behaviours = Behaviours.open("behaviours.json");
        CustomerRecord nobody = CustomerRecord.empty();
        double[] one = {1};
        double[] two = {2, 2};
        double[] broken = new double[Behaviours.ledgerColumns().size()];
        broken[0] = Double.NaN;
        double[] none = {};
        double[][] noUses = {};
        return List.of(
                () -> PurchaseModel.open("absent.json"),
                () -> PurchaseModel.open("gamma_gamma.json"),
                () -> SpendModel.open("bg_nbd.json"),
                () -> ReturnPropensity.open("behaviours.json"),
                () -> Behaviours.open("return_propensity.json"),
                () -> purchases.pAlive(2, 50, 40),
                () -> purchases.pAlive(2, Double.NaN, 40),
                () -> purchases.expectedPurchases(2, 30, 40, -1),
                () -> spend.expectedSpend(3, -5),
                () -> Discounting.annual(52, -2, Unit.WEEK),
                () -> Summary.of(one, new double[] {2}, one, null, Unit.NONE),
                () -> Summary.of(two, two, one, null, Unit.NONE),
                () -> line(-1),
                () -> returns.score(textLine(returns.today()), 1),
                () -> returns.update(basket(returns.today())),
                () -> behaviours.classify(1, 2, 3),
                () -> behaviours.classify(broken),
                () -> Selection.of(new double[][] {{}}, none, noUses),
                () -> Selection.of(new double[][] {{50, Double.NaN}}, none, noUses),
                () -> Selection.of(new double[][] {{50}}, new double[] {-1}, new double[][] {{1}}),
                () -> LedgerBasis.open("behaviours.json"),
                () -> CustomerRecord.fromBytes(new byte[] {'L', 'O', 'Y', 'R'}),
                () -> nobody.addReturns(Ids.of(9), new long[] {20453}, null, TimeScale.DAYS),
                () -> nobody.addContact(Contact.SERVICE, 30, TimeScale.DAYS, Double.NaN),
                () -> models().treatments("[]").build(),
                () -> models().build().score(nobody, 20453, TimeScale.DAYS, returns, null, null),
                () -> CheckOut.of().behaviours(behaviours).build().score(nobody, 20453, TimeScale.DAYS));
    }

    private static void refusals(String out) throws IOException {
        StringBuilder said = new StringBuilder();
        for (Runnable call : refused()) {
            try {
                call.run();
            } catch (LoyaltyException refusal) {
                said.append(refusal.status()).append(": ").append(refusal.getMessage()).append('\n');
                continue;
            }
            throw new AssertionError("every case is refused; so far\n" + said);
        }
        Files.writeString(Path.of(out, "refusals.txt"), said);
    }

    /** What only Java can do: give a count a sign, use an object that is closed, and share one between threads. */
    private static void ofJavaAlone() {
        PurchaseModel purchases = PurchaseModel.open("bg_nbd.json");
        double alive = purchases.pAlive(2, 30, 40);
        ReturnPropensity returns = ReturnPropensity.open("return_propensity.json");
        double[] lines = returns.score(basket(returns.today()), 1);
        IntStream.range(0, 20000).parallel().forEach(round ->
                must(purchases.pAlive(2, 30, 40) == alive, "the same in every thread"));
        IntStream.range(0, 2000).parallel().forEach(round -> {
            try (Lines basket = basket(returns.today())) {
                must(Arrays.equals(returns.score(basket, 1), lines), "the same basket in every thread");
            }
        });
        try (Lines shop = Lines.of(Ids.of("ä"), Ids.of("b"), new long[] {3}, new double[] {1})
                .category("size", "XL").category("colour", "red").number("age", 2.5).quantity(2).build()) {
            must(shop.size() == 1, "a line with columns of the shop");
        }
        try {
            purchases.pAlive(-1, 0, 40);
            throw new AssertionError("a count below 0 was taken");
        } catch (LoyaltyException refusal) {
            must(refusal.getMessage().startsWith("frequency must be a whole number"), refusal.getMessage());
        }
        purchases.close();
        purchases.close();
        try {
            purchases.pAlive(2, 30, 40);
            throw new AssertionError("a closed model was used");
        } catch (IllegalStateException refusal) {
            must(refusal.getMessage().equals("this PurchaseModel is closed"), refusal.getMessage());
        }
    }

    private static Ids texts(String what, int rows) {
        return Ids.of(IntStream.range(0, rows).mapToObj(row -> what + " " + row).toArray(String[]::new));
    }

    /** Columns that are longer than the memory that each thread keeps, of numbers and of text. */
    private static void longColumns() {
        int rows = 20000;
        double[] frequency = new double[rows];
        double[] recency = new double[rows];
        double[] T = new double[rows];
        String[] customer = new String[rows];
        Arrays.fill(customer, "ä");
        long[] time = new long[rows];
        Arrays.setAll(frequency, row -> row % 5);
        Arrays.setAll(recency, row -> row % 5 * 7);
        Arrays.fill(T, 40);
        try (PurchaseModel purchases = PurchaseModel.open("bg_nbd.json");
                Summary customers = Summary.of(frequency, recency, T, null, purchases.unit());
                Lines lines = Lines.of(Ids.of(customer), texts("article", rows), time, T)
                        .line(texts("line", rows)).build();
                CustomerRecord record = CustomerRecord.empty()) {
            double[] alive = purchases.pAlive(customers, 1);
            must(IntStream.range(0, rows).allMatch(row ->
                    alive[row] == purchases.pAlive(row % 5, row % 5 * 7, 40)), "each of many as alone");
            must(Arrays.equals(customers.recency(), recency), "what goes in comes out");
            must(record.addLines(lines).equals(new CustomerRecord.Told(rows, 0)), "each line has its own id");
            Ids ends = Ids.of("line 0", "line " + (rows - 1));
            must(record.addReturns(ends, new long[] {1, 1}, null, TimeScale.DAYS) == 2,
                    "by which the first and the last are found");
        }
    }

    /** By what C is called: there are two classes of one name, and the jar has both. */
    private static String calledBy() throws ReflectiveOperationException {
        Field calledBy = Class.forName("rs.loyalty.C").getDeclaredField("CALLED_BY");
        calledBy.setAccessible(true);
        return (String) calledBy.get(null);
    }

    private static void conform(Path out) throws IOException {
        scores(out.toString());
        labels(out.toString());
        Map<String, double[]> checkout = new LinkedHashMap<>();
        history(checkout);
        returns(out.toString(), checkout);
        decision(checkout);
        write(out + "/checkout.csv", checkout);
        customers(out.toString());
        record(out.toString());
        ofJavaAlone();
        longColumns();
        refusals(out.toString());
    }

    /** Virtual threads keep no memory of their own, so what they write is compared. */
    private static void onVirtualThread(Path out) throws Exception {
        Path again = Files.createDirectory(out.resolve("virtual"));
        FutureTask<Void> task = new FutureTask<>(() -> {
            conform(again);
            return null;
        });
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
        task.get();
        for (String file : again.toFile().list()) {
            must(Files.mismatch(out.resolve(file), again.resolve(file)) < 0, "the same " + file);
        }
    }

    public static void main(String[] arguments) throws Exception {
        must(calledBy().equals(arguments[0]), "C is called by " + arguments[0] + ", not by " + calledBy());
        Path out = Path.of(arguments[1]);
        conform(out);
        if (arguments[0].equals("java.lang.foreign")) {
            onVirtualThread(out);
        }
        System.out.println("C is called by " + arguments[0] + " on Java " + Runtime.version().feature());
    }
}
