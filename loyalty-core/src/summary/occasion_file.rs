//! Occasions in a file, so that tomorrow's orders are added without the log.
//!
//! A line of JSON says what follows, then come arrays of little-endian numbers: the ids (whole numbers, or
//! where each text ends and then all texts), where each customer's occasions end, the periods, and, of a log with
//! amounts, the money of each as an unevaluated pair.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Occasions;
use super::grouping::Grouped;
use crate::Error;
use crate::files::{GIBIBYTE, not_json, problem, read_bytes_with, write_bytes_whole};
use crate::math::ExactSum;
use crate::memory;
use crate::orders::Customers;
use crate::time::{Clock, RANGE};

const FORMAT: &str = "loyalty-occasions";
const VERSION: u32 = 1;

/// The most bytes of a file: those of some billions of occasions.
const LARGEST_FILE: u64 = 64 * GIBIBYTE;

/// Occasions with what a caller knows of the log besides.
///
/// # Examples
/// ```
/// use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
/// use loyalty_core::summary::{OccasionFile, Occasions};
/// use loyalty_core::time::{Clock, Unit};
/// let columns = OrderColumns {
///     customer: Column::new("customer", &[1_i64, 1, 2][..]).into(),
///     time: Column::new("day", &[3, 10, 5]),
///     scale: TimeScale::Days,
///     amount: None,
/// };
/// let orders = Orders::new(&columns, Invalid::Raise)?;
/// let known = OccasionFile::from(Occasions::of(&orders, Clock::new(Unit::Week, None)?)?);
/// let path = std::env::temp_dir().join(format!("loyalty-occasions-{}.bin", std::process::id()));
/// known.write(&path)?;
/// assert_eq!(OccasionFile::read(&path)?, known);
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct OccasionFile {
    /// The occasions.
    pub occasions: Occasions,
    /// The zone on whose clock days were read, where times had one.
    pub time_zone: Option<String>,
    /// What the column of ids is called.
    pub customer: Option<String>,
}

impl From<Occasions> for OccasionFile {
    fn from(occasions: Occasions) -> Self {
        Self { occasions, time_zone: None, customer: None }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    version: u32,
    unit: String,
    occasion: String,
    time_zone: Option<String>,
    customer: Option<String>,
    first_order: i64,
    last_order: i64,
    customers: usize,
    occasions: usize,
    amounts: bool,
    /// How many bytes the ids have, where they are text.
    text: Option<usize>,
    checksum: String,
}

/// What is read of a head first, so that a later version is named as such.
#[derive(Deserialize)]
struct Kind {
    format: String,
    version: u32,
}

impl OccasionFile {
    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where it cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        write_bytes_whole(path.as_ref(), &self.to_bytes())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where it cannot be read, is no file of occasions, has an unknown version, or holds
    /// what no log gives: its checksum and every row are looked at.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        read_bytes_with(LARGEST_FILE, path.as_ref(), |bytes| Self::from_bytes(&bytes))
    }

    /// What the file holds.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { occasions, time_zone, customer } = self;
        let grouped = &occasions.grouped;
        let mut body = Vec::new();
        let mut text = None;
        match &occasions.customers {
            Customers::Int(ids) => put(&mut body, ids.iter().map(|id| id.to_le_bytes())),
            Customers::Text(ids) => {
                put(&mut body, ids.ends().iter().map(|&end| (end as u64).to_le_bytes()));
                body.extend_from_slice(ids.bytes().as_bytes());
                text = Some(ids.bytes().len());
            }
        }
        put(&mut body, grouped.starts[1..].iter().map(|&end| (end as u64).to_le_bytes()));
        put(&mut body, grouped.key.iter().map(|key| key.to_le_bytes()));
        let parts = grouped.money.iter().flat_map(|money| money.parts());
        put(&mut body, parts.map(f64::to_le_bytes));
        let clock = occasions.clock();
        let (first_order, last_order) = occasions.time_range();
        let head = Head {
            format: FORMAT.to_owned(),
            version: VERSION,
            unit: clock.unit().to_string(),
            occasion: clock.occasion().to_string(),
            time_zone: time_zone.clone(),
            customer: customer.clone(),
            first_order,
            last_order,
            customers: occasions.len(),
            occasions: grouped.key.len(),
            amounts: occasions.has_amounts(),
            text,
            checksum: checksum(&body),
        };
        let line = serde_json::to_vec(&head);
        let mut bytes = line.unwrap_or_else(|_| unreachable!("strings and numbers are valid JSON"));
        bytes.push(b'\n');
        bytes.append(&mut body);
        bytes
    }

    /// What a file holds, checked.
    ///
    /// # Errors
    /// As [`OccasionFile::read`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
        let (line, body) = (&bytes[..end], bytes.get(end + 1..).unwrap_or_default());
        memory::ask_for_rows("occasions of a file", bytes.len(), 3, 0)?;
        let head = head(line)?;
        if checksum(body) != head.checksum {
            return Err(broken("the checksum is that of other content: the file is damaged"));
        }
        let clock = Clock::new(head.unit.parse()?, Some(head.occasion.parse()?))?;
        let mut body = Body(body);
        let customers = body.customers(&head)?;
        let ends = body.sizes(head.customers)?;
        let key = body.numbers(head.occasions)?;
        let money = if head.amounts { body.money(head.occasions)? } else { Vec::new() };
        if !body.0.is_empty() {
            return Err(broken("there is more than the head says"));
        }
        let grouped = Grouped { starts: [&[0][..], &ends].concat(), key, money };
        let time_range = (head.first_order, head.last_order);
        check(clock, &customers, &grouped, time_range)?;
        let occasions = Occasions::trusted(clock, customers, grouped, head.amounts, time_range);
        Ok(Self { occasions, time_zone: head.time_zone, customer: head.customer })
    }
}

fn head(line: &[u8]) -> Result<Head, Error> {
    let not_one = |_| broken("the file does not begin as a file of occasions does");
    let kind: Kind = serde_json::from_slice(line).map_err(not_one)?;
    if kind.format != FORMAT {
        return Err(broken(&format!("format {:?} is not {FORMAT:?}", kind.format)));
    }
    if kind.version != VERSION {
        let got = kind.version;
        return Err(broken(&format!("version {got} is unknown, this library reads {VERSION}")));
    }
    serde_json::from_slice(line).map_err(not_json)
}

/// What follows the head, read from the front.
struct Body<'a>(&'a [u8]);

impl<'a> Body<'a> {
    fn take(&mut self, bytes: usize) -> Result<&'a [u8], Error> {
        let Some((front, rest)) = self.0.split_at_checked(bytes) else {
            return Err(broken("the file ends too early"));
        };
        self.0 = rest;
        Ok(front)
    }

    fn words(&mut self, count: usize) -> Result<impl Iterator<Item = [u8; 8]> + 'a, Error> {
        let bytes = count.checked_mul(8).ok_or_else(|| broken("a count is too large"))?;
        let (words, _) = self.take(bytes)?.as_chunks::<8>();
        Ok(words.iter().copied())
    }

    fn numbers(&mut self, count: usize) -> Result<Vec<i64>, Error> {
        Ok(self.words(count)?.map(i64::from_le_bytes).collect())
    }

    fn sizes(&mut self, count: usize) -> Result<Vec<usize>, Error> {
        let size = |word| usize::try_from(u64::from_le_bytes(word));
        self.words(count)?
            .map(size)
            .collect::<Result<_, _>>()
            .map_err(|_| broken("a count is too large"))
    }

    fn money(&mut self, count: usize) -> Result<Vec<ExactSum>, Error> {
        let count = count.checked_mul(2).ok_or_else(|| broken("a count is too large"))?;
        let parts: Vec<f64> = self.words(count)?.map(f64::from_le_bytes).collect();
        let (pairs, _) = parts.as_chunks::<2>();
        let sums = pairs.iter().map(|&pair| ExactSum::from_parts(pair)).collect::<Option<_>>();
        sums.ok_or_else(|| broken("an amount is none that a log has"))
    }

    fn customers(&mut self, head: &Head) -> Result<Customers, Error> {
        let Some(bytes) = head.text else {
            return Ok(Customers::Int(self.numbers(head.customers)?));
        };
        let ends = self.sizes(head.customers)?;
        let text = str::from_utf8(self.take(bytes)?).map_err(|_| broken("an id is not UTF-8"))?;
        let mut start = 0;
        let ids = ends.iter().map(|&end| text.get(std::mem::replace(&mut start, end)..end));
        let ids = ids.collect::<Option<Vec<&str>>>();
        let ids = ids.ok_or_else(|| broken("an id ends where no letter does"))?;
        Ok(Customers::from_text(ids))
    }
}

/// Refuses what no log gives.
fn check(
    clock: Clock,
    customers: &Customers,
    grouped: &Grouped,
    (first, last): (i64, i64),
) -> Result<(), Error> {
    let count = customers.len();
    if count == 0 {
        return Err(broken("there is no customer"));
    }
    if (1..count).any(|row| customers.get(row - 1) >= customers.get(row)) {
        return Err(broken("the ids are not in order"));
    }
    let starts = &grouped.starts;
    let rise = starts.windows(2).all(|pair| pair[0] < pair[1]);
    if !rise || starts.last() != Some(&grouped.key.len()) {
        return Err(broken("a customer has no occasion, or those of another"));
    }
    if !(first <= last && RANGE.contains(&first) && RANGE.contains(&last)) {
        return Err(broken("the first and the last order are no times in order"));
    }
    let within = clock.key(first)..=clock.key(last);
    let in_order = (0..count).all(|customer| {
        let keys = grouped.customer(customer).key;
        keys.is_sorted_by(|a, b| a < b) && keys.iter().all(|key| within.contains(key))
    });
    if in_order { Ok(()) } else { Err(broken("occasions are not in order, or outside the log")) }
}

fn broken(what: &str) -> Error {
    problem(Path::new(""), what)
}

fn put<const N: usize>(body: &mut Vec<u8>, words: impl Iterator<Item = [u8; N]>) {
    words.for_each(|word| body.extend_from_slice(&word));
}

/// FNV-1a in 64 bits (Fowler, Noll & Vo, draft-eastlake-fnv): a file that was cut or changed has another.
fn checksum(bytes: &[u8]) -> String {
    let step = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, step))
}
