//! The parameters of a model that covariates move, on the scales on which they do.
//!
//! ```text
//! ln α_i = ln α − γ'z          ln β_i = ln β − γ'z
//! logit φ_i = logit φ + γ'z    with φ = a/(a+b), and κ = a+b as it is
//! ```
//!
//! so that a positive coefficient says that customers buy more often, or leave sooner. One coefficient on both a
//! and b, as in CLVTools, would leave the mean a/(a+b) where it is and move the spread alone.

use crate::estimation::{BASE, Dimension, Evaluation, Link, Links, Parameter, Towards};
use crate::math::elementary::{exp, ln, logistic};
use crate::purchase::process::{Leaving, PurchaseProcess};

/// α, of the models with covariates.
const ALPHA: usize = 1;
/// What dropout goes by: β, or φ.
const THIRD: usize = 2;
const FOURTH: usize = 3;

/// Farthest place on a scale: e^±115 is the end of a parameter's domain.
const FARTHEST: f64 = 115.0;

/// What covariates move.
pub(super) fn links(leaving: Leaving) -> Links {
    let dropout = match leaving {
        Leaving::Rate => Link { slot: FOURTH, sign: -1.0 },
        Leaving::Mean => Link { slot: THIRD, sign: 1.0 },
    };
    Links { first: Link { slot: ALPHA, sign: -1.0 }, dropout: Some(dropout) }
}

/// The parameters: those of the model, with φ and κ for a and b.
pub(super) fn parameters<M: PurchaseProcess>(leaving: Leaving) -> Vec<Parameter> {
    let mut parameters = M::parameters();
    if leaving == Leaving::Mean {
        parameters[THIRD] = Parameter::probability("phi");
        // As many customers' worth of a prior as in the shops that the models were published with.
        parameters[FOURTH] = Parameter::positive("kappa", Dimension::None).weakly(3.0, 1.2);
    }
    parameters
}

/// These values, of those of the model.
pub(super) fn of_model(leaving: Leaving, values: &[f64]) -> Vec<f64> {
    let mut base = values.to_vec();
    if leaving == Leaving::Mean {
        let (a, b) = (values[THIRD], values[FOURTH]);
        (base[THIRD], base[FOURTH]) = (a / (a + b), a + b);
    }
    base
}

/// The model's values at these places; within its domain.
pub(super) fn model_at(leaving: Leaving, places: [f64; BASE]) -> [f64; BASE] {
    let mut values = places.map(|place| exp(place.clamp(-FARTHEST, FARTHEST)));
    if leaving == Leaving::Mean {
        let (log_odds, kappa) = (places[THIRD], values[FOURTH]);
        // Either is as exact as the log-odds, however close φ is to 0 or 1.
        for (slot, share) in [(THIRD, logistic(log_odds)), (FOURTH, logistic(-log_odds))] {
            values[slot] = (kappa * share).max(exp(-FARTHEST));
        }
    }
    values
}

/// The same, refused by the model where a customer's are outside its domain.
pub(super) fn model_of(leaving: Leaving, places: [f64; BASE]) -> [f64; BASE] {
    let mut values = places.map(exp);
    if leaving == Leaving::Mean {
        let (log_odds, kappa) = (places[THIRD], values[FOURTH]);
        values[THIRD] = kappa * logistic(log_odds);
        values[FOURTH] = kappa * logistic(-log_odds);
    }
    values
}

/// ln L with its derivatives at these places, from those by the logarithms of the model's parameters.
///
/// With η = logit φ, ln a = ln κ + ln φ and ln b = ln κ + ln(1−φ):
///
/// ```text
/// ∂/∂η = (1−φ) ∂_a − φ ∂_b,    ∂/∂ln κ = ∂_a + ∂_b,    ∂² ln a/∂η² = ∂² ln b/∂η² = −φ(1−φ)
/// ```
pub(super) fn by_places(leaving: Leaving, values: [f64; BASE], own: Evaluation) -> Evaluation {
    if leaving == Leaving::Rate {
        return own;
    }
    let (a, b) = (values[THIRD], values[FOURTH]);
    let (phi, rest) = (a / (a + b), b / (a + b));
    // Rows of ∂(ln a, ln b)/∂(η, ln κ).
    let way = [[rest, 1.0], [-phi, 1.0]];
    let mut at = Evaluation { value: own.value, ..Evaluation::zero(BASE) };
    let slots = [THIRD, FOURTH];
    for i in 0..THIRD {
        at.gradient[i] = own.gradient[i];
        for j in i..THIRD {
            at.hessian[(i, j)] = own.hessian[(i, j)];
        }
        for (k, &slot) in slots.iter().enumerate() {
            at.hessian[(i, slot)] = (0..2).map(|m| own.hessian[(i, slots[m])] * way[m][k]).sum();
        }
    }
    for (k, &slot) in slots.iter().enumerate() {
        at.gradient[slot] = (0..2).map(|m| own.gradient[slots[m]] * way[m][k]).sum();
        for (l, &other) in slots.iter().enumerate().skip(k) {
            let entry =
                |m: usize, n: usize| own.hessian[(slots[m], slots[n])] * way[m][k] * way[n][l];
            at.hessian[(slot, other)] = entry(0, 0) + entry(0, 1) + entry(1, 0) + entry(1, 1);
        }
    }
    at.hessian[(THIRD, THIRD)] -= phi * rest * (own.gradient[THIRD] + own.gradient[FOURTH]);
    at.mirrored()
}

/// What it says of the customers that these run away, in the words of the model.
pub(super) fn limit<M: PurchaseProcess>(
    base: &[f64],
    runaways: &[(&str, Towards)],
) -> &'static str {
    let mut values = base.to_vec();
    let mut named = Vec::with_capacity(runaways.len() + 1);
    if M::MOVED.is_some_and(|moved| moved.leaving == Leaving::Mean) {
        let log_odds = ln(base[THIRD]) - ln(1.0 - base[THIRD]);
        let places = [ln(base[0]), ln(base[1]), log_odds, ln(base[FOURTH])];
        values = model_at(Leaving::Mean, places).to_vec();
    }
    for &(name, towards) in runaways {
        match (name, towards) {
            // So far from the other that the model has a name for it.
            ("phi", Towards::Zero) => values[THIRD] = values[FOURTH] * 1e-9,
            ("phi", _) => values[FOURTH] = values[THIRD] * 1e-9,
            ("kappa", _) => named.extend([("a", towards), ("b", towards)]),
            other => named.push(other),
        }
    }
    M::of(&values[..BASE], None).map_or("", |model| model.limit(&named))
}
