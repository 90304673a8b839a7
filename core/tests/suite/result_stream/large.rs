//! The cases one by one.

use mcpico_core::client::{Event, ResultStream, Streamed};
use mcpico_core::inbox::Inbox;
use mcpico_core::json::{Pointer, StreamEvent};
use mcpico_core::mcp::{Method, Revision};
use mcpico_core::{Error, PeerError};

use super::exchange::{EVENTS, JSON, Seen, Wire, asked, streamed};

const LIST: Method<'static> = Method::ListTools { cursor: None };
const READ: Method<'static> = Method::ReadResource { uri: "a" };
const CAPACITY: usize = 256;

/// The answer to the first request of a client that needs no handshake.
fn read(body: &str, media_type: &str, status: u16) -> Vec<Seen> {
    let mut exchange = asked(Revision::LATEST, READ, status, media_type);
    streamed(&mut exchange, body.as_bytes(), CAPACITY, &[100])
}

fn pad() -> String {
    "x".repeat(2 * CAPACITY)
}

/// Parts of a result with one member, a string that is too long.
fn parts() -> Seen {
    Seen::Result(format!("\nStartObject\na\nEndName\n{}\nEndString\n\nEndObject\n", pad()))
}

fn result(id: &str) -> String {
    format!(r#"{{"result":{{"a":"{}"}},"jsonrpc":"2.0","id":{id}}}"#, pad())
}

#[test]
fn a_mebibyte_passes_through_a_small_inbox() {
    let text = "0123456 \\u20ac\\n".repeat(1 << 16);
    let expected = "0123456 \u{20ac}\n".repeat(1 << 16);
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"result":{{"content":[{{"type":"text","text":"{text}"}}]}}}}"#
    );
    for (media_type, body) in [(JSON, body.clone()), (EVENTS, format!("data: {body}\n\n"))] {
        let mut exchange = asked(Revision::LATEST, LIST, 200, media_type);
        let mut storage = [0; 256];
        let mut inbox = Inbox::new(&mut storage);
        let mut wire = Wire { rest: body.as_bytes(), lengths: &[1400], turn: 0 };
        let mut stream = ResultStream::new();
        let mut pointer = Pointer::new("/content/0/text").unwrap();
        let (mut found, mut complete) = (String::new(), false);
        loop {
            match stream.next_event(&mut exchange, &mut inbox).unwrap() {
                Streamed::Event(Event::NeedData) => wire.fill(&mut inbox),
                Streamed::Event(Event::Closed) => break,
                Streamed::Part(event) => {
                    if pointer.take(&event).unwrap()
                        && let StreamEvent::String(part) = event
                    {
                        found.push_str(part.as_str());
                    }
                }
                Streamed::Complete => complete = true,
                other => panic!("{other:?}"),
            }
        }
        assert!(complete && found == expected, "{media_type}");
    }
}

#[test]
fn messages_that_fit_come_as_before() {
    let stream = format!(
        "data: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/a\"}}\n\ndata: {}\n\n\
         data: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/b\"}}\n\n",
        result("1")
    );
    let a = Seen::Notification("notifications/a".into());
    let b = Seen::Notification("notifications/b".into());
    assert_eq!(read(&stream, EVENTS, 200), [a, parts(), b, Seen::Closed]);
}

#[test]
fn a_message_that_is_no_response_of_ours_is_dropped_and_reading_goes_on() {
    let notification =
        format!(r#"{{"params":{{"a":"{}"}},"method":"notifications/a","jsonrpc":"2.0"}}"#, pad());
    for other in [notification, result("2"), result("\"1\"")] {
        let stream = format!("data: {other}\n\ndata: {}\n\ndata: {}\n\n", result("1"), result("1"));
        // A response to what is answered is none.
        let seen = [Seen::Dropped, parts(), Seen::Dropped, Seen::Closed];
        assert_eq!(read(&stream, EVENTS, 200), seen, "{other}");
    }
    assert_eq!(
        read(&result("2"), JSON, 200),
        [Seen::Dropped, Seen::Error(Error::Peer(PeerError::NoResponse))]
    );
}

/// The name of an event may stand behind its data.
#[test]
fn an_event_of_another_name_is_no_message() {
    let result = result("1");
    for name in ["event: other\n", "event: a name that is too long\n"] {
        let before = format!("{name}data: not JSON {}\n\n", pad());
        let after = format!("data: {result}\n{name}\n");
        let stream = format!("{before}{after}event: message\ndata: {result}\n\n");
        assert_eq!(
            read(&stream, EVENTS, 200),
            [Seen::Dropped, Seen::Dropped, parts(), Seen::Closed]
        );
    }
}

#[test]
fn parts_of_an_event_that_is_cut_off_are_void() {
    let stream = format!("id: 7\ndata: {}\n", result("1"));
    let mut exchange = asked(Revision::V2025_11_25, READ, 200, EVENTS);
    let seen = streamed(&mut exchange, stream.as_bytes(), CAPACITY, &[100]);
    assert_eq!(seen, [Seen::Interrupted, Seen::Closed]);
    assert!(!exchange.is_answered());
}

#[test]
fn an_error_that_does_not_fit_gives_its_code() {
    let error = format!(r#""error":{{"data":"{}","code":-32602,"message":"m"}}"#, pad());
    for message in [
        format!(r#"{{"jsonrpc":"2.0","id":1,{error}}}"#),
        format!(r#"{{{error},"id":null,"jsonrpc":"2.0"}}"#),
        format!(r#"{{{error},"jsonrpc":"2.0"}}"#),
    ] {
        assert_eq!(read(&message, JSON, 200), [Seen::Failed(-32602), Seen::Closed], "{message}");
    }
    let other = format!(r#"{{{error},"jsonrpc":"2.0","id":2}}"#);
    assert_eq!(read(&other, JSON, 200).first(), Some(&Seen::Dropped));
}

/// What asks for input has to be held, and is not a result; a refusal is none, whatever it says.
#[test]
fn what_cannot_be_streamed_is_an_error_with_both_sizes() {
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"result":{{"requestState":"{}","resultType":"input_required"}}}}"#,
        pad()
    );
    let (limit, needed) = (CAPACITY, body.len());
    let too_large = Seen::Error(Error::FrameTooLarge { limit, needed });
    assert_eq!(read(&body, JSON, 200), [too_large]);
    let batch = format!("[{}]", result("2"));
    let mut exchange = asked(Revision::V2025_03_26, LIST, 200, JSON);
    let seen = streamed(&mut exchange, batch.as_bytes(), CAPACITY, &[100]);
    let too_large = Error::FrameTooLarge { limit, needed: CAPACITY + 1 };
    assert_eq!(seen, [Seen::Error(too_large)]);
    let text = too_large.to_string();
    assert!(text.contains("256") && text.contains("257"), "{text}");
    for status in [400, 401, 404, 500] {
        assert_eq!(read(&result("1"), JSON, status), [Seen::Rejected(status), Seen::Closed]);
    }
}

#[test]
fn nothing_is_complete_before_the_last_byte() {
    let body = result("1");
    for wrong in ["}", ",", "x", "{}", "\0"] {
        let seen = read(&format!("{body}{wrong}"), JSON, 200);
        assert!(matches!(*seen, [Seen::Error(Error::Peer(PeerError::Message(_)))]), "{seen:?}");
    }
    for end in CAPACITY + 1..body.len() {
        let seen = read(&body[..end], JSON, 200);
        assert!(matches!(*seen, [Seen::Error(Error::Peer(PeerError::Message(_)))]), "{seen:?}");
    }
}
