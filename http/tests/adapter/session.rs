//! The session that connects, shakes hands and reconnects by itself.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use mcpico_core::client::Event;
use mcpico_core::mcp::{Method, Revision};
use mcpico_http::Error;
use mcpico_http::std::{Options, Outcome, Session, SessionError};
use serde_json::json;

use crate::ask::{INFO, PATIENT, Seen};
use crate::peer::{Link, Peer, Request, pause, whole};
use crate::tls::{Issuer, Leaf};

const LIST: Method<'static> = Method::ListTools { cursor: None };
pub(crate) const CALL: Method<'static> =
    Method::CallTool { name: "t", arguments: None, input_schema: None };

fn options(oldest: Revision, newest: Revision) -> Options {
    let mut options = Options::new(INFO);
    options.oldest = oldest;
    options.newest = newest;
    options.deadlines = PATIENT;
    options
}

fn modern(peer: &Peer) -> Session {
    Session::new(&peer.url(), options(Revision::LATEST, Revision::LATEST)).unwrap()
}

fn legacy(peer: &Peer) -> Session {
    let options = options(Revision::V2024_11_05, Revision::V2025_11_25);
    Session::new(&peer.url(), options).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with what a call returns")]
pub(crate) fn done() -> Result<Outcome, SessionError> {
    Ok(Outcome::Result("{}".into()))
}

/// The answer of a server of the legacy era; `session` names its session.
pub(crate) fn legacy_answer(request: &Request, session: &str) -> Vec<u8> {
    let id = &request.json()["id"];
    match &*request.method() {
        "initialize" => {
            let body = json!({"jsonrpc": "2.0", "id": id, "result": {"capabilities": {},
                "protocolVersion": "2025-11-25", "serverInfo": {"name": "s", "version": "1"}}});
            whole(200, &format!("Mcp-Session-Id: {session}\r\n"), &body.to_string())
        }
        "notifications/initialized" => b"HTTP/1.1 202 X\r\nContent-Length: 0\r\n\r\n".into(),
        "" => b"HTTP/1.1 204 X\r\n\r\n".into(),
        _ => request.result(&json!({})),
    }
}

fn serve_legacy(mut link: Link) {
    while let Some(request) = link.request() {
        link.send(legacy_answer(&request, "s-1"));
    }
}

#[tokio::test]
async fn everything_goes_over_one_connection() {
    let peer = Peer::new(serve_legacy);
    let mut session = legacy(&peer);
    for _ in 0..3 {
        assert_eq!(session.call(CALL, &mut |_| {}).await, done());
    }
    session.end().await;
    assert_eq!(peer.connections(), 1);
    let methods = peer.methods();
    let calls = ["tools/call"; 3];
    assert_eq!(methods[..2], ["initialize", "notifications/initialized"]);
    assert_eq!(methods[2..5], calls);
    let last = peer.requests().pop().unwrap();
    assert!(last.head.starts_with("DELETE /mcp HTTP/1.1\r\n"), "{}", last.head);
    assert_eq!(last.header("mcp-session-id"), Some("s-1"));
    assert_eq!((last.header("content-length"), last.body.len()), (None, 0));
    assert!(!session.has_session());
    // There is nothing left to end.
    session.end().await;
    assert_eq!(peer.requests().len(), 6);
}

#[tokio::test]
async fn an_idle_connection_that_the_server_closed_is_replaced() {
    for blocking in [false, true] {
        let peer = Peer::new(|mut link| {
            let request = link.request().unwrap();
            link.send(request.result(&json!({})));
        });
        let mut session = modern(&peer);
        for calls in 1..=3 {
            assert_eq!(session.call(CALL, &mut |_| {}).await, done());
            // A program that does something else meanwhile does not let the runtime look at the
            // socket.
            peer.closed(calls);
            if !blocking {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        assert_eq!((peer.connections(), peer.requests().len()), (3, 3));
    }
}

#[tokio::test]
async fn an_idle_tls_connection_is_used_again_and_replaced_when_closed() {
    for closes in [false, true] {
        let issuer = Issuer::new();
        let peer = Peer::tls(issuer.server(&Leaf::for_name("localhost")), move |mut link| {
            while let Some(request) = link.request() {
                link.send(request.result(&json!({})));
                if closes {
                    return;
                }
            }
        });
        let mut options = options(Revision::LATEST, Revision::LATEST);
        options.connector = issuer.connector();
        options.bearer = Some("abc.def".into());
        let url = format!("https://localhost:{}/mcp", peer.address().port());
        let mut session = Session::new(&url, options).unwrap();
        for calls in 1..=3 {
            assert_eq!(session.call(CALL, &mut |_| {}).await, done());
            peer.closed(if closes { calls } else { 0 });
        }
        assert_eq!(peer.requests().len(), 3);
        assert_eq!(peer.connections(), if closes { 3 } else { 1 });
    }
}

/// Something that the server sent unasked must not answer the next request.
#[tokio::test]
async fn a_connection_with_unasked_bytes_is_replaced() {
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            link.send(request.result(&json!({})));
            pause(30);
            link.send(whole(200, "", r#"{"jsonrpc":"2.0","id":2,"result":{"evil":1}}"#));
            link.mark();
        }
    });
    let mut session = modern(&peer);
    for calls in 1..=3 {
        assert_eq!(session.call(CALL, &mut |_| {}).await, done());
        peer.marked(calls);
    }
    assert_eq!((peer.connections(), peer.requests().len()), (3, 3));
}

/// Answers the first request of each connection and drops the second unanswered.
fn answers_once(mut link: Link, reset: bool) {
    let Some(request) = link.request() else { return };
    link.send(request.result(&json!({})));
    link.request();
    if reset {
        link.reset();
    }
}

#[tokio::test]
async fn a_list_is_repeated_when_the_connection_dies() {
    for reset in [false, true] {
        let peer = Peer::new(move |link| answers_once(link, reset));
        let mut session = modern(&peer);
        assert_eq!(session.call(LIST, &mut |_| {}).await, done());
        assert_eq!(session.call(LIST, &mut |_| {}).await, done());
        assert_eq!((peer.connections(), peer.requests().len()), (2, 3));
        let on: Vec<_> = peer.requests().iter().map(|request| request.connection).collect();
        assert_eq!(on, [0, 0, 1]);
    }
}

#[tokio::test]
async fn a_tool_call_is_never_repeated() {
    let extension = Method::Other { name: "x/y", params: None, mcp_name: None };
    for (method, name) in [(CALL, "tools/call"), (extension, "x/y")] {
        for reset in [false, true] {
            let peer = Peer::new(move |link| answers_once(link, reset));
            let mut session = modern(&peer);
            assert_eq!(session.call(LIST, &mut |_| {}).await, done());
            let error = session.call(method, &mut |_| {}).await.unwrap_err();
            let expected = if reset {
                Error::Reset { bearer_sent: false, response_begun: false }
            } else {
                Error::ClosedUnanswered { bearer_sent: false }
            };
            assert_eq!(error, SessionError::Transport(expected));
            assert_eq!(peer.methods(), ["tools/list", name]);
        }
    }
}

/// A server that leaves a fresh connection unanswered has said what it has to say.
#[tokio::test]
async fn nothing_is_repeated_on_a_new_connection() {
    let peer = Peer::new(|mut link| {
        link.request();
    });
    let error = SessionError::Transport(Error::ClosedUnanswered { bearer_sent: false });
    assert_eq!(modern(&peer).call(LIST, &mut |_| {}).await, Err(error.clone()));
    assert_eq!(peer.requests().len(), 1);
    assert_eq!(legacy(&peer).call(LIST, &mut |_| {}).await, Err(error));
    assert_eq!(peer.requests().len(), 2);
}

/// Also in the middle of the handshake a server may close between two exchanges.
#[tokio::test]
async fn the_handshake_goes_on_over_a_new_connection() {
    let peer = Peer::new(|mut link| {
        let Some(request) = link.request() else { return };
        link.send(legacy_answer(&request, "s-1"));
        // The next request is read and dropped.
        link.request();
    });
    let mut session = legacy(&peer);
    assert_eq!(session.call(LIST, &mut |_| {}).await, done());
    assert_eq!(
        peer.methods(),
        [
            "initialize",
            "notifications/initialized",
            "notifications/initialized",
            "tools/list",
            "tools/list"
        ]
    );
    assert_eq!(peer.connections(), 3);
}

#[tokio::test]
async fn a_lost_session_is_opened_again_and_the_request_repeated_once() {
    for method in [LIST, CALL] {
        let lost = AtomicBool::new(false);
        let peer = Peer::new(move |mut link| {
            while let Some(request) = link.request() {
                let first = request.header("mcp-session-id") == Some("s-1");
                let forgets = request.method().starts_with("tools/") && first;
                if forgets {
                    assert!(!lost.swap(true, Ordering::SeqCst), "the lost session is named again");
                }
                let session = if lost.load(Ordering::SeqCst) { "s-2" } else { "s-1" };
                link.send(if forgets {
                    whole(
                        404,
                        "",
                        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"x"}}"#,
                    )
                } else {
                    legacy_answer(&request, session)
                });
            }
        });
        let mut session = legacy(&peer);
        assert_eq!(session.call(method, &mut |_| {}).await, done());
        let shake = ["initialize", "notifications/initialized", method.name()];
        assert_eq!(peer.methods(), [shake, shake].concat());
        let requests = peer.requests();
        let sessions: Vec<_> = requests.iter().map(|r| r.header("mcp-session-id")).collect();
        let (one, two) = (Some("s-1"), Some("s-2"));
        assert_eq!(sessions, [None, one, one, None, two, two]);
    }
}

#[tokio::test]
async fn a_request_that_loses_every_session_is_repeated_once() {
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            link.send(match &*request.method() {
                "tools/call" => whole(404, "", "{}"),
                _ => legacy_answer(&request, "s-1"),
            });
        }
    });
    let mut session = legacy(&peer);
    let mut ignore = |_: &Event<'_>| {};
    let call = session.call(CALL, &mut ignore);
    let outcome = tokio::time::timeout(Duration::from_secs(20), call).await.expect("it ends");
    assert!(matches!(outcome, Err(SessionError::Rejected(rejection)) if rejection.status == 404));
    let calls = peer.methods().iter().filter(|method| *method == "tools/call").count();
    assert_eq!(calls, 2);
}

#[tokio::test]
async fn a_ping_is_answered_while_the_stream_is_open() {
    let (answered, wait) = mpsc::channel::<Request>();
    let (answered, wait) = (Mutex::new(answered), Mutex::new(wait));
    let peer = Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            match &*request.method() {
                "tools/call" => {
                    link.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
                    let ping = json!({"jsonrpc": "2.0", "id": "p-1", "method": "ping"});
                    link.send(format!("data: {ping}\n\n"));
                    // The result is sent when the ping is answered, and never otherwise.
                    let answer = wait.lock().unwrap().recv().unwrap();
                    assert_ne!(answer.connection, request.connection);
                    let id = &request.json()["id"];
                    let result = json!({"jsonrpc": "2.0", "id": id, "result": {}});
                    link.send(format!("data: {result}\n\n"));
                    return;
                }
                "" => {
                    link.send("HTTP/1.1 202 X\r\nContent-Length: 0\r\n\r\n");
                    answered.lock().unwrap().send(request).unwrap();
                }
                _ => {
                    link.send(legacy_answer(&request, "s-1"));
                }
            }
        }
    });
    let mut session = legacy(&peer);
    let mut seen = Vec::new();
    assert_eq!(session.call(CALL, &mut |event| seen.push(Seen::of(event))).await, done());
    assert_eq!(seen, [Seen::Request("ping".into())]);
    let answer = peer.requests().pop().unwrap();
    assert_eq!(answer.json(), json!({"jsonrpc": "2.0", "id": "p-1", "result": {}}));
    assert_eq!(answer.header("mcp-session-id"), Some("s-1"));
}

/// An answer that does not reach the server is not the end of the request.
#[tokio::test]
async fn a_refused_answer_does_not_end_the_call() {
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            match &*request.method() {
                "tools/call" => {
                    let id = &request.json()["id"];
                    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
                    let result = json!({"jsonrpc": "2.0", "id": id, "result": {}});
                    link.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
                    link.send(format!("data: {ping}\n\ndata: {result}\n\n"));
                    return;
                }
                "" => return,
                _ => {
                    link.send(legacy_answer(&request, "s-1"));
                }
            }
        }
    });
    assert_eq!(legacy(&peer).call(CALL, &mut |_| {}).await, done());
}

#[tokio::test]
async fn large_messages_go_both_ways() {
    let text = "\u{e4}\"\\\n".repeat(200_000);
    let returned = text.clone();
    let peer = Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            assert_eq!(request.json()["params"]["arguments"]["text"], returned.as_str());
            link.send(request.result(&json!({"text": returned})));
        }
    });
    let arguments = json!({"text": text}).to_string();
    assert!(arguments.len() > 1 << 20);
    let arguments = Some(mcpico_core::json::parse(arguments.as_bytes()).unwrap());
    let method = Method::CallTool { name: "t", arguments, input_schema: None };
    let outcome = modern(&peer).call(method, &mut |_| {}).await;
    let Ok(Outcome::Result(result)) = outcome else { panic!("no result") };
    let result: serde_json::Value = serde_json::from_str(&result).unwrap();
    assert_eq!(result["text"], text.as_str());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Peer::keeping_alive(whole(200, "", "{}"));
    for status in [301, 302, 303, 307, 308] {
        let location = format!("Location: {}\r\n", target.url());
        let peer = Peer::keeping_alive(whole(status, &location, ""));
        let mut options = options(Revision::LATEST, Revision::LATEST);
        options.bearer = Some("abc.def".into());
        let mut session = Session::new(&peer.url(), options).unwrap();
        let Err(SessionError::Rejected(rejection)) = session.call(CALL, &mut |_| {}).await else {
            panic!("{status}");
        };
        assert_eq!((rejection.status, peer.requests().len()), (status, 1));
    }
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn a_dropped_call_is_followed_by_a_new_connection() {
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            if link.connection > 0 {
                link.send(request.result(&json!({})));
            }
        }
    });
    let mut session = modern(&peer);
    let mut ignore = |_: &Event<'_>| {};
    let call = session.call(CALL, &mut ignore);
    assert!(tokio::time::timeout(Duration::from_millis(100), call).await.is_err());
    assert_eq!(session.call(CALL, &mut |_| {}).await, done());
    assert_eq!(peer.connections(), 2);
}

#[tokio::test]
async fn a_failed_call_is_followed_by_a_new_connection() {
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            if link.connection > 0 {
                link.send(request.result(&json!({})));
            } else {
                link.send("rubbish");
            }
        }
    });
    let mut session = modern(&peer);
    assert!(session.call(CALL, &mut |_| {}).await.is_err());
    assert_eq!(session.call(CALL, &mut |_| {}).await, done());
}

#[tokio::test]
async fn no_secret_is_shown() {
    let peer = Peer::new(serve_legacy);
    let mut options = options(Revision::V2024_11_05, Revision::V2025_11_25);
    options.bearer = Some("very-secret-token".into());
    options.inbox = 4096;
    let url = format!("{}?key=hidden", peer.url());
    let mut session = Session::new(&url, options).unwrap();
    assert_eq!(session.call(LIST, &mut |_| {}).await, done());
    let shown = format!("{session:?}");
    let bytes = format!("{:?}", b"secret");
    for secret in ["secret", "hidden", "s-1", bytes.trim_matches(['[', ']'])] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

/// It is a courtesy: the client goes on long before a deadline of [`PATIENT`] passes.
#[tokio::test]
async fn a_server_that_does_not_hear_what_is_given_up_is_not_waited_for() {
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            match &*request.method() {
                "tools/call" => link.mark(),
                "notifications/cancelled" => {}
                _ => {
                    link.send(legacy_answer(&request, "s-1"));
                }
            }
        }
    });
    let mut session = legacy(&peer);
    session.connect().await.unwrap();
    let ignored = &mut |_: &Event<'_>| {};
    let marked = async {
        while peer.marks() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        outcome = session.call(CALL, ignored) => panic!("{outcome:?}"),
        () = marked => {}
    }
    let cancelled = tokio::time::timeout(PATIENT.first_byte / 2, session.cancel(None)).await;
    assert_eq!(cancelled, Ok(()));
    assert_eq!(peer.methods().pop().as_deref(), Some("notifications/cancelled"));
    assert_eq!(session.call(LIST, &mut |_| {}).await, done());
}
