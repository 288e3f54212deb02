//! What a program needs from an order log to customer values.
//!
//! ```
//! use loyalty_core::prelude::*;
//! let history = History::new(2, 30.43, 38.86)?;
//! let model = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
//! assert!(model.p_alive(&history) > 0.7);
//! # Ok::<(), Error>(())
//! ```

pub use crate::Error;
pub use crate::estimation::{Fit, FitOptions};
pub use crate::interop::{Times, WallClock};
pub use crate::models::{Model, ModelFile};
pub use crate::orders::{Column, CustomerColumn, Invalid, OrderColumns, Orders, TimeScale};
pub use crate::parallel::Threads;
pub use crate::purchase::{BgNbd, Discounting, PurchaseModel};
pub use crate::rfm::{Rfm, RfmOptions, RfmValues, SegmentTable};
pub use crate::spend::{GammaGamma, SpendModel};
pub use crate::summary::{CustomerSummary, History, SummaryColumns, SummaryOptions};
pub use crate::time::{Clock, Occasion, Unit};
pub use crate::value::{Margin, clv_into};
