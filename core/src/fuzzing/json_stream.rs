//! Documents in pieces, against `parse` and `serde_json`.

use std::string::String;
use std::vec::Vec;

use super::input::{Input, pieces};
use super::json::has_their_name;
use crate::json::{DuplicateName, JsonError, JsonErrorKind, Pointer, Stream, StreamEvent, parse};

/// The input is two ways to cut, the length of a pointer, the pointer and a document.
pub fn json_stream(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let (one, other) = (input.byte(), input.byte());
    let path = String::from_utf8_lossy(input.part()).into_owned();
    let document = input.rest();

    let whole = read([document].into_iter());
    assert_eq!(whole.1, parse(document).map(|_| ()), "another verdict than that of parse");
    for cut in [one, other] {
        assert_eq!(read(pieces(document, cut)), whole, "cut by {cut}");
    }
    let end = document.len() / 2;
    let (start, _) = document.split_at(end);
    let (seen, verdict) = read(pieces(start, one));
    // A cut number may end here.
    let sure = seen.len().saturating_sub(usize::from(verdict.is_ok()));
    assert_eq!(seen.get(..sure), whole.0.get(..sure), "a prefix tells something else");
    if let Err(JsonError { kind, .. }) = verdict {
        assert!(kind == JsonErrorKind::UnexpectedEnd || verdict == whole.1);
    }
    if whole.1.is_err() {
        return;
    }
    let theirs = serde_json::from_slice::<serde_json::Value>(document);
    // A double has no room for every number, and we keep the digits.
    let Ok(theirs) = theirs else { return };
    if parse(document).is_ok_and(has_their_name) {
        return;
    }
    assert_eq!(rebuilt(whole.0), theirs, "another meaning");
    let Ok(pointer) = Pointer::new(&path) else { return };
    if let Ok(found) = select(pointer, pieces(document, one)) {
        // Names on the way stand once, others may not.
        assert_eq!(found.map(rebuilt).as_ref(), theirs.pointer(&path), "at {path:?}");
    }
}

/// An event with its text, parts joined.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Bool(bool),
    EndArray,
    EndObject,
    Name(String),
    Null,
    Number(String),
    StartArray,
    StartObject,
    String(String),
}

fn read<'p>(pieces: impl Iterator<Item = &'p [u8]>) -> (Vec<Seen>, Result<(), JsonError>) {
    let (mut stream, mut seen, mut text) = (Stream::new(), Vec::new(), String::new());
    for mut piece in pieces {
        loop {
            match stream.next_event(&mut piece) {
                Ok(None) => break,
                Ok(Some(event)) => note(event, &mut seen, &mut text),
                Err(error) => {
                    assert_eq!(stream.finish(), Err(error), "an error is repeated");
                    return (seen, Err(error));
                }
            }
        }
        assert!(piece.is_empty(), "a piece is left");
    }
    let end = stream.finish();
    if let Ok(Some(event)) = end {
        note(event, &mut seen, &mut text);
    }
    (seen, end.map(|_| ()))
}

fn note(event: StreamEvent<'_>, seen: &mut Vec<Seen>, text: &mut String) {
    match event {
        StreamEvent::Name(part) | StreamEvent::String(part) | StreamEvent::Number(part) => {
            let part = core::str::from_utf8(part.as_bytes()).expect("whole characters");
            assert!(!part.is_empty(), "a part without text");
            return text.push_str(part);
        }
        StreamEvent::EndName => seen.push(Seen::Name(core::mem::take(text))),
        StreamEvent::EndNumber => seen.push(Seen::Number(core::mem::take(text))),
        StreamEvent::EndString => seen.push(Seen::String(core::mem::take(text))),
        StreamEvent::Bool(value) => seen.push(Seen::Bool(value)),
        StreamEvent::Null => seen.push(Seen::Null),
        StreamEvent::StartArray => seen.push(Seen::StartArray),
        StreamEvent::EndArray => seen.push(Seen::EndArray),
        StreamEvent::StartObject => seen.push(Seen::StartObject),
        StreamEvent::EndObject => seen.push(Seen::EndObject),
    }
    assert!(text.is_empty(), "text without an end");
}

/// The events of the value.
fn select<'p>(
    mut pointer: Pointer<'_>,
    pieces: impl Iterator<Item = &'p [u8]>,
) -> Result<Option<Vec<Seen>>, DuplicateName> {
    let (mut stream, mut seen, mut text) = (Stream::new(), Vec::new(), String::new());
    for mut piece in pieces {
        while let Some(event) = stream.next_event(&mut piece).expect("a document") {
            if pointer.take(&event)? {
                note(event, &mut seen, &mut text);
            }
        }
    }
    if let Some(event) = stream.finish().expect("a document")
        && pointer.take(&event)?
    {
        note(event, &mut seen, &mut text);
    }
    assert_eq!(pointer.is_found(), !seen.is_empty());
    Ok((!seen.is_empty()).then_some(seen))
}

/// The value, as `serde_json` would have it: the last of several members of a name counts.
fn rebuilt(seen: Vec<Seen>) -> serde_json::Value {
    let mut events = seen.into_iter();
    let first = events.next().expect("a value");
    let value = value(&mut events, first);
    assert_eq!(events.next(), None, "one value");
    value
}

fn value(events: &mut impl Iterator<Item = Seen>, first: Seen) -> serde_json::Value {
    match first {
        Seen::Null => serde_json::Value::Null,
        Seen::Bool(value) => value.into(),
        Seen::String(text) => text.into(),
        Seen::Number(digits) => serde_json::from_str(&digits).expect("a number"),
        Seen::StartArray => {
            let mut items = Vec::new();
            loop {
                match events.next().expect("the end of an array") {
                    Seen::EndArray => return items.into(),
                    first => items.push(value(events, first)),
                }
            }
        }
        Seen::StartObject => {
            let mut members = serde_json::Map::new();
            while let Some(Seen::Name(name)) = events.next() {
                let first = events.next().expect("the value of a member");
                members.insert(name, value(events, first));
            }
            members.into()
        }
        other => panic!("{other:?} where a value is due"),
    }
}
