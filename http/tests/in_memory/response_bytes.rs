//! What comes off the wire, in any pieces and with little room.

use mcpico_core::Error as CoreError;
use mcpico_core::client::{Call, Client, Event, Response};
use mcpico_core::mcp::{ClientInfo, Method, Revision};
use mcpico_http::{Connection, Endpoint, Error};

use crate::wire::{DEADLINES, NoTime, Wire, block_on};

const INFO: ClientInfo = ClientInfo { name: "test", version: "1.0.0" };
const CALL: Call<'static> = Call::new(Method::ListTools { cursor: None });

const WHOLE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
    Content-Length: 36\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}";
const STREAM: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\
    Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n\
    33;x=y\r\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/a\"}\n\r\n\
    1\r\n\n\r\n\
    2c\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n\r\n0\r\nA: b\r\n\r\n";

/// What one call shows, whether the connection stays open, and the number of reads.
fn call(
    response: &[u8],
    piece: usize,
    room: usize,
) -> (Vec<&'static str>, Option<Error>, bool, usize) {
    let responses = [response];
    let mut connection = Connection::new(Wire::new(&responses), NoTime, DEADLINES);
    connection.io().piece = piece;
    let endpoint = Endpoint::parse("http://localhost/").unwrap();
    let mut client = Client::with_revisions(INFO, Revision::LATEST, Revision::LATEST);
    let (mut out, mut storage) = ([0; 2048], vec![0; room]);
    let mut seen = Vec::new();
    let error = block_on(async {
        let sent = connection.call(&endpoint, &mut client, &CALL, &mut out, &mut storage);
        let mut reply = sent.await?;
        loop {
            match reply.next_event().await? {
                Event::Closed => return Ok(()),
                Event::Notification(_) => seen.push("notification"),
                Event::Response(Response::Result(_)) => seen.push("result"),
                _ => seen.push("other"),
            }
        }
    })
    .err();
    (seen, error, connection.is_open(), connection.io().reads)
}

#[test]
fn a_response_that_is_there_takes_one_read() {
    assert_eq!(call(WHOLE, usize::MAX, 512), (vec!["result"], None, true, 1));
    let seen = vec!["notification", "result"];
    assert_eq!(call(STREAM, usize::MAX, 512), (seen, None, true, 1));
}

#[test]
fn pieces_of_any_size_give_the_same() {
    for piece in 1..STREAM.len() {
        let (seen, error, open, _) = call(STREAM, piece, 512);
        assert_eq!((seen.len(), error, open), (2, None, true), "pieces of {piece}");
        let (seen, error, open, _) = call(WHOLE, piece, 512);
        assert_eq!((seen.len(), error, open), (1, None, true), "pieces of {piece}");
    }
}

#[test]
fn with_little_room_there_is_an_error_and_no_wrong_answer() {
    for response in [WHOLE, STREAM] {
        let mut fitted = 0;
        for room in 0..256 {
            match call(response, 1, room) {
                (seen, None, true, _) => fitted += usize::from(!seen.is_empty()),
                (_, Some(error), false, _) => {
                    let Error::Client(CoreError::FrameTooLarge { limit, needed }) = error else {
                        panic!("{error:?} with room for {room}");
                    };
                    assert!(limit == room && needed > room, "{error:?}");
                    assert_eq!(fitted, 0, "room for {room} is too little, less was not");
                }
                other => panic!("{other:?} with room for {room}"),
            }
        }
        assert!(fitted > 0);
    }
}

/// Time limits are looked at between two reads, so none may bring more than is looked through in a moment.
#[test]
fn much_at_once_is_read_in_pieces() {
    const SIZE: usize = 1 << 20;
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"x":"{}"}}}}"#, "x".repeat(SIZE));
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let response = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    let (seen, error, open, reads) = call(response.as_bytes(), usize::MAX, 2 * SIZE);
    assert_eq!((&*seen, error, open), (&["result"][..], None, true));
    assert_eq!(reads, response.len().div_ceil(64 * 1024));
}
