//! Bounded output that goes on counting past the end of its buffer.
//!
//! "Too small" can therefore name the exact size that is needed, and [`emit`] leaves the buffer as it
//! was when the text does not fit.

use core::fmt;

/// The output buffer is too small; `needed` bytes suffice and one fewer does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct OutputTooSmall {
    /// Bytes that the whole output takes.
    pub needed: usize,
}

impl fmt::Display for OutputTooSmall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the output buffer is too small, {} bytes are needed", self.needed)
    }
}

impl core::error::Error for OutputTooSmall {}

/// Writes `text` into `out`: all of it or nothing.
///
/// `text` is called once to measure and, when it fits, once more to write, so it has to write the same
/// both times.
///
/// # Errors
/// [`OutputTooSmall`] with the exact size; `out` is unchanged then.
pub fn emit(
    out: &mut [u8],
    mut text: impl FnMut(&mut Writer<'_>),
) -> Result<&mut [u8], OutputTooSmall> {
    twice(out, &mut text)
}

fn twice<'o>(
    out: &'o mut [u8],
    text: &mut dyn FnMut(&mut Writer<'_>),
) -> Result<&'o mut [u8], OutputTooSmall> {
    let mut measure = Writer::measure();
    text(&mut measure);
    let needed = measure.len();
    match out.get_mut(..needed) {
        Some(room) => {
            let mut writer = Writer::new(room);
            text(&mut writer);
            writer.finish()
        }
        None => Err(OutputTooSmall { needed }),
    }
}

/// Appends to a borrowed slice; bytes past its end are counted and not stored.
#[derive(Debug)]
pub struct Writer<'o> {
    out: &'o mut [u8],
    len: usize,
    /// Whether what was written last is an element of JSON, so that a comma is due before the next.
    after_element: bool,
}

/// A place to which a [`Writer`] can go back.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    len: usize,
    after_element: bool,
}

impl<'o> Writer<'o> {
    /// Writes to `out` from its start.
    pub const fn new(out: &'o mut [u8]) -> Self {
        Self { out, len: 0, after_element: false }
    }

    /// Stores nothing and counts.
    pub const fn measure() -> Self {
        Self { out: &mut [], len: 0, after_element: false }
    }

    /// Appends `bytes`.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub fn bytes(&mut self, bytes: &[u8]) {
        let rest = self.out.get_mut(self.len..);
        if let Some(room) = rest.and_then(|rest| rest.get_mut(..bytes.len())) {
            // This becomes a `memcpy`; `copy_from_slice` is not always rid of its panic.
            for (to, from) in room.iter_mut().zip(bytes) {
                *to = *from;
            }
        }
        self.len = self.len.saturating_add(bytes.len());
    }

    /// Appends one byte.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub fn byte(&mut self, byte: u8) {
        self.bytes(&[byte]);
    }

    /// Appends `text`.
    pub fn str(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Appends `number` in decimal.
    pub fn unsigned(&mut self, number: u64) {
        let mut digits = [0_u8; 20];
        let mut number = Dividend::new(number);
        let mut first = digits.len();
        for (at, digit) in digits.iter_mut().enumerate().rev() {
            let (last, is_over) = number.take_digit();
            *digit = b'0' + last;
            first = at;
            if is_over {
                break;
            }
        }
        self.bytes(digits.get(first..).unwrap_or_default());
    }

    /// Appends `number` in decimal, with a minus sign where it is negative.
    pub fn signed(&mut self, number: i64) {
        if number < 0 {
            self.byte(b'-');
        }
        self.unsigned(number.unsigned_abs());
    }

    /// Opens an object or array of JSON.
    pub(crate) fn open(&mut self, bracket: u8) {
        self.byte(bracket);
        self.after_element = false;
    }

    /// Closes an object or array of JSON.
    pub(crate) fn close(&mut self, bracket: u8) {
        self.byte(bracket);
        self.after_element = true;
    }

    /// Begins an element of the object or array that is open.
    pub(crate) fn separate(&mut self) {
        if self.after_element {
            self.byte(b',');
        }
        self.after_element = true;
    }

    /// Where it stands.
    pub(crate) const fn mark(&self) -> Mark {
        Mark { len: self.len, after_element: self.after_element }
    }

    /// Takes back everything behind a place.
    pub(crate) const fn take_back(&mut self, to: Mark) {
        self.len = to.len;
        self.after_element = to.after_element;
    }

    /// Bytes appended so far, also those that found no room.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing has been appended.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The written bytes.
    ///
    /// # Errors
    /// [`OutputTooSmall`] with the exact size; what the buffer then holds is unspecified.
    pub fn finish(self) -> Result<&'o mut [u8], OutputTooSmall> {
        let needed = self.len;
        self.out.get_mut(..needed).ok_or(OutputTooSmall { needed })
    }
}

impl fmt::Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.str(text);
        Ok(())
    }
}

/// A number that is divided by ten.
#[cfg(target_pointer_width = "64")]
struct Dividend(u64);

#[cfg(target_pointer_width = "64")]
impl Dividend {
    const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Divides by ten, and gives the remainder and whether nothing is left.
    const fn take_digit(&mut self) -> (u8, bool) {
        let digit = self.0 % 10;
        self.0 /= 10;
        (digit as u8, self.0 == 0)
    }
}

/// A number that is divided by ten, in pieces of 16 bits, the highest first: a machine without 64-bit division would
/// link a large routine for it.
#[cfg(not(target_pointer_width = "64"))]
struct Dividend([u32; 4]);

#[cfg(not(target_pointer_width = "64"))]
impl Dividend {
    #[expect(clippy::cast_possible_truncation, reason = "the pieces are what is wanted")]
    fn new(number: u64) -> Self {
        let pieces = [number >> 48, number >> 32, number >> 16, number];
        Self(pieces.map(|piece| piece as u32 & 0xffff))
    }

    /// Divides by ten, and gives the remainder and whether nothing is left.
    #[expect(clippy::cast_possible_truncation, reason = "it is less than ten")]
    fn take_digit(&mut self) -> (u8, bool) {
        let (mut rest, mut left) = (0, 0);
        for piece in &mut self.0 {
            let dividend = rest << 16 | *piece;
            *piece = dividend / 10;
            rest = dividend % 10;
            left |= *piece;
        }
        (rest as u8, left == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{string::ToString, vec};

    #[test]
    fn nothing_is_written_when_it_does_not_fit() {
        let mut out = [7_u8; 4];
        let error = emit(&mut out, |w| w.str("hello")).unwrap_err();
        assert_eq!(error, OutputTooSmall { needed: 5 });
        assert_eq!(out, [7; 4]);
    }

    proptest! {
        #[test]
        fn numbers_read_back(unsigned: u64, signed: i64) {
            let mut out = [0_u8; 41];
            let text = emit(&mut out, |w| { w.unsigned(unsigned); w.byte(b' '); w.signed(signed); });
            let expected = std::format!("{unsigned} {signed}");
            prop_assert_eq!(text.unwrap(), expected.as_bytes());
        }

        #[test]
        fn the_needed_size_suffices_and_one_fewer_does_not(text in ".{1,40}") {
            let mut out = vec![0; text.len()];
            prop_assert_eq!(&*emit(&mut out, |w| w.str(&text)).unwrap(), text.as_bytes());
            let mut short = vec![0; text.len() - 1];
            prop_assert_eq!(
                emit(&mut short, |w| w.str(&text)).unwrap_err().to_string(),
                OutputTooSmall { needed: text.len() }.to_string()
            );
        }
    }
}
