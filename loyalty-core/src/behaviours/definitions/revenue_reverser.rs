//! Who sends back what they order.
//!
//! | | |
//! |---|---|
//! | strength θ | return rate at the average mix of products |
//! | evidence | `return_hits` of `return_lines`, binomial; shifted by what [`ProductMix`] makes of `return_expected`, what such lines do on average, so that nobody is blamed for what they buy |
//! | population | beta, roughened |
//! | threshold | [`Economics::break_even_return_rate`] at their amount per line and the share that is paid back to them, and [`RATE_RATIO`] times the mean |
//! | cost | (θ − that of the median customer) · margin lost, markdown and handling of their lines a year |

use serde::{Deserialize, Serialize};

use super::RATE_RATIO;
use super::product_mix::ProductMix;
use crate::Error;
use crate::behaviours::definition::{
    BehaviourDefinition, BehaviourTerms, Case, Cost, Fitted, Shown, beyond, years,
};
use crate::behaviours::learning::LearningSample;
use crate::behaviours::options::{Threshold, ThresholdBasis};
use crate::behaviours::population::{Evidence, Link};
use crate::error::Degeneracy;
use crate::error::{non_negative, positive};
use crate::ledger::{Available, Economics, LedgerRow};

/// What lines are expected to do is kept this far from 0 and 1, so that its log-odds are finite; no return
/// rate of a product is known to a part in a thousand millions.
const EDGE: f64 = 1e-9;

/// Lines by which the share paid back to a customer is drawn to that of the shop. A choice: most shops pay back
/// all or a part by rule, which two lines tell.
const DRAWN: f64 = 2.0;

/// Times that the population and the shifts of articles are learnt from each other, after once by plain log-odds; the
/// third changes no mean by a hundredth where categories differ by a standard deviation of 2.5.
const TIMES: usize = 2;

/// What is known of the shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::behaviours) struct ReversalTerms {
    /// What articles do.
    mix: ProductMix,
    /// Margin on what is paid, by which lines break even.
    margin: f64,
    /// Whether margins are known; otherwise a return costs what handling and markdown make it.
    known_margin: bool,
    /// The least that is called more than others: a multiple of the mean rate.
    floor: f64,
    /// Share of a returned line's amount that is paid back.
    returned_share: f64,
    handling: Option<f64>,
    markdown: Option<f64>,
}

impl BehaviourDefinition for ReversalTerms {
    const KIND: &'static str = "revenue-reverser";
    const TITLE: &'static str = "the revenue reverser";
    const COLUMN: &'static str = "returned_amount";
    const LINK: Link = Link::Logit;

    fn shows_in(available: Available) -> bool {
        available.returns
    }

    fn learn(sample: &LearningSample<'_>) -> Result<Fitted<Self>, Error> {
        let (portfolio, economics) = (sample.ledger.portfolio(), sample.ledger.economics());
        if !(portfolio.return_rate > 0.0 && portfolio.return_rate < 1.0) {
            return sample.degenerate(Degeneracy::NoVariation, "no line was returned, or all were");
        }
        let known = portfolio.net_margin > 0.0;
        let mut terms = Self {
            mix: ProductMix::plain(portfolio.return_rate),
            margin: if known { portfolio.net_margin } else { 1.0 },
            known_margin: known,
            floor: 0.0,
            returned_share: portfolio.returned_share,
            handling: economics.handling,
            markdown: economics.markdown,
        };
        let base = portfolio.return_rate;
        let cases = |terms: &Self| sample.cases(|row| terms.evidence(row, 0.0));
        let mut found = sample.population(Self::LINK, cases(&terms), base)?;
        let expected: Vec<(f64, f64)> = (sample.rows())
            .filter(|row| row.return_lines > 0.0)
            .map(|row| (row.return_expected / row.return_lines, row.return_lines))
            .collect();
        let differ = expected.iter().any(|one| (one.0 - base).abs() > EDGE);
        for _ in 0..if differ { TIMES } else { 0 } {
            terms.mix = ProductMix::of(&found.learnt.population, &expected);
            found = sample.population(Self::LINK, cases(&terms), base)?;
        }
        // The rate itself depends on the customer's lines; here only whether there is one.
        let economics =
            economics.break_even_return_rate(portfolio.net_margin, 1.0, 1.0).map(|_| 1.0);
        let mean = terms.mix.over_all(found.learnt.population.mean(0.0));
        let ratio = beyond(RATE_RATIO, mean);
        terms.floor = ratio;
        Ok(Fitted { threshold: sample.threshold(economics, ratio), learnt: found, terms })
    }
}

impl BehaviourTerms for ReversalTerms {
    fn case(&self, threshold: Threshold, row: &LedgerRow, peers: f64) -> Option<Case> {
        let evidence = self.evidence(row, peers)?;
        let line = row.revenue / row.lines;
        let share = self.paid_back(row);
        let economics =
            Economics { handling: self.handling, markdown: self.markdown, ..Economics::default() };
        let threshold = match threshold.basis {
            ThresholdBasis::Economics => economics
                .break_even_return_rate(self.margin, line, share)
                .unwrap_or(1.0)
                .max(self.floor),
            ThresholdBasis::Ratio | ThresholdBasis::Given => threshold.value,
        };
        let earned = (row.revenue + row.maker_discount - row.cost).max(0.0) / row.lines;
        let margin = if self.known_margin { earned } else { 0.0 };
        let lost = margin * share + economics.return_cost(line, share);
        let cost = Cost::PerUnit(row.lines * lost / years(row));
        Some(Case {
            evidence,
            amount: row.return_lines,
            unit: 1.0,
            threshold,
            cost: if self.priced() { cost } else { Cost::Unknown },
        })
    }

    fn strength(&self, _unit: f64, of_evidence: f64) -> f64 {
        self.mix.over_all(of_evidence)
    }

    fn of_evidence(&self, _unit: f64, strength: f64) -> f64 {
        self.mix.of_all(strength)
    }

    fn shown(&self, row: &LedgerRow) -> Shown {
        Shown { events: row.returned_lines, orders: row.return_orders }
    }

    fn priced(&self) -> bool {
        self.known_margin || self.handling.is_some() || self.markdown.is_some()
    }

    fn check(&self) -> Result<(), Error> {
        non_negative("floor", self.floor)?;
        self.mix.check()?;
        positive("margin", self.margin)?;
        positive("returned_share", self.returned_share)?;
        non_negative("handling", self.handling.unwrap_or(0.0))?;
        non_negative("markdown", self.markdown.unwrap_or(0.0)).map(|_| ())
    }
}

impl ReversalTerms {
    /// The share of a returned line's amount that is paid back to this customer.
    fn paid_back(&self, row: &LedgerRow) -> f64 {
        let usual = DRAWN * row.revenue / row.lines;
        let back = row.returned_amount.min(row.returned_line_amount);
        (usual * self.returned_share + back) / (usual + row.returned_line_amount)
    }

    /// Shifted from the average mix of products to what they buy.
    fn evidence(&self, row: &LedgerRow, peers: f64) -> Option<Evidence> {
        if !(row.lines > 0.0 && row.revenue > 0.0) {
            return None;
        }
        let mix = if row.return_lines > 0.0 {
            let expected = (row.return_expected / row.return_lines).clamp(EDGE, 1.0 - EDGE);
            self.mix.shift(expected)
        } else {
            0.0
        };
        Some(Evidence {
            hits: row.return_hits,
            trials: row.return_lines.max(row.return_hits),
            shift: peers + mix,
        })
    }
}
