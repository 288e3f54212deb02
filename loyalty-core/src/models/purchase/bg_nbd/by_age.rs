//! Customers of one shop share their ages: what depends on the age alone is worked out once.

/// Customers worked on at once: their intermediate results stay in the first-level cache.
pub(super) const BLOCK: usize = 512;

/// Different ages kept; a log by day has as many in eleven years.
const KEPT: usize = 4096;

/// Places of the hash table: half of them are used at most.
const PLACES: usize = 2 * KEPT;

/// A function of the age, by its values so far.
pub(super) struct ByAge {
    /// One more than the number of the age at this place; 0 where there is none.
    places: Vec<u16>,
    ages: Vec<f64>,
    values: Vec<f64>,
    /// Too few rows to share anything, or too many ages to keep.
    direct: bool,
}

impl ByAge {
    pub(super) fn new() -> Self {
        Self { places: vec![0; PLACES], ages: Vec::new(), values: Vec::new(), direct: false }
    }

    /// Forgets the function; the next one is asked for this many rows.
    pub(super) fn start(&mut self, rows: usize) {
        if !self.ages.is_empty() {
            self.places.fill(0);
        }
        self.ages.clear();
        self.values.clear();
        self.direct = rows < BLOCK / 8;
    }

    /// The function at a block of ages, which it may overwrite: the same bits as `evaluate` gives.
    pub(super) fn fill(
        &mut self,
        ages: &mut [f64],
        out: &mut [f64],
        evaluate: impl Fn(&mut [f64], &mut [f64]),
    ) {
        if self.direct {
            return evaluate(ages, out);
        }
        let mut numbers = [0_u16; BLOCK];
        for (number, &age) in numbers.iter_mut().zip(&*ages) {
            *number = self.number(age);
        }
        let known = self.values.len();
        self.values.resize(self.ages.len(), 0.0);
        let new = &mut ages[..self.ages.len() - known];
        new.copy_from_slice(&self.ages[known..]);
        evaluate(new, &mut self.values[known..]);
        for (out, &number) in out.iter_mut().zip(&numbers) {
            *out = self.values[usize::from(number)];
        }
        self.direct = self.ages.len() + BLOCK > KEPT;
    }

    /// The number of an age, a new one for a new age.
    fn number(&mut self, age: f64) -> u16 {
        // Fibonacci hashing: the upper bits of the product depend on all bits of the age.
        let hash = age.to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 51;
        let mut place = usize::try_from(hash).expect("13 bits");
        loop {
            match self.places[place] {
                0 => {
                    let number = u16::try_from(self.ages.len()).expect("at most KEPT ages");
                    self.ages.push(age);
                    self.places[place] = number + 1;
                    return number;
                }
                taken if self.ages[usize::from(taken) - 1] == age => return taken - 1,
                _ => place = (place + 1) % PLACES,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Values of √age, and how many were worked out.
    fn filled(ages: &[f64]) -> (Vec<f64>, usize) {
        let (worked_out, mut by_age) = (Cell::new(0), ByAge::new());
        by_age.start(ages.len());
        let mut out = vec![0.0; ages.len()];
        for (ages, out) in ages.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
            by_age.fill(&mut ages.to_vec(), out, |ages, out| {
                worked_out.set(worked_out.get() + ages.len());
                ages.iter().zip(out).for_each(|(age, out)| *out = age.sqrt());
            });
        }
        (out, worked_out.get())
    }

    #[test]
    fn every_age_has_its_value_and_a_shared_one_is_worked_out_once() {
        for (rows, different) in [(100_000, 700), (100_000, 4000), (100_000, 100_000), (10, 3)] {
            let ages: Vec<f64> = (0..rows).map(|row| 0.1 + f64::from(row % different)).collect();
            let (values, worked_out) = filled(&ages);
            assert!(ages.iter().zip(values).all(|(age, value)| age.sqrt() == value));
            if different == 700 {
                assert_eq!(worked_out, 700);
            }
        }
    }
}
