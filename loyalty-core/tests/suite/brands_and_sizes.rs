//! Return rates cleaned of brands and sizes, and exchanges told by sizes.

use loyalty_core::behaviours::{Behaviour, BehaviourModel, BehaviourOptions, permutation_check};
use loyalty_core::ledger::{Ledger, LedgerOptions};
use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, TimeScale};
use loyalty_core::parallel::Threads;

const CUSTOMERS: i64 = 1500;
const BRANDS: i64 = 12;
const SIZES: i64 = 9;

/// Numbers from 0 to 1 (xorshift, Marsaglia 2003).
struct Draws(u64);

impl Draws {
    fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, count: i64) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "a small number")]
        let number = (self.uniform() * count as f64) as i64;
        number
    }
}

/// What comes back more often than else, by log-odds.
#[derive(Default, Clone, Copy)]
struct Odd {
    /// Lines of brand 0, which some customers buy above all.
    brand: f64,
    /// Lines of size 0, which is that of one customer in nine.
    size: f64,
    /// Lines of the customers of whom there is one in sixteen.
    reversers: f64,
}

#[derive(Default)]
struct Lines {
    customer: Vec<i64>,
    order: Vec<i64>,
    day: Vec<i64>,
    product: Vec<i64>,
    brand: Vec<i64>,
    size: Vec<i64>,
    paid: Vec<f64>,
    back: Vec<f64>,
}

fn is_reverser(customer: i64) -> bool {
    customer % 16 == 5
}

/// Twelve orders of two lines each of every customer, who has a size and a favourite brand; articles are so many
/// that hardly anything is known of each.
fn shop(odd: Odd, seed: u64) -> Lines {
    let mut draws = Draws(0x9e37_79b9_7f4a_7c15 ^ (seed + 1));
    let mut lines = Lines::default();
    for customer in 0..CUSTOMERS {
        let (favourite, own_size) = (draws.below(BRANDS), draws.below(SIZES));
        for order in 0..12 {
            let day = draws.below(720);
            for _ in 0..2 {
                let loyal = draws.uniform() < 0.8;
                let brand = if loyal { favourite } else { draws.below(BRANDS) };
                let size = if draws.uniform() < 0.9 { own_size } else { draws.below(SIZES) };
                let product = brand + BRANDS * draws.below(700);
                let own = |is: bool, effect: f64| if is { effect } else { 0.0 };
                let log_odds = -2.5
                    + own(brand == 0, odd.brand)
                    + own(size == 0, odd.size)
                    + own(is_reverser(customer), odd.reversers);
                let back = draws.uniform() < 1.0 / (1.0 + (-log_odds).exp());
                lines.customer.push(customer);
                lines.order.push(customer * 12 + order);
                lines.day.push(day);
                lines.product.push(product);
                lines.brand.push(brand);
                lines.size.push(size);
                lines.paid.push(40.0);
                lines.back.push(if back { 40.0 } else { 0.0 });
            }
        }
    }
    lines
}

#[derive(Clone, Copy)]
struct Given {
    product: bool,
    brand: bool,
    size: bool,
}

const NOTHING: Given = Given { product: false, brand: false, size: false };

fn order_lines(lines: &Lines, given: Given) -> OrderLines {
    let customer = Column::new("customer", &lines.customer[..]).into();
    let mut columns = LineColumns::new(customer, Column::new("day", &lines.day), TimeScale::Days)
        .with_amount(Column::new("paid", &lines.paid));
    let ids = |given: bool, name, values| given.then(|| Column::new(name, values).into());
    columns.order = ids(true, "order", &lines.order[..]);
    columns.product = ids(given.product, "product", &lines.product[..]);
    columns.brand = ids(given.brand, "brand", &lines.brand[..]);
    columns.size = ids(given.size, "size", &lines.size[..]);
    columns.returned_amount = Some(Column::new("back", &lines.back));
    OrderLines::new(&columns, Invalid::Raise).unwrap()
}

/// Labelled reversers, and how many of them are true ones.
fn named(lines: &Lines, given: Given) -> (usize, usize) {
    let ledger =
        Ledger::new(&order_lines(lines, given), None, None, &LedgerOptions::default()).unwrap();
    let model = BehaviourModel::fit(&ledger, &BehaviourOptions::default()).unwrap();
    let found = model.classify(&ledger, Threads::default()).unwrap();
    let named: Vec<i64> = (0..CUSTOMERS)
        .zip(0..ledger.len())
        .filter(|&(_, row)| found.has(row, Behaviour::RevenueReverser))
        .map(|(customer, _)| customer)
        .collect();
    (named.len(), named.iter().filter(|&&customer| is_reverser(customer)).count())
}

#[test]
fn nobody_is_blamed_for_a_brand_or_a_size_that_comes_back_often() {
    let brand = Odd { brand: 2.5, ..Odd::default() };
    let size = Odd { size: 2.5, ..Odd::default() };
    let (of_brand, of_size) = (shop(brand, 0), shop(size, 1));
    // Without the column those who buy them look like reversers.
    assert!(named(&of_brand, NOTHING).0 > 50);
    assert!(named(&of_size, NOTHING).0 > 50);
    for product in [false, true] {
        let with_brand = Given { product, brand: true, size: false };
        let with_size = Given { product, brand: false, size: true };
        let with_both = Given { product, brand: true, size: true };
        for (lines, given) in [
            (&of_brand, with_brand),
            (&of_brand, with_both),
            (&of_size, with_size),
            (&of_size, with_both),
        ] {
            let (labelled, _) = named(lines, given);
            assert!(labelled <= 1, "{labelled}");
        }
    }
}

#[test]
fn who_sends_back_is_found_beside_such_a_brand_and_size() {
    let (mut plain, mut beside, mut wrong) = (0, 0, 0);
    for seed in 0..2 {
        let real = Odd { reversers: 2.5, ..Odd::default() };
        plain += named(&shop(real, seed), NOTHING).1;
        let lines = shop(Odd { brand: 2.0, size: 1.5, reversers: 2.5 }, seed);
        let (labelled, true_ones) = named(&lines, Given { product: true, brand: true, size: true });
        beside += true_ones;
        wrong += labelled - true_ones;
    }
    assert!(beside * 10 >= plain * 8 && beside > 120, "{beside} of {plain}");
    assert!(wrong * 100 <= 12 * (beside + wrong), "{wrong} of {}", beside + wrong);
}

#[test]
fn dealt_out_at_random_brands_and_sizes_make_nobody_odd() {
    let lines = shop(Odd { brand: 2.5, size: 2.5, reversers: 2.5 }, 7);
    let lines = order_lines(&lines, Given { product: false, brand: true, size: true });
    let (ledger, labels) = (LedgerOptions::default(), BehaviourOptions::default());
    let checks = permutation_check(&lines, None, &ledger, &labels, 2, 7).unwrap();
    let returns =
        checks.iter().find(|check| check.behaviour == Behaviour::RevenueReverser).unwrap();
    assert!(returns.labelled > 50 && returns.by_chance.iter().all(|&one| one <= 1), "{returns:?}");
}

/// The exchanges of the lines (order, day, product, size, day of the return) of one customer.
fn exchanges(rows: &[(i64, i64, i64, i64, Option<i64>)], sizes: bool) -> f64 {
    let customer = vec![1; rows.len()];
    let [order, day, product, size, back]: [Vec<i64>; 5] = [
        rows.iter().map(|row| row.0).collect(),
        rows.iter().map(|row| row.1).collect(),
        rows.iter().map(|row| row.2).collect(),
        rows.iter().map(|row| row.3).collect(),
        rows.iter().map(|row| row.4.unwrap_or(0)).collect(),
    ];
    let known: Vec<bool> = rows.iter().map(|row| row.4.is_some()).collect();
    let paid = vec![40.0; rows.len()];
    let refunded: Vec<f64> = known.iter().map(|&back| if back { 40.0 } else { 0.0 }).collect();
    let customer = Column::new("customer", &customer[..]).into();
    let mut columns = LineColumns::new(customer, Column::new("day", &day), TimeScale::Days)
        .with_amount(Column::new("paid", &paid));
    columns.order = Some(Column::new("order", &order[..]).into());
    columns.product = Some(Column::new("product", &product[..]).into());
    columns.size = sizes.then(|| Column::new("size", &size[..]).into());
    columns.returned_amount = Some(Column::new("refunded", &refunded));
    columns.return_time = Some(Column::new("back", &back[..]).with_present(Some(&known)));
    let lines = OrderLines::new(&columns, Invalid::Raise).unwrap();
    let mut options = LedgerOptions::default();
    options.end = Some(400 * 86_400_000_000);
    Ledger::new(&lines, None, None, &options).unwrap().columns().exchanges[0]
}

#[test]
fn another_size_is_an_exchange_and_a_second_piece_is_none() {
    // Tried in two sizes, of which one is kept.
    let bracket = [(1, 0, 7, 38, Some(9)), (1, 0, 7, 39, None)];
    // The other size is ordered before the first is back, and after.
    let before = [(1, 0, 7, 38, Some(9)), (2, 5, 7, 39, None)];
    let after = [(1, 0, 7, 38, Some(9)), (2, 12, 7, 39, None)];
    // Two pieces of one size, of which one comes back; and a broken one, taken again once it was sent back.
    let two = [(1, 0, 7, 38, Some(9)), (1, 0, 7, 38, None)];
    let broken = [(1, 0, 7, 38, Some(9)), (2, 12, 7, 38, None)];
    // Another article, and the other size a month later.
    let other = [(1, 0, 7, 38, Some(9)), (1, 0, 8, 39, None)];
    let late = [(1, 0, 7, 38, Some(9)), (2, 60, 7, 39, None)];
    for (rows, by_size, by_product) in [
        (bracket, 1.0, 1.0),
        (before, 1.0, 1.0),
        (after, 1.0, 1.0),
        (two, 0.0, 1.0),
        (broken, 1.0, 1.0),
        (other, 0.0, 0.0),
        (late, 0.0, 0.0),
    ] {
        assert_eq!(exchanges(&rows, true), by_size, "{rows:?}");
        assert_eq!(exchanges(&rows, false), by_product, "{rows:?}");
    }
}
