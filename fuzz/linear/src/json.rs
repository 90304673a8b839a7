//! JSON and JSON-RPC.

use std::hint::black_box;

use mcpico_core::json::{Pointer, Stream, Value, parse};
use mcpico_core::jsonrpc::Message;
use mcpico_core::mcp::param_headers;
use mcpico_core::writer::{Writer, emit};

use crate::{Case, on_text, repeated};

const SIZE: usize = 32 * 1024;

pub(crate) fn cases() -> Vec<Case> {
    let parsed = |text: &mut [u8]| assert!(parse(black_box(text)).is_ok());
    let refused = |text: &mut [u8]| assert!(parse(black_box(text)).is_err());
    let deep = |size| {
        let unit = format!("{}1{},", "[".repeat(63), "]".repeat(63));
        repeated("[", &unit, "1]", size)
    };
    let deep_names = |size| {
        let unit = format!("{}1{},", "{\"a\":".repeat(63), "}".repeat(63));
        repeated("[", &unit, "1]", size)
    };
    let escapes = |size| repeated("\"", "\\ud83d\\ude00", "\"", size);
    let short = |size| repeated("[", "\"\",", "\"\"]", size);
    let members = |size| repeated("{", "\"a\":1,", "\"b\":1}", size);
    vec![
        on_text("json deep arrays", SIZE, deep, parsed),
        on_text("json deep objects", SIZE, deep_names, parsed),
        on_text("json wide array", SIZE, |size| repeated("[", "1,", "1]", size), parsed),
        on_text("json wide object", SIZE, members, parsed),
        on_text("json short strings", SIZE, short, parsed),
        on_text("json escapes", SIZE, escapes, parsed),
        on_text("json characters", SIZE, |size| repeated("\"", "é😀", "\"", size), parsed),
        on_text("json white space", SIZE, |size| repeated("[", " \t\r\n", "]", size), parsed),
        on_text("json digits", SIZE, |size| repeated("1.", "0123456789", "e5", size), parsed),
        on_text("json never closed", SIZE, |size| repeated("[", "[],", "", size), refused),
        on_text("json stream, byte by byte", SIZE, deep_names, |text| streamed(text, 1)),
        on_text("json stream, escapes", SIZE, escapes, |text| streamed(text, 512)),
        on_text(
            "json stream, cut characters",
            SIZE,
            |size| repeated("\"", "é😀", "\"", size),
            |text| streamed(text, 1),
        ),
        on_text("json walk", SIZE, deep_names, |text| {
            let value = parse(text).expect("a document");
            black_box(value.items().map(|item| item.entries().count()).sum::<usize>());
        }),
        on_text("json member", SIZE, members, |text| {
            black_box(parse(text).expect("a document").member("b").is_ok());
        }),
        on_text("json unescape", SIZE, escapes, |text| {
            let text = parse(text).expect("a document").as_str().expect("a string");
            black_box(text.chars().count());
            assert!(emit(&mut [], |w| text.write(w)).is_err());
            assert!(text != *"x" && text.chars().eq(text.chars()));
        }),
        on_text(
            "json write string",
            SIZE,
            |size| vec![1; size],
            |text| {
                let mut w = Writer::measure();
                mcpico_core::json::write_string(&mut w, str::from_utf8(text).expect("ASCII"));
                black_box(w.len());
            },
        ),
        on_text(
            "json number as double",
            SIZE,
            |size| repeated("1.", "0123456789", "e5", size),
            |text| {
                black_box(
                    parse(text).expect("a document").as_number().map(|number| number.as_f64()),
                );
            },
        ),
        on_text(
            "json names, 256 alike and long",
            SIZE,
            |size| many_names(256, size),
            |text| {
                assert!(parse(text).expect("a document").unique_names().is_ok());
            },
        ),
        on_text(
            "jsonrpc request",
            SIZE,
            |size| {
                let (start, end) = (r#"{"jsonrpc":"2.0","id":1,"method":"m","params":["#, "0]}");
                repeated(start, "{\"a\":1},", end, size)
            },
            message,
        ),
        on_text(
            "jsonrpc unknown members",
            SIZE,
            |size| {
                repeated(r#"{"jsonrpc":"2.0","id":1,"#, "\"\\u0061\":[],", r#""result":{}}"#, size)
            },
            message,
        ),
        on_text(
            "jsonrpc 256 long params",
            SIZE,
            |size| {
                let params = String::from_utf8(many_names(256, size)).expect("ASCII");
                format!(r#"{{"jsonrpc":"2.0","id":1,"method":"m","params":{params}}}"#).into_bytes()
            },
            message,
        ),
        on_text("jsonrpc 128 short params, one escaped", 128, escaped_params, message)
            .bounded("params, at most 256"),
        on_text("param headers, 16 of them", 16, annotated, |text| {
            let schema = parse(text).expect("a document");
            assert!(param_headers(schema).is_ok());
        })
        .bounded("annotations, at most 32"),
        on_text(
            "param headers, 32 of them",
            SIZE,
            |size| {
                let pad = "x".repeat(size / 32 - 70);
                let property = |at| {
                    format!(
                        r#""p{at}":{{"type":"string","x-mcp-header":"H{at}","description":"{pad}"}}"#
                    )
                };
                let all: Vec<String> = (10..42).map(property).collect();
                format!(r#"{{"type":"object","properties":{{{}}}}}"#, all.join(",")).into_bytes()
            },
            |text| {
                let schema = parse(text).expect("a document");
                assert_eq!(param_headers(schema).map(Iterator::count), Ok(32));
            },
        ),
        on_text(
            "param headers, deep",
            SIZE,
            |size| {
                let inner = String::from_utf8(repeated("{", "\"a\":{},", "\"b\":{}}", size))
                    .expect("ASCII");
                let start = "{\"properties\":{\"p\":".repeat(7);
                let end = "}}".repeat(7);
                let leaf = r#"{"type":"string","x-mcp-header":"H","y":"#;
                format!("{start}{leaf}{inner}}}{end}").into_bytes()
            },
            |text| {
                let schema = parse(text).expect("a document");
                assert_eq!(param_headers(schema).map(Iterator::count), Ok(1));
            },
        ),
    ]
}

/// Reads a document in pieces and looks for one value of it.
fn streamed(text: &mut [u8], length: usize) {
    let (mut stream, mut pointer) = (Stream::new(), Pointer::new("/1/a/a/b").expect("a pointer"));
    for mut piece in text.chunks(length) {
        while let Some(event) = stream.next_event(&mut piece).expect("a document") {
            black_box(pointer.take(&event).is_ok());
        }
    }
    assert_eq!(stream.finish(), Ok(None));
}

fn message(text: &mut [u8]) {
    assert!(Message::parse(black_box(text)).is_ok());
}

/// A request with `count` params, one of them with an escape in its name.
fn escaped_params(count: usize) -> Vec<u8> {
    let names: Vec<String> = (1..count).map(|at| format!("\"n{at:03}\":0")).collect();
    let params = format!("{{\"\\u0061\":0,{}}}", names.join(","));
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"m","params":{params}}}"#).into_bytes()
}

/// A schema with `count` annotated properties.
fn annotated(count: usize) -> Vec<u8> {
    let property = |at| format!(r#""p{at}":{{"type":"string","x-mcp-header":"H{at}"}}"#);
    let all: Vec<String> = (10..10 + count).map(property).collect();
    format!(r#"{{"type":"object","properties":{{{}}}}}"#, all.join(",")).into_bytes()
}

/// An object of `count` names that are alike but for their first characters.
pub(crate) fn many_names(count: usize, size: usize) -> Vec<u8> {
    let pad = "n".repeat((size / count).saturating_sub(10));
    let names: Vec<String> = (0..count).map(|at| format!("\"{at:03}{pad}\":0")).collect();
    let text = format!("{{{}}}", names.join(","));
    assert!(parse(text.as_bytes()).map(|value: Value<'_>| value.is_object()).is_ok());
    text.into_bytes()
}
