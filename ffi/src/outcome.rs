//! Errors of core on their way to the caller.

use mcpico_core::auth::BearerError;
use mcpico_core::auth::challenge::FieldError;
use mcpico_core::client::MessageEndpointError;
use mcpico_core::http1::{HttpError, RequestError};
use mcpico_core::json::{DuplicateName, JsonError};
use mcpico_core::jwt::{ClaimError, ClaimFault, ErrorClass, KeyError, SignError, VerifyError};
use mcpico_core::mcp::{ResultError, TraceError};
use mcpico_core::{Error, Misuse, PeerError};

#[allow(
    clippy::wildcard_imports,
    reason = "all of them, and nothing else, are what errors become"
)]
use crate::status::*;

/// An error on its way to the caller: its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status(pub(crate) i32);

/// What a function body ends with.
pub(crate) type Outcome<T = ()> = Result<T, Status>;

impl From<KeyError> for Status {
    fn from(error: KeyError) -> Self {
        Self(match error {
            KeyError::Empty => MCPICO_ERROR_KEY_EMPTY,
            KeyError::TooShort => MCPICO_ERROR_KEY_TOO_SHORT,
            KeyError::Pem => MCPICO_ERROR_KEY_PEM,
        })
    }
}

impl From<ClaimError> for Status {
    fn from(error: ClaimError) -> Self {
        Self(match error.fault {
            ClaimFault::WrongType => MCPICO_ERROR_CLAIM_TYPE,
            ClaimFault::OutOfRange => MCPICO_ERROR_CLAIM_RANGE,
        })
    }
}

impl From<VerifyError> for Status {
    fn from(error: VerifyError) -> Self {
        Self(match error.class() {
            ErrorClass::Base64 => MCPICO_ERROR_TOKEN_BASE64,
            ErrorClass::Limit => MCPICO_ERROR_TOKEN_LIMIT,
            ErrorClass::Scratch => MCPICO_ERROR_SCRATCH_TOO_SMALL,
            ErrorClass::HeaderJson => MCPICO_ERROR_TOKEN_HEADER,
            ErrorClass::HeaderType => MCPICO_ERROR_TOKEN_HEADER_TYPE,
            ErrorClass::Alg => MCPICO_ERROR_TOKEN_ALG,
            ErrorClass::Crit => MCPICO_ERROR_TOKEN_CRIT,
            ErrorClass::Typ => MCPICO_ERROR_TOKEN_TYP,
            ErrorClass::Key => MCPICO_ERROR_TOKEN_KEY,
            ErrorClass::Signature => MCPICO_ERROR_TOKEN_SIGNATURE,
            ErrorClass::MacUnavailable => MCPICO_ERROR_MAC_UNAVAILABLE,
            ErrorClass::ClaimsJson => MCPICO_ERROR_TOKEN_CLAIMS,
            ErrorClass::Duplicate => MCPICO_ERROR_TOKEN_DUPLICATE,
            ErrorClass::ClaimType => MCPICO_ERROR_CLAIM_TYPE,
            ErrorClass::ClaimRange => MCPICO_ERROR_CLAIM_RANGE,
            ErrorClass::Missing => MCPICO_ERROR_CLAIM_MISSING,
            ErrorClass::NotAllowed => MCPICO_ERROR_CLAIM_NOT_ALLOWED,
            ErrorClass::Expired => MCPICO_ERROR_TOKEN_EXPIRED,
            ErrorClass::NotYetValid => MCPICO_ERROR_TOKEN_NOT_YET_VALID,
            ErrorClass::IssuedInFuture => MCPICO_ERROR_TOKEN_ISSUED_IN_FUTURE,
            ErrorClass::Lifetime => MCPICO_ERROR_TOKEN_LIFETIME,
            ErrorClass::Issuer => MCPICO_ERROR_TOKEN_ISSUER,
            ErrorClass::Audience => MCPICO_ERROR_TOKEN_AUDIENCE,
            ErrorClass::Subject => MCPICO_ERROR_TOKEN_SUBJECT,
            // Also for a class that core has and this interface does not know: it is no success.
            _ => MCPICO_ERROR_TOKEN_MALFORMED,
        })
    }
}

impl From<SignError> for Status {
    fn from(error: SignError) -> Self {
        Self(match error {
            SignError::OutputTooSmall(_) => MCPICO_ERROR_BUFFER_TOO_SMALL,
            SignError::HeaderTooLong { .. } => MCPICO_ERROR_HEADER_TOO_LONG,
            SignError::TooManyClaims => MCPICO_ERROR_TOO_MANY,
            SignError::DuplicateClaim { .. } => MCPICO_ERROR_DUPLICATE_CLAIM,
            SignError::Claim(error) => return error.into(),
            SignError::TooDeep { .. } => MCPICO_ERROR_CLAIM_TOO_DEEP,
            SignError::MacUnavailable => MCPICO_ERROR_MAC_UNAVAILABLE,
            _ => MCPICO_ERROR_PAYLOAD,
        })
    }
}

impl From<BearerError> for Status {
    fn from(error: BearerError) -> Self {
        Self(match error {
            BearerError::OtherScheme => MCPICO_ERROR_OTHER_SCHEME,
            BearerError::MissingToken => MCPICO_ERROR_NO_TOKEN,
            BearerError::IllegalByte { .. } => MCPICO_ERROR_BEARER,
        })
    }
}

impl From<FieldError> for Status {
    fn from(_: FieldError) -> Self {
        Self(MCPICO_ERROR_CHALLENGE_FIELD)
    }
}

impl From<JsonError> for Status {
    fn from(_: JsonError) -> Self {
        Self(MCPICO_ERROR_JSON)
    }
}

impl From<DuplicateName> for Status {
    fn from(_: DuplicateName) -> Self {
        Self(MCPICO_ERROR_JSON_DUPLICATE)
    }
}

impl From<TraceError> for Status {
    fn from(_: TraceError) -> Self {
        Self(MCPICO_ERROR_TRACE)
    }
}

impl From<ResultError> for Status {
    fn from(_: ResultError) -> Self {
        Self(MCPICO_ERROR_PEER_RESULT)
    }
}

impl From<HttpError> for Status {
    fn from(error: HttpError) -> Self {
        Self(match error {
            HttpError::HeadTooLong { .. }
            | HttpError::TooManyHeaders { .. }
            | HttpError::TooManyInformational { .. }
            | HttpError::LengthTooLarge { .. }
            | HttpError::ChunkLineTooLong { .. }
            | HttpError::TrailersTooLong { .. } => MCPICO_ERROR_HTTP_LIMIT,
            HttpError::ContentLength
            | HttpError::TransferEncoding
            | HttpError::LengthAndTransferEncoding
            | HttpError::ContentEncoding => MCPICO_ERROR_HTTP_FRAMING,
            HttpError::ChunkSize { .. }
            | HttpError::ChunkExtension { .. }
            | HttpError::ChunkLineEnd { .. }
            | HttpError::ChunkEnd { .. }
            | HttpError::Trailer { .. } => MCPICO_ERROR_HTTP_CHUNK,
            HttpError::Truncated => MCPICO_ERROR_HTTP_TRUNCATED,
            HttpError::ContentType | HttpError::RepeatedHeader { .. } => MCPICO_ERROR_HTTP_HEADER,
            _ => MCPICO_ERROR_HTTP_HEAD,
        })
    }
}

impl From<MessageEndpointError> for Status {
    fn from(error: MessageEndpointError) -> Self {
        Self(match error {
            MessageEndpointError::Missing => MCPICO_ERROR_ENDPOINT_MISSING,
            MessageEndpointError::Origin => MCPICO_ERROR_ENDPOINT_ORIGIN,
            MessageEndpointError::Repeated => MCPICO_ERROR_ENDPOINT_REPEATED,
            MessageEndpointError::TooLong { .. } => MCPICO_ERROR_BUFFER_TOO_SMALL,
            _ => MCPICO_ERROR_ENDPOINT,
        })
    }
}

impl From<RequestError> for Status {
    fn from(error: RequestError) -> Self {
        Self(match error {
            RequestError::Target { .. } => MCPICO_ERROR_REQUEST_TARGET,
            RequestError::Host { .. } => MCPICO_ERROR_REQUEST_HOST,
            RequestError::OutputTooSmall(_) => MCPICO_ERROR_BUFFER_TOO_SMALL,
            _ => MCPICO_ERROR_REQUEST_HEADER,
        })
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        Self(match error {
            Error::FrameTooLarge { .. } => MCPICO_ERROR_MESSAGE_TOO_LARGE,
            Error::OutputTooSmall { .. } => MCPICO_ERROR_BUFFER_TOO_SMALL,
            Error::Misuse(Misuse::Arguments) => MCPICO_ERROR_ARGUMENTS,
            Error::Misuse(Misuse::Input) => MCPICO_ERROR_INPUT,
            Error::Misuse(Misuse::Method) => MCPICO_ERROR_METHOD,
            Error::Misuse(Misuse::NotReady) => MCPICO_ERROR_NOT_READY,
            Error::Misuse(Misuse::ParamHeader(_)) => MCPICO_ERROR_PARAM_HEADER,
            Error::Peer(PeerError::BatchTooLarge { .. }) => MCPICO_ERROR_BATCH_TOO_LARGE,
            Error::Peer(PeerError::ContentType { .. }) => MCPICO_ERROR_CONTENT_TYPE,
            Error::Peer(PeerError::Http(error)) => return error.into(),
            Error::Peer(PeerError::MessageEndpoint(error)) => return error.into(),
            Error::Peer(PeerError::Message(_)) => MCPICO_ERROR_PEER_MESSAGE,
            Error::Peer(PeerError::NoCommonRevision) => MCPICO_ERROR_NO_COMMON_REVISION,
            Error::Peer(PeerError::NoResponse) => MCPICO_ERROR_NO_RESPONSE,
            Error::Peer(PeerError::Negotiation { .. }) => MCPICO_ERROR_NEGOTIATION,
            Error::Peer(PeerError::Result(error)) => return error.into(),
            Error::Peer(PeerError::SessionId { .. }) => MCPICO_ERROR_SESSION_ID,
            _ => MCPICO_ERROR_CLIENT,
        })
    }
}
