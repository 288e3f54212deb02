/*
 * loyalty for C++17: the objects of loyalty.h, freed where they end, and its refusals as exceptions.
 *
 * Objects can be moved and not copied. Models never change, so any number of threads may use one; the one exception is
 * a return_propensity that is told of orders. An object that was moved from answers with an exception.
 */

#ifndef LOYALTY_HPP
#define LOYALTY_HPP

#include <loyalty.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace loyalty {

/** The library's reason: what() names the file, column, row and value, and what is allowed. */
class error : public std::runtime_error {
public:
    error(std::int32_t status, const std::string &message) : std::runtime_error(message), status_(status) {}

    /** A loyalty_status; a later library may have more. */
    std::int32_t status() const noexcept { return status_; }

private:
    std::int32_t status_;
};

/** A column that is read: where it begins and how long it is. Nothing is copied. */
template <class T> class view {
public:
    view() = default;
    view(const T *data, std::size_t size) : data_(data), size_(size) {}
    view(const std::vector<T> &values) : data_(values.data()), size_(values.size()) {}
    template <std::size_t N> view(const std::array<T, N> &values) : data_(values.data()), size_(N) {}
    template <std::size_t N> view(const T (&values)[N]) : data_(values), size_(N) {}

    const T *data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    /** Whether the column is there at all. */
    bool given() const noexcept { return data_ != nullptr; }

private:
    const T *data_ = nullptr;
    std::size_t size_ = 0;
};

enum class unit : std::int32_t {
    none = LOYALTY_UNIT_NONE,
    hour = LOYALTY_UNIT_HOUR,
    day = LOYALTY_UNIT_DAY,
    week = LOYALTY_UNIT_WEEK,
    month = LOYALTY_UNIT_MONTH,
    year = LOYALTY_UNIT_YEAR,
    calendar_week = LOYALTY_UNIT_CALENDAR_WEEK,
    calendar_month = LOYALTY_UNIT_CALENDAR_MONTH,
    calendar_quarter = LOYALTY_UNIT_CALENDAR_QUARTER,
    calendar_year = LOYALTY_UNIT_CALENDAR_YEAR,
};

enum class time_scale : std::int32_t {
    days = LOYALTY_TIME_SCALE_DAYS,
    seconds = LOYALTY_TIME_SCALE_SECONDS,
    milliseconds = LOYALTY_TIME_SCALE_MILLISECONDS,
    microseconds = LOYALTY_TIME_SCALE_MICROSECONDS,
    nanoseconds = LOYALTY_TIME_SCALE_NANOSECONDS,
};

namespace detail {

/** Calls a function whose last parameter takes the error. */
template <class Function, class... Arguments> void call(Function function, Arguments... arguments)
{
    loyalty_error *reason = nullptr;
    const auto status = static_cast<std::int32_t>(function(arguments..., &reason));
    if (status == LOYALTY_STATUS_OK)
        return;
    const std::unique_ptr<loyalty_error, decltype(&loyalty_error_free)> owned(reason, loyalty_error_free);
    std::string message(loyalty_error_message(reason, nullptr, 0) + 1, '\0');
    loyalty_error_message(reason, message.data(), message.size());
    message.pop_back();
    throw error(status, message);
}

/** Calls a function with one number as its result. */
template <class Function, class... Arguments> double number(Function function, Arguments... arguments)
{
    double out = 0;
    call(function, arguments..., &out);
    return out;
}

/** Calls a function that fills a column. */
template <class T = double, class Function, class... Arguments>
std::vector<T> column(std::size_t rows, Function function, Arguments... arguments)
{
    /* An array of none would have no address. */
    std::vector<T> out(rows + 1);
    call(function, arguments..., out.data(), rows);
    out.resize(rows);
    return out;
}

/** Columns of one table have the same length: C is told it once and reads so far in each. */
inline void must_have(std::size_t rows, const std::string &name, std::size_t length)
{
    if (length != rows)
        throw error(LOYALTY_STATUS_LENGTH, "column \"" + name + "\" has " + std::to_string(length) +
                                               " rows, but " + std::to_string(rows) + " are expected");
}

template <class T> const T *checked(std::size_t rows, const char *name, view<T> values)
{
    if (values.given())
        must_have(rows, name, values.size());
    return values.data();
}

/** An object of C, and its end. */
template <class T, void (*Free)(T *)> class handle {
public:
    T *get() const noexcept { return owned_.get(); }

protected:
    template <class Function, class... Arguments> explicit handle(Function function, Arguments... arguments)
    {
        T *out = nullptr;
        call(function, arguments..., &out);
        owned_.reset(out);
    }

private:
    struct end {
        void operator()(T *object) const noexcept { Free(object); }
    };
    std::unique_ptr<T, end> owned_;
};

} // namespace detail

/** How far the future of a lifetime value reaches, and what later money is worth today. */
class discounting : public detail::handle<loyalty_discounting, loyalty_discounting_free> {
public:
    /** `rate` a year, such as 0.1 for 10 %. */
    static discounting annual(double horizon, double rate, unit of)
    {
        return discounting(loyalty_discounting_annual, horizon, rate, static_cast<std::int32_t>(of));
    }

private:
    using handle::handle;
};

/** The columns of a summary. The money may be left out. */
struct histories {
    view<double> frequency;      /**< repeat purchases */
    view<double> recency;        /**< time from the first purchase to the last */
    view<double> T;              /**< time from the first purchase to the end of observation */
    view<double> monetary_value; /**< mean of the repeat purchases, 0 where there are none */
    loyalty::unit unit = loyalty::unit::none;
};

/** An order log, in any order: who, when, and how much was paid. */
struct orders {
    view<std::int64_t> customer;
    view<std::int64_t> time; /**< on the scale */
    view<double> amount;
    loyalty::unit unit = loyalty::unit::week;
    /** Microseconds since 1970-01-01T00:00; the last order where there is none. */
    std::optional<std::int64_t> observation_end = std::nullopt;
    time_scale scale = time_scale::days;
};

/** Customers by their purchases, a row each. */
class summary : public detail::handle<loyalty_summary, loyalty_summary_free> {
public:
    explicit summary(const histories &of) : summary(columns_of(of)) {}
    explicit summary(const orders &of) : summary(of, log(of)) {}

    std::size_t size() const noexcept { return loyalty_summary_len(get()); }
    std::vector<std::uint32_t> frequency() const
    {
        return detail::column<std::uint32_t>(size(), loyalty_summary_frequency, get());
    }
    std::vector<double> recency() const { return detail::column(size(), loyalty_summary_recency, get()); }
    std::vector<double> T() const { return detail::column(size(), loyalty_summary_T, get()); }
    std::vector<double> monetary_value() const
    {
        return detail::column(size(), loyalty_summary_monetary_value, get());
    }

private:
    class log : public detail::handle<loyalty_orders, loyalty_orders_free> {
    public:
        explicit log(const orders &of) : log(of, columns_of(of)) {}

    private:
        log(const orders &of, const loyalty_order_columns &columns)
            : handle(loyalty_orders_new_int, of.customer.data(), &columns)
        {
        }
    };

    explicit summary(const loyalty_summary_columns &columns) : handle(loyalty_summary_new, &columns) {}
    summary(const orders &of, const log &checked) : summary(checked, options_of(of)) {}
    summary(const log &checked, const loyalty_summary_options &options)
        : handle(loyalty_orders_summarize, checked.get(), &options)
    {
    }

    static loyalty_summary_columns columns_of(const histories &of)
    {
        const std::size_t rows = of.frequency.size();
        loyalty_summary_columns columns;
        loyalty_summary_columns_init(&columns, sizeof columns);
        columns.rows = rows;
        columns.frequency = of.frequency.data();
        columns.recency = detail::checked(rows, "recency", of.recency);
        columns.T = detail::checked(rows, "T", of.T);
        columns.monetary_value = detail::checked(rows, "monetary_value", of.monetary_value);
        columns.unit = static_cast<std::int32_t>(of.unit);
        return columns;
    }

    static loyalty_order_columns columns_of(const orders &of)
    {
        const std::size_t rows = of.customer.size();
        loyalty_order_columns columns;
        loyalty_order_columns_init(&columns, sizeof columns);
        columns.rows = rows;
        columns.time = detail::checked(rows, "time", of.time);
        columns.time_scale = static_cast<std::int32_t>(of.scale);
        columns.amount = detail::checked(rows, "amount", of.amount);
        return columns;
    }

    /** Points into `of`, which outlives the call. */
    static loyalty_summary_options options_of(const orders &of)
    {
        loyalty_summary_options options;
        loyalty_summary_options_init(&options, sizeof options);
        options.unit = static_cast<std::int32_t>(of.unit);
        options.observation_end = of.observation_end ? &*of.observation_end : nullptr;
        return options;
    }
};

/** When customers buy: a model of purchases of any kind. */
class purchase_model : public detail::handle<loyalty_purchase_model, loyalty_purchase_model_free> {
public:
    /** Reads the file once in a process, and again after it has changed. */
    static purchase_model open(const std::string &path)
    {
        return purchase_model(loyalty_purchase_model_open, path.c_str());
    }

    /** In what its times are counted. */
    loyalty::unit unit() const noexcept
    {
        return static_cast<loyalty::unit>(loyalty_purchase_model_unit(get()));
    }

    /** The probability that a customer with so many repeat purchases, the last at `recency` of `T`, still buys. */
    double p_alive(std::uint32_t frequency, double recency, double T) const
    {
        return detail::number(loyalty_purchase_model_p_alive, get(), frequency, recency, T);
    }

    /** How many purchases they are expected to make within the horizon. */
    double expected_purchases(std::uint32_t frequency, double recency, double T, double horizon) const
    {
        return detail::number(loyalty_purchase_model_expected_purchases, get(), frequency, recency, T, horizon);
    }

    /** P(alive) of each customer; 0 threads are as many as the machine runs at once. */
    std::vector<double> p_alive(const summary &customers, std::size_t threads = 1) const
    {
        return detail::column(customers.size(), loyalty_purchase_model_p_alive_batch, get(), customers.get(),
                              threads);
    }

    /** Expected purchases of each customer. */
    std::vector<double> expected_purchases(const summary &customers, double horizon,
                                           std::size_t threads = 1) const
    {
        return detail::column(customers.size(), loyalty_purchase_model_expected_purchases_batch, get(),
                              customers.get(), horizon, threads);
    }

private:
    using handle::handle;
};

/** How much customers spend: a model of any kind. */
class spend_model : public detail::handle<loyalty_spend_model, loyalty_spend_model_free> {
public:
    /** Reads the file once in a process, and again after it has changed. */
    static spend_model open(const std::string &path)
    {
        return spend_model(loyalty_spend_model_open, path.c_str());
    }

    /** What a purchase is expected to be worth, by the mean of so many. */
    double expected_spend(std::uint32_t transactions, double mean) const
    {
        return detail::number(loyalty_spend_model_expected_spend, get(), transactions, mean);
    }

    /** The same of each customer. */
    std::vector<double> expected_spend(const summary &customers, std::size_t threads = 1) const
    {
        return detail::column(customers.size(), loyalty_spend_model_expected_spend_batch, get(),
                              customers.get(), threads);
    }

private:
    using handle::handle;
};

/** What the purchases to come of each customer are worth today; `margin` is the profit of a unit of money. */
inline std::vector<double> clv(const purchase_model &purchases, const spend_model &spend,
                               const summary &customers, const discounting &by, double margin,
                               std::size_t threads = 1)
{
    return detail::column(customers.size(), loyalty_clv, purchases.get(), spend.get(), customers.get(),
                          by.get(), margin, threads);
}

/** A column of ids: none, whole numbers, or text. */
using ids = std::variant<std::monostate, view<std::int64_t>, view<std::string_view>>;

/** Order lines: who ordered what, when, and for how much. */
struct line_columns {
    ids customer, product;
    view<std::int64_t> time; /**< on the scale */
    view<double> price;      /**< of one piece */
    ids order = {};          /**< which order a line belongs to */
    ids line = {};           /**< the line's own id, by which returns find it later */
    view<double> quantity = {}; /**< pieces; 1 everywhere where left out */
    ids category = {};       /**< of the article, as the ledger knows it */
    view<double> amount = {}; /**< what was paid for the line; price by pieces where left out */
    view<double> list_amount = {};    /**< the line at list price */
    view<double> discount = {};       /**< money off that the shop pays for */
    view<double> maker_discount = {}; /**< money off that the maker pays back */
    view<double> coupon = {};         /**< money off by coupons */
    view<double> offered_depth = {};  /**< share of the list price on offer in the category that day */
    view<double> cost = {};           /**< of the goods */
    time_scale scale = time_scale::days;
    /** Columns with levels, and columns of numbers, by their names. */
    std::vector<std::pair<std::string, view<std::string_view>>> categories = {};
    std::vector<std::pair<std::string, view<double>>> numbers = {};
};

namespace detail {

/** Text as Arrow lays it out. */
struct arrow_text {
    std::vector<std::int64_t> offsets;
    std::string data;

    explicit arrow_text(view<std::string_view> texts) : offsets{0}
    {
        for (std::size_t row = 0; row < texts.size(); row++) {
            data += texts.data()[row];
            offsets.push_back(static_cast<std::int64_t>(data.size()));
        }
    }
};

/** The struct of order lines, and the arrays to which it points that are not the caller's. */
class filled_lines {
public:
    explicit filled_lines(const line_columns &of) : rows_(of.time.size())
    {
        loyalty_line_columns_init(&columns, sizeof columns);
        columns.rows = rows_;
        columns.time = of.time.data();
        columns.time_scale = static_cast<std::int32_t>(of.scale);
        columns.price = checked(rows_, "price", of.price);
        columns.quantity = checked(rows_, "quantity", of.quantity);
        columns.customer = column_of("customer", of.customer);
        columns.product = column_of("product", of.product);
        columns.order = column_of("order", of.order);
        columns.line = column_of("line", of.line);
        columns.category = column_of("category", of.category);
        columns.amount = checked(rows_, "amount", of.amount);
        columns.list_amount = checked(rows_, "list_amount", of.list_amount);
        columns.discount = checked(rows_, "discount", of.discount);
        columns.maker_discount = checked(rows_, "maker_discount", of.maker_discount);
        columns.coupon = checked(rows_, "coupon", of.coupon);
        columns.offered_depth = checked(rows_, "offered_depth", of.offered_depth);
        columns.cost = checked(rows_, "cost", of.cost);
        fill_categories(of);
        fill_numbers(of);
    }

    filled_lines(const filled_lines &) = delete;
    filled_lines &operator=(const filled_lines &) = delete;

    loyalty_line_columns columns;

    loyalty_ids column_of(const std::string &name, const ids &values)
    {
        loyalty_ids column{nullptr, nullptr, nullptr};
        if (const auto *numbers = std::get_if<view<std::int64_t>>(&values)) {
            must_have(rows_, name, numbers->size());
            column.numbers = numbers->data();
        } else if (const auto *texts = std::get_if<view<std::string_view>>(&values)) {
            must_have(rows_, name, texts->size());
            const auto &text = *texts_.emplace_back(std::make_unique<arrow_text>(*texts));
            column.offsets = text.offsets.data();
            column.data = text.data.data();
        }
        return column;
    }

private:
    void fill_categories(const line_columns &of)
    {
        for (const auto &[name, levels] : of.categories) {
            categories_.push_back(column_of(name, levels));
            category_names_.push_back(name.c_str());
        }
        columns.category_count = categories_.size();
        columns.categories = categories_.data();
        columns.category_names = category_names_.data();
    }

    void fill_numbers(const line_columns &of)
    {
        for (const auto &[name, values] : of.numbers) {
            must_have(rows_, name, values.size());
            numbers_.push_back(values.data());
            number_names_.push_back(name.c_str());
        }
        columns.number_count = numbers_.size();
        columns.numbers = numbers_.data();
        columns.number_names = number_names_.data();
    }

    std::size_t rows_;
    std::vector<std::unique_ptr<arrow_text>> texts_;
    std::vector<loyalty_ids> categories_;
    std::vector<const double *> numbers_;
    std::vector<const char *> category_names_, number_names_;
};

} // namespace detail

/** Checked order lines. */
class lines : public detail::handle<loyalty_lines, loyalty_lines_free> {
public:
    explicit lines(const line_columns &of) : lines(detail::filled_lines(of)) {}

    std::size_t size() const noexcept { return loyalty_lines_len(get()); }

private:
    explicit lines(const detail::filled_lines &filled) : handle(loyalty_lines_new, &filled.columns) {}
};

/** What a model of returns says of the returns that it was told. */
struct returns_told {
    std::size_t counted; /**< of lines that were known */
    std::size_t unknown; /**< of lines that were not */
};

/**
 * How likely order lines are to be sent back. Opened, it only scores, in any number of threads. Loaded, it belongs to the
 * caller and moves on with what it is told: a shop has one writer that does, and saves.
 */
class return_propensity
    : public detail::handle<loyalty_return_propensity, loyalty_return_propensity_free> {
public:
    /** For scoring: reads the file once in a process, and again after it has changed. */
    static return_propensity open(const std::string &path)
    {
        return return_propensity(loyalty_return_propensity_open, path.c_str());
    }

    /** For the writer: reads the file whenever it is called. */
    static return_propensity load(const std::string &path)
    {
        return return_propensity(loyalty_return_propensity_load, path.c_str());
    }

    /** Writes the file, whole or not at all. */
    void save(const std::string &path) const
    {
        detail::call(loyalty_return_propensity_save, get(), path.c_str());
    }

    /** The day up to which it knows everything, counted from 1970-01-01. */
    std::int32_t today() const noexcept { return loyalty_return_propensity_today(get()); }

    /** How many lines may still come back. */
    std::size_t open_lines() const noexcept { return loyalty_return_propensity_open_lines(get()); }

    /** The probability of each line to be sent back. */
    std::vector<double> score(const lines &of, std::size_t threads = 1) const
    {
        return detail::column(of.size(), loyalty_return_propensity_score, get(), of.get(), threads);
    }

    /** Takes in orders, scored as they were when they came. */
    std::vector<double> update(const lines &of)
    {
        return detail::column(of.size(), loyalty_return_propensity_update, get(), of.get());
    }

    /** Takes in returns by the ids of their lines. */
    returns_told update_returns(const ids &line, view<std::int64_t> time, time_scale scale = time_scale::days)
    {
        line_columns table;
        table.time = time;
        detail::filled_lines filled(table);
        const loyalty_ids column = filled.column_of("line", line);
        returns_told told{0, 0};
        detail::call(loyalty_return_propensity_update_returns, get(), column, time.data(),
                     static_cast<std::int32_t>(scale), time.size(), &told.counted, &told.unknown);
        return told;
    }

    /** Goes to a later day, without orders. */
    void advance(std::int32_t day) { detail::call(loyalty_return_propensity_advance, get(), day); }

private:
    using handle::handle;
};

namespace detail {

template <class Function> std::vector<std::string> names(std::size_t count, Function function)
{
    std::vector<std::string> all(count);
    for (std::size_t place = 0; place < count; place++) {
        std::array<char, 64> buffer{};
        call(function, place, buffer.data(), buffer.size(), static_cast<std::size_t *>(nullptr));
        all[place] = buffer.data();
    }
    return all;
}

} // namespace detail

/** The columns of a ledger, in their order. */
inline const std::vector<std::string> &ledger_columns()
{
    static const auto names = detail::names(loyalty_ledger_column_count(), loyalty_ledger_column_name);
    return names;
}

/** The names of the behaviours, in their order. */
inline const std::vector<std::string> &behaviour_names()
{
    static const auto names = detail::names(loyalty_behaviour_count(), loyalty_behaviour_name);
    return names;
}

/** The behaviours of one customer. */
struct label {
    /** The costliest of which they are labelled, by its place in behaviour_names(). */
    std::optional<std::size_t> primary;
    /** In the order of behaviour_names(). */
    std::vector<loyalty_behaviour_score> scores;
};

/** Costly behaviours: labels of customers by their rows of the ledger. */
class behaviours : public detail::handle<loyalty_behaviours, loyalty_behaviours_free> {
public:
    /** Reads the file once in a process, and again after it has changed. */
    static behaviours open(const std::string &path)
    {
        return behaviours(loyalty_behaviours_open, path.c_str());
    }

    /** Labels one customer; a group of peers that is unknown is measured against all. */
    label classify(view<double> ledger, const std::optional<std::string> &group = std::nullopt,
                   bool opted_out = false) const
    {
        label of{std::nullopt, std::vector<loyalty_behaviour_score>(behaviour_names().size())};
        const char *peers = group ? group->c_str() : nullptr;
        std::int32_t primary = -1;
        detail::call(loyalty_behaviours_classify, get(), ledger.data(), std::size_t{1}, ledger.size(), &peers,
                     &opted_out, of.scores.data(), of.scores.size(), &primary);
        if (primary >= 0)
            of.primary = static_cast<std::size_t>(primary);
        return of;
    }

private:
    using handle::handle;
};

/** What a ledger has learnt of the whole shop, by which the row of one customer is made alone. */
class ledger_basis : public detail::handle<loyalty_ledger_basis, loyalty_ledger_basis_free> {
public:
    /** Reads the file once in a process, and again after it has changed. */
    static ledger_basis open(const std::string &path)
    {
        return ledger_basis(loyalty_ledger_basis_open, path.c_str());
    }

private:
    using handle::handle;
};

/** What a contact with a customer is. */
enum class contact : std::int32_t {
    service = LOYALTY_CONTACT_SERVICE,
    firm_caused = LOYALTY_CONTACT_FIRM_CAUSED,
    marketing = LOYALTY_CONTACT_MARKETING,
};

/** What came of the lines that a record was told: how many were new to it, and how many it knew. */
struct lines_told {
    std::size_t added;
    std::size_t repeated;
};

/**
 * All that a shop knows of one customer's order lines, returns and contacts, kept as bytes in its own database and moved on
 * by each order.
 */
class customer_record : public detail::handle<loyalty_customer_record, loyalty_customer_record_free> {
public:
    /** Of a customer of whom nothing is known yet. */
    customer_record() : handle(loyalty_customer_record_new) {}

    /** Reads another record in place of this one; its memory is used again. A checksum guards the bytes. */
    void read(view<std::uint8_t> bytes)
    {
        detail::call(loyalty_customer_record_read, get(), bytes.data(), bytes.size());
    }

    std::vector<std::uint8_t> bytes() const
    {
        std::size_t length = 0;
        std::uint8_t *none = nullptr;
        detail::call(loyalty_customer_record_write, get(), none, length, &length);
        std::vector<std::uint8_t> all(length);
        detail::call(loyalty_customer_record_write, get(), all.data(), all.size(), &length);
        return all;
    }

    /** Adds lines of this customer. Lines that the record has by their own ids are not added again. */
    lines_told add_lines(const lines &of)
    {
        lines_told told{0, 0};
        detail::call(loyalty_customer_record_add_lines, get(), of.get(), &told.added, &told.repeated);
        return told;
    }

    /** Notes that lines came back, by their ids, and what was paid back for each, which is all where left out. */
    std::size_t add_returns(const ids &line, view<std::int64_t> time, view<double> amount = {},
                            time_scale scale = time_scale::days)
    {
        line_columns table;
        table.time = time;
        table.amount = amount;
        detail::filled_lines filled(table);
        const loyalty_ids column = filled.column_of("line", line);
        std::size_t news = 0;
        detail::call(loyalty_customer_record_add_returns, get(), column, time.data(),
                     static_cast<std::int32_t>(scale), amount.data(), time.size(), &news);
        return news;
    }

    /** Adds a contact; one that is told twice counts twice. */
    void add_contact(contact kind, std::int64_t time, double cost, time_scale scale = time_scale::days)
    {
        detail::call(loyalty_customer_record_add_contact, get(), static_cast<std::int32_t>(kind), time,
                     static_cast<std::int32_t>(scale), cost);
    }

    /** Notes that the customer opted out of labels and treatments, for good. */
    void opt_out() { detail::call(loyalty_customer_record_opt_out, get()); }

    /** The number of order lines. */
    std::size_t size() const noexcept { return loyalty_customer_record_len(get()); }
};

/** What counts as one purchase: all orders of a customer within such a period. */
enum class occasion : std::int32_t {
    natural = LOYALTY_OCCASION_NATURAL,
    exact = LOYALTY_OCCASION_EXACT,
    hour = LOYALTY_OCCASION_HOUR,
    day = LOYALTY_OCCASION_DAY,
    week = LOYALTY_OCCASION_WEEK,
    month = LOYALTY_OCCASION_MONTH,
    quarter = LOYALTY_OCCASION_QUARTER,
    year = LOYALTY_OCCASION_YEAR,
};

/** What a check-out scores by. Models that are left out are left out of the score. */
struct check_out_options {
    const purchase_model *purchases = nullptr;
    const spend_model *spend = nullptr;
    const ledger_basis *basis = nullptr;            /**< of the ledger that the behaviours were learnt from */
    const loyalty::behaviours *behaviours = nullptr; /**< they need the basis */
    std::optional<std::string> treatments = {};     /**< the table of treatments as JSON */
    bool customary_treatments = false;              /**< whether it is the one that comes along, where none is given */
    std::optional<double> margin = {};              /**< left out, lifetime values are in revenue */
    double horizon = 52;                            /**< in the unit of the model of purchases */
    double annual_discount_rate = 0;
    bool gross = false;         /**< whether purchases count as paid instead of net of what came back */
    bool include_first = false; /**< whether the mean amount is of all purchases, the first one included */
    loyalty::occasion occasion = loyalty::occasion::natural;
};

/** What is decided for a customer: the treatment that gains most. */
struct treatment {
    std::size_t number; /**< its place in the table */
    std::string name, channel;
    std::string reason; /**< why, in one sentence with the customer's numbers */
    double gain, basis, cost;
};

/** What is said of one customer at the check-out. */
struct customer_score {
    /** The numbers, and which of them are known. */
    loyalty_customer_score numbers;
    /** What is said of each behaviour, in the order of behaviour_names(), and the costliest label. */
    label behaviours;
    /** The probability of each line of the basket to be sent back. */
    std::vector<double> returns;
    std::optional<loyalty::treatment> treatment;
};

/** The models by which one customer is scored in one call while they wait. Any number of threads may use it. */
class check_out : public detail::handle<loyalty_check_out, loyalty_check_out_free> {
public:
    /** Copies the models. */
    explicit check_out(const check_out_options &of) : check_out(options_of(of)) {}

    /** Scores a customer, who was observed until `now`; a group of peers that is unknown is measured against all. */
    customer_score score(const customer_record &record, std::int64_t now, time_scale scale = time_scale::days,
                         const std::optional<std::string> &group = std::nullopt) const
    {
        return scored(record, now, scale, group, nullptr, nullptr, 0);
    }

    /** The same with the returns of the lines of a basket. */
    customer_score score(const customer_record &record, const return_propensity &returns, const lines &basket,
                         std::int64_t now, time_scale scale = time_scale::days,
                         const std::optional<std::string> &group = std::nullopt) const
    {
        return scored(record, now, scale, group, returns.get(), basket.get(), basket.size());
    }

private:
    explicit check_out(const loyalty_check_out_options &options) : handle(loyalty_check_out_new, &options) {}

    /** Points into `of`, which outlives the call. */
    static loyalty_check_out_options options_of(const check_out_options &of)
    {
        loyalty_check_out_options options;
        loyalty_check_out_options_init(&options, sizeof options);
        options.purchases = of.purchases ? of.purchases->get() : nullptr;
        options.spend = of.spend ? of.spend->get() : nullptr;
        options.basis = of.basis ? of.basis->get() : nullptr;
        options.behaviours = of.behaviours ? of.behaviours->get() : nullptr;
        options.treatments = of.treatments ? of.treatments->c_str() : nullptr;
        options.customary_treatments = of.customary_treatments;
        options.margin = of.margin ? &*of.margin : nullptr;
        options.horizon = of.horizon;
        options.annual_discount_rate = of.annual_discount_rate;
        options.gross = of.gross;
        options.include_first = of.include_first;
        options.occasion = static_cast<std::int32_t>(of.occasion);
        return options;
    }

    customer_score scored(const customer_record &record, std::int64_t now, time_scale scale,
                          const std::optional<std::string> &group, const loyalty_return_propensity *returns,
                          const loyalty_lines *basket, std::size_t lines) const
    {
        customer_score score{};
        loyalty_customer_score_init(&score.numbers, sizeof score.numbers);
        score.behaviours.scores.resize(loyalty_behaviour_count());
        score.returns.resize(lines);
        detail::call(loyalty_check_out_score, get(), record.get(), group ? group->c_str() : nullptr, now,
                     static_cast<std::int32_t>(scale), returns, basket, &score.numbers,
                     score.behaviours.scores.data(), score.behaviours.scores.size(), score.returns.data(), lines);
        if (score.numbers.primary >= 0)
            score.behaviours.primary = static_cast<std::size_t>(score.numbers.primary);
        if (score.numbers.treatment >= 0)
            score.treatment = chosen(score.numbers);
        return score;
    }

    treatment chosen(const loyalty_customer_score &score) const
    {
        std::array<char, 256> name{}, channel{};
        std::array<char, 1024> reason{};
        detail::call(loyalty_check_out_treatment, get(), &score, name.data(), name.size(), channel.data(),
                     channel.size(), reason.data(), reason.size());
        return {static_cast<std::size_t>(score.treatment), name.data(), channel.data(), reason.data(),
                score.treatment_gain, score.treatment_basis, score.treatment_cost};
    }
};

/** What treatments gain and take. */
struct treatments {
    /** By treatment and customer: the expected gain. */
    std::vector<std::vector<double>> gains;
    /** How much there is. */
    std::vector<double> capacities = {};
    /** By capacity and treatment: what it takes. */
    std::vector<std::vector<double>> uses = {};
};

/** For each customer one treatment or none, so that the gains add up to as much as the capacities allow. */
class selection : public detail::handle<loyalty_selection, loyalty_selection_free> {
public:
    explicit selection(const treatments &of, std::size_t threads = 1)
        : handle(loyalty_select, joined("gains", rows_of(of), of.gains).data(), rows_of(of), of.gains.size(),
                 of.capacities.data(), of.capacities.size(),
                 joined("uses", of.gains.size(), uses_of(of)).data(), threads),
          customers_(rows_of(of))
    {
    }

    /** The place of each customer's treatment, or -1. */
    std::vector<std::int32_t> choice() const
    {
        return detail::column<std::int32_t>(customers_, loyalty_selection_choice, get());
    }
    /** What the choice gains. */
    double gain() const noexcept { return loyalty_selection_gain(get()); }
    /** What no choice can exceed. */
    double bound() const noexcept { return loyalty_selection_bound(get()); }

private:
    static std::size_t rows_of(const treatments &of) { return of.gains.empty() ? 0 : of.gains[0].size(); }

    static const std::vector<std::vector<double>> &uses_of(const treatments &of)
    {
        detail::must_have(of.capacities.size(), "uses", of.uses.size());
        return of.uses;
    }

    static std::vector<double> joined(const char *name, std::size_t length,
                                      const std::vector<std::vector<double>> &table)
    {
        /* One more than needed, as an array of none would have no address. */
        std::vector<double> all;
        for (std::size_t place = 0; place < table.size(); place++) {
            detail::must_have(length, std::string(name) + " of " + std::to_string(place), table[place].size());
            all.insert(all.end(), table[place].begin(), table[place].end());
        }
        all.push_back(0);
        return all;
    }

    std::size_t customers_;
};

} // namespace loyalty

#endif
