//! `Mcp-Name` and `Mcp-Param-*`: the corpus.

use std::{fs, path::Path};

use mcpico_core::client::{Call, Client};
use mcpico_core::json::parse;
use mcpico_core::mcp::{
    ClientInfo, Method, Revision, decode_header_value, encode_header_value, param_headers,
};
use mcpico_core::writer::emit;
use serde_json::{Value, json};

fn corpus() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora/mcp-headers/cases.json");
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

#[test]
fn values_are_coded_as_the_table_says() {
    let corpus = corpus();
    let cases = corpus["encode"].as_array().unwrap();
    for case in cases {
        let [name, value, header] =
            ["name", "value", "header"].map(|key| case[key].as_str().unwrap());
        let mut out = vec![0; 16 + 2 * value.len()];
        let encoded = emit(&mut out, |w| encode_header_value(w, value.chars())).unwrap();
        // The specification leaves a tab inside open; its conformance suite wants it coded.
        if name == "inner-tab" {
            assert_eq!(encoded, b"=?base64?YQli?=");
        } else {
            assert_eq!(encoded, header.as_bytes(), "{name}");
        }
        let mut decoded = vec![0; value.len()];
        assert_eq!(decode_header_value(header, &mut decoded), Ok(value), "{name}");
    }
    let bad = corpus["decode_bad"].as_array().unwrap();
    for value in bad {
        let value = value.as_str().unwrap();
        let decoded = decode_header_value(value, &mut [0; 64]).map(str::to_owned);
        // Without its end a value only looks like the coded form, and stands for itself.
        let unchanged = !value.ends_with("?=");
        assert!(
            if unchanged { decoded.as_deref() == Ok(value) } else { decoded.is_err() },
            "{value}"
        );
    }
    println!("cases: {} and {}", cases.len(), bad.len());
    assert_eq!((cases.len(), bad.len()), (22, 8));
}

#[test]
fn tools_with_invalid_annotations_are_refused() {
    let corpus = corpus();
    let names = corpus["names"].as_array().unwrap();
    for case in names {
        let schema = json!({"type": "object", "properties": {
            "a": {"type": "string", "x-mcp-header": case["value"]}}});
        let schema = schema.to_string();
        let allowed = param_headers(parse(schema.as_bytes()).unwrap()).is_ok();
        // "policy: cap" is our own limit of 64 characters.
        assert_eq!(allowed, case["allowed"] == json!(true), "{}", case["value"]);
    }
    let schemas = corpus["schemas"].as_array().unwrap();
    for case in schemas {
        let schema = case["inputSchema"].to_string();
        let verdict = param_headers(parse(schema.as_bytes()).unwrap());
        assert_eq!(verdict.is_ok(), case["valid"] == json!(true), "{}: {verdict:?}", case["name"]);
    }
    println!("cases: {} and {}", names.len(), schemas.len());
    assert_eq!((names.len(), schemas.len()), (19, 9));
}

/// Whether an argument may go into a header; what the specification leaves open is refused.
#[test]
fn integers_are_those_that_every_reader_holds_exactly() {
    let corpus = corpus();
    let cases = corpus["integers"].as_array().unwrap();
    let schema = br#"{"properties":{"n":{"type":"integer","x-mcp-header":"N"}}}"#;
    for case in cases {
        let number = case[0].as_str().unwrap();
        let arguments = format!("{{\"n\":{number}}}");
        let call = Call::new(Method::CallTool {
            name: "t",
            arguments: Some(parse(arguments.as_bytes()).unwrap()),
            input_schema: Some(parse(schema).unwrap()),
        });
        let info = ClientInfo { name: "n", version: "1" };
        let mut client = Client::with_revisions(info, Revision::LATEST, Revision::LATEST);
        let mut out = [0; 1024];
        let header = client.request(&call, &mut out).ok().and_then(|(post, _)| {
            let mut headers = post.headers();
            headers.find(|header| header.0 == "Mcp-Param-N").map(|header| header.1.to_owned())
        });
        let expected = (case[1] == json!(true)).then(|| number.to_owned());
        assert_eq!(header, expected, "{number}");
    }
    println!("cases: {}", cases.len());
    assert_eq!(cases.len(), 5);
}
