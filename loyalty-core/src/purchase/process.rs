//! What a model of purchases has to say; everything else follows from it.

use std::fmt;

use crate::Error;
use crate::estimation::{Evaluation, Parameter, Parameters};
use crate::math::random::Random;
use crate::purchase::Discounting;
use crate::summary::History;
use crate::time::Unit;

/// Customers worked on at once: their intermediate results stay in the first-level cache.
pub(crate) const BLOCK: usize = 512;

/// Opportunities to buy that are told apart.
pub(crate) const MOST_OPPORTUNITIES: f64 = 1e6;

/// What a model reads of a customer.
///
/// # Examples
/// ```
/// use loyalty_core::purchase::{Needs, PurchaseKind};
/// assert_eq!(PurchaseKind::BgNbd.needs(), Needs::HISTORY);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs(u32);

impl Needs {
    /// Frequency, recency and T: what every summary has.
    pub const HISTORY: Self = Self(1);
    /// The times between purchases, for models that know how regular customers are: Σ ln of them, for
    /// their likelihood alone.
    pub const INTERVALS: Self = Self(1 << 1);
    /// The number of occasions on which a customer could have bought: T and recency count these, and are whole
    /// numbers.
    pub const OPPORTUNITIES: Self = Self(1 << 2);
    /// Columns that say more of a customer.
    pub const COVARIATES: Self = Self(1 << 3);

    /// These and what `other` names.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all that `other` names is among these.
    pub const fn contain(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Where a customer who is alive stands: x repeat purchases lie behind, and of what leads to the next this many
/// phases, for models that have such.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stage {
    pub(crate) x: u32,
    pub(crate) phase: u32,
}

impl Stage {
    /// Right after the first purchase.
    pub(crate) const NEW: Self = Self { x: 0, phase: 0 };
}

/// Histories of one x, column by column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub(crate) t_x: &'a [f64],
    pub(crate) t: &'a [f64],
    pub(crate) weight: &'a [f64],
}

/// The size of a shop, by which a fit finds its start: sums over customers, counted with their weights.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ShopSize {
    pub(crate) customers: f64,
    /// Repeat purchases.
    pub(crate) purchases: f64,
    /// Σ T.
    pub(crate) time: f64,
    /// The largest T.
    pub(crate) longest: f64,
}

impl ShopSize {
    pub(crate) fn mean_time(&self) -> f64 {
        (self.time / self.customers).max(f64::MIN_POSITIVE)
    }
}

/// What covariates of dropout move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// The scale β of the rates to leave, the fourth parameter.
    Rate,
    /// The mean φ = a/(a+b) of the probabilities to leave, with κ = a+b as it is; a and b are the third and fourth
    /// parameters.
    Mean,
}

/// How a model takes covariates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moved {
    /// Its name in files, with covariates.
    pub(crate) kind: &'static str,
    pub(crate) leaving: Leaving,
}

/// A process of purchases: its parameters, its likelihood, and what it says of a customer who is alive.
///
/// A model implements this and nothing else. [`PurchaseModel`](super::PurchaseModel) makes all
/// predictions of it, for one customer and for many with the same bits.
pub(crate) trait PurchaseProcess:
    Parameters + Clone + PartialEq + fmt::Debug + Send + Sync + 'static
{
    /// The model's name in files, in C and on the command line.
    const KIND: &'static str;
    /// The model's name in messages.
    const TITLE: &'static str;
    /// What it reads of a customer.
    const NEEDS: Needs;
    /// A parameter that takes whole numbers from 1, of which a fit tries those up to this one.
    const TRIED: Option<(&'static str, u32)> = None;
    /// What covariates move, of a model that takes them: α, which is its second parameter, and this.
    const MOVED: Option<Moved> = None;

    /// Its parameters, in order.
    fn parameters() -> Vec<Parameter>;

    /// The model with the values of these.
    fn of(values: &[f64], unit: Option<Unit>) -> Result<Self, Error>;

    /// The unit of time, where it is known.
    fn time_unit(&self) -> Option<Unit>;

    /// Why the model can't be fitted to customers of these frequencies, if it can't.
    fn unfit(frequencies: impl Iterator<Item = u32>) -> Option<&'static str>;

    /// Values to start a fit from: read off the data, then others from which the likelihood may rise to
    /// other limits.
    fn starts(shop: &ShopSize) -> Vec<Vec<f64>>;

    /// Sums over histories of one x, all that the likelihood needs of them.
    type Sums: Send;

    /// Those sums at these parameters.
    fn sums(values: &[f64], x: u32, rows: Rows<'_>) -> Self::Sums;

    /// Adds the sums' part of ln L with its derivatives on the parameters' scales; of the Hessian, the
    /// upper triangle.
    fn add(values: &[f64], x: u32, sums: &Self::Sums, total: &mut Evaluation);

    /// What the times between purchases add to ln L besides, by the sum of their logarithms.
    fn of_intervals(_values: &[f64], _sum_ln_gaps: f64) -> f64 {
        0.0
    }

    /// Whether a customer with x repeat purchases can have left.
    fn can_have_left(x: u32) -> bool;

    /// ln of P(alive) over 1 − P(alive), of a customer who can have left.
    fn ln_odds_alive(&self, history: &History) -> f64;

    /// Two numbers that x alone decides and P(alive) needs.
    fn alive_terms(&self, x: u32) -> [f64; 2];

    /// P(alive) of a block of customers who can have left, by their terms, t_x and T: the same bits as by
    /// [`Self::ln_odds_alive`]. The first places of `out` are filled, as many as it has.
    fn p_alive_block(
        &self,
        terms: &[[f64; BLOCK]; 2],
        t_x: &[f64; BLOCK],
        t: &[f64; BLOCK],
        out: &mut [f64],
    );

    /// How many phases a customer who is alive can be in.
    fn phases(&self) -> u32 {
        1
    }

    /// The probabilities of the phases at T, of a customer who is alive.
    fn phase_shares(&self, _x: u32, _t_x: f64, _t: f64, out: &mut [f64]) {
        out.fill(1.0);
    }

    /// Of customers alive at T and at this stage: a function from their T, which it may overwrite,
    /// to the purchases expected within the horizon. `customers` is how many will be asked for.
    fn purchases_if_alive(
        &self,
        stage: Stage,
        customers: usize,
        horizon: f64,
    ) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync;

    /// The same of new customers, by their horizons.
    fn purchases_of_new(&self, customers: usize) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync;

    /// The probability to be alive at the horizon, of customers alive at T as above.
    fn survival_if_alive(
        &self,
        stage: Stage,
        customers: usize,
        horizon: f64,
    ) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync;

    /// The same for discounted purchases, a T at a time.
    fn discounted_if_alive(
        &self,
        stage: Stage,
        customers: usize,
        discounting: &Discounting,
    ) -> impl Fn(f64) -> f64 + Send + Sync;

    /// A function from T to the probabilities of 0, 1, 2, … purchases within the horizon, and in the last
    /// place of as many or more, for so many counts.
    fn counts_if_alive(
        &self,
        stage: Stage,
        counts: usize,
        horizon: f64,
    ) -> impl Fn(f64, &mut [f64]) + Send + Sync;

    /// The probability of exactly n purchases within the horizon.
    fn exactly_if_alive(&self, stage: Stage, n: u32, t: f64, horizon: f64) -> f64;

    /// Mean purchases within t of a customer who never leaves.
    fn mean_purchases(&self, t: f64) -> f64;

    /// A new customer's repeat purchases within t: their number, and the time of the last.
    fn draw(&self, random: &mut Random, t: f64) -> (f64, f64);

    /// The same, and where the model needs them, each time between purchases goes to `gap`.
    fn draw_gaps(&self, random: &mut Random, t: f64, _gap: impl FnMut(f64)) -> (f64, f64) {
        self.draw(random, t)
    }

    /// What a customer alive at T and at this stage does next: each purchase within the horizon goes to `purchase`,
    /// by its time since T. Whether they are still alive at the horizon.
    fn draw_ahead(
        &self,
        random: &mut Random,
        stage: Stage,
        t: f64,
        horizon: f64,
        purchase: impl FnMut(f64),
    ) -> bool;
}
