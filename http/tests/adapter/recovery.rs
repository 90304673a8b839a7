//! What a session comes back from: what one call has met must not spoil the next.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mcpico_core::client::{Event, MAX_NEGOTIATION, Update};
use mcpico_core::mcp::{Revision, SubscriptionFilter};
use mcpico_http::std::{Ended, Options, Session, SessionError, StreamedOutcome};
use serde_json::{Value, json};

use crate::ask::{INFO, PATIENT};
use crate::peer::{Link, Peer, Request, pause, whole};
use crate::session::{CALL, done, legacy_answer};

const ACCEPTED: &str = "HTTP/1.1 202 X\r\nContent-Length: 0\r\n\r\n";
const STREAM: &str = "HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\n\r\n";

const NOTHING: SubscriptionFilter<'static> = SubscriptionFilter {
    tools: false,
    prompts: false,
    resources: false,
    resource_uris: &[],
    task_ids: &[],
};

fn options() -> Options {
    let mut options = Options::new(INFO);
    options.newest = Revision::LATEST_LEGACY;
    options.deadlines = PATIENT;
    options
}

fn session(peer: &Peer) -> Session {
    Session::new(&peer.url(), options()).unwrap()
}

/// Waits, generously, until something is so.
async fn until(so: impl Fn() -> bool) {
    let end = Instant::now() + PATIENT.total;
    while !so() {
        assert!(Instant::now() < end, "it never comes to be");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A session that the server has lost is opened again by the next call, also where this one repeats nothing.
#[tokio::test]
async fn a_streamed_call_forgets_a_lost_session() {
    let sessions = AtomicUsize::new(0);
    let peer = Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            if request.method() == "initialize" {
                sessions.fetch_add(1, Ordering::SeqCst);
            }
            let lost =
                request.method() == "tools/call" && request.header("mcp-session-id") == Some("s-1");
            let name = format!("s-{}", sessions.load(Ordering::SeqCst));
            link.send(if lost { whole(404, "", "{}") } else { legacy_answer(&request, &name) });
        }
    });
    let mut session = session(&peer);
    let streamed = session.call_streamed(CALL, 1 << 16, &mut |_| {}, &mut |_| {}).await;
    assert!(matches!(streamed, Err(SessionError::Rejected(rejection)) if rejection.status == 404));
    let streamed = session.call_streamed(CALL, 1 << 16, &mut |_| {}, &mut |_| {}).await;
    assert_eq!(streamed, done().map(StreamedOutcome::Whole));
}

/// Between calls a session hears its server; a future that listens takes its place, and may be dropped.
#[tokio::test]
async fn a_session_is_heard_again_when_listening_was_given_up() {
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            if request.head.starts_with("GET") {
                link.send(STREAM);
                link.send("data: {\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}\n\n");
                return link.wait_for_close();
            }
            link.send(match &*request.method() {
                "" => ACCEPTED.into(),
                _ => legacy_answer(&request, "s-1"),
            });
        }
    });
    let mut options = options();
    options.hear = Some(Arc::new(|_: &_| {}));
    let mut session = Session::new(&peer.url(), options).unwrap();
    session.connect().await.unwrap();
    let answered =
        |count| peer.methods().iter().filter(|method| method.is_empty()).count() == count;
    // The GET has no method, either.
    until(|| answered(2)).await;
    let filter = SubscriptionFilter { tools: true, ..NOTHING };
    let mut tell = |_: &Update<'_>| ControlFlow::Continue(());
    tokio::select! {
        ended = session.listen(&filter, &mut tell) => panic!("{ended:?}"),
        () = until(|| answered(4)) => {}
    }
    assert_eq!(session.call(CALL, &mut |_| {}).await, done());
    until(|| answered(6)).await;
}

/// A server that asks in the middle of a call, and sends the result when so many answers have come. `hear` gets
/// each and says whether its connection goes on.
fn asking(
    asked: Vec<Value>,
    awaited: usize,
    hear: impl Fn(&mut Link, &Request) -> bool + Send + Sync + 'static,
) -> Peer {
    let answered = AtomicUsize::new(0);
    Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            if is_answer(&request) {
                answered.fetch_add(1, Ordering::SeqCst);
                if !hear(&mut link, &request) {
                    return;
                }
                continue;
            }
            match &*request.method() {
                "tools/call" => {
                    link.send(STREAM);
                    for message in &asked {
                        link.send(format!("data: {message}\n\n"));
                    }
                    while answered.load(Ordering::SeqCst) < awaited {
                        pause(5);
                    }
                    let id = &request.json()["id"];
                    let result = json!({"jsonrpc": "2.0", "id": id, "result": {}});
                    link.send(format!("data: {result}\n\n"));
                    return;
                }
                // It tells nothing unasked.
                "" => {
                    link.send(whole(405, "", ""));
                }
                _ => {
                    link.send(legacy_answer(&request, "s-1"));
                }
            }
        }
    })
}

fn pings(count: usize) -> Vec<Value> {
    (0..count).map(|id| json!({"jsonrpc": "2.0", "id": id, "method": "ping"})).collect()
}

fn is_answer(request: &Request) -> bool {
    request.head.starts_with("POST") && request.method().is_empty()
}

/// The answers that have come.
fn answers(peer: &Peer) -> Vec<Value> {
    let requests = peer.requests();
    requests.iter().filter(|request| is_answer(request)).map(Request::json).collect()
}

/// A server may wait until its own stream is read before it takes an answer.
#[tokio::test]
async fn a_call_does_not_wait_for_the_server_to_take_an_answer() {
    let peer = asking(pings(2), 0, |link, _| {
        link.wait_for_close();
        false
    });
    let mut session = session(&peer);
    let mut observe = |_: &Event<'_>| {};
    let call = session.call(CALL, &mut observe);
    let outcome = tokio::time::timeout(PATIENT.first_byte / 2, call).await;
    assert_eq!(outcome, Ok(done()));
    // They were sent nevertheless.
    until(|| answers(&peer).len() == 2).await;
}

/// A server may ask for a sign of life before it answers `initialize`.
#[tokio::test]
async fn a_ping_in_the_middle_of_the_handshake_is_answered() {
    let answered = AtomicUsize::new(0);
    let peer = Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            if is_answer(&request) {
                answered.fetch_add(1, Ordering::SeqCst);
                link.send(ACCEPTED);
                continue;
            }
            if request.method() != "initialize" {
                link.send(legacy_answer(&request, "s-1"));
                continue;
            }
            let id = &request.json()["id"];
            let result = json!({"jsonrpc": "2.0", "id": id, "result": {"capabilities": {},
                "protocolVersion": "2025-11-25", "serverInfo": {"name": "s", "version": "1"}}});
            link.send(
                "HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nMcp-Session-Id: s-1\r\n\r\n",
            );
            link.send(format!("data: {}\n\n", pings(1)[0]));
            while answered.load(Ordering::SeqCst) == 0 {
                pause(5);
            }
            link.send(format!("data: {result}\n\n"));
            return;
        }
    });
    assert_eq!(session(&peer).call(CALL, &mut |_| {}).await, done());
    assert_eq!(answers(&peer), [json!({"jsonrpc": "2.0", "id": 0, "result": {}})]);
}

/// What a session hears between its calls does not wait, either, and a server that asks more than it hears does not
/// hold it up for ever.
#[tokio::test]
async fn hearing_goes_on_while_the_server_takes_no_answer() {
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            if request.head.starts_with("GET") {
                link.send(STREAM);
                for ping in pings(3) {
                    link.send(format!("data: {ping}\n\n"));
                }
                let told = json!({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"});
                link.send(format!("data: {told}\n\n"));
                return link.wait_for_close();
            }
            if request.method().is_empty() {
                return link.wait_for_close();
            }
            link.send(legacy_answer(&request, "s-1"));
        }
    });
    let mut session = session(&peer);
    let filter = SubscriptionFilter { tools: true, ..NOTHING };
    let mut tell = |_: &Update<'_>| ControlFlow::Break(());
    let listen = session.listen(&filter, &mut tell);
    let ended = tokio::time::timeout(PATIENT.first_byte / 2, listen).await;
    assert_eq!(ended, Ok(Ok(Ended::Stopped)));
}

/// More answers than may be under way are sent, one when another has failed.
#[tokio::test]
async fn every_request_of_the_server_is_answered_in_the_end() {
    let peer = asking(pings(10), 10, |link, answer| {
        // Half of them are heard and not taken.
        answer.json()["id"].as_u64().unwrap() % 2 == 1 && link.send(ACCEPTED)
    });
    assert_eq!(session(&peer).call(CALL, &mut |_| {}).await, done());
    let mut answered: Vec<_> =
        answers(&peer).iter().map(|answer| answer["id"].as_u64().unwrap()).collect();
    answered.sort_unstable();
    assert_eq!(answered, (0..10).collect::<Vec<_>>());
}

/// The answer to a request of the server may be larger than the room for usual ones.
#[tokio::test]
async fn a_large_answer_is_sent_whole() {
    let ask = json!({"jsonrpc": "2.0", "id": "e", "method": "elicitation/create",
        "params": {"message": "?", "requestedSchema": {"type": "object"}}});
    let peer = asking(vec![ask], 1, |link, _| link.send(ACCEPTED));
    let mut options = options();
    options.capabilities.elicitation.form = true;
    let result = json!({"action": "accept", "content": {"text": "x".repeat(1 << 20)}});
    let text = result.to_string();
    options.answer_input = Arc::new(move |_| Some(text.clone()));
    let mut session = Session::new(&peer.url(), options).unwrap();
    assert_eq!(session.call(CALL, &mut |_| {}).await, done());
    let whole = answers(&peer) == [json!({"jsonrpc": "2.0", "id": "e", "result": result})];
    assert!(whole, "too long to be shown");
}

/// It is a courtesy: whether the server agrees does not matter.
#[tokio::test]
async fn a_server_that_does_not_answer_the_end_of_a_session_is_not_waited_for() {
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            if request.head.starts_with("DELETE") {
                return link.wait_for_close();
            }
            link.send(legacy_answer(&request, "s-1"));
        }
    });
    let mut session = session(&peer);
    session.connect().await.unwrap();
    let ended = tokio::time::timeout(PATIENT.first_byte / 2, session.end()).await;
    assert_eq!(ended, Ok(()));
    assert!(peer.requests().pop().unwrap().head.starts_with("DELETE"));
    assert!(!session.has_session());
}

/// What stands before a server may say for a while that it is not there; what listens does not end with that.
#[tokio::test]
async fn listening_goes_on_when_the_server_is_back() {
    for status in [429, 502, 503, 504] {
        let streams = AtomicUsize::new(0);
        let peer = Peer::new(move |mut link| {
            while let Some(request) = link.request() {
                let first = "retry: 1\nid: 1\ndata:\n\n";
                let told = "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n";
                if !request.head.starts_with("GET") {
                    link.send(legacy_answer(&request, "s-1"));
                    continue;
                }
                match streams.fetch_add(1, Ordering::SeqCst) {
                    0 => link.send(format!("{STREAM}{first}")),
                    1 => link.send(whole(status, "", "{}")),
                    _ => link.send(format!("{STREAM}{told}")),
                };
                return;
            }
        });
        let mut session = session(&peer);
        let filter = SubscriptionFilter { tools: true, ..NOTHING };
        let ended = session.listen(&filter, &mut |_| ControlFlow::Break(())).await;
        assert_eq!(ended, Ok(Ended::Stopped), "{status}");
    }
}

/// The same where the stream of a call is resumed.
#[tokio::test]
async fn a_call_is_resumed_when_the_server_is_back() {
    let asked = AtomicUsize::new(0);
    let peer = Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            if request.method() == "tools/call" {
                let id = &request.json()["id"];
                link.send(format!("{STREAM}retry: 1\nid: {id}\ndata:\n\n"));
                return;
            }
            let Some(last) = request.header("last-event-id") else {
                link.send(legacy_answer(&request, "s-1"));
                continue;
            };
            if asked.fetch_add(1, Ordering::SeqCst) < 3 {
                link.send(whole(503, "", "{}"));
                continue;
            }
            link.send(format!(
                "{STREAM}data: {{\"jsonrpc\":\"2.0\",\"id\":{last},\"result\":{{}}}}\n\n"
            ));
            return;
        }
    });
    assert_eq!(session(&peer).call(CALL, &mut |_| {}).await, done());
}

/// However often a server has refused to shake hands, it is asked again by the next call.
#[tokio::test]
async fn a_server_that_was_down_for_long_is_found_again() {
    for failures in 1..=2 * usize::from(MAX_NEGOTIATION) {
        let refused = AtomicUsize::new(0);
        let peer = Peer::new(move |mut link: Link| {
            while let Some(request) = link.request() {
                let down = refused.fetch_add(1, Ordering::SeqCst) < failures;
                link.send(if down { whole(503, "", "{}") } else { legacy_answer(&request, "s-1") });
            }
        });
        let mut session = session(&peer);
        for _ in 0..failures {
            let outcome = session.call(CALL, &mut |_| {}).await;
            assert!(
                matches!(&outcome, Err(SessionError::Rejected(rejection)) if rejection.status == 503),
                "{failures}: {outcome:?}"
            );
        }
        assert_eq!(session.call(CALL, &mut |_| {}).await, done(), "{failures}");
    }
}
