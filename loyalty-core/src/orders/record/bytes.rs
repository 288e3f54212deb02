//! A record as bytes: what a shop keeps of a customer between orders.
//!
//! | part | bytes |
//! |---|---|
//! | `LOYR`, and the version of the layout | 5 |
//! | which columns there are, and whether the customer opted out | 3 |
//! | number of orders; their ids: steps from one to the next, or lengths and text | varying |
//! | number of lines; each: which of its numbers follow, order, step in time, these numbers | 4 to 130 each |
//! | number of contacts; each: kind, step in time, cost | 10 or so each |
//! | checksum of all before | 8 |
//!
//! Numbers are little-endian, those of varying length seven bits a byte, low ones first.

use std::path::Path;

use super::super::Customers;
use super::super::lines::{IdKind, key};
use super::lines::{COST, DEPTH, LIST, PAID, PAID_BACK, RecordLine, most};
use super::told::{IDS, MONEY, Told};
use super::{ContactKind, CustomerRecord, RecordedContact};
use crate::Error;
use crate::error::LARGEST;
use crate::files::problem;
use crate::time::RANGE;

const MAGIC: [u8; 4] = *b"LOYR";

/// The version of the layout; it rises with each change that an older library could not read.
const VERSION: u8 = 1;

/// Bytes of the checksum.
const CHECK: usize = 8;

/// Columns that may each be left out of a line: its id, four levels, the time of the return, eight of money.
const FIELDS: usize = 14;

/// The fields of the list price and of what was paid: the first is left out where it is the second.
const LISTED: usize = FIELDS - 8 + LIST;

fn wrong(what: &str) -> Error {
    problem(Path::new("the record of a customer"), &format!("it {what}"))
}

impl CustomerRecord {
    /// The record as bytes, to be kept in a database: some sixty a line.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        bytes.extend(&flags(self.told, self.opted_out).to_le_bytes()[..3]);
        put_orders(&mut bytes, &self.orders);
        put_count(&mut bytes, self.lines.len());
        let mut before = 0;
        for line in &self.lines {
            put_line(&mut bytes, line, before);
            before = line.time;
        }
        put_count(&mut bytes, self.contacts.len());
        before = 0;
        for contact in &self.contacts {
            bytes.push(contact.kind as u8);
            put_signed(&mut bytes, contact.time - before);
            bytes.extend(contact.cost.to_le_bytes());
            before = contact.time;
        }
        let check = key::of_bytes(&bytes);
        bytes.extend(check.to_le_bytes());
        bytes
    }

    /// A record from its bytes.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where they are not the bytes of a record, of a version that this library does not know, or
    /// damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut record = Self::default();
        record.read_bytes(bytes)?;
        Ok(record)
    }

    /// [`CustomerRecord::from_bytes`] into a record that is there, whose memory is used again. After an error it is
    /// empty.
    ///
    /// # Errors
    /// As [`CustomerRecord::from_bytes`].
    pub fn read_bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let found = self.read(bytes);
        if found.is_err() {
            *self = Self::default();
        }
        found
    }

    fn read(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut rest = Reader(checked(bytes)?);
        let [a, b, c] = rest.take()?;
        (self.told, self.opted_out) = read_flags(u32::from_le_bytes([a, b, c, 0]))?;
        read_orders(&mut self.orders, self.told.ids[0], &mut rest)?;
        self.lines.clear();
        let (lines, mut before) = (rest.count()?, 0);
        for _ in 0..lines {
            let line = rest.line(before)?;
            before = line.time;
            let in_order = self.lines.last().is_none_or(|last| last.compare(&line).is_le());
            if !in_order || !self.is_possible(&line) {
                return Err(wrong("has a line that contradicts the others or itself"));
            }
            self.lines.push(line);
        }
        self.contacts.clear();
        let (contacts, mut before) = (rest.count()?, 0);
        for _ in 0..contacts {
            let contact = rest.contact(before)?;
            before = contact.time;
            if self.contacts.last().is_some_and(|last| last.compare(&contact).is_gt()) {
                return Err(wrong("has contacts out of order"));
            }
            self.contacts.push(contact);
        }
        if rest.0.is_empty() { Ok(()) } else { Err(wrong("goes on behind its end")) }
    }

    /// Whether a line could have been let in.
    fn is_possible(&self, line: &RecordLine) -> bool {
        let money = line.money;
        let known = |value: f64| (0.0..=LARGEST).contains(&value);
        // Costs that are to be estimated are not numbers.
        let numbers =
            (0..money.len()).all(|at| known(money[at]) || (at == COST && money[at].is_nan()));
        let order = self.told.ids[0].is_none() || (line.order as usize) < self.orders.len();
        let back = line.return_time == i64::MAX || RANGE.contains(&line.return_time);
        let has_id = self.told.ids[1].is_some();
        let given = self.told.ids[2..].iter().zip(line.levels);
        numbers
            && order
            && back
            && (has_id || !line.has_id())
            && given.into_iter().all(|(kind, level)| kind.is_some() || level == key::MISSING)
            && RANGE.contains(&line.time)
            && money[DEPTH] <= 1.0
            && money[PAID_BACK] <= most(money[PAID])
    }
}

/// What lies between the version and the checksum.
fn checked(bytes: &[u8]) -> Result<&[u8], Error> {
    let head = MAGIC.len() + 1;
    let body = bytes.len().checked_sub(CHECK).filter(|&body| body >= head);
    let Some(body) = body.filter(|_| bytes.starts_with(&MAGIC)) else {
        return Err(wrong("does not begin as one does, or is cut off"));
    };
    let version = bytes[MAGIC.len()];
    if version != VERSION {
        let what = format!("is of version {version}, this library reads {VERSION}");
        return Err(wrong(&what));
    }
    let (text, check) = bytes.split_at(body);
    if check != key::of_bytes(text).to_le_bytes() {
        return Err(wrong("is damaged: its checksum is another"));
    }
    Ok(&text[head..])
}

/// Two bits for each column of ids, one for each of money, one for whether the customer opted out.
fn flags(told: Told, opted_out: bool) -> u32 {
    let ids = told.ids.into_iter().enumerate().fold(0, |flags, (at, kind)| {
        let kind = match kind {
            None => 0,
            Some(IdKind::Integer) => 1,
            Some(IdKind::Text) => 2,
        };
        flags | kind << (2 * at)
    });
    let others = told.money.into_iter().chain([opted_out]).enumerate();
    others.fold(ids, |flags, (at, is)| flags | u32::from(is) << (2 * IDS.len() + at))
}

fn read_flags(flags: u32) -> Result<(Told, bool), Error> {
    let mut told = Told::default();
    for (at, kind) in told.ids.iter_mut().enumerate() {
        *kind = match flags >> (2 * at) & 3 {
            0 => None,
            1 => Some(IdKind::Integer),
            2 => Some(IdKind::Text),
            _ => return Err(wrong("has columns of an unknown kind")),
        };
    }
    let rest = flags >> (2 * IDS.len());
    told.money = std::array::from_fn(|at| rest >> at & 1 == 1);
    match rest >> MONEY.len() {
        out @ (0 | 1) => Ok((told, out == 1)),
        _ => Err(wrong("has columns that this library does not know")),
    }
}

fn put_orders(bytes: &mut Vec<u8>, orders: &Customers) {
    put_count(bytes, orders.len());
    match orders {
        Customers::Int(ids) => {
            let mut before = 0_i64;
            for &id in ids {
                put_signed(bytes, id.wrapping_sub(before));
                before = id;
            }
        }
        Customers::Text(ids) => (0..orders.len()).for_each(|row| {
            put_count(bytes, ids.get(row).len());
            bytes.extend(ids.get(row).as_bytes());
        }),
    }
}

fn read_orders(
    orders: &mut Customers,
    kind: Option<IdKind>,
    rest: &mut Reader<'_>,
) -> Result<(), Error> {
    let count = rest.count()?;
    orders.clear_as(kind == Some(IdKind::Text));
    let mut before = 0_i64;
    for _ in 0..count {
        match orders {
            Customers::Int(ids) => {
                before = before.wrapping_add(rest.signed()?);
                ids.push(before);
            }
            Customers::Text(ids) => {
                let length = rest.count()?;
                let text = std::str::from_utf8(rest.slice(length)?);
                ids.push(text.map_err(|_| wrong("has an order whose id is no text"))?);
            }
        }
        let row = orders.len() - 1;
        if row > 0 && orders.get(row - 1) >= orders.get(row) {
            return Err(wrong("has orders that are not each there once, in order"));
        }
    }
    Ok(())
}

/// The fields of a line as bits of 64, and the value that is left out of each.
fn fields(line: &RecordLine) -> [(u64, u64); FIELDS] {
    let money = line.money.map(f64::to_bits);
    let mut fields = [(0, 0); FIELDS];
    fields[0] = (line.line, key::MISSING);
    for (field, level) in fields[1..5].iter_mut().zip(line.levels) {
        *field = (level, key::MISSING);
    }
    fields[5] = (line.return_time.cast_unsigned(), i64::MAX.cast_unsigned());
    for (field, money) in fields[FIELDS - 8..].iter_mut().zip(money) {
        *field = (money, 0);
    }
    fields[LISTED].1 = money[PAID];
    fields
}

fn put_line(bytes: &mut Vec<u8>, line: &RecordLine, before: i64) {
    let fields = fields(line);
    let there = |(at, (value, left_out)): (usize, &(u64, u64))| u16::from(value != left_out) << at;
    let mask = fields.iter().enumerate().map(there).fold(0, |mask, bit| mask | bit);
    bytes.extend(mask.to_le_bytes());
    put_unsigned(bytes, line.order.into());
    put_signed(bytes, line.time - before);
    let told = fields.iter().filter(|(value, left_out)| value != left_out);
    told.for_each(|(value, _)| bytes.extend(value.to_le_bytes()));
}

fn put_count(bytes: &mut Vec<u8>, count: usize) {
    put_unsigned(bytes, count as u64);
}

fn put_signed(bytes: &mut Vec<u8>, value: i64) {
    // Small numbers of either sign are small.
    put_unsigned(bytes, (value << 1 ^ value >> 63).cast_unsigned());
}

fn put_unsigned(bytes: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = (value & 0x7f).to_le_bytes();
        value >>= 7;
        if value == 0 {
            return bytes.push(low);
        }
        bytes.push(low | 0x80);
    }
}

/// What is left of the bytes.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn slice(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let (front, rest) =
            self.0.split_at_checked(length).ok_or_else(|| wrong("ends too early"))?;
        self.0 = rest;
        Ok(front)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.slice(N)?);
        Ok(bytes)
    }

    fn unsigned(&mut self) -> Result<u64, Error> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.take()?;
            let bits = u64::from(byte & 0x7f);
            value |= bits << shift;
            if byte < 0x80 && bits << shift >> shift == bits {
                return Ok(value);
            }
        }
        Err(wrong("has a number that is too long"))
    }

    fn signed(&mut self) -> Result<i64, Error> {
        let value = self.unsigned()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// How many follow; each takes a byte at least.
    fn count(&mut self) -> Result<usize, Error> {
        let count = usize::try_from(self.unsigned()?).ok();
        count.filter(|&count| count <= self.0.len()).ok_or_else(|| wrong("ends too early"))
    }

    fn time(&mut self, before: i64) -> Result<i64, Error> {
        let time = before.checked_add(self.signed()?).filter(|time| RANGE.contains(time));
        time.ok_or_else(|| wrong("has a time outside the years 0001 to 9999"))
    }

    fn line(&mut self, before: i64) -> Result<RecordLine, Error> {
        let mask = u16::from_le_bytes(self.take()?);
        let order = u32::try_from(self.unsigned()?).map_err(|_| wrong("has too many orders"))?;
        let time = self.time(before)?;
        let mut line = RecordLine {
            order,
            line: key::MISSING,
            levels: [key::MISSING; 4],
            time,
            return_time: i64::MAX,
            money: [0.0; 8],
        };
        if mask >> FIELDS != 0 {
            return Err(wrong("has columns that this library does not know"));
        }
        for field in (0..FIELDS).filter(|field| mask >> field & 1 == 1) {
            let value = u64::from_le_bytes(self.take()?);
            match field {
                0 => line.line = value,
                1..5 => line.levels[field - 1] = value,
                5 => line.return_time = value.cast_signed(),
                _ => line.money[field - (FIELDS - 8)] = f64::from_bits(value),
            }
        }
        if mask >> LISTED & 1 == 0 {
            line.money[LIST] = line.money[PAID];
        }
        Ok(line)
    }

    fn contact(&mut self, before: i64) -> Result<RecordedContact, Error> {
        let [kind] = self.take()?;
        let kinds = ContactKind::WORDS.map(|(_, kind)| kind);
        let kind = kinds.into_iter().find(|known| *known as u8 == kind);
        let kind = kind.ok_or_else(|| wrong("has a contact of an unknown kind"))?;
        let (time, cost) = (self.time(before)?, f64::from_le_bytes(self.take()?));
        if !(0.0..=LARGEST).contains(&cost) {
            return Err(wrong("has a contact of a cost outside 0 to 1e50"));
        }
        Ok(RecordedContact { kind, time, cost })
    }
}
