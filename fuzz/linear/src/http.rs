//! HTTP/1.1 and header values.

use std::hint::black_box;

use mcpico_core::http1::{HeadReader, MediaType, Method, RequestHead};
use mcpico_core::mcp::{decode_header_value, encode_header_value};
use mcpico_core::writer::emit;

use crate::{Case, on_text, repeated};

const SIZE: usize = 32 * 1024;
/// Half of what a head may have.
const HEAD: usize = 8 * 1024 - 64;

pub(crate) fn cases() -> Vec<Case> {
    let start = "HTTP/1.1 200 OK\r\n";
    let one = move |size| repeated(&format!("{start}A: "), "x", "\r\n\r\n", size);
    let many = move |size: usize| {
        let pad = "x".repeat(size / 60 - 8);
        format!("{start}{}\r\n", format!("A: {pad}\r\n").repeat(60)).into_bytes()
    };
    let chunks = |size| repeated("", "1\r\nx\r\n", "0\r\n\r\n", size);
    let one_chunk =
        |size: usize| format!("{size:x}\r\n{}\r\n0\r\n\r\n", "x".repeat(size)).into_bytes();
    let extension = |size| repeated("", "1;a=\"\\\"\"\r\nx\r\n", "0\r\n\r\n", size);
    let quoted = |size| repeated("a/b;c=\"", "\\\"", "\"", size);
    vec![
        on_text("head of one line, byte by byte", HEAD, one, by_one),
        on_text("head of 60 lines, byte by byte", HEAD, many, by_one),
        on_text("head of 60 lines, asked for its fields", HEAD, many, |text| {
            let mut reader = HeadReader::new();
            let (head, _) = reader.read(text).expect("a head").expect("a whole one");
            black_box((head.body().is_ok(), head.is_keep_alive(), head.media_type().is_ok()));
        }),
        on_text(
            "head without an end, byte by byte",
            HEAD,
            |size| vec![b'H'; size],
            |text| {
                assert!((0..text.len()).all(|end| HeadReader::new().read(&text[..end.min(64)]).is_err() || end < 2));
            },
        ),
        on_text("chunks of one byte, at once", SIZE, chunks, |text| chunked(text, usize::MAX)),
        on_text("chunks of one byte, byte by byte", SIZE, chunks, |text| chunked(text, 1)),
        on_text("one chunk, byte by byte", SIZE, one_chunk, |text| chunked(text, 1)),
        on_text("chunk extensions, at once", SIZE, extension, |text| chunked(text, usize::MAX)),
        on_text("media type with a quoted string", SIZE, quoted, |text| {
            assert!(MediaType::parse(text).is_ok());
        }),
        on_text(
            "media type with parameters",
            SIZE,
            |size| repeated("a/b", ";c=d", "", size),
            |text| {
                assert!(MediaType::parse(text).is_ok());
            },
        ),
        on_text(
            "request head",
            SIZE,
            |size| vec![b'x'; size],
            |text| {
                let value = str::from_utf8(text).expect("ASCII");
                let head = RequestHead { method: Method::Get, target: "/", host: "localhost" };
                let mut out = vec![0; text.len() + 256];
                assert!(head.write([("A", value)], None, &mut out).is_ok());
            },
        ),
        on_text(
            "header value, coded",
            SIZE,
            |size| repeated("", "é", "", size),
            |text| {
                let value = str::from_utf8(text).expect("UTF-8");
                let mut out = vec![0; 2 * text.len() + 16];
                let mut back = vec![0; text.len()];
                let coded =
                    emit(&mut out, |w| encode_header_value(w, value.chars())).expect("room");
                let coded = str::from_utf8(coded).expect("ASCII");
                assert!(decode_header_value(coded, &mut back).is_ok());
            },
        ),
    ]
}

fn by_one(text: &mut [u8]) {
    let mut reader = HeadReader::new();
    let whole = (0..=text.len()).find_map(|end| reader.read(&text[..end]).expect("a head"));
    assert!(whole.is_some());
}

fn chunked(text: &mut [u8], step: usize) {
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let (head, _) = HeadReader::new().read(head).expect("a head").expect("a whole one");
    let mut body = head.body().expect("a body");
    for piece in text.chunks_mut(step.min(text.len())) {
        black_box(body.decode(piece).expect("chunks").len);
    }
    assert!(body.is_complete());
}
