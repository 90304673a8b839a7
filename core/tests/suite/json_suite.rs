//! `JSONTestSuite`: every must-accept, must-reject and implementation-defined file, and what comes out of
//! the transform files.

use std::{collections::BTreeMap, fs, path::Path};

use mcpico_core::json::{DuplicateName, JsonErrorKind, NameError, parse};

#[test]
fn every_file_has_the_required_verdict() {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora/jsontestsuite");
    let recommended: BTreeMap<String, String> =
        serde_json::from_slice(&fs::read(suite.join("i-files-recommended.json")).unwrap()).unwrap();
    let mut counts = BTreeMap::<char, usize>::new();
    for entry in fs::read_dir(suite.join("test_parsing")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let verdict = parse(&fs::read(&path).unwrap()).map(|_| ()).map_err(|error| error.kind);
        let class = name.chars().next().unwrap();
        match class {
            'y' => assert_eq!(verdict, Ok(()), "{name}"),
            'n' => assert!(verdict.is_err(), "{name}"),
            _ => match recommended[name].split([' ', ':']).next().unwrap() {
                "accept-syntax" => assert_eq!(verdict, Ok(()), "{name}"),
                "limit" => assert_eq!(verdict, Err(JsonErrorKind::DepthExceeded), "{name}"),
                "surrogate-policy" => {
                    let errors = [JsonErrorKind::LoneSurrogate, JsonErrorKind::InvalidEscape];
                    assert!(errors.map(Err).contains(&verdict), "{name}: {verdict:?}");
                }
                _ => assert!(verdict.is_err(), "{name}"),
            },
        }
        *counts.entry(class).or_default() += 1;
    }
    println!("cases: {counts:?}");
    assert_eq!(counts, BTreeMap::from([('i', 35), ('n', 188), ('y', 95)]));
}

/// What a number file says: the digits as they stand, and the integer where one is written and fits.
const NUMBERS: [(&str, &str, Option<i64>, Option<u64>); 10] = [
    ("number_-9223372036854775808", "-9223372036854775808", Some(i64::MIN), None),
    ("number_-9223372036854775809", "-9223372036854775809", None, None),
    ("number_1.0", "1.0", None, None),
    ("number_1.000000000000000005", "1.000000000000000005", None, None),
    (
        "number_1000000000000000",
        "1000000000000000",
        Some(1_000_000_000_000_000),
        Some(1_000_000_000_000_000),
    ),
    ("number_10000000000000000999", "10000000000000000999", None, Some(10_000_000_000_000_000_999)),
    ("number_1e-999", "1E-999", None, None),
    ("number_1e6", "1E6", None, None),
    ("number_9223372036854775807", "9223372036854775807", Some(i64::MAX), Some(i64::MAX as u64)),
    ("number_9223372036854775808", "9223372036854775808", None, Some(1 << 63)),
];

/// The suite shows what readers make of these texts and demands nothing; ours keeps digits, keeps names
/// apart that differ in bytes, refuses a name that stands twice and half a surrogate pair.
#[test]
fn every_transform_file_has_one_meaning() {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora/jsontestsuite/test_transform");
    let read = |name: &str| fs::read(folder.join(format!("{name}.json"))).unwrap();
    let mut ran = 0;
    for (name, digits, signed, unsigned) in NUMBERS {
        let text = read(name);
        let number = parse(&text).unwrap().items().next().unwrap().as_number().unwrap();
        assert_eq!(number.text(), digits, "{name}");
        assert_eq!((number.as_i64(), number.as_u64()), (signed, unsigned), "{name}");
        ran += 1;
    }
    for name in ["object_key_nfc_nfd", "object_key_nfd_nfc"] {
        let text = read(name);
        let object = parse(&text).unwrap();
        assert_eq!(object.unique_names(), Ok(()), "{name}");
        for (member, form) in [("\u{e9}", "NFC"), ("e\u{301}", "NFD")] {
            let value = object.member(member).unwrap().unwrap();
            assert!(value.as_str().unwrap() == *form, "{name}");
        }
        ran += 1;
    }
    for values in ["different_values", "same_value", "unclear_values"] {
        let text = read(&format!("object_same_key_{values}"));
        let object = parse(&text).unwrap();
        assert_eq!(object.member("a"), Err(DuplicateName), "{values}");
        assert_eq!(object.unique_names(), Err(NameError::Duplicate), "{values}");
        ran += 1;
    }
    for (count, plural) in [(1, ""), (2, "s"), (3, "s")] {
        for (escaped, fault) in
            [("escaped_", JsonErrorKind::LoneSurrogate), ("", JsonErrorKind::InvalidUtf8)]
        {
            let name = format!("string_{count}_{escaped}invalid_codepoint{plural}");
            assert_eq!(parse(&read(&name)).unwrap_err().kind, fault, "{name}");
            ran += 1;
        }
    }
    let text = read("string_with_escaped_NULL");
    let string = parse(&text).unwrap().items().next().unwrap().as_str().unwrap();
    assert!(string == *"A\0B");
    ran += 1;
    println!("cases: {ran}");
    assert_eq!((ran, fs::read_dir(&folder).unwrap().count()), (22, 22));
}
