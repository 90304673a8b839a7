//! Framings at every cut, event streams against a reader of whole streams.

use std::vec;
use std::vec::Vec;

use super::input::{Input, pieces};
use crate::framing::{
    EventStream, Frame, FrameTooLarge, Framing, Line, MAX_EVENT_ID, MAX_EVENT_NAME, WholeBody,
};
use crate::inbox::Inbox;

/// The input is a framing, a capacity, two ways to cut, and a body.
pub fn event_stream(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let framing = match input.below(4) {
        1 => Framing::Line(Line::new()),
        2 => Framing::WholeBody(WholeBody::new()),
        _ => Framing::EventStream(EventStream::new()),
    };
    let capacity = usize::from(input.byte()).max(1);
    let (one, other) = (input.byte(), input.byte());
    let body = input.rest();
    let roomy = body.len() + 16;

    let whole = run(framing.clone(), roomy, body, one);
    assert_eq!(whole, run(framing.clone(), roomy, body, other), "cuts {one} {other}");
    let expected = match framing {
        Framing::EventStream(_) => events(body),
        Framing::Line(_) => lines(body),
        Framing::WholeBody(_) if body.is_empty() => vec![END],
        Framing::WholeBody(_) => vec![frame(body), END],
    };
    assert_eq!(whole, expected);

    let small = run(framing.clone(), capacity, body, one);
    assert_eq!(small, run(framing.clone(), capacity, body, other), "capacity {capacity}");
    // Frames are told in order until one is too large.
    if !matches!(framing, Framing::Line(_)) {
        let told = small.len() - 1;
        assert_eq!(small.get(..told), whole.get(..told));
        assert!(small == whole || small.last() == Some(&Seen::TooLarge(capacity)));
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Seen {
    Frame {
        text: Vec<u8>,
        name: Option<Vec<u8>>,
        id: Option<Vec<u8>>,
    },
    TooLarge(usize),
    /// The end, with the retry time and the last id.
    End {
        retry: Option<u64>,
        id: Option<Vec<u8>>,
    },
}

/// The end of a body that is no event stream.
const END: Seen = Seen::End { retry: None, id: None };

fn frame(text: &[u8]) -> Seen {
    Seen::Frame { text: text.to_vec(), name: None, id: None }
}

fn run(mut framing: Framing, capacity: usize, body: &[u8], cut: u8) -> Vec<Seen> {
    let mut storage = vec![0; capacity];
    let mut inbox = Inbox::new(&mut storage);
    let mut pieces = pieces(body, cut);
    let mut piece: &[u8] = &[];
    let mut seen = Vec::new();
    // Each call brings a frame, an error or wants data, and data there is only so much of.
    for _ in 0..4 * body.len() + 8 {
        match framing.next_frame(&mut inbox) {
            Ok(Frame::Complete(text)) => {
                let mut told = frame(text);
                if let (Framing::EventStream(stream), Seen::Frame { name, id, .. }) =
                    (&framing, &mut told)
                {
                    *name = stream.event_name().map(<[u8]>::to_vec);
                    *id = stream.last_event_id().map(<[u8]>::to_vec);
                }
                seen.push(told);
                continue;
            }
            Ok(Frame::End) => {
                assert_eq!(framing.next_frame(&mut inbox), Ok(Frame::End));
                seen.push(match &framing {
                    Framing::EventStream(stream) => Seen::End {
                        retry: stream.retry(),
                        id: stream.last_event_id().map(<[u8]>::to_vec),
                    },
                    _ => END,
                });
                return seen;
            }
            Ok(Frame::NeedData) => {}
            Err(FrameTooLarge { limit, needed }) => {
                assert_eq!(needed, limit + 1);
                assert_eq!(limit, capacity);
                seen.push(Seen::TooLarge(limit));
                if !matches!(framing, Framing::Line(_)) {
                    assert_eq!(
                        framing.next_frame(&mut inbox),
                        Err(FrameTooLarge { limit, needed })
                    );
                    return seen;
                }
                continue;
            }
        }
        if piece.is_empty() {
            piece = pieces.next().unwrap_or_default();
        }
        if piece.is_empty() {
            inbox.close();
            continue;
        }
        let spare = inbox.spare();
        assert!(!spare.is_empty(), "data is wanted but there is no room");
        let (now, later) = piece.split_at(piece.len().min(spare.len()));
        spare.iter_mut().zip(now).for_each(|(room, byte)| *room = *byte);
        inbox.commit(now.len());
        piece = later;
    }
    panic!("no end after {} events", seen.len());
}

/// Lines end with LF or CR LF; empty ones are no frames.
fn lines(body: &[u8]) -> Vec<Seen> {
    let mut seen: Vec<Seen> = body
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.is_empty())
        .map(frame)
        .collect();
    seen.push(END);
    seen
}

/// The events of a whole stream, read as it stands in
/// <https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>.
pub(super) fn events(stream: &[u8]) -> Vec<Seen> {
    let stream = stream.strip_prefix(b"\xef\xbb\xbf").unwrap_or(stream);
    let (mut text, mut name, mut id) = (Vec::new(), Vec::new(), Vec::new());
    let (mut retry, mut last_id) = (None, Vec::new());
    let mut seen = Vec::new();
    for line in whole_lines(stream) {
        if line.is_empty() {
            last_id.clone_from(&id);
            if !text.is_empty() {
                text.pop();
                seen.push(Seen::Frame {
                    text: core::mem::take(&mut text),
                    name: (name.len() <= MAX_EVENT_NAME).then(|| name.clone()),
                    id: (id.len() <= MAX_EVENT_ID).then(|| id.clone()),
                });
            }
            name.clear();
            continue;
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let (field, value) = match colon {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (&line[..], &[][..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"event" => name = value.to_vec(),
            b"data" => {
                text.extend(value);
                text.push(b'\n');
            }
            b"id" if !value.contains(&0) => id = value.to_vec(),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                let digits = core::str::from_utf8(value).unwrap_or_default();
                retry = Some(digits.parse().unwrap_or(u64::MAX));
            }
            _ => {}
        }
    }
    seen.push(Seen::End { retry, id: (last_id.len() <= MAX_EVENT_ID).then_some(last_id) });
    seen
}

/// The lines that have an end: CR LF, LF or CR.
fn whole_lines(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    let mut line = Vec::new();
    let mut bytes = stream.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' | b'\n' => {
                if byte == b'\r' {
                    bytes.next_if_eq(&b'\n');
                }
                lines.push(core::mem::take(&mut line));
            }
            _ => line.push(byte),
        }
    }
    lines
}
