//! Columns that are read from block to block, so that rows are made of several columns without any of these
//! standing in memory whole.

use super::bits::Unpacked;
use super::form::{Form, damaged};
use crate::Error;

/// The most rows of a block, some kilobytes of each column; all blocks but the last have as many.
pub(super) const BLOCK: usize = 8 * FLAGS;

/// Flags in a word.
const FLAGS: usize = 64;

/// Whole numbers.
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
            for number in block {
                *number = self.least.wrapping_add(self.stand.next(true));
            }
            return;
        }
        for block in block.chunks_mut(FLAGS) {
            let mut flags = self.flags.next(true);
            for number in block {
                let (expected, differs) = (self.form.next(self.before), flags & 1 == 1);
                let own = self.least.wrapping_add(self.stand.next(differs));
                self.before = if differs { own } else { expected };
                *number = self.before;
                flags >>= 1;
            }
        }
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
                let mut finite = true;
                for float in block {
                    *float = f64::from_bits(bits.next(true));
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
}
