//! A token that nobody has verified, to be shown.

use core::fmt;

use super::claims::Claims;
use super::compact::Compact;
use super::error::VerifyError;
use super::header::JoseHeader;
use super::hs256::HmacSha256;
use super::policy::Policy;

/// A token that nobody has verified: anyone can have written what it says.
///
/// It shows a token and gives each verdict on its own, so that the signature of an expired token can
/// be told. To let somebody in, use [`super::verify`]; only that makes a [`super::VerifiedToken`].
#[derive(Clone, Copy)]
pub struct UnverifiedToken<'t, 's> {
    compact: Compact<'t, 's>,
}

impl<'t, 's> UnverifiedToken<'t, 's> {
    /// Cuts `token` into its parts and decodes header and claims into `scratch`, which limits the
    /// length of the token.
    ///
    /// # Errors
    /// [`VerifyError::NotThreeParts`], [`VerifyError::Base64`], [`VerifyError::HeaderTooLong`],
    /// [`VerifyError::ScratchTooSmall`].
    pub fn parse(token: &'t [u8], scratch: &'s mut [u8]) -> Result<Self, VerifyError> {
        Compact::decode(token, scratch).map(|compact| Self { compact })
    }

    /// The header, whatever algorithm it names.
    ///
    /// # Errors
    /// [`VerifyError::Header`].
    pub fn header(&self) -> Result<JoseHeader<'s>, VerifyError> {
        self.compact.header()
    }

    /// The claims.
    ///
    /// # Errors
    /// [`VerifyError::Claims`].
    pub fn claims(&self) -> Result<Claims<'s>, VerifyError> {
        self.compact.claims()
    }

    /// The decoded header text, which need not be JSON.
    pub const fn header_json(&self) -> &'s [u8] {
        self.compact.header_json()
    }

    /// The decoded claims text, which need not be JSON.
    pub const fn claims_json(&self) -> &'s [u8] {
        self.compact.claims_json()
    }

    /// The text that the signature covers.
    pub const fn signing_input(&self) -> &'t [u8] {
        self.compact.signing_input()
    }

    /// Whether this is a well-formed HS256 token: header, claims, the types of the registered claims
    /// and the form of the signature.
    ///
    /// # Errors
    /// Those of steps 3 and 4 of [`super::verify`] but [`VerifyError::Typ`], and
    /// [`VerifyError::Claims`], [`VerifyError::Claim`].
    pub fn check_structure(&self) -> Result<(), VerifyError> {
        self.compact.read_tag(&mut [0; 32])?;
        self.header()?.check()?;
        self.claims()?.check_types()?;
        Ok(())
    }

    /// Whether the signature is the one that `key` makes, whatever the header says.
    ///
    /// # Errors
    /// [`VerifyError::Signature`], [`VerifyError::Base64`], [`VerifyError::MacUnavailable`].
    pub fn check_signature(&self, key: &(impl HmacSha256 + ?Sized)) -> Result<(), VerifyError> {
        let mut tag = [0; 32];
        self.compact.read_tag(&mut tag)?;
        if self.compact.is_signed_by(&tag, key)? { Ok(()) } else { Err(VerifyError::Signature) }
    }

    /// Whether the token is valid at the time `now`.
    ///
    /// # Errors
    /// [`VerifyError::Expired`], [`VerifyError::NotYetValid`], [`VerifyError::IssuedInFuture`],
    /// [`VerifyError::NeverValid`], [`VerifyError::LifetimeTooLong`], [`VerifyError::Missing`], or
    /// [`VerifyError::Claims`] and [`VerifyError::Claim`] where they cannot be read.
    pub fn check_times(&self, policy: &Policy<'_>, now: i64) -> Result<(), VerifyError> {
        policy.check_times(&self.claims()?, now)
    }

    /// Whether `typ` and all claims but the times are what `policy` asks for.
    ///
    /// # Errors
    /// [`VerifyError::Typ`], [`VerifyError::Issuer`], [`VerifyError::Audience`],
    /// [`VerifyError::UnexpectedAudience`], [`VerifyError::Subject`],
    /// [`VerifyError::MissingRequired`], [`VerifyError::NotAllowed`], or [`VerifyError::Header`],
    /// [`VerifyError::Claims`] and [`VerifyError::Claim`] where they cannot be read.
    pub fn check_claims(&self, policy: &Policy<'_>) -> Result<(), VerifyError> {
        policy.check_header(&self.header()?)?;
        policy.check_claims(&self.claims()?)
    }
}

impl fmt::Debug for UnverifiedToken<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnverifiedToken(..)")
    }
}
