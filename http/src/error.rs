//! What can go wrong between a client and a server.

use core::fmt;
use core::time::Duration;

use embedded_io_async::ErrorKind;
use mcpico_core::http1::{HttpError, RequestError};

use crate::{ConnectError, Deadline, EndpointError};

/// An error of the adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error {
    /// A bearer was to go over plain http to another machine.
    BearerOverPlaintext,
    /// The client refused to write or could not read.
    Client(mcpico_core::Error),
    /// The peer closed the connection before the first byte of a response.
    ClosedUnanswered {
        /// Whether the request had a bearer.
        bearer_sent: bool,
    },
    /// There is no connection.
    Connect(ConnectError),
    /// A deadline passed; the connection is closed. The limit is the one that was set.
    Deadline(Deadline, Duration),
    /// The URL is no endpoint.
    Endpoint(EndpointError),
    /// The server answered a message of the handshake by an error, over a stream of lines.
    Handshake {
        /// See [`code`](mcpico_core::jsonrpc::code).
        code: i64,
    },
    /// The connection was used up by an earlier exchange: make a new one.
    NotOpen,
    /// The request cannot be written.
    Request(RequestError),
    /// The peer reset the connection.
    Reset {
        /// Whether the request had a bearer. A server that resets instead of answering 401 looks
        /// like a network fault.
        bearer_sent: bool,
        /// Whether some of the response had come.
        response_begun: bool,
    },
    /// The connection failed otherwise.
    Io(ErrorKind),
    /// The stream of lines ended before the response came.
    StreamEnded,
}

impl From<mcpico_core::Error> for Error {
    fn from(error: mcpico_core::Error) -> Self {
        Self::Client(error)
    }
}

impl From<HttpError> for Error {
    fn from(error: HttpError) -> Self {
        Self::Client(error.into())
    }
}

impl From<RequestError> for Error {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::OutputTooSmall(small) => Self::Client(small.into()),
            error => Self::Request(error),
        }
    }
}

impl From<ConnectError> for Error {
    fn from(error: ConnectError) -> Self {
        Self::Connect(error)
    }
}

impl From<EndpointError> for Error {
    fn from(error: EndpointError) -> Self {
        Self::Endpoint(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bearer = |sent| if sent { "with" } else { "without" };
        match self {
            Self::BearerOverPlaintext => {
                f.write_str("a bearer is not sent over plain http to another machine")
            }
            Self::Client(error) => error.fmt(f),
            Self::ClosedUnanswered { bearer_sent } => write!(
                f,
                "the server closed the connection without an answer to a request {} a bearer",
                bearer(*bearer_sent)
            ),
            Self::Connect(error) => error.fmt(f),
            Self::Deadline(which, limit) => {
                write!(f, "the time limit of {limit:?} for {which} has passed")
            }
            Self::Endpoint(error) => error.fmt(f),
            Self::Handshake { code } => {
                write!(f, "the server refused the handshake with error {code}")
            }
            Self::NotOpen => f.write_str("the connection was used up by an earlier exchange"),
            Self::Request(error) => error.fmt(f),
            Self::Reset { bearer_sent, response_begun: false } => write!(
                f,
                "the server reset the connection without an answer to a request {} a bearer",
                bearer(*bearer_sent)
            ),
            Self::Reset { response_begun: true, .. } => {
                f.write_str("the server reset the connection in the middle of its answer")
            }
            Self::Io(kind) => write!(f, "the connection failed: {kind:?}"),
            Self::StreamEnded => f.write_str("the server ended before its response"),
        }
    }
}

impl core::error::Error for Error {}
