//! Fitting trait models to a ledger.

use std::collections::BTreeMap;

use super::beta_binomial::{BetaBinomial, Share};
use super::case::{self, Evidence, exposure, level};
use super::family::Family;
use super::gamma_poisson::{Count, GammaPoisson};
use super::mixture::{Fitted, Mixture};
use super::options::{Behaviour, ThresholdBasis, TraitOptions};
use super::score::slope;
use super::terms::{Budget, Coupon, Promotion, Reallocation, Reversal, Selection, Service, Terms};
use super::{Prior, TraitModel};
use crate::Error;
use crate::summary::{Ledger, LedgerRow};

/// Thresholds where economics give none, as ratios to the portfolio.
const RATE_RATIO: f64 = 2.0;
const DEPTH_RATIO: f64 = 1.5;
/// A budget is steady where its variance is less than half of what chance would make it.
const STEADINESS: f64 = 2.0;

impl TraitModel {
    /// Fits the model of a habit to a ledger by empirical Bayes: the prior over customers by its
    /// marginal likelihood, with one kind of customers or two by the Bayesian criterion.
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
        options.check()?;
        available(behaviour, ledger)?;
        let work = Work { behaviour, ledger, options };
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

struct Work<'a> {
    behaviour: Behaviour,
    ledger: &'a Ledger,
    options: &'a TraitOptions,
}

/// A prior, and how the means of peer groups stand to that of all.
type FitWithPeers<F> = (Fitted<F>, Vec<(String, f64)>);

/// The evidence of customers, each with his row in the ledger.
type Cases<R> = Vec<(u32, R)>;

impl Work<'_> {
    fn rows(&self) -> impl Iterator<Item = (u32, LedgerRow)> + '_ {
        let rows = (0_u32..).zip((0..self.ledger.len()).map(|row| self.ledger.row(row)));
        rows.filter(|(_, row)| row.orders >= 1.0)
    }

    fn degenerate<T>(&self, reason: &'static str) -> Result<T, Error> {
        Err(Error::Degenerate { model: self.behaviour.name(), reason })
    }

    /// Means of peer groups by the mean of all, then the prior of what is left.
    fn fit<F: Family>(
        &self,
        mut cases: Cases<F::Row>,
        factor: impl Fn(&[F::Row]) -> f64,
        scale: impl Fn(&mut F::Row, f64),
    ) -> Result<FitWithPeers<F>, Error> {
        const FEWEST: usize = 10;
        if cases.len() < FEWEST {
            return self.degenerate("fewer than ten customers have evidence");
        }
        let mut means = Vec::new();
        if let Some(peers) = self.ledger.peers() {
            let mut groups: BTreeMap<u32, Vec<F::Row>> = BTreeMap::new();
            for &(row, evidence) in &cases {
                groups.entry(peers.of[row as usize]).or_default().push(evidence);
            }
            let all: Vec<F::Row> = cases.iter().map(|(_, evidence)| *evidence).collect();
            let overall = factor(&all);
            let mut factors = BTreeMap::new();
            for (group, rows) in groups {
                let own = factor(&rows) / overall;
                if group == u32::MAX
                    || rows.len() < self.options.least_peers
                    || !own.is_finite()
                    || own <= 0.0
                {
                    continue;
                }
                factors.insert(group, own);
                means.push((peers.names.get(group as usize).to_string(), own));
            }
            for (row, evidence) in &mut cases {
                if let Some(&own) = factors.get(&peers.of[*row as usize]) {
                    scale(evidence, own);
                }
            }
        }
        let rows: Vec<F::Row> = cases.into_iter().map(|(_, evidence)| evidence).collect();
        Ok((Mixture::<F>::fit(&rows, self.options.threads)?, means))
    }

    fn counts(&self, cases: Cases<Count>) -> Result<FitWithPeers<GammaPoisson>, Error> {
        let rate = |rows: &[Count]| GammaPoisson::start(rows)[0];
        self.fit(cases, rate, |row: &mut Count, own| row.exposure *= own)
    }

    fn shares(&self, cases: Cases<Share>) -> Result<FitWithPeers<BetaBinomial>, Error> {
        let odds = |rows: &[Share]| {
            let sum = |of: fn(&Share) -> f64| rows.iter().map(of).sum::<f64>();
            let (hits, trials) = (sum(|row| row.hits), sum(|row| row.trials));
            let expected = sum(|row| row.trials * row.expected);
            hits / (trials - hits) * ((trials - expected) / expected)
        };
        self.fit(cases, odds, |row: &mut Share, own| {
            row.expected = super::beta_binomial::with_odds(row.expected, own);
        })
    }

    /// The number given, or by economics, or a ratio.
    fn threshold(&self, economics: Option<f64>, ratio: f64) -> (f64, ThresholdBasis) {
        match (self.options.threshold, economics) {
            (Some(given), _) => (given, ThresholdBasis::Given),
            (None, Some(value)) => (value, ThresholdBasis::Economics),
            (None, None) => (ratio, ThresholdBasis::Ratio),
        }
    }

    fn model<F: Family>(
        &self,
        (fitted, peers): FitWithPeers<F>,
        prior: impl Fn(Mixture<F>) -> Prior,
        (threshold, basis): (f64, ThresholdBasis),
        terms: Terms,
        spread: (f64, f64),
    ) -> TraitModel {
        TraitModel {
            behaviour: self.behaviour,
            prior: prior(fitted.prior),
            threshold,
            basis,
            terms,
            peers,
            customers: fitted.customers,
            likelihood_ratio: fitted.ratio.max(0.0),
            variation: spread.1.sqrt() / spread.0,
        }
    }

    fn service(&self) -> Result<TraitModel, Error> {
        let portfolio = self.ledger.portfolio();
        if portfolio.contact_scale <= 0.0 {
            return self.degenerate("no customer caused a contact that cost anything");
        }
        let terms =
            Service { exposure: self.options.exposure, contact_scale: portfolio.contact_scale };
        let mut cases = Vec::new();
        for (number, row) in self.rows().filter(|(_, row)| exposure(terms.exposure, row) > 0.0) {
            if let Evidence::Count(count) = case::service(&terms, &row, 1.0) {
                cases.push((number, count));
            }
        }
        let fit = self.counts(cases)?;
        let spread = fit.0.prior.spread(&Count { count: 0.0, exposure: 0.0 });
        let margin = Some(portfolio.net_margin).filter(|margin| *margin > 0.0);
        let threshold = self.threshold(margin, RATE_RATIO * spread.0);
        Ok(self.model(fit, Prior::Gamma, threshold, Terms::ServiceDemander(terms), spread))
    }

    fn reversal(&self) -> Result<TraitModel, Error> {
        let (portfolio, economics) = (self.ledger.portfolio(), self.ledger.economics());
        if !(portfolio.return_rate > 0.0 && portfolio.return_rate < 1.0) {
            return self.degenerate("no line was returned, or all were");
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
        let found = self.rows().filter_map(|(number, row)| {
            case::reversal(&terms, &row, 1.0).map(|evidence| (number, evidence))
        });
        let fit = self.shares(found.filter(|(_, share)| share.trials > 0.0).collect())?;
        let even = Share { hits: 0.0, trials: 0.0, expected: terms.base };
        let spread = fit.0.prior.spread(&even);
        let costs = economics.break_even_return_rate(portfolio.net_margin, 1.0, 1.0).is_some();
        let ratio = (RATE_RATIO * spread.0).min(0.5 * (1.0 + spread.0));
        let threshold = self.threshold(costs.then_some(1.0), ratio);
        Ok(self.model(fit, Prior::Beta, threshold, Terms::RevenueReverser(terms), spread))
    }

    fn coupon(&self) -> Result<TraitModel, Error> {
        let (mut with, mut orders, mut worth) = (0.0, 0.0, 0.0);
        for (_, row) in self.rows() {
            with += row.coupon_orders;
            orders += row.orders;
            worth += row.coupon;
        }
        if !(with > 0.0 && with < orders) {
            return self.degenerate("no order had a coupon, or all had");
        }
        let terms = Coupon { base: with / orders, worth: worth / with };
        let found = self.rows().map(|(number, row)| (number, case::coupon(&terms, &row, 1.0)));
        let fit = self.shares(found.collect())?;
        let spread = fit.0.prior.spread(&Share { hits: 0.0, trials: 0.0, expected: terms.base });
        let ratio = (RATE_RATIO * spread.0).min(0.5 * (1.0 + spread.0));
        let threshold = self.threshold(None, ratio);
        Ok(self.model(fit, Prior::Beta, threshold, Terms::CouponUser(terms), spread))
    }

    fn promotion(&self) -> Result<TraitModel, Error> {
        let (mut listed, mut off) = (0.0, 0.0);
        for (_, row) in self.rows() {
            listed += row.list_amount;
            off += row.discount;
        }
        if !(off > 0.0 && off < listed) {
            return self.degenerate("nobody bought at a discount, or everything was free");
        }
        let offers = self.ledger.available().offers;
        let selection = if offers { Some(self.selection()?) } else { None };
        let terms =
            Promotion { base: off / listed, depth_variance: self.depth_variance(), selection };
        let depths = |drawn| {
            let found = self.rows().filter_map(|(number, row)| {
                case::depth(&terms, &row, 1.0, drawn).map(|evidence| (number, evidence))
            });
            found.collect::<Cases<Share>>()
        };
        let mut fit = self.shares(depths(case::DRAWN))?;
        // Whether customers differ at all is asked as if they did not.
        let alike = self.shares(depths(f64::INFINITY))?.0;
        fit.0.ratio = alike.ratio;
        let spread = fit.0.prior.spread(&Share { hits: 0.0, trials: 0.0, expected: terms.base });
        let margin = Some(self.ledger.portfolio().margin).filter(|margin| *margin > 0.0);
        let threshold =
            self.threshold(margin, (DEPTH_RATIO * spread.0).min(0.5 * (1.0 + spread.0)));
        let even = Share { hits: 0.0, trials: 0.0, expected: terms.base };
        let (mean, variance) = alike.prior.spread(&even);
        let mut model =
            self.model(fit, Prior::Beta, threshold, Terms::PromotionMaximizer(terms), spread);
        model.variation = variance.sqrt() / mean;
        Ok(model)
    }

    /// Variance of the depth of an order around that of its customer.
    fn depth_variance(&self) -> f64 {
        let (mut residual, mut squares) = (0.0, 0.0);
        for (_, row) in self.rows().filter(|(_, row)| row.lines >= 2.0) {
            residual += row.depth_residual;
            squares += row.list_square * (1.0 - 1.0 / row.lines);
        }
        if squares > 0.0 { (residual / squares).max(1e-6) } else { 1.0 }
    }

    fn selection(&self) -> Result<Selection, Error> {
        let (mut residual, mut expected) = (0.0, 0.0);
        for (_, row) in self.rows().filter(|(_, row)| row.lines >= 2.0 && row.offered > 0.0) {
            let taken = (row.discount + row.maker_discount) / row.offered;
            residual += row.selection_residual;
            expected += row.offered_square * (1.0 - 1.0 / row.lines) * taken;
        }
        let dispersion = if expected > 0.0 { (residual / expected).max(1e-3) } else { 1.0 };
        let found = self.rows().filter_map(|(_, row)| case::selection(dispersion, &row));
        let rows: Vec<Count> = found.collect();
        if rows.len() < 10 || rows.iter().all(|row| row.count == 0.0) {
            return self.degenerate("nobody took what was on offer");
        }
        let prior = Mixture::<GammaPoisson>::fit(&rows, self.options.threads)?.prior;
        let threshold = self.options.selection;
        Ok(Selection { dispersion, threshold, kinds: prior.kinds, share: prior.share })
    }

    fn budget(&self) -> Result<TraitModel, Error> {
        let found = self.rows().filter_map(|(number, row)| match case::budget(&row, 1.0)? {
            Evidence::Count(count) => Some((number, count)),
            Evidence::Share(_) => None,
        });
        let fit = self.counts(found.collect())?;
        let spread = fit.0.prior.spread(&Count { count: 0.0, exposure: 0.0 });
        let (mut sum, mut count) = (0.0, 0.0);
        for (_, row) in self.rows().filter(|(_, row)| row.budget_freedom > 0.0) {
            sum += level(&row).0;
            count += 1.0;
        }
        let mean = sum / count;
        let known = self.ledger.portfolio().net_margin;
        let terms = Budget {
            margin: if known > 0.0 { known } else { 1.0 },
            level: self.options.level.unwrap_or(mean),
            mean,
            periods_per_year: self.ledger.periods_per_year(),
            category_cost: self.ledger.category_cost(),
            reallocation: self.reallocation(),
        };
        let threshold = match self.options.threshold {
            Some(given) => (given, ThresholdBasis::Given),
            None => (STEADINESS, ThresholdBasis::Ratio),
        };
        Ok(self.model(fit, Prior::Gamma, threshold, Terms::FixedBudget(terms), spread))
    }

    /// Mean and variance of the slopes over customers, by the moments of DerSimonian & Laird (1986).
    fn reallocation(&self) -> Option<Reallocation> {
        if !self.ledger.available().categories {
            return None;
        }
        let slopes: Vec<(f64, f64)> = self
            .rows()
            .filter_map(|(_, row)| slope(&row))
            .filter(|(_, error)| *error > 0.0)
            .collect();
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
