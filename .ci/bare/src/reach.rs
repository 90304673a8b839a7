//! One function for each module of core, on inputs that the optimiser cannot know.

mod auth;
#[cfg(feature = "client")]
mod client;
mod http1;
mod jwt;
#[cfg(feature = "client")]
mod lines;
#[cfg(feature = "client")]
mod patterns;

use core::fmt::{Display, Write as _};
use core::hint::black_box;

use mcpico_core::framing::{EventStream, Frame, Framing, Line, WholeBody};
use mcpico_core::inbox::Inbox;
use mcpico_core::json::{self, Array, Pointer, Stream, StreamEvent, Value};
use mcpico_core::jsonrpc::{Message, Outgoing};
use mcpico_core::writer::{Writer, emit};

/// Everything in core.
pub fn all() {
    writer();
    json();
    json_stream();
    jsonrpc();
    framing();
    inbox();
    http1::all();
    jwt::all();
    auth::all();
    #[cfg(feature = "client")]
    client::all();
    #[cfg(feature = "client")]
    lines::all();
    #[cfg(feature = "client")]
    patterns::all();
    #[cfg(feature = "panic")]
    keep(bytes()[black_box(2)]);
}

/// Bounded output.
#[inline(never)]
fn writer() {
    let text = input("text");
    let number = black_box(7_i64);
    let mut out = [0_u8; 32];
    let written = emit(room(&mut out), |w| {
        w.str(text);
        w.byte(b' ');
        w.signed(number);
    });
    keep(written.map(|written| written.len()));
}

/// Reading values and names, unescaping, numbers, writing.
#[inline(never)]
fn json() {
    let value = match json::parse(bytes()) {
        Ok(value) => value,
        Err(error) => return show(error),
    };
    keep(value.unique_names().is_ok());
    for (name, value) in value.entries() {
        let mut out = [0_u8; 32];
        keep(name.copy_to(room(&mut out)).map(str::len));
        keep(name.chars().count());
        keep(value.as_str().map(|text| text == input("text")));
        keep(value.as_number().map(|number| (number.as_i64(), number.as_u64())));
        keep((value.as_bool(), value.is_null(), value.text()));
        keep(value.items().count());
    }
    keep(value.member(input("name")).is_ok());
    let mut out = [0_u8; 64];
    let written = emit(room(&mut out), |w| {
        let mut array = Array::begin(w);
        array.str(input("text"));
        json::write_string(array.item(), input("text"));
        array.end();
    });
    keep(written.map(|written| written.len()));
}

/// Reading a document in pieces, and one value of it.
#[inline(never)]
fn json_stream() {
    let mut pointer = match Pointer::new(input("/a/0")) {
        Ok(pointer) => pointer,
        Err(error) => return show(error),
    };
    let mut stream = Stream::new();
    for mut piece in [bytes(), bytes()] {
        loop {
            match stream.next_event(&mut piece) {
                Ok(Some(event)) => {
                    keep(pointer.take(&event).is_ok());
                    if let StreamEvent::String(part) = event {
                        keep(part.as_str());
                    }
                }
                Ok(None) => break,
                Err(error) => return show(error),
            }
        }
    }
    keep((stream.finish().is_ok(), stream.position(), pointer.is_found()));
}

/// Reading and writing messages.
#[inline(never)]
fn jsonrpc() {
    match Message::parse(bytes()) {
        Ok(Message::Request { id, .. }) => {
            let method = input("method");
            let mut out = [0_u8; 64];
            let written = emit(room(&mut out), |w| {
                Outgoing::Request { id, method }.write(w, |params| {
                    params.str("name", method);
                    params.signed("number", black_box(-7));
                    params.value("value", Value::empty_object());
                });
                let message = method;
                Outgoing::Error { id, code: black_box(-1), message }.write(w, |_| ());
            });
            keep(written.map(|written| written.len()));
        }
        Ok(message) => keep(message),
        Err(error) => show(error),
    }
}

/// Every framing over borrowed storage.
#[inline(never)]
fn framing() {
    let framings = [
        Framing::EventStream(EventStream::new()),
        Framing::Line(Line::new()),
        Framing::WholeBody(WholeBody::new()),
    ];
    let mut storage = [0_u8; 64];
    for mut framing in framings {
        let mut inbox = Inbox::new(room(&mut storage));
        loop {
            match framing.next_frame(&mut inbox) {
                Ok(Frame::NeedData) => {
                    let spare = inbox.spare();
                    spare.fill(black_box(b' '));
                    let count = black_box(spare.len());
                    inbox.commit(count);
                    if count == 0 {
                        inbox.close();
                    }
                }
                Ok(Frame::Complete(frame)) => keep(frame.len()),
                Ok(Frame::End) => break,
                Err(error) => return show(error),
            }
        }
    }
}

/// What a caller does with an inbox besides.
#[inline(never)]
fn inbox() {
    let mut storage = [0_u8; 64];
    let mut inbox = Inbox::new(room(&mut storage));
    inbox.commit(black_box(7));
    inbox.discard(black_box(3));
    inbox.unread_mut().fill(black_box(b' '));
    inbox.truncate(black_box(2));
    keep((inbox.unread().len(), inbox.spare().len(), inbox.capacity(), inbox.is_closed()));
    inbox.reset();
}

fn show(error: impl Display) {
    let mut out = [0_u8; 128];
    let mut writer = Writer::new(room(&mut out));
    keep(write!(writer, "{error}"));
    keep(writer.len());
}

fn keep<T>(value: T) {
    black_box(&value);
}

/// Bytes of unknown length and content.
fn bytes() -> &'static [u8] {
    black_box(b"{}".as_slice())
}

/// A text of unknown length and content.
fn input(text: &'static str) -> &'static str {
    black_box(text)
}

/// Room of unknown size.
fn room(out: &mut [u8]) -> &mut [u8] {
    black_box(out)
}
