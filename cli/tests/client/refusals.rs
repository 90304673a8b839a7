//! `mcpico test` against servers that guard badly.

use std::net::TcpListener;

use serde_json::json;

use crate::house::{House, Reply, Report, Request, run, secret_file};

pub(crate) const BAD: [&str; 4] = ["no-token", "malformed-token", "wrong-secret", "expired-token"];

pub(crate) fn test(house: &House) -> Report {
    house.test(&["--secret-file", &secret_file()])
}

pub(crate) fn denied(_: &Request) -> Reply {
    Reply::challenge(401, "Bearer error=\"invalid_token\"")
}

pub(crate) fn admits_good(request: &Request) -> bool {
    request.token().is_good()
}

#[test]
fn a_good_guard_passes() {
    let report = test(&House::guarded(admits_good, denied));
    assert_eq!(report.code, 0, "{}", report.text);
    assert_eq!(report.ids("failed"), [""; 0]);
    assert_eq!(report.ids("skipped"), ["templates-list"]);
    assert!(report.reached("signature").starts_with("checked"));
    assert!(report.reached("claims").starts_with("checked"));
    assert!(report.reached("execution").starts_with("not tested"));
    assert!(report.reached("credential exchange").starts_with("not tested"));
    assert_eq!(report.json["revision"], "2026-07-28");
}

#[test]
fn weak_guards_are_found_out() {
    type Admits = fn(&Request) -> bool;
    let cases: [(&str, Admits, &[&str]); 11] = [
        ("everyone", |_| true, &BAD),
        ("any token", |request| request.token().shown, &BAD[1..]),
        ("no look at the times", |request| request.token().signed, &["expired-token"]),
        ("no look at the signature", |request| request.token().alive, &["wrong-secret"]),
        ("everything formed like a token", |request| request.token().formed, &BAD[2..]),
        (
            "bad tokens, but not none",
            |request| request.bearer().is_none() || admits_good(request),
            &["no-token"],
        ),
        (
            "initialize is guarded",
            |request| request.method() != "initialize" || admits_good(request),
            &BAD,
        ),
        (
            "server/discover is guarded",
            |request| request.method() != "server/discover" || admits_good(request),
            &BAD,
        ),
        ("handshakes are guarded", |request| !request.is_handshake() || admits_good(request), &BAD),
        (
            "tools are guarded",
            |request| !request.method().starts_with("tools/") || admits_good(request),
            &BAD,
        ),
        (
            "only prompts are forgotten",
            |request| request.method() == "prompts/list" || admits_good(request),
            &BAD,
        ),
    ];
    for (name, admits, failed) in cases {
        let report = test(&House::guarded(admits, denied));
        let found: Vec<_> =
            report.ids("failed").into_iter().filter(|id| BAD.contains(id)).collect();
        assert_eq!((report.code, &found[..]), (1, failed), "{name}: {}", report.text);
        for id in failed {
            assert!(report.note(id).contains("accepted"), "{name}: {}", report.note(id));
        }
        let signature = report.reached("signature");
        let shown = !failed.contains(&"wrong-secret");
        assert_eq!(signature.starts_with("checked"), shown, "{name}: {signature}");
        let expiry = report.reached("claims");
        assert_eq!(expiry.starts_with("checked"), !failed.contains(&"expired-token"), "{name}");
    }
}

#[test]
fn a_forgotten_way_in_through_a_session_is_found_out() {
    let house = House::new(|request| match request.method() {
        "initialize" => request.honest().with("Mcp-Session-Id", "s-1"),
        _ if request.header("mcp-session-id") == Some("s-1") => request.honest(),
        _ if admits_good(request) => request.honest(),
        _ => denied(request),
    });
    let report = test(&house);
    assert_eq!(report.code, 1, "{}", report.text);
    assert_eq!(report.ids("failed"), [&BAD[..], &["session-without-token"]].concat());
    for id in BAD {
        assert!(report.note(id).starts_with("initialize: accepted"), "{}", report.note(id));
    }
}

#[test]
fn an_open_server_fails_without_any_token_too() {
    let report = House::new(Request::honest).test(&[]);
    assert_eq!(report.code, 1, "{}", report.text);
    assert_eq!(report.ids("failed"), ["no-token", "malformed-token"]);
    assert_eq!(report.ids("skipped"), ["wrong-secret", "expired-token", "valid-token"]);
    assert_eq!(report.json["token"], "(none)");
}

#[test]
fn an_open_server_may_be_meant_so() {
    let report = House::new(Request::honest).test(&["--open"]);
    assert_eq!(report.code, 0, "{}", report.text);
    assert!(report.json["not_tested"][0].as_str().unwrap().starts_with("authentication"));
    let report = House::guarded(admits_good, denied).test(&["--open"]);
    assert_eq!(report.code, 3, "{}", report.text);
}

#[test]
fn a_handshake_may_be_open_when_nothing_else_is() {
    for handshake in ["server/discover", "initialize"] {
        let admits = move |request: &Request| request.method() == handshake || admits_good(request);
        let report = test(&House::guarded(admits, denied));
        assert_eq!(report.code, 0, "{}", report.text);
        let allowed = report.note("no-token").contains("the handshake was allowed");
        assert_eq!(allowed, handshake == "server/discover", "{}", report.note("no-token"));
    }
}

#[test]
fn an_open_handshake_does_not_make_a_token_valid() {
    let admits = |request: &Request| request.is_handshake();
    let report = test(&House::guarded(admits, denied));
    assert_eq!(report.code, 3, "{}", report.text);
    assert_eq!(report.ids("failed"), ["valid-token"]);
}

#[test]
fn a_session_does_not_stand_for_a_token() {
    let legacy = |per_request: bool| {
        House::new(move |request| {
            let in_session = request.header("mcp-session-id") == Some("s-1");
            match request.method() {
                "server/discover" if admits_good(request) => Reply::status(400, "no session"),
                "initialize" if admits_good(request) => {
                    request.honest().with("Mcp-Session-Id", "s-1")
                }
                "server/discover" | "initialize" => denied(request),
                _ if in_session && (admits_good(request) || !per_request) => request.honest(),
                _ => denied(request),
            }
        })
    };
    let report = test(&legacy(true));
    assert_eq!(report.code, 0, "{}", report.text);
    assert!(report.ids("passed").contains(&"session-without-token"));
    assert_eq!(report.json["revision"], "2025-11-25");
    let report = test(&legacy(false));
    assert_eq!(report.code, 1, "{}", report.text);
    assert_eq!(report.ids("failed"), ["session-without-token"]);
}

#[test]
fn who_refuses_everybody_proves_nothing() {
    for challenge in ["Bearer", "Bearer error=\"invalid_token\"", ""] {
        let house = House::new(move |_| match challenge {
            "" => Reply::status(401, "go away"),
            challenge => Reply::challenge(401, challenge),
        });
        let report = test(&house);
        assert_eq!(report.code, 3, "{}", report.text);
        assert_eq!(report.ids("failed"), ["valid-token"]);
        for layer in ["signature", "claims"] {
            assert!(report.reached(layer).starts_with("not shown"), "{}", report.reached(layer));
        }
        let why = report.note("valid-token");
        let masked = report.json["token"].as_str().unwrap();
        // Each run has a token of its own, so the mask ends differently in the text.
        assert!(why.contains("401") && why.contains(&masked[..7]) && why.contains("try:"), "{why}");
        // Without a token to show, authentication is required.
        let report = house.test(&[]);
        assert_eq!(report.code, 3, "{}", report.text);
        assert_eq!(report.ids("failed"), [""; 0]);
    }
    let report =
        test(&House::new(|_| Reply::challenge(403, "Bearer error=\"insufficient_scope\"")));
    assert_eq!(report.code, 3, "{}", report.text);
    assert!(report.note("valid-token").contains("insufficient_scope"));
}

#[test]
fn refusals_that_are_none() {
    type Refusal = fn(&Request) -> Reply;
    let cases: [(&str, Refusal, &str); 8] = [
        ("reset", |_| Reply::Reset, "dropped the connection"),
        ("close", |_| Reply::Close, "dropped the connection"),
        ("an error in 200", |request| request.error(200, -32001, "unauthorized"), "-32001"),
        ("an error in 500", |request| request.error(500, -32603, "oops"), "-32603"),
        ("500", |_| Reply::status(500, "oops"), "500"),
        ("302", |_| Reply::status(302, "").with("Location", "http://localhost/login"), "302"),
        ("404", |_| Reply::status(404, ""), "404"),
        ("a login page", |_| html(), "no refusal"),
    ];
    for (name, refusal, why) in cases {
        let report = test(&House::guarded(admits_good, refusal));
        assert_eq!(report.code, 1, "{name}: {}", report.text);
        assert_eq!(report.ids("failed"), BAD, "{name}: {}", report.text);
        for id in BAD {
            assert!(report.note(id).contains(why), "{name}: {}", report.note(id));
        }
        assert!(!report.reached("signature").starts_with("checked"), "{name}");
    }
}

#[test]
fn refusals_with_a_remark() {
    type Refusal = fn(&Request) -> Reply;
    let cases: [(&str, Refusal, &str); 3] = [
        ("bare 401", |_| Reply::status(401, ""), "without WWW-Authenticate"),
        ("403", |_| Reply::status(403, ""), "asks for 401"),
        ("401 with a message", |request| request.error(401, -32001, "no"), "WWW-Authenticate"),
    ];
    for (name, refusal, remark) in cases {
        let report = test(&House::guarded(admits_good, refusal));
        assert_eq!(report.code, 0, "{name}: {}", report.text);
        for id in BAD {
            assert!(report.note(id).contains(remark), "{name}: {}", report.note(id));
        }
    }
}

#[test]
fn servers_of_one_era_may_not_know_the_other() {
    // Strangers are told that there is no such method before they are told to authenticate.
    for unknown in ["server/discover", "initialize"] {
        let house = House::new(move |request| {
            if request.method() == unknown {
                request.error(404, -32601, "method not found")
            } else if unknown == "server/discover" && !request.is_handshake() {
                match (admits_good(request), request.header("mcp-session-id")) {
                    (false, _) => denied(request),
                    (true, None) => Reply::status(400, "no session"),
                    (true, Some(_)) => request.honest(),
                }
            } else if admits_good(request) {
                request.honest().with("Mcp-Session-Id", "s-1")
            } else {
                denied(request)
            }
        });
        let report = test(&house);
        assert_eq!(report.code, 0, "{unknown}: {}", report.text);
    }
}

#[test]
fn friends_that_are_not_let_in() {
    type Refusal = fn(&Request) -> Reply;
    let cases: [(&str, Refusal, i32, &str); 4] = [
        ("500", |_| Reply::status(500, "database down"), 1, "database down"),
        ("reset", |_| Reply::Reset, 1, "reset the connection on a bad token"),
        ("403", |_| Reply::status(403, ""), 3, "permission denied"),
        ("an error", |request| request.error(200, -32001, "bad token"), 1, "bad token"),
    ];
    for (name, answer, code, why) in cases {
        let house =
            House::new(
                move |request| if admits_good(request) { answer(request) } else { denied(request) },
            );
        let report = test(&house);
        assert_eq!(report.code, code, "{name}: {}", report.text);
        assert_eq!(report.ids("failed"), ["valid-token"], "{name}");
        let note = report.note("valid-token");
        assert!(
            note.contains(why) && (name == "500" || note.contains("eyJh...")),
            "{name}: {note}"
        );
    }
}

#[test]
fn what_strangers_get_counts_even_if_friends_get_nothing() {
    type Answer = fn(&Request) -> Reply;
    let cases: [(&str, Answer, &[&str]); 3] = [
        (
            "open without a token, broken with one",
            |request| match request.bearer() {
                None => request.honest(),
                Some(_) => Reply::status(500, ""),
            },
            &["no-token", "malformed-token", "wrong-secret", "expired-token", "valid-token"],
        ),
        (
            "open without a token, closed with one",
            |request| match request.bearer() {
                None => request.honest(),
                Some(_) => denied(request),
            },
            &["no-token", "valid-token"],
        ),
        (
            "reset without a token, closed with one",
            |request| match request.bearer() {
                None => Reply::Reset,
                Some(_) => denied(request),
            },
            &["no-token", "valid-token"],
        ),
    ];
    for (name, answer, failed) in cases {
        let report = test(&House::new(answer));
        assert_eq!(
            (report.code, &report.ids("failed")[..]),
            (1, failed),
            "{name}: {}",
            report.text
        );
    }
}

fn html() -> Reply {
    Reply::status(200, "<html>hello</html>").with("Content-Type", "text/html")
}

#[test]
fn what_is_no_mcp_server() {
    type Answer = fn(&Request) -> Reply;
    let cases: [(&str, Answer); 7] = [
        ("HTML", |_| html()),
        ("404", |_| Reply::status(404, "nothing here")),
        ("302", |_| Reply::status(302, "").with("Location", "http://localhost/elsewhere")),
        ("no HTTP", |_| Reply::Raw(b"220 mail.example ESMTP\r\n".to_vec())),
        ("reset", |_| Reply::Reset),
        ("close", |_| Reply::Close),
        ("no JSON", |_| Reply::status(200, "{").with("Content-Type", "application/json")),
    ];
    for (name, answer) in cases {
        let house = House::new(answer);
        let report = test(&house);
        assert_eq!(report.code, 4, "{name}: {}", report.text);
        assert!(!report.reached("signature").starts_with("checked"), "{name}");
        assert_eq!(house.test(&["--open"]).code, 4, "{name}");
        let run = house.run_friend(&["list", "tools"]);
        assert_eq!((run.code, &run.out[..]), (4, ""), "{name}: {run:?}");
    }
}

#[test]
fn a_silent_server_is_given_up() {
    let house = House::new(|_| Reply::Silence);
    let report = house.test(&["--secret-file", &secret_file(), "--timeout", "1"]);
    assert_eq!(report.code, 4, "{}", report.text);
    assert_eq!(report.ids("failed"), ["no-token", "valid-token"]);
    assert_eq!(report.ids("skipped"), ["malformed-token", "wrong-secret", "expired-token"]);
    assert!(report.note("valid-token").contains("--timeout"));
}

#[test]
fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    drop(listener);
    let secret = secret_file();
    let arguments = ["test", &url, "--secret-file", &secret];
    let text = run(&arguments);
    let json = run(&[&arguments[..], &["--format", "json"]].concat());
    let report = Report::new(text, &json);
    assert_eq!(report.code, 4);
    assert_eq!(report.ids("failed"), ["reachable"]);
    assert_eq!(report.json["summary"], json!({"passed": 0, "failed": 1, "known": 0, "skipped": 0}));
    assert!(report.note("reachable").contains(&url));
    for command in [&["call", "one"][..], &["list", "tools"], &["read", "a:b"], &["prompt", "p"]] {
        let run = run(&[command, &["--endpoint", &url, "--secret-file", &secret]].concat());
        assert_eq!(run.code, 4, "{run:?}");
    }
}
