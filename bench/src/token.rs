//! HS256 tokens: verify and sign.

use std::hint::black_box;

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation};
use mcpico_core::jwt::{Claim, Header, HmacSha256, Hs256Key, Policy, sign, sign_payload, verify};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::Table;

const SECRET: &[u8; 32] = b"an example secret of 32 bytes...";
const NOW: i64 = 1_800_000_000;

#[derive(Serialize, Deserialize)]
struct Claims {
    id: String,
    uuid: String,
    exp: i64,
    #[serde(flatten)]
    more: serde_json::Map<String, serde_json::Value>,
}

/// The claims of a small catalog token.
fn small() -> String {
    r#"{"id":"u7","uuid":"0b1c2d3e-4f50-4617-8a9b-c0d1e2f3a4b5","exp":1800003600}"#.into()
}

/// About 1.8 KB of claims: permissions, roles, registered names.
fn large() -> String {
    let permissions: Vec<String> =
        (0..40).map(|n| format!("catalog:bucket-{n:02}:read-and-write")).collect();
    serde_json::json!({
        "iss": "https://auth.example.com/", "sub": "user-0123456789", "aud": "https://mcp.example.com",
        "iat": 1_799_999_000, "nbf": 1_799_999_000, "exp": 1_800_003_600,
        "jti": "4f9d1e52-0c6b-4e0e-9d27-b2c3d4e5f607", "id": "user-0123456789",
        "uuid": "0b1c2d3e-4f50-4617-8a9b-c0d1e2f3a4b5",
        "name": "Ada Example", "email": "ada@example.com", "email_verified": true,
        "roles": ["reader", "writer", "auditor"], "level": 3, "active": true,
        "address": {"city": "Berlin", "country": "DE", "zip": "10115"},
        "permissions": permissions,
    })
    .to_string()
}

pub fn run() {
    let key = Hs256Key::new(SECRET).unwrap();
    for (name, payload) in [("small", small()), ("large", large())] {
        let mut out = vec![0; 8192];
        let token = sign_payload(&key, &Header::default(), payload.as_bytes(), &mut out).unwrap();
        let token = token.to_owned();
        verifying(name, &key, &token, &payload);
        signing(name, &key, &payload, token.len());
    }
    names(&key);
}

fn verifying(name: &str, key: &Hs256Key, token: &str, payload: &str) {
    let signing_input = &token.as_bytes()[..token.rfind('.').unwrap()];
    let tag = &token[token.rfind('.').unwrap() + 1..];
    let policy = Policy::new().any_audience();
    let mut scratch = vec![0; 8192];
    let mut decoded = vec![0; 8192];
    let hmac = Hmac::<Sha256>::new_from_slice(SECRET).unwrap();
    let peer_key = DecodingKey::from_secret(SECRET);
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_aud = false;
    validation.validate_exp = false;

    let title = format!("verify, {name} token, {} bytes of claims", payload.len());
    let mut table = Table::new(title, token.len());
    table.add("floor: HMAC of the signing input, key precomputed", || {
        let mut mac = hmac.clone();
        mac.update(black_box(signing_input));
        mac.finalize().into_bytes()
    });
    table.add("Hs256Key::mac", || key.mac(black_box(signing_input)).unwrap());
    table.add("jwt::verify", || {
        verify(key, black_box(token.as_bytes()), &policy, NOW, &mut scratch).unwrap();
    });
    table.add("floor + base64ct of all parts, no JSON", || {
        let mut parts = black_box(token).split('.');
        let mut length = 0;
        for part in &mut parts {
            length += Base64UrlUnpadded::decode(part, &mut decoded).unwrap().len();
        }
        let mut mac = hmac.clone();
        mac.update(signing_input);
        (mac.finalize().into_bytes(), length)
    });
    table.add("jsonwebtoken 11 (rust_crypto), typed", || {
        jsonwebtoken::decode::<Claims>(black_box(token), &peer_key, &validation).unwrap()
    });
    table.run(101);

    let mut raw = [0; 32];
    let (mut room, mut own, mut peer) = (vec![0; 8192], vec![0; 8192], vec![0; 8192]);
    let mut parts = Table::new(format!("parts of a verify, {name} token"), payload.len());
    let encoded = token.split('.').nth(1).unwrap();
    parts.add("json::parse of the claims", || {
        mcpico_core::json::parse(black_box(payload.as_bytes())).unwrap()
    });
    parts.add("Claims::parse", || {
        mcpico_core::jwt::Claims::parse(black_box(payload.as_bytes())).unwrap()
    });
    parts.add("base64url::decode of the claims", || {
        mcpico_core::jwt::base64url::decode(black_box(encoded.as_bytes()), &mut room).unwrap().len()
    });
    parts.add("base64ct of the tag", || {
        Base64UrlUnpadded::decode(black_box(tag), &mut raw).unwrap().len()
    });
    parts.add("base64url::encode of the claims", || {
        let text = mcpico_core::jwt::base64url::encode(black_box(payload.as_bytes()), &mut own);
        text.unwrap().len()
    });
    parts.add("base64ct, encode of the claims", || {
        Base64UrlUnpadded::encode(black_box(payload.as_bytes()), &mut peer).unwrap().len()
    });
    parts.run(51);
}

fn signing(name: &str, key: &Hs256Key, payload: &str, bytes: usize) {
    let hmac = Hmac::<Sha256>::new_from_slice(SECRET).unwrap();
    let peer_key = EncodingKey::from_secret(SECRET);
    let claims: Claims = serde_json::from_str(payload).unwrap();
    let header = Base64UrlUnpadded::encode_string(br#"{"alg":"HS256","typ":"JWT"}"#);
    let listed = [
        Claim::string("id", "u7"),
        Claim::string("uuid", "0b1c2d3e-4f50-4617-8a9b-c0d1e2f3a4b5"),
        Claim::exp(1_800_003_600),
    ];
    let (mut out, mut own, mut typed) = (vec![0; 8192], vec![0; 8192], vec![0; 8192]);
    let mut table = Table::new(format!("sign, {name} token"), bytes);
    table.add("hand: ready header, base64ct, precomputed HMAC", || {
        out[..header.len()].copy_from_slice(header.as_bytes());
        out[header.len()] = b'.';
        let mut at = header.len() + 1;
        at +=
            Base64UrlUnpadded::encode(black_box(payload).as_bytes(), &mut out[at..]).unwrap().len();
        let mut mac = hmac.clone();
        mac.update(&out[..at]);
        out[at] = b'.';
        let tag = mac.finalize().into_bytes();
        at + 1 + Base64UrlUnpadded::encode(&tag, &mut out[at + 1..]).unwrap().len()
    });
    table.add("jwt::sign_payload (which validates)", || {
        sign_payload(key, &Header::default(), black_box(payload.as_bytes()), &mut own)
            .unwrap()
            .len()
    });
    if name == "small" {
        table.add("jwt::sign", || {
            sign(key, &Header::default(), black_box(&listed), &mut typed).unwrap().len()
        });
    }
    table.add("jsonwebtoken 11 (rust_crypto)", || {
        jsonwebtoken::encode(&jsonwebtoken::Header::default(), black_box(&claims), &peer_key)
            .unwrap()
    });
    table.run(101);
}

/// What the check for duplicate names costs where names are alike.
fn names(key: &Hs256Key) {
    let members: Vec<String> = (0..60).map(|n| format!("\"permission_{n:02}\":true")).collect();
    let payload = format!("{{{},\"exp\":1800003600}}", members.join(","));
    let value = mcpico_core::json::parse(payload.as_bytes()).unwrap();
    let mut out = vec![0; 8192];
    let mut table = Table::new("an object of 61 similar names", payload.len());
    table.add("json::parse", || mcpico_core::json::parse(black_box(payload.as_bytes())).unwrap());
    table.add("Value::unique_names", || black_box(value).unique_names().unwrap());
    table.add("Claims::parse", || {
        mcpico_core::jwt::Claims::parse(black_box(payload.as_bytes())).unwrap()
    });
    table.add("jwt::sign_payload", || {
        sign_payload(key, &Header::default(), black_box(payload.as_bytes()), &mut out)
            .unwrap()
            .len()
    });
    table.run(51);
}
