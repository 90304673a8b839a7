//! Tokens.

use std::hint::black_box;

use mcpico_core::auth::Guard;
use mcpico_core::jwt::{
    Claim, Header, Hs256Key, Policy, UnverifiedToken, base64url, dangerous, sign, verify,
};

use crate::json::many_names;
use crate::{Case, on_text, repeated};

const SIZE: usize = 32 * 1024;
const NOW: i64 = 1_800_000_000;

pub(crate) fn cases() -> Vec<Case> {
    let accepted = |token: &mut [u8]| verified(token, true);
    let refused = |token: &mut [u8]| verified(token, false);
    vec![
        on_text("verify, many dots", SIZE, |size| vec![b'.'; size], refused),
        on_text("verify, no dot", SIZE, |size| vec![b'e'; size], refused),
        on_text("verify, one long part", SIZE, |size| repeated("e30.", "e", ".AA", size), refused),
        on_text("verify, long tag", SIZE, |size| repeated("e30.e30.", "e", "", size), refused),
        on_text(
            "verify, one long claim",
            SIZE,
            |size| token(&repeated("{\"a\":\"", "x", "\"}", size)),
            accepted,
        ),
        on_text(
            "verify, escaped claim",
            SIZE,
            |size| token(&repeated("{\"a\":\"", "\\u00e9", "\"}", size)),
            accepted,
        ),
        on_text(
            "verify, deep claim",
            SIZE,
            |size| {
                let unit = format!("{}{},", "[".repeat(60), "]".repeat(60));
                token(&repeated("{\"a\":[", &unit, "1]}", size))
            },
            accepted,
        ),
        on_text("verify, 64 short claims", 64, |size| token(&names(size, "", 0)), accepted)
            .bounded("claims, at most 128"),
        on_text("verify, 128 long names", SIZE, |size| token(&many_names(128, size)), accepted),
        on_text(
            "verify, 128 long values, one name escaped",
            SIZE,
            |size| token(&names(128, "\"\\u0061\":0,", size / 128)),
            accepted,
        ),
        on_text(
            "verify, 64 short claims, one name escaped",
            64,
            |size| token(&names(size, "\"\\u0061\":0,", 0)),
            accepted,
        )
        .bounded("claims, at most 128"),
        on_text(
            "verify, many audiences",
            SIZE,
            |size| token(&repeated("{\"aud\":[", "\"a\",", "\"b\"]}", size)),
            accepted,
        ),
        on_text(
            "verify, a time of many digits",
            SIZE,
            |size| token(&repeated("{\"exp\":9", "0", "e-3}", size)),
            refused,
        ),
        on_text(
            "guard, many scopes",
            SIZE,
            |size| {
                let token =
                    token(&repeated("{\"exp\":1900000000,\"scope\":\"", "a ", "b\"}", size));
                [b"Bearer ", &*token].concat()
            },
            |header| {
                let key = key();
                let policy = Policy::new().max_token_len(usize::MAX);
                let guard = Guard::new(&key, &policy).scope("b c d e f g h").expect("scopes");
                let mut scratch = vec![0; header.len()];
                assert!(guard.check(Some(header), NOW, &mut scratch).is_err());
            },
        ),
        on_text(
            "unverified, one long claim",
            SIZE,
            |size| token(&repeated("{\"a\":\"", "x", "\"}", size)),
            |token| {
                let mut scratch = vec![0; token.len()];
                let shown = UnverifiedToken::parse(token, &mut scratch).expect("a token");
                assert!(shown.check_structure().is_ok());
                assert!(shown.claims().is_ok_and(|claims| claims.claim("b").is_none()));
            },
        ),
        on_text(
            "sign, one long claim",
            SIZE,
            |size| repeated("", "\u{1}", "", size),
            |text| {
                let text = str::from_utf8(text).expect("ASCII");
                let mut out = vec![0; 9 * text.len()];
                assert!(sign(&key(), &Header::default(), &[Claim::sub(text)], &mut out).is_ok());
            },
        ),
        on_text(
            "sign, 64 claims",
            64,
            |size| vec![b'x'; size],
            |text| {
                let names: Vec<String> = (0..text.len()).map(|at| format!("n{at:03}")).collect();
                let claims: Vec<Claim<'_>> =
                    names.iter().map(|name| Claim::integer(name, 1)).collect();
                let mut out = vec![0; 8192];
                assert!(sign(&key(), &Header::default(), &claims, &mut out).is_ok());
            },
        )
        .bounded("claims, at most 128"),
        on_text(
            "base64url, decode",
            SIZE,
            |size| vec![b'e'; size],
            |text| {
                let mut out = vec![0; text.len()];
                black_box(base64url::decode(text, &mut out).map(|bytes| bytes.len()).is_ok());
            },
        ),
        on_text(
            "key of a long secret",
            SIZE,
            |size| repeated("", "-----BEGIN", "", size),
            |text| {
                assert!(Hs256Key::new(black_box(text)).is_err());
            },
        ),
    ]
}

fn key() -> Hs256Key {
    Hs256Key::new(&[7; 32]).expect("32 bytes")
}

fn verified(token: &[u8], accepted: bool) {
    let policy = Policy::new().exp_optional().any_audience().max_token_len(usize::MAX);
    let mut scratch = vec![0; token.len()];
    let verdict = verify(&key(), token, &policy, NOW, &mut scratch);
    assert_eq!(verdict.is_ok(), accepted, "{:?}", verdict.err());
}

fn token(claims: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 2 * claims.len() + 128];
    let token = dangerous::sign_raw(&key(), b"{\"alg\":\"HS256\"}", claims, &mut out);
    token.expect("room enough").as_bytes().to_vec()
}

/// An object of `count` short names, `first` in front, each with a value of `length` characters.
fn names(count: usize, first: &str, length: usize) -> Vec<u8> {
    let pad = "x".repeat(length);
    let count = count - usize::from(!first.is_empty());
    let all: Vec<String> = (0..count).map(|at| format!("\"n{at:03}\":\"{pad}\"")).collect();
    format!("{{{first}{}}}", all.join(",")).into_bytes()
}
