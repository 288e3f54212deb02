//! What a model with covariates says of customers: the model without them, by each customer's parameters.

use hashbrown::HashMap;

use super::PurchaseWithCovariates;
use super::model::out_of_reach;
use crate::Error;
use crate::error::same_length;
use crate::estimation::Features;
use crate::memory;
use crate::parallel::{Threads, map_chunks};
use crate::purchase::kinds::OfModel;
use crate::purchase::process::PurchaseProcess;
use crate::purchase::simulate::simulate;
use crate::purchase::{AnyPurchaseModel, Discounting, PurchaseModel};
use crate::summary::{Buckets, Covariates, CustomerSummary, History};
use crate::time::Unit;

/// Customers of one kind from whom on what they share pays; a prediction has the same bits either way.
const MANY: usize = 64;

/// Other customers worked on at once.
const CHUNK: usize = 1024;

impl PurchaseWithCovariates {
    /// [`PurchaseModel::p_alive`] of every customer by what is known of them; `out` has one value per customer, in
    /// row order.
    ///
    /// # Errors
    /// [`Error::Unit`] where the summary is in another unit than the model, [`Error::Length`] where `out` or the
    /// covariates are not as long as the summary, and as [`Self::customer`].
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::estimation::CovariateRoles;
    /// use loyalty_core::orders::Column;
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{ParetoNbd, PurchaseModel, PurchaseWithCovariates};
    /// use loyalty_core::summary::{Covariates, CustomerSummary, SummaryColumns};
    /// let covariates = Covariates::new(&[Column::new("member", &[0.0, 1.0][..]).into()])?;
    /// let (base, roles) = (ParetoNbd::new(0.5, 6.0, 0.8, 9.0)?, CovariateRoles::default());
    /// let model = PurchaseWithCovariates::new(base, &covariates, &roles, &[0.7, -0.5])?;
    /// let columns = SummaryColumns::new(&[2.0, 2.0], &[20.0, 20.0], &[30.0, 30.0]);
    /// let (customers, mut out) = (CustomerSummary::new(&columns)?, [0.0; 2]);
    /// model.p_alive_into(&customers, &covariates, &mut out, Threads::default())?;
    /// assert_eq!(out[0], base.p_alive(&customers.history(0)));
    /// assert_eq!(out[1], model.customer(&covariates, 1)?.p_alive(&customers.history(1)));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn p_alive_into(
        &self,
        customers: &CustomerSummary,
        covariates: &Covariates,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let all = Batch { model: self, customers, covariates, threads };
        all.each(
            1,
            out,
            |model, customer, out| {
                out[0] = model.p_alive(customer);
                Ok(())
            },
            |model, some, out| model.p_alive_into(some, out, threads),
        )
    }

    /// [`PurchaseModel::p_alive_at`] of every customer by what is known of them.
    ///
    /// # Errors
    /// As [`Self::p_alive_into`], and [`Error::Parameter`] unless the horizon is from 0 to 1e50.
    ///
    /// # Examples
    /// See [`Self::p_alive_into`]; the others go alike.
    pub fn p_alive_at_into(
        &self,
        customers: &CustomerSummary,
        covariates: &Covariates,
        horizon: f64,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let all = Batch { model: self, customers, covariates, threads };
        all.each(
            1,
            out,
            |model, customer, out| {
                out[0] = model.p_alive_at(customer, horizon)?;
                Ok(())
            },
            |model, some, out| model.p_alive_at_into(some, horizon, out, threads),
        )
    }

    /// [`PurchaseModel::expected_purchases`] of every customer by what is known of them.
    ///
    /// # Errors
    /// As [`Self::p_alive_at_into`].
    pub fn expected_purchases_into(
        &self,
        customers: &CustomerSummary,
        covariates: &Covariates,
        horizon: f64,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let all = Batch { model: self, customers, covariates, threads };
        all.each(
            1,
            out,
            |model, customer, out| {
                out[0] = model.expected_purchases(customer, horizon)?;
                Ok(())
            },
            |model, some, out| model.expected_purchases_into(some, horizon, out, threads),
        )
    }

    /// [`PurchaseModel::discounted_purchases`] of every customer by what is known of them.
    ///
    /// # Errors
    /// As [`Self::p_alive_into`].
    pub fn discounted_purchases_into(
        &self,
        customers: &CustomerSummary,
        covariates: &Covariates,
        discounting: &Discounting,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let all = Batch { model: self, customers, covariates, threads };
        all.each(
            1,
            out,
            |model, customer, out| {
                out[0] = model.discounted_purchases(customer, discounting);
                Ok(())
            },
            |model, some, out| model.discounted_purchases_into(some, discounting, out, threads),
        )
    }

    /// [`PurchaseModel::p_no_purchase`] of every customer by what is known of them.
    ///
    /// # Errors
    /// As [`Self::p_alive_at_into`].
    pub fn p_no_purchase_into(
        &self,
        customers: &CustomerSummary,
        covariates: &Covariates,
        horizon: f64,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let all = Batch { model: self, customers, covariates, threads };
        all.each(
            1,
            out,
            |model, customer, out| {
                out[0] = model.p_no_purchase(customer, horizon)?;
                Ok(())
            },
            |model, some, out| model.p_no_purchase_into(some, horizon, out, threads),
        )
    }

    /// [`PurchaseModel::purchase_distribution`] of every customer by what is known of them; `out` has `counts`
    /// values per customer, one customer after the other.
    ///
    /// # Errors
    /// As [`Self::p_alive_at_into`], and [`Error::Empty`] where `counts` is 0.
    pub fn purchase_distribution_into(
        &self,
        customers: &CustomerSummary,
        covariates: &Covariates,
        horizon: f64,
        counts: usize,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let all = Batch { model: self, customers, covariates, threads };
        all.each(
            counts,
            out,
            |model, customer, out| model.purchase_distribution(customer, horizon, out),
            |model, some, out| {
                model.purchase_distribution_into(some, horizon, counts, out, threads)
            },
        )
    }

    /// [`PurchaseModel::expected_purchases_new_customer`] of a new customer of every row of a table.
    ///
    /// # Errors
    /// As [`Self::customer`], [`Error::Length`] where `out` is not as long as the covariates, [`Error::Parameter`]
    /// unless the horizon is from 0 to 1e50.
    pub fn expected_purchases_new_customer_into(
        &self,
        covariates: &Covariates,
        horizon: f64,
        out: &mut [f64],
    ) -> Result<(), Error> {
        same_length(covariates.len(), "out", out.len())?;
        let (features, places) = (self.features(covariates)?, self.places());
        for (row, out) in out.iter_mut().enumerate() {
            let model = self.of_features(&places, features.row(row), row)?;
            *out = model.expected_purchases_new_customer(horizon)?;
        }
        Ok(())
    }

    /// Histories of new customers of the rows of a table who behave as the model says, each observed for their `t`
    /// from the first purchase on. Row i depends on the seed, its covariates and i alone.
    ///
    /// # Errors
    /// As [`Self::customer`], [`Error::Length`] where there are not as many t as rows, [`Error::Parameter`] where
    /// one is not from 0 to 1e50, or more than 1e6 purchases are to be expected within it.
    pub fn simulate(
        &self,
        covariates: &Covariates,
        t: &[f64],
        seed: u64,
        threads: Threads,
    ) -> Result<CustomerSummary, Error> {
        same_length(covariates.len(), "t", t.len())?;
        let (features, places, unit) = (self.features(covariates)?, self.places(), self.unit());
        let each = 80 + 8 * covariates.features();
        memory::ask_for_rows("customers to simulate", t.len(), each, 0)?;
        let values: Vec<[f64; 4]> =
            (0..t.len()).map(|row| self.values_of(&places, features.row(row))).collect();
        self.kind().dispatch(Drawing { values: &values, unit, t, seed, threads })
    }
}

struct Drawing<'a> {
    values: &'a [[f64; 4]],
    unit: Option<Unit>,
    t: &'a [f64],
    seed: u64,
    threads: Threads,
}

impl OfModel for Drawing<'_> {
    type Output = Result<CustomerSummary, Error>;

    fn of<M: PurchaseProcess>(self) -> Self::Output {
        let of_row = |(row, values): (usize, &[f64; 4])| {
            M::of(values, self.unit).map_err(|error| out_of_reach(error, row))
        };
        let models = self.values.iter().enumerate().map(of_row).collect::<Result<Vec<M>, _>>()?;
        simulate(|row| &models[row], self.t, self.seed, self.threads)
    }
}

/// Customers with what is known of them.
struct Batch<'a> {
    model: &'a PurchaseWithCovariates,
    customers: &'a CustomerSummary,
    covariates: &'a Covariates,
    threads: Threads,
}

impl Batch<'_> {
    /// `width` values of every customer: by `many` where customers share their covariates, by `one` elsewhere.
    fn each(
        &self,
        width: usize,
        out: &mut [f64],
        one: impl Fn(&AnyPurchaseModel, &History, &mut [f64]) -> Result<(), Error> + Sync,
        many: impl Fn(&AnyPurchaseModel, &CustomerSummary, &mut [f64]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Self { model, customers, covariates, threads } = *self;
        customers.same_unit(model.unit())?;
        same_length(customers.len(), "covariates", covariates.len())?;
        same_length(customers.len().saturating_mul(width), "out", out.len())?;
        if width == 0 {
            let expected = "from 1 to 4294967295 counts";
            return Err(Error::Empty { what: "the distribution", expected });
        }
        let each = 8 * width + 64 + 32 * covariates.features();
        memory::ask_for_rows("predictions of customers", customers.len(), each, 0)?;
        let (features, places) = (model.features(covariates)?, model.places());
        let (shared, alone) = groups(&features);
        let mut put = |rows: &[u32], values: &[f64]| {
            for (&row, values) in rows.iter().zip(values.chunks(width)) {
                let start = row as usize * width;
                out[start..start + width].copy_from_slice(values);
            }
        };
        for rows in shared {
            let first = rows[0] as usize;
            let own = model.of_features(&places, features.row(first), first)?;
            let mut values = vec![0.0; rows.len() * width];
            many(&own, &customers.of_rows(&rows), &mut values)?;
            put(&rows, &values);
        }
        let parts = map_chunks(alone.len(), CHUNK, threads, |part| {
            let mut values = vec![0.0; part.len() * width];
            for (&row, out) in alone[part].iter().zip(values.chunks_mut(width)) {
                let row = row as usize;
                let own = model.of_features(&places, features.row(row), row)?;
                one(&own, &customers.history(row), out)?;
            }
            Ok(values)
        });
        for (rows, values) in alone.chunks(CHUNK).zip(parts) {
            put(rows, &values?);
        }
        Ok(())
    }
}

/// The rows of many customers with the same features, group by group, and all others.
fn groups(features: &Features) -> (Vec<Vec<u32>>, Vec<u32>) {
    let mut number_of: HashMap<Vec<u64>, u32> = HashMap::new();
    let mut group = Vec::with_capacity(features.rows());
    for row in 0..features.rows() {
        let key: Vec<u64> = features.row(row).iter().map(|value| value.to_bits()).collect();
        // No more groups than customers, who are counted in 32 bits.
        let next = u32::try_from(number_of.len()).unwrap_or(u32::MAX);
        group.push(*number_of.entry(key).or_insert(next));
    }
    let (mut shared, mut alone) = (Vec::new(), Vec::new());
    for (_, rows) in Buckets::of(&group).iter() {
        if rows.len() >= MANY {
            shared.push(rows.to_vec());
        } else {
            alone.extend_from_slice(rows);
        }
    }
    alone.sort_unstable();
    (shared, alone)
}
