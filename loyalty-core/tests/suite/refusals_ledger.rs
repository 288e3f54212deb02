//! What a ledger and its tables refuse or drop, with the exact message of each.

use loyalty_core::Error;
use loyalty_core::ledger::{Economics, Ledger, LedgerOptions};
use loyalty_core::orders::{
    Column, ContactColumns, Contacts, CustomerColumn, Invalid, LineColumns, OrderColumns,
    OrderLines, Orders, TextColumn, TimeScale,
};

fn one_line<'a>(values: &'a [f64; 3], time: &'a [i64; 1]) -> LineColumns<'a> {
    let customer = Column::new("who", &[1][..]).into();
    let paid = Column::new("paid", &values[..1]);
    let mut columns =
        LineColumns::new(customer, Column::new("day", time), TimeScale::Days).with_amount(paid);
    columns.list_amount = Some(Column::new("list", &[10.0]));
    columns.discount = Some(Column::new("off", &values[1..2]));
    columns.returned_amount = Some(Column::new("back", &values[2..3]));
    columns
}

#[test]
fn lines_that_cannot_be_used_are_refused_by_reason() {
    let nan = f64::NAN;
    for (values, time, expected) in [
        ([nan, 0.0, 0.0], 5, "\"paid\" is missing"),
        ([-1.0, 0.0, 0.0], 5, "\"paid\" is negative"),
        ([f64::INFINITY, 0.0, 0.0], 5, "\"paid\" is not within 0 to 1e50"),
        ([9.0, f64::NEG_INFINITY, 0.0], 5, "\"off\" is not within 0 to 1e50"),
        ([9.0, nan, 0.0], 5, "\"off\" is missing"),
        ([9.0, 11.0, 0.0], 5, "\"off\" is above the list price"),
        ([9.0, 1.0, 9.5], 5, "\"back\" is above the amount paid"),
        ([9.0, 1.0, -2.0], 5, "\"back\" is negative"),
        ([9.0, 1.0, 0.0], i64::MAX, "\"day\" is not within the years"),
    ] {
        let time = [time];
        let refused = OrderLines::new(&one_line(&values, &time), Invalid::Raise).unwrap_err();
        assert!(refused.to_string().contains(expected), "{refused}");
    }
    assert!(OrderLines::new(&one_line(&[9.0, 1.0, nan], &[5]), Invalid::Raise).is_ok());
}

#[test]
fn dropped_lines_are_counted() {
    let mut columns = LineColumns::new(
        Column::new("who", &[1, 1, 2][..]).into(),
        Column::new("day", &[3, 4, 5]),
        TimeScale::Days,
    )
    .with_amount(Column::new("paid", &[5.0, -5.0, 7.0]));
    columns.offered_depth = Some(Column::new("offer", &[0.0, 0.2, 1.5]));
    let lines = OrderLines::new(&columns, Invalid::Drop).unwrap();
    assert_eq!((lines.len(), lines.report().refused()), (1, 2));
    assert_eq!(
        lines.report().to_string(),
        "2 of 3 rows cannot be used: column \"paid\" is negative in 1 row (first: row 1); \
         column \"offer\" is not within 0 to 1 in 1 row (first: row 2)"
    );
    columns.category = Some(Column::new("category", &[1, 2][..]).into());
    let refused = OrderLines::new(&columns, Invalid::Drop).unwrap_err();
    assert_eq!(refused, Error::Length { column: "category".to_owned(), expected: 3, got: 2 });
}

#[test]
fn contacts_of_strangers_are_counted_and_those_of_another_system_refused() {
    let line = LineColumns::new(
        Column::new("who", &[1][..]).into(),
        Column::new("day", &[3]),
        TimeScale::Days,
    )
    .with_amount(Column::new("paid", &[5.0]));
    let lines = OrderLines::new(&line, Invalid::Raise).unwrap();
    let contact = |customer| ContactColumns {
        customer,
        time: Column::new("day", &[3, 3]),
        scale: TimeScale::Days,
        cost: Column::new("cost", &[2.0, 3.0]),
        firm_caused: None,
        opted_out: None,
    };
    let known = contact(Column::new("who", &[1, 9][..]).into());
    let contacts = Contacts::new(&known, Invalid::Raise).unwrap();
    let options = LedgerOptions::default();
    let ledger = Ledger::new(&lines, Some(&contacts), None, &options).unwrap();
    assert_eq!(ledger.portfolio().unmatched_contacts, 1);
    assert_eq!(ledger.columns().service_cost, [2.0]);
    let join = &ledger.joins()[0];
    assert_eq!((join.table, join.rows, join.matched, join.unmatched), ("contacts", 2, 1, 1));
    assert_eq!((&join.unmatched_ids[..], join.by_digits), (&["9".to_owned()][..], false));

    let names = vec!["ada", "bob"];
    let contacts = Contacts::new(&contact(Column::new("who", &names).into()), Invalid::Raise);
    let contacts = contacts.unwrap();
    let refused = Ledger::new(&lines, Some(&contacts), None, &options).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "column \"customer of the contacts\" names a customer of the order lines in 0 of 2 rows of the \
         contacts (not ada, bob; the order lines have 1), ids being text in one and numbers in the other. At \
         least half should: ids of another system are the usual reason; joins=\"allow\" leaves the others \
         out"
    );
    let mut options = LedgerOptions::default();
    options.joins = loyalty_core::ledger::Joins::Allow;
    let ledger = Ledger::new(&lines, Some(&contacts), None, &options).unwrap();
    assert_eq!((ledger.columns().service_cost[0], ledger.joins()[0].unmatched), (0.0, 2));

    // The same ids as text: they are matched by their digits, and that is said.
    let text = vec!["1", " 1"];
    let contacts = Contacts::new(&contact(Column::new("who", &text).into()), Invalid::Raise);
    let contacts = contacts.unwrap();
    let ledger = Ledger::new(&lines, Some(&contacts), None, &LedgerOptions::default()).unwrap();
    assert_eq!(ledger.columns().service_cost, [5.0]);
    assert!(ledger.joins()[0].by_digits);
}

#[test]
fn economics_outside_their_domain_are_refused() {
    let line = LineColumns::new(
        Column::new("who", &[1][..]).into(),
        Column::new("day", &[3]),
        TimeScale::Days,
    )
    .with_amount(Column::new("paid", &[5.0]));
    let lines = OrderLines::new(&line, Invalid::Raise).unwrap();
    let bare = Economics::default();
    for (economics, expected) in [
        (Economics { margin: Some(1.5), ..bare }, "margin must be from 0 to 1, got 1.5"),
        (Economics { markdown: Some(f64::NAN), ..bare }, "markdown must be from 0 to 1, got NaN"),
        (Economics { handling: Some(-1.0), ..bare }, "handling must be finite and >= 0, got -1"),
    ] {
        let mut options = LedgerOptions::default();
        options.economics = economics;
        let refused = Ledger::new(&lines, None, None, &options).unwrap_err();
        assert_eq!(refused.to_string(), expected);
    }
    let mut options = LedgerOptions::default();
    options.end = Some(0);
    assert!(matches!(Ledger::new(&lines, None, None, &options), Err(Error::Empty { .. })));
}

/// Text of as many rows as one likes, which takes no room.
struct Endless(usize);

impl TextColumn for Endless {
    fn rows(&self) -> usize {
        self.0
    }

    fn text(&self, _: usize) -> &'static str {
        "a"
    }
}

#[test]
fn tables_too_long_for_numbers_of_32_bits_are_refused() {
    let text = Endless(1 << 32);
    let who = CustomerColumn::Text(Column { name: "who", values: &text, present: None });
    let (time, scale) = (Column::new("day", &[0][..]), TimeScale::Days);
    let amount = Column::new("paid", &[1.0][..]);
    let lines = LineColumns::new(who, time, scale).with_amount(amount);
    let refused = [
        Orders::new(&OrderColumns { customer: who, time, scale, amount: None }, Invalid::Raise)
            .map(|_| ()),
        OrderLines::new(&lines, Invalid::Raise).map(|_| ()),
        Contacts::new(
            &ContactColumns {
                customer: who,
                time,
                scale,
                cost: amount,
                firm_caused: None,
                opted_out: None,
            },
            Invalid::Raise,
        )
        .map(|_| ()),
    ];
    for refused in refused {
        let message = refused.unwrap_err().to_string();
        assert!(message.ends_with("must be below 4294967295, got 4294967296"), "{message}");
    }
}
