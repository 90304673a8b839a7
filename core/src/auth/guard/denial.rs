//! What answers a request that is not granted.

use crate::auth::challenge::{BearerChallenge, ErrorCode};
use crate::json::Object;
use crate::jwt::{ErrorClass, VerifyError};
use crate::writer::Writer;
use core::fmt;

/// The answer to a request that is not granted: its status, challenge and body.
///
/// None of them holds a byte of the request or of a key: all texts are fixed, or the guard's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Denial<'g> {
    reason: Reason,
    challenge: BearerChallenge<'g>,
}

impl<'g> Denial<'g> {
    pub(super) const fn new(reason: Reason, challenge: BearerChallenge<'g>) -> Self {
        Self { reason, challenge }
    }

    /// Why the request is denied, for a log.
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// The HTTP status: 401; 403 for a valid token that lacks a scope; 503 when the MAC could not be
    /// computed, which is no fault of the request.
    pub const fn status(&self) -> u16 {
        self.reason.answer().status
    }

    /// The reason in one word, such as `expired_token`; codes are never changed or used again.
    pub const fn code(&self) -> &'static str {
        self.reason.answer().code
    }

    /// The error code of the challenge; `None` when the request had no credentials for this scheme
    /// ([RFC 6750 section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).
    pub const fn error(&self) -> Option<ErrorCode> {
        self.reason.answer().error
    }

    /// The reason in one sentence for the developer of the client.
    pub const fn description(&self) -> &'static str {
        self.reason.answer().description
    }

    /// Writes the value of the `WWW-Authenticate` header, which belongs to the statuses 401 and 403.
    pub fn write_challenge(&self, w: &mut Writer<'_>) {
        let challenge = match self.error() {
            None => self.challenge,
            Some(error) => {
                let challenge = self.challenge.error(error);
                challenge.error_description(self.description()).unwrap_or(challenge)
            }
        };
        challenge.write(w);
    }

    /// Writes the JSON body: `error`, `error_description` and `code`.
    ///
    /// `error` is the error code of the challenge, and the same as `code` where that has none.
    pub fn write_body(&self, w: &mut Writer<'_>) {
        let mut body = Object::begin(w);
        body.str("error", self.error().map_or(self.code(), ErrorCode::as_str));
        body.str("error_description", self.description());
        body.str("code", self.code());
        body.end();
    }
}

impl fmt::Display for Denial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl core::error::Error for Denial<'_> {}

/// Why a request is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There is no `Authorization` header.
    MissingToken,
    /// The credentials are for another scheme than `Bearer`.
    UnsupportedScheme,
    /// The header is for `Bearer` and is malformed, or is no credentials at all.
    MalformedHeader,
    /// There is more than one `Authorization` header.
    RepeatedHeader,
    /// The token is refused.
    Token(VerifyError),
    /// The token is valid and lacks a scope.
    InsufficientScope,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingToken => "there is no authorization header",
            Self::UnsupportedScheme => "the credentials are not for the bearer scheme",
            Self::MalformedHeader => "the authorization header is malformed",
            Self::RepeatedHeader => "there is more than one authorization header",
            Self::Token(error) => return error.fmt(f),
            Self::InsufficientScope => "the token lacks a scope that is needed",
        })
    }
}

impl core::error::Error for Reason {}

struct Answer {
    status: u16,
    error: Option<ErrorCode>,
    code: &'static str,
    description: &'static str,
}

impl Reason {
    const fn answer(self) -> Answer {
        let (status, error) = match self {
            Self::MissingToken | Self::UnsupportedScheme => (401, None),
            // The status 400 that goes with this code would not make a client authenticate anew.
            Self::MalformedHeader | Self::RepeatedHeader => (401, Some(ErrorCode::InvalidRequest)),
            Self::Token(VerifyError::MacUnavailable) => (503, None),
            Self::Token(_) => (401, Some(ErrorCode::InvalidToken)),
            Self::InsufficientScope => (403, Some(ErrorCode::InsufficientScope)),
        };
        let (code, description) = match self {
            Self::MissingToken => ("missing_token", "An access token is required"),
            Self::UnsupportedScheme => ("unsupported_scheme", "The scheme has to be Bearer"),
            Self::MalformedHeader => ("malformed_header", "The Authorization header is malformed"),
            Self::RepeatedHeader => ("repeated_header", "There are several Authorization headers"),
            Self::Token(error) => token_answer(error.class()),
            Self::InsufficientScope => {
                ("insufficient_scope", "The access token lacks a scope that is needed")
            }
        };
        Answer { status, error, code, description }
    }
}

const fn token_answer(class: ErrorClass) -> (&'static str, &'static str) {
    match class {
        ErrorClass::Malformed
        | ErrorClass::Base64
        | ErrorClass::HeaderJson
        | ErrorClass::HeaderType
        | ErrorClass::ClaimsJson
        | ErrorClass::ClaimType
        | ErrorClass::ClaimRange
        | ErrorClass::Duplicate => ("malformed_token", "The access token is malformed"),
        ErrorClass::Limit | ErrorClass::Scratch => {
            ("token_too_large", "The access token is too large")
        }
        ErrorClass::Alg | ErrorClass::Crit | ErrorClass::Typ => {
            ("unsupported_token", "The access token is of a kind that is not accepted")
        }
        ErrorClass::Key => ("unknown_key", "The key of the access token is not known"),
        ErrorClass::Signature => {
            ("invalid_signature", "The signature of the access token does not match")
        }
        ErrorClass::MacUnavailable => {
            ("mac_unavailable", "The access token can not be verified at the moment")
        }
        ErrorClass::Missing => ("missing_claim", "The access token lacks a claim that is needed"),
        ErrorClass::NotAllowed => {
            ("unexpected_claim", "The access token has a claim that is not accepted")
        }
        ErrorClass::Expired => ("expired_token", "The access token expired"),
        ErrorClass::NotYetValid | ErrorClass::IssuedInFuture => {
            ("premature_token", "The access token is not valid yet")
        }
        ErrorClass::Lifetime => {
            ("invalid_lifetime", "The lifetime of the access token is not accepted")
        }
        ErrorClass::Issuer => ("wrong_issuer", "The issuer of the access token is not accepted"),
        ErrorClass::Audience => ("wrong_audience", "The access token is for another audience"),
        ErrorClass::Subject => ("wrong_subject", "The subject of the access token is not accepted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeMap, string::ToString};

    #[test]
    fn every_class_has_a_code_and_a_text_that_a_challenge_can_hold() {
        let mut texts = BTreeMap::new();
        for class in ErrorClass::ALL {
            let (code, text) = token_answer(*class);
            assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{code}");
            assert!(BearerChallenge::new().error_description(text).is_ok(), "{text}");
            assert_eq!(*texts.entry(code).or_insert(text), text, "{code} has two texts");
        }
        for reason in [
            Reason::MissingToken,
            Reason::UnsupportedScheme,
            Reason::MalformedHeader,
            Reason::RepeatedHeader,
            Reason::InsufficientScope,
        ] {
            let answer = reason.answer();
            assert!(BearerChallenge::new().error_description(answer.description).is_ok());
            assert!(texts.insert(answer.code, answer.description).is_none(), "{}", answer.code);
            assert!(!reason.to_string().is_empty());
        }
    }

    #[test]
    fn only_a_missing_mac_is_the_servers_fault() {
        let answer = Reason::Token(VerifyError::MacUnavailable).answer();
        assert_eq!((answer.status, answer.code, answer.error), (503, "mac_unavailable", None));
        let answer = Reason::Token(VerifyError::ScratchTooSmall { needed: 9 }).answer();
        assert_eq!((answer.status, answer.code), (401, "token_too_large"));
    }
}
