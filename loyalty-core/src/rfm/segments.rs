//! Named RFM segments from a table of rules.

use serde::{Deserialize, Serialize};

use crate::Error;
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

/// A segment: its name and the scores that belong to it. An axis left out allows every score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
        }
    }

    fn has(&self, [r, f, m]: [u32; 3]) -> bool {
        self.recency.has(r) && self.frequency.has(f) && self.monetary.has(m)
    }
}

/// A rule table that gives every RFM cell a segment.
///
/// A table made by [`new`](Self::new) gives each cell exactly one; one made by
/// [`first_match`](Self::first_match) may have overlaps, where the earlier rule wins, and gaps, which
/// get a name of their own.
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentTable {
    rules: Vec<SegmentRule>,
    otherwise: Option<String>,
    bins: u32,
}

/// Most rules of one table.
const MOST_RULES: usize = 100;

impl SegmentTable {
    /// The customary ten segments over recency and frequency scores of 1 to 5: Champions, Loyal,
    /// Potential loyalists, New customers, Promising, Need attention, About to sleep, Cannot lose
    /// them, At risk, Hibernating.
    pub fn customary() -> Self {
        let table = Self::from_json(include_str!("rfm_segments.json"), 5);
        table.unwrap_or_else(|error| unreachable!("checked by a test: {error}"))
    }

    /// A table for scores of 1 to `bins` in which every cell has exactly one segment.
    ///
    /// # Errors
    /// [`Error::Segments`] with the first cell that has none or two, with a range that ends before it
    /// starts or reaches beyond the scores, with a name used twice, or where there is no rule.
    pub fn new(rules: Vec<SegmentRule>, bins: u32) -> Result<Self, Error> {
        let table = Self { rules, otherwise: None, bins };
        table.check_rules()?;
        for cell @ [r, f, m] in table.corners() {
            let mut matching = table.rules.iter().filter(|rule| rule.has(cell));
            let problem = match (matching.next(), matching.next()) {
                (Some(_), None) => continue,
                (None, _) => "no segment for".to_owned(),
                (Some(a), Some(b)) => format!("both {:?} and {:?} have", a.name, b.name),
            };
            let place = format!("recency {r}, frequency {f}, monetary {m}");
            return Err(Error::Segments(format!("{problem} {place}")));
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

    /// [`new`](Self::new) from JSON: a list of objects with `name` and, as pairs of first and last
    /// score, `recency`, `frequency`, `monetary`.
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

    /// The segments' names, in the order of the rules; last the one of the gaps, if there is one.
    pub fn names(&self) -> Vec<&str> {
        let names = self.rules.iter().map(|rule| rule.name.as_str());
        names.chain(self.otherwise.as_deref()).collect()
    }

    /// For each customer the position of the segment's name in [`names`](Self::names).
    ///
    /// # Errors
    /// [`Error::Segments`] where the scores have another number of bins than the table.
    pub fn assign(&self, rfm: &Rfm) -> Result<Vec<usize>, Error> {
        if rfm.bins() != self.bins {
            let problem =
                format!("is for scores of 1 to {}, these run to {}", self.bins, rfm.bins());
            return Err(Error::Segments(problem));
        }
        let otherwise = self.rules.len();
        let first = |cell| self.rules.iter().position(|rule| rule.has(cell)).unwrap_or(otherwise);
        Ok((0..rfm.len()).map(|row| first(rfm.cell(row))).collect())
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
        crate::error::same_length(values.len(), "segments", segments.len())?;
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

    /// One cell of every box that the rules' ranges cut the scores into, in order: within a box all
    /// cells have the same rules.
    fn corners(&self) -> Vec<[u32; 3]> {
        let edges = |axis: fn(&SegmentRule) -> ScoreRange| {
            let ranges = self.rules.iter().map(axis);
            let ends = ranges.flat_map(|scores| [scores.first, scores.last.saturating_add(1)]);
            let mut edges: Vec<u32> = ends.chain([1]).filter(|&edge| edge <= self.bins).collect();
            edges.sort_unstable();
            edges.dedup();
            edges
        };
        let (recency, frequency) = (edges(|rule| rule.recency), edges(|rule| rule.frequency));
        let monetary = edges(|rule| rule.monetary);
        let pairs = recency.iter().flat_map(|&r| frequency.iter().map(move |&f| (r, f)));
        pairs.flat_map(|(r, f)| monetary.iter().map(move |&m| [r, f, m])).collect()
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
        for (position, rule) in self.rules.iter().enumerate() {
            let name = &rule.name;
            if self.rules[..position].iter().any(|earlier| earlier.name == *name)
                || self.otherwise.as_ref() == Some(name)
            {
                return problem(format!("the name {name:?} stands twice"));
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
