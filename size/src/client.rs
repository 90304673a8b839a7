//! A firmware that lists the tools and calls one.

use core::hint::black_box;

use firmware_selftest::carrier::{Carrier, request_head};
use firmware_selftest::dialogue::ARGUMENTS;
use firmware_selftest::transcript;
use mcpico_core::Error;
use mcpico_core::auth::Bearer;
use mcpico_core::client::{Answer, Call, Client, Event, Exchange, Response};
use mcpico_core::json::{self, Value};
use mcpico_core::mcp::{ClientInfo, Method, Page, Revision, ToolResult};

const INFO: ClientInfo = ClientInfo { name: "size", version: "1" };

/// What the exchanges of one run work with; an inbox of the suggested size and small buffers.
pub struct Desk<'d> {
    /// Receives answers.
    pub inbox: &'d mut [u8],
    /// Takes messages.
    pub out: &'d mut [u8],
    /// Takes request heads.
    pub head: &'d mut [u8],
}

/// Revision 2026-07-28 only: no handshake, list, call.
pub fn modern(token: &[u8], desk: &mut Desk<'_>) -> bool {
    let mut client = Client::with_revisions(INFO, Revision::LATEST, Revision::LATEST);
    // The canned answers are those of a client that has taken an id for the handshake.
    let spent = client.request(&Call::new(Method::ListTools { cursor: None }), desk.out).is_ok();
    spent && use_tools(&mut client, token, &transcript::TOOLS, &transcript::WEATHER, desk)
}

/// Every revision: finds out the era, then as above; a session is ended.
pub fn both_eras(token: &[u8], desk: &mut Desk<'_>) -> bool {
    let mut client = Client::new(INFO);
    let modern = shake_hands(&mut client, token, &[&transcript::DISCOVERED], desk)
        && use_tools(&mut client, token, &transcript::TOOLS, &transcript::WEATHER, desk);
    let mut client = Client::new(INFO);
    let answers: [&[u8]; 3] = [&transcript::REFUSED, &transcript::INITIALIZED, &transcript::NOTED];
    modern
        && shake_hands(&mut client, token, &answers, desk)
        && use_tools(
            &mut client,
            token,
            &transcript::LEGACY_TOOLS,
            &transcript::LEGACY_WEATHER,
            desk,
        )
        && end(&mut client, token, desk).unwrap_or(false)
}

#[inline(never)]
fn shake_hands(client: &mut Client, token: &[u8], answers: &[&[u8]], desk: &mut Desk<'_>) -> bool {
    let bearer = bearer(token);
    for answer in answers {
        let Ok(Some((post, mut exchange))) = client.connect(bearer, desk.out) else { return false };
        if request_head(&post, desk.head).is_err()
            || !answered(client, &mut exchange, answer, desk.inbox, |_| true).unwrap_or(false)
        {
            return false;
        }
    }
    client.revision().is_some()
}

#[inline(never)]
fn use_tools(
    client: &mut Client,
    token: &[u8],
    list: &[u8],
    result: &[u8],
    desk: &mut Desk<'_>,
) -> bool {
    let Ok(arguments) = json::parse(ARGUMENTS) else { return false };
    let call = Method::CallTool {
        name: black_box("get_weather"),
        arguments: Some(arguments),
        input_schema: None,
    };
    perform(client, Method::ListTools { cursor: None }, token, list, desk, has_two_tools)
        && perform(client, call, token, result, desk, has_one_text)
}

#[inline(never)]
fn perform(
    client: &mut Client,
    method: Method<'_>,
    token: &[u8],
    answer: &[u8],
    desk: &mut Desk<'_>,
    read: fn(Value<'_>) -> bool,
) -> bool {
    let call = Call::new(method).bearer(bearer(token)).progress();
    let Ok((post, mut exchange)) = client.request(&call, desk.out) else { return false };
    request_head(&post, desk.head).is_ok()
        && answered(client, &mut exchange, answer, desk.inbox, read).unwrap_or(false)
}

fn has_two_tools(result: Value<'_>) -> bool {
    Page::from_result(result, "tools").is_ok_and(|page| page.items.count() == 2)
}

fn has_one_text(result: Value<'_>) -> bool {
    let tool = ToolResult::from_result(result);
    tool.is_ok_and(|tool| !tool.is_error && tool.texts().count() == 1)
}

/// Reads an answer to its end; what a legacy server asks is answered, though no one takes it.
#[inline(never)]
fn answered(
    client: &mut Client,
    exchange: &mut Exchange,
    answer: &[u8],
    inbox: &mut [u8],
    read: fn(Value<'_>) -> bool,
) -> Result<bool, Error> {
    let mut carrier = Carrier::open(client, exchange, black_box(answer), black_box(64), inbox)?;
    let mut well = false;
    loop {
        match carrier.next_event(exchange)? {
            Event::Response(Response::Result(result)) => well = read(result),
            Event::Response(Response::Error(error)) => well = error.code == black_box(-32000),
            Event::Accepted => well = true,
            Event::Notification(note) => {
                black_box(note.progress());
            }
            Event::ServerRequest(request) => {
                let mut out = [0; 256];
                let reply = Answer::default_for(&request);
                black_box(client.answer(&request, reply, None, &mut out)?.0.body());
            }
            Event::Closed => break,
            _ => {}
        }
    }
    client.settle(exchange)?;
    Ok(well)
}

fn end(client: &mut Client, token: &[u8], desk: &mut Desk<'_>) -> Result<bool, Error> {
    let Some((post, mut exchange)) = client.end(bearer(token), desk.out)? else {
        return Ok(false);
    };
    let written = request_head(&post, desk.head).is_ok();
    let ended = answered(client, &mut exchange, &transcript::ENDED, desk.inbox, |_| true)?;
    Ok(written && ended)
}

fn bearer(token: &[u8]) -> Option<Bearer<'_>> {
    Bearer::new(core::str::from_utf8(token).ok()?).ok()
}
