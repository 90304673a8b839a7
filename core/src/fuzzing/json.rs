//! Documents against `serde_json`, both ways.

use core::hint::black_box;
use std::collections::BTreeMap;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

use serde_json::value::RawValue;

use crate::OutputTooSmall;
use crate::json::{
    DuplicateName, JsonErrorKind, Kind, MAX_NAMES, NameError, Str, Value, from_value, parse,
    write_string,
};
use crate::writer::emit;

/// The input is a document.
pub fn json(document: &[u8]) {
    let raw = serde_json::from_slice::<&RawValue>(document);
    let theirs = serde_json::from_slice::<serde_json::Value>(document);
    let value = match parse(document) {
        Ok(value) => value,
        Err(error) => {
            assert!(error.at <= document.len(), "{error}");
            black_box(error.to_string());
            // serde_json reads twice as deep; its raw values let lone surrogates pass.
            let deeper = error.kind == JsonErrorKind::DepthExceeded;
            let lone = error.kind == JsonErrorKind::LoneSurrogate;
            assert!(theirs.is_err() || deeper, "serde_json reads it: {error}");
            assert!(raw.is_err() || deeper || lone, "serde_json reads it raw: {error}");
            return;
        }
    };
    let raw = raw.expect("serde_json reads what we read");
    assert_eq!(raw.get().as_bytes(), value.raw());
    assert_eq!(value.text(), raw.get());
    prefixes_are_incomplete(document);
    walk(value, 0);
    match theirs {
        _ if has_their_name(value) => {}
        Ok(theirs) => assert!(is_same(value, &theirs), "another meaning"),
        // A double has no room for every number; we keep the digits.
        Err(error) => assert!(has_huge_number(value), "serde_json refuses it: {error}"),
    }
    let again = parse(value.raw()).expect("a value is a document");
    assert_eq!(again.raw(), value.raw());
}

fn prefixes_are_incomplete(document: &[u8]) {
    let step = document.len() / 64 + 1;
    for end in (0..document.len()).step_by(step) {
        let (cut, rest) = document.split_at(end);
        match parse(cut) {
            Ok(value) => assert!(
                value.as_number().is_some() || rest.trim_ascii().is_empty(),
                "a prefix is a document"
            ),
            Err(error) => assert_eq!(error.kind, JsonErrorKind::UnexpectedEnd, "at {end}"),
        }
    }
}

/// Whether both mean the same; the last of several members of one name counts, as for `serde_json`.
fn is_same(ours: Value<'_>, theirs: &serde_json::Value) -> bool {
    match theirs {
        serde_json::Value::Null => ours.is_null() && ours.kind() == Kind::Null,
        serde_json::Value::Bool(value) => ours.as_bool() == Some(*value),
        serde_json::Value::String(text) => ours.as_str().is_some_and(|ours| ours == **text),
        serde_json::Value::Number(number) => {
            let Some(ours) = ours.as_number() else { return false };
            // `-0` is a double there and an integer here.
            let integers = ours.raw() == b"-0"
                || (ours.as_i64() == number.as_i64() && ours.as_u64() == number.as_u64());
            integers
                && number.as_f64().is_some_and(|value| value.to_bits() == ours.as_f64().to_bits())
        }
        serde_json::Value::Array(items) => {
            ours.kind() == Kind::Array
                && ours.items().count() == items.len()
                && ours.items().zip(items).all(|(ours, theirs)| is_same(ours, theirs))
        }
        serde_json::Value::Object(members) => {
            let last: BTreeMap<String, Value<'_>> =
                ours.entries().map(|(name, value)| (format!("{name}"), value)).collect();
            ours.is_object()
                && last.len() == members.len()
                && last.iter().all(|(name, ours)| {
                    members.get(name).is_some_and(|theirs| is_same(*ours, theirs))
                })
        }
    }
}

/// Whether `serde_json` takes an object for another value: one that begins with this name is what its string says.
pub(super) fn has_their_name(value: Value<'_>) -> bool {
    const NAME: &str = "$serde_json::private::RawValue";
    value.entries().next().is_some_and(|(name, _)| name == *NAME)
        || value.items().any(has_their_name)
        || value.entries().any(|(_, value)| has_their_name(value))
}

fn has_huge_number(value: Value<'_>) -> bool {
    value.as_number().is_some_and(|number| number.as_f64().is_infinite())
        || value.items().any(has_huge_number)
        || value.entries().any(|(_, value)| has_huge_number(value))
}

/// What can be asked of each value.
fn walk(value: Value<'_>, depth: usize) {
    if let Some(text) = value.as_str() {
        string(text);
        typed(value);
    }
    if value.is_object() && depth < 4 {
        names(value);
    }
    value.items().for_each(|item| walk(item, depth + 1));
    for (name, value) in value.entries() {
        string(name);
        walk(value, depth + 1);
    }
}

fn string(text: Str<'_>) {
    let owned: String = text.chars().collect();
    assert_eq!(format!("{text}"), owned);
    assert!(text == *owned);
    assert!(text.as_plain().is_none_or(|plain| plain == owned));
    let needed = owned.len();
    let mut out = vec![0; needed];
    assert_eq!(text.copy_to(&mut out), Ok(&*owned));
    if let Some((_, short)) = out.split_first_mut() {
        assert_eq!(text.copy_to(short), Err(OutputTooSmall { needed }));
    }
    let mut out = vec![0; 6 * needed + 2];
    let written = emit(&mut out, |w| write_string(w, &owned)).expect("six bytes a character");
    assert_eq!(serde_json::from_slice::<String>(written).expect("a string"), owned);
    let back = parse(written).expect("a string");
    assert!(back.as_str().is_some_and(|back| back == text && back == *owned));
}

fn typed(value: Value<'_>) {
    let mut scratch = vec![0; 2 * value.raw().len()];
    let read = from_value::<heapless::String<256>>(value, &mut scratch);
    let whole: String = value.as_str().expect("a string").chars().collect();
    match read {
        Ok(read) => assert_eq!(&*read, whole),
        Err(_) => assert!(whole.len() > 256, "a string is no string"),
    }
}

fn names(object: Value<'_>) {
    let names: Vec<String> = object.entries().map(|(name, _)| format!("{name}")).collect();
    if names.len() > 2 * MAX_NAMES {
        return;
    }
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for name in &names {
        *count.entry(name).or_default() += 1;
    }
    // The fault that comes first is the one that is named.
    let mut seen: Vec<&str> = Vec::new();
    let mut expected = Ok(());
    for (at, name) in names.iter().enumerate() {
        if at >= MAX_NAMES {
            expected = Err(NameError::TooMany);
            break;
        }
        if seen.contains(&&**name) {
            expected = Err(NameError::Duplicate);
            break;
        }
        seen.push(name);
    }
    assert_eq!(object.unique_names(), expected);
    for (name, count) in count.iter().take(16) {
        match object.member(name) {
            Ok(found) => assert!(found.is_some() && *count == 1, "{count} times"),
            Err(DuplicateName) => assert!(*count > 1),
        }
    }
    assert!(names.iter().any(|name| name == "absent") || object.member("absent") == Ok(None));
}
