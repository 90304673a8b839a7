//! The value of a challenge parameter.

use crate::writer::{OutputTooSmall, emit};

/// The value of a parameter: a token, or the text of a quoted string with its escapes in place.
///
/// A quoted string may hold any byte from 0x80 on, so a value is bytes; [`ParamValue::as_str`] gives
/// the text of the usual ones. A value comes from the peer: check a URL before it is fetched and
/// escape text before it is shown.
#[derive(Clone, Copy, Debug)]
pub struct ParamValue<'a> {
    raw: &'a [u8],
    escaped: bool,
}

impl<'a> ParamValue<'a> {
    pub(super) const fn new(raw: &'a [u8], escaped: bool) -> Self {
        Self { raw, escaped }
    }

    /// The value as it stands in the header line, without the quotes around it.
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The value as text when it is UTF-8 and has no escape in it.
    pub fn as_str(&self) -> Option<&'a str> {
        str::from_utf8(self.raw).ok().filter(|_| !self.escaped)
    }

    /// The bytes of the value, without the backslashes of its escapes.
    pub fn bytes(&self) -> impl Iterator<Item = u8> + use<'a> {
        let mut raw = self.raw.iter();
        let escaped = self.escaped;
        core::iter::from_fn(move || match raw.next()? {
            b'\\' if escaped => raw.next().copied(),
            byte => Some(*byte),
        })
    }

    /// Copies the value to the start of `out`, without the backslashes of its escapes.
    ///
    /// # Errors
    /// [`OutputTooSmall`] with the exact size; `out` is unchanged then.
    pub fn copy_to<'o>(&self, out: &'o mut [u8]) -> Result<&'o [u8], OutputTooSmall> {
        emit(out, |w| self.bytes().for_each(|byte| w.byte(byte))).map(|copy| &*copy)
    }
}

impl PartialEq<[u8]> for ParamValue<'_> {
    fn eq(&self, other: &[u8]) -> bool {
        self.bytes().eq(other.iter().copied())
    }
}

impl PartialEq<str> for ParamValue<'_> {
    fn eq(&self, other: &str) -> bool {
        *self == *other.as_bytes()
    }
}

impl PartialEq<&str> for ParamValue<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}
