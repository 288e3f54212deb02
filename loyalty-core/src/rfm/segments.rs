//! Named RFM segments from a table of rules.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::{LARGEST, same_length};
use crate::memory;
use crate::rfm::scores::{Rfm, RfmValues};

/// Scores from the first to the last, both included.
///
/// # Examples
/// ```
/// use loyalty_core::rfm::ScoreRange;
/// assert_eq!(ScoreRange::new(4, 5), ScoreRange::from([4, 5]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[u32; 2]", into = "[u32; 2]")]
#[non_exhaustive]
pub struct ScoreRange {
    /// The lowest score.
    pub first: u32,
    /// The highest score.
    pub last: u32,
}

impl ScoreRange {
    const ALL: Self = Self { first: 1, last: u32::MAX };

    /// The scores from one to another, which [`SegmentTable`] checks.
    pub fn new(first: u32, last: u32) -> Self {
        Self { first, last }
    }

    fn all() -> Self {
        Self::ALL
    }

    fn has(self, score: u32) -> bool {
        (self.first..=self.last).contains(&score)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_all(&self) -> bool {
        *self == Self::ALL
    }
}

impl From<[u32; 2]> for ScoreRange {
    fn from([first, last]: [u32; 2]) -> Self {
        Self { first, last }
    }
}

impl From<ScoreRange> for [u32; 2] {
    fn from(scores: ScoreRange) -> Self {
        [scores.first, scores.last]
    }
}

/// Part of a segment, or all of it: its name, the scores that belong to it and, where the name states a
/// fact, the number of orders and the time since the first. What is left out allows everything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SegmentRule {
    /// The segment's name.
    pub name: String,
    /// Recency scores.
    #[serde(default = "ScoreRange::all", skip_serializing_if = "ScoreRange::is_all")]
    pub recency: ScoreRange,
    /// Frequency scores.
    #[serde(default = "ScoreRange::all", skip_serializing_if = "ScoreRange::is_all")]
    pub frequency: ScoreRange,
    /// Monetary scores.
    #[serde(default = "ScoreRange::all", skip_serializing_if = "ScoreRange::is_all")]
    pub monetary: ScoreRange,
    /// Fewest orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders_at_least: Option<u32>,
    /// Most orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders_at_most: Option<u32>,
    /// The first order lies at most so many days back, and it is known when it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_order_within_days: Option<f64>,
    /// The first order lies more than so many days back, or nobody knows when it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_order_not_within_days: Option<f64>,
}

/// What a rule looks at of a customer.
#[derive(Debug, Clone, Copy)]
struct Place {
    scores: [u32; 3],
    orders: u32,
    age_days: Option<f64>,
}

impl SegmentRule {
    /// A segment of the customers with these recency, frequency and monetary scores.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::rfm::{SegmentRule, SegmentTable};
    /// let low = SegmentRule::new("Low", [1, 1], [1, 2], [1, 2]);
    /// let high = SegmentRule::new("High", [2, 2], [1, 2], [1, 2]);
    /// assert_eq!(SegmentTable::new(vec![low, high], 2)?.names(), ["Low", "High"]);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn new(
        name: impl Into<String>,
        recency: impl Into<ScoreRange>,
        frequency: impl Into<ScoreRange>,
        monetary: impl Into<ScoreRange>,
    ) -> Self {
        Self {
            name: name.into(),
            recency: recency.into(),
            frequency: frequency.into(),
            monetary: monetary.into(),
            orders_at_least: None,
            orders_at_most: None,
            first_order_within_days: None,
            first_order_not_within_days: None,
        }
    }

    fn has(&self, place: &Place) -> bool {
        let [r, f, m] = place.scores;
        let within = |days: f64| place.age_days.is_some_and(|age| age <= days);
        self.recency.has(r)
            && self.frequency.has(f)
            && self.monetary.has(m)
            && self.orders_at_least.is_none_or(|least| place.orders >= least)
            && self.orders_at_most.is_none_or(|most| place.orders <= most)
            && self.first_order_within_days.is_none_or(within)
            && !self.first_order_not_within_days.is_some_and(within)
    }

    fn days(&self) -> impl Iterator<Item = f64> {
        [self.first_order_within_days, self.first_order_not_within_days].into_iter().flatten()
    }
}

/// A rule table that gives every customer a segment.
///
/// A table made by [`new`](Self::new) gives each exactly one; one made by
/// [`first_match`](Self::first_match) may have overlaps, where the earlier rule wins, and gaps, which
/// get a name of their own. A name may stand in several rules: the segment is then what any of them has.
///
/// # Examples
/// ```
/// use loyalty_core::rfm::SegmentTable;
/// let customary = SegmentTable::customary();
/// assert_eq!(customary.names()[0], "Champions");
///
/// let gap = SegmentTable::from_json(r#"[{"name": "Best", "recency": [2, 2]}]"#, 2);
/// assert!(gap.unwrap_err().to_string().contains("no segment for recency 1"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentTable {
    rules: Vec<SegmentRule>,
    otherwise: Option<String>,
    bins: u32,
}

/// Most rules of one table.
const MOST_RULES: usize = 100;
/// Most places that a table is checked at; checking so many takes a second.
const MOST_PLACES: usize = 20_000_000;

impl SegmentTable {
    /// The customary ten segments over recency and frequency scores of 1 to 5: Champions, Loyal,
    /// Potential loyalists, New customers, Promising, Need attention, About to sleep, Cannot lose
    /// them, At risk, Hibernating.
    ///
    /// Scores are ranks among the customers at hand, and where everybody has bought seven times the least
    /// frequent have, too. So names that state a fact ask for it: Champions, Loyal and Potential loyalists
    /// have two orders or more, New customers and Promising one; a new customer's lies at most 90 days
    /// back, a quarter, which is a convention.
    pub fn customary() -> Self {
        let table = Self::from_json(include_str!("rfm_segments.json"), 5);
        table.unwrap_or_else(|error| unreachable!("checked by a test: {error}"))
    }

    /// A table for scores of 1 to `bins` in which every customer has exactly one segment.
    ///
    /// # Errors
    /// [`Error::Segments`] with the first place that has none or two, with a range that ends before it
    /// starts or reaches beyond the scores, with days that are not from 0 to 1e50, or where there is no
    /// rule.
    pub fn new(rules: Vec<SegmentRule>, bins: u32) -> Result<Self, Error> {
        let table = Self { rules, otherwise: None, bins };
        table.check_rules()?;
        for place in table.corners()? {
            let mut matching = table.rules.iter().filter(|rule| rule.has(&place));
            let problem = match (matching.next(), matching.next()) {
                (Some(_), None) => continue,
                (None, _) => "no segment for".to_owned(),
                (Some(a), Some(b)) => format!("both {:?} and {:?} have", a.name, b.name),
            };
            return Err(Error::Segments(format!("{problem} {}", table.named(&place))));
        }
        Ok(table)
    }

    /// A table in which the first matching rule wins and cells without one are `otherwise`.
    ///
    /// # Errors
    /// [`Error::Segments`] as [`new`](Self::new), but for gaps and overlaps.
    pub fn first_match(
        rules: Vec<SegmentRule>,
        otherwise: impl Into<String>,
        bins: u32,
    ) -> Result<Self, Error> {
        let table = Self { rules, otherwise: Some(otherwise.into()), bins };
        table.check_rules()?;
        Ok(table)
    }

    /// [`first_match`](Self::first_match) from JSON, as [`from_json`](Self::from_json) has it.
    ///
    /// # Errors
    /// As [`first_match`](Self::first_match), and where the text is not such a list.
    pub fn first_match_from_json(
        text: &str,
        otherwise: impl Into<String>,
        bins: u32,
    ) -> Result<Self, Error> {
        let rules = serde_json::from_str(text);
        Self::first_match(
            rules.map_err(|error| Error::Segments(error.to_string()))?,
            otherwise,
            bins,
        )
    }

    /// [`new`](Self::new) from JSON: a list of objects with the fields of [`SegmentRule`], scores as pairs of
    /// first and last.
    ///
    /// # Errors
    /// As [`new`](Self::new), and where the text is not such a list.
    pub fn from_json(text: &str, bins: u32) -> Result<Self, Error> {
        let rules = serde_json::from_str(text);
        Self::new(rules.map_err(|error| Error::Segments(error.to_string()))?, bins)
    }

    /// The rules.
    pub fn rules(&self) -> &[SegmentRule] {
        &self.rules
    }

    /// The segments' names, in the order in which the rules first name them; last the one of the gaps, if
    /// there is one.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.rules.iter().map(|rule| &rule.name[..]).chain(self.otherwise.as_deref()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// For each customer the position of the segment's name in [`names`](Self::names).
    ///
    /// `values` is what the scores were made of: the number of orders is their frequency in whole numbers.
    ///
    /// # Errors
    /// [`Error::Segments`] where the scores have another number of bins than the table, [`Error::Length`]
    /// where scores and values are of other customers.
    pub fn assign(&self, rfm: &Rfm, values: &RfmValues) -> Result<Vec<usize>, Error> {
        memory::ask_for_rows("segments of customers", values.len(), 9, 0)?;
        same_length(values.len(), "scores", rfm.len())?;
        if rfm.bins() != self.bins {
            let problem =
                format!("is for scores of 1 to {}, these run to {}", self.bins, rfm.bins());
            return Err(Error::Segments(problem));
        }
        let names = self.names();
        let number = |name: &str| names.iter().position(|known| *known == name).unwrap_or_default();
        let segment: Vec<usize> = self.rules.iter().map(|rule| number(&rule.name)).collect();
        let otherwise = names.len() - 1;
        let of = |row: usize| {
            let place = Place {
                scores: rfm.cell(row),
                orders: orders(values.frequency()[row]),
                age_days: values.age_days().map(|days| days[row]),
            };
            self.rules
                .iter()
                .position(|rule| rule.has(&place))
                .map_or(otherwise, |rule| segment[rule])
        };
        Ok((0..rfm.len()).map(of).collect())
    }

    /// Size and value of each segment, in the order of [`names`](Self::names), empty ones included.
    ///
    /// `segments` is what [`assign`](Self::assign) gave for the same customers.
    ///
    /// # Errors
    /// [`Error::Length`] where the two differ in length, [`Error::Segments`] where a segment is none of
    /// this table's.
    pub fn summarize(
        &self,
        segments: &[usize],
        values: &RfmValues,
    ) -> Result<Vec<SegmentSummary>, Error> {
        same_length(values.len(), "segments", segments.len())?;
        let names = self.names();
        let unknown = |row: &usize| segments[*row] >= names.len();
        if let Some(row) = (0..segments.len()).find(unknown) {
            let problem = format!("row {row} has segment {} of {}", segments[row], names.len());
            return Err(Error::Segments(problem));
        }
        let mut sums = vec![[0.0; 4]; names.len()];
        for (row, &segment) in segments.iter().enumerate() {
            let weight = values.weight(row);
            let measures =
                [1.0, values.recency()[row], values.frequency()[row], values.monetary()[row]];
            sums[segment].iter_mut().zip(measures).for_each(|(sum, value)| *sum += weight * value);
        }
        let customers: f64 = sums.iter().map(|sum| sum[0]).sum();
        let money: f64 = sums.iter().map(|sum| sum[3]).sum();
        let share = |part: f64, whole: f64| if whole == 0.0 { 0.0 } else { part / whole };
        let summary = |(name, sum): (&str, [f64; 4])| SegmentSummary {
            name: name.to_owned(),
            customers: sum[0],
            share_of_customers: share(sum[0], customers),
            mean_recency: share(sum[1], sum[0]),
            mean_frequency: share(sum[2], sum[0]),
            mean_monetary: share(sum[3], sum[0]),
            total_monetary: sum[3],
            share_of_monetary: share(sum[3], money),
        };
        Ok(names.into_iter().zip(sums).map(summary).collect())
    }

    /// One place of every box that the rules' bounds cut the customers into, in order: within a box all
    /// have the same rules.
    fn corners(&self) -> Result<impl Iterator<Item = Place>, Error> {
        let edges = |axis: fn(&SegmentRule) -> ScoreRange| {
            let ranges = self.rules.iter().map(axis);
            let ends = ranges.flat_map(|scores| [scores.first, scores.last.saturating_add(1)]);
            sorted(ends.chain([1]).filter(|&edge| edge <= self.bins))
        };
        let scores =
            [edges(|rule| rule.recency), edges(|rule| rule.frequency), edges(|rule| rule.monetary)];
        let least = self.rules.iter().filter_map(|rule| rule.orders_at_least);
        let beyond = self.rules.iter().filter_map(|rule| rule.orders_at_most?.checked_add(1));
        let orders = sorted(least.chain(beyond).chain([0]));
        let mut ages: Vec<f64> = self.rules.iter().flat_map(SegmentRule::days).collect();
        ages.sort_unstable_by(f64::total_cmp);
        ages.dedup();
        // Last those beyond all days or of nobody knows when, whom the rules treat alike.
        let ages: Vec<Option<f64>> = ages.into_iter().map(Some).chain([None]).collect();
        let mut places = scores.iter().map(Vec::len).chain([orders.len(), ages.len()]);
        let places = places.try_fold(1, usize::checked_mul).filter(|count| *count <= MOST_PLACES);
        let Some(places) = places else {
            let problem = format!("has bounds that make more than {MOST_PLACES} places to check");
            return Err(Error::Segments(problem));
        };
        Ok((0..places).map(move |place| {
            let (rest, age_days) = (place / ages.len(), ages[place % ages.len()]);
            let (rest, orders) = (rest / orders.len(), orders[rest % orders.len()]);
            let [r, f, m] = &scores;
            let scores =
                [r[rest / (m.len() * f.len())], f[rest / m.len() % f.len()], m[rest % m.len()]];
            Place { scores, orders, age_days }
        }))
    }

    /// A place in words, as far as the rules look.
    fn named(&self, place: &Place) -> String {
        let [r, f, m] = place.scores;
        let mut facts = vec![format!("recency {r}, frequency {f}, monetary {m}")];
        let bounds_orders =
            |rule: &SegmentRule| rule.orders_at_least.is_some() || rule.orders_at_most.is_some();
        if self.rules.iter().any(bounds_orders) {
            facts.push(format!("{} orders", place.orders));
        }
        if self.rules.iter().any(|rule| rule.days().next().is_some()) {
            facts.push(match place.age_days {
                Some(days) => format!("a first order {days} days ago"),
                None => "a first order long ago or nobody knows when".to_owned(),
            });
        }
        facts.join(", ")
    }

    fn check_rules(&self) -> Result<(), Error> {
        let problem = |what: String| Err(Error::Segments(what));
        if self.rules.is_empty() || self.rules.len() > MOST_RULES {
            let rules = self.rules.len();
            return problem(format!("has {rules} rules, allowed are 1 to {MOST_RULES}"));
        }
        if self.bins == 0 {
            return problem("is for scores of 1 to 0".to_owned());
        }
        for rule in &self.rules {
            let name = &rule.name;
            if self.otherwise.as_ref() == Some(name) {
                return problem(format!("the name {name:?} stands twice"));
            }
            let (least, most) = (rule.orders_at_least, rule.orders_at_most);
            if least.zip(most).is_some_and(|(least, most)| least > most) {
                return problem(format!("{name:?} has at least more orders than at most"));
            }
            if let Some(days) = rule.days().find(|days| !(0.0..=LARGEST).contains(days)) {
                return problem(format!("{name:?} has {days} days, allowed are 0 to 1e50"));
            }
            for scores in [rule.recency, rule.frequency, rule.monetary] {
                let ScoreRange { first, last } = scores;
                if first < 1 || first > last || (last > self.bins && !scores.is_all()) {
                    let (bins, range) = (self.bins, format!("{first} to {last}"));
                    return problem(format!(
                        "{name:?} has scores {range}, allowed are 1 to {bins}"
                    ));
                }
            }
        }
        Ok(())
    }
}

/// The edges in order, each once.
fn sorted(edges: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut edges: Vec<u32> = edges.collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// The whole orders of a frequency, which columns may hold as a mean.
fn orders(frequency: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    let orders = frequency as u32;
    orders
}

/// One segment: how many customers, and what they are like. Means of an empty segment are 0.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SegmentSummary {
    /// The segment's name.
    pub name: String,
    /// Customers, counted with their weights.
    pub customers: f64,
    /// Their share of all customers.
    pub share_of_customers: f64,
    /// Mean time since the last purchase.
    pub mean_recency: f64,
    /// Mean number of purchases.
    pub mean_frequency: f64,
    /// Mean money.
    pub mean_monetary: f64,
    /// All their money.
    pub total_monetary: f64,
    /// Its share of everybody's.
    pub share_of_monetary: f64,
}
