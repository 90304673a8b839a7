//! Signing: the whole token or nothing.

use core::fmt;

use super::base64url::{self, TAG_TEXT, encoded_len};
use super::claim::{self, Claim, ClaimValue};
use super::claims::{ClaimError, Claims, MAX_CLAIMS};
use super::header::{Header, MAX_HEADER_LEN};
use super::hs256::{HmacSha256, MacUnavailable};
use super::object::ObjectError;
use crate::json::MAX_DEPTH;
use crate::writer::{OutputTooSmall, Writer};

/// Signs `claims`, in the order given, and writes the token to the start of `out`.
///
/// What is signed here can be verified by [`super::verify`]; whether the policy accepts it is another
/// question.
///
/// # Errors
/// [`SignError`]. `out` is unchanged, except after [`SignError::MacUnavailable`], which leaves it
/// without a tag.
///
/// [RFC 7519 section 7.1](https://www.rfc-editor.org/rfc/rfc7519#section-7.1)
pub fn sign<'o>(
    key: &(impl HmacSha256 + ?Sized),
    header: &Header<'_>,
    claims: &[Claim<'_>],
    out: &'o mut [u8],
) -> Result<&'o str, SignError> {
    check(claims)?;
    seal(key, &|w| header.write(w), MAX_HEADER_LEN, &|w| claim::write(claims, w), out)
}

/// Signs `payload`, the JSON text of a claims set, byte for byte as it stands.
///
/// # Errors
/// As [`sign`]; [`SignError::Payload`] and [`SignError::Claim`] where the text is no claims set.
pub fn sign_payload<'o>(
    key: &(impl HmacSha256 + ?Sized),
    header: &Header<'_>,
    payload: &[u8],
    out: &'o mut [u8],
) -> Result<&'o str, SignError> {
    let claims = Claims::parse(payload).map_err(SignError::Payload)?;
    claims.check_types().map_err(SignError::Claim)?;
    seal(key, &|w| header.write(w), MAX_HEADER_LEN, &|w| w.bytes(payload), out)
}

/// Why nothing was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SignError {
    /// The output cannot hold the token.
    OutputTooSmall(OutputTooSmall),
    /// The header would be longer than [`MAX_HEADER_LEN`].
    HeaderTooLong {
        /// Bytes of the header.
        len: usize,
    },
    /// More than [`MAX_CLAIMS`] claims.
    TooManyClaims,
    /// Two claims have the same name.
    DuplicateClaim {
        /// The place of the second one, from 0.
        index: usize,
    },
    /// A registered claim has the wrong type.
    Claim(ClaimError),
    /// A raw value nests so deep that the claims would be deeper than [`MAX_DEPTH`] levels.
    TooDeep {
        /// The place of its claim, from 0.
        index: usize,
    },
    /// The payload is not one strict JSON object.
    Payload(ObjectError),
    /// The MAC could not be computed.
    MacUnavailable,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutputTooSmall(error) => error.fmt(f),
            Self::HeaderTooLong { len } => {
                write!(f, "the header has {len} bytes, {MAX_HEADER_LEN} are allowed")
            }
            Self::TooManyClaims => write!(f, "there are more than {MAX_CLAIMS} claims"),
            Self::DuplicateClaim { index } => {
                write!(f, "claim number {index} has the name of an earlier one")
            }
            Self::Claim(error) => error.fmt(f),
            Self::TooDeep { index } => {
                write!(f, "the value of claim number {index} nests too deep")
            }
            Self::Payload(error) => write!(f, "the claims cannot be read: {error}"),
            Self::MacUnavailable => MacUnavailable.fmt(f),
        }
    }
}

impl core::error::Error for SignError {}

impl From<OutputTooSmall> for SignError {
    fn from(error: OutputTooSmall) -> Self {
        Self::OutputTooSmall(error)
    }
}

impl From<MacUnavailable> for SignError {
    fn from(MacUnavailable: MacUnavailable) -> Self {
        Self::MacUnavailable
    }
}

/// Writes text onto a writer, the same each time.
pub(super) type Text<'a> = &'a dyn Fn(&mut Writer<'_>);

/// Signs whatever the two texts are.
pub(super) fn seal<'o>(
    key: &(impl HmacSha256 + ?Sized),
    header: Text<'_>,
    max_header: usize,
    payload: Text<'_>,
    out: &'o mut [u8],
) -> Result<&'o str, SignError> {
    let header_len = len(header);
    if header_len > max_header {
        return Err(SignError::HeaderTooLong { len: header_len });
    }
    let payload_len = len(payload);
    let first_dot = encoded_len(header_len);
    let second_dot = first_dot.saturating_add(1).saturating_add(encoded_len(payload_len));
    let needed = second_dot.saturating_add(1).saturating_add(TAG_TEXT);
    let token = out.get_mut(..needed).ok_or(OutputTooSmall { needed })?;
    if let Some(room) = token.get_mut(..first_dot) {
        write_encoded(room, header_len, header);
    }
    if let Some((dot, room)) =
        token.get_mut(first_dot..second_dot).and_then(<[u8]>::split_first_mut)
    {
        *dot = b'.';
        write_encoded(room, payload_len, payload);
    }
    if let Some((signing_input, rest)) = token.split_at_mut_checked(second_dot) {
        // A tag of an earlier token must not stand behind this text.
        rest.fill(b'.');
        let tag = key.mac(signing_input)?;
        if let Some((_, room)) = rest.split_first_mut() {
            base64url::encode(&tag, room)?;
        }
    }
    Ok(core::str::from_utf8(token).unwrap_or_default())
}

fn check(claims: &[Claim<'_>]) -> Result<(), SignError> {
    if claims.len() > MAX_CLAIMS {
        return Err(SignError::TooManyClaims);
    }
    for (index, claim) in claims.iter().enumerate() {
        if claims.iter().take(index).any(|earlier| earlier.name == claim.name) {
            return Err(SignError::DuplicateClaim { index });
        }
        claim.check().map_err(SignError::Claim)?;
        if let ClaimValue::Raw(value) = claim.value
            && depth(value.raw()) >= MAX_DEPTH
        {
            return Err(SignError::TooDeep { index });
        }
    }
    Ok(())
}

/// Levels of arrays and objects in a valid JSON text.
fn depth(text: &[u8]) -> u32 {
    let (mut deepest, mut level) = (0_u32, 0_u32);
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                level = level.wrapping_add(1);
                deepest = deepest.max(level);
            }
            b'}' | b']' => level = level.wrapping_sub(1),
            b'"' => {
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'\\' => {
                            bytes.next();
                        }
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    deepest
}

fn len(text: Text<'_>) -> usize {
    let mut measure = Writer::measure();
    text(&mut measure);
    measure.len()
}

/// Writes the `len` bytes of `text` to the end of `room` and encodes them over the whole of it.
fn write_encoded(room: &mut [u8], len: usize, text: Text<'_>) {
    let start = room.len().wrapping_sub(len);
    if let Some(tail) = room.get_mut(start..) {
        text(&mut Writer::new(tail));
    }
    base64url::encode_in_place(room, len);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;
    use crate::jwt::Hs256Key;
    use std::format;

    fn try_sign(claims: &[Claim<'_>]) -> Result<usize, SignError> {
        let key = Hs256Key::new(&[7; 32]).unwrap();
        sign(&key, &Header::default(), claims, &mut [0; 8192]).map(str::len)
    }

    #[test]
    fn what_could_not_be_verified_is_not_signed() {
        let twice = [Claim::exp(1), Claim::sub("a"), Claim::exp(1)];
        assert_eq!(try_sign(&twice), Err(SignError::DuplicateClaim { index: 2 }));
        assert!(matches!(try_sign(&[Claim::string("exp", "1")]), Err(SignError::Claim(_))));
        let names: std::vec::Vec<_> = (0..=MAX_CLAIMS).map(|n| format!("c{n}")).collect();
        let claims: std::vec::Vec<_> =
            names.iter().map(|name| Claim::boolean(name, true)).collect();
        assert_eq!(try_sign(&claims), Err(SignError::TooManyClaims));
        assert!(try_sign(&claims[1..]).is_ok());
    }

    #[test]
    fn a_raw_value_may_nest_one_level_less_than_the_claims() {
        let nested =
            |levels: usize| format!("{}\"[\\\"[\"{}", "[".repeat(levels), "]".repeat(levels));
        let limit = usize::try_from(MAX_DEPTH).unwrap();
        let (fits, deep) = (nested(limit - 1), nested(limit));
        let raw = |text| [Claim::raw("x", parse(str::as_bytes(text)).unwrap())];
        assert!(try_sign(&raw(&fits)).is_ok());
        assert_eq!(try_sign(&raw(&deep)), Err(SignError::TooDeep { index: 0 }));
    }

    #[test]
    fn the_header_has_a_limit() {
        let key = Hs256Key::new(&[7; 32]).unwrap();
        let kid = "k".repeat(MAX_HEADER_LEN);
        let header = Header { typ: None, kid: Some(&kid) };
        let frame = r#"{"alg":"HS256","kid":""}"#.len();
        let len = MAX_HEADER_LEN + frame;
        let mut out = [0; 4096];
        assert_eq!(sign(&key, &header, &[], &mut out), Err(SignError::HeaderTooLong { len }));
        let header = Header { typ: None, kid: Some(&kid[frame..]) };
        assert!(sign(&key, &header, &[], &mut out).is_ok());
    }

    #[test]
    fn only_a_claims_set_is_a_payload() {
        let key = Hs256Key::new(&[7; 32]).unwrap();
        let mut out = [0; 256];
        let mut try_payload = |payload: &str| {
            sign_payload(&key, &Header::default(), payload.as_bytes(), &mut out).map(str::len)
        };
        assert!(try_payload(" {\"exp\" : 1}\n").is_ok());
        assert_eq!(try_payload("[]"), Err(SignError::Payload(ObjectError::NotAnObject)));
        assert!(matches!(try_payload("{\"exp\":null}"), Err(SignError::Claim(_))));
        assert!(matches!(
            try_payload("{\"a\":1,\"a\":1}"),
            Err(SignError::Payload(ObjectError::DuplicateName))
        ));
    }

    #[test]
    fn without_a_mac_no_tag_is_left_behind() {
        struct Broken;
        impl HmacSha256 for Broken {
            fn mac(&self, _: &[u8]) -> Result<[u8; 32], MacUnavailable> {
                Err(MacUnavailable)
            }
        }
        let key = Hs256Key::new(&[7; 32]).unwrap();
        let mut out = [0; 128];
        let len = sign(&key, &Header::default(), &[], &mut out).unwrap().len();
        let result = sign(&Broken, &Header::default(), &[], &mut out);
        assert_eq!(result, Err(SignError::MacUnavailable));
        assert!(out[len - TAG_TEXT..len].iter().all(|&byte| byte == b'.'));
    }
}
