//! The session over HTTP+SSE, the transport of revision 2024-11-05.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcpico_core::client::Event;
use mcpico_core::mcp::{Method, Revision};
use mcpico_core::{Error as CoreError, PeerError};
use mcpico_http::Error;
use mcpico_http::std::{Options, Outcome, Session, SessionError, Transport};
use serde_json::json;

use crate::ask::{INFO, PATIENT};
use crate::house::servers::channels::{Posted, channel, endpoint};
use crate::peer::{Peer, Request, pause, whole};

const LIST: Method<'static> = Method::ListTools { cursor: None };

fn peer(posted: impl Fn(&Request) -> Posted + Send + Sync + 'static) -> Peer {
    let script = channel(|_| endpoint("/messages?sessionId=1"), posted);
    Peer::new(move |link| script(link, ""))
}

fn answer(request: &Request) -> String {
    let answer = json!({"jsonrpc": "2.0", "id": request.json()["id"], "result": {}});
    format!("event: message\ndata: {answer}\n\n")
}

fn answering() -> Peer {
    peer(|request| Posted::Says(answer(request)))
}

fn session(peer: &Peer, transport: Transport) -> Session {
    let mut options = Options::new(INFO);
    options.deadlines = PATIENT;
    options.transport = transport;
    options.bearer = Some("the-token".into());
    Session::new(&peer.url(), options).unwrap()
}

async fn list(session: &mut Session) -> Result<Outcome, SessionError> {
    session.call(LIST, &mut |_| {}).await
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with what a call returns")]
fn done() -> Result<Outcome, SessionError> {
    Ok(Outcome::Result("{}".into()))
}

/// First line and method of each request.
fn lines(peer: &Peer) -> Vec<String> {
    let requests = peer.requests();
    let lines = requests.iter().map(|request| {
        let line = request.head.lines().next().unwrap().trim_end_matches(" HTTP/1.1");
        format!("{line} {}", request.method()).trim_end().to_owned()
    });
    lines.collect()
}

#[tokio::test]
async fn it_is_fallen_back_to_where_initialize_is_refused() {
    for status in [400, 404, 405] {
        let old =
            channel(|_| endpoint("/messages?sessionId=1"), |request| Posted::Says(answer(request)));
        let peer = Peer::new(move |link| old(link, ""));
        let refusing = Peer::new(move |mut link| {
            while let Some(request) = link.request() {
                let get = request.head.starts_with("GET");
                link.send(whole(if get { 404 } else { status }, "", "{}"));
            }
        });
        // One that refuses, and has no such stream, has refused.
        let refused = list(&mut session(&refusing, Transport::Either)).await;
        let Err(SessionError::Rejected(rejection)) = refused else { panic!("{refused:?}") };
        assert_eq!((rejection.status, rejection.bearer_sent), (status, true));
        assert_eq!(lines(&refusing).last().unwrap(), "GET /mcp");

        let mut session = session(&peer, Transport::Either);
        assert_eq!(list(&mut session).await, done());
        assert_eq!(session.revision(), Some(Revision::LATEST_LEGACY));
        assert_eq!(list(&mut session).await, done());
        session.end().await;
        let seen = lines(&peer);
        assert_eq!(
            seen,
            [
                "POST /mcp server/discover",
                "POST /mcp initialize",
                "GET /mcp",
                "POST /messages?sessionId=1 initialize",
                "POST /messages?sessionId=1 notifications/initialized",
                "POST /messages?sessionId=1 tools/list",
                "POST /messages?sessionId=1 tools/list",
            ]
        );
        for request in &peer.requests()[2..] {
            assert_eq!(request.header("authorization"), Some("Bearer the-token"));
            assert_eq!(request.header("mcp-session-id"), None);
            let stream = request.head.starts_with("GET");
            let (name, value) = if stream {
                ("accept", "text/event-stream")
            } else {
                ("content-type", "application/json")
            };
            assert_eq!(request.header(name), Some(value));
        }
    }
}

#[tokio::test]
async fn other_refusals_and_other_wishes_do_not_lead_there() {
    for (status, transport) in
        [(401, Transport::Either), (500, Transport::Either), (405, Transport::Streamable)]
    {
        let peer = Peer::keeping_alive(whole(status, "", "{}"));
        let refused = list(&mut session(&peer, transport)).await;
        assert!(
            matches!(&refused, Err(SessionError::Rejected(rejection))
            if rejection.status == status),
            "{refused:?}"
        );
        assert!(lines(&peer).iter().all(|line| line.starts_with("POST")), "{:?}", lines(&peer));
    }
    // The modern era has no such transport.
    let peer = answering();
    let mut options = Options::new(INFO);
    options.oldest = Revision::LATEST;
    for (transport, requests) in [(Transport::Either, 1), (Transport::Sse, 1)] {
        options.transport = transport;
        let mut session = Session::new(&peer.url(), options.clone()).unwrap();
        assert!(list(&mut session).await.is_err());
        assert_eq!(peer.requests().len(), requests);
    }
    let error = Session::new(&peer.url(), options).unwrap().connect().await;
    let none = CoreError::Peer(PeerError::NoCommonRevision);
    assert_eq!(error, Err(SessionError::Transport(Error::Client(none))));
}

#[tokio::test]
async fn it_is_gone_to_at_once_when_it_is_asked_for() {
    let peer = answering();
    let mut session = session(&peer, Transport::Sse);
    assert_eq!(list(&mut session).await, done());
    assert_eq!(lines(&peer)[0], "GET /mcp");

    for (answer, status) in [(whole(403, "", "no"), 403), (whole(200, "", "{}"), 200)] {
        let peer = Peer::keeping_alive(answer);
        let refused = list(&mut self::session(&peer, Transport::Sse)).await;
        match refused {
            Err(SessionError::Rejected(rejection)) => {
                assert_eq!((rejection.status, &*rejection.body), (status, &b"no"[..]));
            }
            Err(error) => {
                assert_eq!(error.peer_error(), Some(PeerError::ContentType { status }));
            }
            Ok(outcome) => panic!("{outcome:?}"),
        }
        assert_eq!(lines(&peer), ["GET /mcp"]);
    }
}

#[tokio::test]
async fn what_the_server_asks_is_answered_during_and_before_calls() {
    let ping =
        |id: &str| format!("data: {{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"ping\"}}\n\n");
    let peer = peer(move |request| match &*request.method() {
        "tools/list" => {
            // The second one comes when the call is over.
            Posted::Says(format!("{}{}{}", ping("\"a\""), answer(request), ping("\"b\"")))
        }
        _ => Posted::Says(String::new()),
    });
    let mut session = session(&peer, Transport::Sse);
    for _ in 0..2 {
        assert_eq!(list(&mut session).await, done());
    }
    while peer.requests().iter().filter(|request| request.json()["id"] == "b").count() < 1 {
        pause(5);
    }
    let requests = peer.requests();
    let answers =
        requests.iter().filter(|request| request.method().is_empty() && !request.body.is_empty());
    for answer in answers {
        assert_eq!(answer.json()["result"], json!({}), "{answer:?}");
    }
}

#[tokio::test]
async fn a_call_that_is_given_up_is_cancelled() {
    let peer = peer(|request| match &*request.method() {
        "prompts/list" => Posted::Says(answer(request)),
        _ => Posted::Says(String::new()),
    });
    let mut session = session(&peer, Transport::Sse);
    session.connect().await.unwrap();
    let given_up = tokio::time::timeout(Duration::from_millis(50), list(&mut session)).await;
    assert!(given_up.is_err());
    session.cancel(Some("changed my mind")).await;
    let prompts = Method::ListPrompts { cursor: None };
    assert_eq!(session.call(prompts, &mut |_| {}).await, done());
    let requests = peer.requests();
    let told: Vec<_> =
        requests.iter().filter(|request| request.method() == "notifications/cancelled").collect();
    let listed = requests.iter().find(|request| request.method() == "tools/list").unwrap();
    assert_eq!(told.len(), 1);
    let params = json!({"requestId": listed.json()["id"], "reason": "changed my mind"});
    assert_eq!(told[0].json()["params"], params);
}

#[tokio::test]
async fn a_stream_that_has_ended_is_opened_anew_for_the_next_call() {
    let peer = peer(|request| Posted::Ends(answer(request)));
    let mut session = session(&peer, Transport::Sse);
    for streams in 1..=3 {
        assert_eq!(list(&mut session).await, done());
        // The streams, and what was posted on beside the earlier ones.
        peer.closed(2 * streams - 1);
    }
    assert_eq!(lines(&peer).iter().filter(|line| line.starts_with("GET")).count(), 3);
}

#[tokio::test]
async fn a_message_for_a_stream_that_the_server_has_lost_is_sent_once_more() {
    let calls = AtomicUsize::new(0);
    let peer = peer(move |request| match calls.fetch_add(1, Ordering::Relaxed) {
        0 => Posted::Refuses(whole(404, "", "{}")),
        _ => Posted::Says(answer(request)),
    });
    let mut session = session(&peer, Transport::Sse);
    let call = Method::CallTool { name: "t", arguments: None, input_schema: None };
    assert_eq!(session.call(call, &mut |_| {}).await, done());
    let seen = lines(&peer);
    assert_eq!(seen.iter().filter(|line| line.ends_with("tools/call")).count(), 2);
    assert_eq!(seen.iter().filter(|line| line.starts_with("GET")).count(), 2);
}

#[tokio::test]
async fn what_is_told_beside_the_answer_is_observed() {
    let peer = peer(|request| {
        let progress = json!({"jsonrpc": "2.0", "method": "notifications/progress", "params":
            {"progressToken": request.json()["params"]["_meta"]["progressToken"], "progress": 1}});
        Posted::Says(format!("data: {progress}\n\n{}", answer(request)))
    });
    let mut session = session(&peer, Transport::Sse);
    let mut progress = Vec::new();
    let mut observe = |event: &Event<'_>| {
        if let Event::Notification(note) = event {
            progress.push(note.progress().is_some());
        }
    };
    assert_eq!(session.call(LIST, &mut observe).await, done());
    assert_eq!(progress, [true]);
}
