//! From lives to columns: lines and contacts in order of time.

use super::customer::{Contact, KEPT, Line, Lives, Traits};
use super::market::Market;
use super::options::ShopOptions;
use super::truth::SimulatedTruth;
use crate::Error;
use crate::math::deal::{self, Places};
use crate::parallel::{Threads, collect, map_chunks};

/// Customers whose lives are drawn in one go.
const CHUNK: usize = 4096;

/// A simulated shop.
///
/// Purchases follow the BG/NBD, products are taken by popularity, returns are clustered by order, and
/// four costly behaviours are mixed in, each with its share, effect and noise; docs/simulation.md has
/// the model and its formulas.
///
/// # Examples
/// ```
/// use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::simulate::{Shop, ShopOptions};
/// let mut options = ShopOptions::default();
/// options.customers = 200;
/// let shop = Shop::simulate(&options, Threads::default())?;
/// let orders = Orders::new(
///     &OrderColumns {
///         customer: Column::new("customer", &shop.lines.customer[..]).into(),
///         time: Column::new("time", &shop.lines.time),
///         scale: TimeScale::Days,
///         amount: Some(Column::new("amount", &shop.lines.amount)),
///     },
///     Invalid::Raise,
/// )?;
/// assert_eq!(orders.customers().len(), shop.truth.customer.len());
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Shop {
    /// One row per order line, in order of time.
    pub lines: SimulatedLines,
    /// One row per service contact, in order of time.
    pub contacts: SimulatedContacts,
    /// One row per customer, in order of ids.
    pub truth: SimulatedTruth,
}

/// Order lines of a simulated shop, by column. Money is in whole cents, times are days since 1970.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct SimulatedLines {
    /// Number of the order; lines of one order stand together.
    pub order: Vec<i64>,
    /// Who ordered.
    pub customer: Vec<i64>,
    /// What.
    pub product: Vec<i64>,
    /// Its category.
    pub category: Vec<i64>,
    /// When.
    pub time: Vec<i64>,
    /// How many units.
    pub quantity: Vec<f64>,
    /// At list price.
    pub list_amount: Vec<f64>,
    /// What the firm's own offer took off.
    pub discount: Vec<f64>,
    /// What an offer took off that the maker pays for.
    pub maker_discount: Vec<f64>,
    /// What a coupon took off.
    pub coupon: Vec<f64>,
    /// Mean depth of the offers of the category on that day, by popularity: what somebody gets who does
    /// not look for offers.
    pub offered_depth: Vec<f64>,
    /// Paid: list amount − discount − maker discount − coupon.
    pub amount: Vec<f64>,
    /// What the goods cost.
    pub cost: Vec<f64>,
    /// Paid back within the time observed.
    pub returned_amount: Vec<f64>,
    /// When it came back; `i64::MIN` where it did not.
    pub return_time: Vec<i64>,
    /// The true probability of a return, given customer, product and order.
    pub return_probability: Vec<f64>,
}

/// Service contacts of a simulated shop, by column.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct SimulatedContacts {
    /// Who.
    pub customer: Vec<i64>,
    /// When, in days since 1970.
    pub time: Vec<i64>,
    /// What the contact cost the firm.
    pub cost: Vec<f64>,
    /// Whether the firm caused it.
    pub firm_caused: Vec<bool>,
}

impl Shop {
    /// Simulates a shop. The same options give the same bits for every number of threads.
    ///
    /// # Errors
    /// [`Error::Parameter`] where an option lies outside its domain.
    pub fn simulate(options: &ShopOptions, threads: Threads) -> Result<Self, Error> {
        options.check()?;
        let market = Market::new(options);
        let lives = map_chunks(options.customers as usize, CHUNK, threads, |customers| {
            let mut lives = Lives::default();
            for customer in customers {
                lives.live(options, &market, u32::try_from(customer).unwrap_or(u32::MAX));
            }
            lives
        });
        let traits: Vec<Traits> = lives.iter().flat_map(|lives| &lives.traits).copied().collect();
        let days = options.days as usize;
        let contacts = by_day(lives.iter().map(|lives| &lives.contacts[..]), days, |c| c.day);
        let lines = by_day(lives.iter().map(|lives| &lives.lines[..]), days, |line| line.day);
        drop(lives);
        Ok(Self {
            truth: SimulatedTruth::of(options, &market, &traits, &lines, threads),
            contacts: SimulatedContacts::of(options, &contacts),
            lines: SimulatedLines::of(options, &market, &lines, threads),
        })
    }
}

/// Rows in order of days, those of one day in order of customers.
fn by_day<'a, T: Copy + Default + 'a>(
    parts: impl Iterator<Item = &'a [T]> + Clone,
    days: usize,
    day: impl Fn(&T) -> u32,
) -> Vec<T> {
    let starts = deal::starts(days, parts.clone().flatten().map(|row| day(row) as usize));
    let (mut places, mut sorted) = (Places::from(&starts), vec![T::default(); starts[days]]);
    for row in parts.flatten() {
        sorted[places.next(day(row) as usize)] = *row;
    }
    sorted
}

fn money(cents: u32) -> f64 {
    f64::from(cents) / 100.0
}

impl SimulatedLines {
    fn of(options: &ShopOptions, market: &Market, lines: &[Line], threads: Threads) -> Self {
        let start = i64::from(options.start);
        let mut order = Vec::with_capacity(lines.len());
        let mut number = 0;
        for (row, line) in lines.iter().enumerate() {
            let same =
                |before: &Line| (before.customer, before.order) == (line.customer, line.order);
            number += i64::from(row > 0 && !same(&lines[row - 1]));
            order.push(number);
        }
        let whole = |value: fn(&Line) -> u32| {
            collect(lines.len(), threads, |row| i64::from(value(&lines[row])))
        };
        let day = |day: u32| start + i64::from(day);
        let real = |value: &(dyn Fn(&Line) -> f64 + Sync)| {
            collect(lines.len(), threads, |row| value(&lines[row]))
        };
        let category = |line: &Line| market.category(line.product as usize);
        let number = |category: usize| i64::try_from(category).unwrap_or(i64::MAX);
        Self {
            order,
            customer: whole(|line| line.customer),
            product: whole(|line| line.product),
            category: collect(lines.len(), threads, |row| number(category(&lines[row]))),
            time: collect(lines.len(), threads, |row| day(lines[row].day)),
            quantity: real(&|line| f64::from(line.quantity)),
            list_amount: real(&|line| money(line.list)),
            discount: real(&|line| money(line.discount)),
            maker_discount: real(&|line| money(line.maker_discount)),
            coupon: real(&|line| money(line.coupon)),
            offered_depth: real(&|line| market.offered_depth(line.day as usize, category(line))),
            amount: real(&|line| money(line.paid())),
            cost: real(&|line| money(line.list) * (1.0 - options.margin)),
            returned_amount: real(&|line| {
                if line.return_day == KEPT { 0.0 } else { money(line.paid()) }
            }),
            return_time: collect(lines.len(), threads, |row| match lines[row].return_day {
                KEPT => i64::MIN,
                returned => day(returned),
            }),
            return_probability: real(&|line| f64::from(line.return_probability)),
        }
    }
}

impl SimulatedContacts {
    fn of(options: &ShopOptions, contacts: &[Contact]) -> Self {
        let start = i64::from(options.start);
        Self {
            customer: contacts.iter().map(|contact| i64::from(contact.customer)).collect(),
            time: contacts.iter().map(|contact| start + i64::from(contact.day)).collect(),
            cost: contacts.iter().map(|contact| money(contact.cost)).collect(),
            firm_caused: contacts.iter().map(|contact| contact.firm_caused).collect(),
        }
    }
}
