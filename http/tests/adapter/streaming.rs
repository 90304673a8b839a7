//! Results that are handed out while they come.

use mcpico_core::client::Event;
use mcpico_core::json::StreamEvent;
use mcpico_core::mcp::{Method, Revision};
use mcpico_http::std::{Options, Outcome, ResultPart, Session, SessionError, StreamedOutcome};
use serde_json::json;

use crate::ask::{INFO, PATIENT};
use crate::peer::{Link, Peer, whole};

const LIST: Method<'static> = Method::ListTools { cursor: None };
const ROOM: usize = 16 * 1024;
const SIZE: usize = 4 << 20;

fn session(peer: &Peer) -> Session {
    let mut options = Options::new(INFO);
    options.oldest = Revision::LATEST;
    options.inbox = ROOM;
    options.deadlines = PATIENT;
    Session::new(&peer.url(), options).unwrap()
}

/// Bytes of strings that were handed out and not taken back, and the end.
async fn stream(session: &mut Session) -> (usize, Result<StreamedOutcome, SessionError>) {
    let (mut bytes, mut notes) = (0, 0);
    let ended = session
        .call_streamed(
            LIST,
            ROOM,
            &mut |event| notes += usize::from(matches!(event, Event::Notification(_))),
            &mut |part| match part {
                ResultPart::Next(StreamEvent::String(part)) => bytes += part.as_str().len(),
                ResultPart::Next(_) => {}
                ResultPart::Void => bytes = 0,
            },
        )
        .await;
    (bytes, ended)
}

fn message(id: u64, size: usize) -> String {
    json!({"id": id, "jsonrpc": "2.0", "result": {"text": "x".repeat(size)}}).to_string()
}

/// Answers each request by an event stream with these messages.
fn events(link: &mut Link, messages: &[String]) {
    link.request();
    link.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    for message in messages {
        link.send(format!("data: {message}\n\n"));
    }
}

#[test]
fn a_large_result_passes_in_little_memory() {
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            let id = request.json()["id"].as_u64().unwrap();
            link.send(whole(200, "", &message(id, SIZE)));
        }
    });
    let memory = allocation_counter::measure(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut session = session(&peer);
            for _ in 0..2 {
                assert_eq!(stream(&mut session).await, (SIZE, Ok(StreamedOutcome::Parts)));
            }
        });
    });
    assert!(memory.bytes_max < 1 << 20, "{} bytes were in use at once", memory.bytes_max);
    assert_eq!(peer.connections(), 1);
}

#[tokio::test]
async fn what_fits_is_given_whole() {
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            link.send(request.result(&json!({"text": "small"})));
        }
    });
    let whole = StreamedOutcome::Whole(Outcome::Result(r#"{"text":"small"}"#.into()));
    assert_eq!(stream(&mut session(&peer)).await, (0, Ok(whole)));
}

#[tokio::test]
async fn parts_of_what_is_no_result_are_void() {
    // The id stands behind the result, so parts are shown before it is known for whom they are.
    let wrong = |id: u64| {
        format!(r#"{{"jsonrpc":"2.0","result":{{"text":"{}"}},"id":{id}}}"#, "w".repeat(SIZE))
    };
    let peer = Peer::new(move |mut link| {
        events(&mut link, &[wrong(99), message(1, 100_000)]);
    });
    assert_eq!(stream(&mut session(&peer)).await, (100_000, Ok(StreamedOutcome::Parts)));
    let peer = Peer::new(move |mut link| events(&mut link, &[wrong(99)]));
    assert_eq!(stream(&mut session(&peer)).await, (0, Err(SessionError::Interrupted)));
    // Cut off in the middle.
    let peer = Peer::new(move |mut link| {
        link.request();
        link.send(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n",
        );
        link.send(&message(1, SIZE)[..SIZE]);
    });
    let (_, ended) = stream(&mut session(&peer)).await;
    assert!(ended.is_err(), "{ended:?}");
    // An error that does not fit keeps its code.
    let peer = Peer::new(move |mut link| {
        link.request();
        let error = json!({"code": -32001, "message": "m".repeat(100_000)});
        let error = json!({"jsonrpc": "2.0", "id": 1, "error": error});
        link.send(whole(200, "", &error.to_string()));
    });
    let (bytes, ended) = stream(&mut session(&peer)).await;
    let Ok(StreamedOutcome::Whole(Outcome::Error(error))) = ended else { panic!("{ended:?}") };
    assert_eq!((bytes, error.code), (0, -32001));
    // A refusal is one.
    let peer = Peer::keeping_alive(whole(401, "WWW-Authenticate: Bearer\r\n", "{}"));
    let (_, ended) = stream(&mut session(&peer)).await;
    assert!(matches!(ended, Err(SessionError::Rejected(rejection)) if rejection.status == 401));
}
