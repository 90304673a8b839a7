//! Messages against a reader on top of `serde_json`.

use core::fmt;
use core::hint::black_box;
use std::boxed::Box;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::json::{JsonErrorKind, parse};
use crate::jsonrpc::{Id, Message, MessageError, Outgoing};
use crate::writer::emit;

/// The input is a message.
pub fn jsonrpc(text: &[u8]) {
    let members = serde_json::from_slice::<Members>(text);
    let message = match Message::parse(text) {
        Ok(message) => message,
        Err(error) => {
            black_box(error.to_string());
            let limit = matches!(
                error,
                MessageError::TooManyParams
                    | MessageError::Json(crate::json::JsonError {
                        kind: JsonErrorKind::DepthExceeded | JsonErrorKind::LoneSurrogate,
                        ..
                    })
            );
            assert!(
                limit || members.is_err() || read(&members.expect("it is")).is_none(),
                "{error}"
            );
            return;
        }
    };
    let members = members.expect("an object");
    assert_eq!(read(&members), Some(shown(&message)));
    prefixes_are_incomplete(text);
    write_and_read(&message);
}

/// The members of an object in their order, also those of one name.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

impl Members {
    /// The member of that name; an error when there are two.
    fn member(&self, name: &str) -> Result<Option<&str>, ()> {
        let mut found = self.0.iter().filter(|(other, _)| other == name);
        let first = found.next().map(|(_, value)| value.get());
        if found.next().is_some() { Err(()) } else { Ok(first) }
    }

    fn has_duplicate(&self) -> bool {
        let mut names: Vec<&str> = self.0.iter().map(|(name, _)| &**name).collect();
        names.sort_unstable();
        names.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
    }
}

/// A message by kind, id, method and text.
#[derive(Debug, PartialEq)]
enum Shown {
    Request(String, String, Option<String>),
    Notification(String, Option<String>),
    Result(String, String),
    Error(Option<String>, i64, String, Option<String>),
}

/// What the members say, by the rules of JSON-RPC 2.0 with those that MCP adds.
fn read(members: &Members) -> Option<Shown> {
    let member = |name| members.member(name).ok();
    let (version, id) = (member("jsonrpc")??, member("id")?);
    let (method, params) = (member("method")?, member("params")?);
    let (result, error) = (member("result")?, member("error")?);
    if string(version)? != "2.0" {
        return None;
    }
    let null_id = id == Some("null") && error.is_some();
    let id = match id {
        Some(id) if !null_id => Some(id_of(id)?),
        _ => None,
    };
    let owned = |text: Option<&str>| text.map(String::from);
    match (method, result, error) {
        (Some(method), None, None) => {
            let method = string(method)?;
            if let Some(params) = params {
                if params.starts_with('{') {
                    let inner: Members = serde_json::from_str(params).ok()?;
                    if inner.has_duplicate() {
                        return None;
                    }
                } else if !params.starts_with('[') {
                    return None;
                }
            }
            Some(match id {
                Some(id) => Shown::Request(id, method, owned(params)),
                None => Shown::Notification(method, owned(params)),
            })
        }
        (None, Some(result), None) => Some(Shown::Result(id?, result.into())),
        (None, None, Some(error)) => {
            let inner: Members = serde_json::from_str(error).ok()?;
            let of = |name| inner.member(name).ok();
            let code: i64 = integer(of("code")??)?;
            let message = string(of("message")??)?;
            Some(Shown::Error(id, code, message, owned(of("data")?)))
        }
        _ => None,
    }
}

fn string(text: &str) -> Option<String> {
    serde_json::from_str(text).ok()
}

/// An integer as it has to be written; `serde_json` takes `-0` for a double.
fn integer(text: &str) -> Option<i64> {
    if text == "-0" { Some(0) } else { serde_json::from_str(text).ok() }
}

fn id_of(text: &str) -> Option<String> {
    integer(text).map(|number| number.to_string()).or_else(|| string(text).map(|id| quoted(&id)))
}

fn quoted(text: &str) -> String {
    std::format!("{text:?}")
}

fn shown(message: &Message<'_>) -> Shown {
    let id = |id: Id<'_>| match id {
        Id::Number(number) => number.to_string(),
        Id::String(text) => quoted(&text.to_string()),
    };
    let owned = |value: Option<crate::json::Value<'_>>| value.map(|value| value.text().into());
    match *message {
        Message::Request { id: of, method, params } => {
            Shown::Request(id(of), method.to_string(), owned(params))
        }
        Message::Notification { method, params } => {
            Shown::Notification(method.to_string(), owned(params))
        }
        Message::Result { id: of, result } => Shown::Result(id(of), result.text().into()),
        Message::Error { id: of, error } => {
            Shown::Error(of.map(id), error.code, error.message.to_string(), owned(error.data))
        }
    }
}

fn prefixes_are_incomplete(text: &[u8]) {
    let whole = text.trim_ascii_end().len();
    for end in (0..whole).step_by(whole / 64 + 1) {
        let error = Message::parse(text.get(..end).unwrap_or_default()).expect_err("a prefix");
        assert!(error.is_incomplete(), "{error} at {end}");
    }
}

fn write_and_read(message: &Message<'_>) {
    let texts = match shown(message) {
        Shown::Request(_, method, _) | Shown::Notification(method, _) => method,
        Shown::Error(_, _, text, _) => text,
        Shown::Result(..) => String::new(),
    };
    let (outgoing, params) = match *message {
        Message::Request { id, params, .. } => (Outgoing::Request { id, method: &texts }, params),
        Message::Notification { params, .. } => (Outgoing::Notification { method: &texts }, params),
        Message::Result { id, result } => (Outgoing::Result { id, result }, None),
        Message::Error { id: Some(id), error } => {
            (Outgoing::Error { id, code: error.code, message: &texts }, None)
        }
        Message::Error { id: None, .. } => return,
    };
    let write = |w: &mut crate::writer::Writer<'_>| {
        outgoing.write(w, |object| {
            for (name, value) in params.iter().flat_map(crate::json::Value::entries) {
                object.entry(name, value);
            }
        });
    };
    let needed = emit(&mut [], write).expect_err("no message is empty").needed;
    let mut out = vec![7; needed];
    assert!(emit(out.get_mut(1..).unwrap_or_default(), write).is_err());
    assert!(out.iter().all(|byte| *byte == 7));
    let written = emit(&mut out, write).expect("the needed size suffices");
    assert!(serde_json::from_slice::<serde::de::IgnoredAny>(written).is_ok());
    let (read, mut expected) =
        (shown(&Message::parse(written).expect("a message")), shown(message));
    match &mut expected {
        // Params are written by their members, and `data` is not written.
        Shown::Request(_, _, params) | Shown::Notification(_, params) => {
            *params = params.take().and_then(|params| rewritten(&params));
        }
        Shown::Error(.., data) => *data = None,
        Shown::Result(..) => {}
    }
    assert_eq!(read, expected);
}

/// The members of an object without the white space between them; nothing when there are none.
fn rewritten(params: &str) -> Option<String> {
    let mut out = vec![0; params.len()];
    let params = parse(params.as_bytes()).expect("it has been read");
    params.entries().next()?;
    let text = emit(&mut out, |w| {
        let mut object = crate::json::Object::begin(w);
        params.entries().for_each(|(name, value)| object.entry(name, value));
        object.end();
    });
    Some(String::from_utf8(text.expect("no longer than before").to_vec()).expect("UTF-8"))
}
