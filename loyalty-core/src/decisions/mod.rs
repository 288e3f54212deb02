//! Stage 6: who gets which treatment.

mod choices;
mod dual;
mod primal;
mod proposals;
mod selection;
mod treatment;

pub use choices::{Capacity, Choices, Use};
pub use proposals::{Facts, NotWeighed, Proposals, TreatmentSummary};
pub use selection::Selection;
pub use treatment::{Amount, Condition, Treatment, Treatments};
