//! Nothing is allocated.

use mcpico_core::auth::Bearer;
use mcpico_core::client::{Call, Client, Event, Response};
use mcpico_core::mcp::{ClientInfo, Method, Revision};
use mcpico_http::{Connection, Endpoint};

use crate::wire::{DEADLINES, NoTime, Wire, block_on};

const INFO: ClientInfo = ClientInfo { name: "test", version: "1.0.0" };

/// The counter counts: or the other test could not fail.
#[test]
fn an_allocation_is_counted() {
    let allocated = allocation_counter::measure(|| drop(std::hint::black_box(Box::new(1))));
    assert_eq!(allocated.count_total, 1);
}

#[test]
fn a_handshake_a_call_and_the_end_allocate_nothing() {
    const INITIALIZED: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
        Mcp-Session-Id: s-1\r\nContent-Length: 124\r\n\r\n\
        {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-11-25\",\
        \"capabilities\":{},\"serverInfo\":{\"name\":\"s\",\"version\":\"1\"}}}";
    const CONSENT: &[u8] = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
    const STREAM: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
        Transfer-Encoding: chunked\r\n\r\n\
        34\r\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/a\"}\n\n\r\n\
        2c\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n\n\r\n0\r\n\r\n";
    const ENDED: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";
    let endpoint = Endpoint::parse("http://localhost:8080/mcp").unwrap();
    let bearer = Some(Bearer::new("abc.def.ghi").unwrap());
    let arguments = Some(mcpico_core::json::parse(br#"{"a":[1,2,3]}"#).unwrap());
    let method = Method::CallTool { name: "t", arguments, input_schema: None };
    let call = Call::new(method).bearer(bearer).progress();
    let responses = [INITIALIZED, CONSENT, STREAM, STREAM, ENDED];
    let (mut out, mut storage) = ([0; 2048], [0; 1024]);
    let revision = Revision::V2025_11_25;
    let mut client = Client::with_revisions(INFO, revision, revision);
    let mut connection = Connection::new(Wire::new(&responses), NoTime, DEADLINES);
    let mut events = 0;

    let allocated = allocation_counter::measure(|| {
        block_on(async {
            while let Some(mut reply) = connection
                .connect_step(&endpoint, &mut client, bearer, &mut out, &mut storage)
                .await
                .unwrap()
            {
                while reply.next_event().await.unwrap() != Event::Closed {
                    events += 1;
                }
                client.settle(reply.exchange()).unwrap();
            }
            let mut reply = connection
                .call(&endpoint, &mut client, &call, &mut out, &mut storage)
                .await
                .unwrap();
            let _ = reply.head().unwrap().header("content-type");
            assert!(matches!(reply.next_event().await, Ok(Event::Notification(_))));
            assert!(matches!(reply.next_event().await, Ok(Event::Response(Response::Result(_)))));
            assert_eq!(reply.next_event().await, Ok(Event::Closed));
            // An answer with another id is no response: an error allocates nothing either.
            let mut reply = connection
                .call(&endpoint, &mut client, &call, &mut out, &mut storage)
                .await
                .unwrap();
            while reply.next_event().await.is_ok_and(|event| event != Event::Interrupted) {}
        });
    });
    assert_eq!((events, allocated.count_total, allocated.bytes_total), (2, 0, 0));

    let mut connection = Connection::new(Wire::new(&responses[4..]), NoTime, DEADLINES);
    let allocated = allocation_counter::measure(|| {
        let end = connection.end(&endpoint, &mut client, bearer, &mut out, &mut storage);
        let _ = block_on(end).unwrap().unwrap();
    });
    assert_eq!(allocated.count_total, 0);
}
