//! The one way to show a token: `(none)`, `***`, or its first and last four characters.

use crate::writer::Writer;
use core::fmt;
use subtle::{Choice, ConditionallySelectable};

/// Tokens up to this many bytes are shown as `***`.
pub const SHORT: usize = 12;

/// Characters shown at each end of a longer token.
pub const SHOWN: usize = 4;

const LONG: usize = SHOWN * 2 + 3;

/// Masks `token`: `(none)` when it is empty, `***` up to [`SHORT`] bytes, else the first [`SHOWN`]
/// characters, `...` and the last [`SHOWN`].
///
/// A token that holds any byte outside printable ASCII (0x20 to 0x7E) shows stars in place of all eight
/// characters: no bearer token has such a byte, so neither a split character nor a terminal escape can
/// come out, and the length counts in bytes and in characters alike.
///
/// The time taken depends on the length only.
pub fn mask(token: &[u8]) -> Masked {
    let last = token.get(token.len().saturating_sub(SHOWN)..).unwrap_or_default();
    match (token.first_chunk(), last.first_chunk()) {
        (Some(&head), Some(&tail)) if token.len() > SHORT => {
            let hide = any_unprintable(token);
            let [h0, h1, h2, h3] = show(head, hide);
            let [t0, t1, t2, t3] = show(tail, hide);
            Masked { text: [h0, h1, h2, h3, b'.', b'.', b'.', t0, t1, t2, t3], len: LONG }
        }
        _ if token.is_empty() => Masked::NONE,
        _ => Masked { text: *b"***........", len: 3 },
    }
}

/// A token as it may be shown; at most eight of its characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Masked {
    text: [u8; LONG],
    len: usize,
}

impl Masked {
    /// What stands for "there is no token".
    pub const NONE: Self = Self { text: *b"(none).....", len: 6 };

    /// The shown text, printable ASCII of at most 11 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.len).unwrap_or_default()
    }

    /// The shown text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Appends the shown text.
    pub fn write(&self, w: &mut Writer<'_>) {
        w.bytes(self.as_bytes());
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn show(end: [u8; SHOWN], hide: Choice) -> [u8; SHOWN] {
    end.map(|byte| u8::conditional_select(&byte, &b'*', hide))
}

/// Reads every byte, also after a hit, so that the time says nothing of where one stands.
fn any_unprintable(token: &[u8]) -> Choice {
    let hits = token.iter().fold(0, |hits, byte| hits | u8::from(byte.wrapping_sub(0x20) > 0x5e));
    Choice::from(hits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{format, string::ToString};

    // Expected texts from the rule of the platform whose masks this one replaces: none is `(none)`,
    // up to twelve characters `***`, else first four, three dots, last four.
    #[test]
    fn known_answers() {
        for (token, shown) in [
            ("", "(none)"),
            ("a", "***"),
            ("abcdefghijkl", "***"),
            ("abcdefghijklm", "abcd...jklm"),
            ("eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "eyJh...c2ln"),
            ("pass word with", "pass...with"),
            ("abcd\u{1b}[2J____wxyz", "****...****"),
            ("abcdefghi\u{e4}wxyz", "****...****"),
            ("\u{1f600}bcdefghijklm", "****...****"),
            ("abcd\u{7f}efghijklm", "****...****"),
            ("abcd\u{1f}efghijklm", "****...****"),
            ("abcd ~efghijklm", "abcd...jklm"),
        ] {
            let masked = mask(token.as_bytes());
            assert_eq!(masked.as_str(), shown, "{token:?}");
            assert_eq!(masked.to_string(), shown);
            assert_eq!(format!("{masked:?}"), shown);
            let mut out = [0; LONG];
            let mut w = Writer::new(&mut out);
            masked.write(&mut w);
            assert_eq!(w.finish().unwrap(), shown.as_bytes());
        }
        assert_eq!(Masked::NONE.as_str(), "(none)");
        assert_eq!(format!("[{:<8}]", mask(b"x")), "[***     ]");
    }

    proptest! {
        #[test]
        fn any_bytes_come_out_as_a_fixed_shape(token: std::vec::Vec<u8>) {
            let masked = mask(&token);
            let shown = masked.as_bytes();
            match token.len() {
                0 => prop_assert_eq!(shown, b"(none)"),
                1..=12 => prop_assert_eq!(shown, b"***"),
                _ => {
                    prop_assert_eq!(shown.len(), 11);
                    prop_assert_eq!(&shown[4..7], b"...");
                    prop_assert!(shown.iter().all(|byte| (b' '..=b'~').contains(byte)));
                    let open = token.iter().all(|byte| (b' '..=b'~').contains(byte));
                    let ends = [&token[..4], &token[token.len() - 4..]];
                    prop_assert_eq!([&shown[..4], &shown[7..]] == ends, open || ends == [b"****"; 2]);
                }
            }
        }
    }
}
