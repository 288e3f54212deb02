//! Files of which C knows nothing, with some of their numbers and bytes changed: a loader refuses or gives
//! something whole, and never panics. The kinds that C loads have scripts/fuzz.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use crate::common::random::Random;
use loyalty_core::Error;
use loyalty_core::behaviours::{BehaviourDistribution, BehaviourModel};
use loyalty_core::decisions::Treatments;
use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
use loyalty_core::summary::{OccasionFile, Occasions};
use loyalty_core::time::{Clock, Unit};

/// Numbers at which something changes, and what is none.
const TOKENS: [&str; 20] = [
    "0",
    "-0",
    "-1",
    "2",
    "0.5",
    "1e5",
    "1e17",
    "1e50",
    "1.0000001e50",
    "-1e308",
    "1e400",
    "1e-308",
    "5e-324",
    "2147483648",
    "4294967296",
    "18446744073709551616",
    "null",
    "true",
    "\"x\"",
    "[]",
];

/// Where the number nearest after a place begins and ends.
fn number_after(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let of_number = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    let start = from + bytes[from..].iter().position(u8::is_ascii_digit)?;
    let length = bytes[start..].iter().take_while(|byte| of_number(byte)).count();
    Some((start, start + length))
}

fn mutated(bytes: &[u8], within: usize, random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let within = u32::try_from(within).expect("a small file");
    for _ in 0..=random.below(3) {
        let at = (random.below(within) as usize).min(bytes.len().saturating_sub(1));
        match random.below(8) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes.truncate(at.max(1)),
            2 => drop(bytes.drain(at..(at + 5).min(bytes.len() - 1).max(at))),
            _ => {
                if let Some((start, end)) = number_after(&bytes, at) {
                    let token = TOKENS[random.below(20) as usize];
                    bytes.splice(start..end, token.bytes());
                }
            }
        }
    }
    bytes
}

/// Loads many changed files: what loads is written and must load again, what does not says why. Some must load,
/// and some be refused.
fn hold<T>(
    sound: &[u8],
    within: usize,
    load: impl Fn(&[u8]) -> Result<T, Error>,
    write: impl Fn(&T) -> Vec<u8>,
) {
    assert!(load(sound).is_ok(), "the file as it was");
    let (mut loaded, mut refused) = (0, 0);
    for seed in 0..1500 {
        let bytes = mutated(sound, within, &mut Random::new(seed));
        let outcome = catch_unwind(AssertUnwindSafe(|| match load(&bytes) {
            Ok(value) => load(&write(&value)).map(|_| true).map_err(|error| error.to_string()),
            Err(error) if error.to_string().is_empty() => Err("no reason".to_owned()),
            Err(_) => Ok(false),
        }));
        match outcome {
            Ok(Ok(true)) => loaded += 1,
            Ok(Ok(false)) => refused += 1,
            other => panic!("seed {seed}: {other:?} of {}", String::from_utf8_lossy(&bytes)),
        }
    }
    assert!(loaded > 10 && refused > 100, "{loaded} loaded, {refused} refused");
}

/// A loader of text, as one of bytes.
fn text<T>(load: impl Fn(&str) -> Result<T, Error>) -> impl Fn(&[u8]) -> Result<T, Error> {
    move |bytes| load(&String::from_utf8_lossy(bytes))
}

#[test]
fn tables_of_treatments() {
    let sound = Treatments::customary().to_json().into_bytes();
    hold(&sound, sound.len(), text(Treatments::from_json), |table| table.to_json().into_bytes());
}

#[test]
fn distributions_of_a_behaviour() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../golden/behaviours.json");
    let model = BehaviourModel::read(path).expect("the golden model");
    for (distribution, _) in model.distributions() {
        let sound = distribution.to_json().into_bytes();
        let write = |one: &BehaviourDistribution| one.to_json().into_bytes();
        hold(&sound, sound.len(), text(BehaviourDistribution::from_json), write);
    }
}

/// The head of the file alone: a checksum guards the rest.
#[test]
fn files_of_occasions() {
    let columns = OrderColumns {
        customer: Column::new("customer", &[1_i64, 1, 2, 3, 3][..]).into(),
        time: Column::new("time", &[0_i64, 9, 4, 1, 30]),
        scale: TimeScale::Days,
        amount: Some(Column::new("amount", &[5.0, 7.5, 20.0, 1.0, 2.0])),
    };
    let orders = Orders::new(&columns, Invalid::Raise).expect("a log");
    let clock = Clock::new(Unit::Day, None).expect("a clock");
    let sound = OccasionFile::from(Occasions::of(&orders, clock).unwrap()).to_bytes();
    let head = sound.iter().position(|&byte| byte == b'\n').expect("a head");
    let load = |bytes: &[u8]| {
        let file = OccasionFile::from_bytes(bytes)?;
        // A customer's numbers are finite, whatever the head says.
        let summary = file.occasions.summarize(None, false)?;
        assert!(summary.t().iter().chain(summary.recency()).all(|time| time.is_finite()));
        Ok(file)
    };
    hold(&sound, head, load, OccasionFile::to_bytes);
}
