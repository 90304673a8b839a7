//! Framing: the event-stream corpus at every cut, and the properties of all framings.

use std::{fs, path::Path};

use base64ct::{Base64, Encoding};
use mcpico_core::framing::{EventStream, Frame, FrameTooLarge, Framing, Line, WholeBody};
use mcpico_core::inbox::Inbox;
use proptest::prelude::*;

/// What came out: frames (with event name and id), a limit, the end.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Frame { text: Vec<u8>, name: Option<Vec<u8>>, id: Option<Vec<u8>> },
    TooLarge(usize),
    End,
}

/// Feeds `pieces` through an inbox of `capacity` bytes.
fn run(framing: &mut Framing, capacity: usize, pieces: &[&[u8]]) -> Vec<Seen> {
    let mut storage = vec![0; capacity];
    let mut inbox = Inbox::new(&mut storage);
    let mut pieces = pieces.iter().copied();
    let mut piece: &[u8] = &[];
    let mut seen = Vec::new();
    loop {
        let text = match framing.next_frame(&mut inbox) {
            Ok(Frame::Complete(text)) => Some(text.to_vec()),
            Ok(Frame::End) => {
                seen.push(Seen::End);
                return seen;
            }
            Ok(Frame::NeedData) => None,
            Err(FrameTooLarge { limit, needed }) => {
                assert_eq!(needed, limit + 1);
                seen.push(Seen::TooLarge(limit));
                if !matches!(framing, Framing::Line(_)) {
                    return seen;
                }
                continue;
            }
        };
        if let Some(text) = text {
            let (name, id) = match framing {
                Framing::EventStream(stream) => (stream.event_name(), stream.last_event_id()),
                _ => (None, None),
            };
            seen.push(Seen::Frame {
                text,
                name: name.map(<[_]>::to_vec),
                id: id.map(<[_]>::to_vec),
            });
            continue;
        }
        while piece.is_empty() {
            match pieces.next() {
                Some(next) => piece = next,
                None => break,
            }
        }
        if piece.is_empty() {
            inbox.close();
            continue;
        }
        let spare = inbox.spare();
        assert!(!spare.is_empty(), "data is wanted but there is no room");
        let count = piece.len().min(spare.len());
        spare[..count].copy_from_slice(&piece[..count]);
        inbox.commit(count);
        piece = &piece[count..];
    }
}

fn event_stream() -> Framing {
    Framing::EventStream(EventStream::new())
}

#[test]
fn every_event_stream_case_at_every_cut() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora/sse/cases.json");
    let corpus: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let cases = corpus["cases"].as_array().unwrap();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let encoded = case["bytes_b64"].as_str().unwrap();
        let mut decoded = vec![0; encoded.len()];
        let bytes = Base64::decode(encoded, &mut decoded).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let expected: Vec<_> = case["expected"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| (text(&event["event"]), text(&event["data"]), text(&event["id"])))
            .collect();
        let check = |pieces: &[&[u8]]| {
            let mut framing = event_stream();
            let seen = run(&mut framing, bytes.len() + 16, pieces);
            let events: Vec<_> = seen
                .into_iter()
                .filter_map(|seen| match seen {
                    Seen::Frame { text, name, id } => {
                        let [name, text, id] = [name.unwrap(), text, id.unwrap()]
                            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
                        Some((if name.is_empty() { "message".into() } else { name }, text, id))
                    }
                    Seen::End => None,
                    Seen::TooLarge(limit) => panic!("{name}: {limit}"),
                })
                .collect();
            assert_eq!(events, expected, "{name}");
            let Framing::EventStream(stream) = &framing else { unreachable!() };
            assert_eq!(stream.retry(), case["retry"].as_u64(), "{name}");
            let last = String::from_utf8_lossy(stream.last_event_id().unwrap());
            assert_eq!(last, case["last_event_id"].as_str().unwrap(), "{name}");
        };
        check(&[bytes]);
        check(&bytes.chunks(1).collect::<Vec<_>>());
        for cut in 0..bytes.len() {
            check(&[&bytes[..cut], &bytes[cut..]]);
        }
    }
    println!("cases: {}", cases.len());
    assert_eq!(cases.len(), 99);
}

#[test]
fn comments_and_unknown_fields_need_no_storage() {
    let endless = format!(":{}\nnote{}\n", "x".repeat(5000), "y".repeat(5000));
    let stream = format!("data: 1\n{endless}data: 2\n{endless}\n");
    let expected = run(&mut event_stream(), 100_000, &[stream.as_bytes()]);
    assert_eq!(expected.len(), 2);
    assert_eq!(run(&mut event_stream(), 16, &[stream.as_bytes()]), expected);
}

#[test]
fn blank_lines_need_one_byte_and_a_byte_order_mark_three() {
    assert_eq!(run(&mut event_stream(), 1, &[b"\n\r\n\r\n"]), [Seen::End]);
    assert_eq!(run(&mut event_stream(), 3, &["\u{feff}\n".as_bytes()]), [Seen::End]);
}

#[test]
fn a_frame_may_fill_the_inbox_and_no_more() {
    for (framing, exact, over) in [
        (Framing::WholeBody(WholeBody::new()), &b"1234567"[..], &b"12345678"[..]),
        (event_stream(), b"data:1\n\n", b"data:123\n\n"),
        (Framing::Line(Line::new()), b"1234567\n", b"12345678\n"),
    ] {
        let seen = run(&mut framing.clone(), 8, &[exact]);
        assert!(matches!(&seen[..], [Seen::Frame { .. }, Seen::End]), "{seen:?}");
        let seen = run(&mut framing.clone(), 8, &[over]);
        assert_eq!(seen[0], Seen::TooLarge(8));
    }
}

#[test]
fn a_whole_body_of_known_length_may_fill_the_inbox() {
    let mut storage = [0; 8];
    let mut inbox = Inbox::new(&mut storage);
    inbox.spare().copy_from_slice(b"12345678");
    inbox.commit(8);
    inbox.close();
    let mut framing = Framing::WholeBody(WholeBody::new());
    assert_eq!(framing.next_frame(&mut inbox), Ok(Frame::Complete(b"12345678")));
    assert_eq!(framing.next_frame(&mut inbox), Ok(Frame::End));
}

#[test]
fn an_oversize_line_is_skipped_to_its_end() {
    let text = b"0123456789{\"hidden\":1}\r\n\r\nnext\nlast";
    for cut in 0..text.len() {
        let seen = run(&mut Framing::Line(Line::new()), 8, &[&text[..cut], &text[cut..]]);
        let line = |text: &[u8]| Seen::Frame { text: text.to_vec(), name: None, id: None };
        assert_eq!(seen, [Seen::TooLarge(8), line(b"next"), line(b"last"), Seen::End]);
    }
}

/// Text in which every part of the syntax is likely.
fn syntax() -> impl Strategy<Value = Vec<u8>> {
    let parts: [&[u8]; 15] = [
        b"data:",
        b"data: x",
        b"data",
        b"event:e",
        b"id:7",
        b"retry:10",
        b":",
        b"other",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\xef\xbb\xbf",
        b"\xff",
        b" ",
    ];
    let part = proptest::sample::select(parts.to_vec()).prop_map(<[u8]>::to_vec);
    proptest::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_cut_gives_the_same_frames(
        text in syntax(),
        cuts in proptest::collection::vec(1_usize..9, 1..20),
        capacity in 1_usize..64,
    ) {
        let mut pieces = Vec::new();
        let mut rest = &text[..];
        for size in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at(rest.len().min(*size));
            pieces.push(piece);
            rest = after;
        }
        for framing in
            [event_stream(), Framing::Line(Line::new()), Framing::WholeBody(WholeBody::new())]
        {
            let whole = run(&mut framing.clone(), capacity, &[&text]);
            prop_assert_eq!(run(&mut framing.clone(), capacity, &pieces), whole);
        }
    }
}

/// What is unread is moved to the front when that gains as much as it costs, or all of it is read.
#[test]
fn room_is_made_when_it_is_worth_the_move() {
    for (committed, discarded, room) in [
        (0, 0, 16),
        (3, 3, 16),
        (16, 16, 16),
        // Less than a quarter is left, and more is gained than moved.
        (13, 10, 13),
        (14, 7, 9),
        (16, 1, 1),
        // A quarter is left, or half of it.
        (12, 10, 4),
        (8, 6, 8),
        // Less is gained than moved.
        (13, 3, 3),
        (13, 6, 3),
    ] {
        let mut storage = [0; 16];
        let mut inbox = Inbox::new(&mut storage);
        let bytes: Vec<u8> = (0..16).collect();
        inbox.spare()[..committed].copy_from_slice(&bytes[..committed]);
        inbox.commit(committed);
        inbox.discard(discarded);
        assert_eq!(inbox.spare().len(), room, "{committed} {discarded}");
        assert_eq!(inbox.unread(), &bytes[discarded..committed]);
    }
}
