//! R1 to R17: what stands in the messages.

use mcpico_core::PeerError;
use mcpico_core::client::MAX_NEGOTIATION;
use mcpico_core::jsonrpc::MessageError;
use mcpico_core::mcp::ResultError;
use serde_json::json;

use super::{
    End, STREAM, Server, TOTAL, event, initialized, legacy, message, ok, peer, right, too_large,
    tools, wrong,
};
use crate::peer::{Link, Request, pause, whole};

/// What a whole answer is made of.
type Body = fn(&Request) -> String;

/// A message with these members behind the version; `ID` and `WRONG` stand for the id and a result.
fn members(request: &Request, members: &str) -> Vec<u8> {
    let members = members
        .replace("ID", &request.json()["id"].to_string())
        .replace("WRONG", &tools("wrong").to_string())
        .replace("RIGHT", &tools("right").to_string());
    ok(&format!(r#"{{"jsonrpc":"2.0",{members}}}"#))
}

pub(super) fn servers() -> Vec<Server> {
    let mut all = messages();
    all.extend(sizes());
    all.extend(order());
    all.extend(revisions());
    all
}

/// R1, R2, R3, R6, R7, R9: messages that are none, or not ours.
#[expect(clippy::too_many_lines, reason = "a table")]
fn messages() -> Vec<Server> {
    let cases: [(&str, &'static [&str], End, &'static str); 19] = [
        (
            "member names in capitals",
            &["R1"],
            message(MessageError::Shape),
            r#""ID":ID,"RESULT":WRONG"#,
        ),
        (
            "a member name with a long s",
            &["R1"],
            message(MessageError::Shape),
            r#""id":ID,"re\u017fult":WRONG"#,
        ),
        (
            "a member name with a NUL",
            &["R2"],
            message(MessageError::Shape),
            r#""id":ID,"result\u0000":WRONG"#,
        ),
        (
            "a result twice",
            &["R2"],
            message(MessageError::Duplicate),
            r#""id":ID,"result":RIGHT,"result":WRONG"#,
        ),
        (
            "an escaped id twice",
            &["R2"],
            message(MessageError::Duplicate),
            r#""id":7,"i\u0064":ID,"result":WRONG"#,
        ),
        (
            "the version twice",
            &["R2"],
            message(MessageError::Duplicate),
            r#""jsonrpc":"1.0","id":ID,"result":WRONG"#,
        ),
        ("the id as a string", &["R3"], peer(PeerError::NoResponse), r#""id":"ID","result":WRONG"#),
        ("the id as a fraction", &["R3"], message(MessageError::Id), r#""id":ID.0,"result":WRONG"#),
        ("the id as a boolean", &["R3"], message(MessageError::Id), r#""id":true,"result":WRONG"#),
        ("a null id", &["R3"], message(MessageError::Id), r#""id":null,"result":WRONG"#),
        ("no id", &["R3"], message(MessageError::Id), r#""result":WRONG"#),
        ("another id", &["R4"], peer(PeerError::NoResponse), r#""id":77,"result":WRONG"#),
        (
            "a result and an error",
            &["R6"],
            message(MessageError::Shape),
            r#""id":ID,"result":WRONG,"error":{"code":1,"message":""}"#,
        ),
        ("neither result nor error", &["R6"], message(MessageError::Shape), r#""id":ID"#),
        (
            "an error that is a string",
            &["R6"],
            message(MessageError::ErrorObject),
            r#""id":ID,"error":"no""#,
        ),
        (
            "an error without a code",
            &["R6"],
            message(MessageError::ErrorObject),
            r#""id":ID,"error":{"message":"no"}"#,
        ),
        (
            "a code that is a string",
            &["R6"],
            message(MessageError::ErrorObject),
            r#""id":ID,"error":{"code":"1","message":"no"}"#,
        ),
        (
            "a result that is a list",
            &["R6"],
            peer(PeerError::Result(ResultError::NotAnObject)),
            r#""id":ID,"result":[]"#,
        ),
        (
            "a request that is answered by itself",
            &["R4"],
            message(MessageError::Shape),
            r#""id":ID,"method":"tools/list","result":WRONG"#,
        ),
    ];
    let mut all: Vec<_> = cases
        .into_iter()
        .map(|(name, plays, end, text)| {
            Server::answering(name, plays, end, move |request| members(request, text))
        })
        .collect();
    let bodies: [(&str, &'static [&str], End, Body); 6] = [
        ("a batch", &["R7"], message(MessageError::Batch), |request| {
            format!("[{}]", right(request))
        }),
        ("an empty batch", &["R7"], message(MessageError::NotAnObject), |_| "[]".into()),
        ("a byte-order mark", &["R9"], End::NotJson, |request| {
            format!("\u{feff}{}", wrong(request))
        }),
        ("noise before the message", &["R9"], End::NotJson, |request| {
            format!("ready\n{}", wrong(request))
        }),
        ("two messages in one body", &["R9"], End::NotJson, |request| {
            format!("{0}\n{0}", wrong(request))
        }),
        (
            "input for a method that takes none",
            &["R13"],
            peer(PeerError::Result(ResultError::UnknownResultType)),
            |request| {
                json!({"jsonrpc": "2.0", "id": request.json()["id"],
                "result": {"resultType": "input_required", "requestState": "s"}})
                .to_string()
            },
        ),
    ];
    all.extend(bodies.into_iter().map(|(name, plays, end, body)| {
        Server::answering(name, plays, end, move |request| ok(&body(request)))
    }));
    all
}

/// R8, R10.
fn sizes() -> Vec<Server> {
    let nested = |request: &Request| {
        let deep = ["[".repeat(20_000), "]".repeat(20_000)].concat();
        members(request, &format!(r#""id":ID,"result":{{"wrong":{deep}}}"#))
    };
    let wide = |request: &Request| {
        let names: Vec<String> = (0..3000).map(|name| format!(r#""{name}":0"#)).collect();
        let result = tools("right").to_string();
        let result = result.trim_end_matches('}').to_owned() + "," + &names.join(",") + "}";
        members(request, &format!(r#""id":ID,"result":{result}"#))
    };
    let long = |request: &Request| {
        let text = "a".repeat(1 << 20);
        members(request, &format!(r#""id":ID,"result":{{"wrong":"{text}"}}"#))
    };
    let page = |request: &Request| {
        let mut result = tools("right");
        result["nextCursor"] = "again".into();
        ok(&json!({"jsonrpc": "2.0", "id": request.json()["id"], "result": result}).to_string())
    };
    let referring = |mut link: Link, stranger: &str| {
        while let Some(request) = link.request() {
            let elsewhere = json!({"type": "object", "$ref": format!("{stranger}/schema")});
            let tool =
                json!({"name": "right", "inputSchema": elsewhere, "outputSchema": elsewhere});
            let result = json!({"tools": [tool], "content": [], "structuredContent": {}});
            let id = &request.json()["id"];
            link.send(ok(&json!({"jsonrpc": "2.0", "id": id, "result": result}).to_string()));
        }
    };
    vec![
        Server::answering("arrays 20,000 deep", &["R8"], End::NotJson, nested),
        Server::answering("an object of 3,000 members", &["R8"], End::Right, wide),
        // The length of the body is stated: what is around the string has 46 bytes.
        Server::answering("a string of a megabyte", &["R8"], too_large((1 << 20) + 46), long),
        // A page is a call of the caller's; what the command does is told where it is tested.
        Server::answering("pages for ever", &["R10", "pages-endless"], End::Right, page),
        Server::modern("schemas that refer to somebody else", &["R17"], End::Right, referring),
    ]
}

/// R4, R11, R12: messages that nobody asked for.
fn order() -> Vec<Server> {
    let note = |method: &str, params| {
        event(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string())
    };
    let flood = move |mut link: Link, text: String| {
        link.request();
        link.send(STREAM);
        while link.send(text.repeat(64)) {}
    };
    let ping = event(r#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#);
    let pings = ping.clone();
    vec![
        Server::streaming("guessed ids", &["R4"], End::Right, |request| {
            let own = request.json()["id"].as_i64().unwrap();
            let guesses =
                [json!(0), json!(own + 1), json!(-own), json!(own.to_string()), json!(99)];
            let guesses = guesses.iter().map(|id| event(&super::response(id, "wrong")));
            (guesses.collect::<String>() + &event(&right(request))).into_bytes()
        }),
        Server::streaming("two responses", &["R4"], End::Right, |request| {
            (event(&right(request)) + &event(&wrong(request))).into_bytes()
        }),
        Server::modern(
            "notifications for ever",
            &["R11", "sse-never-answers"],
            TOTAL,
            move |link, _| {
                flood(link, note("notifications/message", json!({"level": "info", "data": "x"})));
            },
        ),
        Server::modern("requests for ever", &["R11", "R12"], TOTAL, {
            let ping = ping.clone();
            move |link, _| flood(link, ping.clone())
        }),
        // Each wants an answer, and no answer is taken.
        Server::legacy(
            "requests for ever whose answers are not taken",
            &["R11", "R12"],
            TOTAL,
            move |link, _| {
                legacy(link, |link, request| {
                    if request.method() == "tools/list" {
                        link.send(STREAM);
                        while link.send(pings.repeat(64)) {}
                    } else {
                        link.wait_for_close();
                    }
                });
            },
        )
        .most(70),
        Server::streaming(
            "progress and an end of what is not there",
            &["R11"],
            End::Right,
            move |request| {
                let strange = [
                    note(
                        "notifications/progress",
                        json!({"progressToken": "other", "progress": 1}),
                    ),
                    note("notifications/progress", json!({"progressToken": 1, "progress": "much"})),
                    note("notifications/cancelled", json!({"requestId": request.json()["id"]})),
                    note("notifications/cancelled", json!({"requestId": 99})),
                ];
                (strange.concat() + &event(&right(request))).into_bytes()
            },
        ),
        Server::streaming("a request where there is none", &["R12"], End::Right, |request| {
            let sampling =
                r#"{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{}}"#;
            (event(sampling) + &event(&right(request))).into_bytes()
        }),
        Server::legacy("a request for what was not offered", &["R12"], End::Right, |link, _| {
            legacy(link, |link, request| {
                let sampling =
                    r#"{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{}}"#;
                if request.method() == "tools/list" {
                    link.send(STREAM);
                    link.send(event(sampling));
                    pause(20);
                    link.send(event(&right(request)));
                    link.finish();
                } else {
                    link.send("HTTP/1.1 202 X\r\nContent-Length: 0\r\n\r\n");
                }
            });
        })
        .most(8),
    ]
}

/// R14.
fn revisions() -> Vec<Server> {
    let choosing = |version: &'static str| {
        move |mut link: Link, _: &str| {
            while let Some(request) = link.request() {
                link.send(initialized(version, &request));
            }
        }
    };
    let refusing = |code: i64, supported: &'static [&'static str]| {
        move |request: &Request| {
            let error = json!({"code": code, "message": "no", "data": {
                "supported": supported, "requested": "2026-07-28"}});
            let body = json!({"jsonrpc": "2.0", "id": request.json()["id"], "error": error});
            whole(400, "", &body.to_string())
        }
    };
    let none = peer(PeerError::NoCommonRevision);
    let circles = peer(PeerError::Negotiation { limit: MAX_NEGOTIATION });
    vec![
        Server::legacy("a revision of the past", &["R14"], none, choosing("1999-12-31")),
        Server::legacy("a revision of the future", &["R14"], none, choosing("2999-12-31")),
        Server::legacy("the other era", &["R14"], none, choosing("2026-07-28")),
        Server::answering("no revision at all", &["R14"], none, refusing(-32022, &[])),
        Server::answering(
            "the revision that was asked for",
            &["R14"],
            End::Error(-32022),
            refusing(-32022, &["2026-07-28"]),
        )
        .most(2),
        Server::answering(
            "headers that differ, it says",
            &["R14"],
            End::Error(-32020),
            refusing(-32020, &[]),
        ),
        Server::answering(
            "a capability that is missing, it says",
            &["R14"],
            End::Error(-32021),
            refusing(-32021, &[]),
        ),
        Server::legacy(
            "a session that is lost again and again",
            &["S9", "session-404-loop"],
            End::Rejected(404),
            |link, _| {
                legacy(link, |link, _| {
                    link.send(whole(404, "", "{}"));
                });
            },
        )
        .most(6),
        Server::legacy(
            "a session that is lost at once",
            &["S9", "session-404-loop"],
            circles,
            |mut link, _| {
                while let Some(request) = link.request() {
                    if request.method() == "initialize" {
                        link.send(initialized("2025-11-25", &request));
                    } else {
                        link.send(whole(404, "", "{}"));
                    }
                }
            },
        )
        .most(usize::from(MAX_NEGOTIATION)),
    ]
}
