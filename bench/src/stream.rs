//! Event streams of 10 MB, cut into chunks.

use std::convert::Infallible;
use std::hint::black_box;

use bytes::Bytes;
use eventsource_stream::Eventsource;
use futures_util::{FutureExt, StreamExt, stream};
use mcpico_core::framing::{EventStream, Frame, Framing};
use mcpico_core::inbox::Inbox;
use sse_stream::SseByteStream;

use super::Table;
use super::document::{call, escaped};

const TOTAL: usize = 10_000_000;

fn events(data: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut id = 0;
    while out.len() < TOTAL {
        id += 1;
        out.extend(format!("event: message\nid: {id}\ndata: {data}\n\n").bytes());
    }
    out
}

pub fn run() {
    let small = events(
        r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":42,"total":100,"message":"reading rows"}}"#,
    );
    let big = events(&call(&escaped(1_030_000)));
    for (name, text) in [("small events", small), ("big events", big)] {
        for size in [16 * 1024, 1400] {
            compare(name, &text, size);
        }
    }
}

fn compare(name: &str, text: &[u8], size: usize) {
    let chunks: Vec<Bytes> = text.chunks(size).map(Bytes::copy_from_slice).collect();
    let source = || stream::iter(chunks.iter().cloned().map(Ok::<_, Infallible>));
    let mut storage = vec![0; if name.starts_with("big") { 2 << 20 } else { 32 << 10 }];
    let mut checked = vec![0; storage.len()];
    let first = own(&chunks, &mut storage, |_| ());
    assert_eq!(first.0, now(SseByteStream::new(source()).count()));

    let mut table = Table::new(format!("{name}, chunks of {size}"), text.len());
    table.add("sse-stream 0.3", || {
        now(SseByteStream::new(black_box(source()))
            .fold(0, async |total, event| total + event.unwrap().data.map_or(0, |data| data.len())))
    });
    table.add("framing", || own(black_box(&chunks), &mut storage, |_| ()));
    table.add("framing, frames checked for UTF-8", || {
        own(black_box(&chunks), &mut checked, |frame| {
            black_box(core::str::from_utf8(frame).unwrap());
        })
    });
    // It is quadratic in the size of an event over that of a chunk.
    if name.starts_with("small") {
        table.add("eventsource-stream 0.2", || {
            now(black_box(source())
                .eventsource()
                .fold(0, async |total, event| total + event.unwrap().data.len()))
        });
    }
    table.run(15);
}

/// Number of frames and of their bytes.
fn own(chunks: &[Bytes], storage: &mut [u8], mut frame: impl FnMut(&[u8])) -> (usize, usize) {
    let mut inbox = Inbox::new(storage);
    let mut framing = Framing::EventStream(EventStream::new());
    let (mut frames, mut bytes) = (0, 0);
    let mut chunks = chunks.iter();
    let mut rest: &[u8] = &[];
    loop {
        match framing.next_frame(&mut inbox).unwrap() {
            Frame::NeedData => {
                if rest.is_empty() {
                    rest = chunks.next().map_or(&[], |chunk| chunk);
                }
                let room = inbox.spare();
                let count = room.len().min(rest.len());
                room[..count].copy_from_slice(&rest[..count]);
                rest = &rest[count..];
                if count == 0 {
                    inbox.close();
                } else {
                    inbox.commit(count);
                }
            }
            Frame::Complete(data) => {
                frames += 1;
                bytes += data.len();
                frame(data);
            }
            Frame::End => return (frames, bytes),
        }
    }
}

/// The output of a future that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().unwrap()
}
