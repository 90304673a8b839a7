//! What a session keeps, for whom and how long.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mcpico_core::mcp::{Method, Revision};
use mcpico_http::std::{Cache, Options, Outcome, Session};
use serde_json::{Value, json};

use crate::ask::{INFO, PATIENT};
use crate::peer::{Peer, chunk, whole};

const TOOLS: Method<'static> = Method::ListTools { cursor: None };
const READ: Method<'static> = Method::ReadResource { uri: "a:b" };
const CALL: Method<'static> = Method::CallTool { name: "t", arguments: None, input_schema: None };

/// A clock that stands still until it is set, in milliseconds.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn cache(&self, entries: usize, bytes: usize) -> Cache {
        let clock = self.clone();
        Cache::new(entries, bytes, move || Duration::from_millis(clock.0.load(Ordering::Relaxed)))
    }

    fn set(&self, milliseconds: u64) {
        self.0.store(milliseconds, Ordering::Relaxed);
    }
}

/// Answers each request by its number and these members.
fn numbered(hint: &Value) -> Peer {
    let (hint, served) = (hint.clone(), AtomicU64::new(0));
    Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            let mut result = hint.clone();
            result["n"] = served.fetch_add(1, Ordering::Relaxed).into();
            link.send(request.result(&result));
        }
    })
}

fn session(peer: &Peer, cache: &Cache, bearer: Option<&str>, newest: Revision) -> Session {
    let options = Options {
        oldest: if newest.is_modern() { newest } else { Revision::V2024_11_05 },
        newest,
        cache: Some(cache.clone()),
        bearer: bearer.map(str::to_owned),
        deadlines: PATIENT,
        ..Options::new(INFO)
    };
    Session::new(&peer.url(), options).unwrap()
}

fn modern(peer: &Peer, cache: &Cache, bearer: Option<&str>) -> Session {
    session(peer, cache, bearer, Revision::LATEST)
}

/// The number of the request that the result came for.
async fn number(session: &mut Session, method: Method<'_>) -> u64 {
    let Ok(Outcome::Result(text)) = session.call(method, &mut |_| {}).await else { panic!() };
    serde_json::from_str::<Value>(&text).unwrap()["n"].as_u64().unwrap()
}

#[tokio::test]
async fn a_result_is_fresh_for_as_long_as_the_server_says() {
    // `ttlMs` and `cacheScope` as in the examples of 2026-07-28.
    let peer = numbered(&json!({"ttlMs": 60000, "cacheScope": "private"}));
    let clock = Clock::default();
    let mut session = modern(&peer, &clock.cache(8, 1024), None);
    for (at, expected) in [(0, 0), (59_999, 0), (60_000, 1), (119_999, 1), (120_000, 2)] {
        clock.set(at);
        assert_eq!(number(&mut session, TOOLS).await, expected, "{at}");
    }
    // Another method, another page and another resource are other results.
    let others = [
        (READ, 3),
        (Method::ReadResource { uri: "a:c" }, 4),
        (Method::ListTools { cursor: Some("") }, 5),
        (Method::ListPrompts { cursor: None }, 6),
        (READ, 3),
        (TOOLS, 2),
    ];
    for (method, expected) in others {
        assert_eq!(number(&mut session, method).await, expected);
    }
}

#[tokio::test]
async fn what_does_not_say_so_is_not_kept() {
    for hint in [
        json!({}),
        json!({"cacheScope": "public"}),
        json!({"ttlMs": 0, "cacheScope": "public"}),
        json!({"ttlMs": -1, "cacheScope": "public"}),
        json!({"ttlMs": "60000"}),
        json!({"ttlMs": 60000, "cacheScope": "shared"}),
    ] {
        let peer = numbered(&hint);
        let mut session = modern(&peer, &Clock::default().cache(8, 1024), None);
        for expected in 0..3 {
            assert_eq!(number(&mut session, TOOLS).await, expected, "{hint}");
        }
    }
    // What acts is never kept, whatever it says, and the legacy era has no such hints.
    let peer = numbered(&json!({"ttlMs": 60000, "cacheScope": "public"}));
    let cache = Clock::default().cache(8, 1024);
    let mut session = modern(&peer, &cache, None);
    for expected in 0..3 {
        assert_eq!(number(&mut session, CALL).await, expected);
    }
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            link.send(request.result(&json!({"protocolVersion": "2025-11-25", "capabilities": {},
                "serverInfo": {"name": "s", "version": "1"}, "ttlMs": 60000, "n": 0})));
        }
    });
    let mut session = self::session(&peer, &cache, None, Revision::LATEST_LEGACY);
    for _ in 0..2 {
        number(&mut session, TOOLS).await;
    }
    assert_eq!(peer.methods()[2..], ["tools/list"; 2]);
}

/// Threat: a result for one token must not be given to another, nor to nobody.
#[tokio::test]
async fn nothing_private_crosses_tokens() {
    let tokens = [Some("token.of.alice"), Some("token.of.bob"), None];
    for scope in ["private", "public"] {
        let peer = numbered(&json!({"ttlMs": 60000, "cacheScope": scope}));
        let cache = Clock::default().cache(8, 1024);
        for round in 0..2 {
            for (at, token) in tokens.into_iter().enumerate() {
                let mut session = modern(&peer, &cache, token);
                let expected = if scope == "public" { 0 } else { u64::try_from(at).unwrap() };
                assert_eq!(number(&mut session, TOOLS).await, expected, "{scope} {round}");
            }
        }
        assert!(!format!("{cache:?}").contains("token"));
    }
    // Nor does anything cross servers.
    let hint = json!({"ttlMs": 60000, "cacheScope": "public"});
    let (one, other) = (numbered(&hint), numbered(&hint));
    let cache = Clock::default().cache(8, 1024);
    number(&mut modern(&one, &cache, None), TOOLS).await;
    number(&mut modern(&other, &cache, None), TOOLS).await;
    assert_eq!((one.requests().len(), other.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_cache_is_bounded_in_number_and_bytes() {
    let peer = numbered(&json!({"ttlMs": 60000}));
    // One result is `{"n":0,"ttlMs":60000}`: 21 bytes.
    for (entries, bytes) in [(2, 1024), (8, 42)] {
        let cache = Clock::default().cache(entries, bytes);
        let mut session = modern(&peer, &cache, None);
        let before = peer.requests().len();
        for uri in ["a:a", "a:b", "a:c"] {
            number(&mut session, Method::ReadResource { uri }).await;
        }
        assert!(format!("{cache:?}").starts_with("Cache(2 results, "), "{cache:?}");
        for uri in ["a:c", "a:b", "a:a"] {
            number(&mut session, Method::ReadResource { uri }).await;
        }
        // Only the first one had to be asked for again.
        assert_eq!(peer.requests().len(), before + 4);
        cache.clear();
        assert_eq!(format!("{cache:?}"), "Cache(0 results, 0 bytes)");
    }
    let cache = Clock::default().cache(8, 20);
    number(&mut modern(&peer, &cache, None), TOOLS).await;
    assert_eq!(format!("{cache:?}"), "Cache(0 results, 0 bytes)");
}

/// A call during which the server tells a change; a cursor that it does not know any more.
#[tokio::test]
async fn what_has_changed_is_forgotten() {
    for (told, method, forgotten) in [
        ("tools/list_changed", TOOLS, true),
        ("prompts/list_changed", TOOLS, false),
        ("prompts/list_changed", Method::ListPrompts { cursor: None }, true),
        ("resources/list_changed", Method::ListResources { cursor: None }, true),
        ("resources/list_changed", Method::ListResourceTemplates { cursor: None }, true),
        ("resources/list_changed", READ, false),
        ("resources/updated", READ, true),
    ] {
        let served = AtomicU64::new(0);
        let peer = Peer::new(move |mut link| {
            while let Some(request) = link.request() {
                let id = &request.json()["id"];
                if request.method() == "tools/call" {
                    let note = json!({"jsonrpc": "2.0", "method": format!("notifications/{told}"),
                        "params": {"uri": "a:b"}});
                    let result = json!({"jsonrpc": "2.0", "id": id, "result": {"n": 0}});
                    link.send(
                        "HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\n\
                        Transfer-Encoding: chunked\r\n\r\n",
                    );
                    link.send(chunk(&format!("data: {note}\n\ndata: {result}\n\n")) + "0\r\n\r\n");
                } else {
                    let n = served.fetch_add(1, Ordering::Relaxed);
                    link.send(request.result(&json!({"ttlMs": 60000, "n": n})));
                }
            }
        });
        let mut session = modern(&peer, &Clock::default().cache(8, 1024), None);
        assert_eq!(number(&mut session, method).await, 0);
        assert_eq!(number(&mut session, method).await, 0);
        number(&mut session, CALL).await;
        assert_eq!(number(&mut session, method).await, u64::from(forgotten), "{told}");
    }
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            let id = &request.json()["id"];
            let error = json!({"code": -32602, "message": "no such cursor"});
            let refused = json!({"jsonrpc": "2.0", "id": id, "error": error}).to_string();
            link.send(if request.json()["params"]["cursor"] == "old" {
                whole(400, "", &refused)
            } else {
                request.result(&json!({"ttlMs": 60000, "n": 0}))
            });
        }
    });
    let mut session = modern(&peer, &Clock::default().cache(8, 1024), None);
    number(&mut session, TOOLS).await;
    let old = Method::ListTools { cursor: Some("old") };
    assert!(matches!(session.call(old, &mut |_| {}).await, Ok(Outcome::Error(_))));
    number(&mut session, TOOLS).await;
    assert_eq!(peer.requests().len(), 3);
}
