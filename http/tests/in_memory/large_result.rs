//! A result that is larger than the inbox.

use mcpico_core::client::{Call, Client, Event, ResultStream, Streamed};
use mcpico_core::json::{Pointer, StreamEvent};
use mcpico_core::mcp::{ClientInfo, Method, Revision};
use mcpico_http::{Connection, Endpoint};

use crate::wire::{DEADLINES, NoTime, Wire, block_on};

const INFO: ClientInfo = ClientInfo { name: "test", version: "1.0.0" };

/// Bytes of the text.
const SIZE: usize = 1024 * 1024;

/// Bytes of the inbox.
const INBOX: usize = 8 * 1024;

/// The text as the demo server's tool `big` gives it: 8-byte records, each its own offset.
fn text() -> String {
    let records: Vec<String> =
        (0..SIZE).step_by(8).map(|offset| format!("{offset:07x} ")).collect();
    records.concat()
}

fn message(text: &str) -> String {
    format!(
        r#"{{"result":{{"content":[{{"type":"text","text":"{text}"}}]}},"jsonrpc":"2.0","id":1}}"#
    )
}

/// FNV-1a, which needs no room.
fn digest(hash: u64, text: &str) -> u64 {
    text.bytes().fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

const START: u64 = 0xcbf2_9ce4_8422_2325;

#[test]
fn a_mebibyte_passes_through_eight_kibibytes_and_allocates_nothing() {
    let text = text();
    let message = message(&text);
    let whole = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{message}",
        message.len()
    );
    let stream = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n\
         {:x}\r\ndata: {message}\n\n\r\n0\r\n\r\n",
        message.len() + 8
    );
    let endpoint = Endpoint::parse("http://localhost:8080/mcp").unwrap();
    let call = Call::new(Method::ListTools { cursor: None });
    for response in [whole, stream] {
        let responses = [response.as_bytes()];
        let mut connection = Connection::new(Wire::new(&responses), NoTime, DEADLINES);
        connection.io().piece = 1400;
        let mut client = Client::with_revisions(INFO, Revision::LATEST, Revision::LATEST);
        let (mut out, mut storage) = ([0; 2048], [0; INBOX]);
        let (mut hash, mut length, mut complete) = (START, 0, 0);
        let allocated = allocation_counter::measure(|| {
            block_on(async {
                let sent = connection.call(&endpoint, &mut client, &call, &mut out, &mut storage);
                let mut reply = sent.await.unwrap();
                let mut stream = ResultStream::new();
                let mut pointer = Pointer::new("/content/0/text").unwrap();
                loop {
                    match reply.next_streamed(&mut stream).await.unwrap() {
                        Streamed::Part(event) => {
                            if pointer.take(&event).unwrap()
                                && let StreamEvent::String(part) = event
                            {
                                hash = digest(hash, part.as_str());
                                length += part.as_str().len();
                            }
                        }
                        Streamed::Complete => complete += 1,
                        Streamed::Event(Event::Closed) => break,
                        other => panic!("{other:?}"),
                    }
                }
            });
        });
        assert_eq!((hash, length, complete), (digest(START, &text), SIZE, 1));
        assert_eq!((allocated.count_total, allocated.bytes_total), (0, 0));
        assert!(connection.is_open());
    }
}
