//! How many customers came back how often.

use crate::Error;
use crate::math::chi_square_upper_tail;
use crate::parallel::{Threads, map_chunks};
use crate::purchase::PurchaseModel;
use crate::summary::{CustomerSummary, History};

/// Ages worked on at once.
const CHUNK: usize = 256;

/// Fewest customers expected in a cell of the chi-square test.
const SMALLEST_CELL: f64 = 5.0;

/// Customers by their number of repeat purchases: how many there are and how many the model expects.
///
/// ```text
/// expected(n) = Σ over customers of P(X(T) = n)
/// ```
///
/// T being each customer's own. The last value is of that many purchases or more, so both columns add
/// up to the number of customers.
///
/// # Examples
/// ```
/// use loyalty_core::evaluation::RepeatCounts;
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::purchase::BgNbd;
/// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
/// let (x, t_x, t) = ([0.0, 0.0, 1.0], [0.0, 0.0, 9.0], [20.0, 30.0, 38.86]);
/// let customers = CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t))?;
/// let model = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
/// let counts = RepeatCounts::of(&model, &customers, 3, Threads::default())?;
/// assert_eq!(counts.actual, [2.0, 1.0, 0.0]);
/// assert!((counts.expected.iter().sum::<f64>() - 3.0).abs() < 1e-12);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Fader, Hardie & Lee (2005), Marketing Science 24(2), figure 2.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RepeatCounts {
    /// Customers there are.
    pub actual: Vec<f64>,
    /// Customers the model expects.
    pub expected: Vec<f64>,
}

/// Pearson's test that the counts come from the model.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ChiSquare {
    /// Σ (actual − expected)² / expected.
    pub statistic: f64,
    /// Cells, less 1, less the parameters estimated from these customers.
    pub degrees: u32,
    /// The probability of a statistic as large or larger under the model.
    pub p_value: f64,
}

impl RepeatCounts {
    /// Counts in `cells` cells: 0, 1, 2, …, and in the last that many or more.
    ///
    /// # Errors
    /// [`Error::Unit`] where the summary is in another unit than the model, [`Error::Parameter`] unless
    /// `cells` is from 1 to 100000.
    pub fn of(
        model: &dyn PurchaseModel,
        customers: &CustomerSummary,
        cells: u32,
        threads: Threads,
    ) -> Result<Self, Error> {
        customers.same_unit(model.unit())?;
        if !(1..=100_000).contains(&cells) {
            let (name, expected) = ("cells", "from 1 to 100000");
            return Err(Error::parameter(name, expected, f64::from(cells)));
        }
        let weight = |row: usize| customers.weights().map_or(1.0, |weights| weights[row]);
        let mut actual = vec![0.0; cells as usize];
        for (row, &x) in customers.frequency().iter().enumerate() {
            actual[x.min(cells - 1) as usize] += weight(row);
        }
        let ages = ages(customers, weight);
        let parts = map_chunks(ages.len(), CHUNK, threads, |chunk| {
            let mut expected = vec![0.0; cells as usize];
            let mut one = expected.clone();
            for &(age, customers) in &ages[chunk] {
                // A customer of no age is new.
                let new = History::trusted(0, 0.0, 0.0);
                model.purchase_distribution(&new, age, &mut one)?;
                expected.iter_mut().zip(&one).for_each(|(sum, p)| *sum += customers * p);
            }
            Ok(expected)
        });
        let mut expected = vec![0.0; cells as usize];
        for part in parts {
            expected.iter_mut().zip(part?).for_each(|(sum, part)| *sum += part);
        }
        Ok(Self { actual, expected })
    }

    /// Pearson's chi-square test, cells being joined from the last on until five customers or more are
    /// expected in each; `None` where that leaves no degree of freedom.
    ///
    /// `estimated` is the number of parameters that were estimated from these customers: 4, or 0 for a
    /// model that comes from elsewhere.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::evaluation::RepeatCounts;
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::BgNbd;
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let (x, t_x, t) = ([0.0, 1.0, 0.0], [0.0, 9.0, 0.0], [20.0, 30.0, 38.86]);
    /// let mut columns = SummaryColumns::new(&x, &t_x, &t);
    /// let weights = [70.0, 20.0, 10.0];
    /// columns.weights = Some(loyalty_core::orders::Column::new("weights", &weights));
    /// let customers = CustomerSummary::new(&columns)?;
    /// let model = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let test = RepeatCounts::of(&model, &customers, 3, Threads::ONE)?.chi_square(0);
    /// assert_eq!(test.map(|test| test.degrees), Some(2));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn chi_square(&self, estimated: u32) -> Option<ChiSquare> {
        let mut cells: Vec<(f64, f64)> = Vec::new();
        let mut open = (0.0, 0.0);
        for (actual, expected) in self.actual.iter().zip(&self.expected).rev() {
            open = (open.0 + actual, open.1 + expected);
            if open.1 >= SMALLEST_CELL {
                cells.push(std::mem::take(&mut open));
            }
        }
        // What the first cells leave over belongs to the cell next to them.
        let last = cells.last_mut()?;
        *last = (last.0 + open.0, last.1 + open.1);
        let degrees = u32::try_from(cells.len()).ok()?.checked_sub(1 + estimated)?;
        let of =
            |(actual, expected): (f64, f64)| (actual - expected) * (actual - expected) / expected;
        let statistic = cells.into_iter().map(of).sum();
        let p_value = chi_square_upper_tail(statistic, degrees);
        (degrees > 0).then_some(ChiSquare { statistic, degrees, p_value })
    }
}

/// The distinct T in order, with the customers of each.
fn ages(customers: &CustomerSummary, weight: impl Fn(usize) -> f64) -> Vec<(f64, f64)> {
    let mut rows: Vec<(f64, f64)> =
        customers.t().iter().enumerate().map(|(row, &t)| (t, weight(row))).collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let together = |equal: &[(f64, f64)]| (equal[0].0, equal.iter().map(|(_, w)| w).sum());
    rows.chunk_by(|a, b| a.0 == b.0).map(together).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::elementary::exp;

    fn counts(actual: &[f64], expected: &[f64]) -> RepeatCounts {
        RepeatCounts { actual: actual.to_vec(), expected: expected.to_vec() }
    }

    #[test]
    fn cells_are_joined_until_five_are_expected() {
        let joined = counts(&[50.0, 30.0, 3.0, 2.0, 1.0], &[45.0, 33.0, 4.0, 3.0, 1.0]);
        let test = joined.chi_square(0).expect("two degrees");
        assert_eq!((test.statistic, test.degrees), (4.0 / 8.0 + 9.0 / 33.0 + 25.0 / 45.0, 2));
        // Two degrees: P = e^(−x/2).
        assert!((test.p_value - exp(-0.5 * test.statistic)).abs() < 1e-15);
        assert_eq!(joined.chi_square(1).map(|test| test.degrees), Some(1));
        assert_eq!((joined.chi_square(2), joined.chi_square(9)), (None, None));
        let first = counts(&[3.0, 45.0, 6.0], &[2.0, 46.0, 6.0]);
        assert_eq!(first.chi_square(0).map(|test| (test.statistic, test.degrees)), Some((0.0, 1)));
        assert_eq!(counts(&[4.0], &[4.0]).chi_square(0), None);
    }
}
