//! The past replayed for the level, and by how much lines come back together.

use std::ops::Range;

use multiversion::multiversion;

use super::columns::{losses, sums_of};
use super::level::{Due, Level};
use super::sample::SampledLines;
use super::stream::Pace;

/// Drifts of the level tried, as variances per day. The least is a sixth of a unit of log-odds in a
/// hundred days: the lines learnt from never show a drift to come, as the intercept has followed them. With
/// 1e-4 for the least, and lines heard once they are settled, eighteen fashion shops whose rate moves had a
/// log-loss 0.0004 higher and a mean that was off by 0.0171 instead of 0.0100 (docs/returns.md, "Fashion").
/// The greater one is a choice: three times the least, for shops whose rate moves faster.
const DRIFTS: [f64; 2] = [3e-4, 1e-3];

/// Lines under the line model, in order of time: those of known fate, and the open ones after them.
pub(crate) struct Settling<'a> {
    sampled: &'a SampledLines,
    log_odds: &'a [f64],
    weight: Vec<f64>,
    /// The steps of the age of lines, and the only one of those that tell nothing while they are open.
    stages: [Vec<Stage>; 2],
    days: Vec<Day>,
}

/// A step of the age of lines: between which ages in days, and which returns are due in it.
struct Stage {
    ages: [i32; 2],
    due: Due,
}

/// The rows of a day, and those of them that are of known fate: all or none.
struct Day {
    date: i32,
    rows: Range<usize>,
    settled: Range<usize>,
}

impl<'a> Settling<'a> {
    pub(crate) fn new(sampled: &'a SampledLines, log_odds: &'a [f64], pace: &Pace) -> Self {
        let mut days = Vec::new();
        let (mut first, settled) = (0, sampled.target.len());
        for same in sampled.day.chunk_by(|a, b| a == b) {
            let rows = first..first + same.len();
            first = rows.end;
            let settled = rows.start.min(settled)..rows.end.min(settled);
            days.push(Day { date: same[0], rows, settled });
        }
        let mut early: Vec<Stage> = Vec::new();
        let steps = pace.steps.iter().map(|step| (step.age, step.due));
        for (age, due) in steps.chain([(pace.horizon + 1, pace.last_due())]) {
            let begin = early.last().map_or(0, |stage| stage.ages[1]);
            early.push(Stage { ages: [begin, age], due });
        }
        let stages = [early, vec![Stage { ages: [0, pace.horizon + 1], due: Due::ALL }]];
        let mut weight = sampled.weight.clone();
        weight.resize(log_odds.len(), 1.0);
        Self { sampled, log_odds, weight, stages, days }
    }

    /// The level of today, from where it was on the first day, with the drift under which the lines are
    /// predicted best, by lines heard while they are open or not.
    pub(crate) fn level(&self, start: f64, today: i32, one_fate: bool) -> Level {
        let design_effect = self.effect_of_days();
        if one_fate {
            return Level::new(0.0, design_effect, true);
        }
        let level = |q: f64, early: bool| Level::new(q, design_effect, early).starting_at(start);
        let levels = DRIFTS.map(|q| [true, false].map(|early| level(q, early)));
        let found = levels.into_iter().flatten().map(|level| self.replay(level, today));
        let best = found.reduce(|best, other| if other.0 < best.0 { other } else { best });
        best.map_or_else(|| Level::new(0.0, design_effect, true), |best| best.1)
    }

    /// By how much lines of a day overstate what they tell of the level, at least 1: the mean of the
    /// squares by which a day differs from the one before, against that of independent lines,
    ///
    /// ```text
    /// (G/W − G'/W')² / (1/W + 1/W')        G = Σ (y − p)        W = Σ p (1 − p)
    /// ```
    ///
    /// weighted by 1 / (1/W + 1/W'). A drift hardly shows from day to day, so that it is not taken for noise
    /// (von Neumann 1941, Annals of Mathematical Statistics 12, 367–395).
    fn effect_of_days(&self) -> f64 {
        let level = Level::new(0.0, 1.0, true);
        let sums = self.days.iter().map(|day| self.sums(day, &level));
        let days: Vec<[f64; 3]> = sums.filter(|[_, _, weight]| *weight > 0.0).collect();
        let (mut squares, mut total) = (0.0, 0.0);
        for pair in days.windows(2) {
            let [[_, gap_before, weight_before], [_, gap, weight]] = [pair[0], pair[1]];
            let (step, variance) =
                (gap / weight - gap_before / weight_before, 1.0 / weight + 1.0 / weight_before);
            squares += step * step / (variance * variance);
            total += 1.0 / variance;
        }
        if total > 0.0 { (squares / total).max(1.0) } else { 1.0 }
    }

    /// Loss, gap and weight of the lines of known fate of a day under a level.
    fn sums(&self, day: &Day, level: &Level) -> [f64; 3] {
        let rows = day.settled.clone();
        let SampledLines { target, weight, .. } = self.sampled;
        losses(&self.log_odds[rows.clone()], level.shift, &target[rows.clone()], &weight[rows])
    }

    /// What lines of a day tell by a stage.
    fn hear(&self, level: &mut Level, rows: Range<usize>, stage: &Stage) {
        let [log_odds, lag, weight] =
            [self.log_odds, &self.sampled.lag, &self.weight].map(|column| &column[rows.clone()]);
        let [gap, weight] = level_sums(log_odds, lag, weight, level.shift, stage);
        level.hear_all(gap, weight);
    }

    /// The loss of the lines of known fate under a level that only knows what was known before each, and
    /// the level of today.
    fn replay(&self, mut level: Level, today: i32) -> (f64, Level) {
        let mut loss = 0.0;
        let Some(mut day) = self.days.first().map(|first| first.date) else { return (loss, level) };
        let stages = &self.stages[usize::from(!level.early)];
        // For each stage, the first day whose lines have not made it.
        let mut cursors = vec![0; stages.len()];
        let mut pass = |level: &mut Level, to: i32| {
            while day < to {
                day += 1;
                for (stage, next) in stages.iter().zip(&mut cursors) {
                    while let Some(of) = self.days.get(*next)
                        && of.date + stage.ages[1] <= day
                    {
                        self.hear(level, of.rows.clone(), stage);
                        *next += 1;
                    }
                }
                level.end_day();
            }
        };
        for of in &self.days {
            pass(&mut level, of.date);
            loss += self.sums(of, &level)[0];
        }
        pass(&mut level, today);
        (loss, level)
    }
}

/// Score and information of the level from lines that have made a step of their age, from `begin` to `age`
/// days, under log-odds shifted by as much; those that were back before say nothing of it.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn level_sums(
    log_odds: &[f64],
    lag: &[f64],
    weight: &[f64],
    shift: f64,
    stage: &Stage,
) -> [f64; 2] {
    let ([begin, age], due) = (stage.ages.map(f64::from), stage.due);
    sums_of([log_odds, lag, weight], |[z, lag, w]| {
        let [score, information] = due.score_and_information(z + shift, f64::from(lag < age));
        let counts = if lag < begin { 0.0 } else { w };
        [counts * score, counts * information]
    })
}
