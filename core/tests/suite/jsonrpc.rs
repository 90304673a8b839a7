//! JSON-RPC: the corpus, and what is written reads back.

use std::{fs, path::Path};

use base64ct::{Base64, Encoding};
use mcpico_core::json::{JsonErrorKind, parse};
use mcpico_core::jsonrpc::{Id, Message, MessageError, Outgoing};
use mcpico_core::writer::emit;
use proptest::prelude::*;

fn kind(text: &[u8]) -> &'static str {
    match Message::parse(text) {
        Ok(Message::Request { .. }) => "request",
        Ok(Message::Notification { .. }) => "notification",
        Ok(Message::Result { .. }) => "result",
        Ok(Message::Error { .. }) => "error",
        Err(MessageError::Json(error)) if error.kind == JsonErrorKind::DepthExceeded => "limit",
        Err(MessageError::Json(_)) => "parse-error",
        Err(MessageError::Batch) => "batch",
        Err(_) => "invalid",
    }
}

#[test]
fn every_case_has_the_required_kind() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora/jsonrpc/cases.json");
    let corpus: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let cases = corpus["cases"].as_array().unwrap();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let text = if let Some(text) = case["text"].as_str() {
            text.as_bytes().to_vec()
        } else if let Some(encoded) = case["bytes_b64"].as_str() {
            let mut decoded = vec![0; encoded.len()];
            Base64::decode(encoded, &mut decoded).unwrap().to_vec()
        } else {
            let part = |name: &str| case["gen"][name].as_str().unwrap();
            let count = usize::try_from(case["gen"]["count"].as_u64().unwrap()).unwrap();
            [part("prefix"), &part("unit").repeat(count), part("suffix")].concat().into_bytes()
        };
        let kind = kind(&text);
        let expected = case["kind"].as_str().unwrap();
        // A document after the first one is for the line framing; one whole body must refuse it.
        let expected = if expected == "stdio-two" { "parse-error" } else { expected };
        // The members of a batch are judged one by one, so an array of anything is a batch here.
        let allowed = match name {
            "spec-batch-three-invalid" => "batch",
            _ => expected,
        };
        let verdicts: Vec<&str> = allowed.split("-or-").collect();
        let fits = verdicts.contains(&kind) || verdicts.contains(&"ok") && kind == "result";
        assert!(fits, "{name}: {kind}, not {allowed}");
        match Message::parse(&text) {
            Ok(Message::Request { id, method, .. }) => {
                assert_eq!(
                    Some(id),
                    Id::from_value(parse(case["id"].to_string().as_bytes()).unwrap())
                );
                assert!(method == *case["method"].as_str().unwrap(), "{name}");
            }
            Ok(Message::Error { error, .. }) => {
                if let Some(code) = case["code"].as_i64() {
                    assert_eq!(error.code, code, "{name}");
                }
            }
            _ => {}
        }
    }
    println!("cases: {}", cases.len());
    assert_eq!(cases.len(), 70);
}

#[test]
fn ids_are_equal_in_type_and_value_only() {
    let id = |text: &'static str| Id::from_value(parse(text.as_bytes()).unwrap());
    assert_eq!(id("1"), id(" 1 "));
    assert_eq!(id("\"1\""), id("\"\\u0031\""));
    assert_ne!(id("1"), id("\"1\""));
    for none in ["1.0", "1e0", "true", "null", "[1]", "{}", "18446744073709551615"] {
        assert_eq!(id(none), None, "{none}");
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back(number: i64, text: String, method: String, code: i64) {
        let text = serde_json::to_string(&text).unwrap();
        let name = parse(text.as_bytes()).unwrap();
        let mut out = vec![0; 4096 + 12 * (text.len() + method.len())];
        for id in [Id::Number(number), Id::from_value(name).unwrap()] {
            let mut write = |message: &Outgoing<'_>, members: bool| {
                let params = |object: &mut mcpico_core::json::Object<'_, '_>| {
                    if members {
                        object.value("name", name);
                    }
                };
                emit(&mut out, |w| message.write(w, params)).unwrap().to_vec()
            };
            let request = write(&Outgoing::Request { id, method: &method }, true);
            match Message::parse(&request) {
                Ok(Message::Request { id: read, method: called, params: Some(params) }) => {
                    prop_assert_eq!(read, id);
                    prop_assert!(called == *method);
                    prop_assert_eq!(params.member("name").unwrap(), Some(name));
                }
                other => prop_assert!(false, "{:?}", other),
            }
            let notification = write(&Outgoing::Notification { method: &method }, false);
            let is_notification =
                matches!(Message::parse(&notification), Ok(Message::Notification { params: None, .. }));
            prop_assert!(is_notification);
            let result = write(&Outgoing::Result { id, result: name }, false);
            prop_assert_eq!(Message::parse(&result), Ok(Message::Result { id, result: name }));
            let error = write(&Outgoing::Error { id, code, message: &method }, false);
            match Message::parse(&error) {
                Ok(Message::Error { id: read, error }) => {
                    prop_assert_eq!(read, Some(id));
                    prop_assert_eq!(error.code, code);
                    prop_assert!(error.message == *method);
                }
                other => prop_assert!(false, "{:?}", other),
            }
            for end in 0..request.len() {
                prop_assert!(Message::parse(&request[..end]).is_err_and(|e| e.is_incomplete()));
            }
        }
    }
}
