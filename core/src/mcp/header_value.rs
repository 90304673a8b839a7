//! `Mcp-Name` and `Mcp-Param-*` values: plain, or in Base64 between `=?base64?` and `?=`.

use core::fmt;

use base64ct::{Base64, Encoding};

use crate::writer::{OutputTooSmall, Writer};

const PREFIX: &str = "=?base64?";
const SUFFIX: &str = "?=";

/// Appends `text` as a header value.
///
/// It stays as it is when it is printable ASCII without white space at its ends and does not look like
/// the Base64 form; otherwise it is the Base64 form of its UTF-8.
///
/// [Revision 2026-07-28, value encoding](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#value-encoding)
pub fn encode_header_value(w: &mut Writer<'_>, text: impl Iterator<Item = char> + Clone) {
    if is_plain(text.clone()) {
        text.for_each(|c| w.str(c.encode_utf8(&mut [0; 4])));
        return;
    }
    w.str(PREFIX);
    let mut group = [0_u8; 3];
    let mut filled = 0;
    for c in text {
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            if let Some(slot) = group.get_mut(filled) {
                *slot = byte;
            }
            filled += 1;
            if filled == group.len() {
                write_group(w, &group);
                filled = 0;
            }
        }
    }
    write_group(w, group.get(..filled).unwrap_or_default());
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
        Base64::decode(encoded, room).map_err(|_| HeaderValueError::Base64)?
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

fn write_group(w: &mut Writer<'_>, group: &[u8]) {
    let mut out = [0; 4];
    w.str(Base64::encode(group, &mut out).unwrap_or_default());
}

fn is_plain(text: impl Iterator<Item = char> + Clone) -> bool {
    let printable = text.clone().all(|c| matches!(c, ' '..='~'));
    let first = text.clone().next();
    let last = text.clone().last();
    let length = text.clone().count();
    let encoded = length >= PREFIX.len() + SUFFIX.len()
        && text.clone().zip(PREFIX.chars()).all(|(a, b)| a == b)
        && text.skip(length.saturating_sub(SUFFIX.len())).eq(SUFFIX.chars());
    printable && first != Some(' ') && last != Some(' ') && !encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writer::emit;
    use proptest::prelude::*;
    use std::{string::String, vec};

    proptest! {
        #[test]
        fn a_value_is_a_safe_header_and_reads_back(text in "\\PC*|[ -~\t\r\n]*|=\\?base64\\?.*\\?=") {
            let mut out = vec![0; 32 + text.len() * 2];
            let value = emit(&mut out, |w| encode_header_value(w, text.chars())).unwrap();
            let value = String::from_utf8(value.to_vec()).unwrap();
            prop_assert!(value.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
            prop_assert_eq!(value.trim(), &value);
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
