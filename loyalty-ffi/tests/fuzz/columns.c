/*
 * Everything that comes in as columns: order logs, summaries, order lines, rows of ledgers, scores and gains, with
 * values at which something changes, masks, offsets and text that break their rules, codes that there are not.
 * What is taken is worked with; all that comes out must be finite.
 */

#include "probes.h"

enum { MOST_ROWS = 40, TEXT = 64, LEDGERS = 64, KINDS = 7, TREATMENTS = 4 };

static loyalty_purchase_model *purchases;
static loyalty_spend_model *spend;
static char returns_path[4096];
static loyalty_behaviours *behaviours;
static loyalty_discounting *discounting;
static double ledgers[LEDGERS][WIDEST];
static size_t ledger_count;

/* Columns of a table, most of whose values are such as a shop has. */
static size_t rows;
static int64_t ids[MOST_ROWS], times[MOST_ROWS], offsets[MOST_ROWS + 1];
static double money[MOST_ROWS], more[MOST_ROWS], others[MOST_ROWS], out[MOST_ROWS];
static bool mask[MOST_ROWS];
static char text[TEXT];

static int64_t whole(void)
{
    static const int64_t edges[] = {INT64_MIN, INT64_MIN + 1, -719163, -1, 0, 2932896, 2932897, INT32_MAX, INT64_MAX};
    return once_in(40) ? edges[below(sizeof edges / sizeof *edges)] : 19000 + (int64_t)below(800);
}

static void fill(void)
{
    rows = once_in(10) ? below(2) : 1 + below(MOST_ROWS - 1);
    offsets[0] = once_in(50) ? (int64_t)below(9) - 4 : 0;
    for (size_t i = 0; i < rows; i++) {
        ids[i] = once_in(40) ? whole() : (int64_t)below(6);
        times[i] = whole();
        money[i] = amount();
        more[i] = amount();
        others[i] = once_in(3) ? amount() : (double)below(2);
        mask[i] = !once_in(12);
        offsets[i + 1] = offsets[i] + (once_in(60) ? -1 : (int64_t)below(2));
    }
    for (size_t i = 0; i < TEXT; i++)
        text[i] = once_in(200) ? (char)0xC3 : (char)('a' + below(3));
}

static int32_t code(int32_t most)
{
    return once_in(30) ? (int32_t)next() : (int32_t)below((size_t)most + 1);
}

/* What is asked of every summary. */
static void work_with(const loyalty_summary *summary)
{
    const size_t length = loyalty_summary_len(summary);
    double values[MOST_ROWS];
    uint32_t scores[MOST_ROWS];
    loyalty_rfm *rfm = NULL;
    if (length > MOST_ROWS) {
        fault("more customers than rows", "loyalty_summary_len");
        return;
    }
    GIVES(values, length, loyalty_summary_recency(summary, values, length, &error));
    GIVES(values, length, loyalty_summary_T(summary, values, length, &error));
    GIVES(values, length, loyalty_summary_monetary_value(summary, values, length, &error));
    GIVES(values, length, loyalty_purchase_model_p_alive_batch(purchases, summary, 1, values, length, &error));
    GIVES(values, length,
          loyalty_purchase_model_expected_purchases_batch(purchases, summary, 39, 1, values, length, &error));
    GIVES(values, 1, loyalty_purchase_model_log_likelihood(purchases, summary, values, &error));
    GIVES(values, 1, loyalty_spend_model_log_likelihood(spend, summary, values, &error));
    GIVES(values, length, loyalty_clv(purchases, spend, summary, discounting, 0.3, 1, values, length, &error));
    if (HELD(loyalty_rfm_of(summary, NULL, &rfm, &error)))
        HELD(loyalty_rfm_scores(rfm, LOYALTY_RFM_AXIS_MONETARY, scores, length, &error));
    loyalty_rfm_free(rfm);
}

/* A fit of a random kind: seldom, as it takes longer than all else. */
static void fit(const loyalty_summary *summary)
{
    double values[1];
    loyalty_purchase_model *model = NULL;
    loyalty_spend_model *pays = NULL;
    loyalty_fit *report = NULL;
    loyalty_fit_options options;
    loyalty_fit_options_init(&options, sizeof options);
    options.max_iterations = 30;
    options.threads = 1;
    if (HELD(loyalty_purchase_model_fit(1 + (int32_t)below(KINDS), summary, &options, &report, &model, &error))) {
        for (size_t i = 0; i < loyalty_purchase_model_parameter_count(model); i++)
            GIVES(values, 1, loyalty_purchase_model_parameter_value(model, i, values, &error));
        probe_purchases(model);
    }
    if (HELD(loyalty_spend_model_fit(LOYALTY_SPEND_KIND_GAMMA_GAMMA, summary, &options, NULL, &pays, &error)))
        probe_spend(pays);
    loyalty_fit_free(report);
    loyalty_purchase_model_free(model);
    loyalty_spend_model_free(pays);
}

static void order_log(void)
{
    const int64_t end = whole() * LOYALTY_MICROSECONDS_PER_DAY / (once_in(2) ? 1 : 2);
    loyalty_orders *orders = NULL;
    loyalty_summary *summary = NULL;
    loyalty_holdout *holdout = NULL;
    loyalty_order_columns columns;
    loyalty_summary_options options;
    loyalty_order_columns_init(&columns, sizeof columns);
    columns.rows = rows;
    columns.time = times;
    columns.time_scale = once_in(20) ? code(6) : LOYALTY_TIME_SCALE_DAYS;
    columns.invalid = code(1);
    columns.amount = once_in(4) ? NULL : money;
    columns.customer_present = once_in(4) ? mask : NULL;
    columns.amount_present = once_in(4) ? mask : NULL;
    loyalty_summary_options_init(&options, sizeof options);
    options.unit = once_in(3) ? code(9) : LOYALTY_UNIT_DAY;
    options.occasion = once_in(3) ? code(7) : LOYALTY_OCCASION_NATURAL;
    options.observation_end = once_in(3) ? &end : NULL;
    options.include_first = once_in(2);
    const loyalty_status status = once_in(3) ? loyalty_orders_new_text(offsets, text, &columns, &orders, &error)
                                             : loyalty_orders_new_int(ids, &columns, &orders, &error);
    if (held(status, &error, "loyalty_orders_new") &&
        HELD(loyalty_orders_summarize(orders, &options, &summary, &error))) {
        work_with(summary);
        if (once_in(20))
            fit(summary);
        loyalty_summary_free(summary);
        summary = NULL;
        HELD(loyalty_orders_calibration_holdout(orders, end, &options, &summary, &holdout, &error));
    }
    loyalty_holdout_free(holdout);
    loyalty_summary_free(summary);
    loyalty_orders_free(orders);
}

static void summary_columns(void)
{
    loyalty_summary *summary = NULL;
    loyalty_summary_columns columns;
    loyalty_summary_columns_init(&columns, sizeof columns);
    for (size_t i = 0; i < rows; i++) {
        /* Mostly a history that there may be. */
        money[i] = once_in(40) ? number() : (double)below(5);
        others[i] = once_in(40) ? number() : 50 + (double)below(1000) / 10;
        more[i] = once_in(40) ? number() : money[i] > 0 ? others[i] * (double)(1 + below(10)) / 10 : 0;
        out[i] = once_in(4) ? number() : (double)below(100);
    }
    columns.rows = rows;
    columns.frequency = money;
    columns.T = others;
    columns.recency = more;
    columns.monetary_value = once_in(4) ? NULL : out;
    columns.customer = once_in(6) ? ids : NULL;
    columns.unit = once_in(10) ? code(9) : LOYALTY_UNIT_NONE;
    columns.includes_first = once_in(2);
    if (HELD(loyalty_summary_new(&columns, &summary, &error))) {
        work_with(summary);
        if (once_in(20))
            fit(summary);
    }
    loyalty_summary_free(summary);
}

static void order_lines(void)
{
    /* A new one each time: what a case does to it must not be part of the next. */
    loyalty_return_propensity *returns = NULL;
    HELD(loyalty_return_propensity_load(returns_path, &returns, &error));
    const int64_t today = loyalty_return_propensity_today(returns);
    int64_t lines_ids[MOST_ROWS];
    double values[MOST_ROWS], upper[MOST_ROWS];
    loyalty_lines *lines = NULL;
    loyalty_line_columns columns;
    for (size_t i = 0; i < rows; i++) {
        times[i] = once_in(60) ? whole() : today + (int64_t)below(once_in(30) ? 40 : 2);
        lines_ids[i] = once_in(30) ? 1 : (int64_t)(now.number * MOST_ROWS + i);
    }
    loyalty_line_columns_init(&columns, sizeof columns);
    columns.rows = rows;
    columns.customer.numbers = ids;
    columns.product.numbers = ids;
    columns.order.numbers = once_in(2) ? ids : NULL;
    columns.line.numbers = once_in(3) ? NULL : lines_ids;
    if (once_in(8)) {
        columns.customer.offsets = offsets;
        columns.customer.data = text;
        columns.customer.numbers = once_in(2) ? ids : NULL;
    }
    columns.time = times;
    columns.time_scale = once_in(30) ? code(6) : LOYALTY_TIME_SCALE_DAYS;
    columns.price = once_in(6) ? NULL : money;
    columns.quantity = once_in(3) ? others : NULL;
    columns.amount = once_in(4) ? more : NULL;
    columns.list_amount = once_in(8) ? money : NULL;
    columns.discount = once_in(8) ? more : NULL;
    columns.returned = once_in(4) ? others : NULL;
    columns.return_time = once_in(4) ? times : NULL;
    if (HELD(loyalty_lines_new(&columns, &lines, &error))) {
        const size_t length = loyalty_lines_len(lines);
        GIVES(values, length, loyalty_return_propensity_score(returns, lines, 1, values, length, &error));
        if (HELD(loyalty_return_propensity_intervals(returns, lines, 0.9, 1, values, upper, length, &error))) {
            finite(values, length, "the lower ends of returns");
            finite(upper, length, "the upper ends of returns");
        }
        GIVES(values, length, loyalty_return_propensity_update(returns, lines, values, length, &error));
        const loyalty_ids back = {lines_ids, NULL, NULL};
        HELD(loyalty_return_propensity_update_returns(returns, back, times, LOYALTY_TIME_SCALE_DAYS, rows, NULL, NULL,
                                                      &error));
    }
    if (once_in(10))
        HELD(loyalty_return_propensity_advance(returns, once_in(20) ? (int32_t)next() : (int32_t)(today + 1), &error));
    loyalty_lines_free(lines);
    loyalty_return_propensity_free(returns);
}

/* A row of the golden ledgers in which some columns hold other values, in or out of their domain. */
static void ledger_row(void)
{
    double row[WIDEST];
    const size_t columns = loyalty_ledger_column_count();
    memcpy(row, ledgers[below(ledger_count)], sizeof row);
    for (size_t changes = 1 + below(4); changes > 0; changes--) {
        const size_t at = below(columns);
        switch (below(3)) {
        case 0: row[at] = number(); break;
        case 1: row[at] *= pow(10, (double)below(11) - 5); break;
        default: row[at] = ledgers[below(ledger_count)][at]; break;
        }
    }
    probe_ledger(behaviours, row);
}

static void scores_and_choices(void)
{
    double gains[MOST_ROWS * TREATMENTS], capacities[2], uses[2 * TREATMENTS];
    int32_t choice[MOST_ROWS];
    loyalty_rfm *rfm = NULL;
    loyalty_selection *selection = NULL;
    uint32_t scores[MOST_ROWS];
    if (HELD(loyalty_rfm_new(money, more, others, NULL, rows, NULL, &rfm, &error)))
        HELD(loyalty_rfm_scores(rfm, LOYALTY_RFM_AXIS_RECENCY, scores, rows, &error));
    loyalty_rfm_free(rfm);
    for (size_t i = 0; i < rows * TREATMENTS; i++)
        gains[i] = once_in(100) ? number() : amount() - 50;
    for (size_t i = 0; i < 2 * TREATMENTS; i++)
        uses[i] = amount();
    capacities[0] = amount() * 10;
    capacities[1] = amount();
    if (HELD(loyalty_select(gains, rows, TREATMENTS, capacities, 2, uses, 1, &selection, &error))) {
        const double found[] = {loyalty_selection_gain(selection), loyalty_selection_bound(selection)};
        finite(found, 2, "loyalty_select");
        HELD(loyalty_selection_choice(selection, choice, rows, &error));
    }
    loyalty_selection_free(selection);
}

static void run(uint64_t number_of_case)
{
    static const struct {
        const char *target;
        void (*run)(void);
    } targets[] = {
        {"orders", order_log}, {"summary", summary_columns}, {"lines", order_lines},
        {"ledger", ledger_row}, {"scores", scores_and_choices},
    };
    const size_t target = number_of_case % (sizeof targets / sizeof *targets);
    now.target = targets[target].target;
    fill();
    targets[target].run();
}

/* The models that everything is scored with. */
static bool load(const char *root)
{
    char path[4096];
    snprintf(returns_path, sizeof returns_path, "%s/golden/return_propensity.json", root);
    snprintf(path, sizeof path, "%s/golden/behaviours.json", root);
    bool loaded = HELD(loyalty_behaviours_load(path, &behaviours, &error));
    snprintf(path, sizeof path, "%s/golden/gamma_gamma.json", root);
    loaded = HELD(loyalty_spend_model_load(path, &spend, &error)) && loaded;
    const double values[] = {0.25, 4.5, 0.8, 2.5};
    loaded = HELD(loyalty_purchase_model_new(LOYALTY_PURCHASE_KIND_BG_NBD, values, 4, 0, &purchases, &error)) && loaded;
    loaded = HELD(loyalty_discounting_continuous(52, 0.002, &discounting, &error)) && loaded;
    ledger_count = read_ledgers(root, ledgers, LEDGERS);
    return loaded && ledger_count > 0;
}

int main(int argc, char **argv)
{
    const struct plan plan = plan_of(argc, argv);
    if (!load(plan.root))
        return 3;
    const int result = run_cases(&plan, "columns", run);
    loyalty_discounting_free(discounting);
    loyalty_behaviours_free(behaviours);
    loyalty_spend_model_free(spend);
    loyalty_purchase_model_free(purchases);
    loyalty_error_free(error);
    return result;
}
