//! Failures are told apart, so that a report can say what is wrong.

use std::future::pending;
use std::net::{IpAddr, Ipv4Addr, TcpListener};

use embedded_nal_async::{AddrType, Dns};
use mcpico_core::auth::Bearer;
use mcpico_core::client::Call;
use mcpico_core::mcp::{Method, ToolResult};
use mcpico_core::{Error as CoreError, PeerError};
use mcpico_http::std::{Options, Session, SessionError, TokioConnector, TokioIo, TokioTimer};
use mcpico_http::{Connect, ConnectError, Connection, Deadline, Endpoint, Error, TlsError};
use reqwless::client::HttpClient;
use serde_json::json;

use crate::ask::{
    CONNECT, FIRST_BYTE, IDLE, INFO, LIST, Net, Outcome, PATIENT, SHORT, Seen, TOTAL, ask_both,
    ask_over,
};
use crate::peer::{Link, Peer, chunk, whole};
use crate::tls::{Issuer, Leaf};

const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

fn with_bearer() -> Call<'static> {
    LIST.bearer(Some(Bearer::new("abc.def").unwrap()))
}

async fn error(call: &Call<'_>, script: impl Fn(Link) + Send + Sync + 'static) -> Error {
    let outcome = ask_both(&Peer::new(script).url(), call, PATIENT).await;
    assert!(!outcome.open);
    outcome.error.unwrap()
}

#[tokio::test]
async fn refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    drop(listener);
    let outcome = ask_both(&url, &LIST, PATIENT).await;
    assert_eq!(outcome.error, Some(Error::Connect(ConnectError::Refused)));
}

#[tokio::test]
async fn no_such_name() {
    let connector = &mut HttpClient::new(&Net, &Net);
    let outcome = ask_over(connector, "http://nowhere.invalid/mcp", &LIST, PATIENT).await;
    assert_eq!(outcome.error, Some(Error::Connect(ConnectError::Dns)));
    let connector = &mut TokioConnector::new();
    let outcome = ask_over(connector, "http://nowhere.invalid/mcp", &LIST, PATIENT).await;
    assert_eq!(outcome.error, Some(Error::Connect(ConnectError::Dns)));
}

/// A bearer may go to `localhost` without TLS, so no name server says where that is: RFC 6761, section 6.3.
#[tokio::test]
async fn a_device_asks_no_name_server_for_localhost() {
    let peer = Peer::keeping_alive(whole(200, "", "{}"));
    let url = format!("http://LocalHost:{}/mcp", peer.address().port());
    let connector = &mut HttpClient::new(&Net, &Poisoned);
    let outcome = ask_over(connector, &url, &with_bearer(), PATIENT).await;
    assert_eq!(outcome.error, Some(Error::Connect(ConnectError::Dns)));
    assert_eq!(peer.connections(), 0);
}

/// A name server that says the same of every name.
struct Poisoned;

impl Dns for Poisoned {
    type Error = std::io::Error;

    async fn get_host_by_name(&self, _: &str, _: AddrType) -> Result<IpAddr, Self::Error> {
        Ok(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    async fn get_host_by_address(&self, _: IpAddr, _: &mut [u8]) -> Result<usize, Self::Error> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
}

#[tokio::test]
async fn reqwless_makes_no_tls_connections() {
    let connector = &mut HttpClient::new(&Net, &Net);
    let outcome = ask_over(connector, "https://127.0.0.1:1/mcp", &LIST, PATIENT).await;
    assert_eq!(outcome.error, Some(Error::Connect(ConnectError::TlsUnsupported)));
}

#[tokio::test]
async fn reset_without_an_answer() {
    for (call, bearer_sent) in [(LIST, false), (with_bearer(), true)] {
        let error = error(&call, |mut link| {
            link.request();
            link.reset();
        });
        assert_eq!(error.await, Error::Reset { bearer_sent, response_begun: false });
    }
}

#[tokio::test]
async fn reset_in_the_middle_of_the_head_and_of_the_body() {
    for part in
        ["HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"]
    {
        // The reset goes out when the client has begun to read, or it would take the part with it.
        let error = error(&LIST, move |mut link| {
            link.request();
            link.send(part);
            crate::peer::pause(100);
            link.reset();
        });
        assert_eq!(error.await, Error::Reset { bearer_sent: false, response_begun: true });
    }
}

#[tokio::test]
async fn closed_without_an_answer() {
    for (call, bearer_sent) in [(LIST, false), (with_bearer(), true)] {
        let error = error(&call, |mut link| {
            link.request();
        });
        assert_eq!(error.await, Error::ClosedUnanswered { bearer_sent });
    }
}

/// Answers before it has read the request, and closes with a reset because bytes are left unread.
#[tokio::test]
async fn a_refusal_before_the_request_is_read_is_seen() {
    let peer = Peer::new(|mut link| {
        link.read_some();
        link.send(whole(413, "", "too much"));
    });
    let text = json!({"text": "a".repeat(8 << 20)}).to_string();
    let arguments = Some(mcpico_core::json::parse(text.as_bytes()).unwrap());
    let method = Method::CallTool { name: "t", arguments, input_schema: None };
    let mut options = Options::new(INFO);
    options.oldest = mcpico_core::mcp::Revision::LATEST;
    options.deadlines = PATIENT;
    let mut session = Session::new(&peer.url(), options).unwrap();
    match session.call(method, &mut |_| {}).await {
        Err(SessionError::Rejected(rejection)) => assert_eq!(rejection.status, 413),
        other => panic!("{other:?}"),
    }
}

/// Makes a connection at no time.
struct Nowhere;

impl Connect for Nowhere {
    type Io<'c> = TokioIo;

    async fn connect<'c>(&'c mut self, _: &Endpoint<'c>) -> Result<TokioIo, ConnectError> {
        pending().await
    }
}

#[tokio::test]
async fn the_deadline_to_connect() {
    let outcome = ask_over(&mut Nowhere, "http://localhost/", &LIST, CONNECT).await;
    assert_eq!(outcome.error, Some(Error::Deadline(Deadline::Connect, SHORT)));
}

#[tokio::test]
async fn the_deadline_to_connect_covers_tls() {
    let peer = Peer::new(|mut link| link.wait_for_close());
    let url = format!("https://localhost:{}/mcp", peer.address().port());
    let outcome = ask_over(&mut Issuer::new().connector(), &url, &LIST, CONNECT).await;
    assert_eq!(outcome.error, Some(Error::Deadline(Deadline::Connect, SHORT)));
}

#[tokio::test]
async fn the_deadline_of_the_first_byte() {
    let peer = Peer::new(|mut link| link.wait_for_close());
    let outcome = ask_both(&peer.url(), &LIST, FIRST_BYTE).await;
    assert_eq!(outcome.error, Some(Error::Deadline(Deadline::FirstByte, SHORT)));
}

#[tokio::test]
async fn the_deadline_between_reads() {
    for part in ["HTTP/1.1 200 OK\r\n", STREAM] {
        let peer = Peer::new(move |mut link| {
            link.request();
            link.send(part);
            link.wait_for_close();
        });
        let outcome = ask_both(&peer.url(), &LIST, IDLE).await;
        assert_eq!(outcome.error, Some(Error::Deadline(Deadline::Idle, SHORT)), "{part}");
        assert!(!outcome.open);
    }
}

#[tokio::test]
async fn the_deadline_of_a_write() {
    let peer = Peer::new(|link| {
        crate::peer::pause(60_000);
        drop(link);
    });
    let text = json!({"text": "a".repeat(32 << 20)}).to_string();
    let arguments = Some(mcpico_core::json::parse(text.as_bytes()).unwrap());
    let method = Method::CallTool { name: "t", arguments, input_schema: None };
    let url = peer.url();
    let endpoint = Endpoint::parse(&url).unwrap();
    let mut connector = TokioConnector::new();
    let mut connection =
        Connection::open(&mut connector, &endpoint, TokioTimer::default(), IDLE).await.unwrap();
    let (mut client, mut out) = (crate::ask::modern(), vec![0; 80 << 20]);
    let (call, mut storage) = (Call::new(method), [0; 1024]);
    let sent = connection.call(&endpoint, &mut client, &call, &mut out, &mut storage).await;
    assert_eq!(sent.unwrap_err(), Error::Deadline(Deadline::Idle, SHORT));
}

#[tokio::test]
async fn the_deadline_of_the_whole_exchange() {
    let peer = Peer::new(|mut link| {
        link.request();
        link.send(STREAM);
        while link.send(": still there\n\n") {
            crate::peer::pause(10);
        }
    });
    let outcome = ask_both(&peer.url(), &LIST, TOTAL).await;
    assert_eq!(outcome.error, Some(Error::Deadline(Deadline::Total, TOTAL.total)));
}

async fn over_tls(mut connector: TokioConnector, peer: &Peer) -> Outcome {
    let url = format!("https://localhost:{}/mcp", peer.address().port());
    ask_over(&mut connector, &url, &LIST, PATIENT).await
}

fn tls_peer(config: rustls::ServerConfig) -> Peer {
    Peer::tls(config, |mut link| {
        while let Some(request) = link.request() {
            link.send(request.result(&json!({"tools": []})));
        }
    })
}

#[tokio::test]
async fn a_good_certificate_is_accepted() {
    let issuer = Issuer::new();
    let peer = tls_peer(issuer.server(&Leaf::for_name("localhost")));
    for connector in [issuer.connector(), issuer.platform_connector()] {
        let outcome = over_tls(connector, &peer).await;
        assert_eq!(*outcome.sole(), Seen::Result(r#"{"tools":[]}"#.into()));
        assert!(outcome.open);
    }
}

#[tokio::test]
async fn faults_of_certificates_are_told_apart() {
    let issuer = Issuer::new();
    let name = || Leaf::for_name("localhost");
    for (case, config, fault) in [
        ("self-signed", name().self_signed(false), TlsError::UnknownIssuer),
        ("self-signed authority", name().self_signed(true), TlsError::UnknownIssuer),
        ("unknown issuer", Issuer::new().server(&name()), TlsError::UnknownIssuer),
        ("name", issuer.server(&Leaf::for_name("example.com")), TlsError::Name),
        ("expired", issuer.server(&name().years(2019, 2020)), TlsError::Expired),
        ("not yet valid", issuer.server(&name().years(3019, 3020)), TlsError::Expired),
    ] {
        let peer = tls_peer(config);
        for connector in [issuer.connector(), issuer.platform_connector()] {
            let outcome = over_tls(connector, &peer).await;
            assert_eq!(outcome.error, Some(Error::Connect(ConnectError::Tls(fault))), "{case}");
        }
        assert!(peer.requests().is_empty());
    }
}

/// What the machine trusts does not hold this issuer.
#[tokio::test]
async fn the_trust_store_of_the_platform_is_used() {
    let peer = tls_peer(Issuer::new().server(&Leaf::for_name("localhost")));
    let error = over_tls(TokioConnector::new(), &peer).await.error;
    let tls = |fault| Some(Error::Connect(ConnectError::Tls(fault)));
    assert!(error == tls(TlsError::UnknownIssuer) || error == tls(TlsError::TrustStore));
}

#[tokio::test]
async fn a_peer_without_tls() {
    for greeting in ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n"] {
        let peer = Peer::new(move |mut link| {
            link.read_some();
            link.send(greeting);
        });
        let outcome = over_tls(Issuer::new().connector(), &peer).await;
        let fault = ConnectError::Tls(TlsError::Handshake);
        assert_eq!(outcome.error, Some(Error::Connect(fault)));
    }
}

#[tokio::test]
async fn a_peer_that_closes_in_the_tls_handshake() {
    let peer = Peer::new(|mut link| {
        link.read_some();
    });
    let outcome = over_tls(Issuer::new().connector(), &peer).await;
    assert_eq!(outcome.error, Some(Error::Connect(ConnectError::Tls(TlsError::Handshake))));
}

#[tokio::test]
async fn a_tls_body_that_is_cut_is_an_error() {
    let issuer = Issuer::new();
    let body = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    let response = whole(200, "", body);
    let cut = response[..response.len() - 1].to_vec();
    let peer = Peer::tls(issuer.server(&Leaf::for_name("localhost")), move |mut link| {
        link.request();
        link.send(&cut);
    });
    let outcome = over_tls(issuer.connector(), &peer).await;
    let truncated = PeerError::Http(mcpico_core::http1::HttpError::Truncated);
    assert_eq!(outcome.error, Some(Error::Client(CoreError::Peer(truncated))));
}

#[tokio::test]
async fn denials_with_and_without_a_token() {
    for status in [401, 403] {
        let challenge = "WWW-Authenticate: Bearer realm=\"x\"\r\nWWW-Authenticate: Basic\r\n";
        let peer = Peer::keeping_alive(whole(status, challenge, r#"{"error":"denied"}"#));
        for call in [LIST, with_bearer()] {
            let outcome = ask_both(&peer.url(), &call, PATIENT).await;
            assert_eq!(*outcome.sole(), Seen::Rejected(status, r#"{"error":"denied"}"#.into()));
            assert!(outcome.open);
        }
        for bearer in [None, Some("abc.def")] {
            let mut options = Options::new(INFO);
            options.bearer = bearer.map(Into::into);
            let mut session = Session::new(&peer.url(), options).unwrap();
            let Err(SessionError::Rejected(rejection)) = session.connect().await else {
                panic!("{status}");
            };
            assert_eq!((rejection.status, rejection.bearer_sent), (status, bearer.is_some()));
            assert_eq!(rejection.challenges, ["Bearer realm=\"x\"", "Basic"]);
            assert_eq!(rejection.body, br#"{"error":"denied"}"#);
        }
    }
}

/// A denial stays one, even if it looks like an answer.
#[tokio::test]
async fn a_denial_with_a_json_rpc_body() {
    let body = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    let outcome = ask_both(&Peer::keeping_alive(whole(401, "", body)).url(), &LIST, PATIENT).await;
    assert_eq!(*outcome.sole(), Seen::Rejected(401, body.into()));
}

#[tokio::test]
async fn a_failing_server_shows_the_start_of_its_page() {
    let page = "<h1>oops</h1>".repeat(10_000);
    let peer = Peer::keeping_alive(whole(500, "", &page));
    let outcome = ask_both(&peer.url(), &LIST, PATIENT).await;
    match outcome.sole() {
        Seen::Rejected(500, body) => {
            assert!(body.len() > 1024 && page.starts_with(body), "{}", body.len());
        }
        other => panic!("{other:?}"),
    }
    assert!(!outcome.open);
}

#[tokio::test]
async fn a_refusal_stays_one_when_its_page_is_cut() {
    let head = "HTTP/1.1 401 X\r\nContent-Type: text/html\r\n";
    for (framing, body) in [
        ("Content-Length: 100", "no"),
        ("Transfer-Encoding: chunked", &*chunk("no")),
        ("Transfer-Encoding: chunked", "2\r\nno\r\nrubbish"),
    ] {
        let peer = Peer::answering(format!("{head}{framing}\r\n\r\n{body}"));
        let outcome = ask_both(&peer.url(), &LIST, PATIENT).await;
        assert!(matches!(outcome.sole(), Seen::Rejected(401, _)), "{framing}: {outcome:?}");
        assert!(!outcome.open);
    }
    let peer = Peer::new(move |mut link| {
        link.request();
        link.send(format!("{head}Content-Length: 100\r\n\r\nno"));
        link.wait_for_close();
    });
    let outcome = ask_both(&peer.url(), &LIST, IDLE).await;
    assert_eq!(*outcome.sole(), Seen::Rejected(401, "no".into()));
    assert!(!outcome.open);
}

#[tokio::test]
async fn a_success_that_is_no_json() {
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello";
    let peer = Peer::keeping_alive(page);
    let outcome = ask_both(&peer.url(), &LIST, PATIENT).await;
    let fault = CoreError::Peer(PeerError::ContentType { status: 200 });
    assert_eq!(outcome.error, Some(Error::Client(fault)));
    assert!(!outcome.open);

    let url = peer.url();
    let endpoint = Endpoint::parse(&url).unwrap();
    let mut connector = TokioConnector::new();
    let mut connection =
        Connection::open(&mut connector, &endpoint, TokioTimer::default(), PATIENT).await.unwrap();
    let (mut client, mut out, mut storage) = (crate::ask::modern(), [0; 1024], [0; 1024]);
    let mut reply =
        connection.call(&endpoint, &mut client, &LIST, &mut out, &mut storage).await.unwrap();
    assert_eq!(reply.head().unwrap().header("content-type"), Some(&b"text/html"[..]));
    assert_eq!(reply.unread(), b"hello");
    assert!(reply.next_event().await.is_err());
    assert_eq!((reply.head(), reply.unread()), (None, &b"hello"[..]));
    // What failed goes on failing.
    assert_eq!(reply.next_event().await, Err(Error::Client(fault)));
}

#[tokio::test]
async fn a_json_rpc_error_is_an_answer() {
    let body = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no such tool"}}"#;
    for status in [200, 400, 404, 500] {
        let peer = Peer::keeping_alive(whole(status, "", body));
        let outcome = ask_both(&peer.url(), &LIST, PATIENT).await;
        assert_eq!((outcome.status, outcome.sole()), (status, &Seen::Error(-32602)));
        assert!(outcome.open);
    }
}

#[tokio::test]
async fn a_tool_that_fails_has_answered() {
    let result = json!({"content": [{"type": "text", "text": "no"}], "isError": true});
    let peer = Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            link.send(request.result(&result));
        }
    });
    let method = Method::CallTool { name: "t", arguments: None, input_schema: None };
    let outcome = ask_both(&peer.url(), &Call::new(method), PATIENT).await;
    let Seen::Result(text) = outcome.sole() else { panic!("{outcome:?}") };
    let result = mcpico_core::json::parse(text.as_bytes()).unwrap();
    assert!(ToolResult::from_result(result).unwrap().is_error);
}

#[tokio::test]
async fn a_message_that_is_none() {
    let peer = Peer::keeping_alive(whole(200, "", r#"{"jsonrpc":"2.0","id":1,"result":{}"#));
    let outcome = ask_both(&peer.url(), &LIST, PATIENT).await;
    assert!(matches!(outcome.error, Some(Error::Client(CoreError::Peer(PeerError::Message(_))))));
    assert!(!outcome.open);
}

#[tokio::test]
async fn a_message_that_does_not_fit() {
    let peer = Peer::keeping_alive(whole(200, "", &" ".repeat(100_000)));
    let outcome = ask_both(&peer.url(), &LIST, PATIENT).await;
    // The length of the body is stated, so the size that suffices is known.
    let (limit, needed) = (64 * 1024, 100_000);
    assert_eq!(outcome.error, Some(Error::Client(CoreError::FrameTooLarge { limit, needed })));
    assert!(!outcome.open);
}

#[tokio::test]
async fn what_has_failed_goes_on_failing() {
    let peer = Peer::new(|mut link| {
        link.request();
        link.send(STREAM);
        link.wait_for_close();
    });
    let url = peer.url();
    let endpoint = Endpoint::parse(&url).unwrap();
    let mut connector = TokioConnector::new();
    let mut connection =
        Connection::open(&mut connector, &endpoint, TokioTimer::default(), IDLE).await.unwrap();
    let (mut client, mut out, mut storage) = (crate::ask::modern(), [0; 1024], [0; 1024]);
    let mut reply =
        connection.call(&endpoint, &mut client, &LIST, &mut out, &mut storage).await.unwrap();
    let error = Error::Deadline(Deadline::Idle, SHORT);
    assert_eq!(reply.next_event().await, Err(error));
    // Without waiting again: the bytes that would come now are of no use.
    let again = tokio::time::timeout(SHORT / 10, reply.next_event()).await;
    assert_eq!(again, Ok(Err(error)));
}
