//! What the cells of a shop's table mean: prices and pieces, credits, status, currency, guests, dates.

use loyalty_core::Error;
use loyalty_core::orders::{
    Column, Dates, Guests, Invalid, LineColumns, OrderColumns, OrderLines, OrderStatus, Orders,
    TableOptions, TimeScale,
};
use loyalty_core::pipeline::{OrderTable, ScoreOptions, Scores, Value, score};
use proptest::prelude::*;

/// Customer, day, price and pieces of each row; day 19,723 is 2024-01-01.
#[derive(Debug, Clone, Default)]
struct Rows {
    customer: Vec<i64>,
    day: Vec<i64>,
    price: Vec<f64>,
    pieces: Vec<f64>,
    product: Option<Vec<&'static str>>,
    order: Option<Vec<i64>>,
    status: Option<Vec<&'static str>>,
    currency: Option<Vec<&'static str>>,
}

impl Rows {
    fn of(rows: &[(i64, i64, f64, f64)]) -> Self {
        Self {
            customer: rows.iter().map(|row| row.0).collect(),
            day: rows.iter().map(|row| 19_723 + row.1).collect(),
            price: rows.iter().map(|row| row.2).collect(),
            pieces: rows.iter().map(|row| row.3).collect(),
            ..Self::default()
        }
    }

    fn columns(&self) -> LineColumns<'_> {
        let customer = Column::new("Customer ID", &self.customer[..]).into();
        let day = Column::new("InvoiceDate", &self.day[..]);
        let mut columns = LineColumns::new(customer, day, TimeScale::Days)
            .with_price(Column::new("Price", &self.price[..]));
        columns.quantity = Some(Column::new("Quantity", &self.pieces[..]));
        columns.product =
            self.product.as_ref().map(|product| Column::new("StockCode", product).into());
        columns.order = self.order.as_ref().map(|order| Column::new("Invoice", &order[..]).into());
        columns.status = self.status.as_ref().map(|status| Column::new("Status", status).into());
        columns.currency = self.currency.as_ref().map(|code| Column::new("Currency", code).into());
        columns
    }

    fn lines(&self) -> OrderLines {
        OrderLines::new(&self.columns(), TableOptions::default()).unwrap()
    }

    fn refusal(&self, options: TableOptions) -> String {
        OrderLines::new(&self.columns(), options).unwrap_err().to_string()
    }
}

fn scores(lines: &OrderLines) -> Scores {
    score(OrderTable::new(lines), &ScoreOptions::default()).unwrap()
}

fn totals(scores: &Scores) -> Vec<f64> {
    scores.customers.total_amount().unwrap().to_vec()
}

/// Price and quantity as shops export them: 60 + 200 paid and 60 given back.
fn invoices() -> Rows {
    let rows = [
        (7, 1, 0.5, 120.0),
        (8, 2, 30.0, 1.0),
        (7, 8, 0.5, -120.0),
        (7, 32, 1.0, 200.0),
        (8, 50, 30.0, 1.0),
    ];
    Rows::of(&rows)
}

#[test]
fn what_was_paid_is_price_times_quantity_and_a_negative_quantity_is_a_credit() {
    let scores = scores(&invoices().lines());
    assert_eq!(totals(&scores), [200.0, 60.0]);
    assert_eq!(scores.customers.frequency(), [0, 1], "what came back whole is no purchase");
    let report = scores.report.as_ref().unwrap();
    let credits = report.rows.credits().unwrap();
    assert_eq!((credits.rows, credits.matched, credits.by), (1, 1, "customer and amount"));
    assert_eq!((credits.money, credits.money_unmatched), (60.0, 0.0));
    assert_eq!((report.came_back.occasions, report.came_back.customers), (1, 0));
    let said: Vec<String> = scores.notes.iter().map(ToString::to_string).collect();
    assert!(said.contains(&"1 occasion came back whole and is no purchase".to_owned()), "{said:?}");
    assert_eq!(
        report.sentences()[0],
        "4 of 5 rows are purchases, observed from 2024-01-02 to 2024-02-20"
    );
}

#[test]
fn gross_value_is_an_option() {
    let lines = invoices().lines();
    let mut options = ScoreOptions::default();
    options.value = Value::Gross;
    let scores = score(OrderTable::new(&lines), &options).unwrap();
    assert_eq!(totals(&scores), [260.0, 60.0]);
    assert_eq!(scores.customers.frequency(), [1, 1]);
}

/// 168,470 of 168,472 sent back within minutes: worth what is left, and no purchase.
#[test]
fn whoever_sent_all_of_it_back_is_worth_what_is_left() {
    let mut rows = Rows::of(&[
        (16_446, 0, 1.0, 2.0),
        (16_446, 200, 2.0, 84_235.0),
        (16_446, 200, 2.0, -84_235.0),
        (9, 10, 5.0, 3.0),
        (9, 220, 5.0, 3.0),
        (10, 3, 8.0, 1.0),
        (10, 3, 8.0, -1.0),
    ]);
    rows.product = Some(vec!["b", "a", "a", "c", "c", "d", "d"]);
    let scores = scores(&rows.lines());
    assert_eq!(scores.customers.customers().unwrap().len(), 2, "10 has no purchase left");
    assert_eq!(totals(&scores), [30.0, 2.0]);
    assert_eq!(scores.customers.frequency(), [1, 0]);
    let report = scores.report.unwrap();
    assert_eq!((report.came_back.occasions, report.came_back.customers), (2, 1));
    assert_eq!(report.rows.credits().unwrap().by, "customer and product");
}

#[test]
fn credits_that_find_no_purchase_are_counted_with_their_money() {
    let mut rows = Rows::of(&[
        (1, 0, 10.0, 3.0),
        (1, 5, 10.0, -1.0),
        (1, 6, 10.0, -5.0),
        (2, 0, 7.0, 1.0),
        (2, 3, 4.0, -1.0),
    ]);
    rows.product = Some(vec!["a", "a", "a", "b", "z"]);
    let lines = rows.lines();
    let credits = lines.report().credits().unwrap();
    assert_eq!((credits.rows, credits.matched, credits.in_part, credits.unmatched), (3, 1, 1, 1));
    assert_eq!((credits.money, credits.money_matched, credits.money_unmatched), (64.0, 30.0, 34.0));
    assert_eq!(totals(&scores(&lines)), [7.0]);
}

#[test]
fn without_products_the_order_and_then_the_amount_say_what_came_back() {
    let mut rows = Rows::of(&[(1, 0, 10.0, 3.0), (1, 5, 10.0, 3.0), (1, 6, 30.0, -1.0)]);
    assert_eq!(totals(&scores(&rows.lines())), [30.0]);
    rows.order = Some(vec![100, 101, 100]);
    let lines = rows.lines();
    assert_eq!(lines.report().credits().unwrap().by, "customer and order");
    let scores = scores(&lines);
    assert_eq!((totals(&scores), scores.customers.t()[0]), (vec![30.0], 1.0 / 7.0));
}

#[test]
fn a_table_in_which_every_row_is_a_purchase_refuses_credits() {
    let refused = OrderLines::new(&invoices().columns(), Invalid::Raise).unwrap_err().to_string();
    assert!(refused.contains("\"Quantity\" is not above 0"), "{refused}");
}

#[test]
fn the_price_of_a_piece_is_not_taken_for_what_was_paid() {
    let rows = invoices();
    let mut columns = rows.columns();
    columns.amount = columns.price.take();
    let refused = OrderLines::new(&columns, TableOptions::default()).unwrap_err();
    assert!(matches!(refused, Error::Unclear { .. }), "{refused}");
    assert!(refused.to_string().contains("looks like the price of a piece"), "{refused}");

    let rows = Rows::of(&[(1, 0, 2.0, 3.0), (1, 9, 2.0, 5.0), (2, 0, 9.0, 1.0)]);
    let mut columns = rows.columns();
    columns.amount = columns.price;
    let refused = OrderLines::new(&columns, TableOptions::default()).unwrap_err().to_string();
    assert!(refused.contains("it holds the price of a piece"), "{refused}");
    let paid = [6.0, 9.5, 9.0];
    columns.amount = Some(Column::new("Total", &paid));
    let lines = OrderLines::new(&columns, TableOptions::default()).unwrap();
    let remarks = lines.report().remarks().join(" ");
    assert!(remarks.contains("in 1 of 3 rows, as in row 1: 9.5 is not 2 × 5"), "{remarks}");
    assert_eq!(totals(&scores(&lines)), [15.5, 9.0]);
}

#[test]
fn the_word_of_a_status_says_what_is_a_purchase() {
    let mut rows = Rows::of(&[
        (1, 0, 10.0, 1.0),
        (1, 9, 11.0, 1.0),
        (1, 10, 12.0, 1.0),
        (2, 3, 13.0, 1.0),
        (2, 4, 14.0, 1.0),
        (2, 5, 15.0, 1.0),
    ]);
    rows.status = Some(vec![
        "wc-completed",
        "Storniert",
        "on-hold",
        "Refunded",
        "Disputed",
        "Zahlung ausstehend",
    ]);
    let lines = rows.lines();
    let scores = scores(&lines);
    assert_eq!(totals(&scores), [10.0, 14.0]);
    assert_eq!(scores.customers.frequency(), [0, 0]);
    let report = lines.report();
    let left: Vec<(&str, usize)> =
        report.left_out().iter().map(|one| (one.reason.name(), one.rows)).collect();
    assert_eq!(left, [("cancelled", 1), ("pending", 1), ("on_hold", 1)]);
    let remarks = report.remarks().join(" ");
    assert!(remarks.contains("\"Disputed\" in 1 row, kept as purchases"), "{remarks}");
    assert!(report.to_string().contains("says cancelled in 1 row (first: row 1; 1 \"Storniert\")"));

    let mut options = TableOptions::default();
    options.status.insert("disputed".to_owned(), OrderStatus::Cancelled);
    let lines = OrderLines::new(&rows.columns(), options).unwrap();
    assert_eq!(lines.len(), 2);
}

#[test]
fn amounts_of_several_currencies_are_not_added() {
    let mut rows = Rows::of(&[(1, 0, 10.0, 1.0), (1, 9, 11.0, 1.0), (2, 3, 12.0, 1.0)]);
    rows.currency = Some(vec!["EUR", "usd", "eur"]);
    let refused = rows.refusal(TableOptions::default());
    assert_eq!(
        refused,
        "column \"Currency\" has several currencies, whose amounts cannot be added: EUR in 2, USD in 1 rows. \
         Choose one by only_currency=\"EUR\"; rows of others are then left out and counted"
    );
    let mut options = TableOptions::default();
    options.currency = Some("EUR".to_owned());
    let lines = OrderLines::new(&rows.columns(), options.clone()).unwrap();
    assert_eq!((lines.len(), lines.report().left_out()[0].reason.name()), (2, "other_currency"));
    assert_eq!(totals(&scores(&lines)), [10.0, 12.0]);
    options.currency = Some("GBP".to_owned());
    assert!(rows.refusal(options).contains("has no \"GBP\""));
}

#[test]
fn ids_that_stand_for_nobody_are_guests() {
    let ids = vec!["NULL", "nan", " ", "N/A", "Gast", "7", "8", "8"];
    let day: Vec<i64> = (0..8).map(|day| 19_723 + day).collect();
    let paid = [10.0; 8];
    let columns = |ids| {
        LineColumns::new(
            Column::new("id", ids).into(),
            Column::new("day", &day[..]),
            TimeScale::Days,
        )
        .with_amount(Column::new("paid", &paid[..]))
    };
    let lines = OrderLines::new(&columns(&ids), TableOptions::default()).unwrap();
    let report = lines.report();
    assert_eq!((lines.customers().len(), report.left_out()[0].rows), (2, 5));
    let cells: Vec<&str> = report.rows_refused().map(|row| row.value).collect();
    assert_eq!(cells, ["NULL", "nan", " ", "N/A", "Gast"]);
    let strict = OrderLines::new(&columns(&ids), Invalid::Raise).unwrap_err().to_string();
    assert!(strict.contains("column \"id\" is missing in 5 rows"), "{strict}");
    let mut keep = TableOptions::default();
    keep.guests = Guests::Keep;
    assert_eq!(OrderLines::new(&columns(&ids), keep).unwrap().customers().len(), 7);

    let orders = OrderColumns {
        customer: Column::new("id", &ids).into(),
        time: Column::new("day", &day),
        scale: TimeScale::Days,
        amount: None,
    };
    assert_eq!(Orders::new(&orders, TableOptions::default()).unwrap().customers().len(), 2);
    assert!(Orders::new(&orders, Invalid::Raise).is_err());
}

#[test]
fn a_date_far_from_all_others_is_refused_unless_it_is_allowed() {
    let rows: Vec<(i64, i64, f64, f64)> = (0..60)
        .map(|n| (n % 9, 11 * n, 5.0 + n as f64, 1.0))
        .chain([(3, 27_758, 5.0, 1.0)])
        .collect();
    let rows = Rows::of(&rows);
    let refused = rows.refusal(TableOptions::default());
    assert!(refused.contains("in 1 row (first: row 60; 1 \"2099-12-31\")"), "{refused}");
    let lines = OrderLines::new(&rows.columns(), TableOptions::new(Invalid::Drop)).unwrap();
    assert_eq!(lines.len(), 60);

    let mut allow = TableOptions::default();
    allow.dates = Dates::Allow;
    let lines = OrderLines::new(&rows.columns(), allow).unwrap();
    let mut options = ScoreOptions::default();
    let refused = score(OrderTable::new(&lines), &options).unwrap_err();
    assert!(matches!(refused, Error::Dates(_)), "{refused}");
    assert!(refused.to_string().contains("2099-12-31; dates=\"allow\""), "{refused}");
    options.dates = Dates::Allow;
    let scores = score(OrderTable::new(&lines), &options).unwrap();
    assert!(scores.report.unwrap().sentences()[0].ends_with("to 2099-12-31"));
}

#[test]
fn blank_cells_of_optional_columns_do_not_take_lines_out_of_the_ledger() {
    let rows =
        Rows::of(&[(1, 0, 90.0, 1.0), (1, 31, 20.0, 1.0), (2, 33, 50.0, 1.0), (2, 62, 60.0, 1.0)]);
    let (off, cost) = ([1.0, f64::NAN, 5.0, f64::NAN], [45.0, 10.0, f64::NAN, 30.0]);
    let mut columns = rows.columns();
    columns.discount = Some(Column::new("off", &off));
    assert!(OrderLines::new(&columns, TableOptions::default()).is_err());
    let drop = || TableOptions::new(Invalid::Drop);
    let lines = OrderLines::new(&columns, drop()).unwrap();
    let mut options = ScoreOptions::default();
    options.margin = Some(0.5);
    let scores = score(OrderTable::new(&lines), &options).unwrap();
    let ledger = scores.ledger.unwrap();
    // What was paid less half the list price.
    assert_eq!(ledger.ledger.columns().profit, [110.0 - 55.5, 110.0 - 57.5]);
    let defaulted = &scores.report.unwrap().rows;
    assert_eq!(defaulted.defaulted()[0].rows, 2);
    assert!(
        defaulted.to_string().contains("column \"off\" is blank, taken as nothing off, in 2 rows")
    );

    columns.discount = None;
    columns.cost = Some(Column::new("cost", &cost));
    let lines = OrderLines::new(&columns, drop()).unwrap();
    let scores = score(OrderTable::new(&lines), &ScoreOptions::default()).unwrap();
    // The margin of the lines with a cost is one half.
    assert_eq!(scores.ledger.unwrap().ledger.columns().profit, [55.0, 55.0]);
}

fn row() -> impl Strategy<Value = (i64, i64, f64, f64, &'static str)> {
    let price = prop::sample::select(vec![0.5, 1.0, 2.5, 10.0, 1234.5]);
    let pieces = prop::sample::select(vec![-5.0, -2.0, -1.0, 1.0, 2.0, 3.0, 12.0]);
    (1..5_i64, 0..40_i64, price, pieces, prop::sample::select(vec!["a", "b", "c"]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_rows_changes_no_bit_and_money_is_neither_made_nor_lost(
        (table, mixed) in prop::collection::vec(row(), 1..60)
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        with_product in any::<bool>(),
    ) {
        let lines = |table: &[(i64, i64, f64, f64, &'static str)]| {
            let plain: Vec<_> = table.iter().map(|row| (row.0, row.1, row.2, row.3)).collect();
            let mut rows = Rows::of(&plain);
            rows.product = with_product.then(|| table.iter().map(|row| row.4).collect());
            OrderLines::new(&rows.columns(), TableOptions::default())
        };
        let (Ok(one), Ok(other)) = (lines(&table), lines(&mixed)) else { return Ok(()) };
        prop_assert_eq!(one.report().credits(), other.report().credits());
        let paid: f64 = table.iter().filter(|row| row.3 > 0.0).map(|row| row.2 * row.3).sum();
        let credits = one.report().credits();
        let (back, all) = credits.map_or((0.0, 0.0), |c| (c.money_matched, c.money));
        let ledger = |lines: &OrderLines| {
            let options = loyalty_core::ledger::LedgerOptions::default();
            loyalty_core::ledger::Ledger::new(lines, None, None, &options)
        };
        let both = (score(OrderTable::new(&one), &ScoreOptions::default()),
                    score(OrderTable::new(&other), &ScoreOptions::default()));
        let (Ok(first), Ok(second)) = both else { return Ok(()) };
        prop_assert_eq!(&first.customers, &second.customers);
        prop_assert_eq!(&first.clv, &second.clv);
        let net: f64 = totals(&first).iter().sum();
        prop_assert!((net - (paid - back)).abs() <= 0.02 * table.len() as f64, "{} {} {}", net, paid, back);
        prop_assert!(back <= all + 1e-9);
        if back == 0.0 {
            let (a, b) = (ledger(&one).unwrap(), ledger(&other).unwrap());
            prop_assert_eq!(a.columns(), b.columns());
        }
    }
}
