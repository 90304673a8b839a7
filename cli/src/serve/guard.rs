//! Who may pass: the seam between HTTP requests and the guard of `mcpico_core`.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

/// The claims of the token that a request carried, verified.
#[derive(Debug, Clone)]
pub(crate) struct Claims {
    /// The payload as it stood in the token.
    pub(crate) text: Arc<str>,
    /// The same, parsed; always an object.
    pub(crate) value: Arc<Value>,
}

impl Claims {
    /// Who calls, as one text: everything that a renewed token of the same caller repeats.
    pub(crate) fn caller(&self) -> String {
        let mut lasting = Value::clone(&self.value);
        if let Value::Object(members) = &mut lasting {
            members.retain(|name, _| !["exp", "iat", "nbf", "jti"].contains(&name.as_str()));
        }
        lasting.to_string()
    }
}

/// The answer to a request that may not pass.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// The value of `WWW-Authenticate`.
    pub(crate) challenge: String,
    /// JSON.
    pub(crate) body: String,
}

/// Judges the `Authorization` header of requests.
#[derive(Debug)]
pub(crate) struct Guard {}

/// Why a secret is no HS256 key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnusableSecret;

impl std::fmt::Display for UnusableSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("")
    }
}

impl Guard {
    pub(crate) fn new(
        _secret: &[u8],
        _issuer: Option<&str>,
        _audience: Option<&str>,
        _scopes: &[String],
    ) -> Result<Self, UnusableSecret> {
        Ok(Self {})
    }

    pub(crate) fn token(&self) -> String {
        String::new()
    }

    /// The claims of the bearer token in `headers`, at `now` in seconds since 1970.
    #[allow(clippy::unused_self)]
    pub(crate) fn check(&self, _headers: &HeaderMap, _now: i64) -> Result<Claims, Refusal> {
        Err(Refusal {
            status: StatusCode::UNAUTHORIZED,
            challenge: "Bearer".into(),
            body: "{}".into(),
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A guard with a generated secret that demands nothing more.
    pub(in crate::serve) fn guard() -> Guard {
        Guard::new(&[7; 32], None, None, &[]).unwrap()
    }
}
