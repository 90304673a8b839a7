//! Answers that are larger than the inbox: the same outcome as with room for all of it.

mod exchange;
mod large;

use mcpico_core::client::{Call, Client, ResultStream};
use mcpico_core::json::Stream;
use mcpico_core::mcp::{Capabilities, Method, Revision};
use mcpico_core::{Error, PeerError};
use proptest::prelude::*;

use exchange::{EVENTS, INFO, JSON, Seen, asked, ready, streamed, whole};

const LIST: Method<'static> = Method::ListTools { cursor: None };
const READ: Method<'static> = Method::ReadResource { uri: "a" };

/// A member of a message; our id is 1, and 2 where there was a handshake.
fn member() -> impl Strategy<Value = String> {
    let text = proptest::collection::vec(
        prop_oneof!["[ -~]{0,40}", Just("\u{20ac}\u{1f600}é".to_owned())],
        0..5,
    );
    let quoted = text.prop_map(|text| serde_json::to_string(&text.concat()).unwrap());
    let number = prop_oneof![Just("1"), Just("-32601"), Just("1.0"), Just("1e0"), Just("null")];
    let kind = prop_oneof![
        6 => Just("\"complete\""),
        1 => Just("\"input_required\",\"requestState\":\"s\""),
        1 => Just("\"task\""),
        1 => Just("1"),
        1 => Just("\"complete\",\"resultType\":\"complete\""),
    ];
    prop_oneof![
        quoted.clone().prop_map(|text| format!(r#""result":{{"content":[{{"text":{text}}}]}}"#)),
        (kind, quoted.clone()).prop_map(|(kind, text)| {
            format!(r#""result":{{"a":[{{"resultType":1}},{text}],"resultType":{kind}}}"#)
        }),
        quoted.clone().prop_map(|text| format!(r#""result":[{text}]"#)),
        quoted.clone().prop_map(|text| format!(r#""result":{text}"#)),
        (number, quoted.clone()).prop_map(|(code, text)| {
            format!(r#""error":{{"message":{text},"data":{{"code":{text}}},"code":{code}}}"#)
        }),
        quoted.clone().prop_map(|text| format!(r#""error":{{"code":1,"data":{text}}}"#)),
        quoted
            .clone()
            .prop_map(|text| format!(r#""error":{{"code":1,"message":{text},"code":1}}"#)),
        quoted.clone().prop_map(|text| format!(r#""error":[{text}]"#)),
        quoted.clone().prop_map(|text| format!(r#""method":{text}"#)),
        quoted.clone().prop_map(|text| format!(r#""params":{{"a":{text}}}"#)),
        quoted.clone().prop_map(|text| format!(r#""params":{text}"#)),
        quoted.clone().prop_map(|text| format!(r#""x":{{"id":1,"jsonrpc":[{text}]}}"#)),
        quoted.prop_map(|text| format!("{text}:{text}")),
    ]
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => Just("1"), 8 => Just("2"), 1 => Just("3"), 1 => Just("\"1\""), 1 => Just("null"),
        1 => Just("1.0"), 1 => Just("1e0"), 1 => Just("[1]"), 1 => Just("true"), 1 => Just("12"),
        1 => Just("18446744073709551617"), 1 => Just("-1"),
    ]
    .prop_map(|id| format!(r#""id":{id}"#))
}

fn version() -> impl Strategy<Value = String> {
    prop_oneof![
        16 => Just("\"2.0\""), 2 => Just("\"\\u0032.0\""), 1 => Just("\"2.00\""), 1 => Just("2.0"),
    ]
    .prop_map(|version| format!(r#""jsonrpc":{version}"#))
}

fn message() -> impl Strategy<Value = String> {
    let envelope = (version(), id(), proptest::collection::vec(member(), 1..3), 0..8_u8);
    let members = envelope.prop_flat_map(|(version, id, mut members, left_out)| {
        if left_out != 0 {
            members.push(version);
        }
        if left_out != 1 {
            members.push(id.clone());
        }
        if left_out == 2 {
            members.push(id);
        }
        Just(members).prop_shuffle()
    });
    let space = prop_oneof![4 => Just(""), 1 => Just(" \t\n")];
    let spoilt = prop_oneof![12 => Just(""), 1 => Just(","), 1 => Just("}"), 1 => Just("\u{1}")];
    (members, space, spoilt).prop_map(|(members, space, spoilt)| {
        let members = members.join(&format!(",{space}"));
        format!("{space}{{{members}{spoilt}}}{space}")
    })
}

/// An event whose data is `text`, its lines cut there, and in one more place.
fn event(text: &str, name: &str, ending: &str, at: usize) -> String {
    let mut at = at % (2 * text.len());
    while !text.is_char_boundary(at.min(text.len())) {
        at += 1;
    }
    let (first, second) = text.split_at(at.min(text.len()));
    let text = if second.is_empty() { text.to_owned() } else { format!("{first}\n{second}") };
    let lines = format!("data: {}{ending}", text.replace('\n', &format!("{ending}data: ")));
    format!(": a comment{ending}{name}{ending}id: 7{ending}{lines}{ending}")
}

/// What is left of what was seen when all that is no answer is left out: it can be dropped on the way.
fn answers(seen: &[Seen]) -> Vec<Seen> {
    let no_answer = |seen: &&Seen| {
        !matches!(
            seen,
            Seen::Dropped | Seen::Notification(_) | Seen::ServerRequest(_) | Seen::Unsolicited
        )
    };
    seen.iter().filter(no_answer).cloned().collect()
}

/// A message that breaks two rules may be refused for either; what asks for input has to fit.
fn is_same(small: &[Seen], large: &[Seen], capacity: usize) -> bool {
    let (small, large) = (answers(small), answers(large));
    let shared = small.iter().zip(&large).take_while(|(small, large)| small == large).count();
    match (&small[shared..], &large[shared..]) {
        ([], []) => true,
        ([Seen::Error(Error::Peer(small))], [Seen::Error(Error::Peer(large))]) => {
            std::mem::discriminant(small) == std::mem::discriminant(large)
        }
        ([Seen::Error(Error::FrameTooLarge { limit, needed })], [Seen::InputRequired, ..]) => {
            *limit == capacity && *needed > capacity
        }
        _ => false,
    }
}

fn lengths() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(1_usize..60, 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_body_of_any_size_has_the_outcome_of_one_that_fits(
        message in message(), modern: bool, capacity in 8_usize..200, lengths in lengths(), input: bool,
    ) {
        let revision = if modern { Revision::LATEST } else { Revision::V2025_11_25 };
        let method = if input { READ } else { LIST };
        let large = whole(asked(revision, method, 200, JSON), message.as_bytes());
        let mut exchange = asked(revision, method, 200, JSON);
        let small = streamed(&mut exchange, message.as_bytes(), capacity, &lengths);
        prop_assert!(is_same(&small, &large, capacity), "{message}\n{small:#?}\n{large:#?}");
        prop_assert_eq!(exchange.is_answered(), matches!(small.last(), Some(Seen::Closed)));
    }

    #[test]
    fn an_event_stream_of_any_size_has_the_outcome_of_one_that_fits(
        messages in proptest::collection::vec((message(), 0..5_u8, any::<u16>()), 1..4),
        modern: bool, capacity in 20_usize..200, lengths in lengths(), ending in "\r\n|\r|\n",
        cut in any::<proptest::sample::Index>(), whole_stream: bool,
    ) {
        let revision = if modern { Revision::LATEST } else { Revision::V2025_11_25 };
        let mut stream = String::new();
        for (message, name, at) in &messages {
            let name = ["event: message", "event:message", "event: other", "x", "event:"][usize::from(*name)];
            stream += &event(message, name, &ending, usize::from(*at));
        }
        let end = if whole_stream { stream.len() } else { cut.index(stream.len()) };
        let body = &stream.as_bytes()[..end];
        let large = whole(asked(revision, READ, 200, EVENTS), body);
        let mut exchange = asked(revision, READ, 200, EVENTS);
        let small = streamed(&mut exchange, body, capacity, &lengths);
        // Of an event that the end of the stream cuts off, what is wrong in it may show.
        let cut_off = !whole_stream
            && matches!(small.last(), Some(Seen::Error(Error::Peer(PeerError::Message(_)))))
            && matches!(large.last(), Some(Seen::Closed));
        prop_assert!(
            cut_off || is_same(&small, &large, capacity),
            "{stream}\n{small:#?}\n{large:#?}"
        );
    }
}

/// Whatever a second response holds, it answers nothing.
#[test]
fn a_second_response_is_dropped_whatever_its_result_is() {
    let padding = "x".repeat(300);
    for result in [r#""text""#, "[]", r#"{"resultType":1}"#, r#"{"resultType":"other"}"#, "{}"] {
        let second = format!(r#"{{"jsonrpc":"2.0","id":1,"x":"{padding}","result":{result}}}"#);
        let first = r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}}"#;
        let body = format!("data: {first}\n\ndata: {second}\n\n");
        let large = whole(asked(Revision::LATEST, READ, 200, EVENTS), body.as_bytes());
        let mut exchange = asked(Revision::LATEST, READ, 200, EVENTS);
        let small = streamed(&mut exchange, body.as_bytes(), 100, &[7]);
        assert!(matches!(large.as_slice(), [Seen::Failed(1), Seen::Unsolicited, Seen::Closed]));
        assert!(is_same(&small, &large, 100), "{second}\n{small:#?}\n{large:#?}");
    }
}

/// A request for input has to fit, with the field name in front of it: what is needed is more than there is.
#[test]
fn a_request_for_input_that_misses_by_a_field_name_needs_more_than_there_is() {
    let capacity = 100;
    for len in capacity - 6..capacity {
        let start =
            r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":""#;
        let message = format!("{start}{}\"}}}}", "s".repeat(len - start.len() - 3));
        assert_eq!(message.len(), len);
        let body = format!("data: {message}\n\n");
        let mut exchange = asked(Revision::LATEST, READ, 200, EVENTS);
        let seen = streamed(&mut exchange, body.as_bytes(), capacity, &[7]);
        let seen = seen.as_slice();
        if let [Seen::Error(Error::FrameTooLarge { limit, needed })] = seen {
            assert!(*limit == capacity && *needed > capacity, "{len}: {needed}");
        } else {
            assert!(matches!(seen, [Seen::InputRequired, ..]), "{len}: {seen:#?}");
        }
    }
}

/// One message of each kind that there is, too large for the inbox.
#[test]
fn every_kind_of_message_has_the_outcome_of_one_that_fits() {
    let padding = "x".repeat(300);
    let mut ran = 0;
    for id in ["1", "2"] {
        for member in [
            r#""id":ID,"result":{"content":[]}"#,
            r#""id":ID,"result":[]"#,
            r#""id":ID,"result":1"#,
            r#""id":ID,"result":{"resultType":"complete"}"#,
            r#""id":ID,"result":{"resultType":"task"}"#,
            r#""id":ID,"result":{"resultType":"other"}"#,
            r#""id":ID,"result":{"resultType":1}"#,
            r#""id":ID,"result":{"resultType":[]}"#,
            r#""id":ID,"result":{"resultType":"complete","resultType":"complete"}"#,
            r#""id":7,"result":{}"#,
            r#""id":null,"result":{}"#,
            r#""result":{}"#,
            r#""id":ID"#,
            r#""id":[],"result":{}"#,
            r#""id":ID,"error":{"code":1,"message":"m"}"#,
            r#""id":null,"error":{"code":1,"message":"m"}"#,
            r#""error":{"code":1,"message":"m"}"#,
            r#""id":ID,"error":{"code":1}"#,
            r#""id":ID,"error":[]"#,
            r#""method":"m""#,
            r#""method":1"#,
            r#""method":[]"#,
            r#""method":"m","id":null"#,
            r#""method":"m","params":1"#,
            r#""method":"m","params":"p""#,
            r#""method":"m","params":[]"#,
            r#""method":"m","id":ID,"result":{}"#,
            r#""method":"m","id":true"#,
            r#""y":{},"id":ID,"result":[]"#,
            r#""y":{"code":1,"message":"m"},"id":ID,"error":{}"#,
            r#""id":ID,"error":{"code":1,"message":"m","resultType":"other"}"#,
            r#""id":ID,"error":{"code":1,"message":"m","data":1,"data":2}"#,
            r#""id":ID,"result":{"code":1,"code":2}"#,
            r#""id":ID,"result":{"message":1,"message":2}"#,
            r#""id":ID,"result":{"data":1,"data":2}"#,
        ] {
            let member = member.replace("ID", id);
            for message in [
                format!(r#"{{"jsonrpc":"2.0","x":"{padding}",{member}}}"#),
                format!(r#"{{"jsonrpc":"2.0",{member},"x":"{padding}"}}"#),
            ] {
                for (revision, method) in [
                    (Revision::LATEST, LIST),
                    (Revision::LATEST, READ),
                    (Revision::V2025_11_25, LIST),
                ] {
                    let large = whole(asked(revision, method, 200, JSON), message.as_bytes());
                    let mut exchange = asked(revision, method, 200, JSON);
                    let small = streamed(&mut exchange, message.as_bytes(), 64, &[7]);
                    assert!(is_same(&small, &large, 64), "{message}\n{small:#?}\n{large:#?}");
                    ran += 1;
                }
            }
        }
    }
    let spaces = " ".repeat(300);
    let version = |version| format!(r#"{spaces}{{"jsonrpc":{version},"id":1,"result":{{}}}}"#);
    let others = ["1", "\"x\"", "null", "[1]", "[]"].map(|text| format!("{spaces}{text}"));
    for message in others.into_iter().chain([version("\"1.0\""), version("2"), version("{}")]) {
        let large = whole(asked(Revision::LATEST, LIST, 200, JSON), message.as_bytes());
        let mut exchange = asked(Revision::LATEST, LIST, 200, JSON);
        let small = streamed(&mut exchange, message.as_bytes(), 64, &[7]);
        assert!(is_same(&small, &large, 64), "{message}\n{small:#?}\n{large:#?}");
        ran += 1;
    }
    println!("{ran} messages");
}

/// A line that is no data may be of any length, and a space behind the colon may be missing.
#[test]
fn lines_of_an_event_stream_may_be_long_or_without_a_space() {
    let padding = "x".repeat(300);
    let message = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"a":"{padding}"}}}}"#);
    for line in [format!(": {padding}"), format!("unknown: {padding}"), format!("unknown{padding}")]
    {
        for space in ["", " "] {
            let body = format!("{line}\ndata:{space}{message}\n{line}\n\n");
            let large = whole(asked(Revision::LATEST, LIST, 200, EVENTS), body.as_bytes());
            for length in [1, 7, 64] {
                let mut exchange = asked(Revision::LATEST, LIST, 200, EVENTS);
                let small = streamed(&mut exchange, body.as_bytes(), 64, &[length]);
                assert!(is_same(&small, &large, 64), "{body}\n{small:#?}\n{large:#?}");
                assert!(exchange.is_answered(), "{body}");
            }
        }
    }
}

/// What is no message is refused behind the answer, too, where other messages are dropped.
#[test]
fn what_is_no_message_has_the_outcome_of_one_that_fits_behind_the_answer() {
    let padding = "x".repeat(150);
    for member in [r#""jsonrpc":"1.0""#, r#""jsonrpc":"2.0""#, r#""jsonrpc":"2.0","method":1"#] {
        let body = format!(
            "data: {{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{{}}}}\n\ndata: {{{member},\"x\":\"{padding}\"}}\n\n"
        );
        let large = whole(asked(Revision::LATEST, LIST, 200, EVENTS), body.as_bytes());
        assert!(matches!(large[..], [Seen::Result(_), Seen::Error(_)]), "{large:?}");
        let mut exchange = asked(Revision::LATEST, LIST, 200, EVENTS);
        assert_eq!(streamed(&mut exchange, body.as_bytes(), 64, &[7]), large, "{member}");
    }
}

/// The name of an event may stand behind its data, which need not be JSON then.
#[test]
fn an_event_that_is_named_late_is_no_message() {
    let padding = "x".repeat(150);
    let body = format!(
        "data: {{\"jsonrpc\":\"2.0\",\"x\":\"{padding}\nevent: other\ndata: {padding}\n\n\
         data: {{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{{}}}}\n\n"
    );
    let mut exchange = asked(Revision::LATEST, LIST, 200, EVENTS);
    let seen = streamed(&mut exchange, body.as_bytes(), 64, &[7]);
    let large = whole(asked(Revision::LATEST, LIST, 200, EVENTS), body.as_bytes());
    assert!(is_same(&seen, &large, 64) && exchange.is_answered(), "{seen:?}");
}

/// What is left of a line that is passed over is no line of its own, wherever it is cut.
#[test]
fn the_rest_of_a_long_line_is_no_field() {
    let padding = "x".repeat(150);
    let message = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"a":"{padding}"}}}}"#);
    for start in [": ", "unknown: "] {
        let body = format!("data: {message}\n{start}{padding}event: other\n\n");
        for length in 1..64 {
            let mut exchange = asked(Revision::LATEST, LIST, 200, EVENTS);
            streamed(&mut exchange, body.as_bytes(), 64, &[length]);
            assert!(exchange.is_answered(), "{length}");
        }
    }
}

/// The position of a fault counts the bytes of the message: neither the names of lines nor the space behind
/// their colon, but the line feeds between them.
#[test]
fn a_fault_in_an_event_has_the_position_that_it_has_in_one_that_fits() {
    let padding = "x".repeat(150);
    for ending in ["\n", "\r\n", "\r"] {
        for empty in ["data:", "data: ", "data"] {
            let lines = [
                &format!(r#"data: {{"jsonrpc":"2.0","x":"{padding}""#),
                empty,
                r#"data:,"id":1,"#,
                empty,
                r#"data: "result":{"a":!}}"#,
                "",
                "",
            ];
            let body = lines.join(ending);
            let large = whole(asked(Revision::LATEST, LIST, 200, EVENTS), body.as_bytes());
            assert!(matches!(large[..], [Seen::Error(Error::Peer(_))]), "{large:?}");
            for length in 1..64 {
                let mut exchange = asked(Revision::LATEST, LIST, 200, EVENTS);
                let small = streamed(&mut exchange, body.as_bytes(), 64, &[length]);
                assert_eq!(small, large, "{body:?} by {length}");
            }
        }
    }
}

/// Only the answer to a request of ours is read in parts: the handshake and refusals have to fit.
#[test]
fn what_is_no_answer_to_a_request_has_to_fit() {
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"a":"{}"}}}}"#, "x".repeat(300));
    let mut client = Client::with_revisions(INFO, Revision::LATEST_LEGACY, Revision::LATEST_LEGACY);
    let (_, mut exchange) = client.connect(None, &mut [0; 1024]).unwrap().unwrap();
    exchange.on_status(200);
    exchange.on_header(&mut client, "Content-Type", JSON.as_bytes()).unwrap();
    let seen = streamed(&mut exchange, body.as_bytes(), 64, &[7]);
    assert_eq!(seen, [Seen::Error(Error::FrameTooLarge { limit: 64, needed: 65 })]);
}

/// Whoever has to poll a task has to hold it.
#[test]
fn a_task_has_to_fit() {
    let declared = Capabilities { tasks: true, ..Capabilities::NONE };
    let mut client = ready(Revision::LATEST).declare(declared);
    let tool = Method::CallTool { name: "t", arguments: None, input_schema: None };
    let (_, mut exchange) = client.request(&Call::new(tool), &mut [0; 1024]).unwrap();
    exchange.on_status(200);
    exchange.on_header(&mut client, "Content-Type", JSON.as_bytes()).unwrap();
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":{},"result":{{"resultType":"task","taskId":"{}"}}}}"#,
        exchange.id(),
        "x".repeat(300)
    );
    let seen = streamed(&mut exchange, body.as_bytes(), 64, &[7]);
    let needed = body.len();
    assert_eq!(seen, [Seen::Error(Error::FrameTooLarge { limit: 64, needed })]);
}

/// A line feed between two lines of data ends a number that stands before it.
#[test]
fn a_number_ends_with_its_line_of_data() {
    let padding = "x".repeat(300);
    for number in ["1", "-1.5e3", "0"] {
        let body = format!(
            "data: {{\"jsonrpc\":\"2.0\",\"x\":\"{padding}\",\"n\":{number}\ndata: ,\"id\":1\ndata:\n\
            data: ,\"result\":{{\"n\":{number}\ndata: }}}}\n\n"
        );
        let large = whole(asked(Revision::LATEST, LIST, 200, EVENTS), body.as_bytes());
        let mut exchange = asked(Revision::LATEST, LIST, 200, EVENTS);
        let small = streamed(&mut exchange, body.as_bytes(), 64, &[7]);
        assert!(is_same(&small, &large, 64), "{body}\n{small:#?}\n{large:#?}");
        assert!(exchange.is_answered(), "{body}\n{small:#?}");
    }
}

#[test]
fn streams_begin_at_the_start() {
    assert_eq!(format!("{:?}", Stream::default()), format!("{:?}", Stream::new()));
    assert_eq!(format!("{:?}", ResultStream::default()), format!("{:?}", ResultStream::new()));
}
