//! `Str`: the text of a JSON string, compared and copied without scratch space.

use core::fmt;

use crate::search;
use crate::writer::{OutputTooSmall, Writer, emit};

/// A JSON string between its quotes; escapes are resolved when it is compared, iterated or copied.
#[derive(Clone, Copy)]
pub struct Str<'a> {
    raw: &'a [u8],
    escapes: Escapes,
}

/// Whether a string has an escape; a whole word, so that no padding has to be copied around it.
///
/// Where registers have 32 bits it is looked for when it matters: a string is two words then, and is handed around in
/// registers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Escapes {
    #[cfg(target_pointer_width = "64")]
    are_there: usize,
}

#[cfg(target_pointer_width = "64")]
impl Escapes {
    pub(super) const NONE: Self = Self { are_there: 0 };
    pub(super) const SOME: Self = Self { are_there: 1 };

    pub(super) fn of(raw: &[u8]) -> Self {
        if search::first(b'\\', raw).is_some() { Self::SOME } else { Self::NONE }
    }

    const fn are_in(self, _: &[u8]) -> bool {
        self.are_there != 0
    }
}

#[cfg(not(target_pointer_width = "64"))]
impl Escapes {
    pub(super) const NONE: Self = Self {};
    pub(super) const SOME: Self = Self {};

    pub(super) const fn of(_: &[u8]) -> Self {
        Self {}
    }

    fn are_in(self, raw: &[u8]) -> bool {
        search::first(b'\\', raw).is_some()
    }
}

impl<'a> Str<'a> {
    pub(crate) const EMPTY: Self = Self::validated(&[], Escapes::NONE);

    pub(super) const fn validated(raw: &'a [u8], escapes: Escapes) -> Self {
        Self { raw, escapes }
    }

    /// The same string where `raw` is a copy of its text.
    pub(crate) const fn copied<'o>(&self, raw: &'o [u8]) -> Str<'o> {
        Str::validated(raw, self.escapes)
    }

    /// The text between the quotes, escapes kept.
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The string itself when it has no escape, so that it can be borrowed.
    pub fn as_plain(&self) -> Option<&'a str> {
        if self.is_escaped() { None } else { core::str::from_utf8(self.raw).ok() }
    }

    pub(crate) fn is_escaped(&self) -> bool {
        self.escapes.are_in(self.raw)
    }

    /// Whether it is the empty string.
    pub const fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// The characters, escapes resolved.
    pub const fn chars(&self) -> Chars<'a> {
        Chars { rest: self.raw }
    }

    fn unescapes_to(&self, text: &str) -> bool {
        let mut rest = text.as_bytes();
        for c in self.chars() {
            let Some(after) = rest.strip_prefix(c.encode_utf8(&mut [0; 4]).as_bytes()) else {
                return false;
            };
            rest = after;
        }
        rest.is_empty()
    }

    /// Copies the string into `out`, escapes resolved.
    ///
    /// # Errors
    /// [`OutputTooSmall`] with the exact size; `out` is unchanged then.
    pub fn copy_to<'o>(&self, out: &'o mut [u8]) -> Result<&'o str, OutputTooSmall> {
        let copied = emit(out, |w| self.write(w))?;
        Ok(core::str::from_utf8(copied).unwrap_or_default())
    }

    /// Appends the string to `w`, escapes resolved.
    pub fn write(&self, w: &mut Writer<'_>) {
        let mut rest = self.raw;
        loop {
            let plain = search::first(b'\\', rest).unwrap_or(rest.len());
            let (run, after) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
            w.bytes(run);
            let mut escape = Chars { rest: after };
            let Some(character) = escape.next() else { return };
            w.str(character.encode_utf8(&mut [0; 4]));
            rest = escape.rest;
        }
    }
}

impl PartialEq for Str<'_> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        // Where it would have to be looked for escapes, characters are compared, up to the first that differs.
        let escaped =
            cfg!(not(target_pointer_width = "64")) || self.is_escaped() || other.is_escaped();
        search::same(self.raw, other.raw) || escaped && self.chars().eq(other.chars())
    }
}

impl Eq for Str<'_> {}

impl PartialEq<str> for Str<'_> {
    #[inline]
    fn eq(&self, other: &str) -> bool {
        if self.is_escaped() {
            return self.unescapes_to(other);
        }
        search::same(self.raw, other.as_bytes())
    }
}

impl PartialEq<&str> for Str<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl fmt::Display for Str<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        match self.as_plain() {
            Some(plain) => f.write_str(plain),
            None => self.chars().try_for_each(|c| f.write_char(c)),
        }
    }
}

impl fmt::Debug for Str<'_> {
    /// Shows the length only: a string may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Str({} bytes)", self.raw.len())
    }
}

/// Iterates over the characters of a [`Str`]; made by [`Str::chars`].
#[derive(Clone, Debug)]
pub struct Chars<'a> {
    rest: &'a [u8],
}

impl Chars<'_> {
    fn take(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn hex4(&mut self) -> Option<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            unit = unit << 4 | char::from(self.take()?).to_digit(16)?;
        }
        Some(unit)
    }

    fn escape(&mut self) -> Option<char> {
        let symbol = self.take()?;
        if symbol != b'u' {
            let mut escapes = SHORT_ESCAPES.iter();
            let (_, meaning) = escapes.find(|(short, _)| *short == symbol)?;
            return Some(char::from(*meaning));
        }
        let mut code = self.hex4()?;
        if (0xd800..0xdc00).contains(&code) {
            // The other half follows its own `\u`.
            self.rest = self.rest.get(2..)?;
            code = 0x1_0000 + ((code & 0x3ff) << 10 | self.hex4()? & 0x3ff);
        }
        char::from_u32(code)
    }
}

/// The escapes of one symbol, and what they mean.
pub(super) const SHORT_ESCAPES: [(u8, u8); 8] = [
    (b'"', b'"'),
    (b'\\', b'\\'),
    (b'/', b'/'),
    (b'b', 0x08),
    (b'f', 0x0c),
    (b'n', b'\n'),
    (b'r', b'\r'),
    (b't', b'\t'),
];

impl Iterator for Chars<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let first = self.take()?;
        if first == b'\\' {
            return self.escape();
        }
        // As many ones as the character has bytes, but none for ASCII.
        let length = first.leading_ones();
        let mut code = u32::from(first) & (0x7f >> length);
        for _ in 1..length {
            code = code << 6 | u32::from(self.take()? & 0x3f);
        }
        char::from_u32(code)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{parse, write_string};
    use super::*;
    use proptest::prelude::*;
    use std::{string::String, vec};

    #[test]
    fn escapes_and_surrogate_pairs_are_resolved() {
        let value = parse(br#""\"\\\/\b\f\n\r\tA\u00e9\ud83d\ude00\u4e16""#).unwrap();
        let expected = "\"\\/\u{8}\u{c}\n\r\tA\u{e9}\u{1f600}\u{4e16}";
        let string = value.as_str().unwrap();
        assert_eq!(string.chars().collect::<String>(), expected);
        assert!(string == *expected);
        assert_eq!(string.as_plain(), None);
        assert_eq!(parse(b"\"plain\"").unwrap().as_str().unwrap().as_plain(), Some("plain"));
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(text: String, escape_all: bool) {
            let encoded = if escape_all {
                let units = text.encode_utf16().map(|unit| std::format!("\\u{unit:04x}"));
                std::format!("\"{}\"", units.collect::<String>())
            } else {
                serde_json::to_string(&text).unwrap()
            };
            let string = parse(encoded.as_bytes()).unwrap().as_str().unwrap();
            prop_assert!(string == *text);
            prop_assert_eq!(&std::format!("{string}"), &text);
            let mut out = vec![0; text.len()];
            prop_assert_eq!(string.copy_to(&mut out).unwrap(), &text);
            if let Some(short) = text.len().checked_sub(1) {
                let needed = text.len();
                prop_assert_eq!(string.copy_to(&mut out[..short]), Err(OutputTooSmall { needed }));
            }
            let mut written = vec![0; encoded.len() + 6 * text.len()];
            let written = emit(&mut written, |w| write_string(w, &text)).unwrap();
            prop_assert_eq!(serde_json::from_slice::<String>(written).unwrap(), text);
        }
    }
}
