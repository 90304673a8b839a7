//! When a connection carries another exchange and when it must not.

use std::sync::{Mutex, mpsc};
use std::time::Duration;

use mcpico_core::client::{Event, Response};
use mcpico_http::std::{TokioConnector, TokioIo, TokioTimer};
use mcpico_http::{Connection, Endpoint, Error};
use serde_json::json;

use crate::ask::{LIST, Outcome, PATIENT, Seen, ask, modern, read};
use crate::peer::{Peer, Request, chunk, pause};

async fn connect(peer: &Peer) -> Connection<TokioIo, TokioTimer> {
    let url = peer.url();
    let endpoint = Endpoint::parse(&url).unwrap();
    let timer = TokioTimer::default();
    Connection::open(&mut TokioConnector::new(), &endpoint, timer, PATIENT).await.unwrap()
}

/// A server that answers by what `answer` makes of each request, and leaves the connection open.
fn peer(answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Peer {
    Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            link.send(answer(&request));
        }
    })
}

fn chunked(request: &Request) -> Vec<u8> {
    let body = json!({"jsonrpc": "2.0", "id": request.json()["id"], "result": {}}).to_string();
    let (a, b) = body.split_at(9);
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
         {}{}0\r\n\r\n",
        chunk(a),
        chunk(b)
    )
    .into_bytes()
}

fn streamed(request: &Request) -> Vec<u8> {
    let body = json!({"jsonrpc": "2.0", "id": request.json()["id"], "result": {}});
    let note = r#"{"jsonrpc":"2.0","method":"notifications/message"}"#;
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n\
         {}{}0\r\n\r\n",
        chunk(&format!("data: {note}\n\n")),
        chunk(&format!("data: {body}\n\n"))
    )
    .into_bytes()
}

async fn ask_three_times(peer: Peer) -> (Vec<Outcome>, Peer) {
    let (mut connection, mut client) = (connect(&peer).await, modern());
    let url = peer.url();
    let endpoint = Endpoint::parse(&url).unwrap();
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        outcomes.push(ask(&mut connection, &endpoint, &mut client, &LIST).await);
    }
    assert_eq!(connection.exchanges() as usize, peer.requests().len());
    (outcomes, peer)
}

#[tokio::test]
async fn three_calls_go_over_one_connection() {
    let by_length = peer(|request| request.result(&json!({})));
    for peer in [by_length, peer(chunked), peer(streamed)] {
        let (outcomes, peer) = ask_three_times(peer).await;
        for outcome in outcomes {
            assert_eq!(outcome.seen.last(), Some(&Seen::Result("{}".into())));
            assert!(outcome.open && outcome.error.is_none());
        }
        assert_eq!((peer.connections(), peer.requests().len()), (1, 3));
    }
}

#[tokio::test]
async fn a_doubtful_connection_is_not_used_again() {
    let with = |request: &Request, from: &str, to: &str| {
        let response = String::from_utf8(request.result(&json!({}))).unwrap();
        assert!(response.contains(from));
        response.replace(from, to).into_bytes()
    };
    let peers: [(&str, Peer); 5] = [
        ("excess", peer(|request| [request.result(&json!({})), b"x".into()].concat())),
        ("close", peer(move |request| with(request, "X\r\n", "X\r\nConnection: close\r\n"))),
        ("HTTP/1.0", peer(move |request| with(request, "HTTP/1.1", "HTTP/1.0"))),
        ("chunk", peer(|request| [chunked(request), b"HTTP/1.1 200 OK".into()].concat())),
        ("no message", peer(move |request| with(request, "2.0", "3.0"))),
    ];
    for (name, peer) in peers {
        let (outcomes, peer) = ask_three_times(peer).await;
        assert!(!outcomes[0].open, "{name}");
        assert_eq!(outcomes[0].error.is_some(), name == "no message", "{:?}", outcomes[0]);
        assert_eq!(outcomes[1].error, Some(Error::NotOpen), "{name}");
        assert_eq!(peer.requests().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_cut_answer_uses_the_connection_up() {
    let peer = Peer::new(|mut link| {
        let request = link.request().unwrap();
        let response = request.result(&json!({}));
        link.send(&response[..response.len() - 1]);
    });
    let (outcomes, _) = ask_three_times(peer).await;
    assert!(outcomes[0].error.is_some() && !outcomes[0].open);
    assert_eq!(outcomes[1].error, Some(Error::NotOpen));
}

/// What came too late to be noticed answers no later request: its id is another one.
#[tokio::test]
async fn a_response_that_nobody_asked_for_answers_nothing() {
    let peer = Peer::new(|mut link| {
        let request = link.request().unwrap();
        link.send(request.result(&json!({})));
        pause(50);
        link.send(request.result(&json!({"evil": true})));
        link.mark();
        link.wait_for_close();
    });
    let (mut connection, mut client) = (connect(&peer).await, modern());
    let url = peer.url();
    let endpoint = Endpoint::parse(&url).unwrap();
    assert!(ask(&mut connection, &endpoint, &mut client, &LIST).await.open);
    peer.marked(1);
    let outcome = ask(&mut connection, &endpoint, &mut client, &LIST).await;
    assert_eq!(outcome.seen, [Seen::Unsolicited]);
    assert!(outcome.error.is_some() && !outcome.open);
}

#[tokio::test]
async fn a_dropped_reply_gives_up_the_connection() {
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            let response = request.result(&json!({}));
            let (start, rest) = response.split_at(response.len() - 2);
            link.send(start);
            pause(50);
            link.send(rest);
        }
    });
    let url = peer.url();
    let endpoint = Endpoint::parse(&url).unwrap();
    let (mut out, mut storage) = ([0; 1024], [0; 1024]);
    let (mut connection, mut client) = (connect(&peer).await, modern());
    let _ = connection.call(&endpoint, &mut client, &LIST, &mut out, &mut storage).await.unwrap();
    assert!(!connection.is_open());
    let again = connection.call(&endpoint, &mut client, &LIST, &mut out, &mut storage).await;
    assert_eq!(again.unwrap_err(), Error::NotOpen);
}

#[tokio::test]
async fn a_dropped_future_gives_up_the_connection() {
    let peer = Peer::new(|mut link| link.wait_for_close());
    let url = peer.url();
    let endpoint = Endpoint::parse(&url).unwrap();
    let (mut out, mut storage) = ([0; 1024], [0; 1024]);
    let (mut connection, mut client) = (connect(&peer).await, modern());
    let call = connection.call(&endpoint, &mut client, &LIST, &mut out, &mut storage);
    assert!(tokio::time::timeout(Duration::from_millis(50), call).await.is_err());
    assert!(!connection.is_open());
}

/// Reading on after a dropped future is the caller's choice, but the connection is not used again.
#[tokio::test]
async fn a_dropped_read_uses_the_connection_up() {
    let (dropped, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let peer = Peer::new(move |mut link| {
        let request = link.request().unwrap();
        let response = request.result(&json!({}));
        let (start, rest) = response.split_at(response.len() - 2);
        link.send(start);
        wait.lock().unwrap().recv().unwrap();
        link.send(rest);
        link.wait_for_close();
    });
    let url = peer.url();
    let endpoint = Endpoint::parse(&url).unwrap();
    let (mut out, mut storage) = ([0; 1024], [0; 1024]);
    let (mut connection, mut client) = (connect(&peer).await, modern());
    let mut reply =
        connection.call(&endpoint, &mut client, &LIST, &mut out, &mut storage).await.unwrap();
    let first = tokio::time::timeout(Duration::from_millis(20), reply.next_event()).await;
    assert!(first.is_err());
    dropped.send(()).unwrap();
    assert_eq!(read(&mut reply).await, (vec![Seen::Result("{}".into())], None));
    assert!(!connection.is_open());
}

#[tokio::test]
async fn the_head_can_be_read_before_the_first_event() {
    let peer = peer(|request| request.result(&json!({})));
    let url = peer.url();
    let endpoint = Endpoint::parse(&url).unwrap();
    let (mut out, mut storage) = ([0; 1024], [0; 1024]);
    let (mut connection, mut client) = (connect(&peer).await, modern());
    let mut reply =
        connection.call(&endpoint, &mut client, &LIST, &mut out, &mut storage).await.unwrap();
    assert_eq!(reply.head().unwrap().status(), 200);
    assert!(matches!(reply.next_event().await, Ok(Event::Response(Response::Result(_)))));
    assert!(reply.head().is_none());
    assert_eq!(reply.next_event().await, Ok(Event::Closed));
    assert_eq!(reply.next_event().await, Ok(Event::Closed));
}
