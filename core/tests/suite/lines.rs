//! The client over one stream of lines that all exchanges share.

use mcpico_core::client::{Answer, Call, Client, Event, Exchange, Lines, Response};
use mcpico_core::inbox::Inbox;
use mcpico_core::json;
use mcpico_core::jsonrpc::Id;
use mcpico_core::mcp::{ClientInfo, Method, ResultError, Revision};
use mcpico_core::{Error, PeerError};
use proptest::prelude::*;

const INFO: ClientInfo = ClientInfo { name: "test", version: "1" };
const LIST: Call<'static> = Call::new(Method::ListTools { cursor: None });

/// A client that speaks one revision and is ready.
fn ready(revision: Revision) -> Client {
    let mut client = Client::with_revisions(INFO, revision, revision);
    let mut out = [0; 1024];
    while let Some((_, mut exchange)) = client.connect(None, &mut out).unwrap() {
        exchange.on_line_sent();
        if exchange.id() == 1 && !exchange.is_answered() {
            let answer = format!(
                r#"{{"jsonrpc":"2.0","id":1,"result":{{"protocolVersion":"{revision}"}}}}"#
            );
            assert_eq!(read(&client, std::slice::from_mut(&mut exchange), &answer, 512).len(), 2);
        }
        assert!(client.settle(&exchange).unwrap());
    }
    client
}

/// Requests that wait for their response; their ids are those that follow `client`'s last.
fn waiting(client: &mut Client, count: usize) -> Vec<Exchange> {
    let mut out = [0; 1024];
    let mut request = || {
        let mut exchange = client.request(&LIST, &mut out).unwrap().1;
        exchange.on_line_sent();
        exchange
    };
    (0..count).map(|_| request()).collect()
}

/// Everything that comes out of `input`, as text, cut into pieces of `piece` bytes.
fn read(client: &Client, exchanges: &mut [Exchange], input: &str, capacity: usize) -> Vec<String> {
    read_pieces(client, exchanges, input, capacity, usize::MAX)
}

fn read_pieces(
    client: &Client,
    exchanges: &mut [Exchange],
    input: &str,
    capacity: usize,
    piece: usize,
) -> Vec<String> {
    let mut storage = vec![0; capacity];
    let mut inbox = Inbox::new(&mut storage);
    let mut lines = Lines::new();
    let mut rest = input.as_bytes();
    let mut seen = Vec::new();
    loop {
        if lines.needs_data(&mut inbox) {
            let spare = inbox.spare();
            assert!(!spare.is_empty(), "no room to read into");
            let count = rest.len().min(piece).min(spare.len());
            spare[..count].copy_from_slice(&rest[..count]);
            inbox.commit(count);
            rest = &rest[count..];
            if rest.is_empty() {
                inbox.close();
            }
            continue;
        }
        let arrival = lines.next_arrival(client, exchanges, &mut inbox);
        let whose = arrival.exchange.map(|index| format!("{index}: ")).unwrap_or_default();
        let text = match arrival.event {
            Ok(Event::Closed) => "closed".into(),
            Ok(Event::Notification(note)) => format!("notification {}", note.method),
            Ok(Event::ServerRequest(request)) => format!("request {}", request.method),
            Ok(Event::Unsolicited { id }) => format!("unsolicited {id:?}"),
            Ok(Event::Response(Response::Result(result))) => format!("result {}", result.text()),
            Ok(Event::Response(Response::Error(error))) => format!("error {}", error.code),
            Ok(event) => format!("{event:?}"),
            Err(Error::Peer(PeerError::Message(_))) => {
                format!("noise {}", String::from_utf8_lossy(arrival.text))
            }
            Err(error) => format!("{error:?}"),
        };
        seen.push(format!("{whose}{text}"));
        if arrival.event == Ok(Event::Closed) {
            return seen;
        }
    }
}

fn result(id: u32, value: u32) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"value":{value}}}}}"#)
}

#[test]
fn responses_come_in_any_order_between_other_lines() {
    let mut client = ready(Revision::V2025_11_25);
    let mut exchanges = waiting(&mut client, 3);
    let ids: Vec<u32> = exchanges.iter().map(Exchange::id).collect();
    let input = [
        "Server listening on stdio".to_owned(),
        result(ids[2], 2),
        r#"{"jsonrpc":"2.0","method":"notifications/message","params":{}}"#.to_owned(),
        result(ids[0], 0) + "\r",
        String::new(),
        r#"{"jsonrpc":"2.0","id":"x","method":"ping"}"#.to_owned(),
        format!(r#"{{"jsonrpc":"2.0","id":{},"error":{{"code":-5,"message":""}}}}"#, ids[1]),
    ];
    let seen = read(&client, &mut exchanges, &input.join("\n"), 256);
    let expected = [
        "noise Server listening on stdio",
        r#"2: result {"value":2}"#,
        "notification notifications/message",
        r#"0: result {"value":0}"#,
        "request ping",
        "1: error -5",
        "closed",
    ];
    assert_eq!(seen, expected);
    assert!(exchanges.iter().all(Exchange::is_answered));
}

#[test]
fn exchanges_may_lie_anywhere() {
    let mut client = ready(Revision::V2026_07_28);
    let mut exchanges = waiting(&mut client, 3);
    let input = format!("{}\n{}\n", result(exchanges[2].id(), 7), result(exchanges[0].id(), 8));
    let mut storage = vec![0; 512];
    let mut inbox = Inbox::new(&mut storage);
    inbox.spare()[..input.len()].copy_from_slice(input.as_bytes());
    inbox.commit(input.len());
    let [first, _, last] = exchanges.get_disjoint_mut([0, 1, 2]).unwrap();
    let mut lines = Lines::new();
    let mut of =
        || lines.next_arrival(&client, &mut [&mut *first, &mut *last], &mut inbox).exchange;
    assert_eq!([of(), of(), of()], [Some(1), Some(0), None]);
    assert_eq!(
        exchanges.iter().map(Exchange::is_answered).collect::<Vec<_>>(),
        [true, false, true]
    );
}

#[test]
fn a_response_is_taken_once_and_by_type_and_value_of_its_id() {
    let mut client = ready(Revision::V2026_07_28);
    let mut exchanges = waiting(&mut client, 2);
    let id = exchanges[0].id();
    let input = [
        result(id + 2, 9),
        format!(r#"{{"jsonrpc":"2.0","id":"{id}","result":{{}}}}"#),
        result(id, 1),
        result(id, 2),
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":""}}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#.to_owned(),
    ];
    let seen = read(&client, &mut exchanges, &input.join("\n"), 256);
    let expected = [
        format!("unsolicited Some(Id({}))", id + 2),
        format!("unsolicited Some({:?})", Id::from_value(json::parse(b"\"1\"").unwrap()).unwrap()),
        r#"0: result {"value":1}"#.to_owned(),
        format!("unsolicited Some(Id({id}))"),
        // It can be about the other one only.
        "1: error -32700".to_owned(),
        "unsolicited Some(Id(1))".to_owned(),
        "closed".to_owned(),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn an_error_without_an_id_is_nobodys_when_two_wait() {
    let mut client = ready(Revision::V2026_07_28);
    let mut exchanges = waiting(&mut client, 2);
    let input = r#"{"jsonrpc":"2.0","error":{"code":-32700,"message":""}}"#;
    assert_eq!(read(&client, &mut exchanges, input, 256), ["unsolicited None", "closed"]);
    assert!(!exchanges.iter().any(Exchange::is_answered));
}

#[test]
fn an_invalid_result_ends_its_exchange_and_no_other() {
    let mut client = ready(Revision::V2026_07_28);
    let mut exchanges = waiting(&mut client, 2);
    let (one, two) = (exchanges[0].id(), exchanges[1].id());
    let input = format!("{{\"jsonrpc\":\"2.0\",\"id\":{one},\"result\":[]}}\n{}", result(two, 2));
    let error = Error::Peer(PeerError::Result(ResultError::NotAnObject));
    let expected = [format!("0: {error:?}"), r#"1: result {"value":2}"#.into(), "closed".into()];
    assert_eq!(read(&client, &mut exchanges, &input, 256), expected);
}

#[test]
fn an_over_long_response_ends_its_exchange() {
    let too_large =
        |whose: &str| format!("{whose}{:?}", Error::FrameTooLarge { limit: 128, needed: 129 });
    let filling = "x".repeat(500);
    for (line, whose) in [
        (format!(r#"{{"jsonrpc":"2.0","id":ID,"result":{{"text":"{filling}"}}}}"#), Some("0: ")),
        (format!(r#"{{"id":ID,"error":{{"message":"{filling}"}}}}"#), Some("0: ")),
        // With one request under way there is no other response.
        (format!(r#"{{"result":{{"text":"{filling}"}},"id":ID}}"#), Some("0: ")),
        (format!(r#"{{"id":ID,"method":"ping","params":{{"a":"{filling}"}}}}"#), None),
        (format!(r#"{{"jsonrpc":"2.0","id":"ID","result":{{"text":"{filling}"}}}}"#), None),
        (filling.clone(), None),
        (format!(r#"[{{"id":ID,"result":"{filling}"}}]"#), None),
    ] {
        let mut client = ready(Revision::V2025_11_25);
        let mut exchanges = waiting(&mut client, 1);
        let id = exchanges[0].id();
        let input = format!("{}\n{}\n", line.replace("ID", &id.to_string()), result(id, 7));
        let seen = read(&client, &mut exchanges, &input, 128);
        let then = match whose {
            Some(_) => format!("unsolicited Some(Id({id}))"),
            None => r#"0: result {"value":7}"#.to_owned(),
        };
        assert_eq!(seen, [too_large(whose.unwrap_or_default()), then, "closed".into()], "{line}");
    }
    let mut client = ready(Revision::V2025_11_25);
    let mut exchanges = waiting(&mut client, 2);
    let input = format!(r#"{{"result":{{"text":"{filling}"}},"id":1}}"#);
    assert_eq!(read(&client, &mut exchanges, &input, 128), [too_large(""), "closed".into()]);
}

#[test]
fn batches_are_read_in_the_one_revision_that_has_them() {
    let batch = |id| format!("[{},5,{}]\n", result(id, 1), result(id + 1, 2));
    let mut client = ready(Revision::V2025_03_26);
    let mut exchanges = waiting(&mut client, 2);
    let input = batch(exchanges[0].id()) + "[]\n[1\n" + &format!("[{}0]", "0,".repeat(256));
    let seen = read(&client, &mut exchanges, &input, 1024);
    let both = [r#"0: result {"value":1}"#, "noise 5", r#"1: result {"value":2}"#];
    assert_eq!(seen[..3], both);
    assert_eq!(seen[3..5], ["noise []", "noise [1"]);
    assert_eq!(seen[5], format!("{:?}", Error::Peer(PeerError::BatchTooLarge { limit: 256 })));
    let mut client = ready(Revision::V2025_06_18);
    let mut exchanges = waiting(&mut client, 2);
    let input = batch(exchanges[0].id());
    let seen = read(&client, &mut exchanges, &input, 256);
    assert_eq!(seen, [&format!("noise {}", input.trim_end()), "closed"]);
}

#[test]
fn the_era_is_found_out() {
    let discover = |answer: &str| {
        let mut client = Client::new(INFO);
        let mut out = [0; 1024];
        let (_, mut exchange) = client.connect(None, &mut out).unwrap().unwrap();
        exchange.on_line_sent();
        if answer.is_empty() {
            exchange.on_line_unanswered();
        } else {
            read(&client, std::slice::from_mut(&mut exchange), answer, 512);
        }
        client.settle(&exchange).unwrap();
        let (post, _) = client.connect(None, &mut out).unwrap()?;
        let sent: serde_json::Value = serde_json::from_slice(post.body()).unwrap();
        Some(sent["method"].as_str().unwrap().to_owned())
    };
    let initialize = Some("initialize".to_owned());
    assert_eq!(discover(""), initialize);
    for code in [-32601, -32602, -32600, -32603, -1] {
        let answer =
            format!(r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":{code},"message":""}}}}"#);
        assert_eq!(discover(&answer), initialize, "{code}");
    }
    let nameless = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":""}}"#;
    assert_eq!(discover(nameless), initialize);
    for code in [-32020, -32021, -32022] {
        let answer =
            format!(r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":{code},"message":""}}}}"#);
        assert_eq!(discover(&answer), None, "{code}");
    }
    let modern = r#"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"]}}"#;
    assert_eq!(discover(modern), None);
}

#[test]
fn silence_says_nothing_once_there_is_an_answer_or_a_revision() {
    let mut client = Client::new(INFO);
    let mut out = [0; 1024];
    let (_, mut exchange) = client.connect(None, &mut out).unwrap().unwrap();
    exchange.on_line_sent();
    let modern = r#"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"]}}"#;
    read(&client, std::slice::from_mut(&mut exchange), modern, 512);
    exchange.on_line_unanswered();
    client.settle(&exchange).unwrap();
    assert_eq!(client.revision(), Some(Revision::V2026_07_28));
    let mut exchange = waiting(&mut client, 1).remove(0);
    exchange.on_line_unanswered();
    client.settle(&exchange).unwrap();
    assert_eq!(client.revision(), Some(Revision::V2026_07_28));
}

#[test]
fn a_message_is_one_line_however_its_values_are_written() {
    let mut client = ready(Revision::V2025_11_25);
    let arguments = "{\r\n  \"text\": \"a\\nb\",\n\t\"n\":\n1}";
    let method = Method::CallTool {
        name: "echo",
        arguments: Some(json::parse(arguments.as_bytes()).unwrap()),
        input_schema: None,
    };
    let mut out = [0; 1024];
    let (post, _) = client.request(&Call::new(method), &mut out).unwrap();
    let line: Vec<u8> = post.pieces_of_line().flatten().copied().collect();
    let (end, line) = line.split_last().unwrap();
    assert_eq!(*end, b'\n');
    assert!(!line.contains(&b'\n') && !line.contains(&b'\r'));
    let sent: serde_json::Value = serde_json::from_slice(line).unwrap();
    let expected: serde_json::Value = serde_json::from_str(arguments).unwrap();
    assert_eq!(sent["params"]["arguments"], expected);
}

#[test]
fn what_has_no_response_is_accepted_once_sent() {
    let mut client = ready(Revision::V2025_11_25);
    let mut storage = [0; 256];
    let mut inbox = Inbox::new(&mut storage);
    let line = b"{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"ping\"}\n";
    inbox.spare()[..line.len()].copy_from_slice(line);
    inbox.commit(line.len());
    let arrival = Lines::new().next_arrival::<Exchange>(&client, &mut [], &mut inbox);
    let Ok(Event::ServerRequest(request)) = arrival.event else { panic!("{arrival:?}") };
    let mut out = [0; 512];
    let answer = Answer::default_for(&request);
    let (post, mut exchange) = client.answer(&request, answer, None, &mut out).unwrap();
    assert_eq!(post.body(), br#"{"jsonrpc":"2.0","id":"x","result":{}}"#);
    exchange.on_line_sent();
    assert!(exchange.is_answered());
}

#[test]
fn both_eras_cancel_over_lines() {
    for revision in [Revision::V2025_11_25, Revision::V2026_07_28] {
        let mut client = ready(revision);
        let mut exchanges = waiting(&mut client, 1);
        let id = exchanges[0].id();
        let mut out = [0; 512];
        let (post, _) = client.cancel_line(&exchanges[0], None, None, &mut out).unwrap().unwrap();
        let sent: serde_json::Value = serde_json::from_slice(post.body()).unwrap();
        assert_eq!(sent["method"], "notifications/cancelled", "{revision}");
        assert_eq!(sent["params"], serde_json::json!({"requestId": id}), "{revision}");
        read(
            &client,
            &mut exchanges,
            &result(id, 1).replace("{\"value", "{\"resultType\":\"complete\",\"value"),
            512,
        );
        assert!(
            client.cancel_line(&exchanges[0], None, None, &mut out).unwrap().is_none(),
            "{revision}"
        );
    }
}

/// Lines of a server, good and bad ones, and pieces of them.
fn stream() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        (1..5_u32).prop_map(|id| result(id, id)),
        Just(r#"{"jsonrpc":"2.0","method":"notifications/message"}"#.to_owned()),
        Just(r#"{"jsonrpc":"2.0","id":1,"result":"#.to_owned()),
        "[ -~]{0,80}",
        Just("\u{fffd}\u{0}\u{1b}[31m".to_owned()),
        (200..400_usize).prop_map(|length| format!("{{\"id\":1,\"result\":{}", "x".repeat(length))),
    ];
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\n\n"), Just("\r")];
    prop::collection::vec((line, end), 0..12)
        .prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect())
}

proptest! {
    #[test]
    fn any_cut_gives_the_same(input in stream(), piece in 1..40_usize) {
        let run = |piece| {
            let mut client = ready(Revision::V2025_11_25);
            let mut exchanges = waiting(&mut client, 3);
            let seen = read_pieces(&client, &mut exchanges, &input, 160, piece);
            (seen, exchanges.iter().map(Exchange::is_answered).collect::<Vec<_>>())
        };
        prop_assert_eq!(run(piece), run(usize::MAX));
    }
}
