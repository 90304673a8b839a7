//! The compact serialisation: three parts and two dots.

use super::base64url;
use super::claims::Claims;
use super::error::{Part, VerifyError};
use super::header::{JoseHeader, MAX_HEADER_LEN};
use super::hs256::{HmacSha256, tag_matches};
use crate::search;

/// A token cut into its parts, header and claims decoded
/// ([RFC 7515 section 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)).
#[derive(Clone, Copy)]
pub(super) struct Compact<'t, 's> {
    signing_input: &'t [u8],
    tag: &'t [u8],
    header: &'s [u8],
    claims: &'s [u8],
}

impl<'t, 's> Compact<'t, 's> {
    /// Cuts `token` and decodes header and claims into `scratch`.
    pub(super) fn decode(token: &'t [u8], scratch: &'s mut [u8]) -> Result<Self, VerifyError> {
        let Parts { signing_input, header, claims, tag } =
            Parts::of(token).ok_or(VerifyError::NotThreeParts)?;
        let size = |part, text: &[u8]| {
            let length = VerifyError::Base64 { part, error: base64url::Base64Error::Length };
            base64url::decoded_len(text.len()).ok_or(length)
        };
        let header_len = size(Part::Header, header)?;
        if header_len > MAX_HEADER_LEN {
            return Err(VerifyError::HeaderTooLong { len: header_len });
        }
        let needed = header_len.wrapping_add(size(Part::Claims, claims)?);
        let (header_room, claims_room) = scratch
            .get_mut(..needed)
            .and_then(|scratch| scratch.split_at_mut_checked(header_len))
            .ok_or(VerifyError::ScratchTooSmall { needed })?;
        let base64 = |part| move |error| VerifyError::Base64 { part, error };
        let header = base64url::decode(header, header_room).map_err(base64(Part::Header))?;
        let claims = base64url::decode(claims, claims_room).map_err(base64(Part::Claims))?;
        Ok(Self { signing_input, tag, header, claims })
    }

    pub(super) const fn signing_input(&self) -> &'t [u8] {
        self.signing_input
    }

    pub(super) const fn header_json(&self) -> &'s [u8] {
        self.header
    }

    pub(super) const fn claims_json(&self) -> &'s [u8] {
        self.claims
    }

    pub(super) fn header(&self) -> Result<JoseHeader<'s>, VerifyError> {
        JoseHeader::parse(self.header).map_err(VerifyError::Header)
    }

    pub(super) fn claims(&self) -> Result<Claims<'s>, VerifyError> {
        Claims::parse(self.claims).map_err(VerifyError::Claims)
    }

    /// Decodes the tag, which is exactly 32 bytes.
    pub(super) fn read_tag(&self, tag: &mut [u8; 32]) -> Result<(), VerifyError> {
        match base64url::decode_tag(self.tag, tag) {
            Ok(true) => Ok(()),
            Ok(false) => Err(VerifyError::Signature),
            Err(error) => Err(VerifyError::Base64 { part: Part::Signature, error }),
        }
    }

    pub(super) fn is_signed_by(
        &self,
        tag: &[u8; 32],
        key: &(impl HmacSha256 + ?Sized),
    ) -> Result<bool, VerifyError> {
        Ok(tag_matches(key, self.signing_input, tag)?)
    }
}

struct Parts<'t> {
    signing_input: &'t [u8],
    header: &'t [u8],
    claims: &'t [u8],
    tag: &'t [u8],
}

impl<'t> Parts<'t> {
    /// Looks no further than the third dot.
    fn of(token: &'t [u8]) -> Option<Self> {
        let first = search::first(b'.', token)?;
        let (header, rest) = token.split_at_checked(first)?;
        let rest = rest.get(1..)?;
        let second = search::first(b'.', rest)?;
        let (claims, tag) = rest.split_at_checked(second)?;
        let tag = tag.get(1..)?;
        if search::first(b'.', tag).is_some() {
            return None;
        }
        let signing_input = token.get(..first.checked_add(1)?.checked_add(second)?)?;
        Some(Self { signing_input, header, claims, tag })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_exactly_three_parts() {
        let mut scratch = [0; 16];
        let cut = Compact::decode(b"e30.e30.AA", &mut scratch).ok().unwrap();
        assert_eq!(cut.signing_input(), b"e30.e30");
        assert_eq!(
            (cut.header_json(), cut.claims_json(), cut.tag),
            (&b"{}"[..], &b"{}"[..], &b"AA"[..])
        );
        for token in ["", ".", "a", "e30.e30", "e30.e30.AA.", "...", "e30.e30.AA.AA.AA"] {
            let error = Compact::decode(token.as_bytes(), &mut scratch).err();
            assert_eq!(error, Some(VerifyError::NotThreeParts), "{token}");
        }
        assert!(Compact::decode(b"..", &mut scratch).is_ok());
    }

    #[test]
    fn the_named_scratch_size_suffices_and_one_fewer_does_not() {
        let token = b"eyJhIjoxfQ.e30.AA";
        let error = Compact::decode(token, &mut []).err();
        assert_eq!(error, Some(VerifyError::ScratchTooSmall { needed: 9 }));
        assert_eq!(Compact::decode(token, &mut [0; 8]).err(), error);
        assert!(Compact::decode(token, &mut [0; 9]).is_ok());
    }

    #[test]
    fn a_header_over_the_limit_is_not_decoded() {
        let token = |bytes: usize| {
            let mut token = std::vec![b'A'; base64url::encoded_len(bytes)];
            token.extend(b"..");
            token
        };
        let mut scratch = [0; MAX_HEADER_LEN];
        assert!(Compact::decode(&token(MAX_HEADER_LEN), &mut scratch).is_ok());
        let error = Compact::decode(&token(MAX_HEADER_LEN + 1), &mut scratch).err();
        assert_eq!(error, Some(VerifyError::HeaderTooLong { len: MAX_HEADER_LEN + 1 }));
    }
}
