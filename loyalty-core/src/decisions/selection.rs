//! The result: who gets what, what that gains, and how far from the best it can be at most.

use super::choices::Choices;
use super::dual;
use super::primal::Plan;
use crate::Error;
use crate::memory;
use crate::parallel::Threads;

/// A treatment or none for every customer, within the capacities. Made by [`Choices::select`].
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    choice: Vec<Option<u32>>,
    gains: Vec<f64>,
    gain: f64,
    bound: f64,
    used: Vec<f64>,
    shadow_prices: Vec<f64>,
}

impl Choices {
    /// Chooses for each customer one treatment or none, so that the gains add up to as much as the
    /// capacities allow.
    ///
    /// ```text
    /// maximise Σ_ij g_ij x_ij   subject to   Σ_j x_ij ≤ 1,   Σ_ij u_ijr x_ij ≤ C_r,   x_ij ∈ {0, 1}
    /// ```
    ///
    /// Prices of the capacities come from the Lagrangian dual, the choice from the prices; what does
    /// not fit is taken back where it loses least, and what is left is filled. The choice always fits;
    /// [`Selection::bound`] is a proof of how good it is.
    ///
    /// # References
    /// Sinha & Zoltners (1979), The multiple-choice knapsack problem, Operations Research 27(3),
    /// 503–515. Geoffrion (1974), Lagrangean relaxation for integer programming, Mathematical
    /// Programming Study 2, 82–114.
    ///
    /// # Errors
    /// [`Error::Memory`] where there is not enough for it.
    pub fn select(&self, threads: Threads) -> Result<Selection, Error> {
        memory::ask_for_rows("a selection of treatments", self.rows(), 48, 0)?;
        let (shadow_prices, dual) = dual::prices(self, threads);
        let (option, used) = Plan::at(self, &shadow_prices, threads).into_parts();
        let gains: Vec<f64> =
            option.iter().map(|option| option.map_or(0.0, |option| self.gain(option))).collect();
        let gain: f64 = gains.iter().sum();
        let number = |option: usize| u32::try_from(self.treatment(option)).unwrap_or(u32::MAX);
        Ok(Selection {
            choice: option.iter().map(|option| option.map(number)).collect(),
            gains,
            gain,
            // Rounding may leave the bound a last bit below what was reached.
            bound: dual.max(gain),
            used,
            shadow_prices,
        })
    }
}

impl Selection {
    /// For each customer the number of the treatment chosen, or none.
    pub fn choice(&self) -> &[Option<u32>] {
        &self.choice
    }

    /// The same with treatments for customers who have none, of which nobody knows what they gain, and
    /// what they use of the capacities.
    pub(crate) fn with_unknown_gains(
        mut self,
        chosen: &[(usize, u32)],
        used: impl IntoIterator<Item = f64>,
    ) -> Self {
        for &(row, treatment) in chosen {
            self.choice[row] = Some(treatment);
        }
        self.used.iter_mut().zip(used).for_each(|(all, more)| *all += more);
        self
    }

    /// For each customer the gain of what was chosen; 0 for none, and where nobody knows it.
    pub fn gains(&self) -> &[f64] {
        &self.gains
    }

    /// The sum of the gains.
    pub fn gain(&self) -> f64 {
        self.gain
    }

    /// No choice within the capacities gains more than this: the Lagrangian dual at the shadow prices.
    pub fn bound(&self) -> f64 {
        self.bound
    }

    /// How much of the bound is missing at most, as a share of it: 0 is proof of an optimum.
    pub fn gap(&self) -> f64 {
        if self.bound > 0.0 { (self.bound - self.gain) / self.bound } else { 0.0 }
    }

    /// How much of each capacity is used.
    pub fn used(&self) -> &[f64] {
        &self.used
    }

    /// What one more unit of each capacity would gain, on the margin; 0 where there is enough.
    pub fn shadow_prices(&self) -> &[f64] {
        &self.shadow_prices
    }

    /// The customers treated, those with the largest gain first, equal gains in row order, and last those
    /// whose gain is not known.
    pub fn ranked(&self) -> Vec<usize> {
        let treated = (0..self.choice.len()).filter(|&row| self.choice[row].is_some());
        let mut rows: Vec<usize> = treated.collect();
        rows.sort_by(|&a, &b| self.gains[b].total_cmp(&self.gains[a]));
        rows
    }
}
