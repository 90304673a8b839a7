//! What is signed verifies, here and elsewhere, and no other bit pattern does.

use std::collections::BTreeMap;
use std::string::String;
use std::vec;
use std::vec::Vec;

use serde_json::Value;

use super::input::Input;
use super::jwt_verify::{NOW, SECRET};
use super::peer;
use crate::json;
use crate::jwt::{
    Claim, Header, Hs256Key, Policy, SignError, dangerous, sign, sign_payload, verify,
};

/// The symbols of base64url in their order
/// ([RFC 4648 section 5](https://www.rfc-editor.org/rfc/rfc4648#section-5)).
const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The input is a header, a place to spoil, and claims.
pub fn jwt_roundtrip(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let flags = input.byte();
    let place = usize::from(u16::from_le_bytes([input.byte(), input.byte()]));
    let secret = if flags & 4 == 0 { SECRET.to_vec() } else { input.part().to_vec() };
    let Ok(key) = dangerous::short_key(&secret) else { return };
    assert_eq!(Hs256Key::new(&secret).is_ok(), secret.len() >= Hs256Key::MIN_SECRET);
    let (typ, kid) = (input.text(), input.text());
    let header =
        Header { typ: (flags & 1 == 1).then_some(&*typ), kid: (flags & 2 == 2).then_some(&*kid) };
    if flags & 8 == 8 {
        payload(&key, &secret, &header, input.rest(), place);
        return;
    }
    let owned = claims(&mut input);
    let texts: Vec<Vec<&str>> = owned.iter().map(|(_, value)| value.texts()).collect();
    let borrowed: Vec<Claim<'_>> =
        owned.iter().zip(&texts).map(|((name, value), texts)| value.claim(name, texts)).collect();
    let made = tried(&|out| sign(&key, &header, &borrowed, out).map(String::from));
    let Some(token) = made else {
        return;
    };
    let expected: BTreeMap<String, Value> =
        owned.iter().map(|(name, value)| (name.clone(), value.expected())).collect();
    assert_eq!(expected.len(), owned.len(), "a name stands twice");
    let read = reads(&key, &secret, &token, place);
    if let Ok(read) = serde_json::from_slice::<BTreeMap<String, Value>>(&read) {
        assert_eq!(read, expected);
    }
}

/// What can be a claim.
enum Owned {
    String(String),
    Integer(i64),
    Bool(bool),
    Strings(Vec<String>),
    Raw(Vec<u8>),
}

impl Owned {
    fn texts(&self) -> Vec<&str> {
        match self {
            Self::Strings(texts) => texts.iter().map(|text| &**text).collect(),
            _ => Vec::new(),
        }
    }

    fn claim<'a>(&'a self, name: &'a str, texts: &'a [&'a str]) -> Claim<'a> {
        match self {
            Self::String(text) => Claim::string(name, text),
            Self::Integer(number) => Claim::integer(name, *number),
            Self::Bool(value) => Claim::boolean(name, *value),
            Self::Strings(_) => Claim::strings(name, texts),
            Self::Raw(text) => Claim::raw(name, json::parse(text).expect("it has been read")),
        }
    }

    fn expected(&self) -> Value {
        match self {
            Self::String(text) => text.as_str().into(),
            Self::Integer(number) => (*number).into(),
            Self::Bool(value) => (*value).into(),
            Self::Strings(texts) => texts.clone().into(),
            Self::Raw(text) => serde_json::from_slice(text).unwrap_or_default(),
        }
    }
}

fn claims(input: &mut Input<'_>) -> Vec<(String, Owned)> {
    const NAMES: [&str; 8] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "x"];
    let mut claims = Vec::new();
    while !input.is_empty() && claims.len() < 200 {
        let kind = input.byte();
        let name = match NAMES.get(usize::from(kind >> 4)) {
            Some(name) => String::from(*name),
            None => input.text(),
        };
        let value = match kind % 5 {
            0 => Owned::String(input.text()),
            1 => Owned::Integer(i64::from_be_bytes(core::array::from_fn(|_| input.byte()))),
            2 => Owned::Bool(input.byte() & 1 == 1),
            3 => Owned::Strings((0..input.below(4)).map(|_| input.text()).collect()),
            _ => {
                let text = input.part();
                if json::parse(text).is_err() {
                    continue;
                }
                Owned::Raw(text.to_vec())
            }
        };
        claims.push((name, value));
    }
    claims
}

fn payload(key: &Hs256Key, secret: &[u8], header: &Header<'_>, payload: &[u8], place: usize) {
    let made = tried(&|out| sign_payload(key, header, payload, out).map(String::from));
    if let Some(token) = made {
        let read = reads(key, secret, &token, place);
        assert_eq!(read, payload.trim_ascii());
    }
}

/// The token, when it can be signed; the size that is named suffices, and one fewer does not.
fn tried(sign: &dyn Fn(&mut [u8]) -> Result<String, SignError>) -> Option<String> {
    let needed = match sign(&mut []) {
        Err(SignError::OutputTooSmall(error)) => error.needed,
        Err(_) => return None,
        Ok(_) => panic!("no token is empty"),
    };
    let mut out = vec![7; needed];
    let (_, short) = out.split_first_mut().expect("no token is empty");
    assert!(sign(short).is_err());
    assert!(out.iter().all(|byte| *byte == 7), "something was written");
    let token = sign(&mut out).expect("the needed size suffices");
    assert_eq!(token.len(), needed);
    assert_eq!(token.as_bytes(), out);
    Some(token)
}

/// The claims that are read; one bit changed anywhere, and nothing is read.
fn reads(key: &Hs256Key, secret: &[u8], token: &str, place: usize) -> Vec<u8> {
    let policy = Policy::new().exp_optional().future_iat().any_audience().max_token_len(usize::MAX);
    let mut scratch = vec![0; token.len()];
    let read = match verify(key, token.as_bytes(), &policy, NOW, &mut scratch) {
        Ok(read) => read.claims().object().raw().to_vec(),
        Err(error) => {
            // Times are signed as they are given.
            use crate::jwt::ErrorClass as C;
            let times = [C::Expired, C::NotYetValid, C::Lifetime];
            assert!(times.contains(&error.class()), "{error}");
            return verified_payload(token);
        }
    };
    let theirs = peer::decode(secret, token.as_bytes()).expect("jsonwebtoken accepts it");
    assert_eq!(theirs.claims.get().as_bytes(), read);
    let refused = |at: usize, byte: u8| {
        let mut spoilt = token.as_bytes().to_vec();
        spoilt[at] = byte;
        let verdict = verify(key, &spoilt, &policy, NOW, &mut vec![0; token.len()]).map(|_| ());
        assert!(verdict.is_err(), "byte {byte} at {at} does not count");
    };
    let at = (place / 8) % token.len();
    refused(at, token.as_bytes()[at] ^ 1 << (place % 8));
    // The last symbol of a part has bits that belong to no byte.
    let ends = token.bytes().enumerate().filter(|(_, byte)| *byte == b'.').map(|(at, _)| at - 1);
    for end in ends.chain([token.len() - 1]) {
        let symbol = SYMBOLS.iter().position(|symbol| *symbol == token.as_bytes()[end]);
        refused(end, SYMBOLS[symbol.expect("a symbol") ^ 1]);
    }
    read
}

/// The claims of a token that only the time forbids.
fn verified_payload(token: &str) -> Vec<u8> {
    let mut scratch = vec![0; token.len()];
    let shown = crate::jwt::UnverifiedToken::parse(token.as_bytes(), &mut scratch);
    shown.expect("a token").claims().expect("claims").object().raw().to_vec()
}
