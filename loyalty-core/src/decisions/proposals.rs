//! What each treatment would gain with each customer.

use std::collections::BTreeMap;

use super::choices::{Capacity, Choices, Use};
use super::selection::Selection;
use super::treatment::{Amount, MARGIN, Treatment, Treatments};
use crate::Error;
use crate::error::{LARGEST, same_length};
use crate::memory;
use crate::orders::Column;
use crate::parallel::{Threads, collect};

/// The column of those for whom no treatment is meant: above 0 for whoever opted out.
pub(crate) const OPTED_OUT: &str = "opted_out";

/// What is known of customers, by column: values, what behaviours cost, labels as 0 and 1.
///
/// A column `opted_out` is looked at by every treatment: none is meant for a customer of whom it is above 0.
///
/// # Examples
/// ```
/// use loyalty_core::decisions::Facts;
/// let facts = Facts::new(2).with("value", vec![120.0, f64::NAN])?.with_same("margin", 0.3)?;
/// assert!(facts.with("p_alive", vec![0.5]).is_err());
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Facts {
    rows: usize,
    columns: BTreeMap<String, Vec<f64>>,
}

/// The same facts, of which those that are not known are not known in either.
impl PartialEq for Facts {
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
        let columns = || self.columns.iter().zip(&other.columns);
        self.rows == other.rows
            && self.columns.len() == other.columns.len()
            && columns().all(|(a, b)| a.0 == b.0 && a.1.iter().zip(b.1).all(same))
    }
}

impl Facts {
    /// Nothing yet, of that many customers.
    pub fn new(rows: usize) -> Self {
        Self { rows, columns: BTreeMap::new() }
    }

    /// Adds a column; NaN is a value that is not known.
    ///
    /// # Errors
    /// [`Error::Length`] where it has another length, [`Error::Value`] for an infinite value.
    pub fn with(mut self, name: impl Into<String>, values: Vec<f64>) -> Result<Self, Error> {
        let (name, expected) = (name.into(), "from -1e50 to 1e50, or missing");
        same_length(self.rows, &name, values.len())?;
        let allowed = |value: f64| value.is_nan() || (-LARGEST..=LARGEST).contains(&value);
        let mut broken = (0..self.rows).filter(|&row| !allowed(values[row]));
        if let Some(row) = broken.next() {
            let (value, more) = (values[row].to_string(), broken.count());
            return Err(Error::Value { column: name, row, expected, value, more });
        }
        self.columns.insert(name, values);
        Ok(self)
    }

    /// Adds a column with the same value for everybody.
    ///
    /// # Errors
    /// [`Error::Value`] for an infinite value.
    pub fn with_same(self, name: impl Into<String>, value: f64) -> Result<Self, Error> {
        let values = vec![value; self.rows];
        self.with(name, values)
    }

    fn column(&self, name: &str) -> &[f64] {
        self.columns.get(name).map_or(&[], |values| values)
    }
}

/// A treatment that could not be weighed, and the columns that would enable it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotWeighed {
    /// The treatment.
    pub treatment: String,
    /// The columns that are missing.
    pub columns: Vec<String>,
}

/// What a selection does by one treatment.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TreatmentSummary {
    /// The treatment.
    pub treatment: String,
    /// How it reaches the customers.
    pub channel: String,
    /// How many get it.
    pub customers: usize,
    /// The sum of its expected gains.
    pub gain: f64,
    /// The sum of its costs.
    pub cost: f64,
}

/// The expected gain of every treatment with every customer. Made by [`Treatments::propose`].
#[derive(Debug, Clone, PartialEq)]
pub struct Proposals {
    treatments: Treatments,
    facts: Facts,
    gains: Vec<Vec<f64>>,
    not_weighed: Vec<NotWeighed>,
    /// Treatments by which customers are ranked, as nobody knows what they gain.
    ranking: Vec<usize>,
}

impl Treatments {
    /// Weighs every treatment with every customer.
    ///
    /// ```text
    /// gain = effect · basis − cost    for customers who meet the conditions, discount ≤ margin
    ///      = 0                        for all others
    /// ```
    ///
    /// A treatment whose columns are missing is left out, and the result says which columns would
    /// enable it.
    ///
    /// # Errors
    /// [`Error::Empty`] without customers.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::decisions::{Capacity, Facts, Treatments};
    /// use loyalty_core::parallel::Threads;
    /// let facts = Facts::new(3)
    ///     .with("clv", vec![900.0, 2500.0, 1700.0])?
    ///     .with_same("frequency", 3.0)?
    ///     .with("p_alive", vec![0.9, 0.8, 0.1])?;
    /// let proposals = Treatments::customary().propose(facts, Threads::default())?;
    /// let choices = proposals.choices(&[Capacity::new("calls", 1.0)?])?;
    /// let selection = choices.select(Threads::default())?;
    /// let names: Vec<_> = selection.choice().iter().map(|choice| choice.map(|t| proposals.name(t))).collect();
    /// assert_eq!(names, [Some("personal_letter"), Some("personal_call"), None]);
    /// assert_eq!(
    ///     proposals.reason(1, 9),
    ///     "A loyal customer worth 2500.00; a personal call is expected to gain 117.00."
    /// );
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn propose(&self, facts: Facts, threads: Threads) -> Result<Proposals, Error> {
        self.propose_or_rank(facts, |_| false, threads)
    }

    /// The same where what some treatments gain is not known: they have no gain, and customers are ranked
    /// by their basis.
    pub(crate) fn propose_or_rank(
        &self,
        facts: Facts,
        is_unknown: impl Fn(&Treatment) -> bool,
        threads: Threads,
    ) -> Result<Proposals, Error> {
        if facts.rows == 0 {
            return Err(Error::Empty { what: "the table of customers", expected: "at least one" });
        }
        let each = 9 * self.treatments().len();
        memory::ask_for_rows("gains of treatments", facts.rows, each, 0)?;
        let (mut gains, mut not_weighed, mut ranking) = (Vec::new(), Vec::new(), Vec::new());
        for (number, treatment) in self.treatments().iter().enumerate() {
            let missing = treatment.needed().into_iter();
            let missing = missing.filter(|column| !facts.columns.contains_key(*column));
            let columns: Vec<String> = missing.map(str::to_owned).collect();
            if columns.is_empty() && is_unknown(treatment) {
                gains.push(vec![0.0; facts.rows]);
                ranking.push(number);
            } else if columns.is_empty() {
                let weighed = Weighed::new(treatment, &facts);
                gains.push(collect(facts.rows, threads, |row| weighed.gain(row)));
            } else {
                gains.push(vec![0.0; facts.rows]);
                not_weighed.push(NotWeighed { treatment: treatment.name.clone(), columns });
            }
        }
        Ok(Proposals { treatments: self.clone(), facts, gains, not_weighed, ranking })
    }
}

/// A treatment and the columns that it needs, all of which are there.
struct Weighed<'a> {
    treatment: &'a Treatment,
    conditions: Vec<(super::treatment::Condition, &'a [f64])>,
    basis: &'a [f64],
    margin: &'a [f64],
    cost: Owed<'a>,
    uses: Vec<Owed<'a>>,
    opted_out: &'a [f64],
}

/// An amount and its column.
struct Owed<'a>(&'a Amount, &'a [f64]);

impl<'a> Owed<'a> {
    fn new(amount: &'a Amount, facts: &'a Facts) -> Self {
        Self(amount, amount.column().map_or(&[], |name| facts.column(name)))
    }

    fn at(&self, row: usize) -> f64 {
        self.0.at(self.1.get(row).copied().unwrap_or_default())
    }

    fn known(&self, row: usize) -> bool {
        !self.1.get(row).is_some_and(|value| value.is_nan())
    }
}

impl<'a> Weighed<'a> {
    fn new(treatment: &'a Treatment, facts: &'a Facts) -> Self {
        let known = |name: &String| facts.columns.contains_key(name);
        let conditions = treatment.when.iter().filter(|(name, _)| known(name));
        Self {
            treatment,
            conditions: conditions.map(|(name, &one)| (one, facts.column(name))).collect(),
            basis: facts.column(&treatment.basis),
            margin: facts.column(MARGIN),
            cost: Owed::new(&treatment.cost, facts),
            uses: treatment.uses.values().map(|amount| Owed::new(amount, facts)).collect(),
            opted_out: facts.column(OPTED_OUT),
        }
    }

    fn is_meant_for(&self, row: usize) -> bool {
        if self.opted_out.get(row).is_some_and(|out| *out > 0.0) {
            return false;
        }
        let met = self.conditions.iter().all(|(condition, values)| condition.allows(values[row]));
        // An offer deeper than the margin would lose money with every article.
        met && self.treatment.discount.is_none_or(|depth| depth <= self.margin[row])
    }

    /// The expected gain; 0 where the treatment is not meant for the customer.
    fn gain(&self, row: usize) -> f64 {
        let gain = self.treatment.effect * self.basis[row] - self.cost.at(row);
        let known = [&self.cost].into_iter().chain(&self.uses).all(|owed| owed.known(row));
        if gain.is_finite() && known && self.is_meant_for(row) { gain } else { 0.0 }
    }
}

impl Proposals {
    /// The number of customers.
    pub fn rows(&self) -> usize {
        self.facts.rows
    }

    /// The table that was weighed.
    pub fn treatments(&self) -> &Treatments {
        &self.treatments
    }

    /// The expected gains of a treatment, one per customer.
    ///
    /// # Panics
    /// Where there is no treatment of that number.
    pub fn gains(&self, treatment: usize) -> &[f64] {
        &self.gains[treatment]
    }

    /// The treatments that would gain something with a customer, by their numbers: the largest gain first, equal
    /// ones in the order of the table.
    ///
    /// # Panics
    /// Where there is no such customer.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::decisions::{Facts, Treatments};
    /// use loyalty_core::parallel::Threads;
    /// let facts = Facts::new(1)
    ///     .with_same("clv", 900.0)?
    ///     .with_same("frequency", 3.0)?
    ///     .with_same("p_alive", 0.9)?;
    /// let proposals = Treatments::customary().propose(facts, Threads::ONE)?;
    /// let names: Vec<&str> =
    ///     proposals.of_customer(0).into_iter().map(|treatment| proposals.name(treatment)).collect();
    /// assert_eq!(names[0], "personal_call");
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn of_customer(&self, row: usize) -> Vec<u32> {
        let gains = (0..).zip(&self.gains).map(|(treatment, gains)| (treatment, gains[row]));
        let mut found: Vec<(u32, f64)> = gains.filter(|(_, gain)| *gain > 0.0).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        found.into_iter().map(|(treatment, _)| treatment).collect()
    }

    /// The treatments that could not be weighed.
    pub fn not_weighed(&self) -> &[NotWeighed] {
        &self.not_weighed
    }

    /// The treatments whose gain is not known, by their numbers.
    pub(crate) fn ranking(&self) -> &[usize] {
        &self.ranking
    }

    /// The customers whom a treatment is meant for, those with the largest basis first, equal ones in
    /// row order.
    pub(crate) fn ranked(&self, treatment: usize) -> Vec<usize> {
        let weighed = Weighed::new(&self.treatments.treatments()[treatment], &self.facts);
        let basis = weighed.basis;
        let meant = |&row: &usize| basis[row] > 0.0 && weighed.is_meant_for(row);
        let mut rows: Vec<usize> = (0..self.rows()).filter(meant).collect();
        rows.sort_by(|&a, &b| basis[b].total_cmp(&basis[a]));
        rows
    }

    /// What a treatment takes of a capacity with a customer, where that is known.
    pub(crate) fn use_of(&self, row: usize, treatment: usize, capacity: &str) -> Option<f64> {
        let Some(amount) = self.treatments.treatments()[treatment].uses.get(capacity) else {
            return Some(0.0);
        };
        let owed = Owed::new(amount, &self.facts);
        owed.known(row).then(|| owed.at(row))
    }

    /// The name of a treatment by its number in a selection.
    ///
    /// # Panics
    /// Where there is no treatment of that number.
    pub fn name(&self, treatment: u32) -> &str {
        &self.treatments.treatments()[treatment as usize].name
    }

    /// What a treatment costs with a customer; 0 where a column that it needs is missing.
    ///
    /// # Panics
    /// Where there is no such treatment or customer.
    pub fn cost(&self, row: usize, treatment: u32) -> f64 {
        assert!(row < self.rows(), "row {row} of {}", self.rows());
        let treatment = &self.treatments.treatments()[treatment as usize];
        let owed = Owed::new(&treatment.cost, &self.facts);
        if owed.known(row) { owed.at(row) } else { 0.0 }
    }

    /// Why a treatment is meant for a customer, in one sentence with their numbers.
    ///
    /// # Panics
    /// Where there is no such treatment or customer.
    pub fn reason(&self, row: usize, treatment: u32) -> String {
        let (number, cost) = (treatment as usize, self.cost(row, treatment));
        let treatment = &self.treatments.treatments()[number];
        let basis = self.facts.column(&treatment.basis).get(row).copied().unwrap_or_default();
        treatment.say(basis, self.gains[number][row], cost)
    }

    /// The problem of choosing among the treatments; what is not in `capacities` is there in plenty.
    ///
    /// # Errors
    /// [`Error::Treatments`] for a capacity that no treatment takes of, or that stands twice;
    /// [`Error::Value`] where a treatment would take more than 1e50 of one.
    pub fn choices(&self, capacities: &[Capacity]) -> Result<Choices, Error> {
        let known = self.treatments.capacities();
        if let Some(unknown) = capacities.iter().find(|one| !known.contains(&one.name[..])) {
            let listed: Vec<&str> = known.into_iter().collect();
            let (name, listed) = (&unknown.name, listed.join(", "));
            let problem = format!("none takes of the capacity {name:?}; known are {listed}");
            return Err(Error::Treatments(problem));
        }
        let taken: Vec<Vec<Taken>> = capacities
            .iter()
            .map(|one| {
                self.treatments.treatments().iter().map(|t| self.taken(t, &one.name)).collect()
            })
            .collect();
        let uses: Vec<Vec<Use<'_>>> =
            taken.iter().map(|taken| taken.iter().map(Taken::as_use).collect()).collect();
        let uses: Vec<&[Use<'_>]> = uses.iter().map(|uses| &uses[..]).collect();
        let gains = self.treatments.treatments().iter().zip(&self.gains);
        let gains: Vec<Column<'_, [f64]>> =
            gains.map(|(treatment, gains)| Column::new(&treatment.name, &gains[..])).collect();
        Choices::new(&gains, capacities, &uses)
    }

    /// Customers, gains and costs of a selection by treatment, in order of the table.
    ///
    /// # Errors
    /// [`Error::Length`] where the selection is one of other customers, [`Error::Treatments`] where it
    /// is one of more treatments.
    pub fn summarize(&self, selection: &Selection) -> Result<Vec<TreatmentSummary>, Error> {
        same_length(self.rows(), "choice", selection.choice().len())?;
        let empty = |treatment: &Treatment| TreatmentSummary {
            treatment: treatment.name.clone(),
            channel: treatment.channel.clone(),
            customers: 0,
            gain: 0.0,
            cost: 0.0,
        };
        let mut summary: Vec<_> = self.treatments.treatments().iter().map(empty).collect();
        for (row, choice) in selection.choice().iter().enumerate() {
            let Some(treatment) = *choice else { continue };
            let Some(sum) = summary.get_mut(treatment as usize) else {
                let problem = format!("row {row} has the treatment {treatment}");
                return Err(Error::Treatments(problem));
            };
            sum.customers += 1;
            sum.gain += selection.gains()[row];
            sum.cost += self.cost(row, treatment);
        }
        Ok(summary)
    }

    fn taken(&self, treatment: &Treatment, capacity: &str) -> Taken {
        match treatment.uses.get(capacity) {
            None => Taken::Same(0.0),
            Some(Amount::Fixed(amount)) => Taken::Same(*amount),
            Some(amount) => {
                let owed = Owed::new(amount, &self.facts);
                // Without the column the treatment is not weighed, and nothing of it is chosen.
                Taken::Each((0..self.rows()).map(|row| owed.at(row)).collect())
            }
        }
    }
}

/// What a treatment takes of a capacity.
enum Taken {
    Same(f64),
    Each(Vec<f64>),
}

impl Taken {
    fn as_use(&self) -> Use<'_> {
        match self {
            Self::Same(amount) => Use::Same(*amount),
            Self::Each(amounts) => Use::PerCustomer(amounts),
        }
    }
}
