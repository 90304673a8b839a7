//! Requests of a legacy server in the middle of a call, answered without a heap: beside its stream where there are two
//! connections, and between the halves of it where there is one.

use core::str::from_utf8;

use mcpico_core::auth::Bearer;
use mcpico_core::client::{Answer, Call, Client, Event, Response};
use mcpico_core::mcp::Method;
use mcpico_http::{Connection, Endpoint};

use crate::wire::{DEADLINES, NoTime, Wire, block_on, legacy};

const CONSENT: &[u8] = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
const CALL: Method<'static> = Method::CallTool { name: "t", arguments: None, input_schema: None };

fn link<'w>(responses: &'w [&'w [u8]]) -> Connection<Wire<'w>, NoTime> {
    Connection::new(Wire::new(responses), NoTime, DEADLINES)
}

/// An event stream that ends.
fn stream(events: &str) -> String {
    let length = events.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {length}\r\n\r\n{events}"
    )
}

/// Method, session, and last line of a request.
fn parts(sent: &[u8]) -> (&str, Option<&str>, &str) {
    let text = from_utf8(sent).unwrap();
    let session = text.split("\r\n").find_map(|line| line.strip_prefix("Mcp-Session-Id: "));
    (text.split(' ').next().unwrap(), session, text.rsplit("\r\n").next().unwrap())
}

#[test]
fn a_second_connection_answers_while_the_stream_of_the_first_goes_on() {
    // One read of the first connection is one event, so that the stream is in its middle when it is answered.
    let stream = stream(
        "data: {\"jsonrpc\":\"2.0\",\"id\":\"p-1\",\"method\":\"ping\"}\n\n\
        data: {\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"sampling/createMessage\",\"params\":{\"maxTokens\":1}}\n\n\
        data: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n\n",
    );
    let mut client = legacy();
    let endpoint = Endpoint::parse("http://localhost:8080/mcp").unwrap();
    let bearer = Some(Bearer::new("abc.def.ghi").unwrap());
    let call = Call::new(CALL).bearer(bearer);
    let (first, second) = ([stream.as_bytes()], [CONSENT, CONSENT]);
    let (mut first, mut second) = (link(&first), link(&second));
    first.io().piece = 40;
    let (mut out, mut inbox, mut consent) = ([0; 1024], [0; 512], [0; 64]);
    let mut answers = [[0; 512]; 2];
    let (mut answered, mut result) = (0, false);

    let allocated = allocation_counter::measure(|| {
        block_on(async {
            let sent = first.call(&endpoint, &mut client, &call, &mut out, &mut inbox);
            let mut reply = sent.await.unwrap();
            loop {
                match reply.next_event().await.unwrap() {
                    Event::ServerRequest(request) => {
                        let answer = Answer::default_for(&request);
                        let (out, consent) = (&mut out, &mut consent);
                        let sent = second.answer(
                            &endpoint,
                            &mut client,
                            &request,
                            answer,
                            bearer,
                            out,
                            consent,
                        );
                        let mut reply = sent.await.unwrap();
                        assert_eq!(reply.next_event().await, Ok(Event::Accepted));
                        assert_eq!(reply.next_event().await, Ok(Event::Closed));
                        let (sent, writes) = second.io().take_sent();
                        assert_eq!(writes, 1);
                        answers[answered][..sent.len()].copy_from_slice(sent);
                        answered += 1;
                    }
                    Event::Response(Response::Result(_)) => result = true,
                    Event::Closed => break,
                    event => panic!("{event:?}"),
                }
            }
            client.settle(reply.exchange()).unwrap();
        });
    });

    assert!(result && first.is_open() && second.is_open());
    assert_eq!(allocated.count_total, 0);
    let answers = answers.each_ref().map(|answer| parts(answer.trim_ascii_end()));
    for ((verb, session, body), expected) in answers.into_iter().zip([
        r#"{"jsonrpc":"2.0","id":"p-1","result":{}}"#,
        r#"{"jsonrpc":"2.0","id":0,"error":{"code":-32601,"message":"method not found"}}"#,
    ]) {
        assert_eq!((verb, session, body.trim_end_matches('\0')), ("POST", Some("s-1"), expected));
    }
}

#[test]
fn one_connection_answers_between_the_halves_of_a_stream_that_can_be_resumed() {
    // The stream does not end: the server waits for its answer.
    const HALF: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n\
        id: e-7\ndata: {\"jsonrpc\":\"2.0\",\"id\":\"p-1\",\"method\":\"ping\"}\n\n";
    let rest = stream("data: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n\n");
    let mut client = legacy();
    let endpoint = Endpoint::parse("http://localhost:8080/mcp").unwrap();
    let call = Call::new(CALL);
    let (half, rest) = ([HALF], [CONSENT, rest.as_bytes()]);
    let (mut out, mut inbox, mut copy) = ([0; 1024], [0; 512], [0; 64]);

    let allocated = allocation_counter::measure(|| {
        block_on(async {
            let mut link = Connection::new(Wire::new(&half), NoTime, DEADLINES);
            let sent = link.call(&endpoint, &mut client, &call, &mut out, &mut inbox);
            let mut reply = sent.await.unwrap();
            let Ok(Event::ServerRequest(request)) = reply.next_event().await else { panic!() };
            let request = request.without_params(&mut copy).unwrap();
            let exchange = reply.exchange().clone();
            assert_eq!(exchange.retry(), Some(1000));
            assert!(!link.is_open());

            let mut link = Connection::new(Wire::new(&rest), NoTime, DEADLINES);
            let answer = Answer::default_for(&request);
            let (room, storage) = (&mut out, &mut inbox);
            let sent = link.answer(&endpoint, &mut client, &request, answer, None, room, storage);
            let mut reply = sent.await.unwrap();
            while reply.next_event().await.unwrap() != Event::Closed {}
            let (sent, _) = link.io().take_sent();
            let expected = r#"{"jsonrpc":"2.0","id":"p-1","result":{}}"#;
            assert_eq!(parts(sent), ("POST", Some("s-1"), expected));

            let (room, storage) = (&mut out, &mut inbox);
            let sent = link.resume(&endpoint, &mut client, &exchange, None, room, storage);
            let mut reply = sent.await.unwrap().unwrap();
            let Ok(Event::Response(Response::Result(_))) = reply.next_event().await else {
                panic!()
            };
            assert_eq!(reply.next_event().await, Ok(Event::Closed));
            client.settle(reply.exchange()).unwrap();
            let (sent, _) = link.io().take_sent();
            assert!(from_utf8(sent).unwrap().contains("\r\nLast-Event-ID: e-7\r\n"));
        });
    });
    assert_eq!(allocated.count_total, 0);
}

#[test]
fn a_stream_without_event_ids_cannot_be_left_to_answer() {
    const HALF: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n\
        data: {\"jsonrpc\":\"2.0\",\"id\":\"p-1\",\"method\":\"ping\"}\n\n";
    let mut client: Client = legacy();
    let endpoint = Endpoint::parse("http://localhost:8080/mcp").unwrap();
    let (responses, call) = ([HALF], Call::new(CALL));
    let mut connection = link(&responses);
    let (mut out, mut inbox) = ([0; 1024], [0; 512]);
    block_on(async {
        let sent = connection.call(&endpoint, &mut client, &call, &mut out, &mut inbox);
        let mut reply = sent.await.unwrap();
        assert!(matches!(reply.next_event().await, Ok(Event::ServerRequest(_))));
        assert_eq!(reply.exchange().retry(), None);
    });
}
