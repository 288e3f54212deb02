//! A shop whose customers are known by an age and a channel.

use loyalty_core::estimation::{CovariateRoles, Fit, FitOptions};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{
    AnyPurchaseModel, BgNbd, MbgNbd, ParetoNbd, PurchaseKind, PurchaseWithCovariates,
};
use loyalty_core::summary::{Covariates, CustomerSummary, SummaryColumns};
use loyalty_core::time::Unit;

/// A table of an age and a channel, the same for every number of rows.
pub(crate) struct Table {
    pub(crate) age: Vec<f64>,
    pub(crate) channel: Vec<&'static str>,
}

impl Table {
    pub(crate) fn new(rows: usize) -> Self {
        let age = |row: usize| 20.0 + ((row * 7919) % 1000) as f64 / 20.0;
        let channel = |row: usize| ["shop", "web", "shop", "app", "web", "shop"][(row * 31) % 6];
        Self { age: (0..rows).map(age).collect(), channel: (0..rows).map(channel).collect() }
    }

    pub(crate) fn covariates(&self) -> Covariates {
        let (age, channel) =
            (Column::new("age", &self.age[..]), Column::new("channel", &self.channel));
        Covariates::new(&[age.into(), channel.into()]).unwrap()
    }
}

pub(crate) fn roles(purchase: &[&str], dropout: &[&str], shared: &[&str]) -> CovariateRoles {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let mut roles = CovariateRoles::default();
    (roles.purchase, roles.dropout) = (Some(owned(purchase)), Some(owned(dropout)));
    roles.shared = owned(shared);
    roles
}

/// The models that take covariates, with parameters of a middling shop.
pub(crate) fn bases() -> [AnyPurchaseModel; 3] {
    [
        ParetoNbd::new(0.9, 9.0, 0.8, 12.0).unwrap().with_unit(Some(Unit::Week)).into(),
        BgNbd::new(0.9, 9.0, 0.9, 2.5).unwrap().with_unit(Some(Unit::Week)).into(),
        MbgNbd::new(0.9, 9.0, 0.9, 2.5).unwrap().with_unit(Some(Unit::Week)).into(),
    ]
}

/// γ of age, app and web on purchases, then on dropout.
pub(crate) const COEFFICIENTS: [f64; 6] = [0.02, 0.5, -0.3, -0.015, 0.6, -0.4];

pub(crate) fn simulated(
    base: AnyPurchaseModel,
    rows: usize,
    seed: u64,
) -> (PurchaseWithCovariates, Covariates, CustomerSummary) {
    let covariates = Table::new(rows).covariates();
    let truth =
        PurchaseWithCovariates::new(base, &covariates, &CovariateRoles::default(), &COEFFICIENTS)
            .unwrap();
    let customers =
        truth.simulate(&covariates, &vec![60.0; rows], seed, Threads::default()).unwrap();
    (truth, covariates, customers)
}

/// Customers with what they spent.
pub(crate) fn with_money(bought: &CustomerSummary, spent: &[f64]) -> CustomerSummary {
    let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
    let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
    columns.monetary_value = Some(Column::new("spent", spent));
    columns.unit = bought.unit();
    CustomerSummary::new(&columns).unwrap()
}

pub(crate) fn fit_of(
    kind: PurchaseKind,
    customers: &CustomerSummary,
    covariates: &Covariates,
    roles: &CovariateRoles,
) -> Fit<PurchaseWithCovariates> {
    PurchaseWithCovariates::fit(kind, customers, covariates, roles, &FitOptions::default()).unwrap()
}
