//! The servers of the corpus that misbehave in time: each ends in the error that fits.

use std::time::Duration;

use mcpico_core::http1::{HttpError, MAX_INFORMATIONAL};
use mcpico_core::mcp::{Method, Revision};
use mcpico_core::{Error as CoreError, PeerError};
use mcpico_http::std::{Options, Outcome, Rejection, Session, SessionError, TokioConnector};
use mcpico_http::{ConnectError, Deadline, Deadlines, Error, TlsError};
use serde_json::json;

use crate::ask::{FIRST_BYTE, INFO, LIST, PATIENT, SHORT, Seen, TOTAL, ask_over};
use crate::corpus::corpus;
use crate::peer::{Link, Peer, chunk, pause, whole};
use crate::tls::{Issuer, Leaf};

/// Far more than any of these may take on a busy machine; a hang takes longer.
const SLACK: Duration = Duration::from_secs(20);

const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

/// What one call to such a server comes to: what was seen and the error.
async fn end(
    deadlines: Deadlines,
    script: impl Fn(Link) + Send + Sync + 'static,
) -> (Vec<Seen>, Option<Error>) {
    let peer = Peer::new(script);
    let (mut connector, url) = (TokioConnector::new(), peer.url());
    let ask = ask_over(&mut connector, &url, &LIST, deadlines);
    let outcome = tokio::time::timeout(SLACK, ask).await.expect("it does not hang");
    assert!(!outcome.open);
    (outcome.seen, outcome.error)
}

#[track_caller]
fn assert_deadline(error: Option<Error>, which: Deadline, limit: Duration) {
    assert_eq!(error, Some(Error::Deadline(which, limit)));
}

fn session(peer: &Peer, options: impl FnOnce(&mut Options)) -> Session {
    let mut all = Options::new(INFO);
    all.deadlines = PATIENT;
    all.inbox = 64 * 1024;
    options(&mut all);
    Session::new(&peer.url(), all).unwrap()
}

fn only_modern(options: &mut Options) {
    options.oldest = Revision::LATEST;
}

fn only_legacy(options: &mut Options) {
    options.newest = Revision::V2025_11_25;
}

const LIST_TOOLS: Method<'static> = Method::ListTools { cursor: None };

#[test]
fn each_behaviour_of_the_corpus_has_a_test_here() {
    let source = include_str!("behaviours.rs");
    let corpus = corpus();
    let behaviours = corpus["server_behaviours"].as_array().unwrap();
    for behaviour in behaviours {
        let name = behaviour["name"].as_str().unwrap();
        assert!(source.contains(&format!("/// Corpus: {name}\n")), "{name}");
    }
    println!("{} behaviours", behaviours.len());
    assert_eq!(behaviours.len(), 18);
}

/// Corpus: slow-header
#[tokio::test]
async fn slow_header() {
    let (seen, error) = end(TOTAL, |mut link| {
        link.request();
        link.send("HTTP/1.1 200 OK\r\nX: ");
        while link.send("a") {
            pause(20);
        }
    })
    .await;
    assert_eq!(seen, []);
    assert_deadline(error, Deadline::Total, TOTAL.total);
}

/// Corpus: slow-body
#[tokio::test]
async fn slow_body() {
    let (seen, error) = end(TOTAL, |mut link| {
        link.request();
        link.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n");
        while link.send(" ") {
            pause(20);
        }
    })
    .await;
    assert_eq!(seen, []);
    assert_deadline(error, Deadline::Total, TOTAL.total);
}

/// Corpus: silent
#[tokio::test]
async fn silent() {
    let (_, error) = end(FIRST_BYTE, |mut link| link.wait_for_close()).await;
    assert_deadline(error, Deadline::FirstByte, SHORT);
}

/// Corpus: half-close
#[tokio::test]
async fn half_close() {
    let (_, error) = end(PATIENT, |mut link| {
        link.request();
        link.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n");
        link.finish();
        link.wait_for_close();
    })
    .await;
    let error = error.unwrap();
    assert_eq!(error, Error::Client(CoreError::Peer(PeerError::Http(HttpError::Truncated))));
}

/// Corpus: endless-sse-line
#[tokio::test]
async fn endless_line_of_an_event() {
    let (_, error) = end(PATIENT, |mut link| {
        link.request();
        link.send(STREAM);
        link.send("data: ");
        while link.send([b'a'; 4096]) {}
    })
    .await;
    let limit = 64 * 1024;
    assert_eq!(error, Some(Error::Client(CoreError::FrameTooLarge { limit })));
}

/// Corpus: endless-sse-line, in a comment: that takes no room, so only time ends it.
#[tokio::test]
async fn endless_comment() {
    let (_, error) = end(TOTAL, |mut link| {
        link.request();
        link.send(STREAM);
        link.send(": ");
        while link.send([b'a'; 4096]) {}
    })
    .await;
    assert_deadline(error, Deadline::Total, TOTAL.total);
}

/// Corpus: endless-chunks
#[tokio::test]
async fn endless_chunks() {
    let (_, error) = end(PATIENT, |mut link| {
        link.request();
        link.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
        link.send("Transfer-Encoding: chunked\r\n\r\n");
        while link.send(chunk(" ").repeat(512)) {}
    })
    .await;
    assert_eq!(error, Some(Error::Client(CoreError::FrameTooLarge { limit: 64 * 1024 })));
}

/// Corpus: endless-1xx
#[tokio::test]
async fn endless_informational_responses() {
    let (_, error) = end(PATIENT, |mut link| {
        link.request();
        while link.send("HTTP/1.1 100 Continue\r\n\r\n") {}
    })
    .await;
    let error = error.unwrap();
    let limit = MAX_INFORMATIONAL;
    let expected = PeerError::Http(HttpError::TooManyInformational { limit });
    assert_eq!(error, Error::Client(CoreError::Peer(expected)));
}

/// Corpus: sse-never-answers
#[tokio::test]
async fn events_for_ever() {
    let (seen, error) = end(TOTAL, |mut link| {
        link.request();
        link.send(STREAM);
        let text = json!({"jsonrpc": "2.0", "method": "notifications/message", "params": {}});
        while link.send(format!("data: {text}\n\n")) {
            pause(5);
        }
    })
    .await;
    assert!(!seen.is_empty());
    assert!(seen.iter().all(|seen| *seen == Seen::Notification("notifications/message".into())));
    assert_deadline(error, Deadline::Total, TOTAL.total);
}

/// A stream that stays open behind the response and never ends; the response has come, so the
/// exchange is not an error, and it is not waited for until the last deadline.
#[tokio::test]
async fn comments_for_ever_behind_the_response() {
    let (seen, error) = end(PATIENT, |mut link| {
        let request = link.request().unwrap();
        link.send(STREAM);
        let id = request.json()["id"].clone();
        let text = json!({"jsonrpc": "2.0", "id": id, "result": {}});
        link.send(format!("data: {text}\n\n"));
        while link.send(":\n") {
            pause(10);
        }
    })
    .await;
    assert_eq!((seen, error), (vec![Seen::Result("{}".into())], None));
}

/// Corpus: close-per-request
#[tokio::test]
async fn close_per_request() {
    let peer = Peer::new(|mut link| {
        if let Some(request) = link.request() {
            link.send(request.result(&json!({"tools": []})));
        }
    });
    let mut session = session(&peer, only_modern);
    for _ in 0..5 {
        let outcome = session.call(LIST_TOOLS, &mut |_| {}).await;
        assert_eq!(outcome, Ok(Outcome::Result(r#"{"tools":[]}"#.into())));
    }
    assert!(peer.connections() >= 5);
    assert_eq!(peer.requests().len(), 5);
}

/// Corpus: tls-then-close
#[tokio::test]
async fn close_in_the_handshake() {
    let peer = Peer::new(|mut link| {
        link.read_some();
    });
    assert_eq!(tls_error(&peer, &Issuer::new()).await, TlsError::Handshake);
}

/// Corpus: tls-wrong-name
#[tokio::test]
async fn certificate_for_another_name() {
    let issuer = Issuer::new();
    let peer = Peer::tls(issuer.server(&Leaf::for_name("example.com")), |mut link| {
        link.request();
    });
    assert_eq!(tls_error(&peer, &issuer).await, TlsError::Name);
}

/// Corpus: tls-expired
#[tokio::test]
async fn expired_certificate() {
    let issuer = Issuer::new();
    let leaf = Leaf::for_name("localhost").years(2019, 2020);
    let peer = Peer::tls(issuer.server(&leaf), |mut link| {
        link.request();
    });
    assert_eq!(tls_error(&peer, &issuer).await, TlsError::Expired);
}

async fn tls_error(peer: &Peer, issuer: &Issuer) -> TlsError {
    let url = format!("https://localhost:{}/mcp", peer.address().port());
    let mut connector = issuer.connector();
    let ask = ask_over(&mut connector, &url, &LIST, PATIENT);
    match tokio::time::timeout(SLACK, ask).await.unwrap().error {
        Some(Error::Connect(ConnectError::Tls(error))) => error,
        other => panic!("{other:?}"),
    }
}

/// Corpus: 401-loop
#[tokio::test]
async fn new_challenges_for_ever() {
    let peer = Peer::keeping_alive(whole(401, "WWW-Authenticate: Bearer realm=\"x\"\r\n", "{}"));
    for options in [only_modern, only_legacy, |_: &mut Options| {}] {
        let before = peer.requests().len();
        let outcome = session(&peer, options).call(LIST_TOOLS, &mut |_| {}).await;
        assert_eq!(rejection(outcome).status, 401);
        assert_eq!(peer.requests().len(), before + 1);
    }
}

/// Corpus: 429-retry-after-huge
#[tokio::test]
async fn too_many_requests() {
    let peer = Peer::keeping_alive(whole(429, "Retry-After: 999999999\r\n", "{}"));
    let outcome = session(&peer, only_modern).call(LIST_TOOLS, &mut |_| {}).await;
    assert_eq!((rejection(outcome).status, peer.requests().len()), (429, 1));
}

/// Corpus: 503-retry-after-date-past
#[tokio::test]
async fn service_unavailable() {
    let header = "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n";
    let peer = Peer::keeping_alive(whole(503, header, "{}"));
    let outcome = session(&peer, only_modern).call(LIST_TOOLS, &mut |_| {}).await;
    assert_eq!((rejection(outcome).status, peer.requests().len()), (503, 1));
}

/// Corpus: sse-retry-0-close
#[tokio::test]
async fn streams_that_close_and_want_a_retry() {
    let peer = Peer::answering(format!("{STREAM}retry: 0\nid: 1\ndata:\n\n"));
    let outcome = session(&peer, only_modern).call(LIST_TOOLS, &mut |_| {}).await;
    assert_eq!(outcome, Err(SessionError::Interrupted));
    assert_eq!(peer.requests().len(), 1);
}

/// Corpus: session-404-loop
#[tokio::test]
async fn a_session_that_is_lost_again_and_again() {
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            let id = &request.json()["id"];
            let initialized = json!({"jsonrpc": "2.0", "id": id, "result": {"capabilities": {},
                "protocolVersion": "2025-11-25", "serverInfo": {"name": "s", "version": "1"}}});
            link.send(match &*request.method() {
                "initialize" => whole(200, "Mcp-Session-Id: s\r\n", &initialized.to_string()),
                _ => whole(404, "", "{}"),
            });
        }
    });
    let outcome = session(&peer, only_legacy).call(LIST_TOOLS, &mut |_| {}).await;
    let limit = 8;
    let expected = CoreError::Peer(PeerError::Negotiation { limit });
    assert_eq!(outcome, Err(SessionError::Transport(Error::Client(expected))));
    assert_eq!(peer.requests().len(), usize::from(limit));
}

/// Corpus: pages-endless
#[tokio::test]
async fn every_page_is_a_call_of_its_own() {
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            link.send(request.result(&json!({"tools": [], "nextCursor": "again"})));
        }
    });
    let outcome = session(&peer, only_modern).call(LIST_TOOLS, &mut |_| {}).await;
    assert!(matches!(outcome, Ok(Outcome::Result(result)) if result.contains("again")));
    assert_eq!(peer.requests().len(), 1);
}

fn rejection(outcome: Result<Outcome, SessionError>) -> Rejection {
    match outcome {
        Err(SessionError::Rejected(rejection)) => rejection,
        other => panic!("{other:?}"),
    }
}
