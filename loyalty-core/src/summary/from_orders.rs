//! From occasions to the customer summary, whole or split into calibration and holdout.

use super::check::{checked, frequencies};
use super::grouping::{Grouped, by_group};
use super::{CustomerSummary, MonetaryValue, Observed, Occasions};
use crate::Error;
use crate::error::{at_least_0, countable, positive};
use crate::math::LnProduct;
use crate::memory;
use crate::orders::{Column, Customers, Orders};
use crate::parallel::{Threads, map_chunks};
use crate::time::{Clock, Occasion, Unit};

/// How a log is summarised.
///
/// # Examples
/// ```
/// use loyalty_core::summary::SummaryOptions;
/// use loyalty_core::time::Unit;
/// let mut options = SummaryOptions::default();
/// assert_eq!(options.unit, Unit::Week);
/// options.unit = Unit::Day;
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SummaryOptions {
    /// The unit of recency and T; weeks by default.
    pub unit: Unit,
    /// What counts as one purchase: by default the day, the hour with [`Unit::Hour`], the period
    /// itself with a calendar unit.
    pub occasion: Option<Occasion>,
    /// The end of observation, in microseconds since 1970-01-01T00:00; by default the last order. The
    /// whole occasion period that holds it counts as observed.
    pub observation_end: Option<i64>,
    /// Whether the monetary value is the mean of all occasions, the first one included, instead of
    /// the mean of the repeat occasions. Frequency always counts repeats.
    pub include_first: bool,
}

impl SummaryOptions {
    /// The defaults in another unit.
    ///
    /// ```
    /// use loyalty_core::summary::SummaryOptions;
    /// use loyalty_core::time::Unit;
    /// assert_eq!(SummaryOptions::in_unit(Unit::Week), SummaryOptions::default());
    /// ```
    pub fn in_unit(unit: Unit) -> Self {
        Self { unit, ..Self::default() }
    }
}

impl Default for SummaryOptions {
    fn default() -> Self {
        Self { unit: Unit::Week, occasion: None, observation_end: None, include_first: false }
    }
}

/// Customers and occasions that a summary leaves out because they lie after its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LeftOut {
    /// Customers whose first order lies after the end.
    pub customers: usize,
    /// Occasions after the end, those of these customers included.
    pub occasions: usize,
}

/// A summary up to the calibration end, and what the same customers did after it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CalibrationHoldout {
    /// What was known at the calibration end.
    pub calibration: CustomerSummary,
    /// Purchase occasions in the holdout period, one value per customer.
    pub holdout_frequency: Vec<u32>,
    /// Mean amount of these occasions, 0 for none; `None` where the log has no amounts.
    pub holdout_monetary_value: Option<Vec<f64>>,
    /// The length of the holdout period, in the unit of the summary.
    pub holdout_duration: f64,
    /// Customers whose first order lies in the holdout period; they are in neither part.
    pub born_in_holdout: usize,
}

impl CalibrationHoldout {
    /// A split whose parts the caller holds.
    ///
    /// # Errors
    /// [`Error::Length`] unless the columns have a value for every customer of the calibration; [`Error::Value`]
    /// and [`Error::Parameter`] unless the frequencies are whole numbers from 0 to 4,294,967,294, the means from 0
    /// to 1e50 and the duration above 0.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::orders::Column;
    /// use loyalty_core::summary::{CalibrationHoldout, CustomerSummary, SummaryColumns};
    /// let columns = SummaryColumns::new(&[0.0, 1.0], &[0.0, 4.0], &[9.0, 9.0]);
    /// let calibration = CustomerSummary::new(&columns)?;
    /// let frequency = Column::new("frequency_holdout", &[3.0, 0.0][..]);
    /// let split = CalibrationHoldout::new(calibration, &frequency, None, 39.0, 0)?;
    /// assert_eq!(split.holdout_frequency, [3, 0]);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn new(
        calibration: CustomerSummary,
        holdout_frequency: &Column<'_, [f64]>,
        holdout_monetary_value: Option<&Column<'_, [f64]>>,
        holdout_duration: f64,
        born_in_holdout: usize,
    ) -> Result<Self, Error> {
        let rows = calibration.len();
        let money = |column| checked(column, rows, |_, value| at_least_0(value));
        Ok(Self {
            holdout_frequency: frequencies(holdout_frequency, rows)?,
            holdout_monetary_value: holdout_monetary_value.map(money).transpose()?,
            holdout_duration: positive("holdout_duration", holdout_duration)?,
            born_in_holdout,
            calibration,
        })
    }
}

impl Orders {
    /// Frequency, recency, T and monetary value of each customer.
    ///
    /// ```text
    /// x   = number of occasions − 1
    /// t_x = last occasion − first occasion
    /// T   = observation end − first occasion
    /// m   = mean amount of the repeat occasions (0 where x = 0), or of all
    /// ```
    ///
    /// Occasions after the observation end are left out and counted.
    ///
    /// # Errors
    /// [`Error::Choice`] where unit and occasion do not fit, [`Error::Parameter`] where the observation
    /// end is outside the years 0001 to 9999, [`Error::Empty`] where every order lies after it.
    ///
    /// # References
    /// Fader & Hardie (2005), note 004; the same numbers as lifetimes'
    /// `summary_data_from_transaction_data`.
    pub fn summarize(&self, options: &SummaryOptions) -> Result<CustomerSummary, Error> {
        let clock = Clock::new(options.unit, options.occasion)?;
        let end =
            options.observation_end.map(|end| in_range("observation_end", end)).transpose()?;
        let table = Table {
            clock,
            end: clock.key(end.unwrap_or_else(|| self.time_range().1)),
            has_amounts: self.has_amounts(),
            include_first: options.include_first,
        };
        memory::ask(
            "a summary of orders",
            20 * self.len() + 116 * self.customers().len() + self.customers().size(),
        )?;
        let parts =
            by_group(self, clock, Threads::default(), |first, group| table.part(first, &group));
        table.join(&parts, self.customers())
    }

    /// A summary up to `calibration_end` (microseconds; its whole occasion period belongs to the
    /// calibration) and the customers' occasions from there to the observation end.
    ///
    /// # Errors
    /// As [`Orders::summarize`]; and [`Error::Empty`] where the calibration end is not before the
    /// observation end.
    pub fn calibration_holdout(
        &self,
        calibration_end: i64,
        options: &SummaryOptions,
    ) -> Result<CalibrationHoldout, Error> {
        let clock = Clock::new(options.unit, options.occasion)?;
        Occasions::of(self, clock)?.calibration_holdout(
            calibration_end,
            options.observation_end,
            options.include_first,
        )
    }
}

impl Occasions {
    /// Frequency, recency, T and monetary value of each customer; see [`Orders::summarize`].
    ///
    /// # Errors
    /// [`Error::Empty`] where every order lies after the observation end.
    pub fn summarize(
        &self,
        observation_end: Option<i64>,
        include_first: bool,
    ) -> Result<CustomerSummary, Error> {
        let end = self.end(observation_end)?;
        self.summarize_to(end, include_first)
    }

    /// A summary up to `calibration_end` and what came after; see [`Orders::calibration_holdout`].
    ///
    /// # Errors
    /// [`Error::Empty`] where no order lies before the calibration end, or where the calibration end
    /// is not before the observation end.
    pub fn calibration_holdout(
        &self,
        calibration_end: i64,
        observation_end: Option<i64>,
        include_first: bool,
    ) -> Result<CalibrationHoldout, Error> {
        let end = self.end(observation_end)?;
        let split = self.clock.key(in_range("calibration_end", calibration_end)?);
        if split >= end {
            let expected = "a calibration end before the observation end";
            return Err(Error::Empty { what: "the holdout period", expected });
        }
        let calibration = self.summarize_to(split, include_first)?;
        memory::ask_for_rows("a holdout", self.len(), 56, 0)?;
        let mut born_in_holdout = 0;
        let mut holdout_frequency = Vec::with_capacity(calibration.len());
        let mut money = Vec::new();
        for customer in 0..self.len() {
            let (known, later) = self.grouped.customer(customer).split_after(split);
            let (holdout, _) = later.split_after(end);
            if known.key.is_empty() {
                born_in_holdout += usize::from(!holdout.key.is_empty());
                continue;
            }
            holdout_frequency.push(count(holdout.key));
            money.push(holdout.mean());
        }
        Ok(CalibrationHoldout {
            calibration,
            holdout_frequency,
            holdout_monetary_value: self.has_amounts().then_some(money),
            holdout_duration: self.clock.duration(split, end),
            born_in_holdout,
        })
    }

    /// The last period observed.
    pub(super) fn end(&self, observation_end: Option<i64>) -> Result<i64, Error> {
        match observation_end {
            None => Ok(self.last_key()),
            Some(end) => Ok(self.clock.key(in_range("observation_end", end)?)),
        }
    }

    fn summarize_to(&self, end: i64, include_first: bool) -> Result<CustomerSummary, Error> {
        memory::ask_for_rows("a summary of occasions", self.len(), 116, self.customers.size())?;
        let has_amounts = self.has_amounts();
        let table = Table { clock: self.clock, end, has_amounts, include_first };
        table.join(&[table.part(0, &self.grouped)], &self.customers)
    }
}

/// How occasions become rows of a summary.
#[derive(Debug, Clone, Copy)]
struct Table {
    clock: Clock,
    /// The last period observed.
    end: i64,
    has_amounts: bool,
    include_first: bool,
}

/// Rows of consecutive customers.
#[derive(Debug, Default)]
struct Part {
    /// The numbers of the customers without an occasion up to the end.
    unobserved: Vec<usize>,
    frequency: Vec<u32>,
    recency: Vec<f64>,
    t: Vec<f64>,
    since_last: Vec<f64>,
    sum_ln_gaps: Vec<f64>,
    mean: Vec<f64>,
    total: Vec<f64>,
    /// Occasions after the end.
    later: usize,
}

/// The columns of a part that are floats; those of money are empty where the log has no amounts.
const FLOATS: [fn(&Part) -> &[f64]; 6] = [
    |part| &part.recency,
    |part| &part.t,
    |part| &part.since_last,
    |part| &part.sum_ln_gaps,
    |part| &part.mean,
    |part| &part.total,
];

impl Part {
    /// Room for this many customers.
    fn for_customers(count: usize, has_amounts: bool) -> Self {
        let room = || Vec::with_capacity(count);
        let money = || Vec::with_capacity(if has_amounts { count } else { 0 });
        Self {
            unobserved: Vec::new(),
            frequency: Vec::with_capacity(count),
            recency: room(),
            t: room(),
            since_last: room(),
            sum_ln_gaps: room(),
            mean: money(),
            total: money(),
            later: 0,
        }
    }
}

impl Table {
    /// Rows of a group of customers, the first of whom has this number.
    fn part(self, first_customer: usize, group: &Grouped) -> Part {
        let mut part = Part::for_customers(group.len(), self.has_amounts);
        for number in 0..group.len() {
            let (seen, later) = group.customer(number).split_after(self.end);
            part.later += later.key.len();
            let Some((first, repeats)) = seen.split_first() else {
                part.unobserved.push(first_customer + number);
                continue;
            };
            let last = repeats.key.last().copied().unwrap_or(first);
            part.frequency.push(count(repeats.key));
            part.recency.push(self.clock.duration(first, last));
            part.t.push(self.clock.duration(first, self.end));
            part.since_last.push(self.clock.duration(last, self.end));
            part.sum_ln_gaps.push(self.sum_ln_gaps(seen.key));
            if self.has_amounts {
                part.mean.push(if self.include_first { seen.mean() } else { repeats.mean() });
                part.total.push(seen.total());
            }
        }
        part
    }

    /// Σ ln of the times between occasions, which are different and in order.
    fn sum_ln_gaps(self, occasions: &[i64]) -> f64 {
        let mut product = LnProduct::EMPTY;
        let gaps = occasions.windows(2).map(|pair| self.clock.duration(pair[0], pair[1]));
        gaps.for_each(|gap| product.add(gap));
        product.value()
    }

    /// The rows of all groups.
    fn join(self, parts: &[Part], customers: &Customers) -> Result<CustomerSummary, Error> {
        let frequency: Vec<u32> = parts.iter().flat_map(|part| &part.frequency).copied().collect();
        countable("the number of customers", frequency.len())?;
        if frequency.is_empty() {
            let expected = "an order at or before the observation end";
            return Err(Error::Empty { what: "the customer summary", expected });
        }
        let threads = Threads::default().for_rows(frequency.len());
        let floats = map_chunks(FLOATS.len(), 1, threads, |column| {
            let of = FLOATS[column.start];
            let mut all = Vec::with_capacity(parts.iter().map(|part| of(part).len()).sum());
            parts.iter().for_each(|part| all.extend_from_slice(of(part)));
            all
        });
        let mut floats = floats.into_iter();
        let mut next = || floats.next().unwrap_or_default();
        let [recency, t, since_last] = [next(), next(), next()];
        let [sum_ln_gaps, mean, total] = [next(), next(), next()];
        let money = MonetaryValue { mean, includes_first: self.include_first };
        let left_out = LeftOut {
            customers: customers.len() - frequency.len(),
            occasions: parts.iter().map(|part| part.later).sum(),
        };
        let mut unobserved = parts.iter().flat_map(|part| &part.unobserved).copied().peekable();
        Ok(CustomerSummary {
            customers: Some(if left_out.customers == 0 {
                customers.clone()
            } else {
                let observed = |row: &usize| unobserved.next_if_eq(row).is_none();
                customers.select((0..customers.len()).filter(observed))
            }),
            frequency,
            recency,
            t,
            since_last: Some(since_last),
            monetary_value: self.has_amounts.then_some(money),
            total_amount: self.has_amounts.then_some(total),
            sum_ln_gaps: Some(sum_ln_gaps),
            weights: None,
            unit: Some(self.clock.unit()),
            observed: Some(Observed::until(self.clock, self.end)),
            left_out,
        })
    }
}

pub(super) fn in_range(name: &'static str, time: i64) -> Result<i64, Error> {
    if crate::time::RANGE.contains(&time) {
        return Ok(time);
    }
    let expected = "within the years 0001 to 9999, in microseconds";
    Err(Error::parameter(name, expected, time as f64))
}

fn count(occasions: &[i64]) -> u32 {
    u32::try_from(occasions.len()).unwrap_or(u32::MAX)
}
