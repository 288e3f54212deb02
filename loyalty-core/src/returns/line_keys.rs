//! By what open lines are found: their ids, and by what they are known when they are told again.

use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use super::told::Told;

/// The keys of a line; 0 where there is none. As options they would take twice the room, and there are many lines.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct LineKeys {
    keys: [u64; 3],
    has: [bool; 3],
}

impl LineKeys {
    pub(crate) fn new(id: Option<u64>, Told { order, print }: Told) -> Self {
        let keys = [id, order, print];
        Self { keys: keys.map(Option::unwrap_or_default), has: keys.map(|key| key.is_some()) }
    }

    fn key(&self, of: usize) -> Option<u64> {
        self.has[of].then_some(self.keys[of])
    }

    pub(crate) fn id(&self) -> Option<u64> {
        self.key(0)
    }

    /// By what it is known when it is told again.
    pub(crate) fn told(&self) -> Told {
        Told { order: self.key(1), print: self.key(2) }
    }
}

/// The keys of lines as they lie in a file, which has been found to be sound. The compact encoding has it: lines
/// need not know how that is laid out.
pub(crate) trait KeysInFile: Debug + Send + Sync {
    fn read(&self) -> Vec<LineKeys>;
}

/// The keys of all lines. Those of a file are read when one is asked for: a model that only scores asks for none.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeysOfLines {
    read: OnceLock<Vec<LineKeys>>,
    file: Option<Arc<dyn KeysInFile>>,
}

impl From<Vec<LineKeys>> for KeysOfLines {
    fn from(keys: Vec<LineKeys>) -> Self {
        Self { read: OnceLock::from(keys), file: None }
    }
}

impl KeysOfLines {
    pub(crate) fn of_file(file: Arc<dyn KeysInFile>) -> Self {
        Self { read: OnceLock::new(), file: Some(file) }
    }

    /// Whether they still have to be read.
    pub(crate) fn are_unread(&self) -> bool {
        self.file.is_some() && self.read.get().is_none()
    }

    pub(crate) fn all(&self) -> &[LineKeys] {
        self.read.get_or_init(|| self.file.as_ref().map_or_else(Vec::new, |file| file.read()))
    }

    /// Changes them, after which they are those of the file no more.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Vec<LineKeys>)) {
        self.all();
        let mut keys = self.read.take().unwrap_or_default();
        change(&mut keys);
        *self = Self::from(keys);
    }
}

/// Whether no number stands twice.
pub(crate) fn all_differ(mut numbers: Vec<i64>) -> bool {
    // They rise as they were given out, mostly.
    rise(&numbers)
        || close_ones_differ(&numbers).unwrap_or_else(|| {
            numbers.sort_unstable();
            rise(&numbers)
        })
}

/// Whether each number is above the one before it.
pub(crate) fn rise(numbers: &[i64]) -> bool {
    numbers.is_sorted_by(|before, next| before < next)
}

/// Whether whole numbers all differ; `None` where they do not lie close together, as the numbers of a shop's newest
/// lines do.
fn close_ones_differ(numbers: &[i64]) -> Option<bool> {
    let (least, most) = (numbers.iter().min()?, numbers.iter().max()?);
    let words = most.abs_diff(*least) / 64;
    if words > numbers.len() as u64 {
        return None;
    }
    // So it is of the size of memory.
    let mut seen = vec![0_u64; words as usize + 1];
    let mut differ = true;
    for number in numbers.iter().map(|number| number.abs_diff(*least)) {
        let (word, bit) = (&mut seen[(number / 64) as usize], 1 << (number % 64));
        differ &= *word & bit == 0;
        *word |= bit;
    }
    Some(differ)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_their_own_are_told_from_numbers_that_stand_twice() {
        for far in [1, 63, 64, 1 << 40] {
            let numbers = || (0..200_i64).map(|id| (id * 77 % 211 - 90) * far);
            let sorted = |numbers: &mut Vec<i64>| numbers.sort_unstable();
            for in_order in [sorted, |_: &mut Vec<i64>| ()] {
                let check = |numbers: &mut dyn Iterator<Item = i64>| {
                    let mut numbers = numbers.collect();
                    in_order(&mut numbers);
                    all_differ(numbers)
                };
                assert!(check(&mut numbers()), "{far}");
                for twice in [0, 1, 199] {
                    let again = numbers().nth(twice);
                    assert!(!check(&mut numbers().chain(again)), "{far} {twice}");
                }
            }
        }
        assert!(all_differ(Vec::new()) && all_differ(vec![7]));
        assert!(all_differ(vec![i64::MAX, i64::MIN]));
        assert!(!all_differ(vec![i64::MAX, i64::MIN, i64::MAX]));
    }

    #[derive(Debug)]
    struct Two;

    impl KeysInFile for Two {
        fn read(&self) -> Vec<LineKeys> {
            [1, 2].map(|id| LineKeys::new(Some(id), Told::default())).to_vec()
        }
    }

    #[test]
    fn keys_of_a_file_are_read_when_they_are_asked_for() {
        let ids = |keys: &KeysOfLines| keys.all().iter().map(LineKeys::id).collect::<Vec<_>>();
        let mut keys = KeysOfLines::of_file(Arc::new(Two));
        let copy = keys.clone();
        assert!(keys.are_unread() && copy.are_unread());
        keys.change(|keys| keys.truncate(1));
        assert_eq!((ids(&keys), keys.are_unread()), (vec![Some(1)], false));
        assert!(copy.are_unread());
        assert_eq!((ids(&copy), copy.are_unread()), (vec![Some(1), Some(2)], false));
        assert!(!KeysOfLines::default().are_unread() && ids(&KeysOfLines::default()).is_empty());
    }
}
