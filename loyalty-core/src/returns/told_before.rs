//! Orders that are told again: which lines of a table are open already, and where they contradict themselves.
//!
//! Orders are known for as long as their lines are open: from the day of the order to the end of the horizon.

use super::matched::MatchedLines;
use super::open::OpenLines;
use super::told::Told;
use crate::orders::LinesByTime;
use crate::{Error, memory};

/// Which lines of a table have been taken in before.
#[derive(Debug, Clone, Default)]
pub(crate) struct ToldBefore {
    /// For each line its number among the open ones, where it is one of them: of all lines of an order or of none.
    numbers: Vec<Option<u64>>,
}

impl ToldBefore {
    /// Holds the orders of a table against the lines that are open.
    ///
    /// # Errors
    /// [`Error::Value`] where an order, or a line, was told before otherwise; [`Error::Memory`].
    pub(crate) fn of(open: &OpenLines, table: &MatchedLines<'_>) -> Result<Self, Error> {
        let lines = table.lines;
        memory::ask_for_rows("lines told before", lines.len(), 24, open.room_to_find())?;
        let mut numbers = Vec::with_capacity(lines.len());
        let mut wrong = [Vec::new(), Vec::new()];
        for order in 0..lines.orders() {
            match numbers_of(open, table, order) {
                Ok(found) => numbers.extend(found),
                Err(Otherwise::Order) => wrong[0].extend(lines.order(order)),
                Err(Otherwise::Line(line)) => wrong[1].push(line),
            }
        }
        let [orders, ids] = wrong;
        refuse(lines, &orders, "order", "one not told before, or the lines told before", "others")?;
        let expected = "the id of a line not told before, or a line as it was told before";
        refuse(lines, &ids, "line", expected, "one that was told otherwise")?;
        Ok(Self { numbers })
    }

    /// The number of a line among the open ones, where it is one of them.
    pub(crate) fn number(&self, line: usize) -> Option<u64> {
        self.numbers[line]
    }

    /// Whether an order was told before.
    pub(crate) fn has(&self, lines: &LinesByTime, order: usize) -> bool {
        self.numbers[lines.order(order).start].is_some()
    }
}

/// What was told before, and otherwise.
enum Otherwise {
    Order,
    /// A line of the table, under its id.
    Line(usize),
}

/// The numbers of the lines of an order among the open ones; none of any where it is new.
fn numbers_of(
    open: &OpenLines,
    table: &MatchedLines<'_>,
    order: usize,
) -> Result<Vec<Option<u64>>, Otherwise> {
    let lines = table.lines;
    let (range, told) = (lines.order(order), table.told(order).collect::<Vec<Told>>());
    let prints: Vec<Option<u64>> = told.iter().map(|line| line.print).collect();
    let mut known = told[0].order.into_iter().flat_map(|key| open.orders(key)).peekable();
    if known.peek().is_some() {
        return known.find_map(|numbers| alike(open, numbers, &prints)).ok_or(Otherwise::Order);
    }
    let id = |line: usize| lines.line.as_ref().and_then(|ids| open.find(ids[line]));
    let found: Vec<Option<u64>> = range.clone().map(id).collect();
    // Lines of an order with an id are known by that, or else taken by another.
    let may_be = told[0].order.is_none();
    let same = |(number, print): (&Option<u64>, _)| {
        may_be && number.is_some_and(|number| open.told(number).print == print)
    };
    let all = found.iter().zip(prints).all(same);
    match found.iter().position(Option::is_some) {
        Some(first) if !all => Err(Otherwise::Line(range.start + first)),
        _ => Ok(found),
    }
}

/// For lines of these prints their numbers, where the open lines of an order have the same.
fn alike(
    open: &OpenLines,
    numbers: std::ops::Range<u64>,
    prints: &[Option<u64>],
) -> Option<Vec<Option<u64>>> {
    let mut known: Vec<(Option<u64>, u64)> =
        numbers.map(|number| (open.told(number).print, number)).collect();
    known.sort_unstable();
    let mut asked: Vec<(Option<u64>, usize)> = prints.iter().copied().zip(0..).collect();
    asked.sort_unstable();
    let same = known.iter().map(|line| line.0).eq(asked.iter().map(|line| line.0));
    let mut found = vec![None; prints.len()];
    for (&(_, number), &(_, line)) in known.iter().zip(&asked) {
        found[line] = Some(number);
    }
    same.then_some(found)
}

/// Refuses a table of which there are such lines.
fn refuse(
    lines: &LinesByTime,
    wrong: &[usize],
    column: &str,
    expected: &'static str,
    value: &str,
) -> Result<(), Error> {
    let rows = wrong.iter().map(|&line| lines.row[line] as usize);
    let Some(row) = rows.min() else { return Ok(()) };
    let (column, value, more) = (column.to_owned(), value.to_owned(), wrong.len() - 1);
    Err(Error::Value { column, row, expected, value, more })
}
