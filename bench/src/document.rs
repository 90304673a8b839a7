//! JSON: whole documents and JSON-RPC envelopes.

use std::hint::black_box;

use mcpico_core::json;
use mcpico_core::jsonrpc::Message;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::Table;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, rename = "result")]
    _result: &'a RawValue,
    #[serde(rename = "id")]
    _id: u64,
}

/// A list of 20 tools, about 28 KB.
fn list() -> String {
    let topics = ["package", "bucket", "object", "search", "athena", "workflow", "stack"];
    let tools: Vec<_> = (0..20)
        .map(|n| {
            let topic = topics[n % topics.len()];
            let mut properties = serde_json::Map::new();
            for (at, field) in ["name", "limit", "registry", "recursive", "depth", "filter", "message", "user", "size"].iter().enumerate() {
                properties.insert((*field).into(), json!({
                    "type": if at % 3 == 1 { "integer" } else { "string" },
                    "title": format!("{topic} {field}"),
                    "description": format!("The {field} of the {topic}, as it stands in the catalog."),
                    "default": if at % 3 == 1 { json!(100 + n) } else { json!(null) },
                }));
            }
            json!({
                "name": format!("{topic}_{n:02}"),
                "title": format!("Work with a {topic}"),
                "description": format!("Does one thing with a {topic}.\nIt reads the registry, checks the rights of the caller and gives what it found as structured content. Call {n} times at most."),
                "inputSchema": {"type": "object", "properties": properties, "required": ["name", "registry"], "additionalProperties": false},
                "annotations": {"readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": n % 2 == 0},
            })
        })
        .collect();
    json!({"jsonrpc": "2.0", "id": 7, "result": {"tools": tools, "nextCursor": "eyJwYWdlIjoyfQ"}})
        .to_string()
}

/// The result of a call with one text.
pub fn call(text: &str) -> String {
    json!({"jsonrpc": "2.0", "id": 7, "result": {
        "content": [{"type": "text", "text": text}], "isError": false,
        "structuredContent": {"rows": 3, "columns": ["a", "b"], "seconds": 0.125},
    }})
    .to_string()
}

/// Lines with quotes, line ends and characters outside ASCII.
pub fn escaped(bytes: usize) -> String {
    let mut text = String::new();
    let mut line = 0;
    while text.len() < bytes {
        line += 1;
        text += &format!(
            "{line:05}: \"Zürich\" – naïve café, größer als 東京 und 大阪 →\tover and done with {line}\n"
        );
    }
    text
}

/// Printable ASCII without quotes.
fn plain(bytes: usize) -> String {
    "The quick brown fox jumps over the lazy dog, 0123456789 times. "
        .chars()
        .cycle()
        .take(bytes)
        .collect()
}

pub fn run() {
    for (name, text, rounds) in [
        ("list of tools", list(), 101),
        ("1 KB call result", call(&escaped(830)), 101),
        ("1 MB call result, escapes and non-ASCII", call(&escaped(1_030_000)), 41),
        ("1 MB call result, plain", call(&plain(1_090_000)), 41),
    ] {
        let text = text.as_bytes();
        let mut table = Table::new(name, text.len());
        table.add("serde_json Value", || {
            serde_json::from_slice::<serde_json::Value>(black_box(text)).unwrap()
        });
        table.add("serde_json IgnoredAny", || {
            serde_json::from_slice::<serde::de::IgnoredAny>(black_box(text)).unwrap()
        });
        table.add("serde_json envelope, RawValue result", || {
            serde_json::from_slice::<Envelope<'_>>(black_box(text)).unwrap();
        });
        table.add("sonic-rs get [result]", || {
            sonic_rs::get(black_box(text), ["result"]).unwrap().as_raw_str().len()
        });
        table.add("json::parse", || json::parse(black_box(text)).unwrap());
        table.add("jsonrpc::Message::parse", || Message::parse(black_box(text)).unwrap());
        table.add("core::str::from_utf8 alone", || {
            core::str::from_utf8(black_box(text)).unwrap().len()
        });
        table.run(rounds);
    }
}
