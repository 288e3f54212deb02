//! The columns of the ledger, named once for all languages.

use crate::Error;

macro_rules! columns {
    ($($name:ident: $doc:literal,)*) => {
        /// One customer's numbers in the ledger.
        #[derive(Debug, Clone, Copy, PartialEq, Default)]
        #[non_exhaustive]
        pub struct LedgerRow {
            $(#[doc = $doc] pub $name: f64,)*
        }

        /// The ledger's columns, one value per customer.
        #[derive(Debug, Clone, PartialEq, Default)]
        #[non_exhaustive]
        pub struct LedgerColumns {
            $(#[doc = $doc] pub $name: Vec<f64>,)*
        }

        impl LedgerRow {
            /// The names of the columns, in order.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// A row from its values in the order of the names.
            ///
            /// # Errors
            /// [`Error::Length`] where there are not as many values as names.
            pub fn from_values(values: &[f64]) -> Result<Self, Error> {
                let [$($name),*] = *values else {
                    let (column, got) = ("a row of the ledger".to_owned(), values.len());
                    return Err(Error::Length { column, expected: Self::NAMES.len(), got });
                };
                Ok(Self { $($name),* })
            }

            /// The values, in the order of the names.
            pub fn values(&self) -> [f64; Self::NAMES.len()] {
                [$(self.$name),*]
            }
        }

        impl LedgerColumns {
            pub(super) fn zeros(rows: usize) -> Self {
                Self { $($name: vec![0.0; rows],)* }
            }

            pub(super) fn each_mut(&mut self) -> Vec<&mut [f64]> {
                vec![$(&mut self.$name),*]
            }

            /// One row.
            ///
            /// # Panics
            /// Where there is no such row.
            pub fn row(&self, row: usize) -> LedgerRow {
                LedgerRow { $($name: self.$name[row]),* }
            }

            /// The columns, in the order of [`LedgerRow::NAMES`].
            pub fn each(&self) -> Vec<&[f64]> {
                vec![$(&self.$name),*]
            }
        }
    };
}

columns! {
    orders: "Orders.",
    lines: "Order lines.",
    categories: "Distinct categories bought, the breadth of cross-buying; 0 without categories.",
    tenure: "Years from the first order to the end of observation.",
    revenue: "What was paid.",
    list_amount: "The same at list price.",
    cost: "Cost of the goods; 0 where it is not known.",
    discount: "Money off that the shop paid for, coupons apart.",
    maker_discount: "Money off that the makers paid back.",
    coupon: "Money off by coupons.",
    returned_amount: "What was paid back for returns.",
    return_loss: "Margin lost by returns, markdown and handling.",
    service_cost: "Cost of all service contacts.",
    marketing_cost: "Cost of marketing contacts.",
    profit: "What remains; 0 where costs and margin are not known.",
    contact_cost: "Cost of the service contacts that the shop did not cause.",
    return_hits: "Lines that came back, thinned by the clustering within orders.",
    return_lines: "Lines that have had the time to come back, thinned alike.",
    return_expected: "Returns expected of these lines by what they are.",
    depth_residual: "Sum over lines of (discount with the makers' − depth · list)², brought to the sum below.",
    list_square: "Sum of list² over lines and, by the clustering within orders, over orders.",
    offered: "The discount that these lines would have had at the depth on offer.",
    selection_residual: "The same of (discount with the makers' − selection · offered)².",
    offered_square: "The same of offered².",
    coupon_orders: "Orders with a coupon.",
    periods: "Whole budget periods with an order.",
    period_spend: "What was paid in these periods.",
    spend_square: "Sum of the squared spending of these periods.",
    budget_freedom: "Degrees of freedom of the dispersion.",
    dispersion: "Variance of the spending per period against that of orders drawn at random.",
    new_square: "Squared deviations of the spending in categories that were new to the customer.",
    new_spend: "Products of these deviations and those of all spending.",
}
