//! One pass over the past: what each line could know, for those that the fit learns from.

use super::keys::Counts;
use super::observe::Observed;
use super::schema::Schema;
use super::shrink::{Shrinkage, Step};
use super::stream::Stream;
use crate::orders::{OrderLines, Outcome, key};
use crate::special::elementary::ln_1p;

/// At most about so many lines of each fate are learnt from; each then stands for several.
const MOST: usize = 1 << 17;

/// Kept lines beyond this many per returned one add next to nothing to what is learnt.
const KEPT_PER_RETURN: usize = 16;

/// Lines that the fit looks at.
#[derive(Debug, Default)]
pub(crate) struct Past {
    pub(crate) context: Vec<f64>,
    pub(crate) counts: Vec<Counts>,
    pub(crate) day: Vec<i32>,
    pub(crate) order: Vec<u32>,
    /// What became of the line, and for how many it stands; `None` where it is open.
    pub(crate) fate: Vec<Option<(bool, f64)>>,
    /// The line's number in the stream.
    pub(crate) number: Vec<u64>,
    /// What was known of the customer's orders before each order, and whether any line came back.
    pub(crate) orders: Vec<Vec<Step>>,
    pub(crate) settled: Settled,
}

/// How many lines are settled, and how many of them came back.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Settled {
    pub(crate) lines: usize,
    pub(crate) returned: usize,
}

/// Whether a line came back within the horizon; `None` where that is open.
pub(crate) fn fate(outcome: Outcome, day: i32, horizon: i32, end: i32) -> Option<bool> {
    if day + horizon > end {
        return None;
    }
    Some(match outcome {
        Outcome::Kept => false,
        Outcome::Returned(on) => on - day <= horizon,
        Outcome::ReturnedSometime => true,
    })
}

/// The day on which it is known that a line came back.
pub(crate) fn known_on(outcome: Outcome, day: i32, horizon: i32) -> Option<i32> {
    match outcome {
        Outcome::Kept => None,
        Outcome::Returned(on) => Some(on),
        Outcome::ReturnedSometime => Some(day + horizon),
    }
}

impl Past {
    /// Runs the stream over the orders given, up to the end of the day `end`.
    pub(crate) fn of(
        schema: &Schema,
        stream: &mut Stream,
        lines: &OrderLines,
        outcomes: &[Outcome],
        orders: usize,
        end: i32,
    ) -> Self {
        let horizon = stream.pace.horizon;
        let mut past = Self { orders: vec![Vec::new(); schema.histories.len()], ..Self::default() };
        for order in 0..orders {
            let day = lines.day(order);
            for line in lines.order(order) {
                if let Some(returned) = fate(outcomes[line], day, horizon, end) {
                    past.settled.lines += 1;
                    past.settled.returned += usize::from(returned);
                }
            }
        }
        let thinning = past.settled.thinning();
        let mut observed = Observed::default();
        for order in 0..orders {
            let (day, range) = (lines.day(order), lines.order(order));
            stream.advance(day);
            observed.look(schema, stream, lines, range.clone(), day);
            let first = stream.open.next();
            let ids = lines.line.as_ref();
            stream.enter(&observed, |number| (ids.map(|ids| ids[range.start + number]), 0.0));
            let mut any_returned = Some(false);
            for (number, line) in range.clone().enumerate() {
                let known = known_on(outcomes[line], day, horizon).filter(|&on| on <= end);
                if let Some(on) = known {
                    stream.note_return(first + number as u64, on);
                }
                let fate = fate(outcomes[line], day, horizon, end);
                any_returned = any_returned.zip(fate).map(|(any, returned)| any || returned);
                past.take(&observed, number, (day, order, first + number as u64), fate, thinning);
            }
            if let Some(returned) = any_returned {
                past.take_order(schema, &observed, returned);
            }
        }
        stream.advance(end + 1);
        past
    }

    fn take(
        &mut self,
        observed: &Observed,
        number: usize,
        (day, order, in_stream): (i32, usize, u64),
        fate: Option<bool>,
        thinning: [u64; 2],
    ) {
        let fate = match fate {
            None => None,
            Some(returned) => {
                let step = thinning[usize::from(returned)];
                // By a hash of the number, so that no pattern in the lines is met.
                if step > 1 && !key::fold(3, in_stream).is_multiple_of(step) {
                    return;
                }
                Some((returned, step as f64))
            }
        };
        let width = observed.context.len() / observed.logs.len();
        let histories = observed.counts.len() / observed.logs.len();
        self.context.extend_from_slice(&observed.context[number * width..(number + 1) * width]);
        let counts = &observed.counts[number * histories..(number + 1) * histories];
        self.counts.extend_from_slice(counts);
        self.day.push(day);
        self.order.push(u32::try_from(order).unwrap_or(u32::MAX));
        self.fate.push(fate);
        self.number.push(in_stream);
    }

    fn take_order(&mut self, schema: &Schema, observed: &Observed, returned: bool) {
        for (history, spec) in schema.histories.iter().enumerate() {
            if spec.per_order {
                let known = observed.counts[history];
                self.orders[history].push(Step { known, returned, weight: 1.0 });
            }
        }
    }

    /// The lines of known fate, as one history saw them.
    pub(crate) fn steps(&self, history: usize, histories: usize) -> Vec<Step> {
        let known = |row: usize| self.counts[row * histories + history];
        let fates = self.fate.iter().enumerate();
        let step = |(row, fate): (usize, &Option<(bool, f64)>)| {
            fate.map(|(returned, weight)| Step { known: known(row), returned, weight })
        };
        fates.filter_map(step).collect()
    }

    /// All features of a row.
    pub(crate) fn features(&self, row: usize, shrinkage: &[Shrinkage], out: &mut Vec<f64>) {
        let width = self.context.len() / self.day.len();
        let context = &self.context[row * width..(row + 1) * width];
        let histories = shrinkage.len();
        let counts = &self.counts[row * histories..(row + 1) * histories];
        features(context, counts, shrinkage, out);
    }
}

impl Settled {
    /// Every how-manyth of the kept and of the returned lines is learnt from.
    fn thinning(self) -> [u64; 2] {
        let kept = self.lines - self.returned;
        let few = self.returned.min(kept).max(MOST / 16);
        let most = MOST.min(KEPT_PER_RETURN * few);
        [kept, self.returned].map(|lines| (lines / most).max(1) as u64)
    }
}

/// Appends the features of a line: its context, the exposures of customer and product, the log-odds.
pub(crate) fn features(
    context: &[f64],
    counts: &[Counts],
    shrinkage: &[Shrinkage],
    out: &mut Vec<f64>,
) {
    out.extend_from_slice(context);
    out.extend(counts[..2].iter().map(|counts| ln_1p(counts.exposure)));
    out.extend(counts.iter().zip(shrinkage).map(|(&counts, prior)| prior.log_odds(counts)));
}
