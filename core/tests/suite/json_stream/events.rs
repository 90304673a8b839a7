//! Events joined to what they say, and values built of them.

use mcpico_core::json::{JsonError, Stream, StreamEvent};
use proptest::prelude::*;

/// An event with its text, parts joined.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Seen {
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

/// The events until the end or the error.
pub(super) fn read<'p>(
    pieces: impl IntoIterator<Item = &'p [u8]>,
) -> (Vec<Seen>, Result<(), JsonError>) {
    let (mut stream, mut seen, mut text) = (Stream::new(), Vec::new(), String::new());
    for mut piece in pieces {
        loop {
            let before = piece.len();
            match stream.next_event(&mut piece) {
                Ok(None) => break,
                Ok(Some(event)) => {
                    if let StreamEvent::Name(part) | StreamEvent::String(part) = event {
                        assert!(
                            part.as_bytes().len() <= before.max(4),
                            "no part outgrows its piece"
                        );
                    }
                    note(event, &mut seen, &mut text);
                }
                Err(error) => {
                    assert_eq!(stream.next_event(&mut &b" "[..]), Err(error));
                    assert_eq!(stream.finish(), Err(error));
                    return (seen, Err(error));
                }
            }
        }
        assert!(piece.is_empty());
    }
    let end = stream.finish();
    if let Ok(Some(event)) = end {
        note(event, &mut seen, &mut text);
        assert_eq!(stream.finish(), Ok(None));
    }
    (seen, end.map(|_| ()))
}

pub(super) fn note(event: StreamEvent<'_>, seen: &mut Vec<Seen>, text: &mut String) {
    match event {
        StreamEvent::Name(part) | StreamEvent::String(part) | StreamEvent::Number(part) => {
            assert!(!part.as_bytes().is_empty(), "a part without text");
            return text.push_str(std::str::from_utf8(part.as_bytes()).unwrap());
        }
        StreamEvent::EndName => seen.push(Seen::Name(std::mem::take(text))),
        StreamEvent::EndNumber => seen.push(Seen::Number(std::mem::take(text))),
        StreamEvent::EndString => seen.push(Seen::String(std::mem::take(text))),
        StreamEvent::Bool(value) => seen.push(Seen::Bool(value)),
        StreamEvent::Null => seen.push(Seen::Null),
        StreamEvent::StartArray => seen.push(Seen::StartArray),
        StreamEvent::EndArray => seen.push(Seen::EndArray),
        StreamEvent::StartObject => seen.push(Seen::StartObject),
        StreamEvent::EndObject => seen.push(Seen::EndObject),
    }
    assert!(text.is_empty(), "text without an end");
}

/// Builds the value, as `serde_json` would: the last of several members of a name counts.
fn value(events: &mut impl Iterator<Item = Seen>, first: Seen) -> serde_json::Value {
    match first {
        Seen::Null => serde_json::Value::Null,
        Seen::Bool(value) => value.into(),
        Seen::String(text) => text.into(),
        Seen::Number(digits) => serde_json::from_str(&digits).unwrap(),
        Seen::StartArray => {
            let mut items = Vec::new();
            loop {
                match events.next().unwrap() {
                    Seen::EndArray => return items.into(),
                    first => items.push(value(events, first)),
                }
            }
        }
        Seen::StartObject => {
            let mut members = serde_json::Map::new();
            loop {
                match events.next().unwrap() {
                    Seen::EndObject => return members.into(),
                    Seen::Name(name) => {
                        let first = events.next().unwrap();
                        members.insert(name, value(events, first));
                    }
                    other => panic!("{other:?} where a name is due"),
                }
            }
        }
        other => panic!("{other:?} where a value is due"),
    }
}

pub(super) fn rebuilt(seen: Vec<Seen>) -> serde_json::Value {
    let mut events = seen.into_iter();
    let first = events.next().unwrap();
    let value = value(&mut events, first);
    assert_eq!(events.next(), None);
    value
}

/// JSON as `serde_json` writes it, with every kind of value.
pub(super) fn document() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            proptest::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// Cuts `text` into pieces of these lengths.
pub(super) fn cut<'t>(mut text: &'t [u8], lengths: &[usize]) -> Vec<&'t [u8]> {
    let mut pieces = Vec::new();
    for length in lengths.iter().cycle() {
        let (piece, rest) = text.split_at(text.len().min(*length));
        pieces.push(piece);
        text = rest;
        if rest.is_empty() {
            return pieces;
        }
    }
    vec![text]
}
