//! Why a token is refused.

use core::fmt;

use super::base64url::Base64Error;
use super::claims::{ClaimError, ClaimFault, ClaimName};
use super::hs256::MacUnavailable;
use super::object::ObjectError;
use crate::json::{JsonError, JsonErrorKind};

/// Why a token is refused; the first fault in the order of [`super::verify`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum VerifyError {
    /// The token is longer than the policy allows.
    TokenTooLong {
        /// Bytes of the token.
        len: usize,
        /// Bytes that are allowed.
        max: usize,
    },
    /// The caller's scratch cannot hold the decoded header and claims; `needed` bytes can.
    ScratchTooSmall {
        /// Bytes that suffice for this token.
        needed: usize,
    },
    /// The token has fewer or more than two dots.
    NotThreeParts,
    /// A part is not canonical base64url.
    Base64 {
        /// Which part.
        part: Part,
        /// What is wrong with it; offsets count from the start of the part.
        error: Base64Error,
    },
    /// The header is longer than [`super::MAX_HEADER_LEN`], decoded.
    HeaderTooLong {
        /// Bytes of the header.
        len: usize,
    },
    /// The header is not one strict JSON object.
    Header(ObjectError),
    /// `alg` is not exactly `HS256`.
    Alg,
    /// The header has `crit`: it asks for an extension, and none is understood.
    Crit,
    /// The header has `b64`.
    B64,
    /// `typ` is not a string.
    TypNotString,
    /// `kid` is not a string.
    KidNotString,
    /// `typ` is absent or is not what the policy asks for.
    Typ,
    /// The key set has no key for the `kid` of the token.
    UnknownKey,
    /// The tag is not the one of this text under this key, or does not have 32 bytes.
    Signature,
    /// The MAC could not be computed, so nothing is known about the token.
    MacUnavailable,
    /// The claims are not one strict JSON object.
    Claims(ObjectError),
    /// A claim is present but malformed.
    Claim(ClaimError),
    /// A registered claim that the policy asks for is absent.
    Missing(ClaimName),
    /// A claim that [`super::Policy::required`] names is absent.
    MissingRequired {
        /// Its place in that list, from 0.
        index: usize,
    },
    /// A claim that [`super::Policy::allowed`] does not name.
    NotAllowed {
        /// Its place among the claims, from 0.
        index: usize,
    },
    /// The token has expired.
    Expired,
    /// The token is not valid yet.
    NotYetValid,
    /// The token says that it is issued in the future.
    IssuedInFuture,
    /// The token expires before it becomes valid, or in that second.
    NeverValid,
    /// The token is valid for longer than the policy allows.
    LifetimeTooLong {
        /// Seconds that are allowed.
        max: u32,
    },
    /// `iss` is absent or is not what the policy asks for.
    Issuer,
    /// `aud` is absent or names none of the audiences that the policy asks for.
    Audience,
    /// The token is for an audience, and the policy names none.
    UnexpectedAudience,
    /// `sub` is absent or is not what the policy asks for.
    Subject,
}

impl VerifyError {
    /// The class of the error, for a report or a decision.
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::TokenTooLong { .. } | Self::HeaderTooLong { .. } => ErrorClass::Limit,
            Self::ScratchTooSmall { .. } => ErrorClass::Scratch,
            Self::NotThreeParts => ErrorClass::Malformed,
            Self::Base64 { .. } => ErrorClass::Base64,
            Self::Header(error) => of_object(*error, ErrorClass::HeaderJson),
            Self::Alg => ErrorClass::Alg,
            Self::Crit | Self::B64 => ErrorClass::Crit,
            Self::TypNotString | Self::KidNotString => ErrorClass::HeaderType,
            Self::Typ => ErrorClass::Typ,
            Self::UnknownKey => ErrorClass::Key,
            Self::Signature => ErrorClass::Signature,
            Self::MacUnavailable => ErrorClass::MacUnavailable,
            Self::Claims(error) => of_object(*error, ErrorClass::ClaimsJson),
            Self::Claim(ClaimError { fault: ClaimFault::WrongType, .. }) => ErrorClass::ClaimType,
            Self::Claim(ClaimError { fault: ClaimFault::OutOfRange, .. }) => ErrorClass::ClaimRange,
            Self::Missing(_) | Self::MissingRequired { .. } => ErrorClass::Missing,
            Self::NotAllowed { .. } => ErrorClass::NotAllowed,
            Self::Expired => ErrorClass::Expired,
            Self::NotYetValid => ErrorClass::NotYetValid,
            Self::IssuedInFuture => ErrorClass::IssuedInFuture,
            Self::NeverValid | Self::LifetimeTooLong { .. } => ErrorClass::Lifetime,
            Self::Issuer => ErrorClass::Issuer,
            Self::Audience | Self::UnexpectedAudience => ErrorClass::Audience,
            Self::Subject => ErrorClass::Subject,
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TokenTooLong { len, max } => {
                return write!(f, "the token has {len} bytes, {max} are allowed");
            }
            Self::ScratchTooSmall { needed } => {
                return write!(f, "the scratch is too small, {needed} bytes are needed");
            }
            Self::Base64 { part, error } => return write!(f, "in the {part}, {error}"),
            Self::HeaderTooLong { len } => {
                let max = super::MAX_HEADER_LEN;
                return write!(f, "the header has {len} bytes, {max} are allowed");
            }
            Self::Header(error) => return write!(f, "the header cannot be read: {error}"),
            Self::Claims(error) => return write!(f, "the claims cannot be read: {error}"),
            Self::Claim(error) => return error.fmt(f),
            Self::Missing(claim) => return write!(f, "the claim {} is missing", claim.name()),
            Self::MissingRequired { index } => {
                return write!(f, "required claim number {index} is missing");
            }
            Self::NotAllowed { index } => {
                return write!(f, "claim number {index} of the token is not allowed");
            }
            Self::LifetimeTooLong { max } => {
                return write!(f, "the token is valid for more than {max} seconds");
            }
            Self::NotThreeParts => "the token does not have exactly three parts",
            Self::Alg => "the header member alg is not HS256",
            Self::Crit => "the header member crit asks for an extension",
            Self::B64 => "the header member b64 is not supported",
            Self::TypNotString => "the header member typ is not a string",
            Self::KidNotString => "the header member kid is not a string",
            Self::Typ => "the header member typ is not the expected one",
            Self::UnknownKey => "no key is known for the header member kid",
            Self::Signature => "the signature does not match",
            Self::MacUnavailable => return MacUnavailable.fmt(f),
            Self::Expired => "the token has expired",
            Self::NotYetValid => "the token is not valid yet",
            Self::IssuedInFuture => "the token is issued in the future",
            Self::NeverValid => "the token expires before it becomes valid",
            Self::Issuer => "the claim iss is not the expected issuer",
            Self::Audience => "the claim aud does not name an expected audience",
            Self::UnexpectedAudience => "the claim aud names an audience and none is expected",
            Self::Subject => "the claim sub is not the expected subject",
        };
        f.write_str(text)
    }
}

impl core::error::Error for VerifyError {}

impl From<MacUnavailable> for VerifyError {
    fn from(MacUnavailable: MacUnavailable) -> Self {
        Self::MacUnavailable
    }
}

impl From<ClaimError> for VerifyError {
    fn from(error: ClaimError) -> Self {
        Self::Claim(error)
    }
}

const fn of_object(error: ObjectError, json: ErrorClass) -> ErrorClass {
    match error {
        ObjectError::Json(JsonError { kind: JsonErrorKind::DepthExceeded, .. })
        | ObjectError::TooManyMembers { .. } => ErrorClass::Limit,
        ObjectError::Json(_) | ObjectError::NotAnObject => json,
        ObjectError::DuplicateName => ErrorClass::Duplicate,
    }
}

/// A part of a token in compact serialisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Part {
    /// Before the first dot.
    Header,
    /// Between the dots.
    Claims,
    /// After the second dot.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Claims => "claims",
            Self::Signature => "signature",
        })
    }
}

/// Declares the classes with their codes, so that no class goes without one.
macro_rules! classes {
    ($($(#[$doc:meta])* $class:ident = $code:literal,)*) => {
        /// The classes of [`VerifyError`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        pub enum ErrorClass {
            $($(#[$doc])* $class,)*
        }

        impl ErrorClass {
            /// Every class.
            pub const ALL: &'static [Self] = &[$(Self::$class,)*];

            /// The code of the class; codes are never changed or used again.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$class => $code,)*
                }
            }
        }
    };
}

classes! {
    /// Not exactly three parts.
    Malformed = "malformed",
    /// A part that is not canonical base64url.
    Base64 = "base64",
    /// Longer, deeper or with more members than is read.
    Limit = "limit",
    /// The caller's scratch is too small.
    Scratch = "scratch_too_small",
    /// A header that is not one strict JSON object.
    HeaderJson = "header_json",
    /// A header member of the wrong type.
    HeaderType = "header_type",
    /// Another algorithm.
    Alg = "alg",
    /// An extension of the header.
    Crit = "crit",
    /// Another type of token.
    Typ = "typ",
    /// No key for the `kid`.
    Key = "unknown_key",
    /// A wrong signature.
    Signature = "signature",
    /// No MAC from the hardware.
    MacUnavailable = "mac_unavailable",
    /// Claims that are not one strict JSON object.
    ClaimsJson = "claims_json",
    /// Two members with one name, in the header or in the claims.
    Duplicate = "duplicate_name",
    /// A claim of the wrong type.
    ClaimType = "claim_type",
    /// A time that is out of range.
    ClaimRange = "claim_range",
    /// A claim that has to be there.
    Missing = "missing_claim",
    /// A claim that must not be there.
    NotAllowed = "claim_not_allowed",
    /// Expired.
    Expired = "expired",
    /// Not valid yet.
    NotYetValid = "not_yet_valid",
    /// Issued in the future.
    IssuedInFuture = "issued_in_future",
    /// Never valid, or valid for too long.
    Lifetime = "lifetime",
    /// Another issuer.
    Issuer = "wrong_issuer",
    /// Another audience.
    Audience = "wrong_audience",
    /// Another subject.
    Subject = "wrong_subject",
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct() {
        let codes: std::collections::HashSet<_> =
            ErrorClass::ALL.iter().map(|class| class.code()).collect();
        assert_eq!(codes.len(), ErrorClass::ALL.len());
    }
}
