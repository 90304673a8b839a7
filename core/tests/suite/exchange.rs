//! A whole answer from its bytes to its events, the way an adapter carries it: through `http1`, the inbox
//! and the exchange, over any split and any size of the inbox.

use mcpico_core::client::{Call, Client, Event, Exchange, Response};
use mcpico_core::http1::{Body, HeadReader, HttpError};
use mcpico_core::inbox::Inbox;
use mcpico_core::mcp::{ClientInfo, Method, Revision};
use mcpico_core::{Error, PeerError};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const INFO: ClientInfo = ClientInfo { name: "test", version: "1" };

/// The one revision with batches and requests of the server; the exchange then has the id 2.
const BATCHES: Revision = Revision::V2025_03_26;

/// Bytes that arrive in pieces; when the sizes are used up, they begin again.
struct Wire<'a> {
    rest: &'a [u8],
    sizes: std::iter::Cycle<std::slice::Iter<'a, usize>>,
    piece: usize,
}

impl<'a> Wire<'a> {
    fn new(bytes: &'a [u8], sizes: &'a [usize]) -> Self {
        Self { rest: bytes, sizes: sizes.iter().cycle(), piece: 0 }
    }

    fn read(&mut self, room: &mut [u8]) -> usize {
        assert!(!room.is_empty(), "data is wanted but there is no room");
        if self.piece == 0 {
            self.piece = self.sizes.next().copied().unwrap_or(usize::MAX);
        }
        let count = self.piece.min(room.len()).min(self.rest.len());
        let (piece, rest) = self.rest.split_at(count);
        room[..count].copy_from_slice(piece);
        self.rest = rest;
        self.piece -= count;
        count
    }
}

fn shown(event: &Event<'_>) -> String {
    match event {
        Event::Response(Response::Result(result)) => format!("result {}", result.text()),
        Event::Response(Response::Error(error)) => format!("error {}", error.code),
        Event::Response(Response::InputRequired(_)) => "input required".into(),
        Event::Response(Response::Task(_)) => "task".into(),
        Event::Notification(note) => {
            format!("notification {} {:?}", note.method.chars().collect::<String>(), note.params)
        }
        Event::ServerRequest(request) => {
            format!("request {:?} {}", request.id, request.method.chars().collect::<String>())
        }
        Event::Rejected { status, body } => {
            format!("rejected {status} {}", body.escape_ascii())
        }
        other => format!("{other:?}"),
    }
}

/// The exchange of one request; a client that is ready in `revision` writes it.
fn request(revision: Revision) -> (Client, Exchange) {
    let mut out = [0; 1024];
    let mut client = Client::with_revisions(INFO, revision, revision);
    if !revision.is_modern() {
        let result = format!("{{\"protocolVersion\":\"{revision}\"}}");
        let accepted = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{result}}}");
        for (status, body) in [(200, &*accepted), (202, "")] {
            let (_, mut exchange) = client.connect(None, &mut out).unwrap().unwrap();
            let mut storage = [0; 256];
            let mut inbox = Inbox::new(&mut storage);
            inbox.spare()[..body.len()].copy_from_slice(body.as_bytes());
            inbox.commit(body.len());
            inbox.close();
            exchange.on_status(status);
            exchange.on_header(&mut client, "Content-Type", b"application/json").unwrap();
            exchange.next_event(&mut inbox).unwrap();
            client.settle(&exchange).unwrap();
        }
    }
    let tool = Method::CallTool { name: "t", arguments: None, input_schema: None };
    let (_, exchange) = client.request(&Call::new(tool), &mut out).unwrap();
    (client, exchange)
}

/// What came out of an answer: its events and, behind them, the error that ended it.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    events: Vec<String>,
    error: Option<Error>,
}

/// Carries `bytes` to the exchange in pieces of `sizes` (none: as many as fit), through an inbox of
/// `capacity` bytes that is lent to the head as well, unless `head_apart`.
fn receive(
    revision: Revision,
    bytes: &[u8],
    sizes: &[usize],
    capacity: usize,
    head_apart: bool,
) -> Seen {
    let mut seen = Seen { events: Vec::new(), error: None };
    let mut storage = vec![0; capacity];
    let mut inbox = Inbox::new(&mut storage);
    let (mut client, mut exchange) = request(revision);
    let mut wire = Wire::new(bytes, sizes);
    let result = (|| -> Result<(), Error> {
        let mut body = if head_apart {
            let (head, length) = HeadReader::new().read(bytes)?.ok_or(HttpError::Truncated)?;
            exchange.on_head(&mut client, &head)?;
            wire.rest = &bytes[length..];
            head.body()?
        } else {
            head_through(&mut inbox, &mut wire, &mut client, &mut exchange)?
        };
        if body.is_complete() {
            inbox.close();
        }
        loop {
            let needs_data = exchange.needs_data(&mut inbox)?;
            let event = exchange.next_event(&mut inbox)?;
            assert_eq!(event == Event::NeedData, needs_data);
            match event {
                Event::Closed => return Ok(()),
                Event::NeedData => {}
                event => {
                    seen.events.push(shown(&event));
                    continue;
                }
            }
            assert!(!inbox.is_closed(), "data is wanted behind the end");
            let spare = inbox.spare();
            let count = wire.read(spare);
            if count == 0 {
                body.end_of_input()?;
            }
            let decoded = body.decode(&mut spare[..count])?;
            inbox.commit(decoded.len);
            if body.is_complete() {
                inbox.close();
            }
        }
    })();
    seen.error = result.err();
    seen
}

/// Reads the head in the inbox and strips the framing from what came with it.
fn head_through(
    inbox: &mut Inbox<'_>,
    wire: &mut Wire<'_>,
    client: &mut Client,
    exchange: &mut Exchange,
) -> Result<Body, Error> {
    let mut reader = HeadReader::new();
    loop {
        if let Some((head, length)) = reader.read(inbox.unread())? {
            if head.is_informational() {
                inbox.discard(length);
                continue;
            }
            exchange.on_head(client, &head)?;
            let mut body = head.body()?;
            inbox.discard(length);
            let decoded = body.decode(inbox.unread_mut())?;
            inbox.truncate(decoded.len);
            return Ok(body);
        }
        if inbox.spare().is_empty() {
            let limit = inbox.capacity();
            return Err(Error::FrameTooLarge { limit, needed: limit + 1 });
        }
        let count = wire.read(inbox.spare());
        if count == 0 {
            return Err(HttpError::Truncated.into());
        }
        inbox.commit(count);
    }
}

/// Messages of every kind, some of them none.
fn message() -> impl Strategy<Value = String> {
    let text = "[ -~é]{0,12}";
    prop_oneof![
        4 => text.prop_map(|text| {
            let text = serde_json::to_string(&text).unwrap();
            format!("{{\"jsonrpc\":\"2.0\",\"method\":\"note\",\"params\":{{\"x\":{text}}}}}")
        }),
        3 => (0..4_u8, text).prop_map(|(id, text)| {
            let text = serde_json::to_string(&text).unwrap();
            format!("{{\"result\":{{\"t\":{text}}},\"jsonrpc\":\"2.0\",\"id\":{id}}}")
        }),
        1 => Just("{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}".to_owned()),
        1 => (0..4_u8).prop_map(|id| {
            format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"error\":{{\"code\":-1,\"message\":\"\"}}}}")
        }),
        1 => Just("[{\"jsonrpc\":\"2.0\",\"method\":\"a\"},{\"jsonrpc\":\"2.0\",\"id\":2,\
            \"result\":{}}]".to_owned()),
        1 => select(vec!["", "{", "[]", "null", "<html>", "{\"jsonrpc\":\"2.0\"}", "\u{feff}{}"])
            .prop_map(str::to_owned),
    ]
}

/// An event stream of messages, with all that may stand between them.
fn stream() -> impl Strategy<Value = String> {
    let noise = select(vec![
        "",
        "",
        ": ping\n",
        "\n",
        "id: 7\n",
        "event: message\n",
        "event: other\n",
        "retry: 5\n",
        "unknown\n",
    ]);
    let end = select(vec!["\n", "\n", "\r\n", "\r"]);
    let event = (noise, message(), end, any::<bool>()).prop_map(|(noise, message, end, closed)| {
        let last = if closed { "\n" } else { "" };
        format!("{noise}data: {message}\n{last}").replace('\n', end)
    });
    vec(event, 0..5).prop_map(|events| events.concat())
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Framing {
    Length,
    Chunked,
    UntilClose,
}

fn framed(status: u16, media_type: &str, framing: Framing, body: &str, chunk: usize) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status} x\r\n").into_bytes();
    if !media_type.is_empty() {
        bytes.extend(format!("Content-Type: {media_type}\r\n").bytes());
    }
    match framing {
        Framing::Length => {
            bytes.extend(format!("Content-Length: {}\r\n\r\n{body}", body.len()).bytes());
        }
        Framing::UntilClose => bytes.extend(format!("\r\n{body}").bytes()),
        Framing::Chunked => {
            bytes.extend(b"Transfer-Encoding: chunked\r\n\r\n");
            for (at, piece) in body.as_bytes().chunks(chunk).enumerate() {
                let extension = if at % 3 == 1 { ";x=\"y\"" } else { "" };
                bytes.extend(format!("{:x}{extension}\r\n", piece.len()).bytes());
                bytes.extend(piece);
                bytes.extend(b"\r\n");
            }
            bytes.extend(b"0\r\nTrailer: x\r\n\r\n");
        }
    }
    bytes
}

/// A whole answer: status, media type, framing and body.
fn answer() -> impl Strategy<Value = Vec<u8>> {
    let status = select(vec![200_u16, 200, 200, 200, 202, 307, 400, 401, 404, 500]);
    let framing = select(vec![Framing::Length, Framing::Chunked, Framing::UntilClose]);
    let body = prop_oneof![
        2 => message().prop_map(|body| ("application/json", format!(" {body}\n"))),
        3 => stream().prop_map(|body| ("text/event-stream", body)),
        1 => message().prop_map(|body| ("text/html", body)),
        1 => message().prop_map(|body| ("", body)),
    ];
    (status, framing, body, 1..30_usize, any::<bool>()).prop_map(
        |(status, framing, (media_type, body), chunk, informational)| {
            let before: &[u8] = if informational { b"HTTP/1.1 100 x\r\n\r\n" } else { b"" };
            [before, &framed(status, media_type, framing, &body, chunk)].concat()
        },
    )
}

fn revision() -> impl Strategy<Value = Revision> {
    select(vec![BATCHES, Revision::V2025_11_25, Revision::LATEST])
}

/// The first byte behind the informational heads, from where the answer stands alone.
fn final_head(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"HTTP/1.1 100 x\r\n\r\n").unwrap_or(bytes)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_over_any_inbox_gives_the_same(
        bytes in answer(),
        revision in revision(),
        sizes in vec(1_usize..40, 1..12),
        small in 1_usize..90,
        large in 90_usize..700,
        excess in "(HTTP/1.1 200 OK\r\n)?",
    ) {
        let bytes = [&bytes[..], excess.as_bytes()].concat();
        for capacity in [small, large] {
            let whole = receive(revision, &bytes, &[], capacity, false);
            for sizes in [&[1][..], &sizes] {
                prop_assert_eq!(&receive(revision, &bytes, sizes, capacity, false), &whole);
            }
            // With its head elsewhere, even an inbox of one byte gets to the body.
            let alone = final_head(&bytes);
            let whole = receive(revision, alone, &[], capacity, true);
            for sizes in [&[1][..], &sizes] {
                prop_assert_eq!(&receive(revision, alone, sizes, capacity, true), &whole);
            }
        }
    }

    /// An inbox that holds the answer shows no more and no less than a larger one.
    #[test]
    fn a_larger_inbox_changes_nothing(bytes in answer(), revision in revision(), more in 1_usize..500) {
        let enough = receive(revision, &bytes, &[], bytes.len() + 1, false);
        prop_assert_eq!(&receive(revision, &bytes, &[1], bytes.len() + 1 + more, false), &enough);
        let too_large = matches!(enough.error, Some(Error::FrameTooLarge { .. }));
        prop_assert!(!too_large, "{:?}", enough);
    }

    /// Spoilt framing ends in the same error. The events before it may be fewer in larger pieces, since
    /// a piece is stripped of its framing as a whole, but never others.
    #[test]
    fn spoilt_framing_fails_in_every_split(
        body in stream(),
        chunk in 1_usize..30,
        at: prop::sample::Index,
        to in select(b"\r\n0z;\"\0".to_vec()),
        cut: bool,
        sizes in vec(1_usize..40, 1..12),
    ) {
        let mut bytes = framed(200, "text/event-stream", Framing::Chunked, &body, chunk);
        if cut {
            bytes.truncate(at.index(bytes.len()));
        } else {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        let capacity = bytes.len() + 1;
        let single = receive(Revision::LATEST, &bytes, &[1], capacity, false);
        for sizes in [&[][..], &sizes] {
            let seen = receive(Revision::LATEST, &bytes, sizes, capacity, false);
            prop_assert_eq!(seen.error.is_some(), single.error.is_some());
            prop_assert!(single.events.starts_with(&seen.events), "{:?}, {:?}", seen, single);
            if single.error.is_none() {
                prop_assert_eq!(&seen, &single);
            }
            // What the framing alone does wrong is named alike.
            if cut {
                prop_assert_eq!(seen.error, single.error);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Of an answer that breaks off nothing is seen but what the whole answer has, too.
    #[test]
    fn a_start_of_an_answer_is_never_another_answer(
        bytes in answer(),
        revision in revision(),
        sizes in vec(1_usize..40, 0..3),
    ) {
        let capacity = bytes.len() + 1;
        let whole = receive(revision, &bytes, &[], capacity, false);
        for end in 0..bytes.len() {
            let mut part = receive(revision, &bytes[..end], &sizes, capacity, false);
            match part.events.last().map(String::as_str) {
                // The connection was closed inside of what lasts until then.
                Some("Interrupted") => {
                    part.events.pop();
                }
                Some(last) if last.starts_with("rejected") => {
                    let full = whole.events.last().unwrap();
                    prop_assert!(full.starts_with(last) || full.starts_with("error"), "{}, {}", last, full);
                    part.events.pop();
                }
                _ => {}
            }
            let text = String::from_utf8_lossy(&bytes);
            prop_assert!(whole.events.starts_with(&part.events), "{}: {:?}, {:?} {}", end, part, whole, text);
        }
    }
}

/// The properties above say nothing if the answers never get through.
#[test]
fn answers_of_every_framing_get_through() {
    let events = "data: {\"jsonrpc\":\"2.0\",\"method\":\"note\"}\n\n\
        data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n";
    let message = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}";
    let mut ran = 0;
    for framing in [Framing::Length, Framing::Chunked, Framing::UntilClose] {
        for (media_type, body, expected) in [
            ("application/json", message, &["result {}"][..]),
            ("text/event-stream", events, &["notification note None", "result {}"]),
        ] {
            let bytes = framed(200, media_type, framing, body, 7);
            for end in 1..=bytes.len() {
                let seen = receive(Revision::LATEST, &bytes, &[end], 128, false);
                assert_eq!(seen.events, expected, "{framing:?}, {end}");
                assert_eq!(seen.error, None, "{framing:?}, {end}");
                ran += 1;
            }
            // Too few bytes for the message.
            let field = if media_type == "application/json" {
                0
            } else {
                "data: 
"
                .len()
            };
            let needed = message.len() + field;
            for capacity in 1..needed {
                let seen = receive(Revision::LATEST, &bytes, &[], capacity, true);
                let expected = Error::FrameTooLarge { limit: capacity, needed: capacity + 1 };
                assert_eq!(seen.error, Some(expected), "{framing:?}");
                ran += 1;
            }
        }
    }
    println!("cases: {ran}");
}

/// An empty body of an unfit type is told from a body of that type, however the bytes arrive.
#[test]
fn an_empty_body_is_no_response_in_every_split() {
    for framing in [Framing::Length, Framing::Chunked, Framing::UntilClose] {
        for media_type in ["", "text/html"] {
            for (body, error) in
                [("", PeerError::NoResponse), ("x", PeerError::ContentType { status: 200 })]
            {
                let bytes = framed(200, media_type, framing, body, 7);
                for piece in 1..=bytes.len() {
                    let seen = receive(Revision::LATEST, &bytes, &[piece], 128, false);
                    assert_eq!(seen.error, Some(error.into()), "{framing:?}, {piece}");
                    assert_eq!(seen.events, [""; 0]);
                }
            }
        }
    }
}
