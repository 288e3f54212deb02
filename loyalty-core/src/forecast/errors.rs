//! How far a forecast of counts lies from what happened.

use crate::Error;
use crate::error::same_length;
use crate::math::elementary::ln;
use crate::math::ranks::mid_ranks;

/// Expected purchases of customers against their actual ones, level and shape apart.
///
/// With p expected and y actual purchases of n customers:
///
/// | field | formula |
/// |---|---|
/// | `deviance` | 2/n Σ \[y ln(y/p) − (y − p)\], of the Poisson distribution |
/// | `level` | Σp / Σy |
/// | `shape` | the deviance of p Σy/Σp: what is left once the total is right |
/// | `mae`, `rmse` | mean of \|p − y\|, root of the mean of (p − y)² |
/// | `rank_correlation` | Spearman's, of p and y |
/// | `top_decile` | the share of Σy made by the tenth of the customers with the largest p |
///
/// The mean absolute error alone rewards forecasts of 0 for customers who buy rarely; the deviance does
/// not. A p of 0 counts as 1e-12 in a logarithm. What cannot be told, as nobody bought, is `None`.
///
/// # Examples
/// ```
/// use loyalty_core::forecast::ForecastErrors;
/// let errors = ForecastErrors::of(&[0.5, 1.0, 2.5], &[0.0, 1.0, 3.0])?;
/// assert_eq!((errors.expected, errors.actual), (4.0, 4.0));
/// assert_eq!((errors.level, errors.shape), (Some(1.0), Some(errors.deviance)));
/// assert_eq!(errors.rank_correlation, Some(1.0));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ForecastErrors {
    /// Customers.
    pub customers: usize,
    /// Σp.
    pub expected: f64,
    /// Σy.
    pub actual: f64,
    /// Mean Poisson deviance.
    pub deviance: f64,
    /// Expected over actual total.
    pub level: Option<f64>,
    /// The deviance with the total made right.
    pub shape: Option<f64>,
    /// Mean absolute error.
    pub mae: f64,
    /// Root mean square error.
    pub rmse: f64,
    /// Spearman's correlation; `None` where all are alike.
    pub rank_correlation: Option<f64>,
    /// The share of the actual purchases made by the tenth with the largest forecasts.
    pub top_decile: Option<f64>,
}

/// Least forecast that counts in a logarithm.
pub(super) const LEAST: f64 = 1e-12;

impl ForecastErrors {
    /// Compares forecasts with what happened, a row per customer.
    ///
    /// # Errors
    /// [`Error::Length`] where the columns differ in length, [`Error::Empty`] without a row,
    /// [`Error::Value`] for a value below 0 or not finite.
    pub fn of(expected: &[f64], actual: &[f64]) -> Result<Self, Error> {
        same_length(expected.len(), "actual", actual.len())?;
        if expected.is_empty() {
            return Err(Error::Empty { what: "the forecast", expected: "at least one customer" });
        }
        counts("expected", expected)?;
        counts("actual", actual)?;
        let n = expected.len() as f64;
        let (total, happened) = (expected.iter().sum::<f64>(), actual.iter().sum::<f64>());
        let pairs = || expected.iter().copied().zip(actual.iter().copied());
        let scaled = |by: f64| pairs().map(|(p, y)| deviance(p * by, y)).sum::<f64>() / n;
        let told = happened > 0.0 && total > 0.0;
        Ok(Self {
            customers: expected.len(),
            expected: total,
            actual: happened,
            deviance: scaled(1.0),
            level: (happened > 0.0).then(|| total / happened),
            shape: told.then(|| scaled(happened / total)),
            mae: pairs().map(|(p, y)| (p - y).abs()).sum::<f64>() / n,
            rmse: (pairs().map(|(p, y)| (p - y) * (p - y)).sum::<f64>() / n).sqrt(),
            rank_correlation: rank_correlation(expected, actual),
            top_decile: (happened > 0.0).then(|| top_decile(expected, actual) / happened),
        })
    }
}

fn counts(column: &str, values: &[f64]) -> Result<(), Error> {
    let wrong = |value: &f64| !(value.is_finite() && *value >= 0.0);
    let Some(row) = values.iter().position(wrong) else { return Ok(()) };
    Err(Error::Value {
        column: column.to_owned(),
        row,
        expected: "a number from 0",
        value: values[row].to_string(),
        more: values[row + 1..].iter().filter(|value| wrong(value)).count(),
    })
}

/// One row's Poisson deviance.
pub(super) fn deviance(p: f64, y: f64) -> f64 {
    let p = p.max(LEAST);
    let surprise = if y > 0.0 { y * ln(y / p) } else { 0.0 };
    2.0 * (surprise - (y - p))
}

fn rank_correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let ones = vec![1.0; a.len()];
    let (a, b) = (mid_ranks(a, &ones), mid_ranks(b, &ones));
    let middle = 0.5 * a.len() as f64;
    let product = |x: &[f64], y: &[f64]| -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - middle) * (y - middle)).sum()
    };
    let size = (product(&a, &a) * product(&b, &b)).sqrt();
    (size > 0.0).then(|| product(&a, &b) / size)
}

/// What the tenth with the largest forecasts bought, at least one customer; equal forecasts share what
/// they bought, so that the order of the rows does not matter.
fn top_decile(expected: &[f64], actual: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..expected.len()).collect();
    order.sort_unstable_by(|&i, &j| expected[j].total_cmp(&expected[i]).then(i.cmp(&j)));
    let mut left = expected.len().div_ceil(10);
    let mut bought = 0.0;
    for equal in order.chunk_by(|&i, &j| expected[i] == expected[j]) {
        let all: f64 = equal.iter().map(|&row| actual[row]).sum();
        let taken = left.min(equal.len());
        bought += all * taken as f64 / equal.len() as f64;
        left -= taken;
        if left == 0 {
            break;
        }
    }
    bought
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forecast_that_is_right_has_no_errors() {
        let y = [0.0, 1.0, 2.0, 5.0];
        let errors = ForecastErrors::of(&y, &y).expect("counts");
        assert!(errors.deviance < 1e-11);
        assert_eq!((errors.mae, errors.rmse, errors.level), (0.0, 0.0, Some(1.0)));
        assert_eq!(errors.rank_correlation, Some(1.0));
        assert_eq!(errors.top_decile, Some(5.0 / 8.0));
    }

    #[test]
    fn level_and_shape_are_told_apart() {
        let (p, y) = ([1.0, 2.0, 4.0], [2.0, 4.0, 8.0]);
        let errors = ForecastErrors::of(&p, &y).expect("counts");
        assert_eq!(errors.level, Some(0.5));
        assert!(errors.deviance > 0.5 && errors.shape.expect("told") < 1e-14);
    }

    #[test]
    fn the_deviance_is_that_of_a_poisson_distribution() {
        let errors = ForecastErrors::of(&[0.5, 0.8, 2.5], &[0.0, 1.0, 3.0]).expect("counts");
        let by_hand = 2.0 / 3.0 * (0.5 + (-ln(0.8) - 0.2) + (3.0 * ln(1.2) - 0.5));
        assert!((errors.deviance - by_hand).abs() < 1e-15);
    }

    #[test]
    fn equal_forecasts_share_what_they_bought() {
        let p = [1.0; 20];
        let mut y = [0.0; 20];
        y[19] = 10.0;
        assert_eq!(ForecastErrors::of(&p, &y).expect("counts").top_decile, Some(0.1));
    }

    #[test]
    fn nobody_who_bought_leaves_the_level_open() {
        let errors = ForecastErrors::of(&[0.5, 0.25], &[0.0, 0.0]).expect("counts");
        assert_eq!((errors.level, errors.shape, errors.top_decile), (None, None, None));
        assert_eq!(errors.deviance, 0.75);
    }

    #[test]
    fn what_is_no_count_is_refused() {
        for wrong in [f64::NAN, f64::INFINITY, -1.0] {
            assert!(ForecastErrors::of(&[wrong], &[0.0]).is_err());
            assert!(ForecastErrors::of(&[0.0], &[wrong]).is_err());
        }
        assert!(ForecastErrors::of(&[], &[]).is_err());
        assert!(ForecastErrors::of(&[1.0], &[]).is_err());
    }
}
