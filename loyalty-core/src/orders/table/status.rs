//! What became of an order by the word of its status, and in which currency it was paid.

use std::collections::BTreeMap;

use super::super::columns::CustomerColumn;
use super::cells::Table;
use super::options::{OrderStatus, TableOptions};
use crate::Error;
use crate::error::report::Reason;

/// Words of shops, in lower case with blanks for `-` and `_`. Sources: WooCommerce, Order statuses (pending
/// payment, processing, on hold, completed, cancelled, refunded, failed, draft); Shopify, Order, financial
/// status (authorized, pending, paid, voided, refunded, expired); Adobe Commerce, Order status (pending,
/// pending payment, payment review, processing, holded, complete, canceled, fraud); Shopware, state machines
/// of orders and transactions (open, in progress, completed, cancelled, paid, failed, chargeback,
/// unconfirmed) and its German words; Olist, `order_status`; Amazon, order reports (Unshipped, Shipped).
/// A closed order was refunded in Adobe Commerce and is done elsewhere: it is a word that is not known.
const KNOWN: [(&str, OrderStatus); 76] = {
    use OrderStatus::{Bought, Cancelled, Failed, OnHold, Pending, Refunded, Test};
    [
        ("completed", Bought),
        ("complete", Bought),
        ("done", Bought),
        ("paid", Bought),
        ("partially paid", Bought),
        ("processing", Bought),
        ("in process", Bought),
        ("in progress", Bought),
        ("open", Bought),
        ("invoiced", Bought),
        ("approved", Bought),
        ("authorized", Bought),
        ("shipped", Bought),
        ("partially shipped", Bought),
        ("unshipped", Bought),
        ("delivered", Bought),
        ("fulfilled", Bought),
        ("resolved", Bought),
        ("ok", Bought),
        ("success", Bought),
        ("abgeschlossen", Bought),
        ("komplett abgeschlossen", Bought),
        ("bezahlt", Bought),
        ("komplett bezahlt", Bought),
        ("in bearbeitung", Bought),
        ("offen", Bought),
        ("versendet", Bought),
        ("versandt", Bought),
        ("geliefert", Bought),
        ("zugestellt", Bought),
        ("verkauft", Bought),
        ("refunded", Refunded),
        ("returned", Refunded),
        ("chargeback", Refunded),
        ("erstattet", Refunded),
        ("rückerstattet", Refunded),
        ("komplett erstattet", Refunded),
        ("zurückgesendet", Refunded),
        ("retourniert", Refunded),
        ("retoure", Refunded),
        ("cancelled", Cancelled),
        ("canceled", Cancelled),
        ("cancelled by customer", Cancelled),
        ("voided", Cancelled),
        ("void", Cancelled),
        ("expired", Cancelled),
        ("rejected", Cancelled),
        ("fraud", Cancelled),
        ("storniert", Cancelled),
        ("storno", Cancelled),
        ("abgebrochen", Cancelled),
        ("abgelehnt", Cancelled),
        ("storniert / abgelehnt", Cancelled),
        ("pending", Pending),
        ("pending payment", Pending),
        ("payment review", Pending),
        ("awaiting payment", Pending),
        ("unpaid", Pending),
        ("unconfirmed", Pending),
        ("draft", Pending),
        ("checkout draft", Pending),
        ("unbezahlt", Pending),
        ("ausstehend", Pending),
        ("zahlung ausstehend", Pending),
        ("wartet auf zahlung", Pending),
        ("unbestätigt", Pending),
        ("on hold", OnHold),
        ("holded", OnHold),
        ("zurückgestellt", OnHold),
        ("in wartestellung", OnHold),
        ("angehalten", OnHold),
        ("failed", Failed),
        ("declined", Failed),
        ("fehlgeschlagen", Failed),
        ("test", Test),
        ("testbestellung", Test),
    ]
};

/// A word as it stands in the table.
fn plain(word: &str) -> String {
    let word = word.trim().to_lowercase().replace(['-', '_'], " ");
    word.strip_prefix("wc ").map_or_else(|| word.clone(), str::to_owned)
}

/// The words of a column and how often each stands there, in order, and for each row the number of its
/// word; a missing one has none.
type Words<'a> = (Vec<(&'a str, usize, usize)>, Vec<Option<u32>>);

fn words_of<'a>(column: &CustomerColumn<'a>) -> Option<Words<'a>> {
    let CustomerColumn::Text(text) = column else { return None };
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let mut words: Vec<(&str, usize, usize)> = Vec::new();
    let mut of_row = Vec::with_capacity(column.len());
    let mut last: Option<(&str, u32)> = None;
    for row in 0..column.len() {
        let word = text.values.text(row);
        if !column.is_present(row) || word.trim().is_empty() {
            of_row.push(None);
            continue;
        }
        let number = match last {
            Some((same, number)) if same == word => number,
            _ => *numbers.entry(word).or_insert_with(|| {
                words.push((word, 0, row));
                u32::try_from(words.len() - 1).unwrap_or(u32::MAX)
            }),
        };
        words[number as usize].1 += 1;
        last = Some((word, number));
        of_row.push(Some(number));
    }
    Some((words, of_row))
}

/// Leaves out orders that are no purchases by their status, and notes those that came back whole.
pub(super) fn read(table: &mut Table<'_>, options: &TableOptions) -> Result<(), Error> {
    let Some(status) = table.given.status else { return Ok(()) };
    let name = status.name();
    let Some((words, of_row)) = words_of(&status) else {
        return Err(Error::Type {
            column: name.to_owned(),
            expected: "words, as a status is",
            got: "whole numbers".to_owned(),
        });
    };
    let known: BTreeMap<&str, OrderStatus> = KNOWN.into_iter().collect();
    let own: BTreeMap<String, OrderStatus> =
        options.status.iter().map(|(word, &status)| (plain(word), status)).collect();
    let of_word = |word: &str| {
        let word = plain(word);
        own.get(&word).or_else(|| known.get(&*word)).copied()
    };
    let meant: Vec<Option<OrderStatus>> = words.iter().map(|word| of_word(word.0)).collect();
    let unknown = words.iter().zip(&meant).filter(|(_, meant)| meant.is_none());
    let unknown: Vec<String> = unknown
        .map(|((word, rows, _), _)| {
            format!("{word:?} in {rows} {}", if *rows == 1 { "row" } else { "rows" })
        })
        .collect();
    if !unknown.is_empty() {
        let listed = unknown.join(", ");
        table.remarks.push(format!(
            "column {name:?} has words that are not known: {listed}, kept as purchases"
        ));
    }
    let mut refunded = 0;
    for (row, number) in of_row.iter().enumerate() {
        let Some(status) = number.and_then(|number| meant[number as usize]) else { continue };
        if let Some(reason) = status.reason() {
            table.leave_out(row, reason, name);
        } else if status == OrderStatus::Refunded {
            table.came_back_whole(row);
            refunded += 1;
        }
    }
    if refunded > 0 {
        let sentence =
            format!("column {name:?} says refunded in {refunded} rows: they came back whole");
        table.remarks.push(sentence);
    }
    Ok(())
}

/// Leaves out other currencies than the one chosen; of several, one must be chosen.
pub(super) fn currency(table: &mut Table<'_>, options: &TableOptions) -> Result<(), Error> {
    let Some(currency) = table.given.currency else {
        return match &options.currency {
            None => Ok(()),
            Some(_) => Err(Error::MissingColumn { column: "currency", needed_by: "a currency" }),
        };
    };
    let name = currency.name();
    let Some((words, of_row)) = words_of(&currency) else {
        let (column, expected) = (name.to_owned(), "codes of currencies, as EUR");
        return Err(Error::Type { column, expected, got: "whole numbers".to_owned() });
    };
    // The same code in other letters is the same currency.
    let mut rows_of: BTreeMap<String, usize> = BTreeMap::new();
    for (word, rows, _) in &words {
        *rows_of.entry(word.trim().to_uppercase()).or_default() += rows;
    }
    let mut counted: Vec<(&String, &usize)> = rows_of.iter().collect();
    counted.sort_by_key(|&(_, rows)| std::cmp::Reverse(*rows));
    let listed: Vec<String> = counted.iter().map(|(c, rows)| format!("{c} in {rows}")).collect();
    let chosen = match &options.currency {
        Some(chosen) => chosen.trim().to_uppercase(),
        None if rows_of.len() > 1 => {
            let problem = format!(
                "has several currencies, whose amounts cannot be added: {} rows. Choose one by \
                 only_currency={:?}; rows of others are then left out and counted",
                listed.join(", "),
                counted[0].0,
            );
            return Err(Error::Unclear { column: name.to_owned(), problem });
        }
        None => match counted.first() {
            Some((one, _)) => (*one).clone(),
            None => return Ok(()),
        },
    };
    if !rows_of.contains_key(&chosen) {
        let problem = format!("has no {chosen:?}, but {} rows", listed.join(", "));
        return Err(Error::Unclear { column: name.to_owned(), problem });
    }
    for (row, number) in of_row.iter().enumerate() {
        let other = number.is_some_and(|n| words[n as usize].0.trim().to_uppercase() != chosen);
        if other {
            table.leave_out(row, Reason::OtherCurrency, name);
        }
    }
    let blank = of_row.iter().filter(|number| number.is_none()).count();
    let blanks = match blank {
        0 => String::new(),
        _ => format!(", taken for the {blank} rows without one too"),
    };
    table.remarks.push(format!("the currency is {chosen} (column {name:?}){blanks}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_once_and_as_it_is_looked_up() {
        let words: BTreeMap<&str, OrderStatus> = KNOWN.into_iter().collect();
        assert_eq!(words.len(), KNOWN.len());
        assert!(KNOWN.iter().all(|(word, _)| plain(word) == *word));
        assert_eq!(plain(" WC-On_Hold "), "on hold");
    }
}
