//! A shop's returns as a stream: every order line is scored as it comes, every return is learnt from
//! as it comes, and nothing is fitted again.
//!
//! ```sh
//! cargo run -p loyalty-core --example returns_streamed
//! ```

use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, Returns, TimeScale};
use loyalty_core::parallel::Threads;
use loyalty_core::returns::{ReturnOptions, ReturnPropensity};
use loyalty_core::simulate::{Shop, ShopOptions, SimulatedLines};

/// Days of history that the model is fitted to.
const HISTORY: i64 = 270;

/// Days scored after it, of which every return is known a month later.
const SCORED: i64 = 90;

fn main() -> Result<(), loyalty_core::Error> {
    let mut options = ShopOptions::default();
    options.customers = 1500;
    options.days = 390;
    let lines = Shop::simulate(&options, Threads::default())?.lines;
    let today = i64::from(options.start) + HISTORY;
    let past = lines.time.partition_point(|&day| day < today);

    // What is known this morning of the lines so far.
    let known = order_lines(&lines, 0..past, Some(today))?;
    let mut options = ReturnOptions::default();
    options.horizon_days = Some(30);
    let fit = ReturnPropensity::fit(&known, &options)?;
    let mut model = fit.model;
    println!("fitted to {} lines, {} of them open", known.len(), model.open_lines());

    let mut months = [Month::default(); 3];
    let mut first = past;
    let end = lines.time.partition_point(|&day| day < today + SCORED);
    for day in lines.time[past..end].chunk_by(|a, b| a == b) {
        let rows = first..first + day.len();
        first = rows.end;
        let scores = model.update(&order_lines(&lines, rows.clone(), None)?)?;
        let month = usize::try_from((day[0] - today) / 30).unwrap_or(0);
        for (row, p) in rows.zip(scores.probability()) {
            months[month].lines += 1;
            months[month].expected += p;
            months[month].came_back += usize::from(lines.returned_amount[row] > 0.0);
            months[month].error += (p - lines.return_probability[row]).abs();
        }
        // The parcels that came back today.
        let back: Vec<i64> = (0..)
            .zip(&lines.return_time)
            .filter(|(_, on)| **on == day[0])
            .map(|(line, _)| line)
            .collect();
        let on = vec![day[0]; back.len()];
        let returns = Returns::new(
            &Column::new("line", &back[..]).into(),
            &Column::new("returned_on", &on[..]),
            TimeScale::Days,
            Invalid::Raise,
        )?;
        model.update_returns(&returns)?;
    }

    println!(
        "\n{:>5} {:>6} {:>9} {:>10} {:>18}",
        "month", "lines", "expected", "came back", "mean error of p"
    );
    for (number, month) in (1..).zip(months) {
        println!(
            "{number:>5} {:>6} {:>9.1} {:>10} {:>18.3}",
            month.lines,
            month.expected,
            month.came_back,
            month.error / f64::from(month.lines)
        );
    }
    println!(
        "\n{} lines open, level of returns moved by {:+.3}",
        model.open_lines(),
        model.level()
    );
    Ok(())
}

#[derive(Clone, Copy, Default)]
struct Month {
    lines: u32,
    expected: f64,
    came_back: usize,
    /// Sum of the distances to the true probabilities.
    error: f64,
}

/// Some of the lines, with the returns before a day or without what became of them.
fn order_lines(
    lines: &SimulatedLines,
    rows: std::ops::Range<usize>,
    known_until: Option<i64>,
) -> Result<OrderLines, loyalty_core::Error> {
    let line: Vec<i64> = (0..).take(rows.end).skip(rows.start).collect();
    let price: Vec<f64> =
        rows.clone().map(|row| lines.list_amount[row] / lines.quantity[row]).collect();
    let category = Column::new("category", &lines.category[rows.clone()]).into();
    let customer = Column::new("customer", &lines.customer[rows.clone()]).into();
    let day = Column::new("day", &lines.time[rows.clone()]);
    let mut columns =
        LineColumns::new(customer, day, TimeScale::Days).with_price(Column::new("price", &price));
    columns.product = Some(Column::new("product", &lines.product[rows.clone()]).into());
    columns.order = Some(Column::new("order", &lines.order[rows.clone()]).into());
    columns.line = Some(Column::new("line", &line[..]).into());
    columns.quantity = Some(Column::new("quantity", &lines.quantity[rows.clone()]));
    columns.categories = vec![category];
    let Some(until) = known_until else { return OrderLines::new(&columns, Invalid::Raise) };
    let on = &lines.return_time[rows];
    let back: Vec<f64> =
        on.iter().map(|&on| f64::from(u8::from(on != i64::MIN && on < until))).collect();
    columns.returned = Some(Column::new("returned", &back));
    columns.return_time = Some(Column::new("returned_on", on));
    OrderLines::new(&columns, Invalid::Raise)
}
