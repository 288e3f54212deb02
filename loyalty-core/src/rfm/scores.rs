//! Recency, frequency and monetary scores.

use super::axis::RfmAxis;
use super::breaks::RfmBreaks;
use crate::Error;
use crate::error::{above_0, at_least_0, positive, same_length};
use crate::memory;
use crate::summary::CustomerSummary;
use crate::time::Unit;

/// Most scores on one axis.
const MOST_BINS: u32 = 1000;

/// How RFM scores are made.
///
/// # Examples
/// ```
/// use loyalty_core::rfm::RfmOptions;
/// let mut options = RfmOptions::default();
/// assert_eq!(options.bins, 5);
/// options.nested = true;
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RfmOptions {
    /// The scores of each axis run from 1 to this; 5 by default.
    pub bins: u32,
    /// Whether frequency is ranked within each recency score and money within each pair of these,
    /// instead of each axis over all customers.
    pub nested: bool,
    /// Thresholds to score by instead of ranks; `bins` then has no part in it. What [`Rfm::breaks`] gave
    /// for one month scores the next by the same thresholds.
    pub breaks: Option<RfmBreaks>,
}

impl Default for RfmOptions {
    fn default() -> Self {
        Self { bins: 5, nested: false, breaks: None }
    }
}

impl RfmOptions {
    /// Scores run from 1 to this.
    pub fn highest_score(&self) -> u32 {
        self.breaks.as_ref().map_or(self.bins, RfmBreaks::bins)
    }
}

/// The three measures that RFM scores rank, one value per customer.
///
/// # Examples
/// ```
/// use loyalty_core::rfm::RfmValues;
/// let values = RfmValues::new(&[3.0, 90.0], &[8.0, 1.0], &[410.0, 25.0], None)?;
/// assert_eq!(values.len(), 2);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RfmValues {
    recency: Vec<f64>,
    frequency: Vec<f64>,
    monetary: Vec<f64>,
    weights: Option<Vec<f64>>,
    age_days: Option<Vec<f64>>,
}

impl RfmValues {
    /// Takes a copy of the columns: time since the last purchase, number of purchases, money, and how
    /// many customers each row stands for.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Length`], or [`Error::Value`] unless times and numbers are from 0 to
    /// 1e50, amounts from −1e50 to 1e50 and weights above 0.
    pub fn new(
        recency: &[f64],
        frequency: &[f64],
        monetary: &[f64],
        weights: Option<&[f64]>,
    ) -> Result<Self, Error> {
        let rows = recency.len();
        if rows == 0 {
            return Err(Error::Empty { what: "the RFM table", expected: "at least one customer" });
        }
        let money = |value: f64| at_least_0(value.abs()).map(|_| "finite, at most 1e50 in size");
        memory::ask_for_rows("RFM measures", rows, 32, 0)?;
        check("recency", rows, recency, at_least_0)?;
        check("frequency", rows, frequency, at_least_0)?;
        check("monetary", rows, monetary, money)?;
        if let Some(weights) = weights {
            check("weights", rows, weights, above_0)?;
        }
        Ok(Self {
            recency: recency.to_vec(),
            frequency: frequency.to_vec(),
            monetary: monetary.to_vec(),
            weights: weights.map(<[f64]>::to_vec),
            age_days: None,
        })
    }

    /// The same customers with the days since the first order of each, for rules that name new customers.
    ///
    /// # Errors
    /// [`Error::Length`], or [`Error::Value`] unless they are from 0 to 1e50.
    pub fn with_age_days(self, age_days: &[f64]) -> Result<Self, Error> {
        check("age_days", self.len(), age_days, at_least_0)?;
        Ok(Self { age_days: Some(age_days.to_vec()), ..self })
    }

    /// The measures of a summary: T − t_x, x + 1 and the sum of all amounts; with a unit also T in days.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] where the summary has no total amounts.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::orders::Column;
    /// use loyalty_core::rfm::RfmValues;
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let mut columns = SummaryColumns::new(&[2.0], &[30.0], &[38.0]);
    /// columns.total_amount = Some(Column::new("total", &[99.0]));
    /// let values = RfmValues::of(&CustomerSummary::new(&columns)?)?;
    /// assert_eq!((values.recency(), values.frequency()), (&[8.0][..], &[3.0][..]));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn of(customers: &CustomerSummary) -> Result<Self, Error> {
        let total = customers
            .total_amount()
            .ok_or(Error::MissingColumn { column: "total_amount", needed_by: "RFM" })?;
        memory::ask_for_rows("RFM measures", customers.len(), 40, 0)?;
        let days = |unit: Unit| customers.t().iter().map(|t| t * unit.days()).collect();
        Ok(Self {
            recency: customers.since_last(),
            frequency: customers.frequency().iter().map(|&x| f64::from(x) + 1.0).collect(),
            monetary: total.to_vec(),
            weights: customers.weights().map(<[f64]>::to_vec),
            age_days: customers.unit().map(days),
        })
    }

    /// The number of customers (of rows, where rows carry weights).
    pub fn len(&self) -> usize {
        self.recency.len()
    }

    /// Whether there are none, which the constructors do not allow.
    pub fn is_empty(&self) -> bool {
        self.recency.is_empty()
    }

    /// Time since the last purchase.
    pub fn recency(&self) -> &[f64] {
        &self.recency
    }

    /// Number of purchases.
    pub fn frequency(&self) -> &[f64] {
        &self.frequency
    }

    /// Money.
    pub fn monetary(&self) -> &[f64] {
        &self.monetary
    }

    /// Days since the first order, where they are known.
    pub fn age_days(&self) -> Option<&[f64]> {
        self.age_days.as_deref()
    }

    /// How many customers a row stands for.
    pub fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row])
    }
}

/// RFM scores from 1 (worst) to k (best), one per customer and axis.
///
/// ```text
/// score = 1 + ⌊k · (share of customers strictly worse)⌋
/// ```
///
/// Equal values have equal scores and a better value never has a lower one. With k equal parts of
/// distinct values this is the rule by quantiles. Ties can leave a score without customers; a score
/// that nobody has is named by [`Rfm::empty_scores`].
///
/// # Examples
/// ```
/// use loyalty_core::rfm::{Rfm, RfmAxis, RfmOptions, RfmValues};
/// let mut options = RfmOptions::default();
/// options.bins = 2;
/// let values = RfmValues::new(
///     &[1.0, 40.0, 90.0, 200.0], &[9.0, 1.0, 1.0, 1.0], &[500.0, 20.0, 90.0, 10.0], None,
/// )?;
/// let rfm = Rfm::score(&values, &options)?;
/// assert_eq!(rfm.scores(RfmAxis::Recency), [2, 2, 1, 1]);
/// assert_eq!(rfm.scores(RfmAxis::Frequency), [2, 1, 1, 1]);
/// assert_eq!(rfm.scores(RfmAxis::Monetary), [2, 1, 2, 1]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Rfm {
    bins: u32,
    scores: [Vec<u32>; 3],
    breaks: Option<RfmBreaks>,
    /// Whether the thresholds were given, instead of found in the customers.
    given: bool,
}

impl Rfm {
    /// Scores every customer.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the number of bins is from 1 to 1000, or for nested scores with
    /// thresholds of one's own.
    pub fn score(values: &RfmValues, options: &RfmOptions) -> Result<Self, Error> {
        memory::ask_for_rows("RFM scores", values.len(), 44, 0)?;
        if let Some(breaks) = &options.breaks {
            if options.nested {
                return Err(Error::parameter("nested", "0 where breaks are given", 1.0));
            }
            return Ok(Self::by_breaks(values, breaks));
        }
        let bins = options.bins;
        positive("bins", f64::from(bins))?;
        if bins > MOST_BINS {
            let value = f64::from(bins);
            return Err(Error::parameter("bins", "from 1 to 1000", value));
        }
        let elapsed: Vec<f64> = values.recency.iter().map(|recency| -recency).collect();
        let mut groups: Vec<Vec<usize>> = vec![(0..values.len()).collect()];
        let scores = [&elapsed, &values.frequency, &values.monetary].map(|measure| {
            let mut scores = vec![0; values.len()];
            for group in &mut groups {
                rank(measure, values, bins, group, &mut scores);
            }
            if options.nested {
                groups = split(&groups, &scores);
            }
            scores
        });
        let measures = [&values.recency[..], &values.frequency, &values.monetary];
        let breaks = (!options.nested).then(|| RfmBreaks::of(measures, &scores, bins));
        Ok(Self { bins, scores, breaks, given: false })
    }

    fn by_breaks(values: &RfmValues, breaks: &RfmBreaks) -> Self {
        let measures = [&values.recency, &values.frequency, &values.monetary];
        let scored = |axis: RfmAxis| {
            measures[axis as usize].iter().map(|&value| breaks.score(axis, value)).collect()
        };
        let scores = RfmAxis::ALL.map(scored);
        Self { bins: breaks.bins(), scores, breaks: Some(breaks.clone()), given: true }
    }

    /// The thresholds that these scores go by, to score other customers in the same way; `None` for
    /// nested scores, which have others for each score of the axes before.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::rfm::{Rfm, RfmAxis, RfmOptions, RfmValues};
    /// let mut options = RfmOptions::default();
    /// options.bins = 2;
    /// let may = RfmValues::new(&[1.0, 40.0], &[9.0, 1.0], &[500.0, 20.0], None)?;
    /// options.breaks = Rfm::score(&may, &options)?.breaks().cloned();
    ///
    /// let june = RfmValues::new(&[3.0], &[1.0], &[300.0], None)?;
    /// let june = Rfm::score(&june, &options)?;
    /// assert_eq!([june.cell(0), [1, 1, 2]], [[1, 1, 2]; 2]);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn breaks(&self) -> Option<&RfmBreaks> {
        self.breaks.as_ref()
    }

    /// Sentences on axes whose best or worst score nobody has: then ties, or too few customers, leave it
    /// without anybody.
    pub fn remarks(&self) -> Vec<String> {
        RfmAxis::ALL.into_iter().filter_map(|axis| self.remark(axis)).collect()
    }

    fn remark(&self, axis: RfmAxis) -> Option<String> {
        let empty = self.empty_scores(axis);
        let ends = [1, self.bins].into_iter().filter(|end| empty.contains(end));
        let ends: Vec<String> = ends.map(|end| end.to_string()).collect();
        if ends.is_empty() {
            return None;
        }
        let why = if self.given {
            "none is on that side of the threshold"
        } else if self.len() < self.bins as usize {
            "there are fewer customers than scores"
        } else {
            "too many share one value"
        };
        Some(format!("no customer has the {} score {}: {why}", axis.name(), ends.join(" and ")))
    }

    /// The number of scores on each axis.
    pub fn bins(&self) -> u32 {
        self.bins
    }

    /// The number of customers.
    pub fn len(&self) -> usize {
        self.scores[0].len()
    }

    /// Whether there are none, which does not happen.
    pub fn is_empty(&self) -> bool {
        self.scores[0].is_empty()
    }

    /// The scores on one axis, in row order.
    pub fn scores(&self, axis: RfmAxis) -> &[u32] {
        &self.scores[axis as usize]
    }

    /// Recency, frequency and monetary score of one customer.
    pub fn cell(&self, row: usize) -> [u32; 3] {
        [0, 1, 2].map(|axis| self.scores[axis][row])
    }

    /// The scores of an axis that no customer has, because too many customers share one value.
    pub fn empty_scores(&self, axis: RfmAxis) -> Vec<u32> {
        let mut used = vec![false; self.bins as usize];
        self.scores(axis).iter().for_each(|&score| used[score as usize - 1] = true);
        (1..=self.bins).filter(|&score| !used[score as usize - 1]).collect()
    }
}

/// Scores the rows of one group by the share of the group strictly below each.
fn rank(measure: &[f64], values: &RfmValues, bins: u32, group: &mut [usize], scores: &mut [u32]) {
    group.sort_unstable_by(|&a, &b| measure[a].total_cmp(&measure[b]).then(a.cmp(&b)));
    let total: f64 = group.iter().map(|&row| values.weight(row)).sum();
    let mut below = 0.0;
    for same in group.chunk_by(|&a, &b| measure[a] == measure[b]) {
        // Exact for whole weights: no quantile is interpolated.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to bins")]
        let score = 1 + ((f64::from(bins) * below / total) as u32).min(bins - 1);
        same.iter().for_each(|&row| scores[row] = score);
        below += same.iter().map(|&row| values.weight(row)).sum::<f64>();
    }
}

/// The groups cut by score.
fn split(groups: &[Vec<usize>], scores: &[u32]) -> Vec<Vec<usize>> {
    let parts = groups.iter().flat_map(|group| group.chunk_by(|&a, &b| scores[a] == scores[b]));
    parts.map(<[usize]>::to_vec).collect()
}

fn check(
    column: &str,
    rows: usize,
    values: &[f64],
    rule: impl Fn(f64) -> Option<&'static str>,
) -> Result<(), Error> {
    same_length(rows, column, values.len())?;
    let problem = |row: usize| rule(values[row]).map(|expected| (row, expected));
    let mut broken = (0..rows).filter_map(problem);
    let Some((row, expected)) = broken.next() else { return Ok(()) };
    let (value, column) = (values[row].to_string(), column.to_owned());
    Err(Error::Value { column, row, expected, value, more: broken.count() })
}
