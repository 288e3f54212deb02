//! The predictions of a process, for one customer and for many.

use super::alive;
use super::batch::{Phased, fill_distributions, fill_p_alive, kept_of_distributions, times_alive};
use super::future;
use super::kinds::kind_of;
use super::likelihood::ln_likelihood;
use super::opportunities;
use super::process::{Needs, PurchaseProcess};
use super::simulate::simulate;
use super::{Discounting, Future, FutureDraws, Futures, PurchaseKind, PurchaseModel};
use crate::Error;
use crate::error::{non_negative, same_length};
use crate::math::Interpolated;
use crate::memory;
use crate::parallel::{Threads, fill, fill_rows, map_chunks};
use crate::summary::{CustomerSummary, History};
use crate::time::Unit;

/// Customers whose futures one thread draws at a time.
const CHUNK: usize = 256;

/// A customer of whom nothing is known but the first purchase, made just now.
const NEW: History = History::trusted(0, 0.0, 0.0);

impl<M: PurchaseProcess> PurchaseModel for M {
    fn kind(&self) -> PurchaseKind {
        kind_of::<M>()
    }

    fn unit(&self) -> Option<Unit> {
        self.time_unit()
    }

    fn p_alive(&self, history: &History) -> f64 {
        alive::p_alive(self, history)
    }

    fn p_alive_at(&self, history: &History, horizon: f64) -> Result<f64, Error> {
        let horizon = non_negative("horizon", horizon)?;
        let survival = alive::if_alive(self, history, |stage| {
            of_one(history.t(), self.survival_if_alive(stage, 1, horizon))
        });
        // The mean over the phases may be above 1 by rounding.
        Ok((self.p_alive(history) * survival).min(1.0))
    }

    fn expected_purchases(&self, history: &History, horizon: f64) -> Result<f64, Error> {
        let horizon = non_negative("horizon", horizon)?;
        let purchases = alive::if_alive(self, history, |stage| {
            of_one(history.t(), self.purchases_if_alive(stage, 1, horizon))
        });
        Ok(self.p_alive(history) * purchases)
    }

    fn discounted_purchases(&self, history: &History, discounting: &Discounting) -> f64 {
        let purchases = alive::if_alive(self, history, |stage| {
            self.discounted_if_alive(stage, 1, discounting)(history.t())
        });
        self.p_alive(history) * purchases
    }

    fn p_no_purchase(&self, history: &History, horizon: f64) -> Result<f64, Error> {
        Ok(alive::no_purchase(self, history, non_negative("horizon", horizon)?))
    }

    fn p_n_purchases(&self, history: &History, n: u32, horizon: f64) -> Result<f64, Error> {
        let horizon = non_negative("horizon", horizon)?;
        if n == 0 {
            return Ok(alive::no_purchase(self, history, horizon));
        }
        let if_alive = alive::if_alive(self, history, |stage| {
            self.exactly_if_alive(stage, n, history.t(), horizon)
        });
        Ok(self.p_alive(history) * if_alive)
    }

    fn purchase_distribution(
        &self,
        history: &History,
        horizon: f64,
        out: &mut [f64],
    ) -> Result<(), Error> {
        let horizon = non_negative("horizon", horizon)?;
        check_counts(out.len())?;
        let counts = out.len();
        let mut by_phase =
            Phased::new(self, history.x(), |stage| self.counts_if_alive(stage, counts, horizon));
        by_phase.fill(self, history, out);
        alive::mix_with_gone(self, history, out);
        Ok(())
    }

    fn expected_purchases_new_customer(&self, horizon: f64) -> Result<f64, Error> {
        self.expected_purchases(&NEW, horizon)
    }

    fn p_n_purchases_new_customer(&self, n: u32, t: f64) -> Result<f64, Error> {
        self.p_n_purchases(&NEW, n, non_negative("t", t)?)
    }

    fn p_alive_into(
        &self,
        customers: &CustomerSummary,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        check_batch(self, customers, out)?;
        fill_p_alive(self, customers, out, threads);
        Ok(())
    }

    fn p_alive_at_into(
        &self,
        customers: &CustomerSummary,
        horizon: f64,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let horizon = non_negative("horizon", horizon)?;
        check_batch(self, customers, out)?;
        ask_for_times_alive(self, customers.len(), threads)?;
        times_alive(self, customers, out, threads, |stage, customers| {
            self.survival_if_alive(stage, customers, horizon)
        });
        out.iter_mut().for_each(|p| *p = p.min(1.0));
        Ok(())
    }

    fn expected_purchases_into(
        &self,
        customers: &CustomerSummary,
        horizon: f64,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let horizon = non_negative("horizon", horizon)?;
        check_batch(self, customers, out)?;
        ask_for_times_alive(self, customers.len(), threads)?;
        times_alive(self, customers, out, threads, |stage, customers| {
            self.purchases_if_alive(stage, customers, horizon)
        });
        Ok(())
    }

    fn discounted_purchases_into(
        &self,
        customers: &CustomerSummary,
        discounting: &Discounting,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        check_batch(self, customers, out)?;
        ask_for_times_alive(self, customers.len(), threads)?;
        times_alive(self, customers, out, threads, |stage, customers| {
            let if_alive = self.discounted_if_alive(stage, customers, discounting);
            move |t: &mut [f64], out: &mut [f64]| {
                t.iter().zip(out).for_each(|(t, out)| *out = if_alive(*t));
            }
        });
        Ok(())
    }

    fn discounted_purchases_by_age_into(
        &self,
        customers: &CustomerSummary,
        discounting: &Discounting,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        if Self::NEEDS.contain(Needs::OPPORTUNITIES) {
            // Opportunities are counted: there is nothing between their numbers, and few are apart.
            return self.discounted_purchases_into(customers, discounting, out, threads);
        }
        check_batch(self, customers, out)?;
        ask_for_times_alive(self, customers.len(), threads)?;
        times_alive(self, customers, out, threads, |stage, _| {
            let if_alive = self.discounted_if_alive(stage, usize::MAX, discounting);
            let by_age = Interpolated::new(if_alive);
            move |t: &mut [f64], out: &mut [f64]| {
                t.iter().zip(out).for_each(|(t, out)| *out = by_age.at(*t));
            }
        });
        Ok(())
    }

    fn p_no_purchase_into(
        &self,
        customers: &CustomerSummary,
        horizon: f64,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let horizon = non_negative("horizon", horizon)?;
        check_batch(self, customers, out)?;
        fill(out, threads, |row| alive::no_purchase(self, &customers.history(row), horizon));
        Ok(())
    }

    fn purchase_distribution_into(
        &self,
        customers: &CustomerSummary,
        horizon: f64,
        counts: usize,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let horizon = non_negative("horizon", horizon)?;
        check_counts(counts)?;
        customers.same_unit(self.time_unit())?;
        opportunities::check::<M>(customers)?;
        same_length(customers.len().saturating_mul(counts), "out", out.len())?;
        let kept = kept_of_distributions(self, customers.len(), counts, threads);
        memory::ask_for_rows("distributions of purchases", customers.len(), 6, kept)?;
        fill_rows(out, counts, threads, |start, out| {
            fill_distributions(self, customers, horizon, counts, start, out);
        });
        Ok(())
    }

    fn expected_purchases_new_customer_into(
        &self,
        horizons: &[f64],
        out: &mut [f64],
    ) -> Result<(), Error> {
        same_length(horizons.len(), "out", out.len())?;
        memory::ask_for_rows("purchases of new customers", horizons.len(), 24, 0)?;
        let checked = horizons.iter().map(|&horizon| non_negative("horizon", horizon));
        let mut horizons = checked.collect::<Result<Vec<f64>, Error>>()?;
        self.purchases_of_new(horizons.len())(&mut horizons, out);
        let alive = self.p_alive(&NEW);
        out.iter_mut().for_each(|purchases| *purchases *= alive);
        Ok(())
    }

    fn log_likelihood(&self, summary: &CustomerSummary) -> Result<f64, Error> {
        ln_likelihood(self, summary)
    }

    fn simulate(&self, t: &[f64], seed: u64, threads: Threads) -> Result<CustomerSummary, Error> {
        simulate(|_| self, t, seed, threads)
    }

    fn each_future(
        &self,
        customers: &CustomerSummary,
        how: &FutureDraws,
        see: &mut dyn FnMut(&Future<'_>),
    ) -> Result<(), Error> {
        memory::ask_for_rows("futures of customers", customers.len(), 8, 0)?;
        let mut alive = vec![0.0; customers.len()];
        self.p_alive_into(customers, &mut alive, Threads::ONE)?;
        future::each_future(self, &alive, customers, how, see)
    }

    fn simulate_future(
        &self,
        customers: &CustomerSummary,
        how: &FutureDraws,
        threads: Threads,
    ) -> Result<Futures, Error> {
        let each = how.draws.len().saturating_mul(15).saturating_add(8);
        memory::ask_for_rows("futures of customers", customers.len(), each, 0)?;
        let chunks = map_chunks(customers.len(), CHUNK, threads, |rows| {
            let (mut part, mut how) = (Futures::none(), how.clone());
            how.first_row += rows.start;
            self.each_future(&customers.slice(rows), &how, &mut |future| part.add(future))?;
            Ok(part)
        });
        let mut all = Futures { draws: how.draws.len(), ..Futures::none() };
        for chunk in chunks {
            all.extend(chunk?);
        }
        Ok(all)
    }
}

/// The value of a function of many T for one.
fn of_one(t: f64, function: impl Fn(&mut [f64], &mut [f64])) -> f64 {
    let mut out = [0.0];
    function(&mut [t], &mut out);
    out[0]
}

fn check_batch<M: PurchaseProcess>(
    model: &M,
    customers: &CustomerSummary,
    out: &[f64],
) -> Result<(), Error> {
    customers.same_unit(model.time_unit())?;
    opportunities::check::<M>(customers)?;
    same_length(customers.len(), "out", out.len())
}

/// Asks for the rows of every frequency, and for what every thread keeps of ages in each phase.
fn ask_for_times_alive<M: PurchaseProcess>(
    model: &M,
    rows: usize,
    threads: Threads,
) -> Result<(), Error> {
    const KEPT: usize = 1 << 20;
    let threads = threads.for_rows(rows).count();
    let kept = KEPT.min(64 * rows / threads) * threads * model.phases() as usize;
    memory::ask_for_rows("predictions of customers", rows, 6, kept)
}

fn check_counts(counts: usize) -> Result<(), Error> {
    let in_range = u32::try_from(counts).is_ok() && counts > 0;
    let expected = "from 1 to 4294967295 counts";
    in_range.then_some(()).ok_or(Error::Empty { what: "the distribution", expected })
}
