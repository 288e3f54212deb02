//! The registry of models, until the core has it.

use std::ops::ControlFlow;
use std::str::FromStr;

use loyalty_core::Error;
use loyalty_core::estimation::{Fit, FitOptions, Parameters, Progress};
use loyalty_core::models::Model;
use loyalty_core::purchase::BgNbd;
use loyalty_core::spend::GammaGamma;
use loyalty_core::summary::CustomerSummary;
use loyalty_core::time::Unit;

pub(crate) type AnyPurchaseModel = BgNbd;
pub(crate) type AnySpendModel = GammaGamma;

pub(crate) struct Parameter {
    pub(crate) name: &'static str,
}

macro_rules! kind {
    ($kind:ident, $model:ident, $variant:ident, $any:ident, $title:literal) => {
        #[derive(Clone, Copy)]
        pub(crate) enum $kind {
            $variant,
        }

        impl $kind {
            pub(crate) const ALL: &'static [Self] = &[Self::$variant];

            pub(crate) fn name(self) -> &'static str {
                <$model as Parameters>::KIND
            }

            pub(crate) fn title(self) -> &'static str {
                $title
            }

            pub(crate) fn layout(self) -> Vec<Parameter> {
                $model::NAMES.iter().map(|&name| Parameter { name }).collect()
            }

            pub(crate) fn fit(
                self,
                customers: &CustomerSummary,
                options: &FitOptions,
                observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
            ) -> Result<Fit<$any>, Error> {
                $model::fit_observed(customers, options, observe)
            }
        }

        impl FromStr for $kind {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                let found = Self::ALL.iter().find(|kind| kind.name() == text);
                found.copied().ok_or_else(|| Error::Choice {
                    name: "kind",
                    expected: <$model as Parameters>::KIND,
                    value: text.to_owned(),
                })
            }
        }
    };
}

kind!(PurchaseKind, BgNbd, BgNbd, AnyPurchaseModel, "BG/NBD");
kind!(SpendKind, GammaGamma, GammaGamma, AnySpendModel, "Gamma-Gamma");

fn exactly<const N: usize>(values: &[f64]) -> Result<[f64; N], Error> {
    let got = values.len();
    let wrong = |_| Error::Length { column: "parameters".to_owned(), expected: N, got };
    values.try_into().map_err(wrong)
}

impl PurchaseKind {
    pub(crate) fn build(
        self,
        values: &[f64],
        unit: Option<Unit>,
    ) -> Result<AnyPurchaseModel, Error> {
        let [r, alpha, a, b] = exactly(values)?;
        Ok(BgNbd::new(r, alpha, a, b)?.with_unit(unit))
    }
}

impl SpendKind {
    pub(crate) fn build(self, values: &[f64]) -> Result<AnySpendModel, Error> {
        let [p, q, v] = exactly(values)?;
        GammaGamma::new(p, q, v)
    }
}

pub(crate) trait HasKind {
    type Kind;
    fn kind(&self) -> Self::Kind;
}

impl HasKind for BgNbd {
    type Kind = PurchaseKind;
    fn kind(&self) -> PurchaseKind {
        PurchaseKind::BgNbd
    }
}

impl HasKind for GammaGamma {
    type Kind = SpendKind;
    fn kind(&self) -> SpendKind {
        SpendKind::GammaGamma
    }
}

/// The purchase or spend model of a file.
pub(crate) enum Either {
    Purchase(AnyPurchaseModel),
    Spend(AnySpendModel),
}

pub(crate) fn either(model: &Model) -> Either {
    match *model {
        Model::BgNbd(model) => Either::Purchase(model),
        Model::GammaGamma(model) => Either::Spend(model),
        _ => unreachable!("the core has two models"),
    }
}

pub(crate) fn p_n_purchases_new_customer(
    model: &AnyPurchaseModel,
    n: u32,
    t: f64,
) -> Result<f64, Error> {
    model.probability_of_n_purchases(n, t)
}

