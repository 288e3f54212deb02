//! Learning who looks for promotions.

use super::TraitModel;
use super::case::{self, effective, off};
use super::fit::{Work, beyond};
use super::learn::{beta, learn};
use super::link::{Evidence, Link};
use super::terms::{Funding, Promotion, Selection, Terms};
use crate::Error;
use crate::error::Degeneracy;

/// The threshold of depths where economics give none, as a ratio to the portfolio.
const DEPTH_RATIO: f64 = 1.5;

/// A concentration at which customers do not differ.
const ALIKE: f64 = 1e6;

impl Work<'_> {
    pub(super) fn promotion(&self) -> Result<TraitModel, Error> {
        let (mut listed, mut borne, mut reduced) = (0.0, 0.0, 0.0);
        for row in self.rows() {
            listed += row.list_amount;
            borne += row.discount;
            reduced += off(row);
        }
        if !(borne > 0.0 && reduced < listed) {
            return self.degenerate(
                Degeneracy::NoVariation,
                "nobody bought at a discount, or everything was free",
            );
        }
        let offers = self.ledger.available().offers;
        let selection = if offers { Some(self.selection()?) } else { None };
        let (ceiling, dispersion) = self.discounting();
        let alike = Funding { share: borne / reduced, concentration: ALIKE };
        let mut terms = Promotion { ceiling, dispersion, funding: alike, selection };
        if reduced > borne {
            terms.funding = self.funding(&terms)?;
        }
        let cases = self.cases(|row| case::depth(&terms, row, 0.0));
        let sum = |of: fn(&Evidence) -> f64| cases.iter().map(|(_, case)| of(case)).sum::<f64>();
        let base = sum(|case| case.hits) / sum(|case| case.trials);
        let learnt = self.fit(cases, base)?;
        let margin = Some(self.ledger.portfolio().margin).filter(|margin| *margin > 0.0);
        let mean = ceiling * terms.funding.share * learnt.0.prior.mean(0.0);
        let ratio = beyond(DEPTH_RATIO, mean);
        let threshold = self.threshold(margin, ratio);
        Ok(self.model(learnt, threshold, Terms::PromotionMaximizer(terms)))
    }

    /// Who pays for discounts, where the makers pay for some.
    fn funding(&self, terms: &Promotion) -> Result<Funding, Error> {
        let cases = self.cases(|row| case::funding(&case::depth(terms, row, 0.0)?, row));
        let rows: Vec<Evidence> = cases.into_iter().map(|(_, evidence)| evidence).collect();
        let found = beta(&rows, terms.funding.share, self.options.threads)?;
        Ok(Funding { share: found.mean, concentration: found.concentration.min(ALIKE) })
    }

    /// The deepest discount there is, D, and the dispersion φ: an order's depth has the variance
    /// φ d (D − d) around that of its customer, d, which is none where nothing is reduced and where
    /// everything is reduced as far as it goes (Morris 1982, Annals of Statistics 10(1)). D by least squares
    /// of what is seen of that variance on d and d², φ as its ratio to d (D − d) by depth: it is where
    /// discounts are deep that it decides who is over a threshold.
    fn discounting(&self) -> (f64, f64) {
        /// Fewest orders with a variance, and most that count; of customers with so many orders one in
        /// so many is beyond D.
        const FEWEST: f64 = 1.5;
        const MOST: f64 = 50.0;
        const STEADY: f64 = 4.0;
        const BEYOND: usize = 1000;
        let (mut depths, mut xx, mut xy, mut yy) = (Vec::new(), 0.0, 0.0, 0.0);
        let (mut xv, mut yv, mut sum, mut x_sum, mut y_sum) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for row in self.rows() {
            let orders = effective(row.list_amount, row.list_square);
            if orders < FEWEST {
                continue;
            }
            let variance = row.depth_residual / row.list_square / (1.0 - 1.0 / orders);
            let depth = off(row) / row.list_amount;
            let (x, y) = (depth, depth * depth - variance / orders);
            let weight = (orders - 1.0).min(MOST);
            xx += weight * x * x;
            xy += weight * x * y;
            yy += weight * y * y;
            xv += weight * x * variance;
            yv += weight * y * variance;
            let deep = weight * depth;
            sum += deep * variance;
            x_sum += deep * x;
            y_sum += deep * y;
            if orders >= STEADY {
                depths.push(depth);
            }
        }
        depths.sort_unstable_by(f64::total_cmp);
        let Some(&least) = depths.get((depths.len() - depths.len() / BEYOND).saturating_sub(1))
        else {
            return (1.0, 1.0);
        };
        let determinant = xx * yy - xy * xy;
        let (first, second) =
            ((xv * yy - yv * xy) / determinant, (yv * xx - xv * xy) / determinant);
        let bent = first / -second;
        let ceiling = if bent > 0.0 && bent < 1.0 { bent.max(least) } else { 1.0 };
        (ceiling.clamp(0.01, 1.0), (sum / (ceiling * x_sum - y_sum)).max(1e-6))
    }

    fn selection(&self) -> Result<Selection, Error> {
        let (mut residual, mut expected) = (0.0, 0.0);
        for row in self.rows().filter(|row| row.lines >= 2.0 && row.offered > 0.0) {
            let taken = off(row) / row.offered;
            residual += row.selection_residual;
            expected += row.offered_square * (1.0 - 1.0 / row.lines) * taken;
        }
        let dispersion = if expected > 0.0 { (residual / expected).max(1e-3) } else { 1.0 };
        let cases = self.cases(|row| case::selection(dispersion, row));
        let rows: Vec<Evidence> = cases.into_iter().map(|(_, evidence)| evidence).collect();
        if rows.len() < 10 || rows.iter().all(|row| row.hits == 0.0) {
            return self.degenerate(Degeneracy::NoEvent, "nobody took what was on offer");
        }
        let prior = learn(Link::Log, &rows, 1.0, self.options.threads)?.prior;
        Ok(Selection { dispersion, threshold: self.options.selection, prior })
    }
}
