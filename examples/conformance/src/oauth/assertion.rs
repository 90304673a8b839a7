//! Client assertions.

use std::time::{SystemTime, UNIX_EPOCH};

use base64ct::{Base64UrlUnpadded, Encoding};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::DecodePrivateKey;
use serde_json::json;

use crate::Fault;

/// Seconds for which an assertion is good.
const LIFETIME: u64 = 60;

/// Signs that `client` asks the authorization server `issuer` for something; `key` is a P-256 key, PKCS#8
/// in PEM.
///
/// [RFC 7523 section 3](https://www.rfc-editor.org/rfc/rfc7523#section-3)
pub(super) fn sign(issuer: &str, client: &str, key: &str) -> Result<String, Fault> {
    let key = SigningKey::from_pkcs8_pem(key).map_err(|_| "the private key is not of P-256")?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let mut unique = [0; 16];
    getrandom::fill(&mut unique)?;
    let claims = json!({"iss": client, "sub": client, "aud": issuer, "iat": now,
        "exp": now + LIFETIME, "jti": Base64UrlUnpadded::encode_string(&unique)});
    let header = json!({"alg": "ES256", "typ": "JWT"});
    let part =
        |value: &serde_json::Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let input = format!("{}.{}", part(&header), part(&claims));
    let signature: Signature = key.sign(input.as_bytes());
    Ok(format!("{input}.{}", Base64UrlUnpadded::encode_string(&signature.to_bytes())))
}
