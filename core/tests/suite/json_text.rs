//! Texts of JSON against the standard library and `serde_json`: UTF-8 and its cuts, escapes, numbers.

use std::{fs, path::Path};

use mcpico_core::json::{JsonErrorKind, parse, write_string};
use mcpico_core::jsonrpc::{Message, MessageError, code};
use mcpico_core::jwt::{Claims, ObjectError};
use mcpico_core::writer::{Writer, emit};

/// One byte of each kind that UTF-8 tells apart, and both ends of each range.
const BYTES: [u8; 26] = [
    0x20, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed,
    0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xfe, 0xff,
];

/// What the standard library says about `bytes` in a string that has not ended yet.
fn verdict(bytes: &[u8]) -> JsonErrorKind {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_some() => JsonErrorKind::InvalidUtf8,
        _ => JsonErrorKind::UnexpectedEnd,
    }
}

#[test]
fn utf_8_is_judged_and_cut_as_the_standard_library_does() {
    let mut ran = 0;
    for length in 1..=4_u32 {
        for number in 0..BYTES.len().pow(length) {
            let mut rest = number;
            let bytes: Vec<u8> = (0..length)
                .map(|_| {
                    let byte = BYTES[rest % BYTES.len()];
                    rest /= BYTES.len();
                    byte
                })
                .collect();
            let open = [b"\"", &bytes[..]].concat();
            let kind = parse(&open).unwrap_err().kind;
            assert_eq!(kind, verdict(&bytes), "{bytes:02x?}");
            let whole = [&open, &b"\""[..]].concat();
            match parse(&whole) {
                Ok(value) => {
                    assert!(value.as_str().unwrap() == *std::str::from_utf8(&bytes).unwrap());
                }
                Err(error) => {
                    assert_eq!(error.kind, JsonErrorKind::InvalidUtf8, "{bytes:02x?}");
                    assert!(std::str::from_utf8(&bytes).is_err(), "{bytes:02x?}");
                }
            }
            ran += 1;
        }
    }
    println!("{ran} texts");
}

#[test]
fn every_start_of_an_escape_is_incomplete() {
    let text = br#""\"\\\/\b\f\n\r\t\u0000\u00e9\uFFff\ud83d\ude00\uDBFF\uDFFF""#;
    assert!(parse(text).is_ok());
    for end in 0..text.len() {
        assert_eq!(parse(&text[..end]).unwrap_err().kind, JsonErrorKind::UnexpectedEnd, "{end}");
    }
    // RFC 8259, section 7: four hexadecimal digits, and a pair for what lies beyond the basic plane.
    for (text, kind) in [
        (r#""\u12g4""#, JsonErrorKind::InvalidEscape),
        (r#""\x""#, JsonErrorKind::InvalidEscape),
        (r#""\ud800x""#, JsonErrorKind::LoneSurrogate),
        (r#""\ud800\n""#, JsonErrorKind::LoneSurrogate),
        (r#""\ud800\u0041""#, JsonErrorKind::LoneSurrogate),
        (r#""\ud800\ud800""#, JsonErrorKind::LoneSurrogate),
        (r#""\udc00""#, JsonErrorKind::LoneSurrogate),
    ] {
        let error = parse(text.as_bytes()).unwrap_err();
        assert_eq!(error.kind, kind, "{text}");
    }
    // The escape that lacks its other half is the one that is pointed at.
    assert_eq!(parse(br#""ab\ud800x""#).unwrap_err().at, 3);
    assert_eq!(parse(br#""ab\ud800\u0041""#).unwrap_err().at, 3);
}

#[test]
fn every_character_below_256_is_written_as_serde_json_does() {
    for byte in 0..=255_u8 {
        let text = format!("<{}>", char::from(byte));
        let mut out = [0; 16];
        let written = emit(&mut out, |w| write_string(w, &text)).unwrap();
        assert_eq!(written, serde_json::to_string(&text).unwrap().as_bytes(), "{byte:#04x}");
    }
}

/// Long texts are looked at many bytes at a time: no place in them may be passed over.
#[test]
fn a_fault_in_a_long_string_is_found_wherever_it_stands() {
    const LENGTH: usize = 150;
    for shift in 0..9 {
        for at in 0..LENGTH {
            // A second fault eight bytes on must not hide the first.
            for second in [None, Some(at + 8), Some(at + 16)] {
                for (fault, kind) in [
                    (b'\n', JsonErrorKind::ControlInString),
                    (0xff, JsonErrorKind::InvalidUtf8),
                    (b'"', JsonErrorKind::TrailingBytes),
                ] {
                    let mut text =
                        [vec![b' '; shift], vec![b'"'], vec![b'x'; LENGTH + 32]].concat();
                    text.push(b'"');
                    let place = shift + 1 + at;
                    text[place] = fault;
                    if let Some(second) = second {
                        text[shift + 1 + second] = fault;
                    }
                    let error = parse(&text).unwrap_err();
                    let found = place + usize::from(fault == b'"');
                    assert_eq!((error.kind, error.at), (kind, found), "{shift} {at} {second:?}");
                }
            }
        }
    }
}

#[test]
fn a_long_string_is_read_to_its_end_whatever_is_in_it() {
    for shift in 0..9 {
        for at in 0..100 {
            for special in ["\\n", "\\u0041", "\u{e9}", "\u{20ac}", "\u{1f600}", "x"] {
                let content = format!("{}{special}{}", "x".repeat(at), "x".repeat(100 - at));
                let text = format!("{}\"{content}\"", " ".repeat(shift));
                let read = parse(text.as_bytes()).unwrap().as_str().unwrap();
                let expected: String = serde_json::from_str(&text).unwrap();
                assert!(read == *expected, "{text}");
            }
        }
    }
}

#[test]
fn an_empty_text_is_empty() {
    assert!(parse(b"\"\"").unwrap().as_str().unwrap().is_empty());
    for text in ["\" \"", "\"\\n\"", "\"\\u0000\""] {
        assert!(!parse(text.as_bytes()).unwrap().as_str().unwrap().is_empty(), "{text}");
    }
}

#[test]
fn a_writer_takes_formatted_text() {
    use std::fmt::Write;
    let mut out = [0; 8];
    let mut writer = Writer::new(&mut out);
    assert!(writer.is_empty());
    write!(writer, "{:>4}", 42).unwrap();
    assert!(!writer.is_empty());
    assert_eq!(writer.finish().unwrap(), b"  42");
    // What finds no room is counted, and `write!` has no reason to stop.
    let mut writer = Writer::new(&mut out[..2]);
    write!(writer, "{}", 12345).unwrap();
    assert_eq!(writer.finish().unwrap_err().needed, 5);
}

#[test]
fn params_are_an_object_or_an_array_with_unique_names() {
    for (params, expected) in [
        ("{}", Ok(())),
        ("[]", Ok(())),
        ("\"x\"", Err(MessageError::Params)),
        ("1", Err(MessageError::Params)),
        ("null", Err(MessageError::Params)),
        ("true", Err(MessageError::Params)),
        (r#"{"a":1,"\u0061":2}"#, Err(MessageError::Duplicate)),
    ] {
        let text = format!(r#"{{"jsonrpc":"2.0","method":"m","params":{params}}}"#);
        assert_eq!(Message::parse(text.as_bytes()).map(|_| ()), expected, "{text}");
    }
    let members = |count: usize| {
        let members: Vec<_> = (0..count).map(|number| format!("\"{number}\":0")).collect();
        format!(r#"{{"jsonrpc":"2.0","method":"m","params":{{{}}}}}"#, members.join(","))
    };
    assert!(Message::parse(members(256).as_bytes()).is_ok());
    let error = Message::parse(members(257).as_bytes()).unwrap_err();
    assert_eq!(error, MessageError::TooManyParams);
}

/// The numbers where another digit or a sign begins.
#[test]
fn numbers_at_their_edges_are_written_as_the_standard_library_does() {
    let powers: Vec<u64> = (0..20).map(|exponent| 10_u64.pow(exponent)).collect();
    let edges = powers.iter().flat_map(|power| [power - 1, *power, power + 1]);
    for number in edges.chain([0, u64::from(u32::MAX), u64::from(u32::MAX) + 1, u64::MAX]) {
        let mut out = [0; 24];
        let written = emit(&mut out, |w| w.unsigned(number)).unwrap();
        assert_eq!(written, number.to_string().as_bytes());
        for signed in [number.cast_signed(), number.cast_signed().wrapping_neg()] {
            let written = emit(&mut out, |w| w.signed(signed)).unwrap();
            assert_eq!(written, signed.to_string().as_bytes());
        }
    }
}

/// JSON-RPC 2.0, section 5.1, and the codes of MCP.
#[test]
fn codes_are_those_of_the_standards() {
    assert_eq!(code::PARSE_ERROR, -32700);
    assert_eq!(code::INVALID_REQUEST, -32600);
    assert_eq!(code::METHOD_NOT_FOUND, -32601);
    assert_eq!(code::INVALID_PARAMS, -32602);
    assert_eq!(code::INTERNAL_ERROR, -32603);
    assert_eq!(code::RESOURCE_NOT_FOUND, -32002);
    assert_eq!(code::HEADER_MISMATCH, -32020);
    assert_eq!(code::MISSING_REQUIRED_CLIENT_CAPABILITY, -32021);
    assert_eq!(code::UNSUPPORTED_PROTOCOL_VERSION, -32022);
}

#[test]
fn only_a_text_that_was_cut_is_incomplete() {
    let text = br#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    assert!(Message::parse(text).is_ok());
    for end in 0..text.len() {
        assert!(Message::parse(&text[..end]).unwrap_err().is_incomplete(), "{end}");
    }
    for text in ["[]", "1", "{}", "{]", "{\"jsonrpc\":\"1.0\"}", "{\"id\":1,\"id\":2}", "x"] {
        assert!(!Message::parse(text.as_bytes()).unwrap_err().is_incomplete(), "{text}");
    }
}

/// 64 levels, of which the message itself is one.
#[test]
fn a_message_nests_as_deep_as_any_text() {
    let message = |depth: usize| {
        let params = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        format!("{{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{params}}}")
    };
    for (text, fits) in [(message(63), true), (message(64), false), (message(65), false)] {
        let whole = parse(text.as_bytes()).map(|_| ());
        assert_eq!(whole.is_ok(), fits, "{text}");
        let read = Message::parse(text.as_bytes()).map(|_| ());
        assert_eq!(read, whole.map_err(MessageError::Json), "{text}");
    }
}

/// Messages, headers and claims are read member by member, without a pass over the text before.
#[test]
fn what_is_read_by_members_is_as_strict_as_a_whole_text() {
    let mut texts: Vec<Vec<u8>> = [
        "{}",
        " { } ",
        "{\"a\":1}",
        "{ \"a\" : 1 , \"b\" : [ ] }",
        "{\"a\":{}}\n",
        "{,}",
        "{,\"a\":1}",
        "{\"a\":1,}",
        "{\"a\":1,,\"b\":2}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1;\"b\":2}",
        "{\"a\" 1}",
        "{\"a\":}",
        "{\"a\":1",
        "{\"a\"",
        "{\"a\":1,",
        "{\"a\":1]",
        "{\"a\":1}}",
        "{\"a\":1}x",
        "{a:1}",
        "{1:2}",
        "{\"a\":1:2}",
        "{\"a\"}",
        "{\"a\",\"b\":1}",
        "{\"a\":[1}",
        "{\"a\":[}]",
        "{",
        "{]",
        "[}",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into();
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora/jsontestsuite");
    for entry in fs::read_dir(suite.join("test_parsing")).unwrap() {
        let text = fs::read(entry.unwrap().path()).unwrap();
        // As a whole and as a member.
        texts.push([b"{\"a\":", &text[..], b"}"].concat());
        if text.trim_ascii_start().starts_with(b"{") {
            texts.push(text);
        }
    }
    for text in &texts {
        let shown = String::from_utf8_lossy(text);
        let whole = parse(text).map(|_| ());
        let claims = match Claims::parse(text) {
            Ok(_) | Err(ObjectError::DuplicateName | ObjectError::TooManyMembers { .. }) => Ok(()),
            Err(ObjectError::Json(error)) => Err(error),
            Err(ObjectError::NotAnObject) => panic!("{shown}"),
        };
        assert_eq!(claims, whole, "{shown}");
        let message = match Message::parse(text) {
            Err(MessageError::Json(error)) => Err(error),
            Ok(_) | Err(_) => Ok(()),
        };
        // What stands twice is told before what follows is read.
        if Message::parse(text) != Err(MessageError::Duplicate) {
            assert_eq!(message, whole, "{shown}");
        }
    }
    println!("{} texts", texts.len());
    assert!(texts.len() > 350);
}

#[cfg(feature = "serde")]
#[test]
fn typed_values_need_twice_their_text() {
    use mcpico_core::json::{TypedError, from_value};
    let text = br#"["a\n",7]"#;
    let value = parse(text).unwrap();
    let needed = 2 * text.len();
    let small = from_value::<(heapless::String<4>, u8)>(value, &mut vec![0; needed - 1]);
    assert_eq!(small, Err(TypedError::ScratchTooSmall { needed }));
    let mut scratch = vec![0; needed];
    let (text, number) = from_value::<(heapless::String<4>, u8)>(value, &mut scratch).unwrap();
    assert_eq!((&*text, number), ("a\n", 7));
    let wrong = from_value::<u8>(value, &mut scratch);
    assert_eq!(wrong, Err(TypedError::Mismatch));
    for (error, part) in [
        (TypedError::ScratchTooSmall { needed: 4711 }, "4711 bytes"),
        (TypedError::Mismatch, "type"),
    ] {
        assert!(error.to_string().contains(part), "{error}");
    }
}
