//! What goes on the wire, by how many writes, and what happens without room.

use mcpico_core::auth::Bearer;
use mcpico_core::client::{Answer, Call, Client, ServerRequest};
use mcpico_core::json;
use mcpico_core::jsonrpc::Id;
use mcpico_core::mcp::{ClientInfo, Method, Revision};
use mcpico_core::{Error as CoreError, Misuse};
use mcpico_http::{Connection, Endpoint, Error};
use proptest::prelude::*;

use crate::wire::{DEADLINES, NoTime, Wire, block_on, legacy};

const INFO: ClientInfo = ClientInfo { name: "test", version: "1.0.0" };
const OK: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 36\r\n\r\n\
    {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}";

const fn modern() -> Client {
    Client::with_revisions(INFO, Revision::LATEST, Revision::LATEST)
}

fn connection<'w>(responses: &'w [&'w [u8]]) -> Connection<Wire<'w>, NoTime> {
    Connection::new(Wire::new(responses), NoTime, DEADLINES)
}

#[test]
fn a_request_is_these_bytes_and_one_write() {
    const EXPECTED: &str = "POST /mcp?x=1 HTTP/1.1\r\n\
        Host: example.com:8443\r\n\
        Accept-Encoding: identity\r\n\
        Accept: application/json, text/event-stream\r\n\
        Content-Type: application/json\r\n\
        Mcp-Method: tools/call\r\n\
        Mcp-Name: add\r\n\
        MCP-Protocol-Version: 2026-07-28\r\n\
        Authorization: Bearer abc.def\r\n\
        Content-Length: 277\r\n\
        \r\n";
    let endpoint = Endpoint::parse("https://example.com:8443/mcp?x=1").unwrap();
    let arguments = Some(json::parse(br#"{"a":1}"#).unwrap());
    let method = Method::CallTool { name: "add", arguments, input_schema: None };
    let call = Call::new(method).bearer(Some(Bearer::new("abc.def").unwrap()));
    let responses = [OK];
    let mut connection = connection(&responses);
    let (mut out, mut storage) = ([0; 2048], [0; 512]);
    let mut client = modern();
    let sent = connection.call(&endpoint, &mut client, &call, &mut out, &mut storage);
    let _ = block_on(sent).unwrap();
    let (sent, writes) = connection.io().take_sent();
    let sent = std::str::from_utf8(sent).unwrap();
    let (head, body) = sent.split_at(sent.find("\r\n\r\n").unwrap() + 4);
    assert_eq!((head, writes), (&*EXPECTED.replace("277", &body.len().to_string()), 1));
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let expected = serde_json::json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "add", "arguments": {"a": 1}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1.0.0"},
            "io.modelcontextprotocol/clientCapabilities": {}}}});
    assert_eq!(body, expected);
}

#[derive(Clone, Copy, Debug)]
enum Sends {
    Answer,
    Call,
    Connect,
    End,
}

/// Sends with a buffer of that size; the bytes and writes, or the error.
fn send(
    what: Sends,
    url: &str,
    client: &mut Client,
    call: &Call<'_>,
    room: usize,
) -> Result<(Vec<u8>, usize), Error> {
    let endpoint = Endpoint::parse(url).unwrap();
    let responses = [OK];
    let mut connection = connection(&responses);
    let (mut out, mut storage) = (vec![0; room], [0; 512]);
    let bearer = call.bearer_token();
    let request = ServerRequest {
        id: Id::Number(7),
        method: json::parse(b"\"ping\"").unwrap().as_str().unwrap(),
        params: None,
    };
    let (out, storage) = (&mut out[..], &mut storage[..]);
    let sent = block_on(async {
        match what {
            Sends::Call => connection.call(&endpoint, client, call, out, storage).await.map(drop),
            Sends::Connect => connection
                .connect_step(&endpoint, client, bearer, out, storage)
                .await
                .map(|reply| _ = reply.unwrap()),
            Sends::End => connection
                .end(&endpoint, client, bearer, out, storage)
                .await
                .map(|reply| _ = reply.unwrap()),
            Sends::Answer => {
                let answer = Answer::default_for(&request);
                connection
                    .answer(&endpoint, client, &request, answer, bearer, out, storage)
                    .await
                    .map(drop)
            }
        }
    });
    let open = connection.is_open();
    let (bytes, writes) = connection.io().take_sent();
    if sent.is_err() {
        assert_eq!((bytes.len(), writes, open), (0, 0, true), "nothing was sent");
    } else {
        assert!(!open, "the exchange is not over");
    }
    sent.map(|()| (bytes.to_vec(), writes))
}

fn needed(error: Error) -> usize {
    match error {
        Error::Client(CoreError::OutputTooSmall { needed }) => needed,
        error => panic!("{error:?}"),
    }
}

/// Every size of the buffer: all of the request, or nothing and no change.
fn try_every_size(what: Sends, client: &Client, url: &str, call: &Call<'_>) {
    let enough = needed(send(what, url, &mut client.clone(), call, 0).unwrap_err());
    let (whole, writes) = send(what, url, &mut client.clone(), call, enough).unwrap();
    assert_eq!(writes, 1, "{what:?}: what is needed is room for one write");
    let mut fits = false;
    for room in (0..enough).rev().step_by(7).chain(0..3).chain([enough + 1, enough * 2]) {
        let mut used = client.clone();
        match send(what, url, &mut used, call, room) {
            Ok((bytes, writes)) => {
                assert_eq!(bytes, whole, "{what:?} with {room}");
                assert!(writes == 1 || (writes == 2 && room < enough));
                fits |= room < enough;
            }
            Err(error) => {
                assert_eq!(needed(error), enough, "{what:?} with {room}");
                assert!(room < enough);
                assert_eq!(format!("{used:?}"), format!("{client:?}"), "nothing has changed");
            }
        }
    }
    // Two writes take less.
    assert!(fits);
}

#[test]
fn small_requests_fit_the_rooms_that_the_documentation_names() {
    let token = "a".repeat(64);
    let arguments = Some(json::parse(br#"{"a":1,"b":"two"}"#).unwrap());
    let method = Method::CallTool { name: "add", arguments, input_schema: None };
    let call = Call::new(method).bearer(Some(Bearer::new(&token).unwrap()));
    for (room, writes) in [(1024, 2), (2048, 1)] {
        let sent = send(Sends::Call, "http://localhost:8080/mcp", &mut modern(), &call, room);
        assert_eq!(sent.unwrap().1, writes);
    }
}

#[test]
fn every_message_is_sent_whole_or_not_at_all() {
    let bearer = Some(Bearer::new("abc.def").unwrap());
    let call = Call::new(Method::ListTools { cursor: None }).bearer(bearer);
    let url = "http://localhost:8080/mcp";
    try_every_size(Sends::Call, &modern(), url, &call);
    try_every_size(Sends::Connect, &Client::new(INFO), url, &call);
    let revision = Revision::V2025_11_25;
    let initialize = Client::with_revisions(INFO, revision, revision);
    try_every_size(Sends::Connect, &initialize, url, &call);
    try_every_size(Sends::Call, &legacy(), url, &call);
    try_every_size(Sends::Answer, &legacy(), url, &call);
    try_every_size(Sends::End, &legacy(), url, &call);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_needed_suffices(
        name in ".{0,40}",
        text in proptest::string::string_regex("[ -~]{0,900}").unwrap(),
        token in proptest::option::of("[A-Za-z0-9._~+/-]{1,300}"),
        path in "(/[a-z0-9]{0,20}){1,4}",
    ) {
        let arguments = serde_json::json!({ "text": text }).to_string();
        let arguments = Some(json::parse(arguments.as_bytes()).unwrap());
        let method = Method::CallTool { name: &name, arguments, input_schema: None };
        let bearer = token.as_deref().map(|token| Bearer::new(token).unwrap());
        let call = Call::new(method).bearer(bearer);
        let url = format!("https://[2001:db8::1]:8443{path}");
        let enough = needed(send(Sends::Call, &url, &mut modern(), &call, 0).unwrap_err());
        for room in [0, 1, enough / 4, enough / 2] {
            if let Err(error) = send(Sends::Call, &url, &mut modern(), &call, room) {
                prop_assert_eq!(needed(error), enough);
            }
        }
        let (bytes, writes) = send(Sends::Call, &url, &mut modern(), &call, enough).unwrap();
        prop_assert_eq!(writes, 1);
        // It is not much more than what is used: message, head and message once more.
        let sent = bytes.len();
        prop_assert!(enough <= 2 * sent, "{} for {}", enough, sent);
    }
}

#[test]
fn short_writes_are_continued() {
    let endpoint = Endpoint::parse("http://localhost/").unwrap();
    let call = Call::new(Method::ListTools { cursor: None });
    let (whole, _) = send(Sends::Call, endpoint.url(), &mut modern(), &call, 4096).unwrap();
    for piece in [1, 7, 100] {
        let responses = [OK];
        let mut connection = connection(&responses);
        connection.io().piece = piece;
        let (mut out, mut storage) = ([0; 2048], [0; 512]);
        let mut client = modern();
        let sent = connection.call(&endpoint, &mut client, &call, &mut out, &mut storage);
        let _ = block_on(sent).unwrap();
        let (sent, writes) = connection.io().take_sent();
        assert_eq!((sent, writes), (&*whole, whole.len().div_ceil(piece)));
    }
    // A connection that takes nothing does not keep the writer for ever.
    let mut connection = connection(&[]);
    connection.io().piece = 0;
    let (mut out, mut storage) = ([0; 2048], [0; 512]);
    let mut client = modern();
    let sent = connection.call(&endpoint, &mut client, &call, &mut out, &mut storage);
    let error = Error::Io(embedded_io_async::ErrorKind::WriteZero);
    assert_eq!(block_on(sent).unwrap_err(), error);
    assert!(!connection.is_open());
}

#[test]
fn a_bearer_does_not_go_over_plain_http_to_another_machine() {
    let call = Call::new(Method::ListTools { cursor: None });
    let with_bearer = call.bearer(Some(Bearer::new("abc.def").unwrap()));
    for (url, safe) in [
        ("http://192.0.2.1/", false),
        ("http://example.com/", false),
        ("http://localhost.example.com/", false),
        ("http://127.0.0.1.example.com/", false),
        ("http://[2001:db8::1]/", false),
        ("http://0.0.0.0/", false),
        ("http://2130706433/", false),
        ("https://192.0.2.1/", true),
        ("https://example.com/", true),
        ("http://localhost/", true),
        ("http://LOCALHOST:80/", true),
        ("http://127.0.0.1/", true),
        ("http://127.1.2.3/", true),
        ("http://[::1]/", true),
    ] {
        let sent = send(Sends::Call, url, &mut modern(), &with_bearer, 2048);
        if safe {
            assert!(sent.is_ok(), "{url}");
        } else {
            assert_eq!(sent, Err(Error::BearerOverPlaintext), "{url}");
        }
        assert!(send(Sends::Call, url, &mut modern(), &call, 2048).is_ok(), "{url}");
        // The other messages are held to the same.
        for (what, mut client) in
            [(Sends::Connect, Client::new(INFO)), (Sends::Answer, legacy()), (Sends::End, legacy())]
        {
            let before = format!("{client:?}");
            let sent = send(what, url, &mut client, &with_bearer, 2048);
            assert_eq!(sent.is_ok(), safe, "{what:?} {url}");
            assert!(safe || format!("{client:?}") == before, "{what:?} {url}");
        }

        let endpoint = Endpoint::parse(url).unwrap();
        let responses = [OK];
        let mut connection = connection(&responses);
        connection.allow_plaintext_bearer(true);
        let (mut out, mut storage) = ([0; 2048], [0; 512]);
        let mut client = modern();
        let sent = connection.call(&endpoint, &mut client, &with_bearer, &mut out, &mut storage);
        assert!(block_on(sent).is_ok(), "{url}");
    }
}

#[test]
fn misuse_leaves_the_connection_as_it_was() {
    let call = Call::new(Method::ListTools { cursor: None });
    let sent = send(Sends::Call, "http://localhost/", &mut Client::new(INFO), &call, 2048);
    assert_eq!(sent, Err(Error::Client(CoreError::Misuse(Misuse::NotReady))));
}
