//! What is known of the parameters before the data: priors, known values, a ridge penalty.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Evaluation, FitOptions, Parameter, Scale};
use crate::Error;
use crate::error::{LARGEST, non_negative, positive};
use crate::math::elementary::{exp, ln};

/// What is known of a parameter θ before the data.
///
/// The fit maximises ln L plus the log densities of the priors, taken over ln θ (the density of θ
/// times θ), so that a fit to very little data ends at the prior's median or mean and not beside it:
///
/// ```text
/// log-normal   −½ ((ln θ − ln median)/σ)²
/// gamma        k ln θ − k θ/mean
/// normal       −½ ((g − mean)/σ)²
/// ```
///
/// The normal is that of a parameter that may be below 0, such as the coefficient of a covariate on its
/// standardised scale, where g is θ itself, and of a probability, where g = ln θ/(1−θ).
///
/// A parameter with a unit, α of the BG/NBD (time) and v of the Gamma-Gamma (money), is measured
/// against the data unless the prior is [`absolute`](Prior::absolute): α in multiples of the
/// customers' mean T, v in multiples of the mean spend. Weeks or days, euros or cents, the forecast is
/// then the same. `pm.find_MAP` of the Bayesian peers takes densities over θ itself; a gamma prior of
/// shape k here is one of shape k + 1 and rate k/mean there.
///
/// # Examples
/// ```
/// use loyalty_core::estimation::{FitOptions, Prior};
/// use loyalty_core::purchase::BgNbd;
/// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
/// let (x, t_x, t) = ([0.0, 2.0, 1.0, 0.0], [0.0, 30.0, 2.0, 0.0], [38.0, 38.0, 36.0, 30.0]);
/// let customers = CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t))?;
/// let mut options = FitOptions::default();
/// for (name, prior) in [
///     ("r", Prior::log_normal(0.5, 1.0)?),
///     ("alpha", Prior::log_normal(0.2, 1.0)?),
///     ("a", Prior::gamma(2.0, 0.8)?),
///     ("b", Prior::known(2.5)?),
/// ] {
///     options.priors.insert(name.to_owned(), prior);
/// }
/// let fit = BgNbd::fit(&customers, &options)?;
/// assert_eq!((fit.parameters, fit.model.b()), (3, 2.5));
/// assert!(fit.log_prior < 0.0);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Prior {
    density: Density,
    absolute: bool,
}

/// A prior as files have it.
#[derive(Serialize, Deserialize)]
struct Raw {
    #[serde(flatten)]
    density: Density,
    #[serde(default)]
    absolute: bool,
}

impl From<Prior> for Raw {
    fn from(prior: Prior) -> Self {
        Self { density: prior.density, absolute: prior.absolute }
    }
}

impl TryFrom<Raw> for Prior {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self, Error> {
        let checked = match raw.density {
            Density::LogNormal { median, sigma } => Self::log_normal(median, sigma)?,
            Density::Gamma { shape, mean } => Self::gamma(shape, mean)?,
            Density::Normal { mean, sigma } => Self::normal(mean, sigma)?,
            Density::Known { value } => Self::known(value)?,
        };
        Ok(Self { absolute: raw.absolute, ..checked })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "density", rename_all = "kebab-case")]
enum Density {
    LogNormal { median: f64, sigma: f64 },
    Gamma { shape: f64, mean: f64 },
    Normal { mean: f64, sigma: f64 },
    Known { value: f64 },
}

impl Density {
    /// Whether a parameter on this scale can have it.
    fn suits(self, scale: Scale) -> bool {
        matches!(self, Self::Normal { .. }) == (scale != Scale::Log)
    }
}

impl Prior {
    /// ln θ is normal around ln `median` with standard deviation `sigma`.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless both are from 1e-50 to 1e50.
    pub fn log_normal(median: f64, sigma: f64) -> Result<Self, Error> {
        let density = Density::LogNormal {
            median: positive("median", median)?,
            sigma: positive("sigma", sigma)?,
        };
        Ok(Self { density, absolute: false })
    }

    /// θ is gamma distributed, worth `shape` observations of its mean.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless both are from 1e-50 to 1e50.
    pub fn gamma(shape: f64, mean: f64) -> Result<Self, Error> {
        let density =
            Density::Gamma { shape: positive("shape", shape)?, mean: positive("mean", mean)? };
        Ok(Self { density, absolute: false })
    }

    /// θ is normal around `mean` with standard deviation `sigma`: the coefficient of a covariate, for a step of
    /// one standard deviation of the covariate, or the log-odds of a probability. Around 0 it holds coefficients
    /// back, the more the smaller `sigma` is.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the mean is from -1e50 to 1e50 and sigma from 1e-50 to 1e50.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::estimation::Prior;
    /// assert_eq!(Prior::normal(0.0, 0.5)?.to_string(), "normal(mean 0, sigma 0.5)");
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn normal(mean: f64, sigma: f64) -> Result<Self, Error> {
        let sigma = positive("sigma", sigma)?;
        if (-LARGEST..=LARGEST).contains(&mean) {
            return Ok(Self { density: Density::Normal { mean, sigma }, absolute: false });
        }
        Err(Error::parameter("mean", "from -1e50 to 1e50", mean))
    }

    /// θ is this value, in the parameter's own unit: it is not fitted.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless it is from 1e-50 to 1e50.
    pub fn known(value: f64) -> Result<Self, Error> {
        Ok(Self { density: Density::Known { value: positive("value", value)? }, absolute: true })
    }

    /// The same prior with its median or mean in the parameter's own unit. The forecast then depends
    /// on the unit of the data, unless the prior is restated with it.
    ///
    /// ```
    /// use loyalty_core::estimation::Prior;
    /// // α near four, in whatever unit of time the summary has
    /// let prior = Prior::log_normal(4.0, 0.5)?.absolute();
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    #[must_use]
    pub fn absolute(self) -> Self {
        Self { absolute: true, ..self }
    }

    /// Whether it says the value.
    pub(crate) fn is_known(&self) -> bool {
        matches!(self.density, Density::Known { .. })
    }

    /// The same prior for a parameter whose unit is `scale` of the data's.
    fn in_units_of(self, scale: f64) -> Density {
        let scale = if self.absolute { 1.0 } else { scale };
        match self.density {
            Density::LogNormal { median, sigma } => {
                Density::LogNormal { median: median * scale, sigma }
            }
            Density::Gamma { shape, mean } => Density::Gamma { shape, mean: mean * scale },
            other @ (Density::Known { .. } | Density::Normal { .. }) => other,
        }
    }
}

impl Parameter {
    /// The weak prior that a posterior takes where no other is given.
    ///
    /// It is log-normal, wide enough to hold every shop that the models were published with, and moves
    /// with the unit of the data: the forecast is the same in weeks and days, euros and cents. That of a
    /// coefficient or a probability is normal.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::PurchaseKind;
    /// let alpha = &PurchaseKind::BgNbd.layout()[1];
    /// assert_eq!(alpha.weak_prior().to_string(), "log-normal(median 0.2, sigma 1.5)");
    /// ```
    pub fn weak_prior(&self) -> Prior {
        let [middle, sigma] = self.weak;
        let prior = match self.scale {
            Scale::Log => Prior::log_normal(middle, sigma),
            Scale::Logit | Scale::Real => Prior::normal(middle, sigma),
        };
        prior.unwrap_or_else(|_| unreachable!("a constant within the domain"))
    }
}

impl fmt::Display for Prior {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.density {
            Density::LogNormal { median, sigma } => {
                write!(f, "log-normal(median {median}, sigma {sigma})")?;
            }
            Density::Gamma { shape, mean } => write!(f, "gamma(shape {shape}, mean {mean})")?,
            Density::Normal { mean, sigma } => write!(f, "normal(mean {mean}, sigma {sigma})")?,
            Density::Known { value } => return write!(f, "known({value})"),
        }
        if self.absolute { f.write_str(", absolute") } else { Ok(()) }
    }
}

/// What the solver adds to ln L: priors by parameter, and the ridge penalty of lifetimes.
#[derive(Debug, Clone)]
pub(crate) struct Penalty {
    density: Vec<Option<Density>>,
    /// The coefficient of θ² that is taken off.
    ridge: Vec<f64>,
    /// The share of the data that is looked at.
    share: f64,
}

/// The size of a shop's data, which makes priors and penalty independent of units.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DataScale {
    /// What a parameter of the value 1 relative to the data is in the data's unit.
    pub(crate) of_priors: Vec<f64>,
    /// The unit in which the ridge penalty counts a parameter.
    pub(crate) of_ridge: Vec<f64>,
    /// The customers, counted with their weights.
    pub(crate) customers: f64,
}

impl Penalty {
    /// # Errors
    /// [`Error::Choice`] for a prior of an unknown parameter or one that does not go with its scale, [`Error::Parameter`] for a penalty outside
    /// its domain.
    pub(crate) fn of(
        options: &FitOptions,
        layout: &[Parameter],
        scale: &DataScale,
    ) -> Result<Self, Error> {
        let penalizer = non_negative("penalizer", options.penalizer)?;
        let mut density = vec![None; layout.len()];
        for (name, prior) in &options.priors {
            let Some(slot) = layout.iter().position(|known| known.name == *name) else {
                let expected = "of the model's parameters";
                return Err(Error::Choice { name: "priors", expected, value: name.clone() });
            };
            if !prior.density.suits(layout[slot].scale) {
                let expected = "normal for a coefficient or a probability, log-normal, gamma or known for a \
                                parameter above 0";
                let value = format!("{name}: {prior}");
                return Err(Error::Choice { name: "priors", expected, value });
            }
            density[slot] = Some(prior.in_units_of(scale.of_priors[slot]));
        }
        let ridge = |unit: &f64| penalizer * scale.customers / (unit * unit);
        Ok(Self { density, ridge: scale.of_ridge.iter().map(ridge).collect(), share: 1.0 })
    }

    /// The penalty that goes with this share of the data.
    pub(crate) fn share(&self, share: f64) -> Self {
        Self { share, ..self.clone() }
    }

    /// The start with known parameters in place.
    pub(crate) fn start(&self, mut start: Vec<f64>) -> Vec<f64> {
        for (slot, value) in self.known() {
            start[slot] = ln(value);
        }
        start
    }

    /// The parameters that are known, and their values.
    pub(crate) fn known(&self) -> impl Iterator<Item = (usize, f64)> {
        self.density.iter().enumerate().filter_map(|(slot, density)| match density {
            Some(Density::Known { value }) => Some((slot, *value)),
            _ => None,
        })
    }

    /// What the penalty adds at this point; 0 without priors and penalty.
    pub(crate) fn value(&self, at: &[f64]) -> f64 {
        at.iter().enumerate().map(|(slot, &at)| self.term(slot, at)[0]).sum::<f64>() * self.share
            + 0.0
    }

    /// ln L with the penalty added, and known parameters out of reach of the solver.
    pub(crate) fn added_to(&self, mut evaluation: Evaluation, at: &[f64]) -> Evaluation {
        let Evaluation { value, gradient, hessian } = &mut evaluation;
        for (slot, &at) in at.iter().enumerate() {
            let [term, slope, curvature] = self.term(slot, at);
            *value += self.share * term;
            gradient[slot] += self.share * slope;
            hessian[(slot, slot)] += self.share * curvature;
        }
        let information =
            (0..at.len()).fold(1.0, |most: f64, slot| most.max(-hessian[(slot, slot)]));
        for (slot, _) in self.known() {
            gradient[slot] = 0.0;
            hessian.row_mut(slot).fill(0.0);
            hessian.column_mut(slot).fill(0.0);
            // Any definite curvature keeps the parameter where it is; of the size of the others it
            // does not spoil their conditioning.
            hessian[(slot, slot)] = -information;
        }
        evaluation
    }

    /// Value, slope and curvature of one parameter's terms by its place on its scale, which with a ridge is its
    /// logarithm.
    fn term(&self, slot: usize, ln_parameter: f64) -> [f64; 3] {
        let square = if self.ridge[slot] > 0.0 {
            let parameter = exp(ln_parameter);
            self.ridge[slot] * parameter * parameter
        } else {
            0.0
        };
        let [value, slope, curvature] = match self.density[slot] {
            None | Some(Density::Known { .. }) => [0.0; 3],
            Some(Density::LogNormal { median, sigma }) => {
                let z = (ln_parameter - ln(median)) / sigma;
                [-0.5 * z * z, -z / sigma, -1.0 / (sigma * sigma)]
            }
            Some(Density::Normal { mean, sigma }) => {
                let z = (ln_parameter - mean) / sigma;
                [-0.5 * z * z, -z / sigma, -1.0 / (sigma * sigma)]
            }
            Some(Density::Gamma { shape, mean }) => {
                let ln_ratio = ln_parameter - ln(mean);
                let ratio = exp(ln_ratio);
                [shape * (ln_ratio - ratio), shape * (1.0 - ratio), -shape * ratio]
            }
        };
        [value - square, slope - 2.0 * square, curvature - 4.0 * square]
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;
    use proptest::prelude::*;

    use super::*;
    use crate::estimation::Dimension;

    fn layout() -> [Parameter; 2] {
        ["first", "second"].map(|name| Parameter::positive(name, Dimension::None))
    }

    fn penalty(priors: Vec<(&'static str, Prior)>, penalizer: f64) -> Penalty {
        let priors = priors.into_iter().map(|(name, prior)| (name.to_owned(), prior)).collect();
        let options = FitOptions { priors, penalizer, ..FitOptions::default() };
        let scale =
            DataScale { of_priors: vec![1.0, 10.0], of_ridge: vec![1.0, 40.0], customers: 100.0 };
        Penalty::of(&options, &layout(), &scale).expect("a penalty")
    }

    #[test]
    fn the_mode_of_a_prior_is_its_median_or_mean_in_the_unit_of_the_data() {
        let median = Prior::log_normal(0.3, 0.7).expect("a prior");
        let mean = Prior::gamma(2.5, 0.3).expect("a prior");
        for prior in [median, mean] {
            let relative = penalty(vec![("second", prior)], 0.0);
            assert!(relative.term(1, ln(3.0))[1].abs() < 1e-12);
            let absolute = penalty(vec![("second", prior.absolute())], 0.0);
            assert!(absolute.term(1, ln(0.3))[1].abs() < 1e-12);
        }
    }

    #[test]
    fn a_known_parameter_has_no_slope_and_enters_no_other() {
        let penalty = penalty(vec![("first", Prior::known(2.0).expect("a prior"))], 0.0);
        let hessian = DMatrix::from_row_slice(2, 2, &[-2.0, 1.0, 1.0, -9.0]);
        let at = Evaluation { value: 1.0, gradient: vec![5.0, 6.0], hessian };
        let at = penalty.added_to(at, &[0.0, 0.0]);
        assert_eq!((at.value, &at.gradient[..]), (1.0, &[0.0, 6.0][..]));
        assert_eq!(at.hessian, DMatrix::from_diagonal_element(2, 2, -9.0));
        assert_eq!(penalty.start(vec![7.0, 8.0]), [ln(2.0), 8.0]);
    }

    #[test]
    fn refuses_a_prior_of_no_parameter() {
        let mut options = FitOptions::default();
        options.priors.insert("third".to_owned(), Prior::known(2.0).expect("a prior"));
        let scale = DataScale { of_priors: vec![1.0; 2], of_ridge: vec![1.0; 2], customers: 1.0 };
        let error = Penalty::of(&options, &layout(), &scale).expect_err("refused");
        assert_eq!(error.to_string(), "priors must be of the model's parameters, got \"third\"");
    }

    #[test]
    fn a_prior_goes_with_the_scale_of_its_parameter() {
        let normal = Prior::normal(0.5, 2.0).expect("a prior");
        let of = |parameter: Parameter, prior: Prior| {
            let priors = [(parameter.name.to_string(), prior)].into();
            let options = FitOptions { priors, ..FitOptions::default() };
            let scale = DataScale { of_priors: vec![7.0], of_ridge: vec![1.0], customers: 1.0 };
            Penalty::of(&options, &[parameter], &scale)
        };
        let penalty = of(Parameter::real("purchase:age"), normal).expect("a penalty");
        assert_eq!(penalty.term(0, 2.5), [-0.5, -0.5, -0.25]);
        assert!(of(Parameter::probability("phi"), normal).is_ok());
        let positive = Parameter::positive("r", Dimension::None);
        let error = of(positive, normal).expect_err("refused").to_string();
        assert!(error.ends_with("got \"r: normal(mean 0.5, sigma 2)\""), "{error}");
        for prior in [Prior::log_normal(1.0, 1.0), Prior::gamma(1.0, 1.0), Prior::known(1.0)] {
            assert!(of(Parameter::real("purchase:age"), prior.expect("a prior")).is_err());
        }
        for (mean, sigma) in [(f64::NAN, 1.0), (0.0, 0.0), (1e51, 1.0), (0.0, f64::INFINITY)] {
            assert!(Prior::normal(mean, sigma).is_err());
        }
        let weak = Parameter::real("purchase:age").weak_prior().to_string();
        assert_eq!(weak, "normal(mean 0, sigma 1)");
    }

    proptest! {
        #[test]
        fn slope_and_curvature_are_differences(
            at in -3.0..3.0_f64, median in 0.01..10.0_f64, sigma in 0.1..3.0_f64, ridge in 0.0..0.1_f64,
        ) {
            let log_normal = Prior::log_normal(median, sigma).expect("a prior");
            let gamma = Prior::gamma(sigma, median).expect("a prior");
            let penalty = penalty(vec![("first", log_normal), ("second", gamma)], ridge);
            let h = 1e-5;
            for slot in 0..2 {
                let [_, slope, curvature] = penalty.term(slot, at);
                let [up, down] = [h, -h].map(|by| penalty.term(slot, at + by));
                let size = 1.0 + up[0].abs() + slope.abs() + curvature.abs();
                prop_assert!((slope - (up[0] - down[0]) / (2.0 * h)).abs() < 1e-8 * size);
                prop_assert!((curvature - (up[1] - down[1]) / (2.0 * h)).abs() < 1e-8 * size);
            }
        }
    }
}
