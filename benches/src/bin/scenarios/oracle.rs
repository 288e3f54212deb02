//! Who is labelled by an oracle with the same evidence: it knows how the shop was made and what kinds of customers
//! there are, and labels by the exact posterior at the same false-discovery rate.
//!
//! What it is told is what the library is told of each customer: contacts, lines and what came back of them, discounts;
//! and of the shop all that no log holds: the share of each kind, how often every article comes back, every offer of
//! every week, how long returns and questions take. It compares with the thresholds that the library set. Which contacts
//! are about one question it is not told, nor when they came, but it knows how many contacts a question takes; so the
//! library, which sees cases, may find more. It knows customers who do
//! not change, without budgets, sale waves or cancellations: the four scenarios of [`SCENARIOS`].

#![allow(clippy::disallowed_methods, reason = "no promise of equal bits here")]

use std::collections::BTreeMap;

use loyalty_core::behaviours::{Behaviour, Behaviours};
use loyalty_core::parallel::Threads;
use loyalty_core::simulate::{ScenarioOptions, Shop};

/// The scenarios whose process the oracle knows.
pub(crate) const SCENARIOS: [&str; 4] = ["calm", "bursts", "heavy_costs", "few_orders"];

/// The behaviours that it labels.
pub(crate) const BEHAVIOURS: [Behaviour; 3] =
    [Behaviour::ServiceDemander, Behaviour::RevenueReverser, Behaviour::PromotionMaximizer];

/// What the shops of these scenarios are made of, as in `loyalty-core/src/simulate/scenario/`: share of each kind and
/// its contacts an order; log-odds of a return; how often they look for offers.
const CONTACTS: [(f64, f64); 3] = [(0.06, 4.5), (0.14, 1.2), (0.8, 0.15)];
const RETURNS: [(f64, f64); 4] = [(0.05, 1.1), (0.15, -1.1), (0.5, -2.6), (0.3, -4.6)];
const SEEKING: [(f64, f64); 3] = [(0.06, 0.95), (0.2, 0.4), (0.74, 0.05)];
/// Shape of the gamma distribution of contacts within a kind, whose standard deviation is 0.6 of its mean.
const CONTACT_SHAPE: f64 = 1.0 / 0.36;
/// The shapes of the beta distribution of seeking within a kind add up to this.
const SEEKING_SHAPES: f64 = 20.0;
/// Products that a seeker compares.
const COMPARED: i32 = 10;
const PER_CATEGORY: i64 = 30;
const CATEGORIES: i64 = 12;
/// Mean days until a question, and until a return, whose logarithm has the standard deviation 0.8.
const DAYS: f64 = 10.0;
const LAG_SPREAD: f64 = 0.8;
/// The first day.
const START: i64 = 19_723;
const CONTACT_COST: f64 = 6.0;

/// A shop of the same stock with so many customers shows all of its offers and prices.
const MANY: u32 = 30_000;

/// All that is sold, and on offer when.
pub(crate) struct Stock {
    days: i64,
    /// Log-odds of a return by product, beside those of the customer and the order.
    effect: Vec<f64>,
    /// Of each week and category the depth of each product's offer, in order.
    depths: Vec<Vec<(f64, f64)>>,
}

impl Stock {
    pub(crate) fn of(options: &ScenarioOptions) -> Result<Self, loyalty_core::Error> {
        let mut many = options.clone();
        many.customers = MANY;
        let shop = Shop::of_scenario(&many, Threads::default())?;
        let (lines, truth) = (&shop.lines, &shop.truth);
        let products = usize::try_from(CATEGORIES * PER_CATEGORY).unwrap_or_default();
        let weeks = options.days.div_ceil(7) as usize;
        let rates = rates(truth.return_rate.iter().copied());
        let mut depth = vec![0.0; weeks * products];
        let (mut prices, mut effects) = (vec![Vec::new(); products], vec![(0.0, 0.0); products]);
        for line in 0..lines.customer.len() {
            let product = usize::try_from(lines.product[line]).unwrap_or_default();
            let week = usize::try_from((lines.time[line] - START) / 7).unwrap_or_default();
            let customer = usize::try_from(lines.customer[line]).unwrap_or_default();
            let list = lines.list_amount[line];
            depth[week * products + product] =
                (100.0 * lines.discount[line] / list).round() / 100.0;
            prices[product].push(list);
            let own = RETURNS[kind_of(&rates, truth.return_rate[customer])].1;
            let p = lines.return_probability[line];
            effects[product].0 += (p / (1.0 - p)).ln() - own;
            effects[product].1 += 1.0;
        }
        let median = |prices: &mut Vec<f64>| {
            prices.sort_by(f64::total_cmp);
            prices.get(prices.len() / 2).copied().unwrap_or(1.0)
        };
        let price: Vec<f64> = prices.iter_mut().map(median).collect();
        let each = |cell: usize| {
            let (week, category) = (cell / 12, cell % 12);
            let of = |place: usize| {
                let product = category * 30 + place;
                (depth[week * products + product], price[product])
            };
            (0..30).map(of).collect()
        };
        Ok(Self {
            days: i64::from(options.days),
            effect: effects.iter().map(|(sum, count)| sum / f64::max(*count, 1.0)).collect(),
            depths: (0..weeks * 12).map(each).collect(),
        })
    }

    /// How often each depth is got over all weeks and categories.
    fn usual(&self) -> BTreeMap<i64, [f64; 2]> {
        let mut usual: BTreeMap<i64, [f64; 2]> = BTreeMap::new();
        for cell in &self.depths {
            let mut depths: Vec<f64> = cell.iter().map(|offer| offer.0).collect();
            depths.sort_by(f64::total_cmp);
            depths.dedup();
            for depth in depths {
                let [one, ten] = Self::seen(cell, depth);
                let sums = usual.entry(hundredths(depth)).or_default();
                sums[0] += one / self.depths.len() as f64;
                sums[1] += ten / self.depths.len() as f64;
            }
        }
        usual
    }

    /// How often this depth is got: of one product looked at, and of the deepest of ten.
    fn seen(cell: &[(f64, f64)], depth: f64) -> [f64; 2] {
        let share = |up_to: f64| {
            cell.iter().filter(|offer| offer.0 <= up_to + 1e-6).count() as f64 / cell.len() as f64
        };
        let (to, below) = (share(depth), share(depth - 0.01));
        [to - below, to.powi(COMPARED) - below.powi(COMPARED)]
    }

    /// Depth and selection of who seeks as often as this.
    fn bought(&self) -> impl Fn(f64) -> [f64; 2] {
        let (mut plain, mut sought) = ([0.0; 2], [0.0; 2]);
        for cell in &self.depths {
            for &(depth, price) in cell {
                let same =
                    cell.iter().filter(|offer| (offer.0 - depth).abs() < 0.01).count() as f64;
                let [one, ten] = Self::seen(cell, depth).map(|share| share / same);
                for (sums, weight) in [(&mut plain, one), (&mut sought, ten)] {
                    sums[0] += weight * price;
                    sums[1] += weight * price * depth;
                }
            }
        }
        move |seeking| {
            let mix = |part: usize| (1.0 - seeking) * plain[part] + seeking * sought[part];
            let depth = mix(1) / mix(0);
            [depth, depth / (plain[1] / plain[0])]
        }
    }
}

/// The true return rates of the kinds, from the largest on.
fn rates(all: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut rates: Vec<f64> = all.collect();
    rates.sort_by(|a, b| b.total_cmp(a));
    rates.dedup();
    rates
}

fn kind_of(rates: &[f64], rate: f64) -> usize {
    rates.iter().position(|one| *one == rate).unwrap_or_default()
}

/// One customer's log.
#[derive(Default)]
struct Log {
    /// Day of each order, and its lines.
    orders: BTreeMap<i64, (i64, Vec<usize>)>,
    /// Contacts of their own.
    contacts: usize,
}

fn logs(shop: &Shop) -> Vec<Log> {
    let mut logs: Vec<Log> = shop.truth.customer.iter().map(|_| Log::default()).collect();
    for line in 0..shop.lines.customer.len() {
        let log = &mut logs[usize::try_from(shop.lines.customer[line]).unwrap_or_default()];
        let order = log.orders.entry(shop.lines.order[line]).or_default();
        order.0 = shop.lines.time[line];
        order.1.push(line);
    }
    for contact in 0..shop.contacts.customer.len() {
        if !shop.contacts.firm_caused[contact] {
            let who = usize::try_from(shop.contacts.customer[contact]).unwrap_or_default();
            logs[who].contacts += 1;
        }
    }
    logs
}

/// What the oracle is told of offers: all of each week, or only how often which depth is got over all weeks, by who
/// looks for offers and by who does not, as nobody is told more who has not the shop's calendar.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Offers {
    OfTheWeek,
    OnAverage,
}

/// Of each customer P(over the threshold), by behaviour.
pub(crate) fn p_over(
    shop: &Shop,
    (stock, contacts_per_issue): (&Stock, f64),
    labels: &Behaviours,
    behaviour: Behaviour,
    told: Offers,
) -> Option<Vec<f64>> {
    let thresholds = &labels.scores(behaviour)?.threshold;
    let logs = logs(shop);
    Some(match behaviour {
        Behaviour::ServiceDemander => {
            let grid = contact_grid();
            let p = |(log, threshold): (&Log, &f64)| {
                let limit = threshold / CONTACT_COST;
                over(
                    &grid,
                    |rate| contacts_ln(log, stock, contacts_per_issue, rate),
                    |rate| rate > limit,
                )
            };
            logs.iter().zip(thresholds).map(p).collect()
        }
        Behaviour::RevenueReverser => {
            let rates = rates(shop.truth.return_rate.iter().copied());
            let p = |(log, threshold): (&Log, &f64)| {
                let each: Vec<(f64, f64)> = RETURNS.iter().map(|kind| (kind.1, kind.0)).collect();
                let over_it = |effect: f64| {
                    let kind = RETURNS.iter().position(|kind| kind.1 == effect).unwrap_or_default();
                    rates.get(kind).is_some_and(|rate| rate > threshold)
                };
                over(&each, |effect| returns_ln(shop, log, stock, effect), over_it)
            };
            logs.iter().zip(thresholds).map(p).collect()
        }
        _ => {
            let (grid, bought) = (seeking_grid(), stock.bought());
            let usual = stock.usual();
            let p = |(log, threshold): (&Log, &f64)| {
                let offers = match told {
                    Offers::OfTheWeek => offers_seen(shop, log, |cell, depth| {
                        Stock::seen(&stock.depths[cell], depth)
                    }),
                    Offers::OnAverage => offers_seen(shop, log, |_, depth| {
                        usual.get(&hundredths(depth)).copied().unwrap_or_default()
                    }),
                };
                let ln = |seeking: f64| {
                    offers
                        .iter()
                        .map(|[one, ten]| ((1.0 - seeking) * one + seeking * ten).ln())
                        .sum()
                };
                over(&grid, ln, |seeking| {
                    let [depth, selection] = bought(seeking);
                    depth > *threshold && selection > super::SELECTION
                })
            };
            logs.iter().zip(thresholds).map(p).collect()
        }
    })
}

/// The posterior share of those points that are over, given points with their masses and ln L.
fn over(points: &[(f64, f64)], ln: impl Fn(f64) -> f64, is_over: impl Fn(f64) -> bool) -> f64 {
    let each: Vec<f64> = points.iter().map(|&(point, mass)| ln(point) + mass.ln()).collect();
    let most = each.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (mut all, mut beyond) = (0.0, 0.0);
    for (ln, &(point, _)) in each.iter().zip(points) {
        let mass = (ln - most).exp();
        all += mass;
        beyond += if is_over(point) { mass } else { 0.0 };
    }
    beyond / all
}

/// Contacts an order, evenly by their logarithm, with masses.
fn contact_grid() -> Vec<(f64, f64)> {
    let shape = CONTACT_SHAPE;
    let density = |x: f64, mean: f64| {
        let rate = shape / mean;
        (shape * (rate * x).ln() - rate * x).exp()
    };
    let point = |step: u32| {
        let x = (-7.0 + f64::from(step) * 0.02).exp();
        // Of ln x, up to a constant that is the same for all kinds.
        (x, CONTACTS.iter().map(|kind| kind.0 * density(x, kind.1)).sum())
    };
    (0..550).map(point).filter(|point| point.1 > 1e-300).collect()
}

fn seeking_grid() -> Vec<(f64, f64)> {
    /// Γ(20)/(Γ(a) Γ(20 − a)) for a whole a.
    fn constant(a: u32) -> f64 {
        let ln_factorial = |n: u32| (1..=n).map(|k| f64::from(k).ln()).sum::<f64>();
        (ln_factorial(19) - ln_factorial(a - 1) - ln_factorial(19 - a)).exp()
    }
    let density = |x: f64, mean: f64| {
        let a = SEEKING_SHAPES * mean;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1, 8 or 19")]
        let scale = constant(a.round() as u32);
        scale * x.powf(a - 1.0) * (1.0 - x).powf(SEEKING_SHAPES - a - 1.0)
    };
    let point = |step: u32| {
        let x = (f64::from(step) + 0.5) / 400.0;
        (x, SEEKING.iter().map(|kind| kind.0 * density(x, kind.1)).sum())
    };
    (0..400).map(point).collect()
}

/// ln P(contacts): questions come by a Poisson process, some of them after the end, and each takes a geometric number
/// of contacts (Pólya–Aeppli; Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, 9.6).
fn contacts_ln(log: &Log, stock: &Stock, per_issue: f64, rate: f64) -> f64 {
    let end = START + stock.days;
    let due = |day: i64| 1.0 - (-((end - day) as f64) / DAYS).exp();
    let orders: f64 = log.orders.values().map(|order| due(order.0)).sum();
    let (mean, more) = (orders * rate / per_issue, 1.0 - 1.0 / per_issue);
    let ln_factorial = |n: usize| (1..=n).map(|k| (k as f64).ln()).sum::<f64>();
    let count = log.contacts;
    if count == 0 {
        return -mean;
    }
    let with = |issues: usize| {
        // Of n contacts in k questions: C(n − 1, k − 1) (1 − more)^k more^(n − k).
        let chosen =
            ln_factorial(count - 1) - ln_factorial(issues - 1) - ln_factorial(count - issues);
        let split = if count == issues { 0.0 } else { (count - issues) as f64 * more.ln() };
        issues as f64 * (mean.ln() + (1.0 - more).ln()) - mean - ln_factorial(issues)
            + chosen
            + split
    };
    if more <= 0.0 {
        return with(count);
    }
    let each: Vec<f64> = (1..=count).map(with).collect();
    let most = each.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most + each.iter().map(|one| (one - most).exp()).sum::<f64>().ln()
}

/// ln P(what came back): lines of an order share a normal number, which is summed up.
fn returns_ln(shop: &Shop, log: &Log, stock: &Stock, effect: f64) -> f64 {
    const POINTS: i32 = 25;
    let end = START + stock.days;
    let mut sum = 0.0;
    for (day, lines) in log.orders.values() {
        let due = lag_share((end - day - 1) as f64);
        let mut likelihood = 0.0;
        let mut weights = 0.0;
        for point in -POINTS..=POINTS {
            let shock = f64::from(point) * 4.5 / f64::from(POINTS);
            let weight = (-0.5 * shock * shock).exp();
            let of_line = |&line: &usize| {
                let product = usize::try_from(shop.lines.product[line]).unwrap_or_default();
                let p = due / (1.0 + (-(stock.effect[product] + effect + shock)).exp());
                if shop.lines.returned_amount[line] > 0.0 { p } else { 1.0 - p }
            };
            likelihood += weight * lines.iter().map(of_line).product::<f64>();
            weights += weight;
        }
        sum += (likelihood / weights).max(1e-300).ln();
    }
    sum
}

/// The share of returns within so many days: log-normal, mean 10.
fn lag_share(days: f64) -> f64 {
    if days <= 0.0 {
        return 0.0;
    }
    let z = (days / DAYS).ln() / LAG_SPREAD + 0.5 * LAG_SPREAD;
    // The logistic curve next to the normal one, within a hundredth.
    1.0 / (1.0 + (-1.702 * z).exp())
}

/// How often each depth that was bought at is got by who does not look for offers, and by who does; of the week and
/// category, by its number, and the depth.
fn offers_seen(shop: &Shop, log: &Log, got: impl Fn(usize, f64) -> [f64; 2]) -> Vec<[f64; 2]> {
    let lines = log.orders.values().flat_map(|order| &order.1);
    let of = |&line: &usize| {
        let lines = &shop.lines;
        let depth = (100.0 * lines.discount[line] / lines.list_amount[line]).round() / 100.0;
        let cell = (lines.time[line] - START) / 7 * CATEGORIES + lines.product[line] / PER_CATEGORY;
        got(usize::try_from(cell).unwrap_or_default(), depth)
    };
    lines.map(of).map(|seen| seen.map(|share| share.max(1e-9))).collect()
}

fn hundredths(depth: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "from 0 to 100")]
    let whole = (100.0 * depth).round() as i64;
    whole
}

/// Who is labelled: of largest p as long as the mean of 1 − p stays within a tenth.
pub(crate) fn labelled(p: &[f64]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p.len()).filter(|&row| p[row] >= 0.5).collect();
    order.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
    let (mut wrong, mut named) = (0.0, vec![false; p.len()]);
    for (place, &row) in order.iter().enumerate() {
        wrong += 1.0 - p[row];
        if wrong > 0.1 * (place as f64 + 1.0) {
            break;
        }
        named[row] = true;
    }
    named
}
