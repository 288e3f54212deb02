//! Ids that stand for no customer.

use std::collections::{HashMap, HashSet};

use super::super::columns::{Column, CustomerColumn};

/// Words that stand for no customer, in lower case. The first lines are what pandas reads as missing by
/// default (`pandas.read_csv`, `na_values`) and what databases and languages write for it; the last
/// are the words of shops for those who order without an account.
const WORDS: [&str; 36] = [
    "null",
    "nan",
    "-nan",
    "n/a",
    "#n/a",
    "#na",
    "<na>",
    "na",
    "none",
    "nat",
    "nil",
    "1.#ind",
    "1.#qnan",
    "-1.#ind",
    "-1.#qnan",
    "undefined",
    "(null)",
    "[null]",
    "\\n",
    "-",
    "--",
    "?",
    ".",
    "unknown",
    "unbekannt",
    "missing",
    "not set",
    "(not set)",
    "guest",
    "guests",
    "guest checkout",
    "gast",
    "gäste",
    "gastbestellung",
    "anonymous",
    "anonym",
];

/// The longest of them, in bytes.
const LONGEST: usize = 14;

/// Whether an id in text stands for no customer.
pub(crate) fn is_placeholder(id: &str) -> bool {
    // Most ids begin with a digit or are long, and none of the words without a dot does.
    let id = id.trim();
    if id.len() > LONGEST || id.as_bytes().first().is_some_and(|b| (b'2'..=b'9').contains(b)) {
        return false;
    }
    id.is_empty()
        || WORDS.iter().any(|word| word.eq_ignore_ascii_case(id))
        || (!id.is_ascii() && WORDS.contains(&&*id.to_lowercase()))
}

/// Whether the id of a row stands for no customer: a word for none, or the number of guests.
#[inline]
pub(super) fn stands_for_none(
    customer: &CustomerColumn<'_>,
    row: usize,
    number: Option<i64>,
) -> bool {
    match customer {
        CustomerColumn::Int(ids) => number.is_some_and(|number| ids.values[row] == number),
        CustomerColumn::Text(ids) => {
            let id = ids.values.text(row);
            is_placeholder(id) || number.is_some_and(|number| as_number(id) == Some(number))
        }
    }
}

/// Numbers that shops write for guests: 0 in WooCommerce and others, -1 in others.
const NUMBERS: [i64; 2] = [0, -1];

/// How many times the rows of the next id a number must have that could be a customer's by the way ids are
/// numbered. Measured: the busiest customer has 1.15 times the rows of the next in Online Retail II, 1.14 in CDNOW,
/// 1.09 in Superstore, 1 in Chinook, 1.11 in Northwind, 1.44 in the Classic Models sales; 5 is far from all.
const TIMES_THE_NEXT: usize = 5;

/// The number that stands for guests, where one does: 0 or −1 with more orders than any other id and, where
/// ids count on from it (0, 1, 2), several times as many.
pub(super) fn number(customer: &CustomerColumn<'_>) -> Option<i64> {
    let seen = |row: usize| match customer {
        CustomerColumn::Int(Column { values, .. }) => Some(values[row]),
        CustomerColumn::Text(ids) => as_number(ids.values.text(row)),
    };
    let rows = || (0..customer.len()).filter(|&row| customer.is_present(row));
    let there = |number: i64| rows().any(|row| seen(row) == Some(number));
    let number = NUMBERS.into_iter().find(|&number| there(number))?;
    let next_number = number + 1;
    let counts_on = match number {
        0 => there(next_number),
        _ => there(-2),
    };
    let (many, others, busiest) = counted(customer, number);
    let enough = many >= 2 && others >= 2 && many > busiest;
    let times = if counts_on { TIMES_THE_NEXT } else { 1 };
    (enough && many >= times * busiest).then_some(number)
}

/// The rows of a number, how many other ids there are, and the rows of the busiest of them.
fn counted(customer: &CustomerColumn<'_>, number: i64) -> (usize, usize, usize) {
    let (mut many, mut ids, mut texts) = (0, HashMap::new(), HashMap::new());
    let mut words = HashSet::new();
    for row in (0..customer.len()).filter(|&row| customer.is_present(row)) {
        match customer {
            CustomerColumn::Int(column) if column.values[row] == number => many += 1,
            CustomerColumn::Int(column) => *ids.entry(column.values[row]).or_insert(0) += 1,
            CustomerColumn::Text(column) => match column.values.text(row) {
                id if as_number(id) == Some(number) => many += 1,
                id if words.contains(id) => (),
                id if is_placeholder(id) => _ = words.insert(id),
                id => *texts.entry(id).or_insert(0_usize) += 1,
            },
        }
    }
    let busiest = ids.values().chain(texts.values()).copied().max().unwrap_or(0);
    (many, ids.len() + texts.len(), busiest)
}

/// A whole number written as text, as `0` or `0.0`.
fn as_number(id: &str) -> Option<i64> {
    let id = id.trim();
    let id = id.strip_suffix(".0").unwrap_or(id);
    if id.len() > 2 { None } else { id.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_no_customer_are_told_from_ids() {
        for word in ["", " ", "NULL", "nan", "NaN", "N/A", " null ", "Gast", "GÄSTE", "-", "None"]
        {
            assert!(is_placeholder(word), "{word:?}");
        }
        for id in ["0", "7", "ann", "Nannie", "guesthouse", "NULLS", "12345678901234567"] {
            assert!(!is_placeholder(id), "{id:?}");
        }
        assert!(WORDS.iter().all(|word| word.len() <= LONGEST && !word.starts_with(['2', '9'])));
    }

    #[test]
    fn a_number_is_a_guest_where_its_share_is_improbable() {
        let found = |ids: &[i64]| number(&Column::new("id", ids).into());
        assert_eq!(found(&[0, 0, 0, 701, 702, 702]), Some(0));
        assert_eq!(found(&[-1, -1, -1, 701, 702, 702]), Some(-1));
        // The first of customers numbered 0, 1, 2 who buys a little more than the others.
        assert_eq!(found(&[0, 0, 0, 1, 1, 2]), None);
        assert_eq!(found(&[0, 0, 0, 0, 0, 0, 1, 2]), Some(0));
        assert_eq!(found(&[0, 701, 702, 702]), None);
        let text = vec!["0", "0", "0", "a", "b", "NULL", "NULL", "NULL", "NULL"];
        assert_eq!(number(&Column::new("id", &text).into()), Some(0));
    }
}
