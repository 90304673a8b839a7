//! `Mcp-Name` and `Mcp-Param-*` values: plain, or in Base64 between `=?base64?` and `?=`.

use core::fmt;

use crate::writer::{OutputTooSmall, Writer};

const PREFIX: &str = "=?base64?";
const SUFFIX: &str = "?=";

/// Appends `text` as a header value.
///
/// It stays as it is when it is printable ASCII without white space at its ends and does not look like
/// the Base64 form; otherwise it is the Base64 form of its UTF-8.
///
/// [Revision 2026-07-28, value encoding](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#value-encoding)
#[expect(clippy::needless_pass_by_value, reason = "iterators go by value")]
pub fn encode_header_value(w: &mut Writer<'_>, text: impl Iterator<Item = char> + Clone) {
    encode(w, &|take| text.clone().for_each(|c| take(c.encode_utf8(&mut [0; 4]).as_bytes())));
}

/// As [`encode_header_value`], for a text that is at hand.
pub(crate) fn encode_header_text(w: &mut Writer<'_>, text: &str) {
    encode(w, &|take| take(text.as_bytes()));
}

/// A text that hands its bytes to a function, so that one copy of the code serves all texts.
type Text<'t> = dyn Fn(&mut dyn FnMut(&[u8])) + 't;

fn encode(w: &mut Writer<'_>, text: &Text<'_>) {
    let mut shape = Shape::default();
    text(&mut |bytes| bytes.iter().for_each(|byte| shape.take(*byte)));
    if shape.is_plain() {
        text(&mut |bytes| w.bytes(bytes));
        return;
    }
    w.str(PREFIX);
    // The last `filled` bits have not been written.
    let mut bits = 0_u32;
    let mut filled = 0_u32;
    text(&mut |bytes| {
        for &byte in bytes {
            bits = bits << 8 | u32::from(byte);
            filled = filled.wrapping_add(8);
            while filled >= 6 {
                filled = filled.wrapping_sub(6);
                w.byte(symbol(bits.wrapping_shr(filled)));
            }
        }
    });
    if filled > 0 {
        w.byte(symbol(bits << 6_u32.wrapping_sub(filled)));
        w.str(if filled == 2 { "==" } else { "=" });
    }
    w.str(SUFFIX);
}

/// The text that a header value stands for.
///
/// # Errors
/// [`HeaderValueError`] when it looks like the Base64 form and is not, or does not fit `out`.
pub fn decode_header_value<'o>(
    value: &str,
    out: &'o mut [u8],
) -> Result<&'o str, HeaderValueError> {
    let encoded = value.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    let text = if let Some(encoded) = encoded {
        let padding = encoded.bytes().rev().take_while(|byte| *byte == b'=').count();
        let needed = (encoded.len() / 4 * 3).saturating_sub(padding);
        let Some(room) = out.get_mut(..needed) else {
            return Err(HeaderValueError::TooSmall { needed });
        };
        decode(encoded.as_bytes(), padding, room).ok_or(HeaderValueError::Base64)?;
        room
    } else {
        let needed = value.len();
        let room = out.get_mut(..needed).ok_or(HeaderValueError::TooSmall { needed })?;
        let mut w = Writer::new(room);
        w.str(value);
        w.finish()?
    };
    core::str::from_utf8(text).map_err(|_| HeaderValueError::Utf8)
}

/// Why a header value stands for no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum HeaderValueError {
    /// Between prefix and suffix stands no canonical, padded Base64.
    Base64,
    /// The output buffer is too small.
    TooSmall {
        /// Bytes that the text takes.
        needed: usize,
    },
    /// The decoded bytes are not UTF-8.
    Utf8,
}

impl From<OutputTooSmall> for HeaderValueError {
    fn from(OutputTooSmall { needed }: OutputTooSmall) -> Self {
        Self::TooSmall { needed }
    }
}

impl fmt::Display for HeaderValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base64 => f.write_str("the header value is not canonical Base64"),
            Self::TooSmall { needed } => OutputTooSmall { needed: *needed }.fmt(f),
            Self::Utf8 => f.write_str("the decoded header value is not UTF-8"),
        }
    }
}

impl core::error::Error for HeaderValueError {}

/// What decides whether a text can stand in a header as it is.
#[derive(Default)]
struct Shape {
    count: usize,
    /// Bytes that it has in common with the prefix.
    prefixed: usize,
    unprintable: bool,
    last_two: [u8; 2],
}

impl Shape {
    fn take(&mut self, byte: u8) {
        let edge = self.count == 0 && byte == b' ';
        self.unprintable |= edge || !matches!(byte, b' '..=b'~');
        if self.prefixed == self.count && PREFIX.as_bytes().get(self.count) == Some(&byte) {
            self.prefixed = self.prefixed.wrapping_add(1);
        }
        let [_, before] = self.last_two;
        self.last_two = [before, byte];
        self.count = self.count.wrapping_add(1);
    }

    fn is_plain(&self) -> bool {
        let encoded = self.count >= PREFIX.len().wrapping_add(SUFFIX.len())
            && self.prefixed == PREFIX.len()
            && self.last_two == *b"?=";
        !self.unprintable && !matches!(self.last_two, [_, b' ']) && !encoded
    }
}

/// The symbol of the last six bits of `bits`.
///
/// [RFC 4648 section 4](https://www.rfc-editor.org/rfc/rfc4648#section-4)
const fn symbol(bits: u32) -> u8 {
    let value = (bits & 0x3f) as u8;
    match value {
        0..=25 => b'A'.wrapping_add(value),
        26..=51 => b'a'.wrapping_add(value.wrapping_sub(26)),
        52..=61 => b'0'.wrapping_add(value.wrapping_sub(52)),
        62 => b'+',
        _ => b'/',
    }
}

/// The six bits that a symbol stands for.
const fn value_of(symbol: u8) -> Option<u8> {
    Some(match symbol {
        b'A'..=b'Z' => symbol.wrapping_sub(b'A'),
        b'a'..=b'z' => symbol.wrapping_sub(b'a').wrapping_add(26),
        b'0'..=b'9' => symbol.wrapping_sub(b'0').wrapping_add(52),
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// Decodes canonical, padded Base64 into all of `room`.
fn decode(encoded: &[u8], padding: usize, room: &mut [u8]) -> Option<()> {
    let symbols = encoded.get(..encoded.len().checked_sub(padding)?)?;
    let mut bits = 0_u32;
    let mut filled = 0_u32;
    let mut room = room.iter_mut();
    for &symbol in symbols {
        // Fewer than eight bits are left from before.
        bits = (bits & 0xff) << 6 | u32::from(value_of(symbol)?);
        filled = filled.wrapping_add(6);
        if filled >= 8 {
            filled = filled.wrapping_sub(8);
            let [byte, ..] = bits.wrapping_shr(filled).to_le_bytes();
            *room.next()? = byte;
        }
    }
    let rest = bits & 1_u32.wrapping_shl(filled).wrapping_sub(1);
    (padding <= 2 && encoded.len().is_multiple_of(4) && rest == 0 && room.next().is_none())
        .then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writer::emit;
    use base64ct::{Base64, Encoding};
    use proptest::prelude::*;
    use std::{format, string::String, vec};

    /// Holds the decoder to what base64ct makes of the same text.
    fn assert_decodes_alike(encoded: &str) {
        let mut out = [0; 16];
        let decoded = decode_header_value(&format!("=?base64?{encoded}?="), &mut out);
        match (decoded, Base64::decode_vec(encoded)) {
            (Ok(text), Ok(bytes)) => assert_eq!(text.as_bytes(), bytes),
            (Err(HeaderValueError::Utf8), Ok(bytes)) => {
                assert!(core::str::from_utf8(&bytes).is_err());
            }
            (Err(HeaderValueError::Base64), Err(_)) => {}
            other => panic!("{encoded}: {other:?}"),
        }
    }

    #[test]
    fn base64_is_read_as_base64ct_reads_it() {
        for symbol in (0..0x80_u8).map(char::from) {
            for text in ["", "Q", "QQ", "QUI", "QUI=", "QUFB", "Q==="] {
                for place in 0..=text.len() {
                    let (before, after) = text.split_at(place);
                    assert_decodes_alike(&format!("{before}{symbol}{after}"));
                    assert_decodes_alike(&format!("QUFB{before}{symbol}{after}"));
                    let replaced = after.get(1..).unwrap_or_default();
                    assert_decodes_alike(&format!("{before}{symbol}{replaced}"));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn a_value_is_a_safe_header_and_reads_back(text in "\\PC*|[ -~\t\r\n]*|=\\?base64\\?.*\\?=") {
            let mut out = vec![0; 32 + text.len() * 2];
            let value = emit(&mut out, |w| encode_header_value(w, text.chars())).unwrap();
            let value = String::from_utf8(value.to_vec()).unwrap();
            prop_assert!(value.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
            prop_assert_eq!(value.trim(), &value);
            let plain = !text.is_empty() && value == text;
            let coded = format!("=?base64?{}?=", Base64::encode_string(text.as_bytes()));
            prop_assert!(plain || text.is_empty() || value == coded);
            let mut back = vec![0; text.len()];
            prop_assert_eq!(decode_header_value(&value, &mut back), Ok(&*text));
            if let Some(short) = text.len().checked_sub(1) {
                let needed = text.len();
                prop_assert_eq!(
                    decode_header_value(&value, &mut back[..short]),
                    Err(HeaderValueError::TooSmall { needed })
                );
            }
        }
    }
}
