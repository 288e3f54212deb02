//! Whether money came as expected: the spend of the time after, and the amounts that a spend model was fitted to.

use super::counts::ChiSquare;
use super::groups::in_groups;
use crate::Error;
use crate::error::{non_negative, positive};
use crate::estimation::{Estimate, Parameters};
use crate::math::chi_square_upper_tail;
use crate::purchase::{Discounting, PurchaseModel};
use crate::spend::SpendModel;
use crate::summary::{CalibrationHoldout, CustomerSummary};
use crate::value::{Margin, Over, PredictionOptions, clv_into, clv_prediction};

/// What customers spent in the holdout period, in all: mean amount times purchases. Amounts below 0, of returns beyond
/// the purchases, count as nothing spent.
///
/// # Errors
/// [`Error::MissingColumn`] for a log without amounts.
pub(super) fn spent(split: &CalibrationHoldout) -> Result<Vec<f64>, Error> {
    let needed_by = "what was spent in the holdout period";
    let mean = split.holdout_monetary_value.as_ref();
    let mean = mean.ok_or(Error::MissingColumn { column: "amount", needed_by })?;
    let purchases = mean.iter().zip(&split.holdout_frequency);
    Ok(purchases.map(|(mean, &n)| (mean * f64::from(n)).max(0.0)).collect())
}

/// What customers are expected to spend in the holdout period: expected purchases times expected spend.
pub(super) fn expected_to_spend(
    purchases: &dyn PurchaseModel,
    spend: &dyn SpendModel,
    split: &CalibrationHoldout,
    threads: crate::parallel::Threads,
) -> Result<Vec<f64>, Error> {
    let (customers, whole) = (&split.calibration, Margin::Same(1.0));
    let holdout = Discounting::continuous(split.holdout_duration, 0.0)?;
    let mut expected = vec![0.0; customers.len()];
    clv_into(purchases, spend, customers, &holdout, whole, &mut expected, threads)?;
    Ok(expected)
}

/// Customers of like expected spend: what they were to spend together in the holdout period, and what they did.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SpendGroup {
    /// Customers of the group.
    pub customers: usize,
    /// What they were expected to spend together.
    pub expected: f64,
    /// What they spent together.
    pub actual: f64,
    /// The ends of the interval of what they will spend together.
    pub lower: f64,
    /// See `lower`.
    pub upper: f64,
}

/// Customers in `groups` groups of equal size by their expected spend in the holdout period, the lowest first, with an
/// interval of what each group will spend; see [`clv_prediction`]. Equal expectations are never put into different
/// groups.
///
/// An interval knows how far off the parameters may be and that customers do not do what is expected of them. It does
/// not know that a shop's level moves from year to year.
///
/// # Errors
/// As [`clv_prediction`], [`Error::MissingColumn`] for a log without amounts, [`Error::Parameter`] unless `groups` is from
/// 1 to 10000.
///
/// # Examples
/// ```
/// use loyalty_core::estimation::Estimate;
/// use loyalty_core::evaluation::spend_calibration;
/// # use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
/// # use loyalty_core::purchase::BgNbd;
/// # use loyalty_core::spend::GammaGamma;
/// # use loyalty_core::summary::SummaryOptions;
/// # let (customer, day) = ([1, 1, 1, 2, 2, 3], [0, 5, 60, 1, 9, 20]);
/// # let orders = Orders::new(
/// #     &OrderColumns {
/// #         customer: Column::new("customer", &customer[..]).into(),
/// #         time: Column::new("day", &day),
/// #         scale: TimeScale::Days,
/// #         amount: Some(Column::new("amount", &[9.0, 12.0, 7.0, 30.0, 22.0, 15.0])),
/// #     },
/// #     Invalid::Raise,
/// # )?;
/// let split = orders.calibration_holdout(30 * 86_400_000_000, &SummaryOptions::default())?;
/// let bought = BgNbd::new(0.3, 30.0, 0.8, 2.4)?;
/// let spent = GammaGamma::new(6.25, 3.74, 15.44)?;
/// let known = (Estimate::Model(&bought), Estimate::Model(&spent));
/// let groups = spend_calibration(known.0, known.1, &split, 3, &Default::default())?;
/// assert_eq!(groups.iter().map(|group| group.actual).sum::<f64>(), 7.0);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn spend_calibration<P, S>(
    purchases: Estimate<'_, P>,
    spend: Estimate<'_, S>,
    split: &CalibrationHoldout,
    groups: u32,
    options: &PredictionOptions,
) -> Result<Vec<SpendGroup>, Error>
where
    P: PurchaseModel + Parameters + Clone,
    S: SpendModel + Parameters + Clone,
{
    let customers = &split.calibration;
    let actual = spent(split)?;
    let expected = expected_to_spend(purchases.model(), spend.model(), split, options.threads)?;
    let rows = in_groups(&expected, groups, <[usize]>::to_vec)?;
    let mut group_of = vec![0; customers.len()];
    for (group, rows) in (0..).zip(&rows) {
        rows.iter().for_each(|&row| group_of[row] = group);
    }
    let holdout = Discounting::continuous(split.holdout_duration, 0.0)?;
    let (over, whole) = (Over::Groups(&group_of), Margin::Same(1.0));
    let found = clv_prediction(purchases, spend, customers, &holdout, whole, over, options)?;
    let of_group = |(group, rows): (usize, &Vec<usize>)| SpendGroup {
        customers: rows.len(),
        expected: found.estimate[group],
        actual: rows.iter().map(|&row| actual[row]).sum(),
        lower: found.lower[group],
        upper: found.upper[group],
    };
    Ok(rows.iter().enumerate().map(of_group).collect())
}

/// Customers by their mean amount: how many there are and how many the spend model expects.
///
/// ```text
/// expected(from, to) = Σ over customers of P(from < M <= to),   M the mean of as many amounts as theirs
/// ```
///
/// A mean of many amounts varies less than one of few, so each customer counts with their own number of purchases. Those
/// without an amount above 0 are left out, as by a fit.
///
/// # Examples
/// ```
/// use loyalty_core::evaluation::SpendCounts;
/// use loyalty_core::orders::Column;
/// use loyalty_core::spend::GammaGamma;
/// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
/// let mut columns = SummaryColumns::new(&[1.0, 4.0, 0.0], &[5.0, 30.0, 0.0], &[39.0; 3]);
/// columns.monetary_value = Some(Column::new("spent", &[12.0, 40.0, 0.0][..]));
/// let customers = CustomerSummary::new(&columns)?;
/// let model = GammaGamma::new(6.25, 3.74, 15.44)?;
/// let counts = SpendCounts::of(&model, &customers, &[20.0, 50.0])?;
/// assert_eq!((counts.customers, &counts.actual[..]), (2, &[1.0, 1.0, 0.0][..]));
/// assert!((counts.expected.iter().sum::<f64>() - 2.0).abs() < 1e-12);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Fader, Hardie & Lee (2005), RFM and CLV: using iso-value curves for customer base analysis, Journal of Marketing
/// Research 42(4), 415–430, figure 5.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SpendCounts {
    /// Customers with an amount above 0.
    pub customers: usize,
    /// The edges between which they are counted.
    pub edges: Vec<f64>,
    /// Customers up to the first edge, between each two, and above the last.
    pub actual: Vec<f64>,
    /// The same as the model expects.
    pub expected: Vec<f64>,
    /// Customers by the tenth of the model's distribution in which their mean lies, the lowest first: were the model
    /// true, as many in each.
    pub tenths: Vec<f64>,
}

/// Classes of the test.
const TENTHS: u32 = 10;

impl SpendCounts {
    /// Counts customers between edges, which rise.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] for a summary without monetary value, [`Error::Parameter`] unless the edges rise from 0 on,
    /// [`Error::Empty`] where nobody spent anything.
    pub fn of(
        model: &dyn SpendModel,
        customers: &CustomerSummary,
        edges: &[f64],
    ) -> Result<Self, Error> {
        let needed_by = "the distribution of spend";
        let mean = customers
            .monetary_value()
            .ok_or(Error::MissingColumn { column: "monetary_value", needed_by })?;
        let mut before = 0.0;
        for &edge in edges {
            before = positive("edges", non_negative("edges", edge)? - before).map(|_| edge)?;
        }
        let mut found = Self {
            customers: 0,
            edges: edges.to_vec(),
            actual: vec![0.0; edges.len() + 1],
            expected: vec![0.0; edges.len() + 1],
            tenths: vec![0.0; TENTHS as usize],
        };
        for (row, &mean) in mean.iter().enumerate() {
            let transactions = customers.transactions(row);
            if transactions > 0 && mean > 0.0 {
                found.add(model, transactions, mean, edges);
            }
        }
        let expected = "at least one customer with an amount above 0";
        let someone = (found.customers > 0).then_some(found);
        someone.ok_or(Error::Empty { what: "the distribution of spend", expected })
    }

    /// Counts customers in `cells` cells that hold as many of them each, as far as equal amounts allow.
    ///
    /// # Errors
    /// As [`SpendCounts::of`], and [`Error::Parameter`] unless `cells` is from 1 to 10000.
    pub fn in_cells(
        model: &dyn SpendModel,
        customers: &CustomerSummary,
        cells: u32,
    ) -> Result<Self, Error> {
        let mean = customers.monetary_value().unwrap_or_default();
        let spends = |row: &usize| customers.transactions(*row) > 0 && mean[*row] > 0.0;
        let means: Vec<f64> = (0..mean.len()).filter(spends).map(|row| mean[row]).collect();
        let mut edges = in_groups(&means, cells, |rows| means[rows[rows.len() - 1]])?;
        edges.pop();
        Self::of(model, customers, &edges)
    }

    fn add(&mut self, model: &dyn SpendModel, transactions: u32, mean: f64, edges: &[f64]) {
        self.customers += 1;
        self.actual[edges.partition_point(|&edge| edge < mean)] += 1.0;
        let mut above = 1.0;
        for (class, &edge) in edges.iter().enumerate() {
            let beyond = model.p_mean_above(transactions, edge);
            self.expected[class] += above - beyond;
            above = beyond;
        }
        self.expected[edges.len()] += above;
        let up_to = f64::from(TENTHS) * (1.0 - model.p_mean_above(transactions, mean));
        let tenth = crate::math::cast::whole(up_to.floor()).min(TENTHS as usize - 1);
        self.tenths[tenth] += 1.0;
    }

    /// Pearson's test that the means come from the model, over its tenths; `estimated` parameters were fitted to these
    /// customers. `None` where fewer than 50 customers leave fewer than five in a tenth.
    pub fn chi_square(&self, estimated: u32) -> Option<ChiSquare> {
        let expected = self.customers as f64 / f64::from(TENTHS);
        let degrees = (TENTHS - 1).checked_sub(estimated).filter(|&degrees| degrees > 0)?;
        let square = |actual: &f64| (actual - expected) * (actual - expected) / expected;
        let statistic: f64 = self.tenths.iter().map(square).sum();
        let p_value = chi_square_upper_tail(statistic, degrees);
        (expected >= 5.0).then_some(ChiSquare { statistic, degrees, p_value })
    }
}
