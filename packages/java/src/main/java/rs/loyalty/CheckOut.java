package rs.loyalty;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The models by which one customer is scored in one call while they wait. Any number of threads may use it. */
public final class CheckOut extends Handle {
    private static final Struct.Layout OPTIONS = new Struct.Layout("p struct_size", "p purchases", "p spend", "p basis",
            "p behaviours", "p treatments", "b customary_treatments", "b gross", "b include_first", "i occasion",
            "p horizon", "p annual_discount_rate", "p margin");
    private static final Struct.Layout SCORE = new Struct.Layout("p struct_size", "b purchases_known",
            "b expected_purchases_known", "b value_known", "b ledger_known", "i frequency", "p recency", "p T",
            "p monetary_value", "p p_alive", "p expected_purchases", "p expected_spend", "p clv", "p profit",
            "i primary", "i treatment", "p treatment_gain", "p treatment_basis", "p treatment_cost");
    private static final int TEXT = 1024;

    private CheckOut(long pointer) {
        super(pointer, C::loyalty_check_out_free);
    }

    /** Models that are left out are left out of the score. */
    public static final class Builder {
        private final List<Handle> models = new ArrayList<>();
        private final List<Consumer<Struct>> settings = new ArrayList<>();

        private Builder() {}

        private Builder set(Consumer<Struct> setting) {
            settings.add(setting);
            return this;
        }

        private Builder model(String field, Handle model) {
            models.add(model);
            return set(options -> options.pointer(field, model.pointer()));
        }

        public Builder purchases(PurchaseModel model) {
            return model("purchases", model);
        }

        public Builder spend(SpendModel model) {
            return model("spend", model);
        }

        /** Of the ledger that the behaviours were learnt from. */
        public Builder basis(LedgerBasis basis) {
            return model("basis", basis);
        }

        /** They need the basis. */
        public Builder behaviours(Behaviours model) {
            return model("behaviours", model);
        }

        /** The table of treatments as JSON. */
        public Builder treatments(String json) {
            return set(options -> options.text("treatments", json));
        }

        /** The table that comes along, where no other is given. */
        public Builder customaryTreatments() {
            return set(options -> options.flag("customary_treatments"));
        }

        /** Left out, lifetime values are in revenue, by which no treatment is weighed. */
        public Builder margin(double margin) {
            return set(options -> options.known("margin", margin));
        }

        /** How far expected purchases and lifetime value reach, in the unit of the model of purchases; 52 if not said. */
        public Builder horizon(double horizon) {
            return set(options -> options.number("horizon", horizon));
        }

        /** Such as 0.1 for 10 %. */
        public Builder annualDiscountRate(double rate) {
            return set(options -> options.number("annual_discount_rate", rate));
        }

        /** Purchases count as paid instead of net of what came back. */
        public Builder gross() {
            return set(options -> options.flag("gross"));
        }

        /** The mean amount is of all purchases, the first one included. */
        public Builder includeFirst() {
            return set(options -> options.flag("include_first"));
        }

        /** What counts as one purchase, as in the summary that the models were fitted to. */
        public Builder occasion(Occasion occasion) {
            return set(options -> options.code("occasion", occasion.code()));
        }

        /** Copies the models. */
        public CheckOut build() {
            try (Memory memory = new Memory()) {
                Struct options = new Struct(memory, OPTIONS, C::loyalty_check_out_options_init);
                settings.forEach(setting -> setting.accept(options));
                return new CheckOut(Calls.object((out, error) -> C.loyalty_check_out_new(options.address, out, error),
                        models.toArray(Handle[]::new)));
            }
        }
    }

    public static Builder of() {
        return new Builder();
    }

    /** What is decided for a customer: the treatment that gains most, by its place in the table, and why. */
    public record Treatment(int number, String name, String channel, String reason, double gain, double basis,
            double cost) {}

    /** What is said of one customer; what is not known is null. */
    public record CustomerScore(Integer frequency, Double recency, Double T, Double monetaryValue, Double pAlive,
            Double expectedPurchases, Double expectedSpend, Double clv, Double profit, Behaviours.Label behaviours,
            double[] returns, Treatment treatment) {}

    /** Scores a customer, who was observed until {@code now}. */
    public CustomerScore score(CustomerRecord record, long now, TimeScale scale) {
        return score(record, now, scale, null, null, null);
    }

    /**
     * Scores a customer and the lines of their basket.
     *
     * @param returns the model by which the basket is scored: both or neither, which is null
     * @param group their peers; null or unknown: they are measured against all
     */
    public CustomerScore score(CustomerRecord record, long now, TimeScale scale, ReturnPropensity returns,
            Lines basket, String group) {
        try (Memory memory = new Memory()) {
            Struct found = new Struct(memory, SCORE, C::loyalty_customer_score_init);
            List<String> names = Behaviours.behaviours();
            ByteBuffer behaviours = memory.room((long) Behaviours.SCORE * names.size());
            long scores = C.address(behaviours);
            long peers = memory.text(group);
            long model = returns == null ? 0 : returns.pointer();
            long products = basket == null ? 0 : basket.pointer();
            int lines = basket == null ? 0 : basket.size();
            double[] probabilities = Calls.column(lines, (out, error) -> C.loyalty_check_out_score(pointer(),
                    record.pointer(), peers, now, scale.code, model, products, found.address, scores, names.size(),
                    out, lines, error), this, record, returns, basket);
            return score(found, Behaviours.read(behaviours), probabilities);
        }
    }

    private CustomerScore score(Struct found, List<Behaviours.Score> behaviours, double[] returns) {
        boolean bought = found.flagged("purchases_known");
        boolean valued = found.flagged("value_known");
        int primary = found.code("primary");
        Behaviours.Label label = new Behaviours.Label(
                primary < 0 ? null : Behaviours.behaviours().get(primary), behaviours);
        return new CustomerScore(bought ? found.code("frequency") : null, known(found, "recency", bought),
                known(found, "T", bought), known(found, "monetary_value", bought), known(found, "p_alive", bought),
                known(found, "expected_purchases", found.flagged("expected_purchases_known")),
                known(found, "expected_spend", valued), known(found, "clv", valued),
                known(found, "profit", found.flagged("ledger_known")), label, returns,
                found.code("treatment") < 0 ? null : treatment(found));
    }

    private static Double known(Struct found, String field, boolean known) {
        return known ? (Double) found.number(field) : null;
    }

    private Treatment treatment(Struct found) {
        try (Memory memory = new Memory()) {
            ByteBuffer name = memory.room(TEXT);
            ByteBuffer channel = memory.room(TEXT);
            ByteBuffer reason = memory.room(TEXT);
            long[] texts = {C.address(name), C.address(channel), C.address(reason)};
            Calls.must(error -> C.loyalty_check_out_treatment(pointer(), found.address, texts[0], TEXT, texts[1], TEXT,
                    texts[2], TEXT, error), this);
            return new Treatment(found.code("treatment"), Memory.read(name), Memory.read(channel), Memory.read(reason),
                    found.number("treatment_gain"), found.number("treatment_basis"), found.number("treatment_cost"));
        }
    }
}
