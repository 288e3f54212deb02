//! Columns: the caller's arrays, borrowed for the length of a call.

use std::alloc::Layout;
use std::ops::Range;
use std::slice;

use loyalty_core::Error;
use loyalty_core::orders::TextColumn;

use crate::error::Failure;

/// A column of the caller. NULL is an empty column where no row is expected.
///
/// # Safety
/// `values` is NULL or has `rows` values, which do not change during `'a`.
pub(crate) unsafe fn column<'a, T>(
    name: &'static str,
    values: *const T,
    rows: usize,
) -> Result<&'a [T], Failure> {
    if values.is_null() && rows > 0 {
        return Err(Failure::Null(name));
    }
    // SAFETY: this function's contract.
    Ok(unsafe { optional_column(values, rows)? }.unwrap_or_default())
}

/// A column that may be left out.
///
/// # Safety
/// As [`column`].
pub(crate) unsafe fn optional_column<'a, T>(
    values: *const T,
    rows: usize,
) -> Result<Option<&'a [T]>, Failure> {
    fits_in_memory::<T>(rows)?;
    // SAFETY: not NULL, of a size that a slice may have, and this function's contract.
    Ok((!values.is_null()).then(|| unsafe { slice::from_raw_parts(values, rows) }))
}

/// A mask of what is present, which may be left out.
///
/// # Safety
/// As [`column`].
pub(crate) unsafe fn mask<'a>(
    name: &'static str,
    present: *const bool,
    rows: usize,
) -> Result<Option<&'a [bool]>, Failure> {
    // Masks are often bytes of another type in the caller's program, and a Rust bool that is
    // neither 0 nor 1 is undefined behaviour, so they are bytes until they are checked. SAFETY:
    // this function's contract; a bool is one byte.
    let Some(bytes) = (unsafe { optional_column(present.cast::<u8>(), rows)? }) else {
        return Ok(None);
    };
    if let Some(row) = bytes.iter().position(|&byte| byte > 1) {
        let (column, value) = (name.to_owned(), bytes[row].to_string());
        let more = bytes[row + 1..].iter().filter(|&&byte| byte > 1).count();
        return Err(Error::Value { column, row, expected: "0 or 1", value, more }.into());
    }
    // SAFETY: `rows` bytes that are 0 or 1.
    Ok(Some(unsafe { slice::from_raw_parts(present, rows) }))
}

/// The caller's array for results, set to 0.
///
/// # Safety
/// `out` is NULL or writable for `length` values, which nobody else uses during `'a`.
pub(crate) unsafe fn results<'a>(out: *mut f64, length: usize) -> Result<&'a mut [f64], Failure> {
    if out.is_null() {
        return Err(Failure::Null("out"));
    }
    fits_in_memory::<f64>(length)?;
    // A slice must be initialised, and the array of a C program need not be.
    // SAFETY: not NULL, this function's contract, and zero bytes are a float.
    unsafe {
        out.write_bytes(0, length);
        Ok(slice::from_raw_parts_mut(out, length))
    }
}

/// Copies a column into the caller's array, which must be as long.
///
/// # Safety
/// `out` is NULL or writable for `length` values, and not part of `values`.
pub(crate) unsafe fn copy_column<T: Copy>(
    values: &[T],
    out: *mut T,
    length: usize,
) -> Result<(), Failure> {
    if out.is_null() {
        return Err(Failure::Null("out"));
    }
    if length != values.len() {
        let (column, expected) = ("out".to_owned(), values.len());
        return Err(Error::Length { column, expected, got: length }.into());
    }
    // SAFETY: not NULL, of equal length, and this function's contract.
    unsafe { values.as_ptr().copy_to_nonoverlapping(out, length) };
    Ok(())
}

/// A number that counts something, if there are as many.
pub(crate) fn below(
    name: &'static str,
    number: usize,
    count: usize,
    expected: &'static str,
) -> Result<usize, Error> {
    let wrong = || Error::parameter(name, expected, number as f64);
    (number < count).then_some(number).ok_or_else(wrong)
}

/// The row asked for, if the table has it.
pub(crate) fn in_table(row: usize, rows: usize) -> Result<usize, Failure> {
    Ok(below("row", row, rows, "below the number of rows")?)
}

fn fits_in_memory<T>(rows: usize) -> Result<(), Failure> {
    if Layout::array::<T>(rows).is_ok() {
        return Ok(());
    }
    let value = rows as f64;
    Err(Error::parameter("rows", "as many as fit in memory", value).into())
}

/// Text by row as Arrow stores it: the bytes of all rows in one piece, and where each row begins.
#[derive(Debug)]
pub(crate) struct ArrowText<'a> {
    offsets: &'a [i64],
    text: &'a str,
}

impl ArrowText<'_> {
    /// Checks that the offsets rise and that every row is valid UTF-8.
    ///
    /// # Safety
    /// `offsets` is NULL or has `rows + 1` values; `data` is NULL or has as many bytes as the last of
    /// them says. They do not change during `'a`.
    pub(crate) unsafe fn new(
        name: &str,
        offsets: *const i64,
        data: *const u8,
        rows: usize,
    ) -> Result<Self, Failure> {
        let offsets = match rows {
            // An empty column needs no offsets, though Arrow may have one.
            0 => &[0],
            // SAFETY: this function's contract.
            _ => unsafe { column("offsets", offsets, rows.saturating_add(1))? },
        };
        check_rising(offsets)?;
        let length = position(offsets[rows]);
        // SAFETY: this function's contract.
        let bytes = unsafe { column("data", data, length)? };
        let whole = str::from_utf8(bytes).ok();
        let cut_well =
            |text: &&str| offsets.iter().all(|&offset| text.is_char_boundary(position(offset)));
        match whole.filter(cut_well) {
            Some(text) => Ok(Self { offsets, text }),
            None => Err(not_utf8(name, offsets, bytes)),
        }
    }

    fn range(offsets: &[i64], row: usize) -> Range<usize> {
        position(offsets[row])..position(offsets[row + 1])
    }
}

impl TextColumn for ArrowText<'_> {
    fn rows(&self) -> usize {
        self.offsets.len() - 1
    }

    fn text(&self, row: usize) -> &str {
        &self.text[Self::range(self.offsets, row)]
    }
}

/// An offset that [`check_rising`] has seen.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to fit")]
fn position(offset: i64) -> usize {
    offset as usize
}

fn check_rising(offsets: &[i64]) -> Result<(), Failure> {
    let mut before = 0;
    for (row, &offset) in offsets.iter().enumerate() {
        if offset < before || usize::try_from(offset).is_err() {
            let (column, value) = ("offsets".to_owned(), offset.to_string());
            let expected = ">= 0 and >= the offset before";
            return Err(Error::Value { column, row, expected, value, more: 0 }.into());
        }
        before = offset;
    }
    Ok(())
}

/// Names the first row whose own bytes are not text; there is one where the whole is not, or where
/// an offset cuts a character.
fn not_utf8(name: &str, offsets: &[i64], bytes: &[u8]) -> Failure {
    let broken = |row: &usize| str::from_utf8(&bytes[ArrowText::range(offsets, *row)]).is_err();
    match (0..offsets.len() - 1).find(broken) {
        Some(row) => Failure::NotUtf8(format!("column {name:?}, row {row}:")),
        None => Failure::NotUtf8(format!("column {name:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(offsets: &[i64], data: &[u8]) -> Result<Vec<String>, String> {
        let rows = offsets.len() - 1;
        // SAFETY: tests give as many bytes as the last offset says.
        let text = unsafe { ArrowText::new("name", offsets.as_ptr(), data.as_ptr(), rows) };
        let text = text.map_err(|failure| failure.to_string())?;
        Ok((0..text.rows()).map(|row| text.text(row).to_owned()).collect())
    }

    #[test]
    fn text_is_cut_at_the_offsets() {
        let rows = ["ad", "", "aé"].map(str::to_owned);
        assert_eq!(text(&[1, 3, 3, 6], "xadaé".as_bytes()), Ok(rows.into()));
        assert_eq!(text(&[0], b""), Ok(Vec::new()));
    }

    #[test]
    fn text_that_is_none_is_named_by_its_row() {
        let expected = |row| Err(format!("column \"name\", row {row}: must be valid UTF-8"));
        assert_eq!(text(&[0, 1, 3], b"a\xff\xff"), expected(1));
        assert_eq!(text(&[0, 2, 3], "aé".as_bytes()), expected(0));
        let falling = text(&[0, 3, 2, 3], b"abc").unwrap_err();
        assert!(
            falling.contains("row 2: must be >= 0 and >= the offset before, got 2"),
            "{falling}"
        );
    }

    #[test]
    fn a_mask_is_checked_before_it_is_a_mask() {
        let bytes = [1_u8, 0, 255, 2];
        // SAFETY: as many bytes as rows.
        let masked = |rows| unsafe { mask("amount_present", bytes.as_ptr().cast(), rows) };
        assert_eq!(masked(2).unwrap(), Some(&[true, false][..]));
        let error = masked(4).unwrap_err().to_string();
        assert!(error.ends_with("row 2: must be 0 or 1, got 255 (and 1 more row)"), "{error}");
    }
}
