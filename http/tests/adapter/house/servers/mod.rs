//! The servers that misbehave: what each plays, what it does on a connection, and what a client has to
//! come to that asks it for its tools.
//!
//! What a client may believe names a tool `right`, what it may not, `wrong`. The tests of the command use
//! this table, too.

pub(crate) mod channels;
mod requests;
mod rpc;
mod streams;

use std::time::Duration;

use mcpico_core::http1::HttpError;
use mcpico_core::jsonrpc::MessageError;
use mcpico_core::{Error as CoreError, PeerError};
use mcpico_http::{Deadline, Deadlines, Error};
use serde_json::{Value, json};

use crate::peer::{Link, Request, whole};

/// Largest message that the clients receive.
pub(crate) const INBOX: usize = 64 * 1024;

/// So generous that only a hang runs into them.
const PATIENT: Deadlines = Deadlines {
    connect: Duration::from_mins(1),
    first_byte: Duration::from_mins(1),
    idle: Duration::from_mins(1),
    total: Duration::from_mins(2),
};

/// Which kind of client is played to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    Modern,
    Legacy,
}

/// What the client comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    /// The right answer, whatever stands around it; also when it is asked for again.
    Right,
    /// A JSON-RPC error of that code.
    Error(i64),
    /// The event stream has ended without an answer.
    Interrupted,
    /// The event stream has ended without an answer, each time that it was asked for until the deadline.
    GivenUp,
    /// A refusal with that status.
    Rejected(u16),
    /// No answer, for that reason.
    Fault(Error),
    /// No answer: what came is not JSON.
    NotJson,
    /// No answer: the HTTP is malformed.
    NotHttp,
    /// No answer: the HTTP is larger than is read.
    HttpTooLarge,
}

/// A server that misbehaves.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    /// Attacks of `docs/threats.md` and behaviours of the corpus `http`.
    pub(crate) plays: &'static [&'static str],
    pub(crate) era: Era,
    pub(crate) end: End,
    /// How long the client waits.
    pub(crate) deadlines: Deadlines,
    /// Most requests that a client may make of it for each answer that is wanted.
    pub(crate) most: usize,
    /// One connection. The text is the address of somebody to whom nothing may be sent.
    pub(crate) script: Script,
}

type Script = Box<dyn Fn(Link, &str) + Send + Sync>;

/// Every one.
pub(crate) fn servers() -> Vec<Server> {
    let mut all = rpc::servers();
    all.extend(streams::servers());
    all.extend(requests::servers());
    all.extend(channels::servers());
    all
}

impl Server {
    fn modern(
        name: &'static str,
        plays: &'static [&'static str],
        end: End,
        script: impl Fn(Link, &str) + Send + Sync + 'static,
    ) -> Self {
        let mut deadlines = PATIENT;
        if let End::Fault(Error::Deadline(which, limit)) = end {
            match which {
                Deadline::FirstByte => deadlines.first_byte = limit,
                Deadline::Idle => deadlines.idle = limit,
                _ => deadlines.total = limit,
            }
        }
        Self { name, plays, era: Era::Modern, end, deadlines, most: 1, script: Box::new(script) }
    }

    fn legacy(
        name: &'static str,
        plays: &'static [&'static str],
        end: End,
        script: impl Fn(Link, &str) + Send + Sync + 'static,
    ) -> Self {
        Self { era: Era::Legacy, most: 3, ..Self::modern(name, plays, end, script) }
    }

    /// A modern server that answers each request by what `response` makes of it, and keeps the connection.
    fn answering(
        name: &'static str,
        plays: &'static [&'static str],
        end: End,
        response: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self::modern(name, plays, end, move |mut link, _| {
            while let Some(request) = link.request() {
                link.send(response(&request));
            }
        })
    }

    /// A modern server that answers each request by an event stream with this text, then closes.
    fn streaming(
        name: &'static str,
        plays: &'static [&'static str],
        end: End,
        events: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self::modern(name, plays, end, move |mut link, _| {
            if let Some(request) = link.request() {
                link.send(STREAM);
                link.send(events(&request));
            }
        })
    }

    fn within(self, total: Duration) -> Self {
        Self { deadlines: Deadlines { total, ..self.deadlines }, ..self }
    }

    fn most(self, most: usize) -> Self {
        Self { most, ..self }
    }
}

/// Short enough for a test to run into it.
const SHORT: Duration = Duration::from_secs(1);

const FIRST_BYTE: End = End::Fault(Error::Deadline(Deadline::FirstByte, SHORT));
const IDLE: End = End::Fault(Error::Deadline(Deadline::Idle, SHORT));
const TOTAL: End = End::Fault(Error::Deadline(Deadline::Total, SHORT));
const TOO_LARGE: End = too_large(INBOX + 1);

/// The error for a message of at least that many bytes.
const fn too_large(needed: usize) -> End {
    End::Fault(Error::Client(CoreError::FrameTooLarge { limit: INBOX, needed }))
}

const fn peer(error: PeerError) -> End {
    End::Fault(Error::Client(CoreError::Peer(error)))
}

const fn http(error: HttpError) -> End {
    peer(PeerError::Http(error))
}

const fn message(error: MessageError) -> End {
    peer(PeerError::Message(error))
}

/// The head of an event stream that ends with the connection.
const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

/// The head of a message that ends with the connection.
const BODY: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";

fn tools(name: &str) -> Value {
    json!({"tools": [{"name": name, "inputSchema": {"type": "object"}}]})
}

/// The response of that id with a tool of that name.
fn response(id: &Value, name: &str) -> String {
    json!({"jsonrpc": "2.0", "id": id, "result": tools(name)}).to_string()
}

fn right(request: &Request) -> String {
    response(&request.json()["id"], "right")
}

fn wrong(request: &Request) -> String {
    response(&request.json()["id"], "wrong")
}

fn event(text: &str) -> String {
    format!("data: {text}\n\n")
}

/// A whole JSON response.
fn ok(body: &str) -> Vec<u8> {
    whole(200, "", body)
}

/// The answer to `initialize`, with a session.
fn initialized(version: &str, request: &Request) -> Vec<u8> {
    let result = json!({"protocolVersion": version, "capabilities": {},
        "serverInfo": {"name": "s", "version": "1"}});
    let body = json!({"jsonrpc": "2.0", "id": request.json()["id"], "result": result});
    whole(200, "Mcp-Session-Id: s\r\n", &body.to_string())
}

/// Shakes hands as a server of the legacy era; what else is asked for goes to `rest`.
fn legacy(mut link: Link, rest: impl Fn(&mut Link, &Request)) {
    while let Some(request) = link.request() {
        match &*request.method() {
            "initialize" => {
                link.send(initialized("2025-11-25", &request));
            }
            "notifications/initialized" => {
                link.send("HTTP/1.1 202 X\r\nContent-Length: 0\r\n\r\n");
            }
            _ => rest(&mut link, &request),
        }
    }
}
