//! What is shown of a text with secrets.

use std::vec;
use std::vec::Vec;

use super::input::Input;
use crate::auth::{Redactor, mask};
use crate::writer::Writer;

/// The input is what is done, secrets, and a text.
pub fn redactor(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let kind = input.byte();
    let secrets: Vec<&[u8]> = (0..kind & 3).map(|_| input.part()).collect();
    match kind >> 2 & 3 {
        1 => header(&secrets, input),
        2 => masked(input.rest()),
        3 => divided(&secrets, input),
        _ => known(&secrets, input.rest()),
    }
}

fn shown(secrets: &[&[u8]], text: &[u8]) -> Vec<u8> {
    let redactor = Redactor::new(secrets);
    let pieces: Vec<&[u8]> = redactor.pieces(text).collect();
    let whole = pieces.concat();
    let mut out = vec![0; whole.len()];
    let mut w = Writer::new(&mut out);
    redactor.redact(text, &mut w);
    assert_eq!(w.finish().expect("as long as the pieces"), whole);
    if core::str::from_utf8(text).is_ok()
        && secrets.iter().all(|secret| core::str::from_utf8(secret).is_ok())
    {
        assert!(pieces.iter().all(|piece| core::str::from_utf8(piece).is_ok()), "half a character");
    }
    hides_every_byte(secrets, text, &pieces);
    whole
}

/// No byte of a known secret is shown, also where secrets overlap.
fn hides_every_byte(secrets: &[&[u8]], text: &[u8], pieces: &[&[u8]]) {
    let mut secret = vec![false; text.len()];
    for known in secrets.iter().filter(|known| !known.is_empty()) {
        for (at, window) in text.windows(known.len()).enumerate() {
            if window == *known {
                secret[at..at + known.len()].fill(true);
            }
        }
    }
    // A piece is a part of the text, or the mark.
    let start = text.as_ptr().addr();
    let parts = pieces.iter().filter_map(|piece| {
        let at = piece.as_ptr().addr().checked_sub(start)?;
        secret.get(at..at + piece.len())
    });
    assert!(!parts.flatten().any(|secret| *secret), "a byte of a secret is shown");
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// No secret that is known survives.
fn known(secrets: &[&[u8]], text: &[u8]) {
    let shown = shown(secrets, text);
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        assert!(!contains(&shown, secret), "a secret of {} bytes is shown", secret.len());
    }
}

/// A secret put into the middle of a text does not survive there either.
fn divided(secrets: &[&[u8]], mut input: Input<'_>) {
    let before = input.part();
    let after = input.rest();
    for secret in secrets {
        known(secrets, &[before, secret, after].concat());
    }
}

/// The value of an `Authorization` header on a line of its own, in any text.
fn header(secrets: &[&[u8]], mut input: Input<'_>) {
    let before = input.part();
    let token = input.part();
    let token: Vec<u8> = token
        .iter()
        .copied()
        .filter(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte))
        .collect();
    if token.is_empty() {
        return;
    }
    let rest = input.rest();
    let text = [before, b"\nAuthorization: Bearer ", &token, b"\n", rest].concat();
    known(secrets, &text);
    let shown = shown(&[], &text);
    // Short tokens may stand elsewhere in the text by chance.
    let elsewhere = [before, b"\nAuthorization: Bearer ***\n", rest].concat();
    assert!(contains(&elsewhere, &token) || !contains(&shown, &token), "a bearer is shown");
}

/// At most eight characters of a token, in the order in which they stand, and no byte that a
/// terminal obeys.
fn masked(token: &[u8]) {
    let masked = mask(token);
    let shown = masked.as_str();
    assert!(shown.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
    let expected = match token.len() {
        0 => shown == "(none)",
        1..=12 => shown == "***",
        length => {
            let (head, tail) = (&token[..4], &token[length - 4..]);
            let plain = token.iter().all(|byte| (0x20..0x7f).contains(byte));
            let text = if plain { [head, b"...", tail].concat() } else { b"****...****".to_vec() };
            shown.as_bytes() == text
        }
    };
    assert!(expected, "{shown}");
}
