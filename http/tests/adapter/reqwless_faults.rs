//! What was found broken in reqwless's own reading and writing, each shown not to be in this
//! adapter: over a tokio connection and over one that reqwless has made.

use std::sync::mpsc;

use mcpico_core::client::{Call, Client};
use mcpico_core::http1::HttpError;
use mcpico_core::mcp::{Method, Revision};
use mcpico_core::{Error as CoreError, PeerError};
use mcpico_http::std::{TokioConnector, TokioTimer};
use mcpico_http::{Connect, Connection, Deadline, Endpoint, Error};
use reqwless::client::HttpClient;

use crate::ask::{IDLE, INFO, LIST, Net, Outcome, PATIENT, Seen, ask_both, read};
use crate::peer::{Peer, chunk, whole};

const RESULT: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}"#;
const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";

/// The server answers by these bytes and leaves the connection open.
async fn answered(response: impl AsRef<[u8]> + Send + Sync + 'static) -> Outcome {
    ask_both(&Peer::keeping_alive(response).url(), &LIST, PATIENT).await
}

/// The server answers by these bytes and closes.
async fn answered_and_closed(response: impl AsRef<[u8]> + Send + Sync + 'static) -> Outcome {
    ask_both(&Peer::answering(response).url(), &LIST, PATIENT).await
}

fn tools() -> Seen {
    Seen::Result(r#"{"tools":[]}"#.into())
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with what an outcome holds")]
const fn http(error: HttpError) -> Option<Error> {
    Some(Error::Client(CoreError::Peer(PeerError::Http(error))))
}

#[tokio::test]
async fn bytes_behind_the_content_length_are_dropped_with_the_connection() {
    let mut response = whole(200, "", RESULT);
    response.extend_from_slice(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    let outcome = answered(response).await;
    assert_eq!(*outcome.sole(), tools());
    assert!(!outcome.open);
}

#[tokio::test]
async fn a_short_body_is_an_error() {
    let mut response = whole(200, "", RESULT);
    response.truncate(response.len() - 1);
    let outcome = answered_and_closed(response).await;
    assert_eq!((outcome.seen, outcome.error), (vec![], http(HttpError::Truncated)));
    assert!(!outcome.open);
}

#[tokio::test]
async fn a_cut_chunk_is_an_error_even_where_the_message_seems_whole() {
    for cut in [0, 1, 2, 5, 7] {
        let mut response = format!("{CHUNKED}{}0\r\n\r\n", chunk(RESULT));
        response.truncate(response.len() - 7 + cut);
        let outcome = answered_and_closed(response).await;
        if cut == 7 {
            assert_eq!(*outcome.sole(), tools());
        } else {
            assert_eq!((outcome.seen, outcome.error), (vec![], http(HttpError::Truncated)));
        }
    }
}

#[tokio::test]
async fn chunk_extensions_and_trailers_are_passed_over() {
    let (size, rest) =
        chunk(RESULT).split_once("\r\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let response = format!("{CHUNKED}{size};a=b;c=\"d;e\"\r\n{rest}0;f\r\nDigest: x\r\n\r\n");
    let outcome = answered(response).await;
    assert_eq!(*outcome.sole(), tools());
    assert!(outcome.open);
}

#[tokio::test]
async fn transfer_encoding_is_read_without_regard_to_case() {
    let head = CHUNKED.replace("chunked", "Chunked");
    let outcome = answered(format!("{head}{}0\r\n\r\n", chunk(RESULT))).await;
    assert_eq!(*outcome.sole(), tools());
    assert!(outcome.open);
}

#[tokio::test]
async fn an_empty_chunk_size_line_is_no_end() {
    let body = chunk(RESULT);
    let outcome = answered_and_closed(format!("{CHUNKED}{body}\r\n\r\n")).await;
    let error = HttpError::ChunkSize { at: body.len() as u64 };
    assert_eq!((outcome.seen, outcome.error), (vec![], http(error)));
}

#[tokio::test]
async fn a_202_without_length_on_keep_alive_is_not_waited_for() {
    let outcome = answered("HTTP/1.1 202 Accepted\r\n\r\n").await;
    // Consent is no answer to a request, and that is known without reading on.
    let error = Error::Client(CoreError::Peer(PeerError::NoResponse));
    assert_eq!((outcome.status, outcome.error), (202, Some(error)));
    assert!(!outcome.open);
}

#[tokio::test]
async fn a_202_to_a_notification_is_consent_with_and_without_length() {
    async fn announce<C: Connect>(mut connector: C, consent: &'static str) -> (Vec<Seen>, bool) {
        let peer = Peer::new(move |mut link| {
            while let Some(request) = link.request() {
                let initialized = serde_json::json!({"protocolVersion": "2025-11-25",
                    "capabilities": {}, "serverInfo": {"name": "s", "version": "1"}});
                if request.method() == "initialize" {
                    link.send(request.result(&initialized));
                } else {
                    link.send(consent);
                }
            }
        });
        let url = peer.url();
        let endpoint = Endpoint::parse(&url).unwrap();
        let mut connection =
            Connection::open(&mut connector, &endpoint, TokioTimer::default(), PATIENT)
                .await
                .unwrap();
        let revision = Revision::V2025_11_25;
        let mut client = Client::with_revisions(INFO, revision, revision);
        let (mut out, mut storage) = ([0; 1024], [0; 1024]);
        let mut seen = Vec::new();
        while let Some(mut reply) = connection
            .connect_step(&endpoint, &mut client, None, &mut out, &mut storage)
            .await
            .unwrap()
        {
            let (events, error) = read(&mut reply).await;
            assert_eq!(error, None);
            seen.extend(events);
            client.settle(reply.exchange()).unwrap();
        }
        assert_eq!((client.revision(), seen.len()), (Some(revision), 2));
        assert!(matches!(seen.remove(0), Seen::Result(_)));
        (seen, connection.is_open())
    }
    for (consent, open) in [
        ("HTTP/1.1 202 Accepted\r\n\r\n", false),
        ("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", true),
        ("HTTP/1.1 204 No Content\r\n\r\n", true),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", true),
    ] {
        let expected = (vec![Seen::Accepted], open);
        assert_eq!(announce(TokioConnector::new(), consent).await, expected, "{consent}");
        assert_eq!(announce(HttpClient::new(&Net, &Net), consent).await, expected, "{consent}");
    }
}

#[tokio::test]
async fn a_200_without_length_ends_with_the_connection_and_never_without_a_deadline() {
    let response = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{RESULT}");
    let outcome = answered_and_closed(response.clone()).await;
    assert_eq!(*outcome.sole(), tools());
    assert!(!outcome.open);
    let kept_open = ask_both(&Peer::keeping_alive(response).url(), &LIST, IDLE).await;
    assert!(matches!(kept_open.error, Some(Error::Deadline(Deadline::Idle, _))), "{kept_open:?}");
}

#[tokio::test]
async fn a_204_has_no_body() {
    let outcome = answered("HTTP/1.1 204 No Content\r\n\r\n").await;
    let error = Error::Client(CoreError::Peer(PeerError::NoResponse));
    assert_eq!((outcome.status, outcome.error), (204, Some(error)));
}

#[tokio::test]
async fn a_304_has_no_body() {
    let outcome = answered("HTTP/1.1 304 Not Modified\r\n\r\n").await;
    assert_eq!(*outcome.sole(), Seen::Rejected(304, String::new()));
    assert!(outcome.open);
}

#[tokio::test]
async fn informational_responses_are_passed_over() {
    let mut response = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\nA: b\r\n\r\n".to_vec();
    response.extend(whole(200, "", RESULT));
    let outcome = answered(response).await;
    assert_eq!((outcome.status, outcome.sole()), (200, &tools()));
    assert!(outcome.open);
}

#[tokio::test]
async fn host_has_the_port() {
    let peer = Peer::keeping_alive(whole(200, "", RESULT));
    ask_both(&peer.url(), &LIST, PATIENT).await;
    let host = peer.address().to_string();
    let hosts: Vec<_> =
        peer.requests().iter().map(|r| r.header("host").map(str::to_owned)).collect();
    assert_eq!(hosts, [Some(host.clone()), Some(host)]);
}

#[tokio::test]
async fn an_ipv6_address_keeps_its_brackets() {
    let peer = Peer::on_ipv6(|mut link| {
        while link.request().is_some() {
            link.send(whole(200, "", RESULT));
        }
    });
    let Some(peer) = peer else { return println!("not run: no IPv6 loopback here") };
    assert_eq!(*ask_both(&peer.url(), &LIST, PATIENT).await.sole(), tools());
    let host = format!("[::1]:{}", peer.address().port());
    assert_eq!(peer.requests()[0].header("host"), Some(&*host));
}

#[tokio::test]
async fn content_types_may_have_parameters() {
    let response = whole(200, "", RESULT);
    let response = String::from_utf8(response).unwrap();
    let response = response.replace("application/json", "Application/JSON; charset=\"utf-8\"");
    assert_eq!(*answered(response).await.sole(), tools());
    let stream = format!(
        "HTTP/1.0 200 OK\r\nContent-Type: text/event-stream;charset=utf-8\r\n\r\ndata: {RESULT}\n\n"
    );
    assert_eq!(*answered_and_closed(stream).await.sole(), tools());
}

#[tokio::test]
async fn the_path_is_sent_as_it_is() {
    let peer = Peer::keeping_alive(whole(200, "", RESULT));
    for path in ["/mcp", "/mcp/", "/", "/a/b?c=d/", "/%7Ex//y"] {
        let before = peer.requests().len();
        ask_both(&format!("http://{}{path}", peer.address()), &LIST, PATIENT).await;
        for request in &peer.requests()[before..] {
            assert!(request.head.starts_with(&format!("POST {path} HTTP/1.1\r\n")));
        }
    }
    assert_eq!(peer.requests().len(), 10);
}

#[tokio::test]
async fn no_name_can_start_another_header() {
    let peer = Peer::keeping_alive(whole(200, "", RESULT));
    for name in ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\0b", "\u{e9}", " a "] {
        let before = peer.requests().len();
        let method = Method::CallTool { name, arguments: None, input_schema: None };
        let outcome = ask_both(&peer.url(), &Call::new(method), PATIENT).await;
        assert_eq!(*outcome.sole(), tools(), "{name:?}");
        let requests = peer.requests();
        assert_eq!(requests.len(), before + 2);
        for request in &requests[before..] {
            assert_eq!(request.header("x-evil"), None);
            assert_eq!(request.head.matches('\n').count(), request.head.matches("\r\n").count());
            assert!(request.header("mcp-name").unwrap().starts_with("=?base64?"), "{name:?}");
            assert_eq!(request.json()["params"]["name"], name);
        }
    }
}

#[tokio::test]
async fn a_head_may_come_byte_by_byte() {
    let peer = Peer::new(|mut link| {
        while link.request().is_some() {
            for byte in whole(200, "", RESULT) {
                link.send([byte]);
            }
        }
    });
    let outcome = ask_both(&peer.url(), &LIST, PATIENT).await;
    assert_eq!(*outcome.sole(), tools());
    assert!(outcome.open);
}

/// The server sends the next part only when the client has handed out the one before, so a part
/// that is held back is a deadlock and runs into the deadline.
#[tokio::test]
async fn event_streams_arrive_as_they_are_sent() {
    async fn stream<C: Connect>(mut connector: C, chunked: bool) {
        let (handled, wait) = mpsc::channel::<()>();
        let wait = std::sync::Mutex::new(wait);
        let peer = Peer::new(move |mut link| {
            link.request().unwrap();
            let coding = if chunked { "Transfer-Encoding: chunked\r\n" } else { "" };
            link.send(format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{coding}\r\n"
            ));
            let framed = |text: String| if chunked { chunk(&text) } else { text };
            let wait = wait.lock().unwrap();
            for _ in 0..3 {
                let text = r#"{"jsonrpc":"2.0","method":"notifications/progress"}"#;
                link.send(framed(format!("data: {text}\n\n")));
                wait.recv().unwrap();
            }
            link.send(framed(format!("data: {RESULT}\n\n")));
            wait.recv().unwrap();
            if chunked {
                link.send("0\r\n\r\n");
                link.wait_for_close();
            }
        });
        let url = peer.url();
        let endpoint = Endpoint::parse(&url).unwrap();
        let mut connection =
            Connection::open(&mut connector, &endpoint, TokioTimer::default(), PATIENT)
                .await
                .unwrap();
        let (mut client, mut out, mut storage) = (crate::ask::modern(), [0; 1024], [0; 1024]);
        let mut reply =
            connection.call(&endpoint, &mut client, &LIST, &mut out, &mut storage).await.unwrap();
        for _ in 0..3 {
            let event = reply.next_event().await.unwrap();
            assert_eq!(Seen::of(&event), Seen::Notification("notifications/progress".into()));
            handled.send(()).unwrap();
        }
        assert_eq!(Seen::of(&reply.next_event().await.unwrap()), tools());
        handled.send(()).unwrap();
        assert_eq!(read(&mut reply).await, (vec![], None));
        assert_eq!(connection.is_open(), chunked);
    }
    for chunked in [false, true] {
        stream(TokioConnector::new(), chunked).await;
        stream(HttpClient::new(&Net, &Net), chunked).await;
    }
}
