//! Plays a transcript: what the client sends is compared byte for byte, what it makes of the answers
//! line by line.

use mcpico_core::Error;
use mcpico_core::auth::Bearer;
use mcpico_core::client::{Answer, Call, Client, Event, Post, Response, ServerRequest};
use mcpico_core::json;
use mcpico_core::mcp::{ClientInfo, Method, Revision};
use mcpico_core::writer::Writer;

use crate::carrier::{Carrier, request_head};
use crate::{Mismatch, Room, expect, vectors};

/// One request and its answer.
pub struct Turn {
    /// What the caller asks the client for.
    pub wish: Wish,
    /// The request head as far as `Content-Length`.
    pub head: &'static str,
    /// The request body.
    pub body: &'static str,
    /// The answer of the server, head and all.
    pub answer: &'static [u8],
    /// The events, a line each.
    pub events: &'static str,
}

/// What a caller asks a client for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// `Client::connect`
    Connect,
    /// `tools/list`
    List,
    /// `tools/call` with progress
    Call,
    /// The server's last request answered; it stands behind the turn with the request.
    Answer,
    /// `Client::end`
    End,
}

/// The arguments of the tool.
pub const ARGUMENTS: &[u8] = br#"{"location":"New York"}"#;

const INFO: ClientInfo = ClientInfo { name: "selftest", version: "1" };

/// Plays `turns` from a client that knows nothing to one that ends in `revision`; the answers come in
/// pieces of `piece` bytes.
///
/// # Errors
/// [`Mismatch`] with the number of the turn.
pub fn play(
    turns: &[Turn],
    revision: Revision,
    piece: usize,
    room: &mut Room<'_>,
) -> Result<(), Mismatch> {
    let mut client = Client::new(INFO);
    for (case, turn) in turns.iter().enumerate().filter(|(_, turn)| turn.wish != Wish::Answer) {
        let bearer = Bearer::new(vectors::CATALOG_SAMPLE).ok();
        let out = &mut *room.out;
        let arguments = json::parse(ARGUMENTS).ok();
        let sent = match turn.wish {
            Wish::Connect => client.connect(bearer, out),
            Wish::List => {
                let call = Call::new(Method::ListTools { cursor: None }).bearer(bearer);
                client.request(&call, out).map(Some)
            }
            Wish::Call => {
                let method =
                    Method::CallTool { name: "get_weather", arguments, input_schema: None };
                client.request(&Call::new(method).bearer(bearer).progress(), out).map(Some)
            }
            Wish::End => client.end(bearer, out),
            Wish::Answer => Ok(None),
        };
        let Ok(Some((post, mut exchange))) = sent else {
            return Err(Mismatch { expected: "something to send", case });
        };
        compare(&post, turn, case, room.scratch)?;
        let mut seen = Writer::new(room.scratch);
        let opened = Carrier::open(&mut client, &mut exchange, turn.answer, piece, room.inbox);
        let Ok(mut carrier) = opened else {
            return Err(Mismatch { expected: "a head that is taken", case });
        };
        loop {
            let event = match carrier.next_event(&mut exchange) {
                Ok(Event::Closed) => break,
                Ok(event) => event,
                Err(_) => return Err(Mismatch { expected: "events without an error", case }),
            };
            note(&event, &mut seen);
            if let Event::ServerRequest(request) = event {
                let case = case.saturating_add(1);
                let Some(turn) = turns.get(case) else {
                    return Err(Mismatch { expected: "an answer in the transcript", case });
                };
                let answered =
                    answer(&mut client, &request, turn, piece, case, room.out, room.side)?;
                expect(answered, "an answer that is taken", case)?;
            }
        }
        let seen = seen.finish().unwrap_or_default();
        expect(*seen == *turn.events.as_bytes(), "the events of the transcript", case)?;
        let closes = turn.answer.windows(6).any(|window| window == b"close\r");
        expect(carrier.may_reuse() != closes, "a whole answer", case)?;
        expect(client.settle(&exchange).is_ok(), "a client that goes on", case)?;
        if turn.wish == Wish::Call {
            expect(client.revision() == Some(revision), "the revision", case)?;
        }
    }
    Ok(())
}

/// Answers a request of the server while the stream that it came on is still open.
fn answer(
    client: &mut Client,
    request: &ServerRequest<'_>,
    turn: &Turn,
    piece: usize,
    case: usize,
    out: &mut [u8],
    storage: &mut [u8],
) -> Result<bool, Mismatch> {
    let bearer = Bearer::new(vectors::CATALOG_SAMPLE).ok();
    let Some((out, head)) = out.split_at_mut_checked(1024) else { return Ok(false) };
    let sent = client.answer(request, Answer::default_for(request), bearer, out);
    let Ok((post, mut exchange)) = sent else { return Ok(false) };
    compare(&post, turn, case, head)?;
    let mut taken = || -> Result<bool, Error> {
        let mut carrier = Carrier::open(client, &mut exchange, turn.answer, piece, storage)?;
        Ok(carrier.next_event(&mut exchange)? == Event::Accepted
            && carrier.next_event(&mut exchange)? == Event::Closed)
    };
    Ok(taken().unwrap_or(false))
}

fn compare(post: &Post<'_>, turn: &Turn, case: usize, out: &mut [u8]) -> Result<(), Mismatch> {
    expect(post.body() == turn.body.as_bytes(), "the request body", case)?;
    let head = request_head(post, out).unwrap_or_default();
    let rest = head.strip_prefix(turn.head.as_bytes());
    let rest = rest.and_then(|rest| rest.strip_suffix(b"\r\n\r\n"));
    let Some(rest) = rest else { return Err(Mismatch { expected: "the request head", case }) };
    let length = match rest.strip_prefix(b"\r\nContent-Length: ") {
        Some(digits) => core::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()),
        None => rest.is_empty().then_some(0),
    };
    expect(length == Some(turn.body.len()), "the content length", case)
}

/// Writes an event as one line.
fn note(event: &Event<'_>, w: &mut Writer<'_>) {
    match event {
        Event::Accepted => w.str("accepted"),
        Event::Notification(notification) => {
            w.str("notification ");
            notification.method.write(w);
            if let Some(progress) = notification.progress() {
                w.byte(b' ');
                w.bytes(progress.progress.raw());
            }
        }
        Event::Rejected { status, .. } => {
            w.str("rejected ");
            w.unsigned((*status).into());
        }
        Event::Response(Response::Result(result)) => {
            w.str("result ");
            w.bytes(result.raw());
        }
        Event::Response(Response::Error(error)) => {
            w.str("error ");
            w.signed(error.code);
        }
        Event::ServerRequest(request) => {
            w.str("request ");
            request.method.write(w);
        }
        _ => w.str("something else"),
    }
    w.byte(b'\n');
}
