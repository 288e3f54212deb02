//! What these shops sell, what is on offer when, and what a customer of a kind does on average.

use super::features::Features;
use super::options::ScenarioOptions;
use crate::math::cast::whole;
use crate::math::elementary::logistic;
use crate::math::random::Random;

/// Streams of random numbers; those of the customers are `CUSTOMERS`.
pub(super) const CUSTOMERS: u64 = 0x5ce0;
const PRODUCTS: u64 = 0x5ce1;
const OFFERS: u64 = 0x5ce2;
const TRUTH: u64 = 0x5ce3;

pub(super) const CATEGORIES: usize = 12;
const PER_CATEGORY: usize = 30;

/// Lines of an order beyond the first.
pub(super) const FURTHER_LINES: f64 = 1.2;

/// Who looks for offers compares so many products of a category.
const COMPARED: usize = 10;

/// Draws by which what a kind does on average is known: 0.2 points of a share of one half.
const DRAWS: usize = 60_000;

/// The goods and the weeks of a shop.
pub(super) struct Stock {
    pub(super) seed: u64,
    pub(super) days: u32,
    pub(super) features: Features,
    price: Vec<f64>,
    return_effect: Vec<f64>,
    /// Depth of each product's offer, week by week.
    depth: Vec<f64>,
    /// Mean depth of each category, week by week.
    mean_depth: Vec<f64>,
    /// Weeks in which coupons are sent.
    pub(super) coupon_week: Vec<bool>,
    /// The days on which the shop fails.
    pub(super) outages: Vec<u32>,
}

/// Whether a week is one of a sale.
pub(super) fn is_sale(week: usize) -> bool {
    week % 6 == 5
}

impl Stock {
    pub(super) fn new(options: &ScenarioOptions, features: Features) -> Self {
        let (seed, products) = (options.seed, CATEGORIES * PER_CATEGORY);
        let weeks = options.days.div_ceil(7) as usize;
        let mut category_effect = [0.0; CATEGORIES];
        for (category, effect) in category_effect.iter_mut().enumerate() {
            *effect =
                features.category_spread * Random::of(seed, PRODUCTS, products + category).normal();
        }
        let (mut price, mut return_effect) = (Vec::new(), Vec::new());
        for product in 0..products {
            let mut random = Random::of(seed, PRODUCTS, product);
            price.push(30.0 * random.factor(0.5));
            let own = features.product_spread * random.normal();
            return_effect.push(own + category_effect[product / PER_CATEGORY]);
        }
        let mut random = Random::of(seed, OFFERS, 0);
        let mut depth = Vec::with_capacity(weeks * products);
        for week in 0..weeks {
            let sale = features.waves && is_sale(week);
            let (share, least) = if sale { (0.8, 0.2) } else { (0.25, 0.1) };
            for _ in 0..products {
                let offered = random.happens(share);
                let level = 0.13 * random.below(4) as f64;
                depth.push(if offered { least + level } else { 0.0 });
            }
        }
        let mean = |cell: &[f64]| cell.iter().sum::<f64>() / cell.len() as f64;
        let outage =
            |_| u32::try_from(30 + random.below((options.days - 28) as usize)).unwrap_or(0);
        Self {
            seed,
            days: options.days,
            features,
            price,
            return_effect,
            mean_depth: depth.chunks(PER_CATEGORY).map(mean).collect(),
            depth,
            outages: (0..features.outages)
                .map(outage)
                .map(|day| day.min(options.days - 1))
                .collect(),
            coupon_week: (0..weeks).map(|_| random.happens(0.35)).collect(),
        }
    }

    pub(super) fn category(product: usize) -> usize {
        product / PER_CATEGORY
    }

    pub(super) fn price(&self, product: usize) -> f64 {
        self.price[product]
    }

    pub(super) fn depth(&self, day: u32, product: usize) -> f64 {
        self.depth[day as usize / 7 * self.price.len() + product]
    }

    pub(super) fn offered_depth(&self, day: u32, product: usize) -> f64 {
        self.mean_depth[day as usize / 7 * CATEGORIES + Self::category(product)]
    }

    /// A product; who seeks takes the deepest offer of some of a category.
    pub(super) fn pick(
        &self,
        random: &mut Random,
        day: u32,
        category: usize,
        seeking: f64,
    ) -> usize {
        let compared = if random.happens(seeking) { COMPARED } else { 1 };
        let mut draw = || category * PER_CATEGORY + random.below(PER_CATEGORY);
        let mut best = draw();
        for _ in 1..compared {
            let next = draw();
            if self.depth(day, next) > self.depth(day, best) {
                best = next;
            }
        }
        best
    }

    /// P(an article comes back) at this effect of customer and order.
    pub(super) fn return_probability(&self, product: usize, effect: f64) -> f64 {
        logistic(self.return_effect[product] + effect)
    }

    /// What customers with this effect send back, over products and orders; exchanges keep the sale.
    pub(super) fn return_rate(&self, effect: f64) -> f64 {
        let mut random = Random::of(self.seed, TRUTH, 0);
        let sum: f64 = (0..DRAWS)
            .map(|draw| {
                let shock = self.features.order_shock * random.normal();
                self.return_probability(draw % self.price.len(), effect + shock)
            })
            .sum();
        (1.0 - self.features.exchanged) * sum / DRAWS as f64
    }

    /// What is bought over the weeks without looking for offers and with it, by list price and discount, and
    /// what is bought without looking in any week.
    pub(super) fn bought(&self, in_sales_only: bool) -> Bought {
        let mut random = Random::of(self.seed, TRUTH, 1);
        let weeks = self.coupon_week.len();
        let mut bought = Bought::default();
        for draw in 0..DRAWS {
            let week = draw % weeks;
            let (day, category) = (u32::try_from(7 * week).unwrap_or(0), random.below(CATEGORIES));
            let mut add = |seeking: f64, sums: &mut [f64; 2]| {
                let product = self.pick(&mut random, day, category, seeking);
                sums[0] += self.price[product];
                sums[1] += self.price[product] * self.depth(day, product);
            };
            add(0.0, &mut bought.any_week);
            if !in_sales_only || is_sale(week) {
                add(0.0, &mut bought.unsought);
                add(1.0, &mut bought.sought);
            }
        }
        bought
    }

    /// Depth of who fills every order to the same amount: what is left to pay being given, the order that is reduced
    /// most has the most at list price.
    pub(super) fn filled(&self) -> Filled {
        let weeks = self.coupon_week.len();
        let at = |step: usize| {
            let seeking = step as f64 / (FILLED - 1) as f64;
            let mut random = Random::of(self.seed, TRUTH, 2);
            let (mut listed, mut off) = (0.0, 0.0);
            for order in 0..DRAWS / 4 {
                let day = u32::try_from(7 * (order % weeks)).unwrap_or(0);
                let (mut list, mut reduced) = (0.0, 0.0);
                for _ in 0..=random.poisson(FURTHER_LINES) {
                    let category = random.below(CATEGORIES);
                    let product = self.pick(&mut random, day, category, seeking);
                    list += self.price[product];
                    reduced += self.price[product] * self.depth(day, product);
                }
                listed += list / (list - reduced);
                off += reduced / (list - reduced);
            }
            off / listed
        };
        Filled((0..FILLED).map(at).collect())
    }
}

/// Steps from looking for no offers to looking always.
const FILLED: usize = 21;

/// The depths of those who fill every order, by how often they look for offers.
pub(super) struct Filled(Vec<f64>);

impl Filled {
    /// Depth, and how that stands to not looking in any week and filling nothing.
    pub(super) fn discount(&self, seeking: f64, bought: &Bought) -> [f64; 2] {
        let place = seeking * (FILLED - 1) as f64;
        let left = whole(place).min(FILLED - 2);
        let part = place - left as f64;
        let depth = (1.0 - part) * self.0[left] + part * self.0[left + 1];
        let [plain, selection] = bought.discount(seeking);
        [depth, selection * depth / plain.max(1e-9)]
    }
}

/// List prices and discounts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bought {
    unsought: [f64; 2],
    sought: [f64; 2],
    any_week: [f64; 2],
}

impl Bought {
    /// Share of the list price that offers take off for who looks this often, and how that stands to not looking
    /// in any week.
    pub(super) fn discount(&self, seeking: f64) -> [f64; 2] {
        let mix = |part: usize| (1.0 - seeking) * self.unsought[part] + seeking * self.sought[part];
        let (depth, usual) =
            (mix(1) / mix(0).max(1e-9), self.any_week[1] / self.any_week[0].max(1e-9));
        [depth, depth / usual.max(1e-9)]
    }
}
