//! Challenges and bearers: what is read is written and read again.

use core::hint::black_box;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

use super::input::Input;
use crate::OutputTooSmall;
use crate::auth::challenge::{self, ErrorCode, MAX_PARAMS};
use crate::auth::{Bearer, BearerChallenge, BearerError, Challenges};
use crate::http1::{HeaderValue, is_token};
use crate::writer::emit;

/// The input is what is done, and a header line, two of them, or the fields of a challenge.
pub fn challenge(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.below(4) {
        1 => {
            let first = input.part();
            lines(first, input.rest());
        }
        2 => written(input),
        3 => bearer(input.rest()),
        _ => {
            line(input.rest());
        }
    }
}

/// Scheme, the single value, names and values.
type Shown = (String, Option<String>, Vec<(String, Vec<u8>)>);

fn line(line: &[u8]) -> Option<Vec<Shown>> {
    let challenges = match Challenges::parse(line) {
        Ok(challenges) => challenges,
        Err(error) => {
            assert!(error.at <= line.len());
            black_box(error.to_string());
            return None;
        }
    };
    let mut all = Vec::new();
    for challenge in challenges {
        assert!(is_token(challenge.scheme().as_bytes()));
        assert!(challenge.is(&challenge.scheme().to_ascii_uppercase()));
        let mut params = Vec::new();
        for (name, value) in challenge.params() {
            assert!(is_token(name.as_bytes()));
            let bytes: Vec<u8> = value.bytes().collect();
            let found = challenge.param(&name.to_ascii_uppercase()).expect("it is there");
            assert!(found == *bytes);
            let mut out = vec![0; bytes.len()];
            assert_eq!(value.copy_to(&mut out), Ok(&*bytes));
            if let Some((_, short)) = out.split_first_mut() {
                assert_eq!(value.copy_to(short), Err(OutputTooSmall { needed: bytes.len() }));
            }
            assert!(value.as_str().is_none_or(|text| text.as_bytes() == bytes));
            assert!(!bytes.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t'));
            params.push((String::from(name), bytes));
        }
        assert!(params.len() <= MAX_PARAMS);
        assert!(challenge.token68().is_none() || params.is_empty());
        let mut names: Vec<String> =
            params.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), params.len(), "a name stands twice");
        all.push((challenge.scheme().into(), challenge.token68().map(String::from), params));
    }
    let plain = composed(&all);
    let read = Challenges::parse(&plain).expect("the plain form of what was read");
    let again: Vec<Shown> = read
        .map(|challenge| {
            let params = challenge.params().map(|(n, v)| (n.into(), v.bytes().collect()));
            let token68 = challenge.token68().map(String::from);
            (challenge.scheme().into(), token68, params.collect())
        })
        .collect();
    assert_eq!(again, all);
    Some(all)
}

/// The same challenges with every value quoted.
fn composed(all: &[Shown]) -> Vec<u8> {
    let mut line = Vec::new();
    for (at, (scheme, token68, params)) in all.iter().enumerate() {
        if at > 0 {
            line.extend(b", ");
        }
        line.extend(scheme.as_bytes());
        line.extend(token68.iter().flat_map(|text| [" ".as_bytes(), text.as_bytes()].concat()));
        for (at, (name, value)) in params.iter().enumerate() {
            line.extend(if at == 0 { " " } else { ", " }.as_bytes());
            line.extend(format!("{name}=\"").as_bytes());
            for byte in value {
                if matches!(byte, b'"' | b'\\') {
                    line.push(b'\\');
                }
                line.push(*byte);
            }
            line.push(b'"');
        }
    }
    line
}

fn lines(first: &[u8], second: &[u8]) {
    let read = [line(first), line(second)];
    let found = challenge::bearer([first, second]);
    let [Some(first), Some(second)] = read else {
        assert!(found.is_err());
        return;
    };
    let expected = first
        .into_iter()
        .chain(second)
        .find(|(scheme, ..)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(.., params)| params.len());
    assert_eq!(found.expect("both are well-formed").map(|found| found.params().count()), expected);
}

fn written(mut input: Input<'_>) {
    let error = match input.below(4) {
        1 => Some(ErrorCode::InvalidRequest),
        2 => Some(ErrorCode::InvalidToken),
        3 => Some(ErrorCode::InsufficientScope),
        _ => None,
    };
    let texts = [input.text(), input.text(), input.text(), input.text(), input.text()];
    let [realm, description, uri, scope, metadata] = &texts;
    let mut challenge = BearerChallenge::new();
    let mut expected: Vec<(&str, &str)> = Vec::new();
    if let Some(error) = error {
        challenge = challenge.error(error);
    }
    let mut set = |name, text, made: Result<BearerChallenge<'_>, _>| {
        let copy = made.ok();
        expected.extend(copy.is_some().then_some((name, text)));
        copy.is_some()
    };
    // Each field by itself; what is refused is left out.
    if set("realm", &**realm, challenge.realm(realm)) {
        challenge = challenge.realm(realm).expect("as before");
    }
    if set("error_description", &**description, challenge.error_description(description)) {
        challenge = challenge.error_description(description).expect("as before");
    }
    if set("error_uri", &**uri, challenge.error_uri(uri)) {
        challenge = challenge.error_uri(uri).expect("as before");
    }
    if set("scope", &**scope, challenge.scope(scope)) {
        challenge = challenge.scope(scope).expect("as before");
    }
    if set("resource_metadata", &**metadata, challenge.resource_metadata(metadata)) {
        challenge = challenge.resource_metadata(metadata).expect("as before");
    }
    expected.extend(error.map(|error| ("error", error.as_str())));
    let mut out = vec![0; 4096];
    let text = emit(&mut out, |w| challenge.write(w)).expect("five parts of 255 bytes");
    let text = core::str::from_utf8(text).expect("ASCII");
    assert!(HeaderValue::new(text).is_ok(), "{text:?}");
    let read = challenge::bearer([text.as_bytes()]).expect("well-formed").expect("a bearer");
    if expected.is_empty() {
        expected.push(("realm", ""));
    }
    assert_eq!(read.params().count(), expected.len());
    for (name, value) in expected {
        assert!(read.param(name).is_some_and(|read| read == *value), "{name}");
    }
}

fn bearer(value: &[u8]) {
    match Bearer::parse(value) {
        Ok(bearer) => {
            let again = Bearer::new(bearer.token()).expect("what is read can be sent");
            let mut out = vec![0; value.len() + 7];
            let text = emit(&mut out, |w| again.write(w)).expect("no longer than what was read");
            let text = core::str::from_utf8(text).expect("ASCII");
            assert!(HeaderValue::new(text).is_ok());
            let read = Bearer::parse(text.as_bytes()).expect("what is written is read");
            assert_eq!(read.token(), bearer.token());
            let debug = format!("{bearer:?}");
            assert!(bearer.token().len() < 9 || !debug.contains(bearer.token()));
        }
        Err(error) => {
            black_box(error.to_string());
            assert!(!matches!(error, BearerError::IllegalByte { at } if at >= value.len()));
        }
    }
}
