//! Answers that are neither a refusal nor a result, refusals that are none, and servers that give up.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::guard::{denied, good};
use crate::house::{House, Reply, Request};
use crate::{Audited, WAITING, audit_at, with_secret};

/// What is said of a server that answers calls of those who show no good token so.
fn calling(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Audited {
    let house = House::guarded(good, move |request| match request.method() {
        "tools/call" => answer(request),
        _ => denied(request),
    });
    run(&house)
}

fn run(house: &House) -> Audited {
    audit_at(&house.url, &["--skip", WAITING], with_secret)
}

fn page(status: u16) -> Reply {
    Reply::status(status, "<!doctype html><title>Sign in</title>").with("Content-Type", "text/html")
}

#[test]
fn a_success_without_a_result_is_no_refusal() {
    type Answer = fn(&Request) -> Reply;
    let answers: [(&str, Answer); 4] = [
        ("a page", |_| page(200)),
        ("nothing", |_| Reply::status(200, "")),
        ("accepted", |_| Reply::status(202, "")),
        ("data without an envelope", |_| Reply::json(200, &json!({"rows": ["secret"]}))),
    ];
    for (name, answer) in answers {
        let audited = calling(answer);
        assert_eq!(audited.ids(), ["success-without-result"], "{name}");
        assert_eq!(audited.code, 1, "{name}");
        let (sides, is_wrong) = (2, |verdict: &&&str| **verdict == "wrong-refusal");
        let verdicts = audited.verdicts("no-header");
        assert_eq!(verdicts.iter().filter(is_wrong).count(), sides, "{name}: {verdicts:?}");
    }
}

/// The same without anything given: no good answer is known to compare it with.
#[test]
fn nor_is_it_to_those_who_have_no_token() {
    let house = House::new(|request| match request.method() {
        "tools/call" => page(200),
        _ => denied(request),
    });
    let audited = audit_at(&house.url, &[], |_| {});
    assert_eq!((audited.code, audited.ids()), (1, vec!["success-without-result"]));
}

#[test]
fn a_page_for_a_get_is_no_open_stream() {
    let house = House::guarded(good, |_| page(200));
    let audited = run(&house);
    assert_eq!((audited.code, audited.ids()), (1, vec!["success-without-result"]));
    assert_eq!(audited.count("accepted"), 0);
}

#[test]
fn a_result_is_a_result_whatever_is_around_it() {
    let rows = json!({"content": [{"type": "text", "text": "secret rows"}]});
    let bare = rows.clone();
    let audited = calling(move |request| {
        Reply::json(200, &json!({"id": request.body["id"], "result": bare}))
    });
    assert_eq!((audited.code, audited.ids()), (1, vec!["lists-guarded-calls-open"]));
    let audited = calling(move |request| match request.result(&rows) {
        Reply::Http(_, headers, body) => Reply::Http(401, headers, body),
        reply => reply,
    });
    assert_eq!((audited.code, audited.ids()), (1, vec!["lists-guarded-calls-open"]));
    let probes = audited.report["probes"].as_array().unwrap();
    let shown = probes.iter().find(|probe| probe["verdict"] == "accepted").unwrap();
    assert_eq!(shown["note"], "status 401, and the result all the same");
}

/// After so many requests the server answers `then` to everybody.
fn changing(after: usize, then: impl Fn() -> Reply + Send + Sync + 'static) -> Audited {
    let count = AtomicUsize::new(0);
    run(&House::new(move |request| match count.fetch_add(1, Ordering::Relaxed) {
        number if number >= after => then(),
        _ if good(request) => request.honest(),
        _ => denied(request),
    }))
}

#[test]
fn refusals_of_a_server_that_refuses_everybody_by_now_count_for_nothing() {
    for after in [60, 300] {
        let refusals: [fn() -> Reply; 4] = [
            || Reply::challenge(401, "Bearer error=\"invalid_token\""),
            || Reply::status(403, "banned"),
            || Reply::status(503, "unavailable"),
            || Reply::status(429, "slow down").with("Retry-After", "60"),
        ];
        for (number, refusal) in refusals.into_iter().enumerate() {
            let audited = changing(after, refusal);
            assert_eq!(audited.code, 1, "{after}, {number}");
            let ids = audited.ids();
            assert!(ids.contains(&"good-token-lost"), "{after}, {number}: {ids:?}");
            for wrong in ["403-for-401", "server-error", "other-status", "scheme-case-sensitive"] {
                assert!(!ids.contains(&wrong), "{after}, {number}: {ids:?}");
            }
            assert_eq!(audited.count("wrong_refusals"), 0, "{after}, {number}");
            assert!(audited.count("inconclusive") > 0, "{after}, {number}");
            let expired = audited.verdicts("expired");
            let is_void = |verdict: &&str| ["inconclusive", "not-tested"].contains(verdict);
            assert!(expired.iter().all(is_void), "{expired:?}");
        }
    }
}

/// A server that is gone refuses nobody.
#[test]
fn a_server_that_goes_away_is_no_success() {
    for after in [60, 300] {
        let count = AtomicUsize::new(0);
        let house = House::new(move |request| match count.fetch_add(1, Ordering::Relaxed) {
            number if number >= after => Reply::Close,
            _ if good(request) => request.honest(),
            _ => denied(request),
        });
        let audited = run(&house);
        assert_eq!(audited.code, 1, "{after}");
        assert!(audited.ids().contains(&"good-token-lost"), "{after}: {:?}", audited.ids());
    }
}

#[test]
fn what_the_good_token_gets_is_compared_whatever_its_status_is() {
    // An error of 2026-07-28 has a status of its own.
    let unknown = |request: &Request| request.error(404, -32602, "unknown tool");
    let audited = calling(unknown);
    assert_eq!(audited.ids(), ["other-status"], "the good token calls a tool");
    let house = House::new(move |request| match request.method() {
        "tools/call" => unknown(request),
        _ if good(request) => request.honest(),
        _ => denied(request),
    });
    let audited = run(&house);
    assert_eq!((audited.code, audited.ids()), (1, vec!["lists-guarded-calls-open"]));
}

#[test]
fn a_good_token_that_gets_only_complaints_is_refused() {
    let house = House::guarded(good, denied);
    assert_eq!(run(&house).code, 0);
    let complaints: [fn(&Request) -> Reply; 2] = [
        |request| request.error(200, -32001, "Unauthorized: the token could not be exchanged"),
        |_| Reply::status(429, "slow down"),
    ];
    for complaint in complaints {
        let house = House::new(move |request| match request.method() {
            _ if !good(request) => denied(request),
            "tools/call" => complaint(request),
            _ => request.honest(),
        });
        let audited = run(&house);
        assert_eq!((audited.code, audited.ids()), (1, vec!["refuses-good-token"]));
    }
}

/// Whom a tool complains about behind the door is another question: `mcpico test` and --backend-tool ask it.
#[test]
fn a_tool_that_fails_for_the_good_token_is_none_that_proves_who_calls() {
    let house = House::new(|request| match request.method() {
        _ if !good(request) => denied(request),
        "tools/call" => {
            let text = "An error occurred (AccessDenied) when calling the ListBuckets operation";
            request.result(&json!({"content": [{"type": "text", "text": text}]}))
        }
        _ => request.honest(),
    });
    let audited = audit_at(&house.url, &["--skip", WAITING, "--tool", "one"], with_secret);
    assert_eq!((audited.code, audited.ids()), (0, vec![]));
    assert_eq!(audited.verdicts("identity-arrives"), ["inconclusive"]);
    let probes = audited.report["probes"].as_array().unwrap();
    let arrives = probes.iter().find(|probe| probe["id"] == "identity-arrives").unwrap();
    assert!(arrives["note"].as_str().unwrap().starts_with("one answered with an error"));
}
