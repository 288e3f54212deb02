//! Predictions for many customers: the same bits as one at a time, with the work that customers share
//! done once.

mod alive;
mod by_age;
mod distribution;
mod times_alive;

pub(super) use alive::fill_p_alive;
pub(super) use distribution::{Phased, fill_distributions, kept_of_distributions};
pub(super) use times_alive::times_alive;
