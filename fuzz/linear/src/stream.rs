//! Framings and whole exchanges.

use std::hint::black_box;

use mcpico_core::client::{Call, Client, Event};
use mcpico_core::framing::{EventStream, Frame, Framing, Line, WholeBody};
use mcpico_core::inbox::Inbox;
use mcpico_core::mcp::{ClientInfo, Method, Revision};

use crate::{Case, on_text, repeated};

const SIZE: usize = 32 * 1024;

pub(crate) fn cases() -> Vec<Case> {
    let stream = || Framing::EventStream(EventStream::new());
    let by_one = move |text: &mut [u8]| feed(stream(), text.len() + 16, text, 1);
    let by_many = move |text: &mut [u8]| feed(stream(), 16 * 1024, text, 1400);
    let small = move |text: &mut [u8]| feed(stream(), 1024, text, 1);
    let events = |size| repeated("", "data: {\"a\":1}\n\n", "", size);
    let one_event = |size| repeated("data:", "x", "\n\n", size);
    let lines = |size| repeated("", "data:x\n", "\n", size);
    let empty = |size| repeated("", "data\n", "\n", size);
    let comment = |size| repeated(":", "x", "\n", size);
    let long_id = |size| repeated("", "id: 0123456789\n", "\n", size);
    vec![
        on_text("events, byte by byte", SIZE, events, small),
        on_text("events, in packets", SIZE, events, by_many),
        on_text("one event, byte by byte", SIZE, one_event, by_one),
        on_text("event of many lines, byte by byte", SIZE, lines, by_one),
        on_text("event of empty lines, byte by byte", SIZE, empty, by_one),
        on_text("endless comment, byte by byte", SIZE, comment, small),
        on_text("short comments, byte by byte", SIZE, |size| repeated("", ":\n", "", size), small),
        on_text("returns, byte by byte", SIZE, |size| repeated("", "\r", "", size), small),
        on_text("ids, byte by byte", SIZE, long_id, small),
        on_text(
            "unknown fields, byte by byte",
            SIZE,
            |size| repeated("", "datas: x\n", "", size),
            small,
        ),
        on_text(
            "lines, byte by byte",
            SIZE,
            |size| repeated("", "{}\n", "", size),
            |text| {
                feed(Framing::Line(Line::new()), 1024, text, 1);
            },
        ),
        on_text(
            "one line, byte by byte",
            SIZE,
            |size| repeated("", "x", "\n", size),
            |text| {
                feed(Framing::Line(Line::new()), text.len() + 16, text, 1);
            },
        ),
        on_text(
            "line that does not fit",
            SIZE,
            |size| repeated("", "x", "\n", size),
            |text| {
                feed(Framing::Line(Line::new()), 1024, text, 1);
            },
        ),
        on_text(
            "whole body, byte by byte",
            SIZE,
            |size| vec![b'x'; size],
            |text| {
                feed(Framing::WholeBody(WholeBody::new()), text.len() + 16, text, 1);
            },
        ),
        on_text(
            "client, notifications on a stream",
            SIZE,
            |size| repeated("", "data: {\"jsonrpc\":\"2.0\",\"method\":\"m\"}\n\n", "", size),
            |text| exchange(Revision::LATEST, "text/event-stream", text),
        ),
        on_text(
            "client, one result",
            SIZE,
            |size| repeated(r#"{"jsonrpc":"2.0","id":1,"result":{"content":["#, "1,", "1]}}", size),
            |text| exchange(Revision::LATEST, "application/json", text),
        ),
        on_text(
            "client, batch of short messages",
            3_700,
            |size| {
                repeated(
                    "[",
                    r#"{"jsonrpc":"2.0","method":"m"},"#,
                    r#"{"jsonrpc":"2.0","method":"m"}]"#,
                    size,
                )
            },
            |text| exchange(Revision::V2025_03_26, "application/json", text),
        ),
        on_text(
            "client, batch of 128 messages",
            SIZE,
            |size| {
                let pad = "x".repeat(size / 128 - 40);
                let message = format!(r#"{{"jsonrpc":"2.0","method":"{pad}"}}"#);
                format!("[{}]", [&*message; 128].join(",")).into_bytes()
            },
            |text| exchange(Revision::V2025_03_26, "application/json", text),
        ),
    ]
}

/// Feeds `text` in pieces of `step` bytes through an inbox of `capacity` bytes.
fn feed(mut framing: Framing, capacity: usize, text: &[u8], step: usize) {
    let mut storage = vec![0; capacity];
    let mut inbox = Inbox::new(&mut storage);
    let mut rest = text;
    loop {
        match framing.next_frame(&mut inbox) {
            Ok(Frame::Complete(frame)) => {
                black_box(frame.len());
            }
            Ok(Frame::End) => return,
            Ok(Frame::NeedData) => read(&mut inbox, &mut rest, step),
            Err(_) => assert!(matches!(framing, Framing::Line(_))),
        }
    }
}

fn read(inbox: &mut Inbox<'_>, rest: &mut &[u8], step: usize) {
    if rest.is_empty() {
        inbox.close();
        return;
    }
    let spare = inbox.spare();
    let count = step.min(rest.len()).min(spare.len());
    let (piece, after) = rest.split_at(count);
    spare[..count].copy_from_slice(piece);
    inbox.commit(count);
    *rest = after;
}

/// One request and its answer.
fn exchange(revision: Revision, media_type: &str, body: &[u8]) {
    let mut client = ready(revision);
    let mut out = [0; 1024];
    let call = Call::new(Method::ListTools { cursor: None });
    let (_, mut exchange) = client.request(&call, &mut out).expect("ready");
    exchange.on_status(200);
    exchange.on_header(&mut client, "Content-Type", media_type.as_bytes()).expect("a media type");
    let mut storage = vec![0; body.len() + 16];
    let mut inbox = Inbox::new(&mut storage);
    let mut rest = body;
    loop {
        match exchange.next_event(&mut inbox) {
            Ok(Event::NeedData) => read(&mut inbox, &mut rest, 512),
            Ok(Event::Closed) => return,
            Ok(event) => {
                black_box(event);
            }
            Err(error) => {
                // A batch without our response.
                black_box(error);
                return;
            }
        }
    }
}

fn ready(revision: Revision) -> Client {
    let info = ClientInfo { name: "linear", version: "1" };
    let mut client = Client::with_revisions(info, revision, revision);
    let mut out = [0; 1024];
    while let Some((post, mut exchange)) = client.connect(None, &mut out).expect("a small message")
    {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":{},"result":{{"protocolVersion":"{revision}"}}}}"#,
            exchange.id()
        );
        let announced = !post.body().windows(6).any(|part| part == b"\"id\":1");
        exchange.on_status(if announced { 202 } else { 200 });
        exchange.on_header(&mut client, "Content-Type", b"application/json").expect("a media type");
        let mut storage = [0; 1024];
        let mut inbox = Inbox::new(&mut storage);
        let mut rest = body.as_bytes();
        while !rest.is_empty() {
            read(&mut inbox, &mut rest, 512);
        }
        inbox.close();
        exchange.next_event(&mut inbox).expect("an answer");
        client.settle(&exchange).expect("a revision");
    }
    client
}
