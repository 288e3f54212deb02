//! One customer's life in a shop of the second family.

use super::features::Amounts;
use super::stock::{CATEGORIES, CUSTOMERS, FURTHER_LINES, Stock, is_sale};
use crate::math::cast::whole;
use crate::math::elementary::{exp, ln};
use crate::math::normal_upper;
use crate::math::random::Random;

/// Days of a budget's period and of a subscription's.
const PERIOD: u32 = 28;

/// Log-odds of a return of the four kinds, at an ordinary article; and what share of customers each is.
const RETURNS: [(f64, f64); 4] = [(0.05, 1.1), (0.15, -1.1), (0.5, -2.6), (0.3, -4.6)];
/// Contacts an order of the three kinds.
const CONTACTS: [(f64, f64); 3] = [(0.06, 4.5), (0.14, 1.2), (0.8, 0.15)];
/// Who looks for offers; the second kind comes in sales only, where there are any.
const SEEKING: [(f64, f64); 4] = [(0.06, 0.95), (0.04, 0.05), (0.2, 0.4), (0.7, 0.05)];

pub(super) const ORDINARY_CONTACTS: f64 = 0.15;
pub(super) const ORDINARY_RETURN: f64 = -2.6;
pub(super) const ORDINARY_SEEKING: f64 = 0.05;
/// Mean cost of a contact.
pub(super) const CONTACT_COST: f64 = 6.0;

/// What a customer is like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Kind {
    pub(super) contacts: f64,
    pub(super) demander: bool,
    pub(super) return_effect: f64,
    pub(super) reverser: bool,
    pub(super) seeking: f64,
    pub(super) in_sales_only: bool,
    pub(super) coupon: f64,
}

impl Kind {
    fn draw(random: &mut Random, stock: &Stock) -> Self {
        let features = &stock.features;
        if features.null {
            let contacts = ORDINARY_CONTACTS;
            let (return_effect, seeking, coupon) = (ORDINARY_RETURN, ORDINARY_SEEKING, 0.1);
            return Self {
                contacts,
                demander: false,
                return_effect,
                reverser: false,
                seeking,
                in_sales_only: false,
                coupon,
            };
        }
        let (common, own) = (features.correlation.sqrt(), (1.0 - features.correlation).sqrt());
        let level = random.normal();
        let rank = |random: &mut Random| normal_upper(common * level + own * random.normal());
        let contacts = of(&CONTACTS, rank(random));
        let returns = of(&RETURNS, rank(random));
        let seeking = of(&SEEKING, rank(random));
        Self {
            contacts: CONTACTS[contacts].1 * random.multiplier(0.6),
            demander: contacts == 0,
            return_effect: RETURNS[returns].1,
            reverser: returns == 0,
            seeking: seeks(random, SEEKING[seeking].1),
            in_sales_only: features.waves && seeking == 1,
            coupon: random.beta(0.3, 2.7),
        }
    }
}

/// The kind in which a customer of this rank, from 0 to 1, falls.
fn of<const N: usize>(kinds: &[(f64, f64); N], rank: f64) -> usize {
    let mut below = 0.0;
    for (number, (share, _)) in kinds.iter().enumerate() {
        below += share;
        if rank < below {
            return number;
        }
    }
    N - 1
}

/// Beta with this mean and shapes that add up to 20.
fn seeks(random: &mut Random, mean: f64) -> f64 {
    random.beta(20.0 * mean, 20.0 * (1.0 - mean))
}

/// An order line, its money not yet rounded to cents.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bought {
    pub(super) day: u32,
    pub(super) order: u32,
    pub(super) product: usize,
    pub(super) list: f64,
    pub(super) depth: f64,
    pub(super) coupon: f64,
    pub(super) return_day: Option<u32>,
    pub(super) return_probability: f64,
}

impl Bought {
    pub(super) fn paid(&self) -> f64 {
        self.list * (1.0 - self.depth) * (1.0 - self.coupon)
    }
}

/// A contact: day, cost, whether it is marked as the shop's.
pub(super) type Called = (u32, f64, bool);

/// All of a customer.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub(super) kind: Kind,
    pub(super) first_day: u32,
    pub(super) orders_a_year: f64,
    pub(super) budget: f64,
    /// Whether they fill every order to a threshold.
    pub(super) fills: bool,
    pub(super) lines: Vec<Bought>,
    pub(super) contacts: Vec<Called>,
}

impl Life {
    pub(super) fn draw(stock: &Stock, customer: usize) -> Self {
        let random = &mut Random::of(stock.seed, CUSTOMERS, customer);
        let (features, days) = (&stock.features, f64::from(stock.days));
        let before = Kind::draw(random, stock);
        let changes = random.happens(features.changing);
        let change = if changes { days * (0.25 + 0.5 * random.uniform()) } else { days };
        let after = if changes { Kind::draw(random, stock) } else { before };
        let spread = if features.null { 0.0 } else { 0.6 };
        let mut life = Self {
            kind: after,
            first_day: day_of(days * 0.25 * random.uniform()),
            orders_a_year: features.orders_a_year * random.multiplier(spread),
            budget: 0.0,
            fills: false,
            lines: Vec::new(),
            contacts: Vec::new(),
        };
        let subscribes = random.happens(features.subscribers);
        if !subscribes && random.happens(features.budgets) {
            life.budget = 100.0 * random.factor(0.3);
            life.orders_a_year = 26.0;
        }
        let taste = Taste::draw(random, stock);
        life.fills = taste.to_threshold && !subscribes;
        for (number, day) in
            life.order_days(random, stock, subscribes, &after).into_iter().enumerate()
        {
            let kind = if f64::from(day) < change { &before } else { &after };
            life.order(random, stock, kind, &taste, (day, number, subscribes));
        }
        if life.budget > 0.0 {
            life.keep_to_budget(random, stock);
        }
        life.send_back(random, stock, |day| if f64::from(day) < change { before } else { after });
        life.call(random, stock, |day| if f64::from(day) < change { before } else { after });
        life
    }

    fn order_days(
        &self,
        random: &mut Random,
        stock: &Stock,
        subscribes: bool,
        kind: &Kind,
    ) -> Vec<u32> {
        let mut days = vec![self.first_day];
        let mut time = f64::from(self.first_day) + random.uniform();
        let clumps = stock.features.clumps;
        loop {
            let gap = if subscribes {
                f64::from(PERIOD)
            } else if self.budget > 0.0 {
                (0..4).map(|_| random.exponential()).sum::<f64>() / 4.0 * 365.25
                    / self.orders_a_year
            } else if random.happens(clumps / (1.0 + clumps)) {
                2.0 * random.exponential()
            } else {
                random.exponential() * (1.0 + clumps) * 365.25 / self.orders_a_year.max(1e-3)
            };
            time += gap;
            let mut day = day_of(time);
            if kind.in_sales_only && !is_sale(day as usize / 7) {
                // They wait for the next sale.
                day = (day / 42) * 42 + 35 + u32::try_from(random.below(7)).unwrap_or(0);
                time = time.max(f64::from(day));
            }
            if day >= stock.days {
                return days;
            }
            days.push(day.max(*days.last().unwrap_or(&0)));
        }
    }

    fn order(
        &mut self,
        random: &mut Random,
        stock: &Stock,
        kind: &Kind,
        taste: &Taste,
        (day, number, subscribes): (u32, usize, bool),
    ) {
        let order = u32::try_from(number).unwrap_or(u32::MAX);
        let begin = self.lines.len();
        let count = if subscribes { taste.basket.len() } else { 1 + random.poisson(FURTHER_LINES) };
        let factor = if subscribes { 1.0 } else { taste.factor(random, stock) };
        let with_coupon =
            stock.coupon_week[day as usize / 7] && random.happens(kind.coupon) && !subscribes;
        for place in 0..count {
            let product = if subscribes {
                taste.basket[place]
            } else {
                let category = taste.categories[random.below(taste.categories.len())];
                stock.pick(random, day, category, kind.seeking)
            };
            self.lines.push(Bought {
                day,
                order,
                product,
                list: stock.price(product) * factor,
                depth: if subscribes { 0.0 } else { stock.depth(day, product) },
                coupon: if with_coupon && place == 0 { 0.2 } else { 0.0 },
                return_day: None,
                return_probability: 0.0,
            });
        }
        let paid: f64 = self.lines[begin..].iter().map(Bought::paid).sum();
        if taste.to_threshold && !subscribes {
            let wanted = 50.0 + random.exponential();
            self.lines[begin..].iter_mut().for_each(|line| line.list *= wanted / paid);
        }
    }

    /// Brings what each period costs to the budget, but for a tenth.
    fn keep_to_budget(&mut self, random: &mut Random, stock: &Stock) {
        let first = self.first_day;
        for lines in self.lines.chunk_by_mut(|a, b| a.day / PERIOD == b.day / PERIOD) {
            let begin = lines[0].day / PERIOD * PERIOD;
            let days = (begin + PERIOD).min(stock.days) - begin.max(first);
            let budget = self.budget * random.factor(0.1) * f64::from(days) / f64::from(PERIOD);
            let paid: f64 = lines.iter().map(Bought::paid).sum();
            lines.iter_mut().for_each(|line| line.list *= budget / paid);
        }
    }

    fn send_back(&mut self, random: &mut Random, stock: &Stock, kind: impl Fn(u32) -> Kind) {
        let features = &stock.features;
        let mut extra = Vec::new();
        let lag = |random: &mut Random, day: u32| day + 1 + day_of(10.0 * random.factor(0.8));
        for lines in self.lines.chunk_by_mut(|a, b| a.order == b.order) {
            let day = lines[0].day;
            let effect = kind(day).return_effect + features.order_shock * random.normal();
            let cancelled = random.happens(features.cancelled).then(|| lag(random, day));
            for line in lines {
                line.return_probability = stock.return_probability(line.product, effect);
                if random.happens(features.brackets) {
                    let back = Some(lag(random, day));
                    extra.push(Bought { return_day: back, ..*line });
                }
                let comes_back = random.happens(line.return_probability);
                line.return_day = cancelled.or_else(|| comes_back.then(|| lag(random, day)));
                if let (Some(back), None) = (line.return_day, cancelled)
                    && random.happens(features.exchanged)
                {
                    extra.push(Bought { return_day: None, day: back, order: u32::MAX, ..*line });
                }
            }
        }
        for mut line in extra {
            if line.day < stock.days {
                if line.order == u32::MAX {
                    let next = self.lines.iter().map(|line| line.order).max().unwrap_or(0) + 1;
                    line.order = next;
                }
                self.lines.push(line);
            }
        }
        self.lines.sort_by_key(|line| (line.day, line.order));
        for line in &mut self.lines {
            line.return_day = line.return_day.filter(|&day| day < stock.days);
        }
    }

    fn call(&mut self, random: &mut Random, stock: &Stock, kind: impl Fn(u32) -> Kind) {
        let features = &stock.features;
        let mut calls = Vec::new();
        let cost = |random: &mut Random| CONTACT_COST * random.factor(features.cost_spread);
        for lines in self.lines.chunk_by(|a, b| a.order == b.order) {
            let day = lines[0].day;
            let issues = kind(day).contacts / features.contacts_per_issue;
            for _ in 0..random.poisson(issues) {
                let mut time = f64::from(day) + 10.0 * random.exponential();
                // Geometric with this mean, a day and a half apart.
                loop {
                    calls.push((day_of(time), cost(random), false));
                    if random.happens(1.0 / features.contacts_per_issue) {
                        break;
                    }
                    time += 1.5 * random.exponential();
                }
            }
            for _ in 0..random.poisson(0.05) {
                calls.push((day + day_of(7.0 * random.exponential()), cost(random), true));
            }
        }
        for &day in stock.outages.iter().filter(|&&day| day >= self.first_day) {
            if random.happens(0.04) {
                let marked = random.happens(features.marked);
                // Several calls on the day, until it works again.
                for _ in 0..=random.poisson(1.0) {
                    calls.push((day, cost(random), marked));
                }
            }
        }
        calls.retain(|(day, _, _)| *day < stock.days);
        self.contacts = calls;
    }
}

/// What does not change about a customer's orders.
struct Taste {
    categories: Vec<usize>,
    basket: Vec<usize>,
    spread: f64,
    to_threshold: bool,
}

impl Taste {
    fn draw(random: &mut Random, stock: &Stock) -> Self {
        let breadth = 1 + random.below(5);
        let categories: Vec<usize> = (0..breadth).map(|_| random.below(CATEGORIES)).collect();
        let basket = (0..2).map(|_| stock.pick(random, 0, categories[0], 0.0)).collect();
        let wide = random.happens(0.2);
        Self {
            categories,
            basket,
            spread: if wide { 1.2 } else { 0.4 },
            to_threshold: random.happens(stock.features.to_threshold),
        }
    }

    /// What an order is larger than its articles make it.
    fn factor(&self, random: &mut Random, stock: &Stock) -> f64 {
        match stock.features.amounts {
            Amounts::Tame => 1.0,
            Amounts::Lognormal(spread) => exp(spread * random.normal()),
            Amounts::Pareto(exponent) => exp(-ln(random.uniform()) / exponent),
            Amounts::Wholesale => {
                if random.happens(0.01) {
                    40.0
                } else {
                    1.0
                }
            }
            Amounts::Mixed => random.factor(self.spread),
        }
    }
}

fn day_of(time: f64) -> u32 {
    u32::try_from(whole(time)).unwrap_or(u32::MAX / 4)
}
