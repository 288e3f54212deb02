//! Trait models in files.

use serde::{Deserialize, Serialize};

use super::TraitModel;
use super::grid::Prior;
use super::link::Link;
use super::options::{Behaviour, ThresholdBasis};
use super::terms::Terms;
use crate::Error;
use crate::error::positive;

/// A trait model as it stands in a file; checked when it becomes a [`TraitModel`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RawTrait {
    prior: Prior,
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
        Self {
            prior: model.prior.clone(),
            threshold: model.threshold,
            basis: model.basis,
            terms: model.terms.clone(),
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
        of_link(&raw.prior, behaviour.link())?;
        Ok(Self {
            behaviour,
            prior: raw.prior,
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

fn of_link(prior: &Prior, link: Link) -> Result<(), Error> {
    if prior.link == link {
        return Ok(());
    }
    let (expected, value) = ("that of its trait", format!("{:?}", prior.link).to_lowercase());
    Err(Error::Choice { name: "link", expected, value })
}

fn probability(name: &'static str, value: f64) -> Result<(), Error> {
    if value > 0.0 && value < 1.0 {
        return Ok(());
    }
    Err(Error::parameter(name, "between 0 and 1", value))
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
            positive("ceiling", terms.ceiling)?;
            positive("dispersion", terms.dispersion)?;
            positive("concentration", terms.funding.concentration)?;
            if !(terms.funding.share > 0.0 && terms.funding.share <= 1.0) {
                let (expected, value) = ("above 0 and at most 1", terms.funding.share);
                return Err(Error::parameter("share", expected, value));
            }
            if let Some(selection) = &terms.selection {
                positive("dispersion", selection.dispersion)?;
                positive("threshold", selection.threshold)?;
                of_link(&selection.prior, Link::Log)?;
            }
        }
        Terms::CouponUser(terms) => {
            non_negative("worth", terms.worth)?;
        }
        Terms::FixedBudget(terms) => {
            positive("margin", terms.margin)?;
            non_negative("level", terms.level)?;
            non_negative("mean", terms.mean)?;
            positive("periods_per_year", terms.periods_per_year)?;
            non_negative("category_cost", terms.category_cost.unwrap_or(0.0))?;
            for number in terms.by_level.numbers() {
                non_negative("by_level", number.abs())?;
            }
            if !terms.by_level.rise() {
                let (expected, value) = ("with rising levels", "others".to_owned());
                return Err(Error::Choice { name: "by_level", expected, value });
            }
            if let Some(slopes) = &terms.reallocation {
                positive("threshold", slopes.threshold)?;
                non_negative("mean", slopes.mean.abs())?;
                non_negative("variance", slopes.variance)?;
            }
        }
    }
    Ok(())
}
