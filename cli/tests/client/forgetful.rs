//! `mcpico test` against servers that verify well, but not every request.

use std::collections::BTreeSet;
use std::sync::Mutex;

use serde_json::json;

use crate::house::{House, Reply, Report, Request};
use crate::refusals::{BAD, admits_good as good, denied, test};

/// What a server with nothing but one tool answers to those whom it lets in.
fn answer(request: &Request) -> Reply {
    match request.method() {
        "tools/call" if request.body["params"]["name"] != "one" => {
            request.error(200, -32602, "Unknown tool")
        }
        "resources/read" => request.error(404, -32002, "Resource not found"),
        "prompts/get" => request.error(400, -32602, "Unknown prompt"),
        "resources/templates/list" => request.result(&json!({"resourceTemplates": []})),
        _ => request.honest(),
    }
}

#[test]
fn calls_that_were_forgotten_are_found_out() {
    for method in ["tools/call", "resources/read", "prompts/get", "resources/templates/list"] {
        let report = test(&House::new(move |request| {
            if request.method() == method || good(request) {
                answer(request)
            } else {
                denied(request)
            }
        }));
        assert_eq!(report.code, 1, "{method}: {}", report.text);
        assert_eq!(report.ids("failed"), BAD, "{method}");
        for id in BAD {
            let note = report.note(id);
            assert!(note.contains("accepted") && note.contains(method), "{note}");
        }
    }
    let report = test(&House::new(|r| if good(r) { answer(r) } else { denied(r) }));
    assert_eq!((report.code, report.ids("failed").len()), (0, 0), "{}", report.text);
}

#[test]
fn what_a_call_is_refused_by_is_no_look_at_it() {
    for (code, message) in [(-32602, "Unauthorized: no token"), (-32001, "no"), (-32601, "no")] {
        let report = test(&House::new(move |request| match request.method() {
            _ if good(request) => answer(request),
            "tools/call" => request.error(200, code, message),
            _ => denied(request),
        }));
        assert_eq!((report.code, report.ids("failed").len()), (0, 0), "{}", report.text);
    }
}

#[test]
fn a_page_for_a_call_is_no_refusal() {
    let report = test(&House::new(|request| match request.method() {
        _ if good(request) => answer(request),
        "tools/call" => {
            Reply::status(200, "<!doctype html><p>Sign in").with("Content-Type", "text/html")
        }
        _ => denied(request),
    }));
    assert_eq!((report.code, report.ids("failed")), (1, BAD.to_vec()), "{}", report.text);
    assert!(report.note("no-token").contains("tools/call: no refusal"), "{}", report.text);
}

#[test]
fn a_refusal_with_the_result_in_it_is_none() {
    let report = test(&House::new(|request| match (good(request), request.method()) {
        (true, _) => answer(request),
        (false, "tools/list") => match answer(request) {
            Reply::Http(_, headers, body) => Reply::Http(401, headers, body),
            reply => reply,
        },
        (false, _) => denied(request),
    }));
    assert_eq!(report.code, 1, "{}", report.text);
    let note = report.note("no-token");
    assert!(note.ends_with("accepted: status 401, and the result all the same"), "{note}");
}

/// Verifies the first request, and then knows it by what `key` says.
fn remembering(key: fn(&Request) -> Option<String>) -> Report {
    let known = Mutex::new(BTreeSet::new());
    test(&House::new(move |request| {
        let mut known = known.lock().unwrap();
        let key = key(request);
        if good(request) {
            known.extend(key.clone());
        }
        let is_known = key.is_some_and(|key| known.contains(&key));
        if good(request) || is_known { answer(request) } else { denied(request) }
    }))
}

#[test]
fn what_was_verified_once_is_verified_again() {
    type Key = fn(&Request) -> Option<String>;
    let claims: Key = |request| request.bearer()?.split('.').nth(1).map(str::to_owned);
    let keys: [(&str, Key); 2] = [
        ("on its connection, tools/list was answered to no token", |request| {
            Some(request.connection.to_string())
        }),
        ("tools/list was answered to a token signed with another secret", claims),
    ];
    for (said, key) in keys {
        let report = remembering(key);
        assert_eq!(report.code, 1, "{}", report.text);
        assert_eq!(report.ids("failed"), ["after-valid-token"], "{}", report.text);
        assert!(report.note("after-valid-token").contains(said), "{}", report.text);
    }
}

#[test]
fn a_call_in_a_session_needs_the_token_too() {
    let report = test(&House::new(|request| match request.method() {
        "initialize" if good(request) => request.honest().with("Mcp-Session-Id", "s-1"),
        "tools/call" if request.header("mcp-session-id") == Some("s-1") => answer(request),
        _ if good(request) => answer(request),
        _ => denied(request),
    }));
    assert_eq!(report.code, 1, "{}", report.text);
    assert_eq!(report.ids("failed"), ["session-without-token"], "{}", report.text);
    assert!(report.note("session-without-token").contains("tools/call was answered"));
}

#[test]
fn a_valid_token_that_gets_an_error_was_not_accepted() {
    let report = test(&House::new(|request| match request.method() {
        _ if !good(request) => denied(request),
        "tools/list" => request.error(200, -32001, "Unauthorized: no credentials"),
        _ => answer(request),
    }));
    assert_eq!(report.code, 1, "{}", report.text);
    assert!(report.ids("failed").contains(&"valid-token"), "{}", report.text);
    assert!(report.reached("signature").starts_with("not shown"), "{}", report.text);
}
