//! Dates and columns of other crates on their way into the library.
//!
//! The library counts time in microseconds of wall-clock time and knows no time zones; its columns are
//! slices. This room turns the types that programs have into those: a [`WallClock`] is anything that
//! shows a date on the wall, [`Times`] is a column of them, and the modules behind the features read
//! the types of three crates.
//!
//! | feature | reads | module |
//! |---|---|---|
//! | `jiff` | `civil::Date`, `civil::DateTime`, `ZonedDateTime`, `Timestamp` in a zone, ISO 8601 text | `jiff` |
//! | `chrono` | `NaiveDate`, `NaiveDateTime`, `DateTime<Tz>` | `chrono` |
//! | `arrow` | arrays and record batches of Apache Arrow, with their zones and nulls | `arrow` |

#[cfg(feature = "arrow")]
pub mod arrow;
#[cfg(feature = "chrono")]
pub mod chrono;
#[cfg(feature = "jiff")]
pub mod jiff;
mod times;
#[cfg(feature = "jiff")]
mod zone;

pub use times::{Times, WallClock};
