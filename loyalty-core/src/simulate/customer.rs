//! One customer's life: who they are, when they order, what, and what they send back.

use super::market::{Market, cents};
use super::options::ShopOptions;
use crate::math::cast::whole;
use crate::math::elementary::exp;
use crate::math::random::Random;
use crate::orders::ContactExposure;
use crate::time::Unit;

/// The stream of random numbers of the customers.
const CUSTOMERS: u64 = 0;
/// Orders after which a customer's log ends: somebody buys every hour.
const MOST_ORDERS: u32 = 100_000;
/// Contacts after which a customer's end: one every minute for two years. Rates at the ends of their
/// domains would fill any memory.
const MOST_CONTACTS: usize = 1_000_000;
/// A line that nobody sent back within the time observed.
pub(super) const KEPT: u32 = u32::MAX;

/// An order line on its way to the columns; money in cents.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Line {
    pub(super) customer: u32,
    /// Number of the order among the customer's.
    pub(super) order: u32,
    pub(super) day: u32,
    pub(super) product: u32,
    pub(super) quantity: u32,
    pub(super) list: u32,
    pub(super) discount: u32,
    pub(super) maker_discount: u32,
    pub(super) coupon: u32,
    pub(super) return_day: u32,
    pub(super) return_probability: f32,
}

impl Line {
    pub(super) fn paid(&self) -> u32 {
        self.list.saturating_sub(self.discount + self.maker_discount + self.coupon)
    }
}

/// A contact with the shop's service; cost in cents.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Contact {
    pub(super) customer: u32,
    pub(super) day: u32,
    pub(super) cost: u32,
    pub(super) firm_caused: bool,
}

/// What a customer is like, and what the impacts of their behaviours are counted by.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent labels")]
pub(super) struct Traits {
    pub(super) demander: bool,
    pub(super) reverser: bool,
    pub(super) maximizer: bool,
    /// Budget of a period; 0 without one.
    pub(super) budget: f64,
    pub(super) purchases_per_day: f64,
    pub(super) dropout: f64,
    pub(super) alive: bool,
    pub(super) first_day: u32,
    pub(super) contact_rate: f64,
    pub(super) return_effect: f64,
    pub(super) seeking: f64,
    pub(super) coupon_rate: f64,
    /// Categories bought in.
    pub(super) categories: u32,
    /// Units of the contact exposure seen.
    pub(super) exposure: f64,
    /// What losing all their lines by returns would cost: Σ margin + markdown + handling.
    pub(super) at_stake: f64,
    /// Σ list amounts.
    pub(super) list: f64,
}

/// The lines, contacts and traits of some customers.
#[derive(Debug, Default)]
pub(super) struct Lives {
    pub(super) lines: Vec<Line>,
    pub(super) contacts: Vec<Contact>,
    pub(super) traits: Vec<Traits>,
}

/// The categories of a customer, in the order in which they take them up, and the day of each.
type Breadth = Vec<(u32, usize)>;

impl Lives {
    /// Adds the life of one customer.
    pub(super) fn live(&mut self, options: &ShopOptions, market: &Market, customer: u32) {
        let random = &mut Random::of(options.seed, CUSTOMERS, customer as usize);
        let mut traits = Traits::draw(random, options);
        let begin = self.lines.len();
        self.order(random, options, market, customer, &mut traits);
        let lines = &mut self.lines[begin..];
        if traits.budget > 0.0 {
            keep_to_budget(random, options, &traits, lines);
        }
        send_back(random, options, market, &traits, lines);
        traits.sum_up(options, market, lines);
        contact(random, options, &traits, lines, &mut self.contacts);
        self.traits.push(traits);
    }

    /// Draws when the customer orders, and the lines of each order.
    fn order(
        &mut self,
        random: &mut Random,
        options: &ShopOptions,
        market: &Market,
        customer: u32,
        traits: &mut Traits,
    ) {
        let breadth = take_up(random, options, traits.first_day);
        // Half of the categories beyond the first are open on average, and half of the breadth.
        let open_on_average = 1.0 + (f64::from(options.breadth) - 1.0) / 4.0;
        let lines_per_category = (options.lines_per_order - 1.0) / open_on_average;
        let extra_quantity = options.extra_quantity * random.exponential();
        let mut time = f64::from(traits.first_day) + random.uniform();
        for order in 0..MOST_ORDERS {
            let day = u32::try_from(whole(time)).unwrap_or(u32::MAX);
            if day >= options.days {
                break;
            }
            let open = breadth.iter().take_while(|(from, _)| *from <= day).count();
            let count = 1 + random.poisson(lines_per_category * open as f64);
            let with_coupon = random.happens(traits.coupon_rate);
            for number in 0..count {
                let (_, category) = breadth[random.below(open)];
                let compared = if random.happens(traits.seeking) { options.compared } else { 1 };
                let product = market.pick(random, day as usize, category, compared);
                let quantity = 1 + u32::try_from(random.poisson(extra_quantity)).unwrap_or(0);
                let coupon = if with_coupon && number == 0 { options.coupon_depth } else { 0.0 };
                let mut line = priced(market, day, product, quantity.min(100), coupon);
                (line.customer, line.order) = (customer, order);
                self.lines.push(line);
            }
            // The first order is no chance to leave, as in the BG/NBD.
            if order > 0 && random.happens(traits.dropout) {
                traits.alive = false;
                break;
            }
            let shape = traits.regularity(options);
            let gaps: f64 = (0..shape).map(|_| random.exponential()).sum();
            time += gaps / (f64::from(shape) * traits.purchases_per_day.max(1e-9));
        }
    }
}

impl Traits {
    fn draw(random: &mut Random, options: &ShopOptions) -> Self {
        let mut traits = Self {
            demander: random.happens(options.demander_share),
            reverser: random.happens(options.reverser_share),
            maximizer: random.happens(options.maximizer_share),
            purchases_per_day: random.gamma(options.r) / options.alpha,
            dropout: random.beta(options.a, options.b),
            alive: true,
            ..Self::default()
        };
        let limited = random.happens(options.budget_share);
        traits.first_day =
            u32::try_from(random.below(options.acquisition_days as usize)).unwrap_or(0);
        if limited {
            traits.budget = options.budget_amount * random.factor(options.budget_spread);
            // A budget can only be kept by somebody who shops in every period, and not every day.
            traits.purchases_per_day = 2.0 / f64::from(options.budget_period);
        }
        let multiple = if traits.demander { options.demander_effect } else { 1.0 };
        traits.contact_rate =
            options.contact_rate * multiple * random.multiplier(options.contact_spread);
        let shift = if traits.reverser { options.reverser_effect } else { 0.0 };
        traits.return_effect = shift + options.return_spread * random.normal();
        traits.seeking = match options.seeking {
            _ if traits.maximizer => options.maximizer_effect,
            mean if mean > 0.0 && mean < 1.0 => random.beta(4.0 * mean, 4.0 * (1.0 - mean)),
            mean => mean,
        };
        traits.coupon_rate = match (options.coupon_rate, options.coupon_concentration) {
            (mean, k) if mean > 0.0 && mean < 1.0 => random.beta(k * mean, k * (1.0 - mean)),
            (mean, _) => mean,
        };
        traits
    }

    fn regularity(&self, options: &ShopOptions) -> u32 {
        if self.budget > 0.0 { options.regularity.max(4) } else { options.regularity }
    }

    /// Years from the first order to the end.
    pub(super) fn years(&self, options: &ShopOptions) -> f64 {
        f64::from(options.days - self.first_day) / Unit::Year.days()
    }

    /// Adds up what the impacts are counted by.
    fn sum_up(&mut self, options: &ShopOptions, market: &Market, lines: &[Line]) {
        let (mut paid, mut seen) = (0.0, Vec::new());
        for line in lines {
            let list = f64::from(line.list) / 100.0;
            let price = f64::from(line.paid()) / 100.0;
            let margin =
                price + f64::from(line.maker_discount) / 100.0 - list * (1.0 - options.margin);
            self.list += list;
            self.at_stake += margin + options.markdown * price + options.handling;
            paid += price;
            let category = market.category(line.product as usize);
            if !seen.contains(&category) {
                seen.push(category);
            }
        }
        self.categories = u32::try_from(seen.len()).unwrap_or(u32::MAX);
        self.exposure = match options.contact_exposure {
            ContactExposure::Orders => lines.last().map_or(0.0, |line| f64::from(line.order) + 1.0),
            ContactExposure::Revenue => paid / 100.0,
            ContactExposure::Months => {
                f64::from(options.days - self.first_day) / Unit::Month.days()
            }
        };
    }
}

/// Draws the categories of a customer and the days on which they take them up, the first with the
/// first order.
fn take_up(random: &mut Random, options: &ShopOptions, first_day: u32) -> Breadth {
    let count = 1 + random.below(options.breadth as usize);
    let mut breadth = Breadth::with_capacity(count);
    let left = (options.days - first_day) as usize;
    while breadth.len() < count {
        // A draw that is taken moves on to the next category that is free.
        let mut category = random.rank(options.categories as usize);
        while breadth.iter().any(|(_, taken)| *taken == category) {
            category = (category + 1) % options.categories as usize;
        }
        let later = if breadth.is_empty() { 0 } else { random.below(left) };
        breadth.push((first_day + u32::try_from(later).unwrap_or(0), category));
    }
    breadth.sort_by_key(|(day, _)| *day);
    breadth
}

/// A line with list amount, offer and coupon, nothing rounded up in the customer's favour.
fn priced(market: &Market, day: u32, product: usize, quantity: u32, coupon: f64) -> Line {
    let (depth, by_maker) = market.offer(day as usize, product);
    let list = market.price(product) * quantity;
    let share = |depth: f64| u32::try_from(whole(f64::from(list) * depth)).unwrap_or(0);
    let reduced = share(depth);
    let (discount, maker_discount) = if by_maker { (0, reduced) } else { (reduced, 0) };
    let coupon = share(coupon).min(list - reduced);
    let product = u32::try_from(product).unwrap_or(u32::MAX);
    let return_day = KEPT;
    Line {
        day,
        product,
        quantity,
        list,
        discount,
        maker_discount,
        coupon,
        return_day,
        ..Line::default()
    }
}

/// Brings the spending of each budget period to the budget: the customer takes cheaper or dearer
/// variants of what they buy. A first or last period counts by the days in it.
fn keep_to_budget(random: &mut Random, options: &ShopOptions, traits: &Traits, lines: &mut [Line]) {
    let period = options.budget_period;
    for lines in lines.chunk_by_mut(|a, b| a.day / period == b.day / period) {
        let begin = lines[0].day / period * period;
        let from = begin.max(traits.first_day);
        let days = (begin + period).min(options.days) - from;
        let noise = random.factor(options.budget_noise);
        let budget = traits.budget * noise * f64::from(days) / f64::from(period);
        let paid: f64 = lines.iter().map(|line| f64::from(line.paid()) / 100.0).sum();
        // No variant is twenty times dearer or cheaper.
        let scale = (budget / paid.max(0.01)).clamp(0.05, 20.0);
        for line in lines {
            let scaled = |money: u32| u32::try_from(whole(f64::from(money) * scale)).unwrap_or(0);
            line.list = scaled(line.list).max(1);
            line.discount = scaled(line.discount);
            line.maker_discount = scaled(line.maker_discount);
            let left = line.list.saturating_sub(line.discount + line.maker_discount);
            line.coupon = scaled(line.coupon).min(left);
        }
    }
}

/// Draws what is sent back and when; lines of one order share an effect.
fn send_back(
    random: &mut Random,
    options: &ShopOptions,
    market: &Market,
    traits: &Traits,
    lines: &mut [Line],
) {
    for order in lines.chunk_by_mut(|a, b| a.order == b.order) {
        let together = options.order_return_spread * random.normal();
        for line in order {
            let effect = traits.return_effect + together;
            let probability = market.return_probability(line.product as usize, effect);
            #[expect(clippy::cast_possible_truncation, reason = "a probability to seven digits")]
            let shown = probability as f32;
            line.return_probability = shown;
            if random.happens(probability) {
                let spread = options.return_lag_spread * random.normal();
                let lag = (options.return_lag * exp(spread)).clamp(1.0, 1e6);
                let day = line.day + u32::try_from(whole(lag)).unwrap_or(u32::MAX / 2);
                line.return_day = if day < options.days { day } else { KEPT };
            }
        }
    }
}

/// Draws the contacts: the customer's own by their rate, the firm's by the orders.
fn contact(
    random: &mut Random,
    options: &ShopOptions,
    traits: &Traits,
    lines: &[Line],
    contacts: &mut Vec<Contact>,
) {
    let Some(customer) = lines.first().map(|line| line.customer) else { return };
    let mut drawn = 0;
    let mut draw = |random: &mut Random, mean: f64| {
        let count = random.poisson(mean).min(MOST_CONTACTS - drawn);
        drawn += count;
        count
    };
    let mut add = |random: &mut Random, day: f64, firm_caused: bool| {
        let cost = cents(options.contact_cost * random.factor(options.contact_cost_spread));
        let day = u32::try_from(whole(day)).unwrap_or(u32::MAX);
        if day < options.days {
            contacts.push(Contact { customer, day, cost, firm_caused });
        }
    };
    if options.contact_exposure == ContactExposure::Months {
        let left = f64::from(options.days - traits.first_day);
        for _ in 0..draw(random, traits.contact_rate * left / Unit::Month.days()) {
            let day = f64::from(traits.first_day) + left * random.uniform();
            add(random, day, false);
        }
    }
    for order in lines.chunk_by(|a, b| a.order == b.order) {
        let paid: f64 = order.iter().map(|line| f64::from(line.paid()) / 1e4).sum();
        let own = match options.contact_exposure {
            ContactExposure::Orders => traits.contact_rate,
            ContactExposure::Revenue => traits.contact_rate * paid,
            ContactExposure::Months => 0.0,
        };
        for (mean, firm_caused) in [(own, false), (options.firm_caused_rate, true)] {
            for _ in 0..draw(random, mean) {
                let day = f64::from(order[0].day) + 7.0 * random.exponential();
                add(random, day, firm_caused);
            }
        }
    }
}
