//! Shops that break what the library assumes: the second family of simulated shops.
//!
//! The first family ([`ShopOptions`](super::ShopOptions)) follows the models that the library fits. This one
//! does not: contacts come in bursts, outages are not marked, amounts and costs have heavy tails, customers
//! fall into kinds, offers come in waves, baskets are filled to a threshold, some subscribe, habits change.
//! [`Scenario`] names what is broken; the columns and the truth are those of every [`Shop`].

mod features;
mod life;
mod options;
mod stock;
mod tables;

use crate::Error;
use crate::parallel::{Threads, map_chunks};

use super::columns::Shop;
pub use options::{Scenario, ScenarioOptions};

use features::Features;
use life::Life;
use stock::Stock;

/// Customers whose lives are drawn in one go.
const CHUNK: usize = 1024;

impl ScenarioOptions {
    /// Margin at list price of the goods of these shops.
    pub fn margin(&self) -> f64 {
        Features::of(self.scenario, self.null).margin
    }
}

impl Shop {
    /// A shop of the second family. The same options give the same bits for every number of threads.
    ///
    /// Rates and shares of its truth are those of the coming year: of a customer who changed, what they
    /// are since. Economics that belong to it: handling 3, markdown 0.1, a category more 8 a year.
    ///
    /// # Errors
    /// [`Error::Parameter`] where an option lies outside its domain.
    pub fn of_scenario(options: &ScenarioOptions, threads: Threads) -> Result<Self, Error> {
        options.check()?;
        let features = Features::of(options.scenario, options.null);
        let stock = Stock::new(options, features);
        let lives = map_chunks(options.customers as usize, CHUNK, threads, |customers| {
            customers.map(|customer| Life::draw(&stock, customer)).collect::<Vec<_>>()
        });
        Ok(tables::shop(&stock, &lives.concat()))
    }
}
