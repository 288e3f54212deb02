//! Tables of what is known of the keys of a history.
//!
//! A table that learns is one of [`Keys`]. Of a model that was loaded from a compact file most keys are [`Pairs`],
//! looked for where they lie until the model learns for the first time: many models only score.

pub(crate) mod keys;
pub(crate) mod numbers;
pub(crate) mod packed;

use std::borrow::Cow;
use std::sync::Arc;

use keys::{Counts, Keys, LookedUp};
use packed::{Pairs, Parts};

use crate::Error;
use crate::error::countable;

/// The keys of a history with their counts.
#[derive(Debug, Clone)]
pub(crate) enum Table {
    Keys(Keys),
    /// Those of a crossed history.
    Packed(Arc<Pairs>),
}

impl Default for Table {
    fn default() -> Self {
        Self::Keys(Keys::default())
    }
}

impl Table {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Keys(keys) => keys.len(),
            Self::Packed(pairs) => pairs.len(),
        }
    }

    /// How many keys have to be written out before it can learn.
    pub(crate) fn packed(&self) -> usize {
        match self {
            Self::Keys(_) => 0,
            Self::Packed(pairs) => pairs.len(),
        }
    }

    /// Accepts so many keys more, whose places fit into 32 bits.
    pub(crate) fn room_for(&self, keys: usize) -> Result<(), Error> {
        countable("the number of keys of a history", self.len().saturating_add(keys))
    }

    /// Finds each key; those that are not there have the place [`UNKNOWN`](keys::UNKNOWN) and no counts. The keys of the
    /// histories before have been looked up.
    pub(crate) fn find_each(&self, before: &[Self], keys: &[u64], looked_up: &mut LookedUp) {
        match self {
            Self::Keys(table) => table.find_each(keys, looked_up),
            Self::Packed(pairs) => pairs.find_each(before, keys, looked_up),
        }
    }

    /// The counts of a place; none of an unknown one.
    pub(crate) fn counts(&self, place: u32) -> Counts {
        match self {
            Self::Keys(keys) => keys.counts(place),
            Self::Packed(pairs) => pairs.counts(place),
        }
    }

    /// Keys and counts by place.
    pub(crate) fn entries(&self, before: &[Self]) -> Cow<'_, [(u64, Counts)]> {
        match self {
            Self::Keys(keys) => keys.entries().into(),
            Self::Packed(pairs) => pairs.entries(before).into(),
        }
    }

    /// Makes it one that learns; whether no key stands twice, which of a packed one is known only now.
    fn unpack(&mut self, before: &[Self]) -> bool {
        if let Self::Packed(pairs) = self {
            let Some(keys) = Keys::of(pairs.entries(before)) else { return false };
            *self = Self::Keys(keys);
        }
        true
    }

    /// The keys of a table that learns.
    pub(crate) fn keys(&self) -> &Keys {
        match self {
            Self::Keys(keys) => keys,
            Self::Packed(_) => unreachable!("keys of one part are not packed"),
        }
    }

    pub(crate) fn keys_mut(&mut self) -> &mut Keys {
        match self {
            Self::Keys(keys) => keys,
            Self::Packed(_) => unreachable!("tables are unpacked before a model learns"),
        }
    }
}

/// Makes all tables learn; `false` where two pairs of parts have the same key, so that the tables cannot.
pub(crate) fn unpack(tables: &mut [Table]) -> bool {
    (0..tables.len()).all(|history| {
        let (before, from) = tables.split_at_mut(history);
        from[0].unpack(before)
    })
}

impl Parts for [Table] {
    fn count(&self, history: usize) -> usize {
        self[history].len()
    }

    fn key(&self, history: usize, place: usize) -> u64 {
        match &self[history] {
            Table::Keys(keys) => keys.entries()[place].0,
            Table::Packed(pairs) => pairs.key(self, place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::keys::UNKNOWN;
    use super::numbers::PackedFloats;
    use super::numbers::tests::packed;
    use super::packed::{Last, Pair};
    use super::*;
    use crate::math::fold::{fold, turned};
    use crate::orders::key;

    fn table(keys: impl Iterator<Item = i64>) -> Table {
        let entries = keys.map(|key| (key::of_integer(key), Counts::default())).collect();
        Table::Keys(Keys::of(entries).unwrap())
    }

    /// The pairs of each key before with some of the last parts, and counts by place.
    fn pairs(of: Pair, of_each: &[Vec<u64>], tables: &[Table]) -> Option<Pairs> {
        let lasts = of_each.concat();
        let counts = |least: f64| {
            let each = (0..lasts.len()).map(|place| least + place as f64);
            PackedFloats::Each(each.collect())
        };
        let of_each: Vec<u32> =
            of_each.iter().map(|lasts| u32::try_from(lasts.len()).unwrap()).collect();
        Pairs::new(of, &of_each, packed(&lasts, 8, 0), [counts(1.0), counts(0.0)], tables)
    }

    /// Nine customers, seven products, three brands; pairs of customer and product, of these and brand, and of
    /// customer and band of value.
    fn tables() -> Vec<Table> {
        let mut tables = vec![table(10..19), table(20..27), table(30..33)];
        let own = |before, last| Pair { before, last };
        let some = |befores: u64, lasts: u64| -> Vec<Vec<u64>> {
            let is_there =
                |before: u64, last: u64| before % 4 != 1 && (before * 5 + last * 3) % 4 != 2;
            let of = |before| (0..lasts).filter(|&last| is_there(before, last)).collect();
            (0..befores).map(of).collect()
        };
        for (of, befores, lasts) in [
            (own(0, Last::History(1)), 9, 7),
            (own(3, Last::History(2)), 0, 3),
            (own(0, Last::ValueBand), 9, 129),
        ] {
            let befores = if befores == 0 { tables[of.before].len() as u64 } else { befores };
            let pairs = pairs(of, &some(befores, lasts), &tables).unwrap();
            tables.push(Table::Packed(Arc::new(pairs)));
        }
        tables
    }

    /// What tables say of lines of every customer, product, brand and band, known or not.
    fn found(tables: &[Table]) -> LookedUp {
        let [customers, products, brands, bands] = [9..20, 19..28, 29..34, -66..67];
        let all = customers.flat_map(|c| products.clone().map(move |p| (c, p)));
        let all = all.flat_map(|(c, p)| brands.clone().map(move |b| (c, p, b)));
        let bands: Vec<i64> = bands.collect();
        let lines: Vec<[u64; 4]> = all
            .enumerate()
            .map(|(line, (c, p, b))| [c, p, b, bands[line % bands.len()]].map(key::of_integer))
            .collect();
        let mut looked_up = LookedUp::default();
        for history in 0..tables.len() {
            let keys = lines.iter().map(|&[customer, product, brand, band]| match history {
                0 => customer,
                1 => product,
                2 => brand,
                3 => fold(customer, product),
                4 => fold(fold(customer, product), brand),
                _ => fold(customer, band),
            });
            let keys: Vec<u64> = keys.collect();
            tables[history].find_each(&tables[..history], &keys, &mut looked_up);
        }
        looked_up
    }

    #[test]
    fn packed_tables_say_what_they_say_unpacked() {
        let packed = tables();
        let mut unpacked = packed.clone();
        assert!(unpack(&mut unpacked));
        let (left, right) = (found(&packed), found(&unpacked));
        assert_eq!(left.places, right.places);
        assert_eq!(left.exposure, right.exposure);
        assert_eq!(left.returns, right.returns);
        for (history, (left, right)) in packed.iter().zip(&unpacked).enumerate() {
            assert_eq!(left.len(), right.len());
            assert_eq!(left.packed(), if history < 3 { 0 } else { left.len() });
            let (left, right) = (left.entries(&packed[..history]), right.entries(&[]));
            assert_eq!(left, right);
        }
        let is_found = |history: usize| {
            let places = left.places.chunks(left.places.len() / 6).nth(history).unwrap();
            places.iter().filter(|&&place| place != UNKNOWN).count()
        };
        assert!((3..6).all(|history| is_found(history) > 20));
    }

    #[test]
    fn pairs_that_do_not_suit_the_tables_before_are_refused() {
        let tables = vec![table(0..2), table(0..3)];
        let of = Pair { before: 0, last: Last::History(1) };
        let of_bands = Pair { before: 0, last: Last::ValueBand };
        for (of, of_each, sound) in [
            (of, vec![vec![0, 2], vec![1]], true),
            (of, vec![vec![], vec![]], true),
            (of, vec![vec![0, 3], vec![1]], false),
            (of, vec![vec![2, 0], vec![1]], false),
            (of, vec![vec![2, 2], vec![1]], false),
            (of, vec![vec![2]], false),
            (of, vec![vec![2], vec![], vec![]], false),
            (of_bands, vec![vec![0, 128], vec![]], true),
            (of_bands, vec![vec![0, 129], vec![]], false),
        ] {
            assert_eq!(pairs(of, &of_each, &tables).is_some(), sound, "{of_each:?}");
        }
        for bad in [f64::NAN, f64::INFINITY, -1.0] {
            let counts = || PackedFloats::Each([1.0].into());
            let bad = || PackedFloats::Each([bad].into());
            let new = |counts| Pairs::new(of, &[1, 0], packed(&[1], 8, 0), counts, &tables[..]);
            assert!(new([counts(), counts()]).is_some());
            assert!(new([bad(), counts()]).is_none());
            assert!(new([counts(), bad()]).is_none());
            assert!(new([counts(), PackedFloats::Each([].into())]).is_none());
        }
        let too_many = [u32::MAX, 2];
        let counts = [(); 2].map(|()| PackedFloats::Each([1.0].into()));
        assert!(Pairs::new(of, &too_many, packed(&[1], 8, 0), counts, &tables[..]).is_none());
    }

    /// Parts can be chosen so that two pairs of them have one key.
    #[test]
    fn pairs_of_one_key_cannot_learn() {
        let before = [key::of_integer(1), key::of_integer(2)];
        let other = turned(before[0]) ^ turned(before[1]) ^ key::of_integer(3);
        let of = |keys: [u64; 2]| {
            Table::Keys(Keys::of(keys.map(|key| (key, Counts::default())).into()).unwrap())
        };
        let mut tables = vec![of(before), of([key::of_integer(3), other])];
        let pair = Pair { before: 0, last: Last::History(1) };
        let pairs = pairs(pair, &[vec![0], vec![1]], &tables).unwrap();
        tables.push(Table::Packed(Arc::new(pairs)));
        assert!(!unpack(&mut tables));
        assert_eq!(tables[2].len(), 2);
    }
}
