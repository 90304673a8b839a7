//! A strict guard for houses, without `mcpico_core`.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::house::{Reply, Request};
use crate::wire::{SECRET, now};

pub(crate) fn denied(_: &Request) -> Reply {
    Reply::challenge(401, "Bearer error=\"invalid_token\"")
}

/// Whether the request shows a good token, and nothing else.
pub(crate) fn good(request: &Request) -> bool {
    Parts::of(request)
        .is_some_and(|parts| parts.names_hs256() && parts.holds(None) && parts.is_signed())
}

/// What is behind Bearer in the only `Authorization` header, when it looks like a JWT.
pub(crate) struct Parts {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    /// The signature that it ought to have.
    pub(crate) right: Vec<u8>,
    /// The one that it has.
    pub(crate) shown: Vec<u8>,
    names_exp_once: bool,
}

impl Parts {
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let headers = request.headers("authorization");
        let [value] = headers[..] else { return None };
        let (scheme, token) = value.split_once(' ')?;
        let parts: Vec<_> = token.split('.').collect();
        let [header, claims, tag] = parts[..] else { return None };
        let text = Base64UrlUnpadded::decode_vec(claims).ok()?;
        let object =
            |text: &[u8]| serde_json::from_slice::<Value>(text).ok().filter(Value::is_object);
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{header}.{claims}").as_bytes());
        scheme.eq_ignore_ascii_case("bearer").then_some(Self {
            header: object(&Base64UrlUnpadded::decode_vec(header).ok()?)?,
            claims: object(&text)?,
            right: mac.finalize().into_bytes().to_vec(),
            shown: Base64UrlUnpadded::decode_vec(tag).ok()?,
            names_exp_once: String::from_utf8(text).ok()?.matches("\"exp\"").count() == 1,
        })
    }

    pub(crate) fn is_signed(&self) -> bool {
        self.right == self.shown
    }

    pub(crate) fn is_extended(&self) -> bool {
        self.header.get("crit").is_some()
    }

    pub(crate) fn names_hs256(&self) -> bool {
        self.header["alg"] == "HS256" && !self.is_extended()
    }

    /// Whether the claims hold now, for that audience.
    pub(crate) fn holds(&self, audience: Option<&str>) -> bool {
        let now = i64::try_from(now()).unwrap();
        self.names_exp_once
            && self.claims["exp"].as_i64().is_some_and(|exp| exp > now)
            && self.claims.get("nbf").is_none_or(|nbf| nbf.as_i64().is_some_and(|nbf| nbf <= now))
            && self.claims.get("aud").and_then(Value::as_str) == audience
    }
}
