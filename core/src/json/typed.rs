//! Typed payloads by serde-json-core, on text that the scanner has validated.

use core::fmt;

use serde::Deserialize;

use super::Value;

/// Why a validated value does not become the wanted type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TypedError {
    /// A field is missing, has another type or does not fit.
    Mismatch,
    /// The scratch space is too small; `needed` bytes suffice.
    ScratchTooSmall {
        /// Bytes that suffice.
        needed: usize,
    },
}

impl fmt::Display for TypedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mismatch => f.write_str("the JSON value does not have the wanted type"),
            Self::ScratchTooSmall { needed } => {
                write!(f, "the scratch space is too small, {needed} bytes suffice")
            }
        }
    }
}

impl core::error::Error for TypedError {}

/// Reads `value` as a `T`.
///
/// `scratch` takes the text with its escapes resolved and room to unescape strings: twice the
/// length of [`Value::raw`] suffices. A `&str` field borrows from it and so must not contain a quote, a
/// backslash or a control character; a `heapless::String` field may. Enums that are untagged or
/// internally tagged and `flatten` do not work without a heap.
///
/// # Errors
/// [`TypedError::ScratchTooSmall`], [`TypedError::Mismatch`].
pub fn from_value<'s, T: Deserialize<'s>>(
    value: Value<'_>,
    scratch: &'s mut [u8],
) -> Result<T, TypedError> {
    let raw = value.raw();
    let halves = scratch.split_at_mut_checked(raw.len());
    let Some((text, unescape)) = halves.filter(|(_, rest)| rest.len() >= raw.len()) else {
        return Err(TypedError::ScratchTooSmall { needed: raw.len().saturating_mul(2) });
    };
    let length = resolve_escapes(raw, text);
    let text = text.get(..length).unwrap_or_default();
    match serde_json_core::from_slice_escaped(text, unescape) {
        Ok((typed, _)) => Ok(typed),
        Err(_) => Err(TypedError::Mismatch),
    }
}

/// Copies `raw` with every escape as UTF-8, except those of what JSON has to escape.
///
/// serde-json-core reads a `\u` escape as one UTF-16 unit and so refuses surrogate pairs.
fn resolve_escapes(raw: &[u8], out: &mut [u8]) -> usize {
    let mut w = crate::writer::Writer::new(out);
    let mut rest = raw;
    loop {
        let plain = crate::search::first(b'\\', rest).unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
        w.bytes(run);
        let length = match after {
            [] => return w.len(),
            [b'\\', b'u', ..] => {
                let pair = matches!(
                    after,
                    [_, _, b'd' | b'D', b'8'..=b'9' | b'a'..=b'b' | b'A'..=b'B', ..]
                );
                if pair { 12 } else { 6 }
            }
            _ => 2,
        };
        let (escape, after) = after.split_at_checked(length).unwrap_or((after, &[]));
        match super::Str::validated(escape, super::string::Escapes::SOME).chars().next() {
            Some(c) if c >= ' ' && c != '"' && c != '\\' => {
                w.str(c.encode_utf8(&mut [0; 4]));
            }
            _ => w.bytes(escape),
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use std::vec;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Weather<'a> {
        city: &'a str,
        note: heapless::String<32>,
        degrees: i32,
    }

    #[test]
    fn surrogate_pairs_and_escapes_arrive() {
        let text = br#"{"city":"M\u00fcnchen \ud83d\ude00","note":"a\"b\u000a\\","degrees":-3,"x":{"y":[1,"\ud83d\ude00"]}}"#;
        let mut scratch = vec![0; 2 * text.len()];
        let weather: Weather<'_> = from_value(parse(text).unwrap(), &mut scratch).unwrap();
        assert_eq!(weather.city, "M\u{fc}nchen \u{1f600}");
        assert_eq!(weather.note, "a\"b\n\\");
        assert_eq!(weather.degrees, -3);
    }

    #[test]
    fn what_json_has_to_escape_stays_escaped() {
        let text = br#"{"city":"\/","note":"\u0022\u005c\u0000\u001f\u0020\/\b","degrees":0}"#;
        let mut scratch = vec![0; 2 * text.len()];
        let weather: Weather<'_> = from_value(parse(text).unwrap(), &mut scratch).unwrap();
        assert_eq!(weather.city, "/");
        assert_eq!(weather.note, "\"\\\0\u{1f} /\u{8}");
    }

    #[test]
    fn errors_are_told_apart() {
        let value = parse(br#"{"city":1,"note":"","degrees":0}"#).unwrap();
        let needed = 2 * value.raw().len();
        assert_eq!(
            from_value::<Weather<'_>>(value, &mut vec![0; needed - 1]),
            Err(TypedError::ScratchTooSmall { needed })
        );
        let mut scratch = vec![0; needed];
        assert_eq!(from_value::<Weather<'_>>(value, &mut scratch), Err(TypedError::Mismatch));
    }
}
