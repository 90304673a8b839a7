//! One function for each module of core, on inputs that the optimiser cannot know.

use core::fmt::{Display, Write as _};
use core::hint::black_box;

use mcpico_core::framing::{EventStream, Frame, Framing, Line, WholeBody};
use mcpico_core::inbox::Inbox;
use mcpico_core::json;
use mcpico_core::jsonrpc::{Message, Outgoing};
use mcpico_core::writer::{Writer, emit};

/// Bounded output.
pub fn writer() {
    let text = black_box("text");
    let number = black_box(7_i64);
    let mut out = [0_u8; 32];
    let written = emit(black_box(&mut out), |w| {
        w.str(text);
        w.byte(b' ');
        w.signed(number);
    });
    keep(written.map(|written| written.len()));
}

/// Reading values and names, unescaping, numbers.
pub fn json() {
    let value = match json::parse(black_box(b"{}")) {
        Ok(value) => value,
        Err(error) => return show(error),
    };
    keep(value.unique_names().is_ok());
    for (name, value) in value.entries() {
        let mut out = [0_u8; 32];
        keep(name.copy_to(black_box(&mut out)).map(str::len));
        keep(value.as_str().map(|text| text == black_box("text")));
        keep(value.as_number().map(|number| (number.as_i64(), number.as_u64())));
        keep(value.items().count());
    }
    keep(value.member(black_box("name")).is_ok());
}

/// Reading and writing messages.
pub fn jsonrpc() {
    match Message::parse(black_box(b"{}")) {
        Ok(Message::Request { id, .. }) => {
            let method = black_box("method");
            let mut out = [0_u8; 64];
            let written = emit(black_box(&mut out), |w| {
                Outgoing::Request { id, method }.write(w, |params| params.str("name", method));
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
pub fn framing() {
    let framings = [
        Framing::EventStream(EventStream::new()),
        Framing::Line(Line::new()),
        Framing::WholeBody(WholeBody::new()),
    ];
    let mut storage = [0_u8; 64];
    for mut framing in framings {
        let mut inbox = Inbox::new(black_box(&mut storage));
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

fn show(error: impl Display) {
    let mut out = [0_u8; 128];
    let mut writer = Writer::new(black_box(&mut out));
    keep(write!(writer, "{error}"));
    keep(writer.len());
}

fn keep<T>(value: T) {
    black_box(&value);
}
