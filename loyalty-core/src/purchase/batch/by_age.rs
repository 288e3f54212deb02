//! Customers of one shop share their ages: what depends on the age alone is worked out once.

/// Different ages kept; a log by day has as many in eleven years.
const KEPT: usize = 4096;

/// Places of the hash table: half of them are used at most.
const PLACES: usize = 2 * KEPT;

/// The different ages seen so far, numbered in the order of their first customers.
pub(super) struct Ages {
    /// One more than the number of the age at this place; 0 where there is none.
    places: Vec<u16>,
    seen: Vec<f64>,
    /// The numbers of the ages asked for last.
    numbers: Vec<u16>,
}

impl Ages {
    pub(super) fn new() -> Self {
        Self { places: vec![0; PLACES], seen: Vec::new(), numbers: Vec::new() }
    }

    /// The number of each age; `None` from where there are too many ages to share anything.
    pub(super) fn number(&mut self, ages: &[f64]) -> Option<Numbered<'_>> {
        self.numbers.clear();
        for &age in ages {
            if self.seen.len() == KEPT {
                return None;
            }
            let number = self.number_of(age);
            self.numbers.push(number);
        }
        Some(Numbered { ages: &self.seen, numbers: &self.numbers })
    }

    /// The number of an age, a new one for a new age.
    fn number_of(&mut self, age: f64) -> u16 {
        // Fibonacci hashing: the upper bits of the product depend on all bits of the age.
        let hash = age.to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 51;
        let mut place = usize::try_from(hash).expect("13 bits");
        loop {
            match self.places[place] {
                0 => {
                    let number = u16::try_from(self.seen.len()).expect("at most KEPT ages");
                    self.seen.push(age);
                    self.places[place] = number + 1;
                    return number;
                }
                taken if self.seen[usize::from(taken) - 1] == age => return taken - 1,
                _ => place = (place + 1) % PLACES,
            }
        }
    }
}

/// Ages and which of the different ones each is.
#[derive(Clone, Copy)]
pub(super) struct Numbered<'a> {
    ages: &'a [f64],
    numbers: &'a [u16],
}

/// A function of the age, by its values so far: NaN where it was not asked for.
#[derive(Default)]
pub(super) struct ByAge {
    values: Vec<f64>,
    new: Vec<u16>,
}

impl ByAge {
    /// The function at the ages of these rows: the same bits as `evaluate` gives. It may overwrite the
    /// ages that it gets.
    pub(super) fn fill(
        &mut self,
        ages: Numbered<'_>,
        rows: impl Iterator<Item = usize> + Clone,
        out: &mut [f64],
        evaluate: impl Fn(&mut [f64], &mut [f64]),
    ) {
        self.values.resize(ages.ages.len(), f64::NAN);
        self.new.clear();
        for number in rows.clone().map(|row| ages.numbers[row]) {
            let value = &mut self.values[usize::from(number)];
            if value.is_nan() {
                // Asked for once, even if the next row is as old.
                *value = 0.0;
                self.new.push(number);
            }
        }
        if !self.new.is_empty() {
            let mut at: Vec<f64> =
                self.new.iter().map(|&new| ages.ages[usize::from(new)]).collect();
            let mut values = vec![0.0; at.len()];
            evaluate(&mut at, &mut values);
            for (&new, value) in self.new.iter().zip(values) {
                self.values[usize::from(new)] = value;
            }
        }
        for (out, row) in out.iter_mut().zip(rows) {
            *out = self.values[usize::from(ages.numbers[row])];
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Values of √age by blocks of 500, and how many were worked out.
    fn filled(ages: &[f64]) -> (Vec<f64>, usize) {
        let (worked_out, mut numbering, mut by_age) = (Cell::new(0), Ages::new(), ByAge::default());
        let root = |ages: &mut [f64], out: &mut [f64]| {
            worked_out.set(worked_out.get() + ages.len());
            ages.iter().zip(out).for_each(|(age, out)| *out = age.sqrt());
        };
        let mut out = vec![0.0; ages.len()];
        for (ages, out) in ages.chunks(500).zip(out.chunks_mut(500)) {
            match numbering.number(ages) {
                Some(numbered) => by_age.fill(numbered, 0..ages.len(), out, root),
                None => root(&mut ages.to_vec(), out),
            }
        }
        (out, worked_out.get())
    }

    #[test]
    fn every_age_has_its_value_and_a_shared_one_is_worked_out_once() {
        for (rows, different) in [(100_000, 700), (100_000, 4000), (100_000, 100_000), (10, 3)] {
            let ages: Vec<f64> = (0..rows).map(|row| 0.1 + (row % different) as f64).collect();
            let (values, worked_out) = filled(&ages);
            assert!(ages.iter().zip(values).all(|(age, value)| age.sqrt() == value));
            assert_eq!(worked_out, if different > KEPT { rows } else { different });
        }
    }
}
