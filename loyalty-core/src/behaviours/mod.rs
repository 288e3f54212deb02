//! Costly behaviours: who shows them, with how much evidence, and what they cost.
//!
//! Some customers ask for more service than their orders pay for, send back what they order, buy at deep
//! discounts only, pay with coupons, or spend the same whatever they are offered. Few orders of one customer
//! say little of that, so each is judged together with all others, by empirical Bayes:
//!
//! 1. **Row to evidence.** Each file of `definitions/` reads one customer's [`LedgerRow`] as y of n: cost of
//!    contacts among orders, lines returned among lines due, orders with a coupon among orders, … A rate is
//!    y ~ Poisson(θ n), a share y ~ binomial(n, θ); both are ln L(u) = y u − n A(u + d) in the natural
//!    parameter u = ln θ or log-odds, with d what is known of the customer beforehand, such as what they buy
//!    (`population/link.rs`). Counts need not be whole: lines that were ordered together, or contacts of
//!    different cost, are worth fewer.
//! 2. **All customers to a population.** `learning.rs` takes the evidence of up to 32,768 customers, and
//!    takes out the means of their peer groups. θ is first gamma (rates) or beta (shares) over customers; its
//!    mean and concentration maximise the marginal likelihood, negative-binomial or beta-binomial
//!    (`population/conjugate.rs`). That distribution is put on 112 cells of u and roughened by a hundred steps
//!    of the EM algorithm towards the nonparametric maximum (`population/learn.rs`; Laird & Louis 1991).
//! 3. **Whether there is anything to see.** [`BehaviourDistribution::detectable`]: the gamma or beta must
//!    beat customers who are all alike by more than chance, and vary by enough.
//! 4. **Population and evidence to a posterior** (`population/posterior.rs`), masses times likelihood. Its
//!    mean is `estimate`, its mass beyond the threshold `p_over`.
//! 5. **Threshold.** Each definition works it out from margins and costs, customer by customer where these
//!    depend on what they buy; else it is a ratio to the portfolio, or given (`options.rs`).
//! 6. **Cost.** (θ − that of the median customer) · money for a unit of θ in a year, or P(over) · money of
//!    the whole: `impact` (`scoring.rs`).
//! 7. **Labels.** [`BehaviourModel`] (`model.rs`) labels the customers of largest `p_over` as long as the mean
//!    of 1 − `p_over` among them stays within the false-discovery rate (Newton et al. 2004), `p_over` is at
//!    least one half, and the cost matters.
//! 8. **What lasts**, of customers (`lasting.rs`) and of the level of the whole shop (`level.rs`, `level_learning.rs`): both are in `p_over`.
//! 9. **Looked at again.** [`persistence()`] fits the first half of a history and looks at the second.
//!
//! `definition.rs` says what makes a behaviour; `definitions/mod.rs` is the table of them, and a further one
//! is a file and a line there. `population/` knows nothing of ledgers or money. `distribution_file.rs` and
//! `model_file.rs` are the files of [`BehaviourDistribution`] and [`BehaviourModel`]; `summary.rs` adds up.
//!
//! docs/behaviours.md tells the same from outside, with what 200 simulated shops say of it.
//!
//! [`LedgerRow`]: crate::ledger::LedgerRow
//!
//! # References
//! Robbins (1956); Laird & Louis (1991), Computational Statistics & Data Analysis 12, 27–37; Newton,
//! Noueiry, Sarkar & Ahlquist (2004), Biostatistics 5(2), 155–176; Efron (2010), Large-Scale Inference.

mod definition;
mod definitions;
mod distribution;
mod distribution_file;
mod lasting;
mod learning;
mod level;
mod level_learning;
mod model;
mod model_file;
mod options;
mod permutation;
mod persistence;
mod population;
mod reasons;
mod scoring;
mod summary;

pub use definitions::Behaviour;
pub use distribution::BehaviourDistribution;
pub use lasting::Lasting;
pub use model::{
    BehaviourModel, BehaviourOptions, Behaviours, CustomerBehaviour, CustomerBehaviours,
};
pub use options::{BehaviourFitOptions, ThresholdBasis};
pub use permutation::{PermutationCheck, permutation_check};
pub use persistence::{Persistence, persistence};
pub use reasons::LabelReason;
pub use scoring::{BehaviourInterval, BehaviourScore, BehaviourScores};
pub use summary::{BehaviourSummary, LossAccount};
