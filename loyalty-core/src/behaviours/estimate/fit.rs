//! Fitting trait models to a ledger.

use std::collections::BTreeMap;

use super::TraitModel;
use super::case::{self, exposure, level};
use super::learn::{Learnt, learn};
use super::levels::Levels;
use super::link::{Evidence, Link};
use super::options::{Behaviour, ThresholdBasis, TraitOptions};
use super::score::slope;
use super::terms::{Budget, Coupon, Reallocation, Reversal, Service, Terms};
use crate::Error;
use crate::error::Degeneracy;
use crate::ledger::{Ledger, LedgerRow};
use crate::math::elementary::ln;

/// Most customers of whom a model learns, evenly taken; more would not move it by a hundredth.
const ENOUGH: usize = 1 << 15;

/// Thresholds where economics give none, as ratios to the portfolio.
const RATE_RATIO: f64 = 2.0;
/// A budget is steady where its variance is less than half of what chance would make it.
const STEADINESS: f64 = 2.0;

impl TraitModel {
    /// Fits the model of a habit to a ledger by empirical Bayes: the conjugate prior over customers by
    /// its marginal likelihood, then roughened by the customers' evidence.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] where the order lines or contacts lack what the habit shows in,
    /// [`Error::Degenerate`] where nobody shows any of it or fewer than ten customers have evidence,
    /// [`Error::Parameter`] for options outside their domain.
    pub fn fit(
        behaviour: Behaviour,
        ledger: &Ledger,
        options: &TraitOptions,
    ) -> Result<Self, Error> {
        Self::fit_to(behaviour, ledger, &sample(ledger), options)
    }

    /// [`TraitModel::fit`] to a sample of the ledger's customers.
    pub(crate) fn fit_to(
        behaviour: Behaviour,
        ledger: &Ledger,
        sample: &[(u32, LedgerRow)],
        options: &TraitOptions,
    ) -> Result<Self, Error> {
        options.check()?;
        available(behaviour, ledger)?;
        let work = Work { behaviour, ledger, sample, options };
        match behaviour {
            Behaviour::ServiceDemander => work.service(),
            Behaviour::RevenueReverser => work.reversal(),
            Behaviour::PromotionMaximizer => work.promotion(),
            Behaviour::CouponUser => work.coupon(),
            Behaviour::FixedBudget => work.budget(),
        }
    }
}

/// Whether the columns that a habit shows in are there.
fn available(behaviour: Behaviour, ledger: &Ledger) -> Result<(), Error> {
    let available = ledger.available();
    let (there, column, needed_by) = match behaviour {
        Behaviour::ServiceDemander => (available.contacts, "contacts", "the service demander"),
        Behaviour::RevenueReverser => {
            (available.returns, "returned_amount", "the revenue reverser")
        }
        Behaviour::PromotionMaximizer => {
            (available.discounts, "discount", "the promotion maximizer")
        }
        Behaviour::CouponUser => (available.coupons, "coupon", "the coupon user"),
        Behaviour::FixedBudget => (true, "amount", "the fixed budget"),
    };
    if there { Ok(()) } else { Err(Error::MissingColumn { column, needed_by }) }
}

/// The customers of whom models learn: with an order, and all of them where there are groups of peers.
pub(crate) fn sample(ledger: &Ledger) -> Vec<(u32, LedgerRow)> {
    let step = if ledger.peers().is_some() { 1 } else { ledger.len().div_ceil(ENOUGH) };
    let rows = (0_u32..).zip((0..ledger.len()).map(|row| ledger.row(row))).step_by(step.max(1));
    rows.filter(|(_, row)| row.orders >= 1.0).collect()
}

pub(super) struct Work<'a> {
    behaviour: Behaviour,
    pub(super) ledger: &'a Ledger,
    sample: &'a [(u32, LedgerRow)],
    pub(super) options: &'a TraitOptions,
}

/// The evidence of customers, each with his row in the ledger.
pub(super) type Cases = Vec<(u32, Evidence)>;

/// A prior, and how the means of peer groups stand to that of all.
pub(super) type LearntWithPeers = (Learnt, Vec<(String, f64)>);

impl Work<'_> {
    pub(super) fn rows(&self) -> impl Iterator<Item = &LedgerRow> {
        self.sample.iter().map(|(_, row)| row)
    }

    pub(super) fn cases(&self, of: impl Fn(&LedgerRow) -> Option<Evidence>) -> Cases {
        let found = self.sample.iter().filter_map(|(number, row)| Some((*number, of(row)?)));
        found.filter(|(_, evidence)| evidence.trials > 0.0).collect()
    }

    pub(super) fn degenerate<T>(
        &self,
        cause: Degeneracy,
        reason: &'static str,
    ) -> Result<T, Error> {
        Err(Error::degenerate(self.behaviour.name(), cause, reason))
    }

    /// Means of peer groups by the mean of all, then the prior of what is left; `base` is the mean share
    /// that shifts are from.
    pub(super) fn fit(&self, mut cases: Cases, base: f64) -> Result<LearntWithPeers, Error> {
        const FEWEST: usize = 10;
        if cases.len() < FEWEST {
            return self.degenerate(Degeneracy::TooFew, "fewer than ten customers have evidence");
        }
        let link = self.behaviour.link();
        let mut means = Vec::new();
        if let Some(peers) = self.ledger.peers() {
            let mut groups: BTreeMap<u32, Vec<Evidence>> = BTreeMap::new();
            for &(row, evidence) in &cases {
                groups.entry(peers.of[row as usize]).or_default().push(evidence);
            }
            let overall = factor(link, cases.iter().map(|(_, evidence)| evidence), base);
            let mut factors = BTreeMap::new();
            for (group, rows) in groups {
                let own = factor(link, rows.iter(), base) / overall;
                if group == u32::MAX
                    || rows.len() < self.options.least_peers
                    || !own.is_finite()
                    || own <= 0.0
                {
                    continue;
                }
                factors.insert(group, ln(own));
                means.push((peers.names.get(group as usize).to_string(), own));
            }
            for (row, evidence) in &mut cases {
                if let Some(own) = factors.get(&peers.of[*row as usize]) {
                    evidence.shift += own;
                }
            }
        }
        let step = cases.len().div_ceil(ENOUGH);
        let rows: Vec<Evidence> =
            cases.into_iter().step_by(step).map(|(_, evidence)| evidence).collect();
        Ok((learn(link, &rows, base, self.options.threads)?, means))
    }

    /// The number given, or by economics, or a ratio.
    pub(super) fn threshold(&self, economics: Option<f64>, ratio: f64) -> (f64, ThresholdBasis) {
        match (self.options.threshold, economics) {
            (Some(given), _) => (given, ThresholdBasis::Given),
            (None, Some(value)) => (value, ThresholdBasis::Economics),
            (None, None) => (ratio, ThresholdBasis::Ratio),
        }
    }

    pub(super) fn model(
        &self,
        (learnt, peers): LearntWithPeers,
        (threshold, basis): (f64, ThresholdBasis),
        terms: Terms,
    ) -> TraitModel {
        let (mean, variance) = learnt.prior.moments(0.0);
        TraitModel {
            behaviour: self.behaviour,
            prior: learnt.prior,
            threshold,
            basis,
            terms,
            peers,
            customers: learnt.customers,
            likelihood_ratio: learnt.ratio.max(0.0),
            variation: variance.sqrt() / mean,
        }
    }

    fn service(&self) -> Result<TraitModel, Error> {
        let portfolio = self.ledger.portfolio();
        if portfolio.contact_scale <= 0.0 {
            return self.degenerate(
                Degeneracy::NoEvent,
                "no customer caused a contact that cost anything",
            );
        }
        let terms =
            Service { exposure: self.options.exposure, contact_scale: portfolio.contact_scale };
        let cases = self.cases(|row| {
            (exposure(terms.exposure, row) > 0.0).then(|| case::service(&terms, row, 0.0))
        });
        let learnt = self.fit(cases, 1.0)?;
        let margin = Some(portfolio.net_margin).filter(|margin| *margin > 0.0);
        let threshold = self.threshold(margin, RATE_RATIO * learnt.0.prior.mean(0.0));
        Ok(self.model(learnt, threshold, Terms::ServiceDemander(terms)))
    }

    fn reversal(&self) -> Result<TraitModel, Error> {
        let (portfolio, economics) = (self.ledger.portfolio(), self.ledger.economics());
        if !(portfolio.return_rate > 0.0 && portfolio.return_rate < 1.0) {
            return self.degenerate(Degeneracy::NoVariation, "no line was returned, or all were");
        }
        let known = portfolio.net_margin > 0.0;
        let terms = Reversal {
            base: portfolio.return_rate,
            margin: if known { portfolio.net_margin } else { 1.0 },
            known_margin: known,
            returned_share: portfolio.returned_share,
            handling: economics.handling,
            markdown: economics.markdown,
        };
        let learnt = self.fit(self.cases(|row| case::reversal(&terms, row, 0.0)), terms.base)?;
        let costs = economics.break_even_return_rate(portfolio.net_margin, 1.0, 1.0).is_some();
        let threshold =
            self.threshold(costs.then_some(1.0), beyond(RATE_RATIO, learnt.0.prior.mean(0.0)));
        Ok(self.model(learnt, threshold, Terms::RevenueReverser(terms)))
    }

    fn coupon(&self) -> Result<TraitModel, Error> {
        let (mut with, mut orders, mut worth) = (0.0, 0.0, 0.0);
        for row in self.rows() {
            with += row.coupon_orders;
            orders += row.orders;
            worth += row.coupon;
        }
        if !(with > 0.0 && with < orders) {
            return self.degenerate(Degeneracy::NoVariation, "no order had a coupon, or all had");
        }
        let learnt = self.fit(self.cases(|row| Some(case::coupon(row, 0.0))), with / orders)?;
        let threshold = self.threshold(None, beyond(RATE_RATIO, learnt.0.prior.mean(0.0)));
        let terms = Terms::CouponUser(Coupon { worth: worth / with });
        Ok(self.model(learnt, threshold, terms))
    }

    fn budget(&self) -> Result<TraitModel, Error> {
        let learnt = self.fit(self.cases(|row| case::budget(row, 0.0)), 1.0)?;
        let (mut sum, mut count) = (0.0, 0.0);
        for row in self.rows().filter(|row| row.budget_freedom > 0.0) {
            sum += level(row).0;
            count += 1.0;
        }
        let mean = sum / count;
        let known = self.ledger.portfolio().net_margin;
        let threshold = match self.options.threshold {
            Some(given) => (given, ThresholdBasis::Given),
            None => (STEADINESS, ThresholdBasis::Ratio),
        };
        let prior = &learnt.0.prior;
        let limit = prior.link.natural(threshold.0);
        let over = |row: &LedgerRow| {
            let evidence = case::budget(row, 0.0)?;
            Some((level(row).0, prior.posterior(&evidence).upper(limit)))
        };
        let by_level = Levels::learn(self.rows().filter_map(over).collect(), prior.upper(limit));
        let terms = Budget {
            margin: if known > 0.0 { known } else { 1.0 },
            level: self.options.level.unwrap_or(mean),
            mean,
            periods_per_year: self.ledger.periods_per_year(),
            category_cost: self.ledger.category_cost(),
            reallocation: self.reallocation(),
            by_level,
        };
        Ok(self.model(learnt, threshold, Terms::FixedBudget(terms)))
    }

    /// Mean and variance of the slopes over customers, by the moments of DerSimonian & Laird (1986).
    fn reallocation(&self) -> Option<Reallocation> {
        if !self.ledger.available().categories {
            return None;
        }
        let slopes: Vec<(f64, f64)> =
            self.rows().filter_map(slope).filter(|(_, error)| *error > 0.0).collect();
        let (mut weights, mut squares, mut sum) = (0.0, 0.0, 0.0);
        for (slope, error) in &slopes {
            weights += 1.0 / error;
            squares += 1.0 / error / error;
            sum += slope / error;
        }
        if slopes.len() < 10 || !(weights.is_finite() && squares.is_finite()) {
            return None;
        }
        let mean = sum / weights;
        let q: f64 =
            slopes.iter().map(|(slope, error)| (slope - mean) * (slope - mean) / error).sum();
        let variance = (q - (slopes.len() - 1) as f64) / (weights - squares / weights);
        let threshold = self.options.reallocation;
        Some(Reallocation { threshold, mean, variance: variance.max(0.0) })
    }
}

/// So many times a mean share, or half way to 1.
pub(super) fn beyond(times: f64, mean: f64) -> f64 {
    (times * mean).min(0.5 * (1.0 + mean))
}

/// The rate of some customers by what is expected of them, or the ratio of the odds.
fn factor<'a>(link: Link, rows: impl Iterator<Item = &'a Evidence>, base: f64) -> f64 {
    let (mut hits, mut trials, mut expected) = (0.0, 0.0, 0.0);
    for row in rows {
        hits += row.hits;
        trials += row.trials;
        expected += row.trials * link.value(link.natural(base) + row.shift);
    }
    match link {
        Link::Log => hits / expected,
        Link::Logit => hits / (trials - hits) * ((trials - expected) / expected),
    }
}
