//! Makes tokens that are bad in one way.

use mcpico_core::jwt::dangerous::{short_key, sign_raw};
use mcpico_core::jwt::{Hs256Key, SignError, base64url};
use serde_json::Value;

use crate::failure::Failure;
pub(super) use crate::mint::Members;
use crate::random;

/// Makes the MAC that the empty key makes: keys are filled up with zeros ([RFC 2104 section 2]).
///
/// [RFC 2104 section 2]: https://www.rfc-editor.org/rfc/rfc2104#section-2
const LIKE_THE_EMPTY_KEY: &[u8] = &[0];

/// What bad tokens are made of.
pub(super) struct Forge {
    /// The header of the good token, or a usual one.
    header: Members,
    /// The claims of the good token, or made-up ones.
    claims: Members,
    /// The server's key, when it is known.
    key: Option<Hs256Key>,
    /// A key that the server does not have.
    stray: Hs256Key,
}

impl Forge {
    /// # Errors
    /// The operating system gives no random bytes.
    pub(super) fn new(
        header: Members,
        claims: Members,
        key: Option<Hs256Key>,
    ) -> Result<Self, Failure> {
        let stray = Hs256Key::new(&random::bytes::<32>()?)
            .map_err(|error| Failure::usage(error.to_string()))?;
        Ok(Self { header, claims, key, stray })
    }

    pub(super) const fn claims(&self) -> &Members {
        &self.claims
    }

    /// A token with changed claims and a right signature; `None` without the key.
    pub(super) fn claiming(&self, change: impl FnOnce(&mut Members)) -> Option<String> {
        let mut claims = self.claims.clone();
        change(&mut claims);
        sign(self.key.as_ref()?, &text(&self.header), &text(&claims))
    }

    /// A token with this text as its claims and a right signature; `None` without the key.
    pub(super) fn saying(&self, claims: &str) -> Option<String> {
        sign(self.key.as_ref()?, &text(&self.header), claims)
    }

    /// A token with a changed header and a right signature; `None` without the key.
    pub(super) fn headed(&self, change: impl FnOnce(&mut Members)) -> Option<String> {
        let mut header = self.header.clone();
        change(&mut header);
        sign(self.key.as_ref()?, &text(&header), &text(&self.claims))
    }

    /// The same with the signature of a key that the server does not have.
    pub(super) fn strayed(&self, change: impl FnOnce(&mut Members)) -> Option<String> {
        let mut header = self.header.clone();
        change(&mut header);
        sign(&self.stray, &text(&header), &text(&self.claims))
    }

    /// Two tokens of the same header and claims: a good one, and one with the signature of a key that the
    /// server does not have; `None` without the key.
    pub(super) fn twins(
        &self,
        change: impl FnOnce(&mut Members, &mut Members),
    ) -> Option<(String, String)> {
        let (mut header, mut claims) = (self.header.clone(), self.claims.clone());
        change(&mut header, &mut claims);
        let (header, claims) = (text(&header), text(&claims));
        Some((sign(self.key.as_ref()?, &header, &claims)?, sign(&self.stray, &header, &claims)?))
    }

    /// A token that is signed with this secret.
    pub(super) fn signed_with(
        &self,
        secret: &[u8],
        change: impl FnOnce(&mut Members),
    ) -> Option<String> {
        let secret = if secret.is_empty() { LIKE_THE_EMPTY_KEY } else { secret };
        let mut header = self.header.clone();
        change(&mut header);
        sign(&short_key(secret).ok()?, &text(&header), &text(&self.claims))
    }

    /// A token without a signature that says so.
    pub(super) fn unsigned(&self, alg: &str) -> String {
        let mut header = self.header.clone();
        header.insert("alg".into(), alg.into());
        format!("{}.{}.", encode(&text(&header)), encode(&text(&self.claims)))
    }

    /// Other claims, of somebody with more rights, under the signature of `token`.
    pub(super) fn promoted(&self, token: &str) -> Option<String> {
        let (header, rest) = token.split_once('.')?;
        let (_, signature) = rest.rsplit_once('.')?;
        let mut claims = self.claims.clone();
        claims.insert("sub".into(), "admin".into());
        claims.insert("id".into(), "admin".into());
        claims.insert("scope".into(), "admin".into());
        Some(format!("{header}.{}.{signature}", encode(&text(&claims))))
    }
}

fn sign(key: &Hs256Key, header: &str, claims: &str) -> Option<String> {
    let (header, claims) = (header.as_bytes(), claims.as_bytes());
    match sign_raw(key, header, claims, &mut []) {
        Err(SignError::OutputTooSmall(small)) => {
            let mut out = vec![0; small.needed];
            sign_raw(key, header, claims, &mut out).ok().map(str::to_owned)
        }
        _ => None,
    }
}

/// `text` in base64url.
pub(super) fn encode(text: &str) -> String {
    let mut out = vec![0; base64url::encoded_len(text.len())];
    base64url::encode(text.as_bytes(), &mut out).unwrap_or_default().to_owned()
}

pub(super) fn text(members: &Members) -> String {
    Value::Object(members.clone()).to_string()
}

/// The signature of a token.
pub(super) fn signature(token: &str) -> &str {
    token.rsplit_once('.').map_or("", |(_, signature)| signature)
}

/// The token without its signature, the last dot included.
pub(super) fn signed(token: &str) -> &str {
    token.len().checked_sub(signature(token).len()).and_then(|end| token.get(..end)).unwrap_or("")
}

/// The token with another signature: what `change` makes of the bytes of the one that it has; `None` when it has
/// none.
pub(super) fn resigned(token: &str, change: impl FnOnce(&mut Vec<u8>)) -> Option<String> {
    let signature = signature(token);
    let mut room = vec![0; signature.len()];
    let mut bytes = base64url::decode(signature.as_bytes(), &mut room).ok()?.to_vec();
    if bytes.is_empty() {
        return None;
    }
    change(&mut bytes);
    let mut out = vec![0; base64url::encoded_len(bytes.len())];
    let encoded = base64url::encode(&bytes, &mut out).ok()?;
    Some(format!("{}{encoded}", signed(token)))
}

/// The same signature in another spelling: the bits that the last character has over are set.
pub(super) fn respelled(token: &str) -> Option<String> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // 32 bytes are 43 characters, of which the last has two bits over.
    if signature(token).len() != 43 {
        return None;
    }
    let last = token.chars().last()?;
    let next = ALPHABET.chars().nth(ALPHABET.find(last)?.checked_add(1)?)?;
    let start = token.get(..token.len().checked_sub(1)?)?;
    Some(format!("{start}{next}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn another_spelling_decodes_to_the_same_bytes_elsewhere() {
        // RFC 7515, appendix A.1: its signature ends in `k`, whose last two bits are 0.
        let token = "h.p.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(respelled(token).unwrap(), token.replace("jXk", "jXl"));
        assert_eq!(respelled("h.p.short"), None);
        assert_eq!((signed(token), signature("a.b.c")), ("h.p.", "c"));
    }

    #[test]
    fn a_signature_is_changed_in_its_bytes() {
        // Python: base64.urlsafe_b64encode(bytes(range(32))), of the first 16 bytes, and of 33 bytes.
        let token = "h.p.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        let resigned = |change: fn(&mut Vec<u8>)| resigned(token, change).unwrap();
        assert_eq!(resigned(|bytes| bytes.truncate(16)), "h.p.AAECAwQFBgcICQoLDA0ODw");
        assert_eq!(
            resigned(|bytes| bytes.push(0)),
            "h.p.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8A"
        );
        assert_eq!(super::resigned("h.p.", |_| {}), None);
    }

    // The empty key is not taken by the core; this is its MAC of the signing input by Python's
    // `hmac.new(b"", …, hashlib.sha256)`.
    #[test]
    fn the_empty_key_makes_the_mac_of_the_empty_key() {
        let members = |value: Value| value.as_object().unwrap().clone();
        let forge =
            Forge::new(members(json!({"alg": "HS256"})), members(json!({"a": 1})), None).unwrap();
        let token = forge.signed_with(b"", |_| {}).unwrap();
        assert_eq!(signed(&token), "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.");
        assert_eq!(signature(&token), "j8V0tn22rVvTEJeoaoqH8nZvRfT-BcRHlEpgjnsnheM");
    }
}
