/*
 * Writes what this header says of the golden models, for scripts/check-languages to compare with the golden files.
 *
 *     cd golden && conform OUT
 */

#include <loyalty.hpp>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>
#include <thread>

namespace {

using table = std::vector<std::pair<std::string, std::vector<double>>>;

void must(bool held, const char *what)
{
    if (!held) {
        std::cerr << "must hold: " << what << '\n';
        std::exit(1);
    }
}

/** The columns of a table of numbers, by their names. */
std::map<std::string, std::vector<double>> columns(const char *path)
{
    std::ifstream file(path);
    std::string line, cell;
    std::vector<std::string> names;
    std::map<std::string, std::vector<double>> of;
    std::getline(file, line);
    for (std::istringstream header(line); std::getline(header, cell, ',');)
        names.push_back(cell);
    while (std::getline(file, line)) {
        std::istringstream row(line);
        for (std::size_t place = 0; std::getline(row, cell, ','); place++)
            of[names[place]].push_back(std::strtod(cell.c_str(), nullptr));
    }
    return of;
}

void write(const std::string &path, const table &of)
{
    std::ofstream file(path);
    file << std::setprecision(17);
    for (std::size_t place = 0; place < of.size(); place++)
        file << (place ? "," : "") << of[place].first;
    for (std::size_t row = 0; row < of[0].second.size(); row++)
        for (std::size_t place = 0; place < of.size(); place++)
            file << (place ? ',' : '\n') << of[place].second[row];
    file << '\n';
}

void scores(const std::string &out)
{
    const auto golden = columns("scores.csv");
    const auto &frequency = golden.at("frequency"), &recency = golden.at("recency"), &T = golden.at("T"),
               &mean = golden.at("monetary_value");
    const auto purchases = loyalty::purchase_model::open("bg_nbd.json");
    const auto spend = loyalty::spend_model::open("gamma_gamma.json");
    const auto year = loyalty::discounting::annual(52, 0.1, loyalty::unit::week);
    const loyalty::summary customers(loyalty::histories{frequency, recency, T, mean, purchases.unit()});
    std::vector<double> alive, expected, spent;
    for (std::size_t row = 0; row < frequency.size(); row++) {
        const auto x = static_cast<std::uint32_t>(frequency[row]);
        alive.push_back(purchases.p_alive(x, recency[row], T[row]));
        expected.push_back(purchases.expected_purchases(x, recency[row], T[row], 39));
        spent.push_back(spend.expected_spend(x, mean[row]));
    }
    must(purchases.p_alive(customers) == alive, "P(alive) of many");
    must(purchases.expected_purchases(customers, 39, 0) == expected, "purchases of many");
    must(spend.expected_spend(customers, 2) == spent, "spend of many");
    write(out + "/scores.csv", {{"p_alive", alive},
                                {"expected_purchases_39", expected},
                                {"expected_spend", spent},
                                {"clv_52_annual_10_percent",
                                 loyalty::clv(purchases, spend, customers, year, 0.3)}});
}

void labels(const std::string &out)
{
    const auto golden = columns("behaviours.csv");
    const auto behaviours = loyalty::behaviours::open("behaviours.json");
    table said{{"primary", {}}};
    for (const auto &name : loyalty::behaviour_names()) {
        said.push_back({"p_over_" + name, {}});
        said.push_back({"impact_" + name, {}});
    }
    for (std::size_t row = 0; row < golden.at("orders").size(); row++) {
        std::vector<double> ledger;
        for (const auto &name : loyalty::ledger_columns())
            ledger.push_back(golden.at(name)[row]);
        const auto label = behaviours.classify(ledger);
        said[0].second.push_back(label.primary ? static_cast<double>(*label.primary) : -1);
        for (std::size_t place = 0; place < label.scores.size(); place++) {
            said[2 * place + 1].second.push_back(label.scores[place].p_over);
            said[2 * place + 2].second.push_back(label.scores[place].impact);
        }
    }
    write(out + "/behaviours.csv", said);
}

const std::int64_t CUSTOMERS[] = {3, 3, 99}, PRODUCTS[] = {5, 6, 7}, ORDERS[] = {900, 900, 901},
                   LINES[] = {9001, 9002, 9003};
const double PRICES[] = {19.5, 7.25, 19.5};

loyalty::lines basket(std::int64_t day)
{
    const std::int64_t time[] = {day, day, day};
    loyalty::line_columns columns;
    columns.customer = loyalty::view<std::int64_t>(CUSTOMERS);
    columns.product = loyalty::view<std::int64_t>(PRODUCTS);
    columns.order = loyalty::view<std::int64_t>(ORDERS);
    columns.line = loyalty::view<std::int64_t>(LINES);
    columns.time = time;
    columns.price = PRICES;
    return loyalty::lines(columns);
}

table history()
{
    const std::vector<std::int64_t> customer{1, 2, 1, 3, 1, 2}, time{0, 3, 14, 9, 40, 45};
    const std::vector<double> amount{10, 20, 30, 5, 50, 7.5};
    const loyalty::summary customers(loyalty::orders{customer, time, amount, loyalty::unit::week});
    const auto frequency = customers.frequency();
    return {{"frequency", {frequency.begin(), frequency.end()}},
            {"recency", customers.recency()},
            {"T", customers.T()},
            {"monetary_value", customers.monetary_value()}};
}

table returns(const std::string &out)
{
    auto model = loyalty::return_propensity::load("return_propensity.json");
    const auto today = model.today();
    const auto open = model.open_lines();
    const auto before = model.score(basket(today));
    must(model.update(basket(today)) == before, "scored as it is taken in");
    must(model.open_lines() == open + 3, "three lines are open");
    const std::int64_t back[] = {9001, 4711}, when[] = {today, today};
    const auto told = model.update_returns(loyalty::view<std::int64_t>(back), when);
    must(told.counted == 1 && told.unknown == 1, "one return is of a known line");
    model.advance(today + 1);
    const auto after = model.score(basket(today + 1));
    model.save(out + "/moved.json");
    const auto again = loyalty::return_propensity::open(out + "/moved.json");
    must(again.score(basket(today + 1)) == after, "a saved model scores alike");
    return {{"before", before}, {"after", after}};
}

using numbers = std::vector<double>;

loyalty::selection chosen(std::vector<numbers> gains, numbers capacities = {}, std::vector<numbers> uses = {})
{
    return loyalty::selection(loyalty::treatments{std::move(gains), std::move(capacities), std::move(uses)});
}

table decision()
{
    const auto selection = chosen({numbers{50, 40, 15}, numbers{20, 10, 0}}, {2}, {numbers{1, 0}});
    must(selection.bound() == selection.gain(), "the choice is the best");
    const auto choice = selection.choice();
    const double gain = selection.gain();
    return {{"choice", {choice.begin(), choice.end()}}, {"gain", {gain, gain, gain}}};
}

/** The models of a check-out, which outlive it. */
struct shop {
    loyalty::purchase_model purchases = loyalty::purchase_model::open("bg_nbd.json");
    loyalty::spend_model spend = loyalty::spend_model::open("gamma_gamma.json");
    loyalty::ledger_basis basis = loyalty::ledger_basis::open("ledger_basis.json");
    loyalty::behaviours behaviours = loyalty::behaviours::open("behaviours.json");

    loyalty::check_out check_out(std::optional<std::string> treatments = std::nullopt) const
    {
        loyalty::check_out_options options;
        options.purchases = &purchases;
        options.spend = &spend;
        options.basis = &basis;
        options.behaviours = &behaviours;
        options.treatments = std::move(treatments);
        options.customary_treatments = true;
        options.margin = 0.3;
        options.annual_discount_rate = 0.1;
        return loyalty::check_out(options);
    }
};

/** Each golden customer in one call, and the sentences of what is decided for them. */
void customers(const std::string &out)
{
    /* The last microsecond of the golden ledger. */
    const std::int64_t end = 1767139199999999;
    const auto check_out = shop().check_out();
    const auto returns = loyalty::return_propensity::open("return_propensity.json");
    const auto lines = basket(returns.today());
    const auto alone = returns.score(lines);
    loyalty::customer_record record;
    table scores{{"p_alive", {}}, {"expected_purchases", {}}, {"expected_spend", {}}, {"clv", {}},
                 {"primary", {}}, {"treatment", {}}, {"treatment_gain", {}}, {"treatment_cost", {}}};
    std::ifstream file("check_out.csv");
    std::ofstream said(out + "/treatments.txt");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::vector<std::uint8_t> bytes;
        for (std::size_t at = 0; line[at] != ','; at += 2)
            bytes.push_back(static_cast<std::uint8_t>(std::stoi(line.substr(at, 2), nullptr, 16)));
        record.read(bytes);
        must(record.bytes() == bytes, "a record has the bytes that it was read from");
        const auto score = check_out.score(record, returns, lines, end, loyalty::time_scale::microseconds);
        must(score.returns == alone, "the basket is scored as it is alone");
        const auto &of = score.numbers;
        must(of.purchases_known && of.value_known && of.ledger_known, "all is known");
        const double row[] = {of.p_alive, of.expected_purchases, of.expected_spend, of.clv,
                              static_cast<double>(of.primary), static_cast<double>(of.treatment),
                              of.treatment_gain, of.treatment_cost};
        for (std::size_t place = 0; place < scores.size(); place++)
            scores[place].second.push_back(row[place]);
        if (const auto &chosen = score.treatment)
            said << chosen->name << ", " << chosen->channel << ": " << chosen->reason << '\n';
        else
            said << "none\n";
    }
    write(out + "/check_out.csv", scores);
}

/** What an order, a return and a contact make of an empty record. */
void record(const std::string &out)
{
    const std::int64_t customer[] = {3, 3, 3}, product[] = {5, 6, 7}, time[] = {20450, 20450, 20450},
                       order[] = {900, 900, 900}, id[] = {9001, 9002, 9003}, back[] = {9002, 9003},
                       when[] = {20455, 20455}, again[] = {9003}, later[] = {20456};
    const double amount[] = {39, 7.25, 19.5}, quantity[] = {2, 1, 1}, list_amount[] = {45, 7.25, 25},
                 discount[] = {4, 0, 5.5}, maker_discount[] = {2, 0, 0}, coupon[] = {0, 0, 0},
                 offered_depth[] = {0.1, 0, 0.25}, cost[] = {20, 3, 11}, paid_back[] = {7.25, 10};
    const std::string_view category[] = {"shoes", "socks", "shoes"};
    loyalty::line_columns columns;
    columns.customer = loyalty::view<std::int64_t>(customer);
    columns.product = loyalty::view<std::int64_t>(product);
    columns.order = loyalty::view<std::int64_t>(order);
    columns.line = loyalty::view<std::int64_t>(id);
    columns.category = loyalty::view<std::string_view>(category);
    columns.time = time;
    columns.amount = amount;
    columns.quantity = quantity;
    columns.list_amount = list_amount;
    columns.discount = discount;
    columns.maker_discount = maker_discount;
    columns.coupon = coupon;
    columns.offered_depth = offered_depth;
    columns.cost = cost;
    const loyalty::lines lines(columns);
    loyalty::customer_record of;
    const auto first = of.add_lines(lines), second = of.add_lines(lines);
    must(first.added == 3 && first.repeated == 0, "three lines are added");
    must(second.added == 0 && second.repeated == 3, "told twice they are known");
    must(of.add_returns(loyalty::view<std::int64_t>(back), when, paid_back) == 2, "two lines came back");
    must(of.add_returns(loyalty::view<std::int64_t>(again), later) == 0, "of which one is told again");
    of.add_contact(loyalty::contact::firm_caused, 20453, 4.5);
    of.opt_out();
    must(of.size() == 3, "a record of three lines");
    const auto purchases = loyalty::purchase_model::open("bg_nbd.json");
    loyalty::check_out_options options;
    options.purchases = &purchases;
    options.gross = true;
    const auto score = loyalty::check_out(options).score(of, 20460);
    must(score.numbers.purchases_known && !score.numbers.value_known && !score.treatment, "opted out");
    std::ofstream file(out + "/record.txt");
    for (const auto byte : of.bytes())
        file << std::hex << std::setw(2) << std::setfill('0') << static_cast<int>(byte);
    file << '\n';
}

template <class Change> loyalty::lines line(Change change)
{
    static const std::int64_t one[] = {1};
    static const double price[] = {1};
    loyalty::line_columns columns;
    columns.customer = columns.product = loyalty::view<std::int64_t>(one);
    columns.time = one;
    columns.price = price;
    change(columns);
    return loyalty::lines(columns);
}

/** A line whose ids are text, with columns of the shop's own. */
loyalty::lines text_line(std::int64_t day)
{
    const std::int64_t time[] = {day};
    const std::string_view id[] = {"\u00e4"}, size[] = {"XL"};
    const double age[] = {2.5};
    return line([&](loyalty::line_columns &of) {
        of.customer = of.product = loyalty::view<std::string_view>(id);
        of.time = time;
        of.categories = {{"size", size}};
        of.numbers = {{"age", age}};
    });
}

void refusals(const std::string &out)
{
    const auto purchases = loyalty::purchase_model::open("bg_nbd.json");
    const auto spend = loyalty::spend_model::open("gamma_gamma.json");
    auto model = loyalty::return_propensity::open("return_propensity.json");
    const auto behaviours = loyalty::behaviours::open("behaviours.json");
    const std::vector<double> one{1}, two{1, 2}, three{1, 2, 3}, above{2}, negative{-1};
    std::vector<double> broken(loyalty::ledger_columns().size());
    broken[0] = std::nan("");
    const std::string_view letter[] = {"a"};
    const std::int64_t today[] = {model.today()}, nine[] = {9}, day[] = {20453};
    const std::uint8_t signature[] = {'L', 'O', 'Y', 'R'};
    const loyalty::customer_record nobody;
    const shop models;
    /* Lines that were moved away are none. */
    auto nothing = basket(model.today());
    const auto kept = std::move(nothing);
    const std::vector<std::function<void()>> cases{
        [] { loyalty::purchase_model::open("absent.json"); },
        [] { loyalty::purchase_model::open("gamma_gamma.json"); },
        [] { loyalty::spend_model::open("bg_nbd.json"); },
        [] { loyalty::return_propensity::open("behaviours.json"); },
        [] { loyalty::behaviours::open("return_propensity.json"); },
        [&] { purchases.p_alive(2, 50, 40); },
        [&] { purchases.p_alive(2, std::nan(""), 40); },
        [&] { purchases.expected_purchases(2, 30, 40, -1); },
        [&] { spend.expected_spend(3, -5); },
        [] { loyalty::discounting::annual(52, -2, loyalty::unit::week); },
        [&] { loyalty::summary(loyalty::histories{one, above, one, {}}); },
        [&] { loyalty::summary(loyalty::histories{two, two, above, {}}); },
        [&] { line([&](loyalty::line_columns &of) { of.price = negative; }); },
        [&] {
            model.score(line([&](loyalty::line_columns &of) {
                of.customer = of.product = loyalty::view<std::string_view>(letter);
                of.time = today;
            }));
        },
        [&] { model.update(basket(model.today())); },
        [&] { behaviours.classify(three); },
        [&] { behaviours.classify(broken); },
        [] { chosen({numbers{}}); },
        [] { chosen({numbers{50, std::nan("")}}); },
        [] { chosen({numbers{50}}, {-1}, {numbers{1}}); },
        [] { loyalty::ledger_basis::open("behaviours.json"); },
        [&] { loyalty::customer_record().read(signature); },
        [&] { loyalty::customer_record().add_returns(loyalty::view<std::int64_t>(nine), day); },
        [] { loyalty::customer_record().add_contact(loyalty::contact::service, 30, std::nan("")); },
        [&] { models.check_out("[]"); },
        [&] { models.check_out().score(nobody, model, nothing, 20453); },
        [&] {
            loyalty::check_out_options options;
            options.behaviours = &behaviours;
            loyalty::check_out(options).score(nobody, 20453);
        },
    };
    std::ofstream file(out + "/refusals.txt");
    for (const auto &refused : cases) {
        try {
            refused();
            must(false, "every case is refused");
        } catch (const loyalty::error &refusal) {
            file << refusal.status() << ": " << refusal.what() << '\n';
        }
    }
}

static_assert(!std::is_copy_constructible_v<loyalty::purchase_model>);
static_assert(std::is_nothrow_move_constructible_v<loyalty::purchase_model>);

/** What only C++ can do: move an object away, and share one between threads. */
void of_cpp_alone()
{
    auto first = loyalty::purchase_model::open("bg_nbd.json");
    const double alive = first.p_alive(2, 30, 40);
    const auto second = std::move(first);
    try {
        first.p_alive(2, 30, 40);
        must(false, "an object that was moved from is refused");
    } catch (const loyalty::error &refusal) {
        must(refusal.status() == LOYALTY_STATUS_NULL_ARGUMENT, "as nothing");
    }
    must(text_line(3).size() == 1, "a line with columns of the shop");
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 8; thread++)
        threads.emplace_back([&] {
            for (int round = 0; round < 20000; round++)
                must(second.p_alive(2, 30, 40) == alive, "the same in every thread");
        });
    for (auto &thread : threads)
        thread.join();
}

} // namespace

int main(int, char **arguments)
{
    const std::string out = arguments[1];
    scores(out);
    labels(out);
    table checkout = history();
    for (const auto &part : {returns(out), decision()})
        checkout.insert(checkout.end(), part.begin(), part.end());
    write(out + "/checkout.csv", checkout);
    customers(out);
    record(out);
    of_cpp_alone();
    refusals(out);
}
