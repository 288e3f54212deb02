//! Treatments from a table held as data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::gives::Gives;
use crate::Error;
use crate::error::LARGEST;

/// Most treatments of one table.
const MOST_TREATMENTS: usize = 100;
/// The column of margins that a treatment with a discount is held to.
pub(super) const MARGIN: &str = "margin";

/// The values of a column that a condition allows; an end left out is open.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Condition {
    /// The least value allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// The largest value allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// Whether a value that is not known is allowed, and so a table without the column.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub where_known: bool,
}

impl Condition {
    /// The values from one to another; an end that is `None` is open.
    pub fn new(at_least: Option<f64>, at_most: Option<f64>) -> Self {
        Self { at_least, at_most, where_known: false }
    }

    /// The same condition, which a value that is not known meets.
    #[must_use]
    pub fn where_known(self) -> Self {
        Self { where_known: true, ..self }
    }

    pub(super) fn allows(self, value: f64) -> bool {
        if value.is_nan() {
            return self.where_known;
        }
        self.at_least.is_none_or(|least| value >= least)
            && self.at_most.is_none_or(|most| value <= most)
    }
}

/// An amount of money or of a capacity: a fixed one, and a share of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Amount {
    /// The same for every customer.
    Fixed(f64),
    /// fixed + share · column, the column counting as 0 where it is below.
    Share {
        /// What every customer takes.
        #[serde(default)]
        fixed: f64,
        /// The share of the column.
        share: f64,
        /// The column.
        of: String,
    },
}

impl Default for Amount {
    fn default() -> Self {
        Self::Fixed(0.0)
    }
}

impl Amount {
    fn parts(&self) -> (f64, f64) {
        match self {
            Self::Fixed(fixed) => (*fixed, 0.0),
            Self::Share { fixed, share, .. } => (*fixed, *share),
        }
    }

    pub(super) fn column(&self) -> Option<&str> {
        match self {
            Self::Fixed(_) => None,
            Self::Share { of, .. } => Some(of),
        }
    }

    /// The amount where the column has this value.
    pub(super) fn at(&self, value: f64) -> f64 {
        let (fixed, share) = self.parts();
        fixed + share * value.max(0.0)
    }
}

/// Something that is done for a customer: for whom, by which channel, what it gains and costs.
///
/// ```text
/// expected gain = effect · basis − cost
/// ```
///
/// | field | meaning | domain |
/// |---|---|---|
/// | `name` | identifies it | text, once in a table |
/// | `channel` | how it reaches the customer | text |
/// | `gives` | what the customer gets | one of [`Gives`] |
/// | `when` | for each column named, the values of customers it is meant for | ranges of numbers; labels are 0 and 1; with `where_known`, unknown values too |
/// | `basis` | the column of money that it works on: a lifetime value, or what a behaviour costs a year | a column |
/// | `effect` | the share of the basis that is expected to be gained | above 0, at most 10 |
/// | `discount` | of a discount, and of nothing else, its depth, which never exceeds the customer's contribution margin | 0 to 1 |
/// | `cost` | what doing it costs | an [`Amount`] |
/// | `uses` | what it takes of capacities | [`Amount`]s by capacity |
/// | `reason` | one sentence; `{basis}`, `{effect}`, `{gain}`, `{cost}` and `{discount}` stand for the customer's | text |
///
/// A treatment is what a customer gets, of one of the kinds of [`Gives`]: one that charges, bans or withholds is of
/// none, and refused. So is one whose name, channel or reason speaks of a ban, a block, a fee, a charge or a penalty,
/// whatever its kind; that rule reads words and no intentions.
///
/// The effects of the table that comes along are assumptions: measure yours with customers held out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Treatment {
    /// Identifies it.
    pub name: String,
    /// How it reaches the customer.
    pub channel: String,
    /// What the customer gets.
    pub gives: Gives,
    /// For whom it is meant: a condition for each column named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub when: BTreeMap<String, Condition>,
    /// The column of money that it works on.
    pub basis: String,
    /// The share of the basis that it is expected to gain.
    pub effect: f64,
    /// The depth of a discount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<f64>,
    /// What doing it costs.
    #[serde(default)]
    pub cost: Amount,
    /// What it takes of capacities.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub uses: BTreeMap<String, Amount>,
    /// Why, in one sentence.
    pub reason: String,
}

/// What stands for a customer's numbers in a reason.
const PLACEHOLDERS: [&str; 5] = ["{basis}", "{effect}", "{gain}", "{cost}", "{discount}"];

impl Treatment {
    /// A treatment for everybody, without discount, cost or use of capacities; the fields have these.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::decisions::{Amount, Gives, Treatment, Treatments};
    /// let mut call = Treatment::new("Call", "phone", Gives::Call, "value", 0.05, "It gains {gain}.");
    /// call.cost = Amount::Fixed(4.0);
    /// assert_eq!(Treatments::new(vec![call])?.names(), ["Call"]);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn new(
        name: impl Into<String>,
        channel: impl Into<String>,
        gives: Gives,
        basis: impl Into<String>,
        effect: f64,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            channel: channel.into(),
            gives,
            when: BTreeMap::new(),
            basis: basis.into(),
            effect,
            discount: None,
            cost: Amount::default(),
            uses: BTreeMap::new(),
            reason: reason.into(),
        }
    }

    /// The columns that it looks at.
    pub fn columns(&self) -> BTreeSet<&str> {
        let all = self.when.keys().map(String::as_str);
        all.chain(self.needed()).collect()
    }

    /// The columns without which it is not weighed: all but those of conditions that hold where nothing
    /// is known.
    pub(super) fn needed(&self) -> BTreeSet<&str> {
        let amounts = self.uses.values().chain([&self.cost]).filter_map(Amount::column);
        let conditions = self.when.iter().filter(|(_, condition)| !condition.where_known);
        let conditions = conditions.map(|(column, _)| &column[..]);
        let margin = self.discount.map(|_| MARGIN);
        conditions.chain(amounts).chain([&self.basis[..]]).chain(margin).collect()
    }

    /// The reason with a customer's numbers.
    pub(super) fn say(&self, basis: f64, gain: f64, cost: f64) -> String {
        let money = |amount: f64| format!("{amount:.2}");
        let share = |share: f64| format!("{:.0} %", 100.0 * share);
        let discount = self.discount.unwrap_or_default();
        let said = [money(basis), share(self.effect), money(gain), money(cost), share(discount)];
        let replace = |text: String, (placeholder, number): (&str, &String)| {
            text.replace(placeholder, number)
        };
        PLACEHOLDERS.into_iter().zip(&said).fold(self.reason.clone(), replace)
    }

    fn problem(&self) -> Option<String> {
        let allowed = |what: &str, expected: &str, value: f64| {
            Some(format!("{what} must be {expected}, got {value}"))
        };
        let texts = [
            ("name", &self.name),
            ("channel", &self.channel),
            ("basis", &self.basis),
            ("reason", &self.reason),
        ];
        if let Some((what, _)) = texts.into_iter().find(|(_, text)| text.trim().is_empty()) {
            return Some(format!("{what} must be text, got none"));
        }
        if !(self.effect > 0.0 && self.effect <= 10.0) {
            return allowed("effect", "above 0 and at most 10", self.effect);
        }
        if let Some(discount) = self.discount.filter(|depth| !(0.0..=1.0).contains(depth)) {
            return allowed("discount", "from 0 to 1", discount);
        }
        if (self.gives == Gives::Discount) != self.discount.is_some() {
            return Some(format!(
                "what gives a discount has its depth in the field discount, and nothing else has; it gives {}",
                self.gives
            ));
        }
        for (name, amount) in [("cost", &self.cost)].into_iter().chain(self.named_uses()) {
            let (fixed, share) = amount.parts();
            let broken = [fixed, share].into_iter().find(|part| !(0.0..=LARGEST).contains(part));
            if let Some(value) = broken {
                return allowed(name, "finite and >= 0", value);
            }
        }
        for (column, Condition { at_least, at_most, .. }) in &self.when {
            let ends = [at_least.unwrap_or(-LARGEST), at_most.unwrap_or(LARGEST)];
            if !(ends.iter().all(|end| end.is_finite()) && ends[0] <= ends[1]) {
                return Some(format!("the condition on {column:?} allows no value"));
            }
        }
        for (what, text) in
            [("name", &self.name), ("channel", &self.channel), ("reason", &self.reason)]
        {
            if let Some(word) = penal(text) {
                return Some(format!(
                    "its {what} says {word:?}: a treatment is what a customer gets, and never a ban or a charge"
                ));
            }
        }
        let rest = PLACEHOLDERS.iter().fold(self.reason.clone(), |text, p| text.replace(p, ""));
        let open = rest.contains(['{', '}']);
        open.then(|| format!("the reason may have {}, got {rest:?}", PLACEHOLDERS.join(", ")))
    }

    fn named_uses(&self) -> impl Iterator<Item = (&str, &Amount)> {
        self.uses.iter().map(|(name, amount)| (&name[..], amount))
    }
}

/// Words of what is done to customers and not for them: how they begin, or the whole word behind a `=`.
const PENAL: [&str; 22] = [
    "=ban",
    "=bans",
    "=banned",
    "=banning",
    "blacklist",
    "blocklist",
    "=block",
    "=blocks",
    "=blocked",
    "=fee",
    "=fees",
    "=charge",
    "=charges",
    "=charged",
    "surcharg",
    "penal",
    "punish",
    "expel",
    "suspend",
    "=exclude",
    "=refuse",
    "=deny",
];

/// Words before which turn them round: "no return fee", "free of charge".
const TURNED: [&str; 7] = ["no", "not", "never", "without", "free", "waive", "waived"];

/// A word of a ban or a charge, where a text has one. It reads words and no intentions.
fn penal(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let is_penal = |word: &str| {
        PENAL.iter().any(|known| match known.strip_prefix('=') {
            Some(whole) => word == whole,
            None => word.starts_with(known),
        })
    };
    let turned =
        |at: usize| words[at.saturating_sub(3)..at].iter().any(|word| TURNED.contains(word));
    let found = (0..words.len()).find(|&at| is_penal(words[at]) && !turned(at));
    found.map(|at| words[at].to_owned())
}

/// A checked table of treatments.
///
/// # Examples
/// ```
/// use loyalty_core::decisions::Treatments;
/// let customary = Treatments::customary();
/// assert_eq!(customary.names()[0], "self_service");
///
/// let mut own = customary.treatments().to_vec();
/// own[0].effect = 0.45;
/// assert!(Treatments::new(own).is_ok());
/// let error = Treatments::from_json("[]").unwrap_err();
/// assert_eq!(error.to_string(), "treatments: there are 0, allowed are 1 to 100");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Treatments(Vec<Treatment>);

impl Treatments {
    /// The table that comes along: self-service, chat bot and information point for service demanders;
    /// presentation and offers that fit for revenue reversers; members' offers and a newsletter for
    /// promotion maximizers; an offer on the open basket and up-selling for a fixed budget; the
    /// personal call or letter for the loyal and valuable: who bought again, are as likely as not to be
    /// active, and whose profit, where it is known, is no loss.
    pub fn customary() -> Self {
        let table = Self::from_json(include_str!("treatments.json"));
        table.unwrap_or_else(|error| unreachable!("checked by a test: {error}"))
    }

    /// A table of these treatments.
    ///
    /// # Errors
    /// [`Error::Treatments`] with the first treatment that makes no sense, a name used twice, or where
    /// there is none.
    pub fn new(treatments: Vec<Treatment>) -> Result<Self, Error> {
        let problem = |what: String| Err(Error::Treatments(what));
        if treatments.is_empty() || treatments.len() > MOST_TREATMENTS {
            let count = treatments.len();
            return problem(format!("there are {count}, allowed are 1 to {MOST_TREATMENTS}"));
        }
        for (number, treatment) in treatments.iter().enumerate() {
            let name = &treatment.name;
            if treatments[..number].iter().any(|earlier| earlier.name == *name) {
                return problem(format!("the name {name:?} stands twice"));
            }
            if let Some(what) = treatment.problem() {
                return problem(format!("{name:?}: {what}"));
            }
        }
        Ok(Self(treatments))
    }

    /// A table from JSON: a list of objects with the fields of [`Treatment`].
    ///
    /// # Errors
    /// As [`new`](Self::new), and where the text is not such a list.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::new(serde_json::from_str(text).map_err(|error| Error::Treatments(error.to_string()))?)
    }

    /// The table as JSON, which [`from_json`](Self::from_json) reads back.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(&self.0).unwrap_or_else(|error| unreachable!("{error}"))
    }

    /// The treatments.
    pub fn treatments(&self) -> &[Treatment] {
        &self.0
    }

    /// Their names, in order.
    pub fn names(&self) -> Vec<&str> {
        self.0.iter().map(|treatment| &treatment.name[..]).collect()
    }

    /// The capacities that treatments take of, in order of their names.
    pub fn capacities(&self) -> BTreeSet<&str> {
        self.0.iter().flat_map(|treatment| treatment.uses.keys().map(String::as_str)).collect()
    }
}
