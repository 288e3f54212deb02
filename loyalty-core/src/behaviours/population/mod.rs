//! How strongly customers show a behaviour: one number each, distributed over all of them.
//!
//! Nothing here knows of ledgers, behaviours or money. Each customer brings [`Evidence`], y of n, on a
//! number θ of their own:
//!
//! ```text
//! ln L(u) = y u − n A(u + d)      θ = A′(u + d)
//! ```
//!
//! | file | step |
//! |---|---|
//! | `link.rs` | the natural parameter u of a rate (u = ln θ) or a share (u = log-odds), and its A |
//! | `family.rs`, `gamma_poisson.rs`, `beta_binomial.rs` | the marginal likelihood of evidence where θ is gamma or beta over customers |
//! | `conjugate.rs` | the gamma or beta of largest marginal likelihood, and how much better it is than customers who are all alike |
//! | `cells.rs`, `masses.rs`, `grid.rs` | that distribution as masses on 112 cells of u: a [`Population`] |
//! | `learn.rs` | a hundred steps of the EM algorithm towards the nonparametric maximum (Laird & Louis 1991) |
//! | `posterior.rs` | the masses times one customer's likelihood: mean, variance, tail and quantiles of their θ |
//! | `transition.rs`, `recurrence.rs` | what lasts of it until later, learnt from customers seen twice |
//! | `kernel.rs` | the loops over cells, vectorised, adding in the same order on every machine |

mod beta_binomial;
mod cells;
mod conjugate;
mod family;
mod gamma_poisson;
mod grid;
mod kernel;
mod learn;
mod link;
mod masses;
mod posterior;
mod recurrence;
mod transition;

pub(super) use grid::Population;
pub(super) use learn::{Learnt, beta, learn};
pub(super) use link::{Evidence, Link};
pub(super) use posterior::Posterior;
pub(super) use recurrence::Recurrence;
pub(super) use transition::Transition;
