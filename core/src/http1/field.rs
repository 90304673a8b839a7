//! The alphabets of header names and values.

use core::{error::Error, fmt};

/// A header value that is safe to send: printable ASCII and inner tabs, no white space at its ends.
///
/// It may be empty. The standard also lets bytes above 0x7F through, as opaque; a sender has no use
/// for them. `Debug` shows the length only, since the value may be a credential.
///
/// Source: [RFC 9110 section 5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5)
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HeaderValue<'a>(&'a str);

impl<'a> HeaderValue<'a> {
    /// Checks `text`.
    ///
    /// # Errors
    /// [`InvalidHeaderValue`] with the position of the first byte that must not be there.
    pub fn new(text: &'a str) -> Result<Self, InvalidHeaderValue> {
        let bytes = text.as_bytes();
        let is_space = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
        let printable = bytes.iter().take_while(|byte| matches!(byte, b'\t' | b' '..=b'~')).count();
        let at = if is_space(bytes.first()) {
            0
        } else if printable == bytes.len() && is_space(bytes.last()) {
            printable.wrapping_sub(1)
        } else {
            printable
        };
        if at == bytes.len() { Ok(Self(text)) } else { Err(InvalidHeaderValue { at }) }
    }

    /// The value as text.
    pub const fn as_str(&self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for HeaderValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeaderValue({} bytes)", self.0.len())
    }
}

/// A text is no header value: a control byte, a byte above 0x7E, or white space at an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidHeaderValue {
    /// Position of the first offending byte.
    pub at: usize,
}

impl fmt::Display for InvalidHeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the byte at {} may not stand there in a header value", self.at)
    }
}

impl Error for InvalidHeaderValue {}

/// Whether `bytes` is a token: header names, methods and parameter names are.
///
/// Source: [RFC 9110 section 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)
pub fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && TCHAR.run(bytes) == bytes.len()
}

/// A set of ASCII characters.
pub(crate) struct Alphabet([u32; 4]);

/// The bytes of a token.
pub(crate) const TCHAR: Alphabet =
    Alphabet::of(b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

impl Alphabet {
    /// The set of these characters, all of them ASCII.
    pub(crate) const fn of(characters: &[u8]) -> Self {
        let mut words = [0; 4];
        let mut rest = characters;
        while let [character, tail @ ..] = rest {
            let bit = 1 << (*character & 31);
            match (&mut words, *character >> 5) {
                ([word, ..], 0) | ([_, word, ..], 1) | ([.., word, _], 2) | ([.., word], _) => {
                    *word |= bit;
                }
            }
            rest = tail;
        }
        Self(words)
    }

    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte >> 5)).is_some_and(|word| word >> (byte & 31) & 1 == 1)
    }

    /// Length of the longest start of `bytes` that consists of these characters.
    pub(crate) fn run(&self, bytes: &[u8]) -> usize {
        bytes.iter().take_while(|byte| self.has(**byte)).count()
    }
}

/// Length of the longest start of `bytes` that a received field value may consist of.
pub(super) fn field_run(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is_field_byte(**byte)).count()
}

/// A byte that a received field value, a reason or a quoted pair may have.
pub(super) const fn is_field_byte(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'~' | 0x80..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    // The list of tchar as the RFC prints it.
    const TCHAR: &[u8] =
        b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    #[test]
    fn every_byte_is_a_token_byte_or_not_as_the_rfc_lists() {
        for byte in 0..=u8::MAX {
            assert_eq!(is_token(&[byte]), TCHAR.contains(&byte), "{byte:#04x}");
        }
        assert!(!is_token(b""));
        assert!(!is_token(b"a b"));
    }

    #[test]
    fn a_set_has_its_characters_and_no_other() {
        for character in 0..128 {
            let set = Alphabet::of(&[character, b'0']);
            for byte in 0..=u8::MAX {
                assert_eq!(set.has(byte), byte == character || byte == b'0', "{character} {byte}");
            }
        }
    }

    #[test]
    fn every_byte_stands_in_a_value_as_the_rfc_says() {
        for byte in 0..0x80_u8 {
            let text = format!("a{}b", char::from(byte));
            let valid = byte == b'\t' || (0x20..=0x7E).contains(&byte);
            assert_eq!(HeaderValue::new(&text).is_ok(), valid, "{byte:#04x}");
        }
    }

    #[test]
    fn a_refusal_names_the_first_position() {
        for (text, at) in [
            (" a", 0),
            ("a ", 1),
            ("\ta", 0),
            ("a\t", 1),
            (" ", 0),
            ("abc\r\nEvil: 1", 3),
            ("ab\nc", 2),
            ("ab\0c", 2),
            ("ab\u{7f}", 2),
            ("abcd\u{e9}", 4),
        ] {
            assert_eq!(HeaderValue::new(text).unwrap_err(), InvalidHeaderValue { at }, "{text:?}");
        }
        assert_eq!(HeaderValue::new("").unwrap().as_str(), "");
        assert_eq!(HeaderValue::new("Bearer a.b.c").unwrap().as_str(), "Bearer a.b.c");
    }

    #[test]
    fn debug_does_not_show_the_value() {
        let value = HeaderValue::new("Bearer secret").unwrap();
        assert_eq!(format!("{value:?}"), "HeaderValue(13 bytes)");
    }
}
