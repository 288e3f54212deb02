//! Which treatment one customer gets, while they wait.

use super::proposals::OPTED_OUT;
use super::treatment::{Amount, MARGIN, Treatment, Treatments};

/// The treatment that gains most with one customer. It borrows nothing: the number is that of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChosenTreatment {
    /// Its number in the table.
    pub treatment: usize,
    /// The expected gain, above 0.
    pub gain: f64,
    /// What it works on.
    pub basis: f64,
    /// What it costs.
    pub cost: f64,
}

impl Treatments {
    /// The treatment of the largest expected gain with one customer of whom `fact` tells each column, `None` where it is
    /// not known; of equal ones the first. `None` where nothing gains anything. Nothing is allocated.
    ///
    /// It is what [`Treatments::propose`] and a selection without capacities say of the customer: what is short, such
    /// as calls, is shared out by [`Proposals::choices`](super::Proposals::choices) among all of them.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::decisions::Treatments;
    /// let fact = |column: &str| match column {
    ///     "clv" => Some(2500.0),
    ///     "frequency" => Some(3.0),
    ///     "p_alive" => Some(0.8),
    ///     _ => None,
    /// };
    /// let table = Treatments::customary();
    /// let chosen = table.choose(fact).unwrap();
    /// assert_eq!(table.names()[chosen.treatment], "personal_call");
    /// assert!(table.reason(&chosen).starts_with("A loyal customer worth 2500.00"));
    /// ```
    pub fn choose(&self, fact: impl Fn(&str) -> Option<f64>) -> Option<ChosenTreatment> {
        if fact(OPTED_OUT).is_some_and(|out| out > 0.0) {
            return None;
        }
        let mut best: Option<ChosenTreatment> = None;
        for (number, treatment) in self.treatments().iter().enumerate() {
            let Some((gain, basis, cost)) = treatment.gain_with(&fact) else { continue };
            if gain > best.map_or(0.0, |best| best.gain) {
                best = Some(ChosenTreatment { treatment: number, gain, basis, cost });
            }
        }
        best
    }

    /// Why a treatment was chosen, in one sentence with the customer's numbers.
    ///
    /// # Panics
    /// Where the table has no such treatment.
    pub fn reason(&self, chosen: &ChosenTreatment) -> String {
        self.treatments()[chosen.treatment].say(chosen.basis, chosen.gain, chosen.cost)
    }
}

impl Treatment {
    /// Gain, basis and cost with a customer; `None` where it is not meant for them or cannot be weighed.
    fn gain_with(&self, fact: &impl Fn(&str) -> Option<f64>) -> Option<(f64, f64, f64)> {
        let met = self.when.iter().all(|(column, condition)| match fact(column) {
            Some(value) => condition.allows(value),
            None => condition.where_known,
        });
        let covered =
            self.discount.is_none_or(|depth| fact(MARGIN).is_some_and(|margin| depth <= margin));
        let known = |amount: &Amount| match amount.column() {
            None => Some(amount.at(0.0)),
            Some(column) => {
                fact(column).filter(|value| !value.is_nan()).map(|value| amount.at(value))
            }
        };
        if !met || !covered || self.uses.values().any(|amount| known(amount).is_none()) {
            return None;
        }
        let (basis, cost) = (fact(&self.basis)?, known(&self.cost)?);
        let gain = self.effect * basis - cost;
        gain.is_finite().then_some((gain, basis, cost))
    }
}
