//! One request and the bytes of its answer, read with `ResultStream` or without.

use mcpico_core::Error;
use mcpico_core::client::{Call, Client, Event, Exchange, Response, ResultStream, Streamed};
use mcpico_core::inbox::Inbox;
use mcpico_core::json::{Stream, StreamEvent};
use mcpico_core::mcp::{ClientInfo, Method, Revision};

pub(super) const INFO: ClientInfo = ClientInfo { name: "test", version: "1" };

pub(super) const JSON: &str = "application/json";
pub(super) const EVENTS: &str = "text/event-stream";

/// What an exchange showed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Seen {
    Closed,
    Dropped,
    Error(Error),
    Failed(i64),
    InputRequired,
    Interrupted,
    Notification(String),
    Rejected(u16),
    /// The result, an event a line.
    Result(String),
    ServerRequest(String),
    Unsolicited,
}

/// A client that speaks `revision`, handshake done.
pub(super) fn ready(revision: Revision) -> Client {
    let mut client = Client::with_revisions(INFO, revision, revision);
    let mut out = [0; 1024];
    while let Some((post, mut exchange)) = client.connect(None, &mut out).unwrap() {
        let initialize = post.body().windows(12).any(|part| part == b"\"initialize\"");
        exchange.on_status(if initialize { 200 } else { 202 });
        exchange.on_header(&mut client, "Content-Type", JSON.as_bytes()).unwrap();
        let id = exchange.id();
        let result = format!(r#"{{"protocolVersion":"{revision}"}}"#);
        let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#);
        let mut storage = [0; 1024];
        let mut inbox = Inbox::new(&mut storage);
        inbox.spare()[..body.len()].copy_from_slice(body.as_bytes());
        inbox.commit(body.len());
        inbox.close();
        exchange.next_event(&mut inbox).unwrap();
        client.settle(&exchange).unwrap();
    }
    client
}

/// A request of `method`, answered by a head.
pub(super) fn asked(
    revision: Revision,
    method: Method<'_>,
    status: u16,
    media_type: &str,
) -> Exchange {
    let mut client = ready(revision);
    let mut out = [0; 1024];
    let (_, mut exchange) = client.request(&Call::new(method), &mut out).unwrap();
    exchange.on_status(status);
    exchange.on_header(&mut client, "Content-Type", media_type.as_bytes()).unwrap();
    exchange
}

/// Where the bytes come from, in pieces of these lengths, over and over.
pub(super) struct Wire<'w> {
    pub(super) rest: &'w [u8],
    pub(super) lengths: &'w [usize],
    pub(super) turn: usize,
}

impl Wire<'_> {
    pub(super) fn fill(&mut self, inbox: &mut Inbox<'_>) {
        let length = self.lengths[self.turn % self.lengths.len()];
        self.turn += 1;
        let spare = inbox.spare();
        assert!(!spare.is_empty(), "data is wanted but there is no room");
        let count = length.min(spare.len()).min(self.rest.len());
        spare[..count].copy_from_slice(&self.rest[..count]);
        self.rest = &self.rest[count..];
        inbox.commit(count);
        // As for a body of stated length: the end is known with the last byte.
        if self.rest.is_empty() {
            inbox.close();
        }
    }
}

/// Reads to the end with as much room as it takes.
pub(super) fn whole(mut exchange: Exchange, body: &[u8]) -> Vec<Seen> {
    let mut storage = vec![0; body.len() + 16];
    let mut inbox = Inbox::new(&mut storage);
    let mut wire = Wire { rest: body, lengths: &[usize::MAX], turn: 0 };
    let mut seen = Vec::new();
    loop {
        match exchange.next_event(&mut inbox) {
            Ok(Event::NeedData) => wire.fill(&mut inbox),
            Ok(event) => seen.push(shown(event)),
            Err(error) => seen.push(Seen::Error(error)),
        }
        if matches!(seen.last(), Some(Seen::Closed | Seen::Error(_))) {
            return seen;
        }
    }
}

/// Reads to the end through `capacity` bytes. Parts that `Complete` does not follow are void.
pub(super) fn streamed(
    exchange: &mut Exchange,
    body: &[u8],
    capacity: usize,
    lengths: &[usize],
) -> Vec<Seen> {
    let mut storage = vec![0; capacity];
    let mut inbox = Inbox::new(&mut storage);
    let mut wire = Wire { rest: body, lengths, turn: 0 };
    let mut stream = ResultStream::new();
    let (mut seen, mut parts) = (Vec::new(), String::new());
    loop {
        let needs_data = stream.needs_data(exchange, &mut inbox);
        let event = stream.next_event(exchange, &mut inbox);
        match event {
            Ok(event) => {
                let needed = event == Streamed::Event(Event::NeedData);
                assert_eq!(needs_data, Ok(needed), "both ways of asking agree");
            }
            Err(error) => assert!(needs_data == Ok(false) || needs_data == Err(error)),
        }
        match event {
            Ok(Streamed::Event(Event::NeedData)) => {
                wire.fill(&mut inbox);
                continue;
            }
            Ok(Streamed::Part(event)) => {
                assert!(!parts.is_empty() || event == StreamEvent::StartObject);
                assert!(!exchange.is_answered(), "nothing is handed out behind the answer");
                note(event, &mut parts);
                continue;
            }
            Ok(Streamed::Complete) => seen.push(Seen::Result(std::mem::take(&mut parts))),
            Ok(Streamed::Dropped) => seen.push(Seen::Dropped),
            Ok(Streamed::Failed { code }) => seen.push(Seen::Failed(code)),
            Ok(Streamed::Event(event)) => seen.push(shown(event)),
            Ok(other) => panic!("{other:?}"),
            Err(error) => {
                assert_eq!(stream.next_event(exchange, &mut inbox), Err(error));
                assert_eq!(stream.needs_data(exchange, &mut inbox), Err(error));
                seen.push(Seen::Error(error));
            }
        }
        parts.clear();
        if matches!(seen.last(), Some(Seen::Closed | Seen::Error(_))) {
            return seen;
        }
    }
}

fn shown(event: Event<'_>) -> Seen {
    match event {
        Event::Closed => Seen::Closed,
        Event::Interrupted => Seen::Interrupted,
        Event::Notification(notification) => Seen::Notification(notification.method.to_string()),
        Event::ServerRequest(request) => Seen::ServerRequest(request.method.to_string()),
        Event::Rejected { status, .. } => Seen::Rejected(status),
        Event::Unsolicited { .. } => Seen::Unsolicited,
        Event::Response(Response::Error(error)) => Seen::Failed(error.code),
        Event::Response(Response::InputRequired(_)) => Seen::InputRequired,
        Event::Response(Response::Result(result)) => {
            let (mut stream, mut parts) = (Stream::new(), String::new());
            let mut text = result.raw();
            while let Some(event) = stream.next_event(&mut text).unwrap() {
                note(event, &mut parts);
            }
            Seen::Result(parts)
        }
        other => panic!("{other:?}"),
    }
}

/// Writes an event so that it does not matter where text was cut.
fn note(event: StreamEvent<'_>, parts: &mut String) {
    match event {
        StreamEvent::Name(part) | StreamEvent::String(part) | StreamEvent::Number(part) => {
            parts.push_str(part.as_str());
        }
        event => parts.extend(["\n", &format!("{event:?}"), "\n"]),
    }
}
