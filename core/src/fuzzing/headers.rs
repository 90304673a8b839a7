//! Everything that is written into a head: request lines, headers, coded values, `Mcp-Param-*`.

use core::hint::black_box;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use super::input::Input;
use crate::Error;
use crate::client::{Call, Client};
use crate::http1::{HeaderValue, Method as Verb, RequestError, RequestHead, is_token};
use crate::json::{self, Value};
use crate::mcp::{
    ClientInfo, HeaderValueError, Method, Revision, decode_header_value, encode_header_value,
    param_headers,
};
use crate::writer::emit;

/// The input is what is written, and its parts.
pub fn headers(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.below(4) {
        1 => coded(&String::from_utf8_lossy(input.rest())),
        2 => decoded(&String::from_utf8_lossy(input.rest())),
        3 => call(input),
        _ => request(input),
    }
}

fn request(mut input: Input<'_>) {
    let method = [Verb::Get, Verb::Post, Verb::Delete][input.below(3)];
    let length = match input.below(3) {
        0 => None,
        1 => Some(u64::from(input.byte())),
        _ => Some(u64::MAX),
    };
    let (target, host) = (input.text(), input.text());
    let mut owned = Vec::new();
    while !input.is_empty() && owned.len() < 8 {
        owned.push((input.text(), input.text()));
    }
    let pairs: Vec<(&str, &str)> = owned.iter().map(|(n, v)| (&**n, &**v)).collect();
    let head = RequestHead { method, target: &target, host: &host };
    let mut none = [7; 1];
    let needed = match head.write(pairs.iter().copied(), length, &mut none) {
        Ok(_) => panic!("a head of one byte"),
        Err(RequestError::OutputTooSmall(error)) => error.needed,
        Err(error) => {
            black_box(error.to_string());
            let mut out = [7; 16];
            assert_eq!(head.write(pairs.iter().copied(), length, &mut out), Err(error));
            assert_eq!(out, [7; 16]);
            return;
        }
    };
    assert_eq!(none, [7]);
    let mut out = vec![7; needed];
    let (_, short) = out.split_first_mut().expect("not empty");
    assert!(head.write(pairs.iter().copied(), length, short).is_err());
    assert!(out.iter().all(|byte| *byte == 7));
    let text = head.write(pairs.iter().copied(), length, &mut out).expect("needed suffices");
    let lines = text.iter().filter(|byte| matches!(byte, b'\r' | b'\n' | 0)).count();
    assert_eq!(lines, 2 * (pairs.len() + 4 + usize::from(length.is_some())), "another line");

    let mut headers = [httparse::EMPTY_HEADER; 16];
    let mut theirs = httparse::Request::new(&mut headers);
    assert_eq!(theirs.parse(text), Ok(httparse::Status::Complete(needed)));
    assert_eq!((theirs.method, theirs.path), (Some(method.as_str()), Some(&*target)));
    let length = length.map(|length| length.to_string());
    let mut expected = vec![("Host", &*host), ("Accept-Encoding", "identity")];
    expected.extend(pairs);
    expected.extend(length.iter().map(|length| ("Content-Length", &**length)));
    let read = theirs.headers.iter().map(|header| (header.name, header.value));
    assert!(read.eq(expected.into_iter().map(|(name, value)| (name, value.as_bytes()))));
}

fn coded(text: &str) {
    let needed = emit(&mut [], |w| encode_header_value(w, text.chars())).err();
    let mut out = vec![0; needed.map_or(0, |error| error.needed)];
    let value = emit(&mut out, |w| encode_header_value(w, text.chars())).expect("needed suffices");
    let value = core::str::from_utf8(value).expect("ASCII");
    assert!(HeaderValue::new(value).is_ok(), "{value:?}");
    let mut back = vec![0; text.len()];
    assert_eq!(decode_header_value(value, &mut back), Ok(text));
    if let Some((_, short)) = back.split_first_mut() {
        let needed = text.len();
        let error = HeaderValueError::TooSmall { needed };
        assert_eq!(decode_header_value(value, short), Err(error));
    }
}

fn decoded(value: &str) {
    let mut out = vec![0; value.len()];
    match decode_header_value(value, &mut out) {
        Ok(text) => coded(&String::from(text)),
        Err(error) => {
            black_box(error.to_string());
            assert!(value.starts_with("=?base64?") && value.ends_with("?="));
            assert!(!matches!(error, HeaderValueError::TooSmall { .. }));
        }
    }
}

/// A tool call whose schema puts arguments into headers.
fn call(mut input: Input<'_>) {
    let name = input.text();
    let schema = json::parse(input.long_part()).ok();
    let arguments = json::parse(input.rest()).ok();
    let info = ClientInfo { name: "fuzz", version: "1" };
    let client = Client::with_revisions(info, Revision::LATEST, Revision::LATEST);
    let call = Call::new(Method::CallTool { name: &name, arguments, input_schema: schema });
    let annotated = schema.map(|schema| param_headers(schema).map(Iterator::count));
    let needed = match client.clone().request(&call, &mut []) {
        Err(Error::OutputTooSmall { needed }) => needed,
        Err(error) => {
            black_box(error.to_string());
            return;
        }
        Ok(_) => panic!("no message is empty"),
    };
    let annotated = annotated.unwrap_or(Ok(0)).expect("a call with a schema that is refused");
    let mut out = vec![0; needed];
    let (post, _) = client.clone().request(&call, &mut out).expect("needed suffices");
    let headers: Vec<(&str, &str)> = post.headers().collect();
    let mut names = Vec::new();
    for (name, value) in &headers {
        assert!(is_token(name.as_bytes()), "{name:?}");
        assert!(HeaderValue::new(value).is_ok(), "{value:?}");
        names.push(name.to_ascii_lowercase());
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), headers.len(), "a header stands twice");
    let params = headers.iter().filter(|(name, _)| name.starts_with("Mcp-Param-"));
    assert!(params.count() <= annotated);
    let (_, coded) = headers.iter().find(|(name, _)| *name == "Mcp-Name").expect("a name");
    let mut out = vec![0; name.len()];
    assert_eq!(decode_header_value(coded, &mut out), Ok(&*name));
    let head = RequestHead { method: Verb::Post, target: "/mcp", host: "localhost" };
    let mut out = vec![0; needed + 256];
    head.write(headers.iter().copied(), Some(1), &mut out).expect("headers that can be sent");
    let body = json::parse(post.body()).expect("a document");
    let sent = body.member("params").ok().flatten().and_then(|params| {
        assert!(params.member("name").ok().flatten()?.as_str()? == *name);
        params.member("arguments").ok()?
    });
    assert_eq!(sent.map(|sent| sent.raw()), arguments.map(|arguments: Value<'_>| arguments.raw()));
}
