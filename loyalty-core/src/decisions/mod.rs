//! Who gets which treatment.
//!
//! [`Treatments`] is a table of what can be done for customers: for whom, what it gains of which money,
//! what it costs and takes of calls, letters or budgets. Weighed with [`Facts`] about customers it gives
//! [`Proposals`], an expected gain of each treatment with each customer; within each [`Capacity`] the
//! [`Selection`] is the plan that gains most, with a proof of how far from the best it can be and what
//! one more unit of each capacity would be worth.

mod choices;
mod dual;
mod gives;
mod one;
mod primal;
mod proposals;
mod selection;
mod treatment;

pub use choices::{Capacity, Choices, Use};
pub use gives::Gives;
pub use one::ChosenTreatment;
pub(crate) use proposals::OPTED_OUT;
pub use proposals::{Facts, NotWeighed, Proposals, TreatmentSummary};
pub use selection::Selection;
pub use treatment::{Amount, Condition, Treatment, Treatments};
