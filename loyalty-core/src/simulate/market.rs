//! What the shop sells: products, prices, and the offers of each week.

use super::options::ShopOptions;
use crate::math::cast::whole;
use crate::math::elementary::{exp, ln, logistic};
use crate::math::random::Random;
use crate::math::{POINTS, gauss_legendre};

/// Levels of an offer: none, then four depths.
pub(super) const LEVELS: usize = 5;
/// Days for which an offer holds.
const WEEK: usize = 7;
/// Set beside the level where the maker pays.
const BY_MAKER: u8 = 0x80;

/// Streams of random numbers of the shop; that of the customers is 0.
const PRODUCTS: u64 = 1;
const OFFERS: u64 = 2;

/// Products by category, and what was on offer when.
#[derive(Debug)]
pub(super) struct Market {
    per_category: usize,
    /// List price of each product, in cents.
    price: Vec<u32>,
    /// Effect of each product on the log-odds of a return.
    return_effect: Vec<f64>,
    depths: [f64; LEVELS],
    /// Level of each product in each week, week by week.
    offers: Vec<u8>,
    /// Mean depth on offer in each category, week by week.
    offered_depth: Vec<f64>,
    categories: usize,
    ln_odds: f64,
    order_spread: f64,
}

impl Market {
    pub(super) fn new(options: &ShopOptions) -> Self {
        let categories = options.categories as usize;
        let per_category = options.products as usize / categories;
        let products = per_category * categories;
        let step = (options.deepest_offer - options.shallowest_offer) / (LEVELS - 2) as f64;
        let depth = |level: usize| options.shallowest_offer + step * (level - 1) as f64;
        let depths = std::array::from_fn(|level| if level == 0 { 0.0 } else { depth(level) });
        let (mut price, mut return_effect) = (Vec::new(), Vec::new());
        for product in 0..products {
            let mut random = Random::of(options.seed, PRODUCTS, product);
            let units = options.mean_price * random.factor(options.price_spread);
            price.push(cents(units.clamp(0.05, 1e4)));
            return_effect.push(options.product_return_spread * random.normal());
        }
        let weeks = (options.days as usize).div_ceil(WEEK);
        let offers = (0..weeks * products).map(|cell| offer(options, cell)).collect();
        let mut market = Self {
            per_category,
            price,
            return_effect,
            depths,
            offers,
            offered_depth: Vec::new(),
            categories,
            ln_odds: ln(options.return_rate / (1.0 - options.return_rate)),
            order_spread: options.order_return_spread,
        };
        let cells = (0..weeks).flat_map(|week| (0..categories).map(move |c| (week, c)));
        market.offered_depth = cells.map(|(week, c)| market.cell(week, c).mean_depth()).collect();
        market
    }

    pub(super) fn products(&self) -> usize {
        self.price.len()
    }

    pub(super) fn category(&self, product: usize) -> usize {
        product / self.per_category
    }

    pub(super) fn price(&self, product: usize) -> u32 {
        self.price[product]
    }

    /// The mean depth on offer in a category on a day, every product counted by its popularity.
    pub(super) fn offered_depth(&self, day: usize, category: usize) -> f64 {
        self.offered_depth[day / WEEK * self.categories + category]
    }

    /// Depth of the offer of a product on a day, and whether the maker pays.
    pub(super) fn offer(&self, day: usize, product: usize) -> (f64, bool) {
        let offer = self.offers[day / WEEK * self.products() + product];
        (self.depths[usize::from(offer & !BY_MAKER)], offer & BY_MAKER != 0)
    }

    /// A product of a category by popularity; of so many compared the one with the deepest offer.
    pub(super) fn pick(
        &self,
        random: &mut Random,
        day: usize,
        category: usize,
        compared: u32,
    ) -> usize {
        let mut draw = || category * self.per_category + random.rank(self.per_category);
        let mut best = draw();
        for _ in 1..compared {
            let next = draw();
            if self.offer(day, next).0 > self.offer(day, best).0 {
                best = next;
            }
        }
        best
    }

    /// Probability that a line is returned, given the customer's and the order's own effects.
    pub(super) fn return_probability(&self, product: usize, effect: f64) -> f64 {
        logistic(self.ln_odds + self.return_effect[product] + effect)
    }

    /// Mean over products, by these weights, and over orders of the return probability of a customer
    /// with this effect.
    fn mean_return(&self, weights: &[f64], effect: f64) -> f64 {
        // Beyond six standard deviations lies 2e-9 of the normal distribution.
        let (mut points, mut masses) = (Vec::new(), Vec::new());
        gauss_legendre(-6.0, 6.0, 2, |at: [f64; POINTS], weight: [f64; POINTS]| {
            points.extend(at.map(|z| self.order_spread * z));
            masses.extend(at.iter().zip(weight).map(|(z, weight)| weight * exp(-0.5 * z * z)));
        });
        let total: f64 = masses.iter().sum();
        let product = |(product, weight): (usize, &f64)| {
            let at = |(z, mass): (&f64, &f64)| mass * self.return_probability(product, effect + z);
            weight * points.iter().zip(&masses).map(at).sum::<f64>() / total
        };
        weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0).map(product).sum()
    }

    /// The return rate at this mix of products, as a function of the customer's effect.
    pub(super) fn return_curve(&self, weights: &[f64]) -> ReturnCurve {
        let log_odds = (0..=ReturnCurve::STEPS).map(|step| {
            let effect = ReturnCurve::LOW + ReturnCurve::WIDTH * step as f64;
            let rate = self.mean_return(weights, effect).clamp(1e-300, 1.0 - 1e-16);
            ln(rate / (1.0 - rate))
        });
        ReturnCurve(log_odds.collect())
    }

    /// What is on offer in a category in a week.
    pub(super) fn cell(&self, week: usize, category: usize) -> Cell {
        let mut cell = Cell {
            share: [0.0; LEVELS],
            price: [0.0; LEVELS],
            firm: [0.0; LEVELS],
            depths: self.depths,
        };
        let popularity = |rank: usize| (rank as f64 / self.per_category as f64).sqrt();
        for rank in 0..self.per_category {
            let product = category * self.per_category + rank;
            let offer = self.offers[week * self.products() + product];
            let level = usize::from(offer & !BY_MAKER);
            let weight = popularity(rank + 1) - popularity(rank);
            let money = weight * f64::from(self.price[product]);
            cell.share[level] += weight;
            cell.price[level] += money;
            cell.firm[level] += if offer & BY_MAKER == 0 { money } else { 0.0 };
        }
        cell
    }
}

fn offer(options: &ShopOptions, cell: usize) -> u8 {
    let mut random = Random::of(options.seed, OFFERS, cell);
    if !random.happens(options.offered_share) {
        return 0;
    }
    let by_maker = if random.happens(options.maker_share) { BY_MAKER } else { 0 };
    let level = [1, 2, 3, 4][random.below(LEVELS - 1)];
    level | by_maker
}

/// Money in cents; for amounts of at most 1e7.
pub(super) fn cents(amount: f64) -> u32 {
    u32::try_from(whole(amount * 100.0 + 0.5)).unwrap_or(u32::MAX)
}

/// What is on offer in a category in a week, by level: share of the products by popularity, their
/// prices, and the prices of those that the firm pays for.
#[derive(Debug)]
pub(super) struct Cell {
    share: [f64; LEVELS],
    price: [f64; LEVELS],
    firm: [f64; LEVELS],
    depths: [f64; LEVELS],
}

/// Expected list value of a pick, of what the firm takes off it, and the probability that it is on
/// offer.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Picked {
    pub(super) list: f64,
    pub(super) discount: f64,
    pub(super) offered: f64,
}

impl Cell {
    fn mean_depth(&self) -> f64 {
        self.share.iter().zip(self.depths).map(|(share, depth)| share * depth).sum()
    }

    /// What somebody gets who takes the deepest offer of so many products.
    pub(super) fn picked(&self, compared: u32) -> Picked {
        let mut picked = Picked::default();
        let (mut below, mut up_to) = (0.0, 0.0);
        for level in 0..LEVELS {
            up_to += self.share[level];
            let reached = power(up_to.min(1.0), compared);
            if self.share[level] > 0.0 {
                // Of equal depth the first is taken, so within a level it is popularity that counts.
                let each = (reached - below) / self.share[level];
                picked.list += each * self.price[level];
                picked.discount += each * self.firm[level] * self.depths[level];
                picked.offered += if level > 0 { reached - below } else { 0.0 };
            }
            below = reached;
        }
        picked
    }
}

fn power(base: f64, exponent: u32) -> f64 {
    if base > 0.0 { exp(f64::from(exponent) * ln(base)) } else { 0.0 }
}

/// A customer's return rate at the shop's mix of products by their effect on the log-odds: the log-odds
/// of the rate at evenly spaced effects, and straight lines between, where the curve is smooth.
#[derive(Debug)]
pub(super) struct ReturnCurve(Vec<f64>);

impl ReturnCurve {
    // Log-odds beyond ±25 are probabilities within 1e-11 of the ends. Between steps of a quarter the
    // log-odds are all but straight: the curve bends over the width of the order effects only.
    const LOW: f64 = -25.0;
    const WIDTH: f64 = 0.25;
    const STEPS: usize = 200;

    pub(super) fn at(&self, effect: f64) -> f64 {
        let steps = Self::STEPS as f64;
        let place = ((effect - Self::LOW) / Self::WIDTH).clamp(0.0, steps);
        let left = whole(place).min(Self::STEPS - 1);
        let part = place - left as f64;
        logistic(self.0[left] * (1.0 - part) + self.0[left + 1] * part)
    }
}
