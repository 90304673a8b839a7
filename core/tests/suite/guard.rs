//! The guard and the parts of a token at their edges.

use mcpico_core::auth::challenge::{BearerChallenge, FieldError};
use mcpico_core::auth::{Guard, Redactor};
use mcpico_core::http1::MediaType;
use mcpico_core::json::parse;
use mcpico_core::jwt::{Claim, Header, Hs256Key, JoseHeader, Policy, SignError, sign, verify};

#[test]
fn a_guard_refuses_what_its_challenge_cannot_say() {
    let key = Hs256Key::new(&[7; 32]).unwrap();
    let policy = Policy::new();
    let guard = || Guard::new(&key, &policy);
    // RFC 6750, section 3: no control bytes in a realm, no quotes or backslashes in a scope.
    for text in ["\n", "a\r\nb", "\u{7f}", "\0"] {
        let at = text.bytes().position(|byte| !(0x20..0x7f).contains(&byte)).unwrap();
        let expected = Some(FieldError::IllegalByte { at });
        assert_eq!(guard().realm(text).err(), expected, "{text:?}");
        assert_eq!(guard().resource_metadata(text).err(), expected, "{text:?}");
        assert_eq!(guard().scope(text).err(), expected, "{text:?}");
        assert_eq!(BearerChallenge::new().realm(text).err(), expected, "{text:?}");
    }
    for text in ["a\"", "a\\"] {
        assert_eq!(guard().scope(text).err(), Some(FieldError::IllegalByte { at: 1 }), "{text:?}");
    }
    assert!(guard().realm("a b").is_ok() && guard().scope("a b").is_ok());
    assert!(guard().resource_metadata("https://a.example/m").is_ok());
}

#[test]
fn claims_and_headers_have_the_names_of_the_standard() {
    let key = Hs256Key::new(&[7; 32]).unwrap();
    let claims = [
        Claim::iss("i"),
        Claim::sub("s"),
        Claim::jti("j"),
        Claim::exp(4_000_000_000),
        Claim::nbf(1),
        Claim::iat(2),
    ];
    let header = Header { kid: Some("k"), ..Header::default() };
    let (mut out, mut scratch) = ([0; 512], [0; 512]);
    let token = sign(&key, &header, &claims, &mut out).unwrap();
    let policy = Policy::default();
    let verified = verify(&key, token.as_bytes(), &policy, 3, &mut scratch).unwrap();
    let payload: serde_json::Value =
        serde_json::from_slice(verified.claims().object().raw()).unwrap();
    let expected = serde_json::json!({
        "iss": "i", "sub": "s", "jti": "j", "exp": 4_000_000_000_u64, "nbf": 1, "iat": 2});
    assert_eq!(payload, expected);

    let header: &JoseHeader<'_> = verified.header();
    let members: Vec<_> = header.entries().map(|(name, value)| (name, value.raw())).collect();
    let expected: [(&str, &[u8]); 3] =
        [("alg", b"\"HS256\""), ("typ", b"\"JWT\""), ("kid", b"\"k\"")];
    assert_eq!(members.len(), expected.len());
    for ((name, value), expected) in members.into_iter().zip(expected) {
        assert!(name == *expected.0 && value == expected.1, "{expected:?}");
    }
    assert_eq!(header.object().raw(), br#"{"alg":"HS256","typ":"JWT","kid":"k"}"#);
}

/// Signing refuses what verifying could not read: 64 levels, of which the claims are one.
#[test]
fn only_real_nesting_is_too_deep() {
    let key = Hs256Key::new(&[7; 32]).unwrap();
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for (text, fits) in [
        (nested(63), true),
        (nested(64), false),
        (format!("[{}]", vec!["[]"; 100].join(",")), true),
        (format!("[{}]", vec!["{}"; 100].join(",")), true),
        (format!("{{\"a\":{},\"b\":{}}}", nested(62), nested(62)), true),
        (format!("{{\"a\":{},\"b\":{}}}", nested(62), nested(63)), false),
        (format!("[\"{}\"]", "[".repeat(100)), true),
        (format!("[\"\\\"{}\"]", "{".repeat(100)), true),
        (format!("[\"\\\\\",{}]", nested(63)), false),
        (format!("[\"]]]]\",{}]", nested(62)), true),
        (format!("[\"]]]]\",{}]", nested(63)), false),
    ] {
        let claims = [Claim::raw("x", parse(text.as_bytes()).unwrap()), Claim::exp(9)];
        let (mut out, mut scratch) = ([0; 1024], [0; 1024]);
        let signed = sign(&key, &Header::default(), &claims, &mut out);
        assert_eq!(signed.err(), (!fits).then_some(SignError::TooDeep { index: 0 }), "{text}");
        if let Ok(token) = signed {
            let verified = verify(&key, token.as_bytes(), &Policy::new(), 0, &mut scratch).unwrap();
            assert_eq!(verified.claims().claim("x").unwrap().raw(), text.as_bytes());
        }
    }
}

/// A policy that was made from nothing asks for the same as a new one.
#[test]
fn the_default_policy_is_the_new_one() {
    assert_eq!(format!("{:?}", Policy::default()), format!("{:?}", Policy::new()));
}

/// RFC 9110, sections 5.6.4 and 8.3: a quoted string has no control bytes, and a pair may quote.
#[test]
fn parameters_of_a_media_type_are_read_to_their_end() {
    for (value, expected) in [
        (&b"application/json; a=\"x\""[..], true),
        (b"application/json; a=\"\\\"\"", true),
        (b"application/json; a=\"\tx\x80\"", true),
        (b"application/json; a=\"x\x01\"", false),
        (b"application/json; a=\"x\x7f\"", false),
        (b"application/json; a=\"\\\x01\"", false),
        (b"application/json; a=\"x", false),
        (b"application/json; a=\"x\\", false),
        (b"application/json; a=\"x\"y", false),
        (b"application/json; a=", false),
        (b"application/json; =x", false),
        (b"application/json; a", false),
    ] {
        let text = String::from_utf8_lossy(value);
        assert_eq!(MediaType::parse(value).is_ok(), expected, "{text}");
    }
}

#[test]
fn a_text_without_secrets_comes_back_in_one_piece() {
    let secrets: [&[u8]; 1] = [b"not-in-there"];
    let text = b"plain text, nothing else";
    let pieces: Vec<_> = Redactor::new(&secrets).pieces(text).collect();
    assert_eq!(pieces, [&text[..]]);
}
