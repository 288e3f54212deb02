//! One pass over the past: what each line could know, for those that the fit learns from.

use super::columns::ln_1p_each;
use super::drift::{Path, Ramps};
use super::matched::MatchedLines;
use super::observe::{Observed, orders_of_a_day};
use super::overall::Overall;
use super::paid_back::{MoneyBack, PaidBack};
use super::schema::{OWN, Schema};
use super::shrink::{Shrinkage, Steps};
use super::shrunk::{believed_each, shrunk_each};
use super::stream::{NewLine, Stream};
use super::tables::keys::Counts;
use super::told::Told;
use crate::Error;
use crate::math::elementary::{exp, logistic};
use crate::orders::key;
use crate::orders::{LinesByTime, Outcome};
use crate::parallel::{Threads, map_chunks};

/// At most about so many lines of each fate are learnt from; each then stands for several. Some hundred
/// coefficients are known to a few thousandths of their scale from so many; twice as many cost the
/// regression twice the time. A choice.
const MOST: usize = 1 << 17;

/// Kept lines beyond this many per returned one add next to nothing to what is learnt: the information of
/// n kept lines per returned one is n / (n + 1) of that of all (Ury 1975, Biometrics 31, 643–649, of controls
/// per case), 94 % at 16.
const KEPT_PER_RETURN: usize = 16;

/// Lines that the fit looks at, in order of time; each feature is a column.
#[derive(Debug, Clone, Default)]
pub(crate) struct SampledLines {
    /// All features; those that rest on the shrinkage are empty until it is chosen.
    pub(crate) features: Vec<Vec<f64>>,
    /// Exposure and returns of each history.
    pub(crate) counts: Vec<[Vec<f64>; 2]>,
    pub(crate) day: Vec<i32>,
    pub(crate) order: Vec<u32>,
    /// The place of the product's key.
    pub(crate) product: Vec<u32>,
    /// The line's number in the stream.
    pub(crate) number: Vec<u64>,
    /// The age in days at which a line came back, as far as that is known; infinite where it did not.
    pub(crate) lag: Vec<f64>,
    /// 1 for a line that came back; of those whose fate is known, which come first.
    pub(crate) target: Vec<f64>,
    /// For how many lines each of them stands.
    pub(crate) weight: Vec<f64>,
    /// What was known of the customer's orders before each order, by history.
    orders: Vec<Vec<Counts>>,
    /// The day of each of these orders, and whether any line came back.
    of_orders: Vec<(i32, bool)>,
    pub(crate) settled: Settled,
    context: usize,
    chosen: Vec<usize>,
}

/// How many lines are settled, how many of them came back, and how many lines are open.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Settled {
    pub(crate) lines: usize,
    pub(crate) returned: usize,
    open: usize,
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

/// Whether any line of an order came back; `None` where that is open.
fn any_returned(mut fates: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    fates.try_fold(false, |any, fate| fate.map(|returned| any || returned))
}

/// The day on which it is known that a line came back.
pub(crate) fn known_on(outcome: Outcome, day: i32, horizon: i32) -> Option<i32> {
    match outcome {
        Outcome::Kept => None,
        Outcome::Returned(on) => Some(on),
        Outcome::ReturnedSometime => Some(day + horizon),
    }
}

/// A line's money, of what was paid for each row and paid back.
pub(crate) fn money_of(lines: &LinesByTime, money: &[[f64; 2]], line: usize) -> MoneyBack {
    let [value, back] = money[lines.row[line] as usize];
    MoneyBack { pieces: lines.quantity[line], value, back }
}

impl SampledLines {
    /// Runs the stream over the orders given, up to the end of the day `end`.
    pub(crate) fn of(
        schema: &Schema,
        stream: &mut Stream,
        table: &MatchedLines<'_>,
        (outcomes, money): (&[Outcome], Option<&[[f64; 2]]>),
        orders: usize,
        end: i32,
    ) -> Self {
        let lines = table.lines;
        stream.paid_back = money.map(|_| PaidBack::default());
        let horizon = stream.pace.horizon;
        let fates = |order: usize| {
            let day = lines.day(order);
            lines.order(order).map(move |line| fate(outcomes[line], day, horizon, end))
        };
        let mut sampled = Self {
            features: vec![Vec::new(); schema.features().len()],
            counts: vec![Default::default(); schema.histories.len()],
            orders: vec![Vec::new(); schema.histories.len()],
            context: schema.context_width(),
            settled: Settled::of((0..orders).flat_map(fates)),
            ..Self::default()
        };
        let of_orders = (0..orders).filter_map(|order| any_returned(fates(order)));
        let of_orders = Settled::of(of_orders.map(Some));
        stream.overall = [sampled.settled, of_orders].map(|settled| Overall::new(settled.rate()));
        let thinning = sampled.settled.thinning();
        sampled.reserve(sampled.settled.rows(thinning) + sampled.settled.open);
        let mut observed = Observed::default();
        let mut order = 0;
        while order < orders {
            let day = lines.day(order);
            stream.advance(day);
            let block = orders_of_a_day(lines, order..orders);
            observed.enter(schema, stream, table, block.clone());
            let first = lines.starts[block.start] as usize;
            let in_stream = stream.open.next();
            // Returns are known here by number; ids are needed once events come from outside.
            let open = day + horizon > end;
            let ids = lines.line.as_ref().filter(|_| open);
            let told: Vec<Told> = if open {
                block.clone().flat_map(|order| table.told(order)).collect()
            } else {
                vec![Told::default(); observed.lines()]
            };
            stream.open(&observed.behind_first, &observed.looked_up.places, |i| NewLine {
                id: ids.map(|ids| ids[first + i]),
                told: told[i],
                log_odds: 0.0,
            });
            for order in block.clone() {
                let of_order = lines.order(order).map(|line| line - first).zip(fates(order));
                for (i, fate) in of_order {
                    let number = in_stream + i as u64;
                    let known = known_on(outcomes[first + i], day, horizon);
                    if let Some(on) = known {
                        let money = money.map(|money| money_of(lines, money, first + i));
                        stream.note_return(number, on, money);
                    }
                    let lag = known.filter(|&on| on <= end && on - day <= horizon);
                    let lag = lag.map(|on| on - day);
                    sampled.choose(i, (day, order, number), lag, fate, thinning);
                }
                if let Some(returned) = any_returned(fates(order)) {
                    sampled.of_orders.push((day, returned));
                    sampled.take_order(schema, &observed, lines.order(order).start - first);
                }
            }
            sampled.take(&observed);
            order = block.end;
        }
        stream.advance(end + 1);
        if let Some(paid_back) = &mut stream.paid_back {
            paid_back.learn_strength();
        }
        sampled
    }

    fn reserve(&mut self, rows: usize) {
        self.features[..self.context].iter_mut().for_each(|column| column.reserve(rows));
        self.counts.iter_mut().flatten().for_each(|column| column.reserve(rows));
    }

    /// Whether and as what the fit looks at a line.
    fn choose(
        &mut self,
        line: usize,
        (day, order, number): (i32, usize, u64),
        lag: Option<i32>,
        fate: Option<bool>,
        thinning: [u64; 2],
    ) {
        if let Some(returned) = fate {
            let step = thinning[usize::from(returned)];
            // By a hash of the number, so that no pattern in the lines is met.
            if step > 1 && !key::fold(3, number).is_multiple_of(step) {
                return;
            }
            self.target.push(f64::from(returned));
            self.weight.push(step as f64);
        }
        self.day.push(day);
        self.order.push(u32::try_from(order).unwrap_or(u32::MAX));
        self.number.push(number);
        self.lag.push(lag.map_or(f64::INFINITY, f64::from));
        self.chosen.push(line);
    }

    /// Takes what was known of the chosen lines.
    fn take(&mut self, observed: &Observed) {
        for feature in 0..self.context {
            let column = observed.context(feature);
            self.features[feature].extend(self.chosen.iter().map(|&i| column[i]));
        }
        for (history, [exposure, returns]) in self.counts.iter_mut().enumerate() {
            let (exposures, all_returns) = observed.history(history);
            exposure.extend(self.chosen.iter().map(|&i| exposures[i]));
            returns.extend(self.chosen.iter().map(|&i| all_returns[i]));
        }
        let products = &observed.looked_up.places[observed.lines()..2 * observed.lines()];
        self.product.extend(self.chosen.iter().map(|&i| products[i]));
        self.chosen.clear();
    }

    fn take_order(&mut self, schema: &Schema, observed: &Observed, first: usize) {
        for (history, spec) in schema.histories.iter().enumerate() {
            if spec.per_order {
                self.orders[history].push(observed.counts(history, first));
            }
        }
    }

    /// How many lines there are.
    pub(crate) fn rows(&self) -> usize {
        self.day.len()
    }

    /// The ramps of the level over the lines of known fate.
    pub(crate) fn ramps(&self) -> Ramps {
        Ramps::over(&self.day[..self.target.len()])
    }

    /// How far the log-odds of all lines, or all orders, were from those of all times together.
    pub(crate) fn path(&self, per_order: bool, log_odds: f64) -> Result<Path, Error> {
        let mut days: Vec<(i32, [f64; 2])> = Vec::new();
        let mut add = |day: i32, lines: f64, returned: f64| match days.last_mut() {
            Some((last, sums)) if *last == day => {
                *sums = [sums[0] + lines, sums[1] + returned];
            }
            _ => days.push((day, [lines, returned])),
        };
        if per_order {
            let orders = self.of_orders.iter();
            orders.for_each(|&(day, returned)| add(day, 1.0, f64::from(returned)));
        } else {
            let lines = self.day.iter().zip(self.target.iter().zip(&self.weight));
            lines.for_each(|(&day, (target, weight))| add(day, *weight, weight * target));
        }
        Path::of_rates(&days, log_odds, self.ramps())
    }

    /// The lines of known fate, as one history saw them, at a level that moved.
    pub(crate) fn steps(&self, history: usize, path: &Path) -> Steps {
        let mut steps = Steps::default();
        let [exposure, returns] = &self.counts[history];
        let mut odds = OddsOfDay::new(path);
        for (row, (&target, &weight)) in self.target.iter().zip(&self.weight).enumerate() {
            let known = Counts { exposure: exposure[row], returns: returns[row] };
            steps.push(known, target > 0.0, odds.on(self.day[row]), weight);
        }
        steps
    }

    /// The orders of known fate, as one history of orders saw them.
    pub(crate) fn steps_of_orders(&self, history: usize, path: &Path) -> Steps {
        let mut steps = Steps::default();
        let mut odds = OddsOfDay::new(path);
        for (&known, &(day, returned)) in self.orders[history].iter().zip(&self.of_orders) {
            steps.push(known, returned, odds.on(day), 1.0);
        }
        steps
    }

    /// Adds the level of the time to log-odds of all rows.
    pub(crate) fn add_path(&self, path: &Path, log_odds: &mut [f64]) {
        let mut first = 0;
        for same in self.day.chunk_by(|a, b| a == b) {
            let (level, rows) = (path.at(same[0]), first..first + same.len());
            first = rows.end;
            log_odds[rows].iter_mut().for_each(|z| *z += level);
        }
    }

    /// How many orders are of known fate, and how many of these came back, in part at least.
    pub(crate) fn settled_orders(&self) -> Settled {
        Settled::of(self.of_orders.iter().map(|&(_, returned)| Some(returned)))
    }

    /// Fills in the features that rest on the histories.
    pub(crate) fn complete(&mut self, schema: &Schema, shrinkage: &[Shrinkage], threads: Threads) {
        let rows = self.rows();
        for (own, [exposure, _]) in self.counts[..OWN.len()].iter().enumerate() {
            let feature = &mut self.features[schema.exposure_of(own)];
            feature.extend_from_slice(exposure);
            ln_1p_each(feature);
        }
        let columns = map_chunks(shrinkage.len(), 1, threads, |history| {
            let [exposure, returns] = &self.counts[history.start];
            let mut column = vec![0.0; rows];
            shrunk_each(&shrinkage[history.start], exposure, returns, &mut column);
            column
        });
        for (own, prior) in shrinkage.iter().enumerate().take(OWN.len()) {
            let feature = &mut self.features[schema.believed(own)];
            feature.clone_from(&columns[own]);
            believed_each(prior, &self.counts[own][0], feature);
        }
        for (feature, column) in self.features[schema.first_history()..].iter_mut().zip(columns) {
            *feature = column;
        }
    }

    /// Σ_g (Σ_l (y − p))² / Σ p (1 − p) over the lines l of groups g that follow each other, at least 1.
    pub(crate) fn design_effect<G: PartialEq>(&self, log_odds: &[f64], group: &[G]) -> f64 {
        let (mut squares, mut variance, mut in_group) = (0.0_f64, 0.0, 0.0);
        for (row, &target) in self.target.iter().enumerate() {
            if row > 0 && group[row] != group[row - 1] {
                squares += in_group * in_group;
                in_group = 0.0;
            }
            let (p, weight) = (logistic(log_odds[row]), self.weight[row]);
            in_group += weight * (target - p);
            variance += weight * p * (1.0 - p);
        }
        squares += in_group * in_group;
        if variance > 0.0 { (squares / variance).max(1.0) } else { 1.0 }
    }
}

/// By how much the odds were greater on a day, asked for days in order.
struct OddsOfDay<'p> {
    path: &'p Path,
    last: Option<(i32, f64)>,
}

impl<'p> OddsOfDay<'p> {
    fn new(path: &'p Path) -> Self {
        Self { path, last: None }
    }

    fn on(&mut self, day: i32) -> f64 {
        match self.last {
            Some((last, odds)) if last == day => odds,
            _ => {
                let odds = exp(self.path.at(day));
                self.last = Some((day, odds));
                odds
            }
        }
    }
}

impl Settled {
    fn of(fates: impl Iterator<Item = Option<bool>>) -> Self {
        fates.fold(Self::default(), |all, fate| Self {
            lines: all.lines + usize::from(fate.is_some()),
            returned: all.returned + usize::from(fate == Some(true)),
            open: all.open + usize::from(fate.is_none()),
        })
    }

    /// The rate of those settled, which is never 0 or 1.
    pub(crate) fn rate(self) -> f64 {
        (self.returned as f64 + 0.5) / (self.lines as f64 + 1.0)
    }

    /// About how many rows are learnt from.
    fn rows(self, [kept, returned]: [u64; 2]) -> usize {
        let rows = (self.lines - self.returned) as u64 / kept + self.returned as u64 / returned;
        // Hashes do not hit evenly.
        usize::try_from(rows + rows / 64 + 256).unwrap_or(0)
    }

    /// Every how-manyth of the kept and of the returned lines is learnt from.
    fn thinning(self) -> [u64; 2] {
        let kept = self.lines - self.returned;
        let few = self.returned.min(kept).max(MOST / 16);
        let most = MOST.min(KEPT_PER_RETURN * few);
        [kept, self.returned].map(|lines| (lines / most).max(1) as u64)
    }
}
