//! The row of one customer, worked out alone, is that of the whole ledger to the last bit.

use crate::common::ledger_shop::{columns, contacts, ledger_options, lines, returned, simulated};
use crate::common::random::Random;
use loyalty_core::Error;
use loyalty_core::ledger::{Ledger, LedgerBasis, LedgerOptions, LedgerWork, customer_records};
use loyalty_core::orders::{
    Column, ContactColumns, ContactKind, Contacts, CustomerId, CustomerRecord, Invalid,
    LineColumns, OrderLines, TimeScale,
};
use loyalty_core::simulate::{Shop, ShopOptions};
use loyalty_core::summary::{PurchaseWork, Purchases, SummaryOptions};
use loyalty_core::time::{Occasion, Unit};
use proptest::prelude::*;

const DAY: i64 = 86_400_000_000;

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Every customer's row by a basis that was in a file and a record that was in a database.
fn same_rows(ledger: &Ledger, records: &[CustomerRecord]) {
    let basis = LedgerBasis::from_json(&ledger.basis().to_json()).unwrap();
    assert_eq!(basis.to_json(), ledger.basis().to_json());
    let (mut work, mut stored) = (LedgerWork::default(), CustomerRecord::default());
    assert_eq!(ledger.len(), records.len());
    for (number, record) in records.iter().enumerate() {
        stored.read_bytes(&record.to_bytes()).unwrap();
        assert_eq!(&stored, record);
        let row = basis.row(&stored, None, &mut work).unwrap();
        assert_eq!(
            bits(&row.values()),
            bits(&ledger.row(number).values()),
            "customer {number}: {row:?} against {:?}",
            ledger.row(number)
        );
    }
}

fn mailings(shop: &Shop) -> Contacts {
    let customer: Vec<i64> = shop.lines.customer.iter().step_by(7).copied().collect();
    let time: Vec<i64> = shop.lines.time.iter().step_by(7).copied().collect();
    let cost: Vec<f64> = (0..time.len()).map(|row| 0.1 * (row % 9) as f64).collect();
    let columns = ContactColumns {
        customer: Column::new("customer", &customer[..]).into(),
        time: Column::new("time", &time),
        scale: TimeScale::Days,
        cost: Column::new("cost", &cost),
        firm_caused: None,
        opted_out: None,
    };
    Contacts::new(&columns, Invalid::Raise).unwrap()
}

#[test]
fn every_customer_of_a_shop_has_the_row_of_the_ledger() {
    for (options, seed) in [(ShopOptions::default(), 3), (ShopOptions::default(), 17)] {
        let (shop, options) = simulated(options, 1200, seed);
        let (lines, contacts, mailings) = (lines(&shop), contacts(&shop), mailings(&shop));
        let mut how = ledger_options(&options);
        let ledger = Ledger::new(&lines, Some(&contacts), Some(&mailings), &how).unwrap();
        let records = customer_records(&lines, Some(&contacts), Some(&mailings)).unwrap();
        assert!(ledger.columns().service_cost.iter().any(|cost| *cost > 0.0));
        assert!(ledger.columns().marketing_cost.iter().any(|cost| *cost > 0.0));
        assert!(ledger.columns().dispersion.iter().any(|ratio| *ratio != 1.0));
        same_rows(&ledger, &records);
        // What lies outside is left out of both; periods of the calendar, and cases of another length.
        let (first, last) = lines.time_range();
        (how.start, how.end) = (Some(first + 90 * DAY), Some(last - 60 * DAY));
        (how.period, how.period_days, how.case_days) = (Occasion::Quarter, None, 3);
        let ledger = Ledger::new(&lines, Some(&contacts), None, &how).unwrap();
        same_rows(&ledger, &records);
        // Of less than the records know.
        let ledger = Ledger::new(&lines, None, None, &how).unwrap();
        same_rows(&ledger, &records);
    }
}

/// A table of lines in which ids are text, sizes and brands are there, some categories and brands are missing.
fn dressed(shop: &Shop, rows: &[usize], with_returns: bool) -> OrderLines {
    let came_back = returned(shop);
    let all = columns(shop, &came_back);
    let text =
        |of: &dyn Fn(usize) -> String| -> Vec<String> { rows.iter().map(|&r| of(r)).collect() };
    let take = |column: &Option<Column<'_, [f64]>>| -> Vec<f64> {
        rows.iter().map(|&row| column.as_ref().unwrap().values[row]).collect()
    };
    let (l, known) = (&shop.lines, rows.iter().map(|row| came_back[*row]).collect::<Vec<bool>>());
    let customer: Vec<i64> = rows.iter().map(|&row| l.customer[row]).collect();
    let time: Vec<i64> = rows.iter().map(|&row| l.time[row]).collect();
    let back: Vec<i64> = rows.iter().map(|&row| l.return_time[row]).collect();
    let line: Vec<i64> = rows.iter().map(|&row| i64::try_from(row).unwrap()).collect();
    let order = text(&|row| format!("order-{}", l.order[row]));
    let product = text(&|row| format!("P{}", l.product[row]));
    let category = text(&|row| l.category[row].to_string());
    let size: Vec<i64> = rows.iter().map(|&row| l.order[row] % 5).collect();
    let brand = text(&|row| format!("brand {}", l.product[row] % 11));
    let here: Vec<bool> = rows.iter().map(|row| row % 13 != 0).collect();
    let (amount, discount) = (take(&all.amount), take(&all.discount));
    let (maker, coupon) = (take(&all.maker_discount), take(&all.coupon));
    let (depth, cost, paid_back) =
        (take(&all.offered_depth), take(&all.cost), take(&all.returned_amount));
    let mut columns = LineColumns::new(
        Column::new("customer", &customer[..]).into(),
        Column::new("time", &time),
        TimeScale::Days,
    )
    .with_amount(Column::new("amount", &amount));
    columns.line = Some(Column::new("line", &line[..]).into());
    columns.order = Some(Column::new("order", &order).into());
    columns.product = Some(Column::new("product", &product).into());
    columns.category = Some(Column::new("category", &category).with_present(Some(&here)).into());
    columns.size = Some(Column::new("size", &size[..]).into());
    columns.brand = Some(Column::new("brand", &brand).with_present(Some(&here)).into());
    columns.discount = Some(Column::new("discount", &discount));
    columns.maker_discount = Some(Column::new("maker_discount", &maker));
    columns.coupon = Some(Column::new("coupon", &coupon));
    columns.offered_depth = Some(Column::new("offered_depth", &depth));
    columns.cost = Some(Column::new("cost", &cost));
    if with_returns {
        columns.returned_amount = Some(Column::new("returned_amount", &paid_back));
        columns.return_time =
            Some(Column::new("return_time", &back[..]).with_present(Some(&known)));
    }
    OrderLines::new(&columns, Invalid::Raise).unwrap()
}

#[test]
fn orders_returns_and_contacts_told_one_by_one_leave_the_same_bytes() {
    let (shop, options) = simulated(ShopOptions::default(), 250, 5);
    let all: Vec<usize> = (0..shop.lines.customer.len()).collect();
    let (lines, contacts) = (dressed(&shop, &all, true), contacts(&shop));
    let ledger = Ledger::new(&lines, Some(&contacts), None, &ledger_options(&options)).unwrap();
    let at_once = customer_records(&lines, Some(&contacts), None).unwrap();
    same_rows(&ledger, &at_once);

    let mut random = Random::new(8);
    for (number, whole) in at_once.iter().enumerate() {
        let CustomerId::Int(customer) = lines.customers().get(number) else { panic!("numbers") };
        let mut rows: Vec<usize> = all.clone();
        rows.retain(|&row| shop.lines.customer[row] == customer);
        for last in (1..rows.len()).rev() {
            rows.swap(last, random.below(u32::try_from(last + 1).unwrap()) as usize);
        }
        let mut bytes = CustomerRecord::default().to_bytes();
        for piece in rows.chunks(3) {
            let mut record = CustomerRecord::from_bytes(&bytes).unwrap();
            let found = record.add_lines(&dressed(&shop, piece, false)).unwrap();
            assert_eq!((found.added, found.repeated), (piece.len(), 0));
            for &row in piece.iter().filter(|&&row| shop.lines.returned_amount[row] > 0.0) {
                let (line, back) = (i64::try_from(row).unwrap(), shop.lines.return_time[row] * DAY);
                let paid_back = Some(shop.lines.returned_amount[row]);
                assert!(record.add_return(CustomerId::Int(line), back, paid_back).unwrap());
                assert!(!record.add_return(CustomerId::Int(line), back, paid_back).unwrap());
            }
            bytes = record.to_bytes();
        }
        let mut record = CustomerRecord::from_bytes(&bytes).unwrap();
        let found = record.add_lines(&dressed(&shop, &rows, true)).unwrap();
        assert_eq!((found.added, found.repeated), (0, rows.len()));
        for at in (0..shop.contacts.customer.len()).rev() {
            if shop.contacts.customer[at] == customer {
                let caused = shop.contacts.firm_caused[at];
                let kind = if caused { ContactKind::FirmCaused } else { ContactKind::Service };
                let (time, cost) = (shop.contacts.time[at] * DAY, shop.contacts.cost[at]);
                record.add_contact(kind, time, cost).unwrap();
            }
        }
        assert_eq!(record.to_bytes(), whole.to_bytes(), "customer {customer}");
    }
    let (count, size) =
        (lines.len(), at_once.iter().map(|one| one.to_bytes().len()).sum::<usize>());
    assert!(size < 130 * count, "{size} bytes of {count} lines");
}

#[test]
fn what_the_ledger_has_not_seen_is_ordinary() {
    let (shop, options) = simulated(ShopOptions::default(), 200, 6);
    let all: Vec<usize> = (0..shop.lines.customer.len()).collect();
    let half: Vec<usize> =
        all.iter().copied().filter(|&row| shop.lines.product[row] % 2 == 0).collect();
    let mut how = ledger_options(&options);
    how.start = Some(0);
    let ledger = Ledger::new(&dressed(&shop, &half, true), None, None, &how).unwrap();
    let basis = ledger.basis();
    let mut work = LedgerWork::default();
    let records = customer_records(&dressed(&shop, &all, true), None, None).unwrap();
    let end = ledger.end();
    for record in &records {
        for end in [None, Some(end + 400 * DAY)] {
            let row = basis.row(record, end, &mut work).unwrap();
            assert!(row.values().iter().all(|value| value.is_finite()), "{row:?}");
            assert_eq!(row.lines, record.len() as f64);
        }
    }
}

fn summary_options(end: i64, unit: Unit, include_first: bool) -> SummaryOptions {
    let mut options = SummaryOptions::in_unit(unit);
    (options.observation_end, options.include_first) = (Some(end), include_first);
    options
}

#[test]
fn purchases_of_one_customer_are_those_of_the_summary() {
    use loyalty_core::orders::{OrderColumns, Orders};
    let (shop, _) = simulated(ShopOptions::default(), 400, 12);
    let lines = lines(&shop);
    let orders = Orders::new(
        &OrderColumns {
            customer: Column::new("customer", &shop.lines.customer[..]).into(),
            time: Column::new("time", &shop.lines.time),
            scale: TimeScale::Days,
            amount: Some(Column::new("amount", &shop.lines.amount)),
        },
        Invalid::Raise,
    )
    .unwrap();
    let records = customer_records(&lines, None, None).unwrap();
    let (_, last) = lines.time_range();
    let mut work = PurchaseWork::default();
    for (unit, include_first) in
        [(Unit::Week, false), (Unit::Day, true), (Unit::CalendarMonth, false)]
    {
        let options = summary_options(last - 30 * DAY, unit, include_first);
        let summary = orders.summarize(&options).unwrap();
        let mut row = 0;
        for (number, record) in records.iter().enumerate() {
            let CustomerId::Int(id) = lines.customers().get(number) else { panic!("numbers") };
            let own = (0..shop.lines.customer.len()).filter(|&at| shop.lines.customer[at] == id);
            let (times, paid): (Vec<i64>, Vec<f64>) =
                own.map(|at| (shop.lines.time[at] * DAY, shop.lines.amount[at])).unzip();
            let by_arrays = Purchases::of(&times, Some(&paid), &options, &mut work);
            let found = Purchases::of_record(record, false, &options, &mut work);
            assert_eq!(found, by_arrays);
            let Ok(found) = found else { continue };
            assert_eq!(found.history, summary.history(row));
            let mean = summary.monetary_value().unwrap()[row];
            assert_eq!(found.monetary_value.to_bits(), mean.to_bits());
            assert_eq!(found.transactions, summary.transactions(row));
            row += 1;
        }
        assert_eq!(row, summary.len());
    }
}

fn error_of<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn refusals_name_what_is_wrong() {
    let (shop, options) = simulated(ShopOptions::default(), 60, 2);
    let all: Vec<usize> = (0..shop.lines.customer.len()).collect();
    let own: Vec<usize> = all
        .iter()
        .copied()
        .filter(|&row| shop.lines.customer[row] == shop.lines.customer[0])
        .collect();
    let mut record = CustomerRecord::default();
    let error = error_of(record.add_lines(&lines(&shop)));
    assert!(
        error.starts_with("the number of customers must be 1, as a record is of one"),
        "{error}"
    );
    record.add_lines(&dressed(&shop, &own, true)).unwrap();
    let before = record.clone();
    let day = Column::new("day", &[3_i64][..]);
    let plain = LineColumns::new(Column::new("who", &[1_i64][..]).into(), day, TimeScale::Days)
        .with_amount(Column::new("paid", &[5.0]));
    let plain = OrderLines::new(&plain, Invalid::Raise).unwrap();
    let error = error_of(record.add_lines(&plain));
    assert_eq!(error, "column \"order\" is missing: the customer's lines so far have it");
    let line = i64::try_from(own[0]).unwrap();
    for (result, expected) in [
        (
            record.add_return(CustomerId::Int(-5), 0, None),
            "column \"line\", row 0: must be one of the customer's lines, got -5",
        ),
        (
            record.add_return(CustomerId::Int(line), 0, None),
            "column \"return_time\", row 0: must be within the years 0001 to 9999, not before the day of the order, got 0",
        ),
        (
            record.add_return(CustomerId::Int(line), 99_999 * DAY, Some(f64::NAN)),
            "column \"returned_amount\", row 0: must be above 0 and at most what was paid, got NaN",
        ),
    ] {
        assert_eq!(error_of(result), expected);
    }
    assert!(record.add_contact(ContactKind::Service, 0, f64::NAN).is_err());
    assert!(record.add_contact(ContactKind::Service, i64::MAX, 1.0).is_err());
    assert_eq!(record, before);

    let ledger = Ledger::new(&lines(&shop), None, None, &ledger_options(&options)).unwrap();
    let (basis, mut work) = (ledger.basis(), LedgerWork::default());
    let error = error_of(basis.row(&record, None, &mut work));
    assert_eq!(error, "column \"product\" must hold whole numbers, got text");
    let mut bare = CustomerRecord::default();
    bare.add_lines(&plain).unwrap();
    let error = error_of(basis.row(&bare, None, &mut work));
    assert!(error.contains("needs the column \"product\", which is missing"), "{error}");
    assert!(basis.row(&record, Some(i64::MIN), &mut work).is_err());
    // Nobody yet: no row can be told from that of a customer who never ordered.
    let nobody = basis.row(&CustomerRecord::default(), None, &mut work).unwrap();
    assert_eq!((nobody.orders, nobody.lines, nobody.revenue), (0.0, 0.0, 0.0));
}

#[test]
fn a_basis_that_contradicts_itself_is_refused() {
    let (shop, options) = simulated(ShopOptions::default(), 60, 2);
    let (lines, contacts) = (lines(&shop), contacts(&shop));
    let ledger = Ledger::new(&lines, Some(&contacts), None, &ledger_options(&options)).unwrap();
    let text = ledger.basis().to_json();
    for (from, to) in [
        ("\"version\":1", "\"version\":2"),
        ("\"case_days\":7", "\"case_days\":0"),
        ("\"rates\":[", "\"rates\":[1.5,"),
        ("\"maturity\":[", "\"maturity\":[0.5,"),
        ("\"sums\":[", "\"sums\":[[1.0,1.0],"),
        ("\"columns\":[\"product\"", "\"columns\":[\"colour\""),
        ("\"columns\":[\"product\",", "\"columns\":["),
        ("\"contact_cost\":", "\"contact_cost\":-"),
        ("\"kind\":\"ledger-basis\"", "\"kind\":\"bg-nbd\""),
    ] {
        let broken = text.replacen(from, to, 1);
        assert_ne!(broken, text, "{from}");
        assert!(LedgerBasis::from_json(&broken).is_err(), "{from} to {to}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// One bit or byte, a cut, a tail: the checksum or a rule finds it.
    #[test]
    fn damaged_bytes_are_an_error(at in any::<prop::sample::Index>(), to in any::<u8>(), how in 0..3) {
        let whole = sample();
        let mut bytes = whole.clone();
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] ^= to.max(1),
            1 => bytes.truncate(at),
            _ => bytes.insert(at, to),
        }
        prop_assert!(bytes == whole || CustomerRecord::from_bytes(&bytes).is_err());
    }

    /// Bytes of any content with a checksum that is right: an error, or a record that is the same when it was stored.
    #[test]
    fn forged_bytes_are_an_error_or_a_record(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut bytes = sample();
        let body = bytes.len() - 8;
        bytes[at.index(body)] = to;
        let forged = sealed(&bytes[..body]);
        if let Ok(record) = CustomerRecord::from_bytes(&forged) {
            let again = CustomerRecord::from_bytes(&record.to_bytes()).unwrap();
            prop_assert_eq!(again.to_bytes(), record.to_bytes());
        }
    }
}

fn sample() -> Vec<u8> {
    let (shop, _) = simulated(ShopOptions::default(), 4, 4);
    let own: Vec<usize> = (0..shop.lines.customer.len())
        .filter(|&row| shop.lines.customer[row] == shop.lines.customer[0])
        .collect();
    let mut record = CustomerRecord::default();
    record.add_lines(&dressed(&shop, &own, true)).unwrap();
    record.add_contact(ContactKind::Marketing, 0, 0.5).unwrap();
    record.to_bytes()
}

/// The same bytes with a checksum of them, by the steps that the layout names.
fn sealed(body: &[u8]) -> Vec<u8> {
    let fold = |key: u64, word: u64| {
        let z = key.rotate_left(23).wrapping_add(0x9e37_79b9_7f4a_7c15) ^ word;
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let words = body.chunks(8).map(|chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    });
    let check = words.fold(fold(2, body.len() as u64), fold);
    [body, &check.to_le_bytes()].concat()
}

#[test]
fn a_log_of_amounts_alone_has_rows_too() {
    // CDNOW: real customers, and no column but the amount.
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../loyalty-py/python/loyalty/data/cdnow.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let (mut customer, mut day, mut paid) = (Vec::new(), Vec::new(), Vec::new());
    for row in text.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        customer.push(cells[0].parse::<i64>().unwrap());
        day.push(crate::common::instant(cells[1]) / DAY);
        paid.push(cells[3].parse::<f64>().unwrap());
    }
    let columns = LineColumns::new(
        Column::new("customer", &customer[..]).into(),
        Column::new("day", &day),
        TimeScale::Days,
    )
    .with_amount(Column::new("paid", &paid));
    let lines = OrderLines::new(&columns, Invalid::Raise).unwrap();
    let mut options = LedgerOptions::default();
    options.economics.margin = Some(0.3);
    let ledger = Ledger::new(&lines, None, None, &options).unwrap();
    same_rows(&ledger, &customer_records(&lines, None, None).unwrap());
}
