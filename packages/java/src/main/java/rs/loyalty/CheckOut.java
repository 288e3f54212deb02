package rs.loyalty;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;

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

    private CheckOut(Pointer pointer) {
        super(pointer, C::loyalty_check_out_free);
    }

    /** Models that are left out are left out of the score. */
    public static final class Builder {
        private final Struct options = new Struct(OPTIONS, C::loyalty_check_out_options_init);
        private final Handle[] models = new Handle[4];

        private Builder() {}

        private Builder model(int place, String field, Handle model) {
            models[place] = model;
            options.pointer(field, model.pointer());
            return this;
        }

        public Builder purchases(PurchaseModel model) {
            return model(0, "purchases", model);
        }

        public Builder spend(SpendModel model) {
            return model(1, "spend", model);
        }

        /** Of the ledger that the behaviours were learnt from. */
        public Builder basis(LedgerBasis basis) {
            return model(2, "basis", basis);
        }

        /** They need the basis. */
        public Builder behaviours(Behaviours model) {
            return model(3, "behaviours", model);
        }

        /** The table of treatments as JSON. */
        public Builder treatments(String json) {
            options.pointer("treatments", options.keep(Struct.text(json)));
            return this;
        }

        /** The table that comes along, where no other is given. */
        public Builder customaryTreatments() {
            options.flag("customary_treatments");
            return this;
        }

        /** Left out, lifetime values are in revenue, by which no treatment is weighed. */
        public Builder margin(double margin) {
            options.pointer("margin", options.keep(Struct.doubles(new double[] {margin})));
            return this;
        }

        /** How far expected purchases and lifetime value reach, in the unit of the model of purchases; 52 if not said. */
        public Builder horizon(double horizon) {
            options.number("horizon", horizon);
            return this;
        }

        /** Such as 0.1 for 10 %. */
        public Builder annualDiscountRate(double rate) {
            options.number("annual_discount_rate", rate);
            return this;
        }

        /** Purchases count as paid instead of net of what came back. */
        public Builder gross() {
            options.flag("gross");
            return this;
        }

        /** The mean amount is of all purchases, the first one included. */
        public Builder includeFirst() {
            options.flag("include_first");
            return this;
        }

        /** What counts as one purchase, as in the summary that the models were fitted to. */
        public Builder occasion(Occasion occasion) {
            options.code("occasion", occasion.code());
            return this;
        }

        /** Copies the models. */
        public CheckOut build() {
            Pointer made = Calls.object((out, error) -> C.loyalty_check_out_new(options.memory, out, error), models);
            Reference.reachabilityFence(options);
            return new CheckOut(made);
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
        int lines = basket == null ? 0 : basket.size();
        Struct found = new Struct(SCORE, C::loyalty_customer_score_init);
        List<String> names = Behaviours.behaviours();
        Memory behaviours = new Memory((long) Behaviours.SCORE * names.size());
        double[] probabilities = new double[lines + 1];
        Pointer model = returns == null ? null : returns.pointer();
        Pointer products = basket == null ? null : basket.pointer();
        Calls.must(error -> C.loyalty_check_out_score(pointer(), record.pointer(), group, now, scale.code, model,
                products, found.memory, behaviours, names.size(), probabilities, lines, error),
                this, record, returns, basket);
        boolean bought = found.flagged("purchases_known");
        boolean valued = found.flagged("value_known");
        int primary = found.code("primary");
        Behaviours.Label label = new Behaviours.Label(primary < 0 ? null : names.get(primary),
                Behaviours.read(behaviours));
        return new CustomerScore(bought ? found.code("frequency") : null, known(found, "recency", bought),
                known(found, "T", bought), known(found, "monetary_value", bought), known(found, "p_alive", bought),
                known(found, "expected_purchases", found.flagged("expected_purchases_known")),
                known(found, "expected_spend", valued), known(found, "clv", valued),
                known(found, "profit", found.flagged("ledger_known")), label, Arrays.copyOf(probabilities, lines),
                found.code("treatment") < 0 ? null : treatment(found));
    }

    private static Double known(Struct found, String field, boolean known) {
        return known ? (Double) found.number(field) : null;
    }

    private Treatment treatment(Struct found) {
        byte[] name = new byte[TEXT];
        byte[] channel = new byte[TEXT];
        byte[] reason = new byte[TEXT];
        Calls.must(error -> C.loyalty_check_out_treatment(pointer(), found.memory, name, TEXT, channel, TEXT, reason,
                TEXT, error), this);
        return new Treatment(found.code("treatment"), Native.toString(name, "UTF-8"), Native.toString(channel, "UTF-8"),
                Native.toString(reason, "UTF-8"), found.number("treatment_gain"), found.number("treatment_basis"),
                found.number("treatment_cost"));
    }
}
