//! The truth about the customers, as the shop's average mix of products and weeks shows it.

use super::customer::{Line, Traits};
use super::market::{Market, Picked, ReturnCurve};
use super::options::ShopOptions;
use crate::parallel::{Threads, collect};
use crate::time::Unit;

/// What the customers of a simulated shop are really like, by column.
///
/// An impact is what the behaviour costs in a year against a customer without it, at the customer's own
/// purchases: negative where they are cheaper than that.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct SimulatedTruth {
    /// The customer's id.
    pub customer: Vec<i64>,
    /// Day of the first order, since 1970.
    pub first_order: Vec<i64>,
    /// Whether they are still a customer at the end.
    pub alive: Vec<bool>,
    /// Orders a year while they are one.
    pub purchase_rate: Vec<f64>,
    /// Probability of leaving after a repeat order.
    pub dropout: Vec<f64>,
    /// Categories bought in.
    pub categories: Vec<i64>,
    /// Contacts they cause per unit of the exposure.
    pub contact_rate: Vec<f64>,
    /// Probability of returning a line, over the shop's mix of products and over orders.
    pub return_rate: Vec<f64>,
    /// Share of the list amount that the firm's offers take off, over the shop's assortment and weeks.
    pub discount_depth: Vec<f64>,
    /// How much likelier their lines are on offer than those of somebody who does not look.
    pub promotion_selection: Vec<f64>,
    /// Probability that an order brings a coupon.
    pub coupon_rate: Vec<f64>,
    /// Budget of a period; NaN for customers without one.
    pub budget: Vec<f64>,
    /// Whether they were mixed in as a service demander.
    pub service_demander: Vec<bool>,
    /// Whether they were mixed in as a revenue reverser.
    pub revenue_reverser: Vec<bool>,
    /// Whether they were mixed in as a promotion maximizer.
    pub promotion_maximizer: Vec<bool>,
    /// Whether they were given a budget.
    pub fixed_budget: Vec<bool>,
    /// Money a year: (contact rate − mean of others) · exposure · cost of a contact.
    pub service_impact: Vec<f64>,
    /// Money a year: (return rate − ordinary rate) · Σ (margin + markdown + handling).
    pub reversal_impact: Vec<f64>,
    /// Money a year: (discount depth − depth without looking) · list amounts.
    pub promotion_impact: Vec<f64>,
    /// Money a year: cost of a category · categories beyond the first; 0 without a budget.
    pub budget_impact: Vec<f64>,
}

/// What an ordinary customer of the shop does on average, and one who looks for offers.
struct Average {
    unsought: Picked,
    sought: Picked,
    returns: ReturnCurve,
}

impl Average {
    fn of(options: &ShopOptions, market: &Market, lines: &[Line]) -> Self {
        let weeks = (options.days as usize).div_ceil(7);
        let categories = options.categories as usize;
        let mut products = vec![0.0; market.products()];
        let mut cells = vec![0.0; weeks * categories];
        for line in lines {
            products[line.product as usize] += 1.0;
            let category = market.category(line.product as usize);
            cells[line.day as usize / 7 * categories + category] += 1.0;
        }
        let lines = lines.len() as f64;
        products.iter_mut().for_each(|weight| *weight /= lines);
        let mean = |compared: u32| {
            let mut sum = Picked::default();
            for (at, weight) in cells.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
                let picked = market.cell(at / categories, at % categories).picked(compared);
                sum.list += weight * picked.list / lines;
                sum.discount += weight * picked.discount / lines;
                sum.offered += weight * picked.offered / lines;
            }
            sum
        };
        Self {
            unsought: mean(1),
            sought: mean(options.compared),
            returns: market.return_curve(&products),
        }
    }

    /// What somebody gets who looks with this probability.
    fn picked(&self, seeking: f64) -> Picked {
        let mix = |a: f64, b: f64| (1.0 - seeking) * a + seeking * b;
        Picked {
            list: mix(self.unsought.list, self.sought.list),
            discount: mix(self.unsought.discount, self.sought.discount),
            offered: mix(self.unsought.offered, self.sought.offered),
        }
    }
}

impl SimulatedTruth {
    pub(super) fn of(
        options: &ShopOptions,
        market: &Market,
        traits: &[Traits],
        lines: &[Line],
        threads: Threads,
    ) -> Self {
        let average = Average::of(options, market, lines);
        let start = i64::from(options.start);
        let real = |value: &(dyn Fn(&Traits) -> f64 + Sync)| {
            collect(traits.len(), threads, |row| value(&traits[row]))
        };
        let flag = |value: fn(&Traits) -> bool| traits.iter().map(value).collect::<Vec<_>>();
        let depth = |picked: Picked| picked.discount / picked.list;
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 1.0 };
        let return_rate = |traits: &Traits| average.returns.at(traits.return_effect);
        let discount_depth = |traits: &Traits| depth(average.picked(traits.seeking));
        let ordinary_return = average.returns.at(0.0);
        let ordinary_depth = depth(average.unsought);
        let budget = |traits: &Traits| if traits.budget > 0.0 { traits.budget } else { f64::NAN };
        Self {
            customer: (0..).take(traits.len()).collect(),
            first_order: traits.iter().map(|t| start + i64::from(t.first_day)).collect(),
            alive: flag(|traits| traits.alive),
            purchase_rate: real(&|traits| traits.purchases_per_day * Unit::Year.days()),
            dropout: real(&|traits| traits.dropout),
            categories: traits.iter().map(|traits| i64::from(traits.categories)).collect(),
            contact_rate: real(&|traits| traits.contact_rate),
            return_rate: real(&return_rate),
            discount_depth: real(&discount_depth),
            promotion_selection: real(&|traits| {
                share(average.picked(traits.seeking).offered, average.unsought.offered)
            }),
            coupon_rate: real(&|traits| traits.coupon_rate),
            budget: real(&budget),
            service_demander: flag(|traits| traits.demander),
            revenue_reverser: flag(|traits| traits.reverser),
            promotion_maximizer: flag(|traits| traits.maximizer),
            fixed_budget: flag(|traits| traits.budget > 0.0),
            service_impact: real(&|traits| {
                let above = traits.contact_rate - options.contact_rate;
                above * traits.exposure * options.contact_cost / traits.years(options)
            }),
            reversal_impact: real(&|traits| {
                let above = return_rate(traits) - ordinary_return;
                above * traits.at_stake / traits.years(options)
            }),
            promotion_impact: real(&|traits| {
                let above = discount_depth(traits) - ordinary_depth;
                above * traits.list / traits.years(options)
            }),
            budget_impact: real(&|traits| {
                let further = f64::from(traits.categories) - 1.0;
                let limited = f64::from(u8::from(traits.budget > 0.0));
                limited * further * options.category_cost
            }),
        }
    }
}
