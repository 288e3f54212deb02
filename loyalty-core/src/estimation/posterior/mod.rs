//! What the data leave open of the parameters: the posterior, as weighted points.
//!
//! The fit gives the mode and the curvature there. In coordinates in which that curvature is the identity
//! the posterior is nearly standard normal, so that points drawn from a multivariate t around the mode,
//! each weighted by what the posterior has over the proposal, stand for it; the shape k̂ of the weights'
//! tail says whether they do. Where it says no, the proposal learns from the weights, and at last slice
//! sampling takes over. With many customers the posterior is normal for all purposes: a quadrature gives its mean
//! and covariance with a fraction of the passes over the data, and a few points that have both stand for it.

mod density;
mod draws;
mod importance;
mod predictions;
mod proposal;
mod quadrature;
mod slice;
mod smoothing;

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};

use ndarray::Array2;

use super::likelihood::{Likelihood, fit};
use super::{Fit, FitOptions, Intervals, Parameters, Prior, Scale};
use crate::Error;
use crate::parallel::Threads;
use density::Whitened;
use predictions::summarised;
pub(crate) use predictions::{Ends, Moments, Points, normal_ends};

/// How a posterior is made of a likelihood and priors.
///
/// # Examples
/// ```
/// let mut options = loyalty_core::estimation::PosteriorOptions::default();
/// options.draws = 1000;
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PosteriorOptions {
    /// Points drawn; 4,000 by default, at least 100.
    pub draws: usize,
    /// The seed: the same gives the same bits, whatever the threads.
    pub seed: u64,
    /// The method; by default the one that fits the data.
    pub method: Option<PosteriorMethod>,
}

impl Default for PosteriorOptions {
    fn default() -> Self {
        Self { draws: 4000, seed: 0, method: None }
    }
}

/// How the points of a posterior came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PosteriorMethod {
    /// Drawn from t distributions around the mode and weighted.
    ImportanceSampling,
    /// Drawn by four chains of slice sampling; weights are equal.
    SliceSampling,
    /// The 2d points that have the posterior's mean and covariance, which a rule of degree five finds by at most
    /// 1 + 2d² passes over the data: means and standard deviations of predictions are as good as the
    /// posterior is normal on the parameters' scales; quantiles are those of a distribution that is normal
    /// on the scale of what is predicted.
    Quadrature,
}

impl PosteriorMethod {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::ImportanceSampling, Self::SliceSampling, Self::Quadrature];

    /// Its name: `importance-sampling`, `slice-sampling` or `quadrature`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ImportanceSampling => "importance-sampling",
            Self::SliceSampling => "slice-sampling",
            Self::Quadrature => "quadrature",
        }
    }
}

impl std::str::FromStr for PosteriorMethod {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let known = Self::ALL.iter().copied().find(|method| method.name() == name);
        let expected = "importance-sampling, slice-sampling or quadrature";
        known.ok_or(Error::Choice { name: "method", expected, value: name.to_owned() })
    }
}

/// Customers beyond whom a quadrature is tried first. At CDNOW's rates the logarithms of the parameters have
/// standard deviations of at most 0.29 given 2,357 customers, so of 0.06 given 50,000: over so short a stretch
/// ln L is a parabola. A shop that leaves a parameter open has more, and is seen by its mean and covariance.
const MANY: f64 = 50_000.0;

/// The parameters of a model as the data and the priors leave them: points with weights.
///
/// Where a parameter has no prior, it has its [weak one](super::Parameter::weak_prior), which
/// [`Posterior::priors`] names. Predictions are averages over the points; [`Posterior::predict`] gives
/// their means, standard deviations and quantiles.
///
/// # Examples
/// ```
/// use loyalty_core::estimation::{FitOptions, PosteriorOptions};
/// use loyalty_core::purchase::{BgNbd, PurchaseModel};
/// use loyalty_core::parallel::Threads;
/// let truth = BgNbd::new(0.8, 5.0, 1.0, 3.0)?;
/// let customers = truth.simulate(&[39.0; 300], 7, Threads::default())?;
/// let posterior =
///     BgNbd::posterior(&customers, &FitOptions::default(), &PosteriorOptions::default())?;
/// assert!(posterior.k_hat().is_some_and(|k_hat| k_hat < 0.7));
/// let parameters = posterior.parameters(0.9)?;
/// assert!(parameters.lower[0] < 0.8 && 0.8 < parameters.upper[0]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Vehtari, Simpson, Gelman, Yao & Gabry (2024), Pareto smoothed importance sampling, Journal of Machine
/// Learning Research 25(72); Neal (2003), Slice sampling, Annals of Statistics 31(3).
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior<M> {
    mode: Fit<M>,
    names: Vec<String>,
    /// The parameters of a point in one row.
    points: Array2<f64>,
    weights: Vec<f64>,
    method: PosteriorMethod,
    rounds: usize,
    k_hat: Option<f64>,
    effective: Option<f64>,
    priors: BTreeMap<String, Prior>,
}

/// What a posterior is made of, as a file has it.
pub(crate) struct PosteriorParts<M> {
    pub(crate) mode: Fit<M>,
    pub(crate) points: Array2<f64>,
    pub(crate) weights: Vec<f64>,
    pub(crate) method: PosteriorMethod,
    pub(crate) rounds: usize,
    pub(crate) k_hat: Option<f64>,
    pub(crate) effective: Option<f64>,
    pub(crate) priors: BTreeMap<String, Prior>,
}

/// How far the weights of a file may be from adding up to 1.
const WEIGHTS_SUM: f64 = 1e-6;

impl<M: Parameters> Posterior<M> {
    /// Checks the parts: weights that are none, and points outside the model's domain.
    pub(crate) fn of_parts(parts: PosteriorParts<M>) -> Result<Self, Error> {
        let layout = parts.mode.model.layout();
        let is_weight = |weight: &f64| (0.0..=1.0).contains(weight);
        if let Some(wrong) = parts.weights.iter().find(|weight| !is_weight(weight)) {
            return Err(Error::parameter("a weight", "from 0 to 1", *wrong));
        }
        let sum: f64 = parts.weights.iter().sum();
        if (sum - 1.0).abs() > WEIGHTS_SUM {
            return Err(Error::parameter("the sum of the weights", "1", sum));
        }
        for slot in &layout {
            if !parts.priors.contains_key(&*slot.name) {
                let (column, needed_by) = ("priors", "a posterior, of every parameter");
                return Err(Error::MissingColumn { column, needed_by });
            }
        }
        let posterior = Self {
            mode: parts.mode,
            names: layout.iter().map(|slot| slot.name.to_string()).collect(),
            points: parts.points,
            weights: parts.weights,
            method: parts.method,
            rounds: parts.rounds,
            k_hat: parts.k_hat,
            effective: parts.effective,
            priors: parts.priors,
        };
        posterior.models().map(|_| posterior)
    }

    /// The fit with the posterior's priors: the mode on the parameters' scales.
    pub fn mode(&self) -> &Fit<M> {
        &self.mode
    }

    /// The parameters' names, in order of the columns of [`Posterior::points`].
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The points, a row each; columns are the parameters, on their natural scale.
    pub fn points(&self) -> &Array2<f64> {
        &self.points
    }

    /// The points' weights, which add up to 1.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// How the points came about.
    pub fn method(&self) -> PosteriorMethod {
        self.method
    }

    /// Shape of the tail of the importance weights: up to 0.7 the points stand for the posterior. `None`
    /// for another method.
    pub fn k_hat(&self) -> Option<f64> {
        self.k_hat
    }

    /// Whether the points stand for the posterior: importance weights by k̂, other methods by how they are made.
    pub fn is_believed(&self) -> bool {
        self.k_hat.is_none_or(|k_hat| k_hat <= importance::BELIEVED)
    }

    /// As many independent draws would tell as much; `None` for a quadrature.
    pub fn effective_draws(&self) -> Option<f64> {
        self.effective
    }

    /// Rounds in which the proposal learnt from its weights.
    pub fn rounds(&self) -> usize {
        self.rounds
    }

    /// The priors behind it, by parameter: those given, and the weak ones.
    pub fn priors(&self) -> &BTreeMap<String, Prior> {
        &self.priors
    }

    /// Mean, standard deviation and the quantiles of an interval of every parameter.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the level is above 0 and below 1.
    pub fn parameters(&self, level: f64) -> Result<Intervals, Error> {
        let layout = self.mode.model.layout();
        let mut all = Intervals::default();
        for (slot, parameter) in layout.iter().enumerate() {
            let values: Vec<f64> = self.points.column(slot).to_vec();
            all.extend(summarised(&values, &self.weights, self.ends(), parameter.scale, level)?);
        }
        Ok(all)
    }

    /// The posterior with its models turned into another type.
    pub fn map<N>(self, turn: impl FnOnce(M) -> N) -> Posterior<N> {
        Posterior {
            mode: self.mode.map(turn),
            names: self.names,
            points: self.points,
            weights: self.weights,
            method: self.method,
            rounds: self.rounds,
            k_hat: self.k_hat,
            effective: self.effective,
            priors: self.priors,
        }
    }

    fn ends(&self) -> Ends {
        match self.method {
            PosteriorMethod::Quadrature => Ends::Normal,
            _ => Ends::Quantiles,
        }
    }

    /// The models of all points.
    pub(crate) fn models(&self) -> Result<Vec<M>, Error> {
        (0..self.weights.len()).map(|point| self.model(point)).collect()
    }

    /// The model at a point.
    fn model(&self, point: usize) -> Result<M, Error> {
        self.mode.model.at(&self.points.row(point).to_vec())
    }
}

impl<M: Parameters + Sync> Posterior<M> {
    /// Posterior mean, standard deviation and interval of whatever the model predicts, for `rows` rows.
    ///
    /// `part` gives what a prediction needs of a range of rows, and `predict` fills their predictions under
    /// one model; they are called block by block, so that customers × points are never held at once. An
    /// interval's ends are quantiles over the points, weights counted; of a quadrature, those of a
    /// distribution that is normal on the scale. It is the interval of the expectation: what the customers
    /// then do varies around it.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the level is above 0 and below 1, and what `predict` returns.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::estimation::{FitOptions, PosteriorOptions, Scale};
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// let truth = BgNbd::new(0.8, 5.0, 1.0, 3.0)?;
    /// let customers = truth.simulate(&[39.0; 300], 7, Threads::default())?;
    /// let posterior =
    ///     BgNbd::posterior(&customers, &FitOptions::default(), &PosteriorOptions::default())?;
    /// let expected = posterior.thinned(400)?.predict(
    ///     customers.len(),
    ///     Scale::Log,
    ///     0.9,
    ///     Threads::default(),
    ///     |rows| customers.slice(rows),
    ///     |model, some, out| model.expected_purchases_into(some, 52.0, out, Threads::ONE),
    /// )?;
    /// assert!((0..300).all(|row| expected.lower[row] < expected.upper[row]));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn predict<T>(
        &self,
        rows: usize,
        scale: Scale,
        level: f64,
        threads: Threads,
        part: impl Fn(Range<usize>) -> T + Sync,
        predict: impl Fn(&M, &T, &mut [f64]) -> Result<(), Error> + Sync,
    ) -> Result<Intervals, Error> {
        self.as_points()?.predict(rows, scale, level, threads, part, predict)
    }

    /// Posterior mean of whatever the model predicts in several values per row, such as the probabilities of
    /// numbers of purchases: what a customer does, given all that the data leave open.
    ///
    /// `out` has `width` values for each row, one row after the other; `part` and `predict` are those of
    /// [`Posterior::predict`], and `predict` fills `width` values for each of its rows.
    ///
    /// # Errors
    /// [`Error::Empty`] for a width of 0, [`Error::Length`] where `out` does not hold whole rows, and what
    /// `predict` returns.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::estimation::{FitOptions, PosteriorOptions};
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// let truth = BgNbd::new(0.8, 5.0, 1.0, 3.0)?;
    /// let customers = truth.simulate(&[39.0; 300], 7, Threads::default())?;
    /// let posterior =
    ///     BgNbd::posterior(&customers, &FitOptions::default(), &PosteriorOptions::default())?;
    /// // P(0), P(1), P(2 or more purchases) within 52 of every customer.
    /// let mut out = vec![0.0; 300 * 3];
    /// posterior.thinned(400)?.average_into(
    ///     3,
    ///     &mut out,
    ///     Threads::default(),
    ///     |rows| customers.slice(rows),
    ///     |model, some, out| model.purchase_distribution_into(some, 52.0, 3, out, Threads::ONE),
    /// )?;
    /// assert!((out[..3].iter().sum::<f64>() - 1.0).abs() < 1e-12);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn average_into<T>(
        &self,
        width: usize,
        out: &mut [f64],
        threads: Threads,
        part: impl Fn(Range<usize>) -> T + Sync,
        predict: impl Fn(&M, &T, &mut [f64]) -> Result<(), Error> + Sync,
    ) -> Result<(), Error> {
        self.as_points()?.average_into(width, out, threads, part, predict)
    }

    /// The models of all points with their weights.
    pub(crate) fn as_points(&self) -> Result<Points<'_, M>, Error> {
        Ok(Points { models: self.models()?, weights: &self.weights, ends: self.ends() })
    }
}

/// The posterior of a likelihood.
pub(crate) fn posterior<L: Likelihood>(
    data: &L,
    options: &FitOptions,
    how: &PosteriorOptions,
) -> Result<Posterior<L::Model>, Error> {
    if how.draws < 100 {
        return Err(Error::parameter("draws", "at least 100", how.draws as f64));
    }
    let layout = data.layout();
    let mut options = options.clone();
    for parameter in &layout {
        let weak = || parameter.weak_prior();
        options.priors.entry(parameter.name.to_string()).or_insert_with(weak);
    }
    let mode = fit(data, &options, &mut |_| ControlFlow::Continue(()))?;
    let density = Whitened::around(data, &mode, &options)?;
    let found = points(&density, how, data.customers()[0], options.threads);
    let values: Vec<f64> = found.points.iter().flat_map(|z| density.values(z)).collect();
    let shape = (found.points.len(), layout.len());
    Ok(Posterior {
        mode,
        names: layout.iter().map(|parameter| parameter.name.to_string()).collect(),
        points: Array2::from_shape_vec(shape, values)
            .unwrap_or_else(|_| unreachable!("a value for each parameter of each point")),
        weights: found.weights,
        method: found.method,
        rounds: found.rounds,
        k_hat: found.k_hat,
        effective: found.effective,
        priors: options.priors,
    })
}

/// Points in the whitened coordinates.
struct Found {
    points: Vec<Vec<f64>>,
    weights: Vec<f64>,
    method: PosteriorMethod,
    rounds: usize,
    k_hat: Option<f64>,
    effective: Option<f64>,
}

impl Found {
    fn quadrature(points: Vec<Vec<f64>>) -> Self {
        let weights = vec![1.0 / points.len() as f64; points.len()];
        let method = PosteriorMethod::Quadrature;
        Self { points, weights, method, rounds: 0, k_hat: None, effective: None }
    }
}

fn points(
    density: &Whitened<'_>,
    how: &PosteriorOptions,
    customers: f64,
    threads: Threads,
) -> Found {
    let asked = how.method;
    let many = customers > MANY && asked.is_none();
    if asked == Some(PosteriorMethod::Quadrature) || many || density.dimension() == 0 {
        // Where it was asked for it is kept, however bent the posterior is.
        let normal = quadrature::Normal::of(density).filter(|normal| !many || normal.is_near());
        if let Some(points) = normal.and_then(quadrature::Normal::points) {
            return Found::quadrature(points);
        }
    }
    if asked != Some(PosteriorMethod::SliceSampling) {
        let sample = importance::sample(density, how.draws, how.seed);
        let k_hat = sample.smoothed.k_hat;
        let method = PosteriorMethod::ImportanceSampling;
        // A method that was asked for is kept; its k̂ says what it is worth.
        if k_hat <= importance::BELIEVED || asked == Some(method) {
            let effective = Some(sample.smoothed.effective());
            let (points, weights, rounds) = (sample.points, sample.smoothed.weights, sample.rounds);
            return Found { points, weights, method, rounds, k_hat: Some(k_hat), effective };
        }
    }
    let (points, effective) = slice::sample(density, how.draws, how.seed, threads);
    let weights = vec![1.0 / points.len() as f64; points.len()];
    let method = PosteriorMethod::SliceSampling;
    Found { points, weights, method, rounds: 0, k_hat: None, effective: Some(effective) }
}
