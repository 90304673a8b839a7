//! The checks, one after the other: the primitives, the tokens, the wing of the server, the client.

use mcpico_core::auth::{Bearer, Challenges, Guard, Redactor, mask};
use mcpico_core::jwt::{
    Claim, ErrorClass, Header, HmacSha256 as _, Hs256Key, Policy, UnverifiedToken, base64url,
    dangerous, sign, verify,
};
use mcpico_core::mcp::Revision;
use mcpico_core::writer::{Writer, emit};
use mcpico_core::{json, jsonrpc};

use crate::dialogue::play;
use crate::vectors::{self, Jws, Repeated};
use crate::{Mismatch, Room, expect, transcript};

/// A check: what it does, and how.
pub struct Check {
    /// One clause for the report.
    pub name: &'static str,
    /// Runs it.
    pub run: fn(&mut Room<'_>) -> Result<(), Mismatch>,
}

/// Every check, in the order in which they run.
pub const CHECKS: &[Check] = &[
    Check { name: "nothing at all", run: |_| Ok(()) },
    Check { name: "key set-up", run: key },
    Check { name: "sign a token", run: sign_token },
    Check { name: "verify a token with its claims", run: verify_token },
    Check { name: "guard: grant", run: guard_grant },
    Check { name: "guard: denial with challenge and body", run: guard_denial },
    Check { name: "read a challenge, mask, redact", run: client_auth },
    Check { name: "JSON-RPC: read one message", run: message },
    Check { name: "RFC 4231: 7 tags", run: rfc4231 },
    Check { name: "RFC 4648: base64url, both ways", run: base64 },
    Check { name: "RFC 7515 A.1, 7797 4.1, 7520 4.4: signed", run: jws },
    Check { name: "RFC 7515 A.1: verified, and expired a second later", run: rfc7515 },
    Check { name: "RFC 7515 A.5, 7797 4.2: refused", run: refused },
    Check { name: "catalog: 4 tokens signed, verified or refused", run: catalog },
    Check { name: "a flipped bit is refused, at every place", run: flipped },
    Check { name: "modern exchange, whole answers", run: |room| modern(usize::MAX, room) },
    Check { name: "modern exchange, 64 bytes at a time", run: |room| modern(64, room) },
    Check { name: "modern exchange, byte by byte", run: |room| modern(1, room) },
    Check { name: "legacy exchange, whole answers", run: |room| legacy(usize::MAX, room) },
    Check { name: "legacy exchange, 64 bytes at a time", run: |room| legacy(64, room) },
    Check { name: "legacy exchange, byte by byte", run: |room| legacy(1, room) },
];

/// The secret of the checks that take no vector.
const SECRET: &[u8] = b"an example secret of 32 bytes...";
const TOKEN_CLAIMS: [Claim<'static>; 3] = [
    Claim::string("id", vectors::CATALOG_ID),
    Claim::string("uuid", vectors::CATALOG_UUID),
    Claim::exp(vectors::CATALOG_EXP),
];

/// The key of a [`Room`].
pub fn catalog_key() -> Option<Hs256Key> {
    dangerous::short_key(vectors::CATALOG_SECRET).ok()
}

fn key(_: &mut Room<'_>) -> Result<(), Mismatch> {
    expect(Hs256Key::new(core::hint::black_box(SECRET)).is_ok(), "a key", 0)
}

fn sign_token(room: &mut Room<'_>) -> Result<(), Mismatch> {
    let token = sign(room.key, &Header::default(), &TOKEN_CLAIMS, room.out);
    expect(token == Ok(vectors::CATALOG_SAMPLE), "the sample token", 0)
}

fn verify_token(room: &mut Room<'_>) -> Result<(), Mismatch> {
    let token = vectors::CATALOG_SAMPLE.as_bytes();
    let now = vectors::CATALOG_EXP - 1;
    let verified = verify(room.key, token, &Policy::new(), now, room.scratch);
    let Ok(verified) = verified else {
        return Err(Mismatch { expected: "a verified token", case: 0 });
    };
    let id = verified.claims().string("id").ok().flatten();
    expect(id.is_some_and(|id| id == *vectors::CATALOG_ID), "the id", 1)?;
    expect(verified.claims().exp() == Ok(Some(vectors::CATALOG_EXP)), "the exp", 2)
}

fn guard_grant(room: &mut Room<'_>) -> Result<(), Mismatch> {
    let written = emit(room.out, |w| {
        if let Ok(bearer) = Bearer::new(vectors::CATALOG_SAMPLE) {
            bearer.write(w);
        }
    });
    let policy = Policy::new();
    let guard = Guard::new(room.key, &policy);
    let value = written.map(|value| &*value).ok();
    let grant = guard.check(value, vectors::CATALOG_EXP - 1, room.scratch);
    expect(grant.is_ok(), "a grant", 0)
}

fn guard_denial(room: &mut Room<'_>) -> Result<(), Mismatch> {
    let policy = Policy::new();
    let guard = Guard::new(room.key, &policy);
    let guard = guard.realm("mcp").and_then(|guard| guard.scope("files:read"));
    let Ok(guard) = guard else { return Err(Mismatch { expected: "a guard", case: 0 }) };
    let Err(denial) = guard.check(None, 0, room.scratch) else {
        return Err(Mismatch { expected: "a denial", case: 1 });
    };
    let challenge = emit(room.out, |w| denial.write_challenge(w));
    let expected: &[u8] = br#"Bearer realm="mcp", scope="files:read""#;
    expect(challenge.is_ok_and(|text| *text == *expected), "the challenge of RFC 6750", 2)?;
    let body = emit(room.out, |w| denial.write_body(w));
    let body = body.ok().and_then(|body| json::parse(body).ok());
    expect(denial.status() == 401 && body.is_some_and(|body| body.is_object()), "a body", 3)
}

fn client_auth(room: &mut Room<'_>) -> Result<(), Mismatch> {
    let header: &[u8] = br#"Bearer realm="x", error="invalid_token", scope="a b""#;
    let challenges = Challenges::parse(core::hint::black_box(header)).ok();
    let bearer = challenges.and_then(|mut list| list.find(|challenge| challenge.is("bearer")));
    let error = bearer.and_then(|bearer| bearer.param("error")).and_then(|error| error.as_str());
    expect(error == Some("invalid_token"), "the error of the challenge", 0)?;
    let mut masked = Writer::new(room.scratch);
    let written = core::fmt::Write::write_fmt(
        &mut masked,
        format_args!("{}", mask(vectors::CATALOG_SAMPLE.as_bytes())),
    );
    let masked = masked.finish().unwrap_or_default();
    expect(written.is_ok() && *masked == *b"eyJh...L6nc", "the mask", 1)?;
    let secrets: [&[u8]; 1] = [SECRET];
    let redactor = Redactor::new(&secrets);
    let redacted = emit(room.out, |w| redactor.redact(b"key an example secret of 32 bytes...!", w));
    let Ok(redacted) = redacted else { return Err(Mismatch { expected: "a text", case: 2 }) };
    let hidden = !redacted.windows(SECRET.len()).any(|window| window == SECRET);
    expect(hidden && redacted.starts_with(b"key "), "the text without the secret", 2)
}

fn message(_: &mut Room<'_>) -> Result<(), Mismatch> {
    let text: &[u8] = br#"{"jsonrpc":"2.0","id":7,"result":{"tools":[{"name":"a"},[1,2.5e3]]}}"#;
    let message = jsonrpc::Message::parse(core::hint::black_box(text));
    let Ok(jsonrpc::Message::Result { id, result }) = message else {
        return Err(Mismatch { expected: "a result", case: 0 });
    };
    expect(id == jsonrpc::Id::Number(7), "its id", 1)?;
    let tools = result.member("tools").ok().flatten();
    expect(tools.is_some_and(|tools| tools.items().count() == 2), "two items", 2)
}

fn rfc4231(room: &mut Room<'_>) -> Result<(), Mismatch> {
    for (case, vector) in vectors::RFC4231.iter().enumerate() {
        let Some(key) = repeat(&vector.key, room.scratch) else {
            return Err(Mismatch { expected: "room for the key", case });
        };
        let key = dangerous::short_key(key);
        let tag = repeat(&vector.text, room.out).and_then(|text| key.ok()?.mac(text).ok());
        expect(tag.is_some_and(|tag| tag.starts_with(vector.tag)), "the tag", case)?;
    }
    Ok(())
}

fn repeat<'o>(repeated: &Repeated, out: &'o mut [u8]) -> Option<&'o [u8]> {
    let Repeated(text, times) = repeated;
    let written = emit(out, |w| (0..*times).for_each(|_| w.bytes(text)));
    written.ok().map(|written| &*written)
}

fn base64(room: &mut Room<'_>) -> Result<(), Mismatch> {
    for (case, (plain, encoded)) in vectors::BASE64URL.iter().enumerate() {
        let text = base64url::encode(plain.as_bytes(), room.out);
        expect(text == Ok(encoded), "the text", case)?;
        let bytes = base64url::decode(encoded.as_bytes(), room.out);
        expect(bytes.is_ok_and(|bytes| *bytes == *plain.as_bytes()), "the bytes", case)?;
    }
    Ok(())
}

fn jws(room: &mut Room<'_>) -> Result<(), Mismatch> {
    let all = [&vectors::RFC7515_A1, &vectors::RFC7797_4_1, &vectors::RFC7520_4_4];
    for (case, jws) in all.into_iter().enumerate() {
        let key = jws_key(jws, room.scratch);
        let token = key.and_then(|key| {
            dangerous::sign_raw(&key, jws.header.as_bytes(), jws.payload.as_bytes(), room.out).ok()
        });
        expect(token == Some(jws.token), "the token", case)?;
    }
    Ok(())
}

fn jws_key(jws: &Jws, scratch: &mut [u8]) -> Option<Hs256Key> {
    let secret = base64url::decode(jws.key.as_bytes(), scratch).ok()?;
    Hs256Key::new(secret).ok()
}

fn rfc7515(room: &mut Room<'_>) -> Result<(), Mismatch> {
    let jws = &vectors::RFC7515_A1;
    let Some(key) = jws_key(jws, room.scratch) else {
        return Err(Mismatch { expected: "a key", case: 0 });
    };
    let policy = Policy::new().issuer("joe");
    let token = jws.token.as_bytes();
    let in_time = verify(&key, token, &policy, 1_300_819_379, room.scratch).is_ok();
    expect(in_time, "a verified token", 1)?;
    let expired = verify(&key, token, &policy, 1_300_819_380, room.scratch);
    let class = expired.err().map(|error| error.class());
    expect(class == Some(ErrorClass::Expired), "an expired token", 2)
}

fn refused(room: &mut Room<'_>) -> Result<(), Mismatch> {
    let Some(key) = jws_key(&vectors::RFC7515_A1, room.scratch) else {
        return Err(Mismatch { expected: "a key", case: 0 });
    };
    for (case, token) in vectors::REFUSED.iter().enumerate() {
        let policy = Policy::new().any_audience().exp_optional();
        let error = verify(&key, token.as_bytes(), &policy, 0, room.scratch);
        expect(error.is_err(), "no verified token", case)?;
    }
    Ok(())
}

fn catalog(room: &mut Room<'_>) -> Result<(), Mismatch> {
    let policy = Policy::new();
    for (case, (exp, sub, signature)) in vectors::CATALOG.iter().enumerate() {
        let mut claims = TOKEN_CLAIMS;
        let mut count = claims.len();
        match (exp, sub) {
            (Some(seconds), _) => claims[2] = Claim::exp(*seconds),
            (None, _) => count = 2,
        }
        let with_sub;
        let claims = match sub {
            Some(sub) => {
                let [id, uuid, exp] = claims;
                with_sub = [id, uuid, exp, Claim::sub(sub)];
                &with_sub[..]
            }
            None => &claims[..count],
        };
        let Ok(token) = sign(room.key, &Header::default(), claims, room.out) else {
            return Err(Mismatch { expected: "a token", case });
        };
        expect(token.ends_with(signature), "the catalog's signature", case)?;
        let seen = UnverifiedToken::parse(token.as_bytes(), room.scratch);
        expect(seen.is_ok_and(|seen| seen.claims().is_ok()), "a token to look at", case)?;
        let verified =
            verify(room.key, token.as_bytes(), &policy, vectors::CATALOG_EXP - 1, room.scratch);
        let class = verified.err().map(|error| error.class());
        let expected = match exp {
            None => Some(ErrorClass::Missing),
            Some(1) => Some(ErrorClass::Expired),
            Some(_) => None,
        };
        expect(class == expected, "the verdict", case)?;
    }
    Ok(())
}

fn flipped(room: &mut Room<'_>) -> Result<(), Mismatch> {
    let token = vectors::CATALOG_SAMPLE.as_bytes();
    let Some(copy) = room.out.get_mut(..token.len()) else {
        return Err(Mismatch { expected: "room for the token", case: 0 });
    };
    copy.copy_from_slice(token);
    for case in 0..token.len() {
        copy[case] ^= 1;
        let verdict =
            verify(room.key, copy, &Policy::new(), vectors::CATALOG_EXP - 1, room.scratch);
        expect(verdict.is_err(), "a refusal", case)?;
        copy[case] ^= 1;
    }
    Ok(())
}

fn modern(piece: usize, room: &mut Room<'_>) -> Result<(), Mismatch> {
    play(transcript::MODERN, Revision::V2026_07_28, piece, room)
}

fn legacy(piece: usize, room: &mut Room<'_>) -> Result<(), Mismatch> {
    play(transcript::LEGACY, Revision::V2025_11_25, piece, room)
}
