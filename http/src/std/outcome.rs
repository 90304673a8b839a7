//! What a session gives: responses, refusals and faults.

use std::fmt;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use embedded_io_async::{Read, Write};
use mcpico_core::client::Response;
use mcpico_core::http1::HttpError;
use mcpico_core::json::Value;
use mcpico_core::jsonrpc::ErrorObject;
use mcpico_core::mcp::InputRequired;
use mcpico_core::{Misuse, PeerError};

use super::input::Input;
use crate::{Deadline, Error, Reply, Timer};

/// The response to a request; the texts are JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A JSON-RPC error.
    Error(RpcError),
    /// The server needs input first, and the session has no answer to it.
    InputRequired(Input),
    /// The result.
    Result(String),
    /// The server works on: a [task](mcpico_core::mcp::Task), whose end is that of
    /// [`Session::finish_task`](super::Session::finish_task).
    Task(String),
}

/// A JSON-RPC error of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RpcError {
    /// See [`code`](mcpico_core::jsonrpc::code).
    pub code: i64,
    /// From the server: escape it before it reaches a terminal.
    pub message: String,
    /// JSON.
    pub data: Option<String>,
    /// The HTTP status that it came with; 0 where there is no HTTP.
    pub status: u16,
}

/// An answer by which the server did not take the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The HTTP status.
    pub status: u16,
    /// The values of `WWW-Authenticate`.
    pub challenges: Vec<String>,
    /// The start of the body; it may be anything.
    pub body: Vec<u8>,
    /// Whether the request had a bearer.
    pub bearer_sent: bool,
}

/// Why there is no response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionError {
    /// `initialize` was answered with an error.
    Handshake(RpcError),
    /// The event stream ended before the response; the request may have been carried out.
    Interrupted,
    /// The server is a child process, and there is something with that.
    Process(ProcessError),
    /// The revision that is spoken has no subscriptions.
    NoSubscriptions,
    /// The server did not take the request.
    Rejected(Rejection),
    /// The bearer of the options has a byte that RFC 6750 does not allow, or is empty.
    Token,
    /// The connection or what came over it.
    Transport(Error),
}

/// Why a child process gave no response. `stderr` is the end of what it wrote there, up to
/// [`STDERR_TAIL`](super::STDERR_TAIL) bytes: escape it before it reaches a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProcessError {
    /// It closed a standard stream and went on running.
    Closed {
        /// See above.
        stderr: Vec<u8>,
    },
    /// It ended before the response.
    Exited {
        /// Its exit code or the signal that ended it.
        status: ExitStatus,
        /// See above.
        stderr: Vec<u8>,
    },
    /// It did not respond in time. It still runs, and the response is dropped if it comes.
    Silent {
        /// The deadline.
        which: Deadline,
        /// The limit that was set.
        limit: Duration,
        /// See above.
        stderr: Vec<u8>,
    },
    /// It could not be started.
    Start(io::ErrorKind),
}

impl Outcome {
    pub(super) fn new(response: Response<'_>, status: u16) -> Self {
        match response {
            Response::Result(result) => Self::Result(result.text().into()),
            Response::Task(task) => Self::Task(task.text().into()),
            Response::Error(error) => Self::Error(rpc_error(&error, status)),
            Response::InputRequired(InputRequired { requests, state }) => {
                let requests = requests.map(|requests| Value::text(&requests).into());
                let quoted = |raw| format!("\"{}\"", String::from_utf8_lossy(raw));
                let state = state.map(|state| quoted(state.raw()));
                Self::InputRequired(Input { requests, state })
            }
        }
    }
}

impl Rejection {
    /// What a head says of it; the body comes [later](Self::with_body).
    pub(super) fn announced<Io: Read + Write, T: Timer>(reply: &Reply<'_, Io, T>) -> Self {
        let text = |value| String::from_utf8_lossy(value).into_owned();
        let head = reply.head();
        let challenges = head.iter().flat_map(|head| head.header_values("www-authenticate"));
        Self {
            status: reply.status(),
            challenges: challenges.map(text).collect(),
            body: Vec::new(),
            bearer_sent: reply.bearer_sent(),
        }
    }

    /// The whole of it.
    pub(super) fn with_body(&self, body: &[u8]) -> SessionError {
        SessionError::Rejected(Self { body: body.to_vec(), ..self.clone() })
    }
}

pub(super) fn rpc_error(error: &ErrorObject<'_>, status: u16) -> RpcError {
    RpcError {
        code: error.code,
        message: error.message.to_string(),
        data: error.data.map(|data| data.text().into()),
        status,
    }
}

impl From<Error> for SessionError {
    fn from(error: Error) -> Self {
        Self::Transport(error)
    }
}

impl SessionError {
    /// Whether the caller made the mistake and nothing was sent.
    pub const fn is_misuse(&self) -> bool {
        matches!(
            self,
            Self::Token
                | Self::Transport(
                    Error::BearerOverPlaintext
                        | Error::Endpoint(_)
                        | Error::Request(_)
                        | Error::Client(mcpico_core::Error::Misuse(_))
                )
        )
    }

    /// Whether the connection ended without a byte of an answer.
    pub(super) const fn is_unanswered(&self) -> bool {
        matches!(
            self,
            Self::Transport(
                Error::ClosedUnanswered { .. } | Error::Reset { response_begun: false, .. }
            )
        )
    }

    /// Whether an answer had begun and was cut off.
    pub(super) const fn is_cut(&self) -> bool {
        matches!(
            self,
            Self::Interrupted
                | Self::Transport(
                    Error::Reset { response_begun: true, .. }
                        | Error::Io(_)
                        | Error::Client(mcpico_core::Error::Peer(PeerError::Http(
                            HttpError::Truncated
                        )))
                )
        )
    }

    /// Whether the client gives up finding out what the server speaks.
    pub(super) const fn is_negotiation(&self) -> bool {
        matches!(self.peer_error(), Some(PeerError::Negotiation { .. }))
    }

    /// Whether the server is not there for the moment: no connection could be made, or what stands before it says so.
    pub(super) const fn is_away(&self) -> bool {
        matches!(
            self,
            Self::Transport(Error::Connect(_))
                | Self::Rejected(Rejection { status: 429 | 502..=504, .. })
        )
    }

    /// What the server did wrong, when the answer was no MCP.
    pub const fn peer_error(&self) -> Option<PeerError> {
        match self {
            Self::Transport(Error::Client(mcpico_core::Error::Peer(error))) => Some(*error),
            _ => None,
        }
    }

    /// What the caller did wrong, when a request could not be written.
    pub const fn misuse(&self) -> Option<Misuse> {
        match self {
            Self::Transport(Error::Client(mcpico_core::Error::Misuse(misuse))) => Some(*misuse),
            _ => None,
        }
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handshake(error) => {
                write!(f, "the server refused the handshake with error {}", error.code)
            }
            Self::Interrupted => {
                f.write_str("the event stream ended before the response to the request")
            }
            Self::Process(error) => error.fmt(f),
            Self::NoSubscriptions => {
                f.write_str("the server speaks a revision that has no subscriptions")
            }
            Self::Rejected(rejection) => {
                write!(f, "the server answered with status {}", rejection.status)
            }
            Self::Token => f.write_str("the token is empty or has a character that no bearer has"),
            Self::Transport(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SessionError {}

impl fmt::Display for ProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed { .. } => {
                f.write_str("the server closed its standard input or output and did not respond")
            }
            Self::Exited { status, .. } => match status.code() {
                Some(code) => write!(f, "the server exited with code {code} before its response"),
                None => write!(f, "the server ended before its response: {status}"),
            },
            Self::Silent { which: Deadline::Idle, limit, .. } => {
                write!(f, "the server has said nothing for {limit:?} and not responded")
            }
            Self::Silent { limit, .. } => {
                write!(f, "the server has not responded within {limit:?}")
            }
            Self::Start(kind) => write!(f, "the server cannot be started: {kind}"),
        }
    }
}

impl std::error::Error for ProcessError {}
