//! The problem: one treatment at most for each customer, within capacities.

use crate::Error;
use crate::error::{LARGEST, non_negative, same_length};
use crate::memory;
use crate::orders::Column;
use crate::parallel::{Threads, map_chunks};

/// Customers per chunk of work.
pub(super) const CHUNK: usize = 1 << 14;
/// Most treatments, so that their numbers fit two bytes.
const MOST_TREATMENTS: usize = 1000;
/// Most capacities: the work grows with their square.
const MOST_CAPACITIES: usize = 50;

/// Something of which there is only so much: calls a year, a budget for coupons.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Capacity {
    /// Its name.
    pub name: String,
    /// How much there is.
    pub amount: f64,
}

impl Capacity {
    /// So much of something.
    ///
    /// # Errors
    /// [`Error::Parameter`] where the amount is negative or not finite.
    pub fn new(name: impl Into<String>, amount: f64) -> Result<Self, Error> {
        Ok(Self { name: name.into(), amount: non_negative("capacity", amount)? })
    }
}

/// How much of a capacity a treatment takes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Use<'a> {
    /// The same for every customer.
    Same(f64),
    /// One amount per customer, in row order.
    PerCustomer(&'a [f64]),
}

impl Use<'_> {
    fn of(&self, row: usize) -> f64 {
        match self {
            Self::Same(amount) => *amount,
            Self::PerCustomer(amounts) => amounts[row],
        }
    }

    fn check(&self, rows: usize, capacity: &str) -> Result<(), Error> {
        match *self {
            Self::Same(amount) => non_negative("use", amount).map(|_| ()),
            Self::PerCustomer(amounts) => {
                let column = format!("use of {capacity}");
                same_length(rows, &column, amounts.len())?;
                refuse(&column, amounts, "finite and >= 0", |x| (0.0..=LARGEST).contains(&x))
            }
        }
    }
}

fn refuse(
    column: &str,
    values: &[f64],
    expected: &'static str,
    allowed: impl Fn(f64) -> bool,
) -> Result<(), Error> {
    let mut broken = (0..values.len()).filter(|&row| !allowed(values[row]));
    let Some(row) = broken.next() else { return Ok(()) };
    let (column, value, more) = (column.to_owned(), values[row].to_string(), broken.count());
    Err(Error::Value { column, row, expected, value, more })
}

/// What each treatment would gain with each customer and what it takes of the capacities, checked.
///
/// Only what could ever be chosen is kept: gains above 0 that alone fit every capacity.
///
/// # Examples
/// ```
/// use loyalty_core::decisions::{Capacity, Choices, Use};
/// use loyalty_core::orders::Column;
/// use loyalty_core::parallel::Threads;
/// // Two treatments and three customers; the first treatment takes one of two calls.
/// let gains = [
///     Column::new("call", &[50.0, 20.0, 40.0][..]),
///     Column::new("letter", &[10.0, 15.0, 0.0][..]),
/// ];
/// let calls = Capacity::new("calls", 2.0)?;
/// let choices = Choices::new(&gains, &[calls], &[&[Use::Same(1.0), Use::Same(0.0)]])?;
/// let selection = choices.select(Threads::default())?;
/// assert_eq!(selection.choice(), [Some(0), Some(1), Some(0)]);
/// assert_eq!((selection.gain(), selection.gap()), (105.0, 0.0));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    /// Where the options of each customer begin.
    first: Vec<usize>,
    treatment: Vec<u16>,
    gain: Vec<f64>,
    uses: Uses,
    capacities: Vec<Capacity>,
    treatments: usize,
}

/// Use of each capacity, the capacities of one treatment or option side by side.
#[derive(Debug, Clone, PartialEq)]
enum Uses {
    PerTreatment(Vec<f64>),
    PerOption(Vec<f64>),
}

impl Choices {
    /// Whether so many treatments and capacities can be chosen among; [`Choices::new`] asks the same. For callers who
    /// make a column of each.
    ///
    /// # Errors
    /// [`Error::Treatments`] for more than 1000 treatments or 50 capacities.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::decisions::Choices;
    /// assert!(Choices::countable(1000, 50).is_ok() && Choices::countable(1001, 0).is_err());
    /// ```
    pub fn countable(treatments: usize, capacities: usize) -> Result<(), Error> {
        let problem = |what: String| Err(Error::Treatments(what));
        if treatments > MOST_TREATMENTS {
            return problem(format!("{treatments} treatments, allowed are 1 to {MOST_TREATMENTS}"));
        }
        if capacities > MOST_CAPACITIES {
            return problem(format!("{capacities} capacities, allowed are 0 to {MOST_CAPACITIES}"));
        }
        Ok(())
    }

    /// Checks the columns: `gains` has one per treatment, a value per customer each, 0 or less where
    /// the treatment is not to be chosen; `uses` has for each capacity one use per treatment.
    ///
    /// # Errors
    /// [`Error::Length`] where lengths differ, [`Error::Value`] or [`Error::Parameter`] for a gain that
    /// is not finite or a use below 0, [`Error::Empty`] without a treatment or a customer,
    /// [`Error::Treatments`] for more than 1000 treatments, 50 capacities, or a name used twice.
    pub fn new(
        gains: &[Column<'_, [f64]>],
        capacities: &[Capacity],
        uses: &[&[Use<'_>]],
    ) -> Result<Self, Error> {
        let expected = "at least one treatment and one customer";
        let rows = gains.first().map_or(0, |gain| gain.values.len());
        if rows == 0 {
            return Err(Error::Empty { what: "the table of gains", expected });
        }
        check(rows, gains, capacities, uses)?;
        let gained =
            |gain: &Column<'_, [f64]>| gain.values.iter().filter(|&&gain| gain > 0.0).count();
        let options: usize = gains.iter().map(gained).sum();
        memory::ask_for_rows(
            "choices of treatments",
            rows,
            28,
            options * (28 + 8 * capacities.len()),
        )?;
        let parts = map_chunks(rows, CHUNK, Threads::default(), |range| {
            let (mut counts, mut treatment, mut gain) = (Vec::new(), Vec::new(), Vec::new());
            for row in range {
                let before = gain.len();
                for (number, column) in gains.iter().enumerate() {
                    let value = column.values[row];
                    let fits = |(capacity, uses): (&Capacity, &&[Use<'_>])| {
                        uses[number].of(row) <= capacity.amount
                    };
                    if value > 0.0 && capacities.iter().zip(uses).all(fits) {
                        treatment.push(u16::try_from(number).unwrap_or(u16::MAX));
                        gain.push(value);
                    }
                }
                counts.push(gain.len() - before);
            }
            (counts, treatment, gain)
        });
        let mut choices = Self {
            first: vec![0],
            treatment: Vec::new(),
            gain: Vec::new(),
            uses: Uses::PerTreatment(Vec::new()),
            capacities: capacities.to_vec(),
            treatments: gains.len(),
        };
        let mut end = 0;
        for (counts, treatment, gain) in parts {
            choices.first.extend(counts.iter().map(|count| {
                end += count;
                end
            }));
            choices.treatment.extend(treatment);
            choices.gain.extend(gain);
        }
        choices.uses = choices.collect_uses(uses);
        Ok(choices)
    }

    fn collect_uses(&self, uses: &[&[Use<'_>]]) -> Uses {
        let same = |uses: &&[Use<'_>]| uses.iter().all(|one| matches!(one, Use::Same(_)));
        if uses.iter().all(same) {
            let of = |treatment: usize| uses.iter().map(move |uses| uses[treatment].of(0));
            return Uses::PerTreatment((0..self.treatments).flat_map(of).collect());
        }
        let mut each = Vec::with_capacity(self.gain.len() * uses.len());
        for row in 0..self.rows() {
            for option in self.options(row) {
                let treatment = self.treatment(option);
                each.extend(uses.iter().map(|uses| uses[treatment].of(row)));
            }
        }
        Uses::PerOption(each)
    }

    /// The number of customers.
    pub fn rows(&self) -> usize {
        self.first.len() - 1
    }

    /// The number of treatments.
    pub fn treatments(&self) -> usize {
        self.treatments
    }

    /// The capacities.
    pub fn capacities(&self) -> &[Capacity] {
        &self.capacities
    }

    /// The options of a customer that could be chosen.
    pub(super) fn options(&self, row: usize) -> std::ops::Range<usize> {
        self.first[row]..self.first[row + 1]
    }

    pub(super) fn treatment(&self, option: usize) -> usize {
        usize::from(self.treatment[option])
    }

    pub(super) fn gain(&self, option: usize) -> f64 {
        self.gain[option]
    }

    /// What an option takes of each capacity.
    pub(super) fn uses(&self, option: usize) -> &[f64] {
        let count = self.capacities.len();
        match &self.uses {
            Uses::PerTreatment(uses) => {
                let treatment = self.treatment(option);
                &uses[treatment * count..(treatment + 1) * count]
            }
            Uses::PerOption(uses) => &uses[option * count..(option + 1) * count],
        }
    }

    /// What options cost at these prices of the capacities.
    pub(super) fn charged<'a>(&'a self, prices: &'a [f64]) -> Charged<'a> {
        let total = |uses: &[f64]| uses.iter().zip(prices).map(|(use_, price)| use_ * price).sum();
        let per_treatment = match &self.uses {
            Uses::PerTreatment(uses) if !prices.is_empty() => {
                Some(uses.chunks(prices.len()).map(total).collect())
            }
            Uses::PerTreatment(_) => Some(vec![0.0; self.treatments]),
            Uses::PerOption(_) => None,
        };
        Charged { choices: self, prices, per_treatment }
    }
}

/// Choices at prices of the capacities.
#[derive(Debug)]
pub(super) struct Charged<'a> {
    choices: &'a Choices,
    prices: &'a [f64],
    per_treatment: Option<Vec<f64>>,
}

impl Charged<'_> {
    /// The gain of an option after paying for what it takes.
    #[inline]
    pub(super) fn net(&self, option: usize) -> f64 {
        let charge = if let Some(charges) = &self.per_treatment {
            charges[self.choices.treatment(option)]
        } else {
            let uses = self.choices.uses(option).iter();
            uses.zip(self.prices).map(|(use_, price)| use_ * price).sum()
        };
        self.choices.gain(option) - charge
    }

    /// The best option of a customer and its net gain; none where nothing is above 0. Of equal net
    /// gains the first wins.
    #[inline]
    pub(super) fn best(&self, row: usize) -> (Option<usize>, f64) {
        let mut best = (None, 0.0);
        for option in self.choices.options(row) {
            let net = self.net(option);
            if net > best.1 {
                best = (Some(option), net);
            }
        }
        best
    }
}

fn check(
    rows: usize,
    gains: &[Column<'_, [f64]>],
    capacities: &[Capacity],
    uses: &[&[Use<'_>]],
) -> Result<(), Error> {
    let problem = |what: String| Err(Error::Treatments(what));
    Choices::countable(gains.len(), capacities.len())?;
    for (number, capacity) in capacities.iter().enumerate() {
        if capacities[..number].iter().any(|other| other.name == capacity.name) {
            return problem(format!("the capacity {:?} stands twice", capacity.name));
        }
        non_negative("capacity", capacity.amount)?;
    }
    for gain in gains {
        same_length(rows, gain.name, gain.values.len())?;
        let allowed = |gain: f64| (-LARGEST..=LARGEST).contains(&gain);
        refuse(gain.name, gain.values, "from -1e50 to 1e50", allowed)?;
    }
    same_length(capacities.len(), "uses", uses.len())?;
    for (capacity, uses) in capacities.iter().zip(uses) {
        same_length(gains.len(), &format!("uses of {}", capacity.name), uses.len())?;
        uses.iter().try_for_each(|one| one.check(rows, &capacity.name))?;
    }
    Ok(())
}
