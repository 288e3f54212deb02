//! Columns of Apache Arrow, as data frames and Parquet files hold them.
//!
//! An [`ArrowColumn`] is a name and the arrays under it, of one record batch or of many. [`Ids`],
//! [`Numbers`], [`Flags`] and [`Times`](crate::interop::Times) read it by its role and borrow what is
//! already as the library takes it; [`OrderArrays`] does so for a whole order log. Nulls are missing
//! values, which an order log refuses or counts like those of any other source.
//!
//! The columns of a polars frame get here by Arrow's C interface, which shares their buffers:
//! `polars_arrow::ffi::export_array_to_c` on its side, `arrow_array::ffi::from_ffi` on this one.

mod column;
mod ids;
mod numbers;
mod orders;
mod times;

pub use column::ArrowColumn;
pub use ids::Ids;
pub use numbers::{Flags, Numbers};
pub use orders::OrderArrays;
