//! Servers that verify well, and not always, not everywhere, or not all of it.

use std::collections::BTreeSet;
use std::sync::Mutex;

use crate::guard::{Parts, denied, good};
use crate::house::{House, Reply, Request};
use crate::{Audited, WAITING, audit_at, with_secret};

fn run(admits: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Audited {
    audit_at(&House::guarded(admits, denied).url, &["--skip", WAITING], with_secret)
}

/// Lets in what an honest server lets in, and tokens like it whose signature `passes`.
fn comparing(passes: fn(right: &[u8], shown: &[u8]) -> bool) -> Audited {
    run(move |request| {
        Parts::of(request).is_some_and(|parts| {
            parts.names_hs256() && parts.holds(None) && passes(&parts.right, &parts.shown)
        })
    })
}

#[test]
fn a_signature_that_is_right_in_part_is_wrong() {
    type Passes = fn(&[u8], &[u8]) -> bool;
    let cases: [(&str, Passes); 6] = [
        ("as many bytes as are shown", |right, shown| {
            !shown.is_empty() && right.iter().zip(shown).all(|(one, other)| one == other)
        }),
        ("the first eight bytes", |right, shown| shown.len() == 32 && right[..8] == shown[..8]),
        ("the first half", |right, shown| shown.len() == 32 && right[..16] == shown[..16]),
        ("the last half", |right, shown| shown.len() == 32 && right[16..] == shown[16..]),
        ("the last byte", |right, shown| shown.len() == 32 && right[31] == shown[31]),
        ("what is behind it does not count", |right, shown| shown.starts_with(right)),
    ];
    for (name, passes) in cases {
        let audited = comparing(passes);
        assert_eq!(audited.ids(), ["signature-partly-compared"], "{name}");
        assert_eq!(audited.code, 1, "{name}");
    }
}

#[test]
fn the_name_of_the_algorithm_is_compared_byte_for_byte() {
    let names: [fn(&str) -> bool; 2] =
        [|alg| alg.eq_ignore_ascii_case("HS256"), |alg| alg.starts_with("HS")];
    for names in names {
        let audited = run(move |request| {
            Parts::of(request).is_some_and(|parts| {
                let is_named = parts.header["alg"].as_str().is_some_and(names);
                is_named && !parts.is_extended() && parts.holds(None) && parts.is_signed()
            })
        });
        assert_eq!(audited.ids(), ["algorithm-ignored"]);
    }
}

#[test]
fn an_audience_that_begins_or_ends_like_the_right_one_is_another() {
    let ways: [fn(&str) -> bool; 2] =
        [|aud| aud.starts_with("https://mcp.example"), |aud| aud.contains("mcp.example")];
    for way in ways {
        let house = House::guarded(
            move |request| {
                Parts::of(request).is_some_and(|parts| {
                    let aud = parts.claims["aud"].as_str();
                    aud.is_some_and(|aud| way(aud) && parts.holds(Some(aud)))
                        && parts.names_hs256()
                        && parts.is_signed()
                })
            },
            denied,
        );
        let given = ["--skip", WAITING, "--aud", "https://mcp.example"];
        let audited = audit_at(&house.url, &given, with_secret);
        assert_eq!(audited.ids(), ["audience-unchecked"]);
    }
}

/// `mcpico test` takes a token for expired that ended ten minutes ago, and so does `audit`.
#[test]
fn a_leeway_of_twenty_minutes_is_too_much() {
    let audited = run(|request| {
        Parts::of(request).is_some_and(|mut parts| {
            if let Some(exp) = parts.claims["exp"].as_i64() {
                parts.claims["exp"] = (exp + 1_200).into();
            }
            parts.names_hs256() && parts.holds(None) && parts.is_signed()
        })
    });
    assert_eq!(audited.ids(), ["expiry-unchecked"]);
}

/// Verifies a token once, and then knows it by what `key` takes of it.
fn caching(key: fn(&Parts) -> Option<String>) -> Audited {
    let known = Mutex::new(BTreeSet::new());
    run(move |request| {
        let key = Parts::of(request).and_then(|parts| key(&parts));
        let mut known = known.lock().unwrap();
        if good(request) {
            known.extend(key);
            return true;
        }
        key.is_some_and(|key| known.contains(&key))
    })
}

#[test]
fn a_token_is_not_known_by_its_ids() {
    for key in [
        |parts: &Parts| parts.claims["jti"].as_str().map(str::to_owned),
        |parts: &Parts| parts.header["kid"].as_str().map(str::to_owned),
    ] {
        let audited = caching(key);
        assert_eq!((audited.code, audited.ids()), (1, vec!["caches-by-id"]));
    }
}

#[test]
fn a_connection_is_no_credential() {
    let known = Mutex::new(BTreeSet::new());
    let audited = run(move |request| {
        let mut known = known.lock().unwrap();
        if good(request) {
            known.insert(request.connection);
        }
        known.contains(&request.connection)
    });
    assert_eq!((audited.code, audited.ids()), (1, vec!["connection-instead-of-token"]));
}

#[test]
fn methods_and_revisions_that_were_forgotten_are_found() {
    type Open = fn(&Request) -> bool;
    let doors: [(&str, Open); 6] = [
        ("resources/list", |request| request.method() == "resources/list"),
        ("prompts/list", |request| request.method() == "prompts/list"),
        ("resources/templates/list", |request| request.method() == "resources/templates/list"),
        ("ping", |request| request.method() == "ping"),
        ("initialize (2024-11-05)", |request| {
            request.body["params"]["protocolVersion"] == "2024-11-05"
        }),
        ("tools/list without MCP-Protocol-Version", |request| {
            request.method() == "tools/list" && request.header("mcp-protocol-version").is_none()
        }),
    ];
    for (name, open) in doors {
        let house = House::new(move |request| match request.method() {
            _ if !(open(request) || good(request)) => denied(request),
            "resources/templates/list" => {
                request.result(&serde_json::json!({"resourceTemplates": []}))
            }
            "ping" => request.result(&serde_json::json!({})),
            _ => request.honest(),
        });
        let audited = audit_at(&house.url, &["--skip", WAITING], with_secret);
        assert_eq!((audited.code, audited.ids()), (1, vec!["other-doors-open"]), "{name}");
        let evidence = audited.report["diagnoses"][0]["evidence"].as_str().unwrap();
        assert!(evidence.contains(name), "{name}: {evidence}");
    }
}

/// What was sent comes back: nothing is given away that was not known.
#[test]
fn a_refusal_that_repeats_the_token_leaks_no_signature() {
    let house = House::guarded(good, |request| {
        let said = format!("bad token {}", request.bearer().unwrap_or_default());
        Reply::Http(
            401,
            vec![("WWW-Authenticate".into(), "Bearer".into())],
            if said.len() < 4_000 { said.into_bytes() } else { Vec::new() },
        )
    });
    let audited = audit_at(&house.url, &["--skip", WAITING], with_secret);
    assert_eq!((audited.code, audited.ids()), (0, vec![]));
}
