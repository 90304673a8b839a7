//! What went well, line by line.

use core::fmt::{self, Write};

use cortex_m_semihosting::hprintln;
use mcpico_core::http1::HttpError;
use mcpico_core::{Error as ClientError, PeerError};
use mcpico_http::{ConnectError, Deadline, Error};

use crate::session::Failure;

/// Counts steps and failures.
#[derive(Default)]
pub struct Report {
    steps: u32,
    failed: u32,
}

impl Report {
    /// Tells how a step went.
    pub fn step(&mut self, name: &str, outcome: Result<(), Failure>) {
        self.steps += 1;
        match outcome {
            Ok(()) => hprintln!("ok      {}", name),
            Err(failure) => {
                self.failed += 1;
                hprintln!("FAILED  {}: {}", name, Name(failure));
            }
        }
    }

    /// Whether something was done, and all of it went well; tells the sum.
    pub fn conclude(&self) -> bool {
        hprintln!("{} steps, {} failed", self.steps, self.failed);
        self.steps > 0 && self.failed == 0
    }
}

/// A failure by its name and numbers. The texts that the errors have themselves take more flash.
pub struct Name(pub Failure);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            Failure::Content(what) => what,
            Failure::Interrupted => "interrupted",
            Failure::Rejected(status) => return write!(f, "rejected {status}"),
            Failure::Rpc(code) => return write!(f, "rpc error {code}"),
            Failure::Http(error) => match error {
                Error::BearerOverPlaintext => "bearer over plaintext",
                Error::ClosedUnanswered { bearer_sent: true } => "closed, bearer sent",
                Error::ClosedUnanswered { bearer_sent: false } => "closed, no bearer sent",
                Error::Connect(ConnectError::Dns) => "no such name",
                Error::Connect(ConnectError::Refused) => "connection refused",
                Error::Connect(_) => "no connection",
                Error::Deadline(which, limit) => {
                    let which = match which {
                        Deadline::Connect => "connect",
                        Deadline::FirstByte => "first byte",
                        Deadline::Idle => "idle",
                        Deadline::Total => "total",
                    };
                    return write!(
                        f,
                        "deadline {which} {}.{} s",
                        limit.as_secs(),
                        limit.subsec_millis() / 100
                    );
                }
                Error::Client(ClientError::FrameTooLarge { limit, .. }) => {
                    return write!(f, "larger than the inbox of {limit}");
                }
                Error::Client(ClientError::OutputTooSmall { needed }) => {
                    return write!(f, "output of {needed} needed");
                }
                Error::Client(ClientError::Misuse(_)) => "misuse",
                Error::Client(ClientError::Peer(error)) => peer(error),
                Error::Reset { response_begun: true, .. } => "reset in the answer",
                Error::Reset { bearer_sent: true, .. } => "reset, bearer sent",
                Error::Reset { bearer_sent: false, .. } => "reset, no bearer sent",
                Error::NotOpen => "not open",
                Error::Request(_) => "request",
                Error::Endpoint(_) => "endpoint",
                _ => "other",
            },
        };
        f.write_str(name)
    }
}

const fn peer(error: PeerError) -> &'static str {
    match error {
        PeerError::ContentType { .. } => "content type",
        PeerError::Http(HttpError::Truncated) => "truncated",
        PeerError::Http(_) => "no http",
        PeerError::Message(_) => "no message",
        PeerError::NoCommonRevision => "no common revision",
        PeerError::NoResponse => "no response",
        PeerError::Negotiation { .. } => "negotiation",
        PeerError::Result(_) => "result",
        PeerError::SessionId { .. } => "session id",
        _ => "peer",
    }
}

/// A line of text in a buffer; what does not fit is cut.
pub struct Line<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Line<N> {
    /// An empty line.
    pub const fn new() -> Self {
        Self { bytes: [0; N], length: 0 }
    }

    /// What has been written.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.bytes.get(..self.length).unwrap_or_default()).unwrap_or("?")
    }
}

impl<const N: usize> Write for Line<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            self.write_char(character)?;
        }
        Ok(())
    }

    fn write_char(&mut self, character: char) -> fmt::Result {
        let end = self.length + character.len_utf8();
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        character.encode_utf8(room);
        self.length = end;
        Ok(())
    }
}
