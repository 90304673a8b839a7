//! A server that sends anything.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::input::Input;
use crate::client::Exchange;
use crate::mcp::Revision;

pub(super) fn status(input: &mut Input<'_>) -> u16 {
    const USUAL: [u16; 14] = [200, 200, 200, 200, 202, 204, 400, 401, 403, 404, 405, 500, 503, 307];
    match USUAL.get(input.below(16)) {
        Some(status) => *status,
        None => 100 + 2 * u16::from(input.byte()),
    }
}

pub(super) fn header(input: &mut Input<'_>) -> (&'static str, Vec<u8>) {
    let value = |text: &[u8]| text.to_vec();
    match input.below(8) {
        0 | 1 => ("Content-Type", value(b"application/json")),
        2 | 3 => ("content-type", value(b"text/event-stream; charset=utf-8")),
        4 => ("Content-Type", value(input.part())),
        5 => ("Mcp-Session-Id", value(b"session-1")),
        6 => ("mcp-session-id", value(input.part())),
        _ => ("X-Other", value(input.part())),
    }
}

/// Bytes of the server: any, or a message that is nearly right.
pub(super) fn piece(input: &mut Input<'_>, exchange: &Exchange) -> Vec<u8> {
    let kind = input.byte();
    if kind.trailing_zeros() >= 4 {
        return input.long_part().to_vec();
    }
    let id = match kind >> 4 & 3 {
        0..=2 => i64::from(exchange.id()),
        _ => i64::from(exchange.id()) + i64::from(input.byte()) - 4,
    };
    let version = Revision::ALL[input.below(5)].name();
    let of = |id: &str, members: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},{members}}}"#);
    let ours = id.to_string();
    let result = |members: &str| of(&ours, &format!(r#""result":{{{members}}}"#));
    let error = |code: i64, more: &str| {
        of(&ours, &format!(r#""error":{{"code":{code},"message":""{more}}}"#))
    };
    let text = match kind & 15 {
        1 => result(&format!(r#""protocolVersion":"{version}""#)),
        2 => result(&format!(r#""supportedVersions":["x","{version}"]"#)),
        3 => error(-32022, &format!(r#","data":{{"supported":["{version}"]}}"#)),
        4 => of("null", r#""error":{"code":-32601,"message":""}"#),
        5 => result(r#""resultType":"input_required","requestState":"s""#),
        6 => format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{{{}}}}}"#,
            format_args!(r#""progressToken":{id},"progress":1.5"#)
        ),
        7 => of(&format!("\"{id}\""), r#""method":"ping""#),
        8 => result(r#""content":[{"type":"text","text":"x"}],"isError":true"#),
        9 => format!(r#"[{},{{"jsonrpc":"2.0","method":"x"}}]"#, result("")),
        10 => of(&format!("\"{id}\""), r#""result":{}"#),
        11 => error(-32020, ""),
        12 => String::from(": comment\r\nid: 7\r\nretry: 5\n\n"),
        13 => of(&format!("{id}.0"), r#""result":{"tools":[],"nextCursor":""}"#),
        14 => told(&ours, input.byte()),
        _ => return input.part().to_vec(),
    };
    if exchange.is_stream() && kind & 128 == 0 {
        let mut event = Vec::new();
        if kind & 64 == 64 {
            event.extend(b"event: message\n");
        }
        event.extend(b"data: ");
        event.extend(text.as_bytes());
        event.extend(b"\n\n");
        return event;
    }
    text.into_bytes()
}

/// Something of the later revisions, for the request `id`.
fn told(id: &str, which: u8) -> String {
    let task = r#""taskId":"t","status":"completed","ttlMs":null,"result":{}"#;
    let meta = format!(r#""_meta":{{"io.modelcontextprotocol/subscriptionId":{id}}}"#);
    let (method, params) = match which & 7 {
        0 => {
            let kind = r#""resultType":"task","ttlMs":-1,"cacheScope":"public""#;
            return format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{{kind},{task}}}}}"#);
        }
        1 => ("tools/list_changed", meta),
        2 => ("resources/updated", format!(r#"{meta},"uri":"a:b""#)),
        3 => ("tasks", format!("{meta},{task}")),
        4 => ("cancelled", format!(r#""requestId":{id}"#)),
        5 => ("message", String::from(r#""level":"info","data":1"#)),
        _ => {
            let granted = r#""notifications":{"toolsListChanged":true,"taskIds":["t"]}"#;
            ("subscriptions/acknowledged", format!("{meta},{granted}"))
        }
    };
    format!(r#"{{"jsonrpc":"2.0","method":"notifications/{method}","params":{{{params}}}}}"#)
}
