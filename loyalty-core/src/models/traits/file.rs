//! Trait models in files.

use serde::{Deserialize, Serialize};

use super::mixture::Mixture;
use super::options::{Behaviour, ThresholdBasis};
use super::terms::Terms;
use super::{Prior, TraitModel};
use crate::Error;
use crate::error::positive;

/// A trait model as it stands in a file; checked when it becomes a [`TraitModel`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RawTrait {
    kinds: [[f64; 2]; 2],
    share_of_second: f64,
    threshold: f64,
    basis: ThresholdBasis,
    terms: Terms,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    peers: Vec<(String, f64)>,
    customers: usize,
    likelihood_ratio: f64,
    variation: f64,
}

impl From<&TraitModel> for RawTrait {
    fn from(model: &TraitModel) -> Self {
        let (kinds, share_of_second) = model.prior.numbers();
        Self {
            kinds,
            share_of_second,
            threshold: model.threshold,
            basis: model.basis,
            terms: model.terms,
            peers: model.peers.clone(),
            customers: model.customers,
            likelihood_ratio: model.likelihood_ratio,
            variation: model.variation,
        }
    }
}

impl TryFrom<RawTrait> for TraitModel {
    type Error = Error;

    fn try_from(raw: RawTrait) -> Result<Self, Error> {
        for [mean, concentration] in raw.kinds {
            positive("mean", mean)?;
            positive("concentration", concentration)?;
        }
        share("share_of_second", raw.share_of_second)?;
        positive("threshold", raw.threshold)?;
        raw.peers.iter().try_for_each(|(_, own)| positive("peers", *own).map(|_| ()))?;
        check(&raw.terms)?;
        let behaviour = match raw.terms {
            Terms::ServiceDemander(_) => Behaviour::ServiceDemander,
            Terms::RevenueReverser(_) => Behaviour::RevenueReverser,
            Terms::PromotionMaximizer(_) => Behaviour::PromotionMaximizer,
            Terms::CouponUser(_) => Behaviour::CouponUser,
            Terms::FixedBudget(_) => Behaviour::FixedBudget,
        };
        let (kinds, second) = (raw.kinds, raw.share_of_second);
        let prior = match behaviour {
            Behaviour::ServiceDemander | Behaviour::FixedBudget => {
                Prior::Gamma(Mixture::new(kinds, second))
            }
            Behaviour::RevenueReverser | Behaviour::PromotionMaximizer | Behaviour::CouponUser => {
                Prior::Beta(Mixture::new(kinds, second))
            }
        };
        Ok(Self {
            behaviour,
            prior,
            threshold: raw.threshold,
            basis: raw.basis,
            terms: raw.terms,
            peers: raw.peers,
            customers: raw.customers,
            likelihood_ratio: crate::error::non_negative("likelihood_ratio", raw.likelihood_ratio)?,
            variation: crate::error::non_negative("variation", raw.variation)?,
        })
    }
}

fn share(name: &'static str, value: f64) -> Result<(), Error> {
    if (0.0..1.0).contains(&value) {
        return Ok(());
    }
    Err(Error::Parameter { name, expected: "from 0 to below 1", value })
}

fn probability(name: &'static str, value: f64) -> Result<(), Error> {
    positive(name, value)?;
    share(name, value)
}

fn check(terms: &Terms) -> Result<(), Error> {
    use crate::error::non_negative;
    match terms {
        Terms::ServiceDemander(terms) => {
            positive("contact_scale", terms.contact_scale)?;
        }
        Terms::RevenueReverser(terms) => {
            probability("base", terms.base)?;
            positive("margin", terms.margin)?;
            positive("returned_share", terms.returned_share)?;
            non_negative("handling", terms.handling.unwrap_or(0.0))?;
            non_negative("markdown", terms.markdown.unwrap_or(0.0))?;
        }
        Terms::PromotionMaximizer(terms) => {
            probability("base", terms.base)?;
            positive("depth_variance", terms.depth_variance)?;
            if let Some(selection) = &terms.selection {
                positive("dispersion", selection.dispersion)?;
                positive("threshold", selection.threshold)?;
                share("share", selection.share)?;
                for value in selection.kinds.concat() {
                    positive("kinds", value)?;
                }
            }
        }
        Terms::CouponUser(terms) => {
            probability("base", terms.base)?;
            non_negative("worth", terms.worth)?;
        }
        Terms::FixedBudget(terms) => {
            positive("margin", terms.margin)?;
            non_negative("level", terms.level)?;
            non_negative("mean", terms.mean)?;
            positive("periods_per_year", terms.periods_per_year)?;
            non_negative("category_cost", terms.category_cost.unwrap_or(0.0))?;
            if let Some(slopes) = &terms.reallocation {
                positive("threshold", slopes.threshold)?;
                non_negative("mean", slopes.mean.abs())?;
                non_negative("variance", slopes.variance)?;
            }
        }
    }
    Ok(())
}
