//! Intervals of purchases and of lifetime values.

use super::drawn::{Drawing, Money, SPEND};
use super::options::{Over, PredictionIntervals, PredictionKind, PredictionOptions};
use super::{counts, sums};
use crate::Error;
use crate::error::same_length;
use crate::estimation::{Estimate, Parameters};
use crate::math::random::Random;
use crate::memory;
use crate::purchase::{Discounting, PurchaseModel};
use crate::spend::SpendModel;
use crate::summary::CustomerSummary;
use crate::value::clv::clv_into;
use crate::value::margin::Margin;

/// The seed of what is drawn of the purchases' parameters.
const PURCHASES: u64 = 0x7072_6564;

/// Intervals of the purchases within a horizon.
///
/// Of a single customer they are exact: quantiles of [`PurchaseModel::purchase_distribution`] in mean over 32 draws of the
/// parameters. Counts are whole, so an interval holds at least its share. Of groups and totals they are quantiles over
/// `draws` draws.
///
/// # Errors
/// As [`PurchaseModel::each_future`] and [`Estimate::models`]; [`Error::Parameter`] unless the level is above 0 and below 1
/// and there are from 100 to 1e6 draws, or where a customer makes more than 10,000 purchases within the horizon;
/// [`Error::Columns`] for a table whose rows have weights; [`Error::Value`] for the number of a group that is not below
/// the number of customers.
///
/// # Examples
/// ```
/// use loyalty_core::estimation::{Estimate, FitOptions};
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::purchase::{BgNbd, PurchaseModel};
/// use loyalty_core::value::{Over, PredictionOptions, purchase_prediction};
/// let truth = BgNbd::new(0.8, 5.0, 1.0, 3.0)?;
/// let customers = truth.simulate(&[39.0; 300], 7, Threads::default())?;
/// let fit = BgNbd::fit(&customers, &FitOptions::default())?;
/// let (known, options) = (Estimate::Fit(&fit), PredictionOptions::default());
/// let each = purchase_prediction(known, &customers, 26.0, Over::Customers, &options)?;
/// let total = purchase_prediction(known, &customers, 26.0, Over::Total, &options)?;
/// assert!(each.upper.iter().all(|upper| upper.fract() == 0.0));
/// assert!(each.upper.iter().sum::<f64>() > total.upper[0]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn purchase_prediction<P: PurchaseModel + Parameters + Clone>(
    purchases: Estimate<'_, P>,
    customers: &CustomerSummary,
    horizon: f64,
    over: Over<'_>,
    options: &PredictionOptions,
) -> Result<PredictionIntervals, Error> {
    check(customers, over, options)?;
    let models = purchases.models(options.draws as usize, seed(options, PURCHASES))?;
    memory::ask_for_rows("expected purchases", customers.len(), 8, 0)?;
    let mut expected = vec![0.0; customers.len()];
    purchases.model().expected_purchases_into(
        customers,
        horizon,
        &mut expected,
        options.threads,
    )?;
    let exact = over == Over::Customers && options.kind == PredictionKind::Prediction;
    let mut found = if exact {
        counts::intervals(&models, customers, horizon, options)?
    } else {
        let models = models.iter().map(|model| model as &dyn PurchaseModel).collect();
        Drawing { purchases: models, customers, horizon, money: None, options }.intervals(over)?
    };
    found.estimate = sums::by_group(&expected, over);
    Ok(found)
}

/// Intervals of the customers' lifetime values: of what they will spend within the horizon, discounted, times the margin.
/// Without a rate and at a margin of 1 it is their spend.
///
/// Amounts are drawn purchase by purchase, around a mean of the customer's own that is drawn from its posterior given
/// what they spent. The ends are quantiles over `draws` draws. A horizon without end is drawn up to where a purchase
/// counts less than e⁻⁴⁵.
///
/// # Errors
/// As [`purchase_prediction`] and [`clv_into`].
///
/// # Examples
/// ```
/// use loyalty_core::estimation::Estimate;
/// use loyalty_core::orders::Column;
/// use loyalty_core::purchase::{BgNbd, Discounting};
/// use loyalty_core::spend::GammaGamma;
/// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
/// use loyalty_core::value::{Margin, Over, PredictionOptions, clv_prediction};
/// let mut columns = SummaryColumns::new(&[7.0], &[35.0], &[38.86]);
/// columns.monetary_value = Some(Column::new("spent", &[30.0][..]));
/// let customers = CustomerSummary::new(&columns)?;
/// let bought = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
/// let spent = GammaGamma::new(6.25, 3.74, 15.44)?;
/// let year = Discounting::continuous(52.0, 0.002)?;
/// let value = clv_prediction(
///     Estimate::Model(&bought),
///     Estimate::Model(&spent),
///     &customers,
///     &year,
///     Margin::Same(0.3),
///     Over::Customers,
///     &PredictionOptions::default(),
/// )?;
/// assert!(value.lower[0] < value.estimate[0] && value.estimate[0] < value.upper[0]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn clv_prediction<P, S>(
    purchases: Estimate<'_, P>,
    spend: Estimate<'_, S>,
    customers: &CustomerSummary,
    discounting: &Discounting,
    margin: Margin<'_>,
    over: Over<'_>,
    options: &PredictionOptions,
) -> Result<PredictionIntervals, Error>
where
    P: PurchaseModel + Parameters + Clone,
    S: SpendModel + Parameters + Clone,
{
    check(customers, over, options)?;
    memory::ask_for_rows("lifetime values", customers.len(), 8, 0)?;
    let mut expected = vec![0.0; customers.len()];
    let (bought, spent, threads) = (purchases.model(), spend.model(), options.threads);
    clv_into(bought, spent, customers, discounting, margin, &mut expected, threads)?;
    let bought = purchases.models(options.draws as usize, seed(options, PURCHASES))?;
    let spent = spend.models(options.draws as usize, seed(options, SPEND))?;
    let drawing = Drawing {
        purchases: bought.iter().map(|model| model as &dyn PurchaseModel).collect(),
        money: Some(Money {
            spend: spent.iter().map(|model| model as &dyn SpendModel).collect(),
            discounting,
            margin,
        }),
        customers,
        horizon: discounting.reach(),
        options,
    };
    let mut found = drawing.intervals(over)?;
    found.estimate = sums::by_group(&expected, over);
    Ok(found)
}

fn seed(options: &PredictionOptions, stream: u64) -> u64 {
    Random::of(options.seed, stream, 0).seed()
}

fn check(
    customers: &CustomerSummary,
    over: Over<'_>,
    options: &PredictionOptions,
) -> Result<(), Error> {
    options.check()?;
    if let Over::Groups(groups) = over {
        same_length(customers.len(), "by", groups.len())?;
        let is_group = |group: u32| (group as usize) < customers.len();
        let mut wrong = (0..groups.len()).filter(|&row| !is_group(groups[row]));
        if let Some(row) = wrong.next() {
            let (column, value, more) = ("by".to_owned(), groups[row].to_string(), wrong.count());
            let expected = "the number of a group, below the number of customers";
            return Err(Error::Value { column, row, expected, value, more });
        }
    }
    if customers.weights().is_some() {
        let (role, column) = ("the column", "weights".to_owned());
        let problem =
            "has no place in predictions: customers of one history have futures of their own";
        return Err(Error::Columns { role, column, problem });
    }
    Ok(())
}
