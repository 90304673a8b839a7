//! What can go wrong on the client's data path, and whose fault it is.

use core::fmt;

use crate::client::MessageEndpointError;
use crate::framing::FrameTooLarge;
use crate::http1::HttpError;
use crate::jsonrpc::MessageError;
use crate::mcp::{ParamHeaderError, ResultError};
use crate::writer::OutputTooSmall;

/// An error of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error {
    /// A message does not fit the inbox; the exchange is over, the client is not.
    FrameTooLarge {
        /// Bytes that the inbox holds.
        limit: usize,
        /// Bytes that the message has at least.
        needed: usize,
    },
    /// The caller's fault.
    Misuse(Misuse),
    /// The output buffer is too small; nothing has changed.
    OutputTooSmall {
        /// Bytes that suffice.
        needed: usize,
    },
    /// The peer's fault.
    Peer(PeerError),
}

/// What a caller did wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Misuse {
    /// `arguments` or `params` is no JSON object, or `params` has a `_meta`.
    Arguments,
    /// Input for a method that never asks for any, in a revision without, or responses that are no object.
    Input,
    /// The method name is empty or has a byte other than printable ASCII.
    Method,
    /// A request before the client is ready: call `connect` first.
    NotReady,
    /// The tool's input schema or the arguments do not allow the call.
    ParamHeader(ParamHeaderError),
}

/// What a peer did wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PeerError {
    /// A batch of more messages than are read.
    BatchTooLarge {
        /// Most messages of a batch.
        limit: usize,
    },
    /// A success whose content type is neither `application/json` nor `text/event-stream`.
    ContentType {
        /// The HTTP status.
        status: u16,
    },
    /// A response head that is not to be trusted.
    Http(HttpError),
    /// A message that is none.
    Message(MessageError),
    /// What a server names as the place to post messages to, over HTTP+SSE.
    MessageEndpoint(MessageEndpointError),
    /// Client and server have no revision in common.
    NoCommonRevision,
    /// A success without a response to the request.
    NoResponse,
    /// The server let the client negotiate in circles.
    Negotiation {
        /// Exchanges after which the client gives up.
        limit: u8,
    },
    /// A result that is not what its method promises.
    Result(ResultError),
    /// The session id is empty, longer than the limit or not visible ASCII.
    SessionId {
        /// Longest session id that is kept.
        limit: usize,
    },
}

impl From<FrameTooLarge> for Error {
    fn from(FrameTooLarge { limit, needed }: FrameTooLarge) -> Self {
        Self::FrameTooLarge { limit, needed }
    }
}

impl From<Misuse> for Error {
    fn from(misuse: Misuse) -> Self {
        Self::Misuse(misuse)
    }
}

impl From<HttpError> for Error {
    fn from(error: HttpError) -> Self {
        Self::Peer(PeerError::Http(error))
    }
}

impl From<OutputTooSmall> for Error {
    fn from(OutputTooSmall { needed }: OutputTooSmall) -> Self {
        Self::OutputTooSmall { needed }
    }
}

impl From<PeerError> for Error {
    fn from(error: PeerError) -> Self {
        Self::Peer(error)
    }
}

impl From<ParamHeaderError> for Error {
    fn from(error: ParamHeaderError) -> Self {
        Self::Misuse(Misuse::ParamHeader(error))
    }
}

impl From<ResultError> for Error {
    fn from(error: ResultError) -> Self {
        Self::Peer(PeerError::Result(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FrameTooLarge { limit, needed } => {
                FrameTooLarge { limit: *limit, needed: *needed }.fmt(f)
            }
            Self::Misuse(misuse) => misuse.fmt(f),
            Self::OutputTooSmall { needed } => OutputTooSmall { needed: *needed }.fmt(f),
            Self::Peer(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arguments => f.write_str("the arguments are not a JSON object without _meta"),
            Self::Input => f.write_str("the input does not belong to a request that can take any"),
            Self::Method => f.write_str("the method name is not printable ASCII"),
            Self::NotReady => f.write_str("the client has not found out the server's revision yet"),
            Self::ParamHeader(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BatchTooLarge { limit } => {
                write!(f, "the server sent a batch of more than {limit} messages")
            }
            Self::ContentType { status } => write!(
                f,
                "the server answered {status} with neither application/json nor text/event-stream"
            ),
            Self::Http(error) => error.fmt(f),
            Self::Message(error) => write!(f, "the server sent no JSON-RPC message: {error}"),
            Self::MessageEndpoint(error) => error.fmt(f),
            Self::NoCommonRevision => {
                f.write_str("the server speaks no protocol revision that this client speaks")
            }
            Self::NoResponse => f.write_str("the server's answer holds no response to the request"),
            Self::Negotiation { limit } => {
                write!(f, "the server and the client did not agree in {limit} exchanges")
            }
            Self::Result(error) => error.fmt(f),
            Self::SessionId { limit } => {
                write!(f, "the session id is not 1 to {limit} visible ASCII characters")
            }
        }
    }
}

impl core::error::Error for Error {}
impl core::error::Error for Misuse {}
impl core::error::Error for PeerError {}
