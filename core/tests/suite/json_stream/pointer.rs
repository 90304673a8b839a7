//! One value out of a document in pieces.

use mcpico_core::json::{DuplicateName, InvalidPointer, Pointer, Stream};
use proptest::prelude::*;

use super::events::{Seen, cut, document, note, rebuilt};

/// The value that the pointer selects; `None` when it selects nothing.
fn select<'p>(
    pieces: impl IntoIterator<Item = &'p [u8]>,
    path: &str,
) -> Result<Option<serde_json::Value>, DuplicateName> {
    let (mut stream, mut pointer) = (Stream::new(), Pointer::new(path).unwrap());
    let (mut seen, mut text) = (Vec::<Seen>::new(), String::new());
    for mut piece in pieces {
        while let Some(event) = stream.next_event(&mut piece).unwrap() {
            if pointer.take(&event)? {
                note(event, &mut seen, &mut text);
            }
        }
    }
    if let Some(event) = stream.finish().unwrap()
        && pointer.take(&event)?
    {
        note(event, &mut seen, &mut text);
    }
    assert_eq!(pointer.is_found(), !seen.is_empty());
    Ok((!seen.is_empty()).then(|| rebuilt(seen)))
}

/// [RFC 6901 section 5](https://www.rfc-editor.org/rfc/rfc6901#section-5)
#[test]
fn the_examples_of_the_standard() {
    let text =
        br#"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,
        "m~n":8}"#;
    let whole: serde_json::Value = serde_json::from_slice(text).unwrap();
    let expected = [
        ("", whole.to_string()),
        ("/foo", r#"["bar","baz"]"#.into()),
        ("/foo/0", r#""bar""#.into()),
        ("/", "0".into()),
        ("/a~1b", "1".into()),
        ("/c%d", "2".into()),
        ("/e^f", "3".into()),
        ("/g|h", "4".into()),
        ("/i\\j", "5".into()),
        ("/k\"l", "6".into()),
        ("/ ", "7".into()),
        ("/m~0n", "8".into()),
    ];
    for (path, value) in expected {
        for length in [1, 3, text.len()] {
            let found = select(text.chunks(length), path).unwrap();
            assert_eq!(found.map(|found| found.to_string()), Some(value.clone()), "{path}");
        }
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let text = br#"{"a":[{"b":1},[2]],"aa":3,"":{"a":4},"01":5}"#;
    for path in ["/b", "/a/2", "/a/00", "/a/-", "/a/0/b/0", "/a/0/", "/a/1/b", "/aa/0", "//b", "/1"]
    {
        assert_eq!(select([&text[..]], path), Ok(None), "{path}");
    }
}

#[test]
fn pointers_that_are_none() {
    for path in ["a", "a/b", "/~", "/~2", "/a~/b", "~0", "/~01/~"] {
        assert_eq!(Pointer::new(path).err(), Some(InvalidPointer), "{path}");
    }
}

/// As `Value::member` refuses them: two readers of one text must not see two meanings.
#[test]
fn a_name_on_the_way_stands_once() {
    let refused = [
        (r#"{"a":1,"a":2}"#, "/a"),
        (r#"{"a":1,"\u0061":2}"#, "/a"),
        (r#"{"a":{},"a":{"b":1}}"#, "/a/b"),
        (r#"{"a":{"b":1},"c":0,"a":{"c":1}}"#, "/a/b"),
        (r#"{"a":[[1]],"a":0}"#, "/a/0/0"),
        (r#"{"a":5,"a":{"b":1}}"#, "/a/b"),
        (r#"[{"a":{"x":{"a":2},"b":1,"b":1}}]"#, "/0/a/b"),
    ];
    for (text, path) in refused {
        assert_eq!(select([text.as_bytes()], path), Err(DuplicateName), "{text}");
    }
    let taken = [
        (r#"{"x":{"a":1},"a":2,"y":{"a":3}}"#, "/a", "2"),
        (r#"{"b":1,"b":2,"a":{"a":{"a":1},"c":1}}"#, "/a/a", r#"{"a":1}"#),
        (r#"{"a":{"b":{"c":1,"c":2}}}"#, "/a/b", r#"{"c":2}"#),
        (r#"[{"a":1},{"a":2},{"a":3}]"#, "/1/a", "2"),
        (r#"{"x":{"y":1},"":2,"z":{"y":3}}"#, "/", "2"),
    ];
    for (text, path, value) in taken {
        let found = select([text.as_bytes()], path).unwrap().map(|found| found.to_string());
        assert_eq!(found.as_deref(), Some(value), "{text}");
    }
}

/// Every pointer into a value.
fn pointers(value: &serde_json::Value, path: &str, all: &mut Vec<String>) {
    all.push(path.to_owned());
    match value {
        serde_json::Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{path}/{index}"), all);
            }
        }
        serde_json::Value::Object(members) => {
            for (name, item) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(item, &format!("{path}/{name}"), all);
            }
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn every_value_is_the_one_that_serde_json_finds(
        document in document(),
        lengths in proptest::collection::vec(1_usize..20, 1..8),
    ) {
        let text = serde_json::to_vec(&document).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let mut all = Vec::new();
        pointers(&document, "", &mut all);
        for path in all {
            let found = select(cut(&text, &lengths), &path);
            prop_assert_eq!(found, Ok(document.pointer(&path).cloned()), "{}", path);
            let beyond = format!("{path}/absent");
            prop_assert_eq!(select(cut(&text, &lengths), &beyond), Ok(document.pointer(&beyond).cloned()));
        }
    }
}
