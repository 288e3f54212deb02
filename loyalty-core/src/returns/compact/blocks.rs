//! Columns that are read from block to block, so that rows are made of several columns without any of these
//! standing in memory whole.

use super::bits::Unpacked;
use super::form::{Form, damaged};
use crate::Error;

/// The most rows of a block, some kilobytes of each column; all blocks but the last have as many.
pub(super) const BLOCK: usize = 8 * FLAGS;

/// Flags in a word.
const FLAGS: usize = 64;

/// So few of them are looked for one by one, which is a branch that nothing foretells for each; the numbers in between
/// are written without a look. An eighth of all: a choice, with which loads of real logs took a tenth less.
const FEW: u32 = 8;

/// Whole numbers.
#[derive(Clone)]
pub(super) struct Numbers<'a> {
    pub(super) form: Form,
    pub(super) least: u64,
    /// Those that stand by themselves.
    pub(super) stand: Unpacked<'a>,
    /// Which of them do, where not all: words of flags.
    pub(super) flags: Unpacked<'a>,
    pub(super) before: u64,
}

impl Numbers<'_> {
    /// The next ones.
    pub(super) fn next(&mut self, block: &mut [u64]) {
        if self.form == Form::Each {
            self.stand.fill(block);
            block.iter_mut().for_each(|number| *number = number.wrapping_add(self.least));
            return;
        }
        for block in block.chunks_mut(FLAGS) {
            // Not every block is of whole words: of keys as many are asked for as there are among some lines.
            let flags = self.flags.next(false);
            self.flags.skip(block.len());
            if flags.count_ones() <= FEW {
                self.next_runs(block, flags);
            } else {
                self.next_each(block, flags);
            }
        }
    }

    /// The next ones, most of which are as expected.
    fn next_runs(&mut self, mut block: &mut [u64], mut flags: u64) {
        let step = u64::from(self.form == Form::CountsOn);
        while !block.is_empty() {
            let run = block.len().min(flags.trailing_zeros() as usize);
            let (expected, rest) = block.split_at_mut(run);
            for number in expected {
                self.before = self.before.wrapping_add(step);
                *number = self.before;
            }
            if let Some((first, rest)) = rest.split_first_mut() {
                self.before = self.least.wrapping_add(self.stand.next(true));
                *first = self.before;
                flags = flags >> run >> 1;
                block = rest;
            } else {
                return;
            }
        }
    }

    /// The next ones. No branch depends on what is read.
    fn next_each(&mut self, block: &mut [u64], mut flags: u64) {
        for number in block {
            let (expected, differs) = (self.form.next(self.before), flags & 1 == 1);
            let own = self.least.wrapping_add(self.stand.next(differs));
            self.before = if differs { own } else { expected };
            *number = self.before;
            flags >>= 1;
        }
    }

    /// Sets something of each of a block of rows to the next ones, which it may refuse.
    pub(super) fn set<T>(
        &mut self,
        rows: &mut [T],
        mut set: impl FnMut(&mut T, u64) -> bool,
    ) -> Result<(), Error> {
        let mut block = [0; BLOCK];
        let block = &mut block[..rows.len()];
        self.next(block);
        let good = rows.iter_mut().zip(&*block).fold(true, |good, (row, &n)| good & set(row, n));
        if good { Ok(()) } else { Err(damaged()) }
    }
}

/// Finite numbers.
pub(super) enum Floats<'a> {
    /// By their bits.
    AsTheyAre(Unpacked<'a>),
    /// The different ones, and for each which it is.
    Shared(Vec<f64>, Numbers<'a>),
}

impl Floats<'_> {
    /// The next ones.
    pub(super) fn next(&mut self, block: &mut [f64]) -> Result<(), Error> {
        match self {
            Self::AsTheyAre(bits) => {
                let mut words = [0; BLOCK];
                let words = &mut words[..block.len()];
                bits.fill(words);
                let mut finite = true;
                for (float, &word) in block.iter_mut().zip(&*words) {
                    *float = f64::from_bits(word);
                    finite &= float.is_finite();
                }
                if finite { Ok(()) } else { Err(damaged()) }
            }
            Self::Shared(different, places) => {
                let mut of_block = [0; BLOCK];
                let of_block = &mut of_block[..block.len()];
                places.next(of_block);
                for (float, &place) in block.iter_mut().zip(&*of_block) {
                    let place = usize::try_from(place).map_err(|_| damaged())?;
                    *float = *different.get(place).ok_or_else(damaged)?;
                }
                Ok(())
            }
        }
    }

    /// Sets something of each of a block of rows to the next ones.
    pub(super) fn set<T>(
        &mut self,
        rows: &mut [T],
        set: impl Fn(&mut T, f64),
    ) -> Result<(), Error> {
        let mut block = [0.0; BLOCK];
        let block = &mut block[..rows.len()];
        self.next(block)?;
        rows.iter_mut().zip(&*block).for_each(|(row, &float)| set(row, float));
        Ok(())
    }
}
