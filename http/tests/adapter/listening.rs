//! What a server of the legacy era tells of its own accord.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mcpico_core::client::{Notification, Update};
use mcpico_core::mcp::{Method, Revision, SubscriptionFilter};
use mcpico_http::std::{Cache, Ended, Options, Session, SessionError, Transport};
use serde_json::json;

use crate::ask::{INFO, PATIENT};
use crate::house::servers::channels::{Posted, channel, endpoint};
use crate::peer::{Link, Peer, Request, pause, whole};

const STREAM: &str = "HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\n\r\n";

const FILTER: SubscriptionFilter<'static> = SubscriptionFilter {
    tools: true,
    prompts: false,
    resources: false,
    resource_uris: &["file:///a"],
    task_ids: &[],
};

/// What is told on a stream: something that nobody asked for, two things that somebody did, and a question.
const TOLD: &str = "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/prompts/list_changed\"}\n\n\
    data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n\
    data: {\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}\n\n\
    data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\
    \"params\":{\"uri\":\"file:///a/b\"}}\n\n";

/// A server of the legacy era whose stream is `stream`.
fn legacy(stream: impl Fn(&mut Link) + Send + Sync + 'static) -> Peer {
    Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            if request.head.starts_with("GET") {
                stream(&mut link);
                return;
            }
            link.send(match &*request.method() {
                "initialize" => request.result(&json!({"protocolVersion": "2025-11-25",
                    "capabilities": {}, "serverInfo": {"name": "s", "version": "1"}})),
                "resources/subscribe" | "resources/unsubscribe" => request.result(&json!({})),
                // Also as in the modern era.
                "tools/list" => request.result(&json!({"resultType": "complete", "tools": [],
                    "ttlMs": 600_000, "cacheScope": "public"})),
                _ => b"HTTP/1.1 202 X\r\nContent-Length: 0\r\n\r\n".into(),
            });
        }
    })
}

fn session(peer: &Peer) -> Session {
    let mut options = Options::new(INFO);
    options.newest = Revision::LATEST_LEGACY;
    options.deadlines = PATIENT;
    Session::new(&peer.url(), options).unwrap()
}

async fn listen(
    session: &mut Session,
    enough: usize,
) -> (Vec<String>, Result<Ended, SessionError>) {
    let mut told = Vec::new();
    let mut tell = |update: &Update<'_>| {
        told.push(match update {
            Update::ResourceUpdated { uri } => format!("{uri} updated"),
            other => format!("{other:?}"),
        });
        if told.len() == enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let ended = session.listen(&FILTER, &mut tell).await;
    (told, ended)
}

fn methods(peer: &Peer) -> Vec<String> {
    let mut methods = peer.methods();
    methods.retain(|method| method.starts_with("resources"));
    methods
}

#[tokio::test]
async fn what_comes_on_the_stream_is_handed_on_until_it_is_enough() {
    let peer = legacy(|link| {
        link.send(STREAM);
        link.send(TOLD);
        link.wait_for_close();
    });
    let mut session = session(&peer);
    let (told, ended) = listen(&mut session, 2).await;
    assert_eq!(told, ["ToolsChanged", "file:///a/b updated"]);
    assert_eq!(ended, Ok(Ended::Stopped));
    assert_eq!(methods(&peer), ["resources/subscribe", "resources/unsubscribe"]);
    let requests = peer.requests();
    assert!(requests.iter().any(|request| request.json()["id"] == "p"), "the ping was answered");
}

#[tokio::test]
async fn a_stream_that_ends_is_asked_for_again() {
    let peer = legacy(|link| {
        link.send(STREAM);
        link.send("retry: 100\nid: 7\n");
        link.send(TOLD);
    });
    let (told, ended) = listen(&mut session(&peer), 4).await;
    assert_eq!(told, ["ToolsChanged", "file:///a/b updated"].repeat(2));
    assert_eq!(ended, Ok(Ended::Stopped));
    let requests = peer.requests();
    let gets: Vec<_> = requests.iter().filter(|request| request.head.starts_with("GET")).collect();
    assert_eq!(gets.len(), 2);
    assert_eq!(gets[1].header("last-event-id"), Some("7"));
}

#[tokio::test]
async fn a_server_that_tells_nothing_says_so() {
    let peer = legacy(|link| {
        link.send(whole(405, "", "{}"));
    });
    let (told, ended) = listen(&mut session(&peer), 1).await;
    assert!(told.is_empty());
    assert!(matches!(ended, Err(SessionError::Rejected(rejection)) if rejection.status == 405));
    // Nor is one asked for ever that ends its streams without a word.
    let peer = legacy(|link| {
        link.send(STREAM);
        link.send("retry: 1\nid: 1\ndata:\n\n");
    });
    let (_, ended) = listen(&mut session(&peer), 1).await;
    assert_eq!(ended, Err(SessionError::Interrupted));
    assert!(peer.requests().len() < 10);
}

#[tokio::test]
async fn a_background_stream_is_heard_and_told_to_the_cache() {
    let peer = legacy(|link| {
        link.send(STREAM);
        link.send(TOLD);
        link.wait_for_close();
    });
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hearing = heard.clone();
    let mut options = Options::new(INFO);
    options.deadlines = PATIENT;
    options.cache = Some(Cache::default());
    // What another session keeps of the same server.
    let modern = Options { oldest: Revision::LATEST, ..options.clone() };
    let mut modern = Session::new(&peer.url(), modern).unwrap();
    let list = Method::ListTools { cursor: None };
    for _ in 0..2 {
        modern.call(list, &mut |_| {}).await.unwrap();
    }
    assert_eq!(peer.methods(), ["tools/list"]);
    options.newest = Revision::LATEST_LEGACY;
    options.hear = Some(Arc::new(move |note: &Notification<'_>| {
        hearing.lock().unwrap().push(note.method.to_string());
    }));
    let mut session = Session::new(&peer.url(), options).unwrap();
    session.connect().await.unwrap();
    let end = tokio::time::Instant::now() + Duration::from_mins(1);
    while heard.lock().unwrap().len() < 3 {
        assert!(tokio::time::Instant::now() < end, "{heard:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let all = ["prompts/list_changed", "tools/list_changed", "resources/updated"];
    assert_eq!(*heard.lock().unwrap(), all.map(|name| format!("notifications/{name}")));
    modern.call(list, &mut |_| {}).await.unwrap();
    assert_eq!(peer.methods().iter().filter(|method| *method == "tools/list").count(), 2);
    // Requests go on beside it.
    session.call(list, &mut |_| {}).await.unwrap();
}

#[tokio::test]
async fn over_http_with_sse_it_comes_on_the_one_stream() {
    let script = channel(
        |_| endpoint("/messages"),
        |request: &Request| {
            let answer = json!({"jsonrpc": "2.0", "id": request.json()["id"], "result": {}});
            let told = if request.method() == "resources/subscribe" { TOLD } else { "" };
            Posted::Says(format!("data: {answer}\n\n{told}"))
        },
    );
    let peer = Peer::new(move |link| script(link, ""));
    let mut options = Options::new(INFO);
    options.transport = Transport::Sse;
    options.deadlines = PATIENT;
    let mut session = Session::new(&peer.url(), options).unwrap();
    let (told, ended) = listen(&mut session, 2).await;
    assert_eq!(told, ["ToolsChanged", "file:///a/b updated"]);
    assert_eq!(ended, Ok(Ended::Stopped));
    while methods(&peer).len() < 2 {
        pause(5);
    }
    assert_eq!(methods(&peer), ["resources/subscribe", "resources/unsubscribe"]);
}
