//! What the model said at the calibration end beside what the holdout period brought.

use super::groups::in_groups;
use super::money::{expected_to_spend, spent};
use crate::Error;
use crate::math::words::words;
use crate::parallel::Threads;
use crate::purchase::PurchaseModel;
use crate::spend::SpendModel;
use crate::summary::CalibrationHoldout;

/// Expected against actual purchases of the holdout period, or what was spent in it.
///
/// | field | formula, over the customers |
/// |---|---|
/// | `bias` | mean of expected − actual |
/// | `mae` | mean of \|expected − actual\| |
/// | `rmse` | √ mean of (expected − actual)² |
///
/// # Examples
/// ```
/// # use loyalty_core::evaluation::HoldoutErrors;
/// # use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
/// # use loyalty_core::parallel::Threads;
/// # use loyalty_core::purchase::BgNbd;
/// # use loyalty_core::summary::SummaryOptions;
/// # use loyalty_core::time::Unit;
/// # let (customer, day) = ([1, 1, 1, 2, 2, 3], [0, 5, 60, 1, 9, 20]);
/// # let orders = Orders::new(
/// #     &OrderColumns {
/// #         customer: Column::new("customer", &customer[..]).into(),
/// #         time: Column::new("day", &day),
/// #         scale: TimeScale::Days,
/// #         amount: None,
/// #     },
/// #     Invalid::Raise,
/// # )?;
/// let split = orders.calibration_holdout(30 * 86_400_000_000, &SummaryOptions::in_unit(Unit::Day))?;
/// let model = BgNbd::new(0.3, 30.0, 0.8, 2.4)?;
/// let errors = HoldoutErrors::of(&model, &split, Threads::default())?;
/// assert_eq!((errors.customers, errors.actual), (3, 1.0));
/// assert!((errors.bias - (errors.expected - errors.actual) / 3.0).abs() < 1e-15);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HoldoutErrors {
    /// Customers of the calibration.
    pub customers: usize,
    /// Their purchases in the holdout period; of [`HoldoutErrors::of_spend`], here and below, their spend.
    pub actual: f64,
    /// The purchases expected of them.
    pub expected: f64,
    /// Mean error: above 0 where the model expects too much.
    pub bias: f64,
    /// Mean absolute error.
    pub mae: f64,
    /// Root mean square error.
    pub rmse: f64,
    /// Means by the frequency of the calibration, from 0 to the most there is.
    pub by_frequency: Vec<HoldoutGroup>,
}

/// Customers of one frequency: their mean purchases in the holdout period.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct HoldoutGroup {
    /// Repeat purchases of the calibration.
    pub frequency: u32,
    /// Customers with them.
    pub customers: usize,
    /// Mean purchases there were.
    pub actual: f64,
    /// Mean purchases expected.
    pub expected: f64,
}

impl HoldoutErrors {
    /// Compares [`PurchaseModel::expected_purchases`] over the holdout period with what happened in it.
    ///
    /// # Errors
    /// [`Error::Unit`] where the log was summarised in another unit than the model's.
    pub fn of(
        model: &dyn PurchaseModel,
        split: &CalibrationHoldout,
        threads: Threads,
    ) -> Result<Self, Error> {
        let calibration = &split.calibration;
        let mut expected = vec![0.0; calibration.len()];
        let horizon = split.holdout_duration;
        model.expected_purchases_into(calibration, horizon, &mut expected, threads)?;
        let actual = split.holdout_frequency.iter().map(|&n| f64::from(n));
        Ok(Self::between(split, actual, expected))
    }

    /// Compares what customers are expected to spend in the holdout period, expected purchases times expected spend,
    /// with what they spent. All fields are of money then; amounts below 0, of returns beyond the purchases, count as
    /// nothing spent.
    ///
    /// # Errors
    /// As [`HoldoutErrors::of`], [`Error::MissingColumn`] for a log without amounts, and as
    /// [`SpendModel::expected_spend_into`].
    pub fn of_spend(
        purchases: &dyn PurchaseModel,
        spend: &dyn SpendModel,
        split: &CalibrationHoldout,
        threads: Threads,
    ) -> Result<Self, Error> {
        let actual = spent(split)?;
        let expected = expected_to_spend(purchases, spend, split, threads)?;
        Ok(Self::between(split, actual.into_iter(), expected))
    }

    fn between(
        split: &CalibrationHoldout,
        actual: impl Iterator<Item = f64>,
        expected: Vec<f64>,
    ) -> Self {
        let calibration = &split.calibration;
        let pairs: Vec<(f64, f64)> = actual.zip(expected).collect();
        let n = calibration.len() as f64;
        let error = |(actual, expected): &(f64, f64)| expected - actual;
        let mean = |of: &dyn Fn(f64) -> f64| pairs.iter().map(|p| of(error(p))).sum::<f64>() / n;
        Self {
            customers: calibration.len(),
            actual: pairs.iter().map(|pair| pair.0).sum(),
            expected: pairs.iter().map(|pair| pair.1).sum(),
            bias: mean(&|error| error),
            mae: mean(&f64::abs),
            rmse: mean(&|error| error * error).sqrt(),
            by_frequency: by_frequency(calibration.frequency(), &pairs),
        }
    }
}

fn by_frequency(frequency: &[u32], pairs: &[(f64, f64)]) -> Vec<HoldoutGroup> {
    let mut order: Vec<usize> = (0..frequency.len()).collect();
    order.sort_unstable_by_key(|&row| (frequency[row], row));
    let group = |rows: &[usize]| HoldoutGroup {
        frequency: frequency[rows[0]],
        customers: rows.len(),
        actual: mean(rows, |row| pairs[row].0),
        expected: mean(rows, |row| pairs[row].1),
    };
    order.chunk_by(|&i, &j| frequency[i] == frequency[j]).map(group).collect()
}

/// By what [`alive_calibration`] puts customers in order.
///
/// # Examples
/// ```
/// use loyalty_core::evaluation::AliveOrder;
/// assert_eq!("p_alive".parse::<AliveOrder>()?, AliveOrder::Alive);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AliveOrder {
    /// P(alive) at the calibration end; the word is `p_alive`.
    Alive,
    /// The probability of a purchase in the holdout period; the word is `p_purchase`.
    Purchase,
}

impl AliveOrder {
    const WORDS: [(&'static str, Self); 2] =
        [("p_alive", Self::Alive), ("p_purchase", Self::Purchase)];
}

words!(AliveOrder, "by", "\"p_alive\" or \"p_purchase\"");

/// A group of customers with like probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct AliveGroup {
    /// Customers of the group.
    pub customers: usize,
    /// Their mean P(alive) at the calibration end.
    pub p_alive: f64,
    /// Their mean probability of a purchase in the holdout period.
    pub p_purchase: f64,
    /// The share who did buy in it.
    pub purchased: f64,
}

/// Customers in `groups` groups of equal size by a probability, the lowest first: who was said to be
/// alive, who was said to buy, and who did.
///
/// Whether somebody is alive cannot be seen, only that they buy. A customer who is alive may well not
/// buy in the holdout period, so the share who bought lies below P(alive) by nature; what it should
/// equal is the probability of a purchase, 1 − P(no purchase). Equal probabilities are never put into
/// different groups: one-time buyers all have P(alive) = 1, and there are fewer groups then.
///
/// # Errors
/// [`Error::Unit`] where the log was summarised in another unit than the model's, [`Error::Parameter`]
/// unless `groups` is from 1 to 10000.
///
/// # Examples
/// ```
/// # use loyalty_core::evaluation::{AliveOrder, alive_calibration};
/// # use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
/// # use loyalty_core::parallel::Threads;
/// # use loyalty_core::purchase::BgNbd;
/// # use loyalty_core::summary::SummaryOptions;
/// # use loyalty_core::time::Unit;
/// # let (customer, day) = ([1, 1, 1, 2, 2, 3], [0, 5, 60, 1, 9, 20]);
/// # let orders = Orders::new(
/// #     &OrderColumns {
/// #         customer: Column::new("customer", &customer[..]).into(),
/// #         time: Column::new("day", &day),
/// #         scale: TimeScale::Days,
/// #         amount: None,
/// #     },
/// #     Invalid::Raise,
/// # )?;
/// let split = orders.calibration_holdout(30 * 86_400_000_000, &SummaryOptions::in_unit(Unit::Day))?;
/// let model = BgNbd::new(0.3, 30.0, 0.8, 2.4)?;
/// let groups = alive_calibration(&model, &split, 3, AliveOrder::Purchase, Threads::default())?;
/// assert_eq!(groups.iter().map(|group| group.customers).sum::<usize>(), 3);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn alive_calibration(
    model: &dyn PurchaseModel,
    split: &CalibrationHoldout,
    groups: u32,
    by: AliveOrder,
    threads: Threads,
) -> Result<Vec<AliveGroup>, Error> {
    let customers = &split.calibration;
    let mut alive = vec![0.0; customers.len()];
    model.p_alive_into(customers, &mut alive, threads)?;
    let mut purchase = vec![0.0; customers.len()];
    model.p_no_purchase_into(customers, split.holdout_duration, &mut purchase, threads)?;
    purchase.iter_mut().for_each(|p| *p = 1.0 - *p);
    let value = match by {
        AliveOrder::Alive => &alive,
        AliveOrder::Purchase => &purchase,
    };
    let group = |rows: &[usize]| AliveGroup {
        customers: rows.len(),
        p_alive: mean(rows, |row| alive[row]),
        p_purchase: mean(rows, |row| purchase[row]),
        purchased: mean(rows, |row| f64::from(split.holdout_frequency[row].min(1))),
    };
    in_groups(value, groups, group)
}

fn mean(rows: &[usize], of: impl Fn(usize) -> f64) -> f64 {
    rows.iter().map(|&row| of(row)).sum::<f64>() / rows.len() as f64
}
