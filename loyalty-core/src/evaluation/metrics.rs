//! How good probabilities are, measured on outcomes.

use crate::Error;
use crate::error::Degeneracy;
use crate::error::same_length;
use crate::math::elementary::{exp, ln, ln_1p, logistic};

/// Predicted probabilities and what happened, one row each.
///
/// # Examples
/// ```
/// use loyalty_core::evaluation::Predictions;
/// let all = Predictions::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
/// assert_eq!(all.auc(), Some(0.75));
/// assert!((all.brier() - 0.158_125).abs() < 1e-15);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions {
    probability: Vec<f64>,
    happened: Vec<bool>,
    /// Rows by rising probability, equal ones in the order given.
    order: Vec<u32>,
}

/// A logistic recalibration of predictions: 0 and 1 are perfect.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Calibration {
    /// By how much the log-odds are too low.
    pub intercept: f64,
    /// By how much they vary too little; below 1 the predictions are too extreme.
    pub slope: f64,
}

/// Rows of about the same probability.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ReliabilityBin {
    /// How many rows.
    pub rows: usize,
    /// Their mean probability.
    pub probability: f64,
    /// The share of them where it happened.
    pub happened: f64,
}

/// Nearest to 0 and 1 that a probability counts in a logarithm.
const LEAST: f64 = 1e-15;

impl Predictions {
    /// Checked predictions.
    ///
    /// # Errors
    /// [`Error::Length`] where the columns differ in length, [`Error::Empty`] without a row,
    /// [`Error::Value`] for a probability outside 0 to 1.
    pub fn new(probability: &[f64], happened: &[bool]) -> Result<Self, Error> {
        same_length(probability.len(), "happened", happened.len())?;
        if probability.is_empty() {
            return Err(Error::Empty { what: "the predictions", expected: "at least one row" });
        }
        let wrong = |p: &f64| !(0.0..=1.0).contains(p);
        if let Some(row) = probability.iter().position(wrong) {
            return Err(Error::Value {
                column: "probability".to_owned(),
                row,
                expected: "from 0 to 1",
                value: probability[row].to_string(),
                more: probability[row + 1..].iter().filter(|p| wrong(p)).count(),
            });
        }
        let mut order: Vec<u32> = (0..).take(probability.len()).collect();
        order.sort_by(|&a, &b| probability[a as usize].total_cmp(&probability[b as usize]));
        Ok(Self { probability: probability.to_vec(), happened: happened.to_vec(), order })
    }

    fn rows(&self) -> impl Iterator<Item = (f64, f64)> {
        self.probability.iter().zip(&self.happened).map(|(&p, &y)| (p, f64::from(y)))
    }

    fn n(&self) -> f64 {
        self.probability.len() as f64
    }

    /// Rows by rising probability.
    fn ranked(&self) -> impl DoubleEndedIterator<Item = (f64, bool)> + ExactSizeIterator {
        let row = |&row: &u32| (self.probability[row as usize], self.happened[row as usize]);
        self.order.iter().map(row)
    }

    fn events(&self) -> f64 {
        self.happened.iter().map(|&y| f64::from(y)).sum()
    }

    /// −1/n Σ y ln p + (1 − y) ln(1 − p), probabilities held 1e-15 away from 0 and 1.
    pub fn log_loss(&self) -> f64 {
        let loss = |(p, y): (f64, f64)| {
            let p = p.clamp(LEAST, 1.0 - LEAST);
            if y > 0.0 { -ln(p) } else { -ln_1p(-p) }
        };
        self.rows().map(loss).sum::<f64>() / self.n()
    }

    /// 1/n Σ (p − y)² (Brier 1950).
    pub fn brier(&self) -> f64 {
        self.rows().map(|(p, y)| (p - y) * (p - y)).sum::<f64>() / self.n()
    }

    /// The probability that a row where it happened is ranked above one where it did not, ties half:
    /// the area under the receiver operating characteristic. `None` where all rows are alike.
    pub fn auc(&self) -> Option<f64> {
        let (events, mut below, mut wins) = (self.events(), 0.0, 0.0);
        let rows: Vec<(f64, bool)> = self.ranked().collect();
        for tied in rows.chunk_by(|a, b| a.0 == b.0) {
            let happened = tied.iter().filter(|row| row.1).count() as f64;
            let not = tied.len() as f64 - happened;
            wins += happened * (below + 0.5 * not);
            below += not;
        }
        let pairs = events * (self.n() - events);
        (pairs > 0.0).then(|| wins / pairs)
    }

    /// Σ (recall_k − recall_{k−1}) precision_k over the distinct probabilities from the highest down:
    /// the area under the precision-recall curve. `None` where it never happened.
    pub fn average_precision(&self) -> Option<f64> {
        let events = self.events();
        let (mut taken, mut hits, mut area) = (0.0, 0.0, 0.0);
        let rows: Vec<(f64, bool)> = self.ranked().rev().collect();
        for tied in rows.chunk_by(|a, b| a.0 == b.0) {
            let happened = tied.iter().filter(|row| row.1).count() as f64;
            taken += tied.len() as f64;
            hits += happened;
            area += happened * hits / taken;
        }
        (events > 0.0).then(|| area / events)
    }

    /// Bins of equal size, the lowest probabilities first: what was predicted, and what happened. Rows are
    /// in order of probability; the first n mod bins bins have a row more, and none is empty.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless there is at least one bin.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::evaluation::Predictions;
    /// let all = Predictions::new(&[0.125, 0.5, 0.25, 0.75], &[false, false, true, true])?;
    /// let low = all.reliability(2)?[0];
    /// assert_eq!((low.rows, low.probability, low.happened), (2, 0.1875, 0.5));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn reliability(&self, bins: usize) -> Result<Vec<ReliabilityBin>, Error> {
        if bins == 0 {
            return Err(Error::parameter("bins", "at least 1", 0.0));
        }
        let rows: Vec<(f64, bool)> = self.ranked().collect();
        let (size, larger) = (rows.len() / bins, rows.len() % bins);
        let mut left = &rows[..];
        let bin = |bin| {
            let here = left.split_off(..size + usize::from(bin < larger)).unwrap_or_default();
            let rows = here.len() as f64;
            ReliabilityBin {
                rows: here.len(),
                probability: here.iter().map(|(p, _)| p).sum::<f64>() / rows,
                happened: here.iter().filter(|(_, y)| *y).count() as f64 / rows,
            }
        };
        Ok((0..bins.min(rows.len())).map(bin).collect())
    }

    /// Expected calibration error over the bins of [`Predictions::reliability`]: the mean distance between
    /// the mean probability of a bin and the share of its rows where it happened.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless there is at least one bin.
    ///
    /// # References
    /// Naeini, Cooper & Hauskrecht (2015), AAAI 29, with bins of equal mass.
    pub fn calibration_error(&self, bins: usize) -> Result<f64, Error> {
        let gap = |bin: ReliabilityBin| bin.rows as f64 * (bin.probability - bin.happened).abs();
        Ok(self.reliability(bins)?.into_iter().map(gap).sum::<f64>() / self.n())
    }

    /// The share of events among the rows of the highest probabilities against that among all. `share`
    /// of the rows is taken, at least one, ties in the order of the rows.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `share` is above 0 and at most 1, [`Error::Degenerate`] where it
    /// never happened.
    pub fn lift(&self, share: f64) -> Result<f64, Error> {
        if !(share > 0.0 && share <= 1.0) {
            let expected = "above 0 and at most 1";
            return Err(Error::parameter("share", expected, share));
        }
        let events = self.events();
        if events == 0.0 {
            let reason = "it happened in no row";
            return Err(Error::degenerate("the lift", Degeneracy::NoEvent, reason));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within n")]
        let taken = ((share * self.n()) as usize).max(1);
        let mut rows: Vec<u32> = (0..).take(self.order.len()).collect();
        rows.sort_by(|&a, &b| {
            self.probability[b as usize].total_cmp(&self.probability[a as usize])
        });
        let hits = rows[..taken].iter().filter(|&&row| self.happened[row as usize]).count();
        Ok(hits as f64 / taken as f64 / (events / self.n()))
    }

    /// Intercept and slope of the logistic regression of what happened on logit p (Cox 1958). `None`
    /// where all rows happened or none, where all probabilities are equal, or where they tell the two
    /// fates apart without fail.
    pub fn calibration(&self) -> Option<Calibration> {
        let logit = |p: f64| {
            let p = p.clamp(LEAST, 1.0 - LEAST);
            ln(p) - ln_1p(-p)
        };
        let rows: Vec<(f64, f64)> = self.rows().map(|(p, y)| (logit(p), y)).collect();
        let events = self.events();
        if events == 0.0 || events == self.n() {
            return None;
        }
        let value = |a: f64, b: f64| -> f64 {
            let loss = |&(x, y): &(f64, f64)| {
                let z = a + b * x;
                z.max(0.0) - y * z + ln_1p(exp(-z.abs()))
            };
            rows.iter().map(loss).sum()
        };
        let (mut a, mut b) = (0.0, 1.0);
        let mut here = value(a, b);
        for _ in 0..100 {
            let [mut ga, mut gb, mut haa, mut hab, mut hbb] = [0.0; 5];
            for &(x, y) in &rows {
                let p = logistic(a + b * x);
                let (slope, curvature) = (p - y, p * (1.0 - p));
                ga += slope;
                gb += slope * x;
                haa += curvature;
                hab += curvature * x;
                hbb += curvature * x * x;
            }
            let determinant = haa * hbb - hab * hab;
            if determinant.is_nan() || determinant <= 1e-12 * haa * hbb {
                return None;
            }
            let step = [(hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant];
            let mut share = 1.0;
            let mut there = value(a - step[0], b - step[1]);
            while (there.is_nan() || there > here) && share > 1e-9 {
                share *= 0.5;
                there = value(a - share * step[0], b - share * step[1]);
            }
            (a, b, here) = (a - share * step[0], b - share * step[1], there);
            if b.abs() > 1e6 {
                return None;
            }
            // A sum over many rows is rounded, and so is its slope: no smaller gap can be asked for.
            if ga * step[0] + gb * step[1] < 1e-12 * (1.0 + here) {
                return Some(Calibration { intercept: a, slope: b });
            }
        }
        None
    }

    /// Money per row if every row is acted on whose probability is above a threshold, under a table of
    /// what each of the four outcomes brings (gains above 0, costs below).
    ///
    /// ```text
    /// 1/n Σ value[acted][happened]       acted = p > threshold
    /// ```
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the threshold and all values are finite.
    pub fn expected_money(&self, threshold: f64, value: &MoneyTable) -> Result<f64, Error> {
        let all = [value.hit, value.false_alarm, value.miss, value.correct_pass, threshold];
        if let Some(&value) =
            all.iter().find(|value| value.is_nan() || value.abs() > crate::error::LARGEST)
        {
            return Err(Error::parameter("money", "within ±1e50", value));
        }
        let money = |(p, y): (f64, f64)| match (p > threshold, y > 0.0) {
            (true, true) => value.hit,
            (true, false) => value.false_alarm,
            (false, true) => value.miss,
            (false, false) => value.correct_pass,
        };
        Ok(self.rows().map(money).sum::<f64>() / self.n())
    }
}

/// What each outcome of acting on a prediction, or not, brings in money: gains above 0, costs below.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MoneyTable {
    /// Acted, and it would have happened.
    pub hit: f64,
    /// Acted, and it would not have happened.
    pub false_alarm: f64,
    /// Not acted, and it happened.
    pub miss: f64,
    /// Not acted, and it did not happen.
    pub correct_pass: f64,
}
