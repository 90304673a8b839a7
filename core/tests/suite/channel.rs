//! The client over HTTP+SSE, the transport of revision 2024-11-05.

mod cuts;

use std::slice;

use mcpico_core::auth::Bearer;
use mcpico_core::client::{
    Arrivals, Call, Channel, Client, Event, Exchange, Lines, MessageEndpointError, Response, Verb,
    message_endpoint,
};
use mcpico_core::inbox::Inbox;
use mcpico_core::mcp::{ClientInfo, Method, Revision};
use mcpico_core::{Error, PeerError};
use proptest::prelude::*;
use serde_json::{Value, json};

const INFO: ClientInfo = ClientInfo { name: "test", version: "1" };
const LIST: Call<'static> = Call::new(Method::ListTools { cursor: None });
const BASE: &str = "http://a/b/c/d;p?q";

fn resolve(stream: &str, reference: &str) -> Result<String, MessageEndpointError> {
    let mut out = [0; 256];
    let resolved = message_endpoint(stream, reference, &mut out).map(str::to_owned);
    assert!(resolved.is_ok() || out == [0; 256], "written to: {reference}");
    resolved
}

#[test]
fn the_corpus_of_endpoints_is_judged_as_it_expects() {
    let corpus = include_str!("../corpora/redirect/cases.json");
    let corpus: Value = serde_json::from_str(corpus).unwrap();
    let stream = corpus["endpoint_events_from"].as_str().unwrap();
    let cases = corpus["endpoint_events"].as_array().unwrap();
    for case in cases {
        let resolved = resolve(stream, case["data"].as_str().unwrap());
        assert_eq!(resolved.is_ok(), case["accept"] == true, "{case}: {resolved:?}");
        assert!(resolved.is_err() || resolved.unwrap().starts_with("https://mcp.example/"));
    }
    println!("{} endpoints", cases.len());
    assert_eq!(cases.len(), 10);
}

/// RFC 3986 sections 5.4.1 and 5.4.2 as far as the origin stays. A fragment goes nowhere.
#[test]
fn the_examples_of_rfc_3986_resolve() {
    for (reference, url) in [
        ("g", "http://a/b/c/g"),
        ("./g", "http://a/b/c/g"),
        ("g/", "http://a/b/c/g/"),
        ("/g", "http://a/g"),
        ("?y", "http://a/b/c/d;p?y"),
        ("g?y", "http://a/b/c/g?y"),
        ("#s", "http://a/b/c/d;p?q"),
        ("g#s", "http://a/b/c/g"),
        ("g?y#s", "http://a/b/c/g?y"),
        (";x", "http://a/b/c/;x"),
        ("g;x", "http://a/b/c/g;x"),
        ("g;x?y#s", "http://a/b/c/g;x?y"),
        (".", "http://a/b/c/"),
        ("./", "http://a/b/c/"),
        ("..", "http://a/b/"),
        ("../", "http://a/b/"),
        ("../g", "http://a/b/g"),
        ("../..", "http://a/"),
        ("../../", "http://a/"),
        ("../../g", "http://a/g"),
        ("../../../g", "http://a/g"),
        ("../../../../g", "http://a/g"),
        ("/./g", "http://a/g"),
        ("/../g", "http://a/g"),
        ("g.", "http://a/b/c/g."),
        (".g", "http://a/b/c/.g"),
        ("g..", "http://a/b/c/g.."),
        ("..g", "http://a/b/c/..g"),
        ("./../g", "http://a/b/g"),
        ("./g/.", "http://a/b/c/g/"),
        ("g/./h", "http://a/b/c/g/h"),
        ("g/../h", "http://a/b/c/h"),
        ("g;x=1/./y", "http://a/b/c/g;x=1/y"),
        ("g;x=1/../y", "http://a/b/c/y"),
        ("g?y/./x", "http://a/b/c/g?y/./x"),
        ("g?y/../x", "http://a/b/c/g?y/../x"),
        ("g#s/../x", "http://a/b/c/g"),
    ] {
        assert_eq!(resolve(BASE, reference), Ok(url.into()), "{reference}");
    }
    for reference in ["g:h", "//g", "http:g"] {
        assert_eq!(resolve(BASE, reference), Err(MessageEndpointError::Origin), "{reference}");
    }
}

#[test]
fn only_scheme_host_and_port_of_the_stream_will_do() {
    use MessageEndpointError::{Character, Origin, TooLong, UserInfo};
    for (stream, reference, expected) in [
        ("http://h:80/sse", "HTTP://H/m?x=1", Ok("http://h:80/m?x=1")),
        ("https://h/sse", "https://h:443", Ok("https://h/")),
        ("https://h", "m", Ok("https://h/m")),
        ("https://h?q", "?x", Ok("https://h/?x")),
        ("http://[::1]:9/sse", "//[::1]:9/a//b", Ok("http://[::1]:9/a//b")),
        ("http://h/sse", "//h?x", Ok("http://h/?x")),
        ("http://h:443/sse", "http://h/m", Err(Origin)),
        ("https://h/sse", "https://h:80/m", Err(Origin)),
        ("https://h/sse", "https://h:0443/m", Err(Origin)),
        ("https://h/sse", "https://h:/m", Err(Origin)),
        ("https://h/sse", "https://h./m", Err(Origin)),
        ("https://h/sse", "https://a.h/m", Err(Origin)),
        ("https://h/sse", "https:///m", Err(Origin)),
        ("https://h/sse", "https://h%2f@g/m", Err(UserInfo)),
        ("https://h/sse", "//u@h/m", Err(UserInfo)),
        ("https://h/sse", "https:\\\\g/m", Err(Character { at: 6 })),
        ("https://h/sse", "/\\g/m", Err(Character { at: 1 })),
        ("https://h/sse", "/m ", Err(Character { at: 2 })),
        ("https://h/sse", "/m\nX: y", Err(Character { at: 2 })),
        ("https://h/sse", "/\u{fc}", Err(Character { at: 1 })),
        ("https://h/sse", "", Err(Character { at: 0 })),
        ("h/sse", "/m", Err(Origin)),
        ("mailto:h", "/m", Err(Origin)),
    ] {
        assert_eq!(resolve(stream, reference), expected.map(str::to_owned), "{stream} {reference}");
    }
    let limit = "https://h/m".len() - 1;
    let mut short = vec![0; limit];
    assert_eq!(message_endpoint("https://h/sse", "/m", &mut short), Err(TooLong { limit }));
    assert_eq!(message_endpoint("https://h/sse", "/m", &mut []), Err(TooLong { limit: 0 }));
}

proptest! {
    /// Whatever the server names, the URL begins with our own scheme and authority, and a slash follows.
    #[test]
    fn no_reference_leaves_the_origin(reference in "[a-z./?#:@\\\\%0-9 \u{e9}-]{0,24}") {
        if let Ok(url) = resolve("https://mcp.example/x/sse", &reference) {
            prop_assert!(url.starts_with("https://mcp.example/"), "{url}");
            let host = url["https://".len()..].split(['/', '?', '#']).next();
            prop_assert_eq!(host, Some("mcp.example"));
            prop_assert!(!url.contains(['#', '\\', ' ']));
        }
    }
}

/// A client of the legacy era that is ready.
fn ready() -> Client {
    ready_in(Revision::V2024_11_05)
}

fn ready_in(revision: Revision) -> Client {
    let mut client = Client::with_revisions(INFO, Revision::V2024_11_05, Revision::LATEST_LEGACY);
    assert!(client.is_initializing());
    let result = json!({"protocolVersion": revision.name()});
    let answer = format!("data: {}", json!({"jsonrpc": "2.0", "id": 1, "result": result}));
    while let Some((_, mut exchange)) = client.connect(None, &mut [0; 1024]).unwrap() {
        exchange.on_line_sent();
        if !exchange.is_answered() {
            read(
                &client,
                slice::from_mut(&mut exchange),
                &format!("{answer}\n\n"),
                512,
                usize::MAX,
            );
        }
        assert!(client.settle(&exchange).unwrap());
    }
    assert_eq!(client.revision(), Some(revision));
    assert!(!client.is_initializing());
    client
}

fn waiting(client: &mut Client, count: usize) -> Vec<Exchange> {
    let mut request = || {
        let mut exchange = client.request(&LIST, &mut [0; 1024]).unwrap().1;
        exchange.on_line_sent();
        exchange
    };
    (0..count).map(|_| request()).collect()
}

/// Feeds an inbox.
struct Feed<'t> {
    rest: &'t [u8],
    piece: usize,
}

impl Feed<'_> {
    fn fill(&mut self, inbox: &mut Inbox<'_>) {
        let spare = inbox.spare();
        assert!(!spare.is_empty(), "no room to read into");
        let count = self.rest.len().min(self.piece).min(spare.len());
        spare[..count].copy_from_slice(&self.rest[..count]);
        inbox.commit(count);
        self.rest = &self.rest[count..];
        if self.rest.is_empty() {
            inbox.close();
        }
    }
}

/// Everything that comes out of `input`, as text, until the stream is over.
fn read(
    client: &Client,
    exchanges: &mut [Exchange],
    input: &str,
    capacity: usize,
    piece: usize,
) -> Vec<String> {
    read_as(Channel::default(), client, exchanges, input, capacity, piece)
}

fn read_as(
    mut arrivals: impl Arrivals,
    client: &Client,
    exchanges: &mut [Exchange],
    input: &str,
    capacity: usize,
    piece: usize,
) -> Vec<String> {
    let mut storage = vec![0; capacity];
    let mut inbox = Inbox::new(&mut storage);
    let nothing = arrivals.next_arrival(client, exchanges, &mut inbox);
    assert_eq!((nothing.exchange, nothing.event), (None, Ok(Event::NeedData)));
    let mut feed = Feed { rest: input.as_bytes(), piece };
    let mut seen = Vec::new();
    loop {
        if arrivals.needs_data(&mut inbox) {
            feed.fill(&mut inbox);
            continue;
        }
        let arrival = arrivals.next_arrival(client, exchanges, &mut inbox);
        let of = arrival.exchange;
        seen.push(match arrival.event {
            Ok(Event::Closed) => return seen,
            Ok(Event::Response(Response::Result(result))) => {
                format!("{} to {of:?}", result.text())
            }
            Ok(event) => format!("{event:?}").split([' ', '{', '(']).next().unwrap().to_owned(),
            Err(error) => format!("{error} to {of:?}"),
        });
    }
}

fn endpoint(input: &str, capacity: usize, piece: usize) -> Result<String, Error> {
    let mut storage = vec![0; capacity];
    let mut inbox = Inbox::new(&mut storage);
    let mut channel = Channel::new();
    let mut feed = Feed { rest: input.as_bytes(), piece };
    loop {
        if let Some(text) = channel.endpoint(&mut inbox)? {
            return Ok(text.to_owned());
        }
        feed.fill(&mut inbox);
    }
}

#[test]
fn the_stream_is_asked_for_and_messages_posted_with_a_bearer_and_without_a_session() {
    let mut out = [0; 256];
    let bearer = Some(Bearer::new("abc").unwrap());
    let (post, exchange) = Channel::open(bearer, &mut out).unwrap();
    assert_eq!((post.verb(), post.body()), (Verb::Get, &b""[..]));
    let headers: Vec<_> = post.headers().collect();
    assert_eq!(headers, [("Accept", "text/event-stream"), ("Authorization", "Bearer abc")]);
    assert!(!exchange.is_answered());
    let small = Channel::open(None, &mut []).err();
    assert_eq!(
        small,
        Some(Error::OutputTooSmall { needed: "Accept: text/event-stream\r\n".len() })
    );
    let (post, mut exchange) = Channel::submit(b"{}", bearer, &mut out).unwrap();
    assert_eq!((post.verb(), post.body()), (Verb::Post, &b"{}"[..]));
    let headers: Vec<_> = post.headers().collect();
    assert_eq!(headers, [("Content-Type", "application/json"), ("Authorization", "Bearer abc")]);
    exchange.on_status(202);
    let mut inbox = Inbox::new(&mut []);
    assert_eq!(exchange.next_event(&mut inbox), Ok(Event::Accepted));
    let needed = "Content-Type: application/json\r\n{}".len();
    let small = Channel::submit(b"{}", None, &mut []).err();
    assert_eq!(small, Some(Error::OutputTooSmall { needed }));
}

#[test]
fn the_endpoint_is_the_first_event() {
    let missing = Error::Peer(PeerError::MessageEndpoint(MessageEndpointError::Missing));
    for piece in [1, 2, 1000] {
        for (input, expected) in [
            ("event: endpoint\ndata: /m?s=1\n\n", Ok("/m?s=1")),
            (": hi\n\nretry: 5\nid: 1\n\nevent: endpoint\r\ndata:/m\r\n\r\ndata: {}\n\n", Ok("/m")),
            ("event: ping\ndata: x\n\nevent: endpoint\ndata: m\n\n", Ok("m")),
            ("event: endpoint\ndata: /m\ndata: X: y\n\n", Ok("/m\nX: y")),
            ("", Err(missing)),
            ("event: endpoint\ndata: /m\n", Err(missing)),
            ("data: /m\n\n", Err(missing)),
            ("event: message\ndata: {}\n\nevent: endpoint\ndata: /m\n\n", Err(missing)),
        ] {
            let found = endpoint(input, 64, piece);
            assert_eq!(found, expected.map(str::to_owned), "{input:?} by {piece}");
        }
    }
    let huge = format!("event: endpoint\ndata: /{}\n\n", "m".repeat(100));
    let too_large = Error::FrameTooLarge { limit: 64, needed: 65 };
    assert_eq!(endpoint(&huge, 64, 1000), Err(too_large));
}

#[test]
fn an_endpoint_has_to_be_text() {
    let mut storage = [0; 64];
    let mut inbox = Inbox::new(&mut storage);
    let mut feed = Feed { rest: b"event: endpoint\ndata: /m\xff\n\n", piece: 100 };
    feed.fill(&mut inbox);
    let error = MessageEndpointError::Character { at: 2 };
    let found = Channel::new().endpoint(&mut inbox).map(|_| ());
    assert_eq!(found, Err(PeerError::MessageEndpoint(error).into()));
}

#[test]
fn answers_come_in_any_order_beside_what_else_is_said() {
    let mut client = ready();
    let input = "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"b\":1}}\n\n\
        event: ping\ndata: not JSON\n\n\
        data: {\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":\"ping\"}\n\n\
        event: endpoint\ndata: /elsewhere\n\n\
        data: {\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"again\":1}}\n\n\
        data: oops\n\n\
        data: {\"jsonrpc\":\"2.0\",\ndata: \"id\":2,\"result\":{\"a\":1}}\n\n\
        data: {\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}\n\n";
    for (capacity, piece) in [(128, 1), (128, 7), (2048, 2048)] {
        let mut exchanges = waiting(&mut client.clone(), 2);
        let seen = read(&client, &mut exchanges, input, capacity, piece);
        assert_eq!(
            seen,
            [
                "{\"b\":1} to Some(1)",
                "ServerRequest",
                "the server names an endpoint once more to None",
                "Unsolicited",
                "the server sent no JSON-RPC message: a word other than true, false or null, at byte 0 to None",
                "{\"a\":1} to Some(0)",
                "Unsolicited",
            ],
            "{capacity}, {piece}"
        );
        assert!(exchanges.iter().all(Exchange::is_answered));
    }
    assert!(client.request(&LIST, &mut [0; 1024]).is_ok());
}

#[test]
fn a_batch_is_read_to_its_end() {
    let mut client = ready_in(Revision::V2025_03_26);
    let input = "data: [{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"b\":1}},\n\
        data: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"a\":1}}]\n\n\
        data: {\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{\"c\":1}}\n\n";
    for (capacity, piece) in [(128, 1), (2048, 2048)] {
        let mut exchanges = waiting(&mut client.clone(), 3);
        let seen = read(&client, &mut exchanges, input, capacity, piece);
        assert_eq!(seen, ["{\"b\":1} to Some(1)", "{\"a\":1} to Some(0)", "{\"c\":1} to Some(2)"]);
    }
    assert!(client.request(&LIST, &mut [0; 1024]).is_ok());
}

#[test]
fn lines_are_read_alike() {
    let mut client = ready();
    let mut exchanges = waiting(&mut client, 2);
    let input = "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"b\":1}}\n\
        {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"a\":1}}\n";
    let seen = read_as(Lines::default(), &client, &mut exchanges, input, 128, 7);
    assert_eq!(seen, ["{\"b\":1} to Some(1)", "{\"a\":1} to Some(0)"]);
}

#[test]
fn an_event_that_does_not_fit_is_the_last() {
    let mut client = ready();
    let mut exchanges = waiting(&mut client, 2);
    let big = "x".repeat(200);
    let input = format!(
        "data: {{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{{\"big\":\"{big}\"}}}}\n\n\
         data: {{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{{}}}}\n\n"
    );
    let seen = read(&client, &mut exchanges, &input, 128, 50);
    let error = "a message of at least 129 bytes does not fit the inbox of 128 bytes";
    assert_eq!(seen, [format!("{error} to Some(1)")]);
    assert!(exchanges[1].is_over() && !exchanges[0].is_over());
    // Where the message is of several lines, what has come of it stands together.
    let input = format!(
        "data: {{\"jsonrpc\":\"2.0\",\ndata: \"id\":2,\"result\":{{\ndata: \"{}\":0}}}}\n\n",
        "x".repeat(200)
    );
    let mut exchanges = waiting(&mut client, 1);
    assert_eq!(exchanges[0].id(), 4);
    let seen = read(&client, &mut exchanges, &input.replace(":2,", ":4,"), 128, 50);
    assert_eq!(seen, [format!("{error} to Some(0)")]);
}
