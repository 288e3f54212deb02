//! Yesterday's orders added to what is known, without the log: any log, cut anywhere, through files.

use crate::common::naive::{self, DAY};
use crate::summary_properties::{clock, log, orders};
use loyalty_core::Error;
use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
use loyalty_core::summary::{OccasionFile, Occasions, SummaryOptions};
use loyalty_core::time::{Clock, Unit};
use proptest::prelude::*;

/// What a file gives back.
fn through_a_file(occasions: Occasions) -> Occasions {
    let file = OccasionFile::from(occasions);
    let again = OccasionFile::from_bytes(&file.to_bytes()).expect("a file just made");
    assert_eq!(again, file);
    again.occasions
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn days_added_one_by_one_are_the_whole_log(mut lines in log(), clock in clock()) {
        lines.sort_by_key(|line| line.1);
        let whole = Occasions::of(&orders(&lines), clock).unwrap();
        let mut state: Option<Occasions> = None;
        for day in lines.chunk_by(|a, b| a.1.div_euclid(DAY) == b.1.div_euclid(DAY)) {
            let today = Occasions::of(&orders(day), clock).unwrap();
            let known = match state {
                None => today,
                Some(before) => through_a_file(before).merge(&today)?,
            };
            state = Some(known);
        }
        let state = through_a_file(state.expect("a day"));
        prop_assert_eq!(state.time_range(), orders(&lines).time_range());
        prop_assert_eq!(format!("{:?}", state.summarize(None, false)?), format!("{:?}", whole.summarize(None, false)?));
        prop_assert_eq!(state, whole);
    }

    #[test]
    fn a_summary_tells_when_customers_ordered(lines in log(), clock in clock()) {
        let mut options = SummaryOptions::default();
        (options.unit, options.occasion) = (clock.unit(), Some(clock.occasion()));
        let summary = orders(&lines).summarize(&options)?;
        let (first, last) = (summary.first_orders().unwrap(), summary.last_orders().unwrap());
        let mut ids: Vec<i64> = lines.iter().map(|line| line.0).collect();
        ids.sort_unstable();
        ids.dedup();
        for (row, id) in ids.into_iter().enumerate() {
            let own: Vec<i64> = lines.iter().filter(|line| line.0 == id).map(|line| line.1).collect();
            for (found, expected) in
                [(first[row], own.iter().min().unwrap()), (last[row], own.iter().max().unwrap())]
            {
                let period = |time| naive::period(clock.occasion(), time);
                prop_assert_eq!(period(found), period(*expected));
                // A period begins there: before it is another one.
                prop_assert_eq!(period(found - 1), period(*expected) - 1);
            }
        }
    }

    #[test]
    fn some_customers_are_as_they_are_among_all(lines in log(), keep in prop::collection::vec(any::<bool>(), 9)) {
        let whole = orders(&lines).summarize(&SummaryOptions::default())?;
        let rows: Vec<usize> = (0..whole.len()).rev().filter(|&row| keep[row]).collect();
        match whole.select(&rows) {
            Err(error) => prop_assert!(rows.is_empty(), "{error}"),
            Ok(some) => {
                for (row, &from) in rows.iter().enumerate() {
                    prop_assert_eq!(some.slice(row..row + 1), whole.slice(from..from + 1));
                }
                prop_assert_eq!(some.observed(), whole.observed());
            }
        }
    }
}

/// A log of text ids with amounts.
fn text_log() -> OccasionFile {
    let names = ["ada", "grace", "ada", "émilie"].to_vec();
    let columns = OrderColumns {
        customer: Column::new("customer", &names).into(),
        time: Column::new("day", &[3, 5, 10, 11]),
        scale: TimeScale::Days,
        amount: Some(Column::new("amount", &[0.1, 0.2, 0.3, 1e50])),
    };
    let orders = Orders::new(&columns, Invalid::Raise).expect("a log");
    let mut file =
        OccasionFile::from(Occasions::of(&orders, Clock::new(Unit::Week, None).unwrap()).unwrap());
    file.time_zone = Some("Europe/Berlin".to_owned());
    file.customer = Some("who".to_owned());
    file
}

#[track_caller]
fn refusal(bytes: &[u8]) -> String {
    match OccasionFile::from_bytes(bytes) {
        Err(Error::ModelFile { problem, .. }) => problem,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn a_file_comes_back_with_its_labels() {
    let file = text_log();
    assert_eq!(OccasionFile::from_bytes(&file.to_bytes()), Ok(file));
}

#[test]
fn a_damaged_file_is_refused_wherever_it_is_damaged() {
    let sound = text_log().to_bytes();
    let head = sound.iter().position(|&byte| byte == b'\n').unwrap();
    for at in head + 1..sound.len() {
        let mut damaged = sound.clone();
        damaged[at] ^= 0x10;
        assert_eq!(refusal(&damaged), "the checksum is that of other content: the file is damaged");
    }
    for end in 0..sound.len() {
        assert!(OccasionFile::from_bytes(&sound[..end]).is_err(), "cut at {end}");
    }
    let mut longer = sound;
    longer.push(0);
    assert!(refusal(&longer).contains("checksum"));
}

#[test]
fn what_no_log_gives_is_refused_even_with_the_right_checksum() {
    let sound = text_log().to_bytes();
    let head = sound.iter().position(|&byte| byte == b'\n').unwrap();
    let (line, body) = (String::from_utf8(sound[..head].to_vec()).unwrap(), &sound[head + 1..]);
    let fnv = |bytes: &[u8]| {
        let step = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, step))
    };
    assert!(line.contains(&fnv(body)));
    let with = |line: &str, body: &[u8]| {
        let start = line.find("checksum").unwrap() + 11;
        let line = format!("{}{}{}", &line[..start], fnv(body), &line[start + 16..]);
        [line.as_bytes(), b"\n", body].concat()
    };
    assert!(OccasionFile::from_bytes(&with(&line, body)).is_ok());
    // Three ends of ids, fifteen bytes of text (é has two), three ends of occasions, four days, four pairs.
    let (text, ends, days, money) = (24, 24 + 15, 24 + 15 + 24, 24 + 15 + 24 + 32);
    assert_eq!(body.len(), money + 64);
    let changed = |at: usize, word: [u8; 8]| {
        let mut other = body.to_vec();
        other[at..at + 8].copy_from_slice(&word);
        refusal(&with(&line, &other))
    };
    let (none, wide) = (0_u64.to_le_bytes(), u64::MAX.to_le_bytes());
    for (said, message) in [
        (changed(0, wide), "an id ends where no letter does"),
        (changed(text, *b"zoe\0\0\0\0\0"), "the ids are not in order"),
        (changed(text + 8, [0xff; 8]), "an id is not UTF-8"),
        (changed(ends, none), "a customer has no occasion, or those of another"),
        (changed(ends + 16, none), "a customer has no occasion, or those of another"),
        (changed(days, 10_i64.to_le_bytes()), "occasions are not in order, or outside the log"),
        (
            changed(days + 24, 12_i64.to_le_bytes()),
            "occasions are not in order, or outside the log",
        ),
        (changed(money, (-1_f64).to_le_bytes()), "an amount is none that a log has"),
        (changed(money, f64::NAN.to_le_bytes()), "an amount is none that a log has"),
        (changed(money + 8, 1_f64.to_le_bytes()), "an amount is none that a log has"),
        (refusal(&with(&line, &body[..body.len() - 1])), "the file ends too early"),
        (refusal(&with(&line, &[body, &[0]].concat())), "there is more than the head says"),
    ] {
        assert_eq!(said, message);
    }
    let told = |from: &str, to: &str| refusal(&with(&line.replace(from, to), body));
    assert_eq!(
        told("\"version\":1", "\"version\":2"),
        "version 2 is unknown, this library reads 1"
    );
    assert_eq!(
        told("loyalty-occasions", "loyalty-model"),
        "format \"loyalty-model\" is not \"loyalty-occasions\""
    );
    assert!(told("\"amounts\"", "\"money\"").starts_with("unknown field `money`"));
    assert_eq!(
        told("\"last_order\":", "\"last_order\":-"),
        "the first and the last order are no times in order"
    );
    assert_eq!(refusal(b"{\"format\": 7}"), "the file does not begin as a file of occasions does");
}
