//! Documents in pieces: the verdict of `parse` at every cut, and the same value.

mod events;
mod pointer;

use std::{fs, path::Path};

use mcpico_core::json::{JsonError, JsonErrorKind, Stream, parse};
use proptest::prelude::*;

use events::{cut, document, read, rebuilt};

#[test]
fn every_file_of_the_suite_has_the_verdict_of_parse_at_every_cut() {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora/jsontestsuite");
    let (mut files, mut cuts, mut rebuilds) = (0, 0, 0);
    for folder in ["test_parsing", "test_transform"] {
        for entry in fs::read_dir(suite.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let text = fs::read(&path).unwrap();
            let expected = parse(&text).map(|_| ());
            let (seen, verdict) = read([&*text]);
            assert_eq!(verdict, expected, "{name}");
            assert_eq!(read(text.chunks(1)), (seen.clone(), expected), "{name}, byte by byte");
            for at in 1..text.len() {
                let (one, other) = text.split_at(at);
                assert_eq!(read([one, other]), (seen.clone(), expected), "{name}, cut at {at}");
                cuts += 1;
            }
            if let (Ok(()), Ok(theirs)) = (expected, serde_json::from_slice(&text)) {
                let theirs: serde_json::Value = theirs;
                assert_eq!(rebuilt(seen), theirs, "{name}");
                rebuilds += 1;
            }
            files += 1;
        }
    }
    println!("files: {files}, cuts: {cuts}, values: {rebuilds}");
    assert_eq!(files, 318 + 22);
    assert!(rebuilds > 95);
}

/// Every pair of a state and a byte: what may follow, and what not.
#[test]
fn a_wrong_byte_anywhere_has_the_verdict_of_parse() {
    let text =
        "{\"a\\u00e9\":[1,-2.5e+3,true,null,\"\\ud83d\\ude00x\u{20ac}\u{1f600}\"],\"b\":{}} ";
    let mut ran = 0;
    for at in 0..=text.len() {
        for byte in 0..=u8::MAX {
            let mut wrong = text.as_bytes().to_vec();
            if at < wrong.len() {
                wrong[at] = byte;
            } else {
                wrong.push(byte);
            }
            let expected = parse(&wrong).map(|_| ());
            assert_eq!(read([&*wrong]).1, expected, "byte {byte} at {at}");
            assert_eq!(read(wrong.chunks(1)).1, expected, "byte {byte} at {at}, byte by byte");
            ran += 1;
        }
    }
    println!("texts: {ran}");
}

#[test]
fn an_error_is_repeated_whatever_follows() {
    let deep = "[".repeat(65);
    let mut kinds = Vec::new();
    for text in [
        b"[tru!".as_slice(),
        b"[01",
        b"[1 2",
        b"\"\\x",
        b"\"\\ud83d\"",
        b"\"\x01",
        b"\"\xff",
        b"{} x",
        deep.as_bytes(),
    ] {
        let mut stream = Stream::new();
        let mut piece = text;
        let error = loop {
            match stream.next_event(&mut piece) {
                Ok(event) => assert!(event.is_some(), "{}", text.escape_ascii()),
                Err(error) => break error,
            }
        };
        for mut piece in [b" ".as_slice(), b"e\"", b"1", b"}", b"[", b""] {
            assert_eq!(stream.next_event(&mut piece), Err(error), "{}", text.escape_ascii());
            assert_eq!(stream.finish(), Err(error), "{}", text.escape_ascii());
        }
        kinds.push(error.kind);
    }
    kinds.dedup();
    println!("{kinds:?}");
    assert!(kinds.len() > 6, "{kinds:?}");
}

#[test]
fn debug_does_not_show_the_content() {
    let mut piece = &b"\"secret\""[..];
    let event = Stream::new().next_event(&mut piece).unwrap();
    assert_eq!(format!("{event:?}"), "Some(String(Part(6 bytes)))");
}

proptest! {
    #[test]
    fn the_events_of_any_cut_rebuild_the_value(
        document in document(),
        pretty: bool,
        lengths in proptest::collection::vec(1_usize..20, 1..8),
    ) {
        let text = if pretty {
            serde_json::to_vec_pretty(&document).unwrap()
        } else {
            serde_json::to_vec(&document).unwrap()
        };
        let (seen, verdict) = read(cut(&text, &lengths));
        prop_assert_eq!(verdict, Ok(()));
        prop_assert_eq!(&seen, &read([&*text]).0);
        let theirs: serde_json::Value = serde_json::from_slice(&text).unwrap();
        prop_assert_eq!(rebuilt(seen), theirs);
    }

    #[test]
    fn any_text_has_the_verdict_of_parse_and_a_prefix_tells_the_start(
        document in document(),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..3),
        lengths in proptest::collection::vec(1_usize..20, 1..8),
    ) {
        let mut text = serde_json::to_vec(&document).unwrap();
        for (at, byte) in edits {
            let at = at.index(text.len());
            text[at] = byte;
        }
        let expected = parse(&text).map(|_| ());
        let whole = read([&*text]);
        prop_assert_eq!(whole.1, expected);
        prop_assert_eq!(&read(cut(&text, &lengths)), &whole);
        for end in 0..text.len() {
            let (seen, verdict) = read(cut(&text[..end], &lengths));
            prop_assert_eq!(verdict, parse(&text[..end]).map(|_| ()));
            // A cut number may end here.
            let sure = seen.len().saturating_sub(usize::from(verdict.is_ok()));
            prop_assert_eq!(&seen[..sure], &whole.0[..sure]);
            if let Err(JsonError { kind, .. }) = verdict {
                let same = whole.1.map_err(|error| error.kind) == Err(kind);
                prop_assert!(kind == JsonErrorKind::UnexpectedEnd || same);
            }
        }
    }
}
