//! Verification of a token in one fixed order.

use core::fmt;

use super::claims::Claims;
use super::compact::Compact;
use super::error::VerifyError;
use super::header::JoseHeader;
use super::hs256::HmacSha256;
use super::policy::Policy;

/// Verifies `token` with `key` and judges it by `policy` at the time `now`.
///
/// The steps and the errors of each, in this order:
/// 1. the length: [`VerifyError::TokenTooLong`];
/// 2. two dots: [`VerifyError::NotThreeParts`];
/// 3. canonical base64url of all parts: [`VerifyError::Base64`], [`VerifyError::HeaderTooLong`],
///    [`VerifyError::ScratchTooSmall`], [`VerifyError::Signature`] where the tag has another length;
/// 4. the header: [`VerifyError::Header`], the errors of [`JoseHeader::check`], [`VerifyError::Typ`];
/// 5. the tag, compared in constant time: [`VerifyError::Signature`],
///    [`VerifyError::MacUnavailable`];
/// 6. the claims: [`VerifyError::Claims`], [`VerifyError::Claim`], then the time, then the rest of
///    the policy.
///
/// `now` is in seconds since 1970. `scratch` holds the decoded header and claims and can always be as
/// small as three quarters of the token.
///
/// [RFC 7519 section 7.2](https://www.rfc-editor.org/rfc/rfc7519#section-7.2),
/// [RFC 8725 section 3](https://www.rfc-editor.org/rfc/rfc8725#section-3)
pub fn verify<'s>(
    key: &(impl HmacSha256 + ?Sized),
    token: &[u8],
    policy: &Policy<'_>,
    now: i64,
    scratch: &'s mut [u8],
) -> Result<VerifiedToken<'s>, VerifyError> {
    verify_by(token, policy, now, scratch, |compact, tag, _| compact.is_signed_by(tag, key))
}

/// Verifies as [`verify`] does, `signed` looking for the key.
pub(super) fn verify_by<'t, 's>(
    token: &'t [u8],
    policy: &Policy<'_>,
    now: i64,
    scratch: &'s mut [u8],
    signed: impl FnOnce(&Compact<'t, 's>, &[u8; 32], &JoseHeader<'s>) -> Result<bool, VerifyError>,
) -> Result<VerifiedToken<'s>, VerifyError> {
    let max = policy.token_limit();
    if token.len() > max {
        return Err(VerifyError::TokenTooLong { len: token.len(), max });
    }
    let compact = Compact::decode(token, scratch)?;
    let mut tag = [0; 32];
    compact.read_tag(&mut tag)?;
    let header = compact.header()?;
    header.check()?;
    policy.check_header(&header)?;
    if !signed(&compact, &tag, &header)? {
        return Err(VerifyError::Signature);
    }
    let claims = compact.claims()?;
    claims.check_types()?;
    policy.check_times(&claims, now)?;
    policy.check_claims(&claims)?;
    Ok(VerifiedToken { header, claims })
}

/// A token whose signature, header and claims have been verified; only verification makes one.
#[derive(Clone, Copy)]
pub struct VerifiedToken<'s> {
    header: JoseHeader<'s>,
    claims: Claims<'s>,
}

impl<'s> VerifiedToken<'s> {
    /// The header.
    pub const fn header(&self) -> &JoseHeader<'s> {
        &self.header
    }

    /// The claims.
    pub const fn claims(&self) -> &Claims<'s> {
        &self.claims
    }
}

impl fmt::Debug for VerifiedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifiedToken(..)")
    }
}
