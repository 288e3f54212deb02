//! Tables of numbers whose columns are named once.

/// Defines a row of named numbers and the columns of many such rows, with the names of both.
///
/// The row has `NAMES`, `values` and `from_values`, the columns `row` and `each`; within the crate they
/// are made by `zeros` and filled by `each_mut`. All of them go by the order of the list.
macro_rules! columns {
    (
        $(#[$row_doc:meta])* row $row:ident;
        $(#[$columns_doc:meta])* columns $columns:ident;
        $($name:ident: $doc:literal,)*
    ) => {
        $(#[$row_doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Default)]
        #[non_exhaustive]
        pub struct $row {
            $(#[doc = $doc] pub $name: f64,)*
        }

        $(#[$columns_doc])*
        #[derive(Debug, Clone, PartialEq, Default)]
        #[non_exhaustive]
        pub struct $columns {
            $(#[doc = $doc] pub $name: Vec<f64>,)*
        }

        impl $row {
            /// The names of the columns, in order.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// A row from its values in the order of the names.
            pub fn from_values(values: [f64; Self::NAMES.len()]) -> Self {
                let [$($name),*] = values;
                Self { $($name),* }
            }

            /// The values, in the order of the names.
            pub fn values(&self) -> [f64; Self::NAMES.len()] {
                [$(self.$name),*]
            }
        }

        impl $columns {
            /// Columns of so many rows, to be filled.
            pub(crate) fn zeros(rows: usize) -> Self {
                Self { $($name: vec![0.0; rows],)* }
            }

            pub(crate) fn each_mut(&mut self) -> Vec<&mut [f64]> {
                vec![$(&mut self.$name),*]
            }

            /// One row.
            ///
            /// # Panics
            /// Where there is no such row.
            pub fn row(&self, row: usize) -> $row {
                $row { $($name: self.$name[row]),* }
            }

            /// The columns, in the order of the names.
            pub fn each(&self) -> Vec<&[f64]> {
                vec![$(&self.$name),*]
            }
        }
    };
}

pub(crate) use columns;
