//! Do those who buy often spend more? The lifetime value assumes that they do not.

use std::fmt;

use crate::Error;
use crate::estimation::two_sided;
use crate::math::correlation_p_value;
use crate::math::elementary::{exp_m1, ln_1p};
use crate::math::ranks::mid_ranks;
use crate::memory;
use crate::parallel::{Threads, map_chunks};
use crate::summary::CustomerSummary;

/// A correlation coefficient with its test.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Correlation {
    /// From −1 to 1.
    pub coefficient: f64,
    /// The probability of a coefficient as far from 0, were there no relation.
    pub p_value: f64,
    /// Lower end of the interval.
    pub lower: f64,
    /// Upper end of the interval.
    pub upper: f64,
}

/// The correlation of customers' numbers of purchases with their mean amounts.
///
/// The Gamma-Gamma model, and with it every lifetime value, takes the two to be independent. Where they
/// are not, the mean of those who came back stands in for those who did not, and values are too high or
/// too low; see docs/models.md.
///
/// It is over the customers that the Gamma-Gamma is fitted to: those with purchases behind their mean
/// amount, and a mean above 0.
///
/// | | coefficient | test | interval |
/// |---|---|---|---|
/// | Pearson | of the values | Student's t with n − 2 degrees | Fisher's z, s.e. 1/√(n−3) |
/// | Spearman | of the mid-ranks | the same | Fisher's z, s.e. √((1+ρ²/2)/(n−3)) |
///
/// Amounts have long tails, which make Pearson's coefficient hang on a few customers; Spearman's does
/// not. Both tests are approximate.
///
/// # Examples
/// ```
/// use loyalty_core::evaluation::FrequencyValueCorrelation;
/// use loyalty_core::orders::Column;
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
/// let (x, t_x) = ([1.0, 2.0, 3.0, 4.0, 0.0], [5.0, 5.0, 5.0, 5.0, 0.0]);
/// let mut columns = SummaryColumns::new(&x, &t_x, &[9.0; 5]);
/// columns.monetary_value = Some(Column::new("mean", &[10.0, 30.0, 20.0, 40.0, 0.0]));
/// let customers = CustomerSummary::new(&columns)?;
/// let found = FrequencyValueCorrelation::of(&customers, 0.95, Threads::default())?;
/// let found = found.expect("four customers");
/// assert_eq!(found.customers, 4.0);
/// assert!((found.pearson.coefficient - 0.8).abs() < 1e-15);
/// assert!((found.spearman.p_value - 0.2).abs() < 1e-12);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Fisher (1921), Metron 1, 3–32; Bonett & Wright (2000), Psychometrika 65(1), 23–28.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct FrequencyValueCorrelation {
    /// The customers it is over.
    pub customers: f64,
    /// Of the numbers.
    pub pearson: Correlation,
    /// Of the ranks.
    pub spearman: Correlation,
}

impl FrequencyValueCorrelation {
    /// The correlations of a summary with intervals of a probability, or `None` where there is none:
    /// with fewer than four customers, or where all buy equally often or spend the same.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] where the summary has no monetary value, [`Error::Parameter`] unless
    /// the level is between 0 and 1.
    pub fn of(
        customers: &CustomerSummary,
        level: f64,
        threads: Threads,
    ) -> Result<Option<Self>, Error> {
        let Some(pearson) = Self::pearson_of(customers, level, threads)? else { return Ok(None) };
        memory::ask_for_rows("ranks of customers", customers.len(), 76, 0)?;
        let spenders = Spenders::of(customers)?;
        let (mut count, mut value, mut weight) = (Vec::new(), Vec::new(), Vec::new());
        for (x, mean, w) in (0..customers.len()).map(|row| spenders.row(row)) {
            if w > 0.0 {
                count.push(x);
                value.push(mean);
                weight.push(w);
            }
        }
        let (count, value) = (mid_ranks(&count, &weight), mid_ranks(&value, &weight));
        let ranks = |row: usize| (count[row], value[row], weight[row]);
        let found = weighted_correlation(weight.len(), threads, ranks);
        let Some((n, rho)) = found else { return Ok(None) };
        let spread = ((1.0 + 0.5 * rho * rho) / (n - 3.0)).sqrt();
        let spearman = tested(rho, n, spread * two_sided(level)?);
        Ok(Some(Self { customers: n, pearson, spearman }))
    }

    /// Pearson's correlation alone, which takes no sorting.
    ///
    /// # Errors
    /// As [`FrequencyValueCorrelation::of`].
    pub fn pearson_of(
        customers: &CustomerSummary,
        level: f64,
        threads: Threads,
    ) -> Result<Option<Correlation>, Error> {
        let quantile = two_sided(level)?;
        let spenders = Spenders::of(customers)?;
        let found = weighted_correlation(customers.len(), threads, |row| spenders.row(row));
        let enough = found.filter(|(n, _)| *n > 3.0);
        Ok(enough.map(|(n, r)| tested(r, n, quantile * (1.0 / (n - 3.0)).sqrt())))
    }

    /// Whether the data leave no doubt that frequency and value are correlated by more than this:
    /// Pearson's interval lies beyond it, above or below 0.
    ///
    /// Only Pearson's counts: it speaks of money, which is what a value adds up, and is 0 on average
    /// where the two are independent. Ranks see a little even there, because the mean of few skewed
    /// amounts lies mostly below the mean of many.
    pub fn exceeds(&self, size: f64) -> bool {
        self.pearson.exceeds(size)
    }
}

/// A correlation that is surely larger, in size, is told wherever a lifetime value is made. That of
/// CDNOW is not: it is 0.11 (0.05 to 0.18), which Fader, Hardie & Lee (2005, Journal of Marketing
/// Research) find small enough to go on with.
const NOTABLE: f64 = 0.1;

impl Correlation {
    /// Whether the interval lies beyond a size, above or below 0.
    pub fn exceeds(&self, size: f64) -> bool {
        self.lower > size || self.upper < -size
    }

    /// Of frequency and value: what it means for lifetime values, where it lies beyond 0.1 in size
    /// without doubt.
    pub fn notable(&self) -> Option<String> {
        if !self.exceeds(NOTABLE) {
            return None;
        }
        let (spend, values) =
            if self.coefficient > 0.0 { ("more", "high") } else { ("less", "low") };
        Some(format!(
            "those who buy often spend {spend} per purchase: Pearson correlation {self}. Lifetime \
             values take the two to be independent and are too {values} for those who seldom buy"
        ))
    }
}

impl fmt::Display for Correlation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} ({:.2} to {:.2})", self.coefficient, self.lower, self.upper)
    }
}

/// The customers that the Gamma-Gamma is fitted to.
struct Spenders<'a> {
    customers: &'a CustomerSummary,
    mean: &'a [f64],
}

impl<'a> Spenders<'a> {
    fn of(customers: &'a CustomerSummary) -> Result<Self, Error> {
        let needed_by = "the frequency-value correlation";
        let column = "monetary_value";
        let mean = customers.monetary_value().ok_or(Error::MissingColumn { column, needed_by })?;
        Ok(Self { customers, mean })
    }

    /// Number of purchases, mean amount and weight of a customer; weight 0 of one who does not count.
    fn row(&self, row: usize) -> (f64, f64, f64) {
        let (x, mean) = (self.customers.transactions(row), self.mean[row]);
        let weight = self.customers.weights().map_or(1.0, |weights| weights[row]);
        // No branch: whether a customer counts is hard to foretell.
        let counts = u8::from(x > 0) * u8::from(mean > 0.0);
        (f64::from(x), mean, f64::from(counts) * weight)
    }
}

/// A coefficient with its test and an interval of a half-width in Fisher's z.
fn tested(coefficient: f64, n: f64, half_width: f64) -> Correlation {
    Correlation {
        coefficient,
        p_value: correlation_p_value(coefficient, n),
        lower: fisher(coefficient, -half_width),
        upper: fisher(coefficient, half_width),
    }
}

/// tanh(atanh(r) + step).
fn fisher(r: f64, step: f64) -> f64 {
    if r.abs() >= 1.0 {
        return r;
    }
    // tanh(z) = (e^2z − 1)/(e^2z + 1), kept away from infinity.
    let twice = (ln_1p(r) - ln_1p(-r) + 2.0 * step).clamp(-700.0, 700.0);
    let less_1 = exp_m1(twice);
    less_1 / (less_1 + 2.0)
}

/// The sum of the weights and the correlation of pairs, each `(a, b, weight)`; `None` where one of
/// the two is constant.
fn weighted_correlation(
    rows: usize,
    threads: Threads,
    row: impl Fn(usize) -> (f64, f64, f64) + Sync,
) -> Option<(f64, f64)> {
    let [n, sum_a, sum_b] = sums(rows, threads, |at| {
        let (a, b, w) = row(at);
        [w, w * a, w * b]
    });
    let (mean_a, mean_b) = (sum_a / n, sum_b / n);
    let [aa, bb, ab] = sums(rows, threads, |at| {
        let (a, b, w) = row(at);
        // Of the order of 1, so that no square overflows.
        let (a, b) = (a / mean_a - 1.0, b / mean_b - 1.0);
        [w * a * a, w * b * b, w * a * b]
    });
    let varies = aa > 1e-24 * n && bb > 1e-24 * n;
    varies.then(|| (n, (ab / (aa.sqrt() * bb.sqrt())).clamp(-1.0, 1.0)))
}

/// Three sums over rows, added up in the same order for every number of threads.
fn sums(rows: usize, threads: Threads, terms: impl Fn(usize) -> [f64; 3] + Sync) -> [f64; 3] {
    const CHUNK: usize = 1 << 16;
    let parts = map_chunks(rows, CHUNK, threads, |rows| {
        let [mut a, mut b, mut c] = [0.0; 3];
        for row in rows {
            let terms = terms(row);
            a += terms[0];
            b += terms[1];
            c += terms[2];
        }
        [a, b, c]
    });
    let add = |sums: [f64; 3], terms: [f64; 3]| [0, 1, 2].map(|of| sums[of] + terms[of]);
    parts.into_iter().fold([0.0; 3], add)
}
