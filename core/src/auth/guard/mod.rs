//! From the `Authorization` header of a request to a grant or a denial.

mod denial;
mod scope;

pub use denial::{Denial, Reason};

use super::bearer::{Bearer, BearerError};
use super::challenge::{BearerChallenge, FieldError};
use crate::jwt::{Claims, HmacSha256, KeySet, Policy, VerifiedToken, VerifyError, verify};
use core::fmt;
use scope::Scopes;

/// What verifies a token: one key or a set of keys.
pub trait Verifier {
    /// Verifies `token` at `now`, in seconds since 1970, with `scratch` for the decoded token.
    ///
    /// # Errors
    /// [`VerifyError`] with the first fault of the token.
    fn verify<'s>(
        &self,
        token: &[u8],
        policy: &Policy<'_>,
        now: i64,
        scratch: &'s mut [u8],
    ) -> Result<VerifiedToken<'s>, VerifyError>;
}

impl<K: HmacSha256> Verifier for K {
    fn verify<'s>(
        &self,
        token: &[u8],
        policy: &Policy<'_>,
        now: i64,
        scratch: &'s mut [u8],
    ) -> Result<VerifiedToken<'s>, VerifyError> {
        verify(self, token, policy, now, scratch)
    }
}

impl<K: HmacSha256> Verifier for KeySet<'_, K> {
    fn verify<'s>(
        &self,
        token: &[u8],
        policy: &Policy<'_>,
        now: i64,
        scratch: &'s mut [u8],
    ) -> Result<VerifiedToken<'s>, VerifyError> {
        self.verify(token, policy, now, scratch)
    }
}

/// Guards a resource: asks every request for a bearer token that is valid and has the scopes needed.
///
/// Every request gets a [`Grant`] or a [`Denial`], whatever its bytes are. A guard is a few references:
/// copy it and change its scope for each route.
#[derive(Clone, Copy)]
pub struct Guard<'g, V> {
    verifier: &'g V,
    policy: &'g Policy<'g>,
    challenge: BearerChallenge<'g>,
}

impl<'g, V: Verifier> Guard<'g, V> {
    /// Verifies with `verifier` by `policy`; no scope is needed and the challenge names nothing.
    pub const fn new(verifier: &'g V, policy: &'g Policy<'g>) -> Self {
        Self { verifier, policy, challenge: BearerChallenge::new() }
    }

    /// Names the protected space in the challenge.
    ///
    /// # Errors
    /// See [`BearerChallenge::realm`].
    pub const fn realm(mut self, realm: &'g str) -> Result<Self, FieldError> {
        match self.challenge.realm(realm) {
            Ok(challenge) => self.challenge = challenge,
            Err(error) => return Err(error),
        }
        Ok(self)
    }

    /// Names the protected resource metadata in the challenge.
    ///
    /// # Errors
    /// See [`BearerChallenge::resource_metadata`].
    pub const fn resource_metadata(mut self, url: &'g str) -> Result<Self, FieldError> {
        match self.challenge.resource_metadata(url) {
            Ok(challenge) => self.challenge = challenge,
            Err(error) => return Err(error),
        }
        Ok(self)
    }

    /// Asks for all of these scopes, divided by single spaces, in place of those asked for before.
    ///
    /// # Errors
    /// See [`BearerChallenge::scope`].
    pub const fn scope(mut self, scope: &'g str) -> Result<Self, FieldError> {
        match self.challenge.scope(scope) {
            Ok(challenge) => self.challenge = challenge,
            Err(error) => return Err(error),
        }
        Ok(self)
    }

    /// Judges the value of the only `Authorization` header, or that there is none.
    ///
    /// `now` is in seconds since 1970. `scratch` takes the decoded token, three quarters of the longest
    /// token allowed; what it holds after a denial is unspecified.
    ///
    /// # Errors
    /// [`Denial`], which answers the request.
    pub fn check<'s>(
        &self,
        authorization: Option<&[u8]>,
        now: i64,
        scratch: &'s mut [u8],
    ) -> Result<Grant<'s>, Denial<'g>> {
        self.judge(authorization, now, scratch).map_err(|reason| self.deny(reason))
    }

    /// Judges the values of all `Authorization` headers of a request, of which more than one is refused.
    ///
    /// # Errors
    /// [`Denial`], which answers the request.
    pub fn check_all<'h, 's>(
        &self,
        authorization: impl IntoIterator<Item = &'h [u8]>,
        now: i64,
        scratch: &'s mut [u8],
    ) -> Result<Grant<'s>, Denial<'g>> {
        let mut values = authorization.into_iter();
        let only = values.next();
        if values.next().is_some() {
            return Err(self.deny(Reason::RepeatedHeader));
        }
        self.check(only, now, scratch)
    }

    /// A denial for a reason that the caller has found, with the challenge of this guard.
    pub const fn deny(&self, reason: Reason) -> Denial<'g> {
        Denial::new(reason, self.challenge)
    }

    fn judge<'s>(
        &self,
        authorization: Option<&[u8]>,
        now: i64,
        scratch: &'s mut [u8],
    ) -> Result<Grant<'s>, Reason> {
        let value = authorization.ok_or(Reason::MissingToken)?;
        let bearer = Bearer::parse(value).map_err(|error| match error {
            BearerError::OtherScheme => Reason::UnsupportedScheme,
            BearerError::MissingToken | BearerError::IllegalByte { .. } => Reason::MalformedHeader,
        })?;
        let token = bearer.token().as_bytes();
        let token =
            self.verifier.verify(token, self.policy, now, scratch).map_err(Reason::Token)?;
        let scopes = Scopes::of(token.claims()).map_err(|error| Reason::Token(error.into()))?;
        let grant = Grant { token, scopes };
        if self.challenge.scopes().all(|scope| grant.allows(scope)) {
            Ok(grant)
        } else {
            Err(Reason::InsufficientScope)
        }
    }
}

impl<V> fmt::Debug for Guard<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("challenge", &self.challenge).finish_non_exhaustive()
    }
}

/// A request that carries a valid token with every scope that the guard asks for.
#[derive(Clone)]
pub struct Grant<'s> {
    token: VerifiedToken<'s>,
    scopes: Scopes<'s>,
}

impl<'s> Grant<'s> {
    /// The claims of the token.
    pub const fn claims(&self) -> &Claims<'s> {
        self.token.claims()
    }

    /// The verified token.
    pub const fn token(&self) -> &VerifiedToken<'s> {
        &self.token
    }

    /// Whether the token has `scope`, one scope compared byte for byte.
    ///
    /// Its scopes are the words of the claim `scope`
    /// ([RFC 9068 section 2.2.3](https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3)), or where that
    /// is absent those of `scp`, a string or an array. Answer a request that needs another scope with
    /// `guard.scope(needed)?.deny(Reason::InsufficientScope)`.
    #[must_use]
    pub fn allows(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }
}

impl fmt::Debug for Grant<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Grant(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jwt::{Claim, Header, Hs256Key, MacUnavailable, NamedKey, sign, sign_payload};
    use proptest::prelude::*;
    use std::{format, string::String, vec, vec::Vec};

    const SECRET: &[u8] = b"an example secret of 32 bytes...";
    const METADATA: &str = "https://mcp.example/.well-known/oauth-protected-resource";
    const NOW: i64 = 1_000;

    fn key() -> Hs256Key {
        Hs256Key::new(SECRET).unwrap()
    }

    fn token(claims: &[Claim<'_>]) -> String {
        let mut out = [0; 512];
        String::from(sign(&key(), &Header::default(), claims, &mut out).unwrap())
    }

    fn written(write: impl Fn(&mut crate::writer::Writer<'_>)) -> String {
        let mut out = vec![0; 1024];
        String::from_utf8(crate::writer::emit(&mut out, write).unwrap().to_vec()).unwrap()
    }

    fn header_of(token: &str) -> String {
        format!("Bearer {token}")
    }

    #[test]
    fn a_valid_token_is_granted() {
        let (key, policy, mut scratch) = (key(), Policy::new(), [0; 512]);
        let guard = Guard::new(&key, &policy).scope("read write").unwrap();
        let token = token(&[
            Claim::sub("device-7"),
            Claim::exp(NOW + 1),
            Claim::string("scope", "write read"),
        ]);
        let header = header_of(&token).replace("Bearer", "bearer");
        let grant = guard.check(Some(header.as_bytes()), NOW, &mut scratch).unwrap();
        assert!(grant.claims().sub().unwrap().unwrap() == "device-7");
        assert!(grant.token().header().kid().is_none());
        assert!(grant.allows("read") && !grant.allows("admin"));
        assert_eq!(format!("{grant:?}"), "Grant(..)");
        let all = [header.as_bytes()];
        assert!(guard.check_all(all, NOW, &mut scratch).is_ok());
    }

    #[test]
    fn a_request_without_credentials_gets_a_challenge_without_an_error() {
        let (key, policy) = (key(), Policy::new());
        let bare = Guard::new(&key, &policy).realm("example").unwrap();
        let denial = bare.check(None, NOW, &mut []).unwrap_err();
        assert_eq!((denial.status(), denial.code()), (401, "missing_token"));
        // RFC 6750 section 3.1: no error code, as in the example there.
        assert_eq!(written(|w| denial.write_challenge(w)), "Bearer realm=\"example\"");
        assert_eq!(
            written(|w| denial.write_body(w)),
            "{\"error\":\"missing_token\",\"error_description\":\"An access token is required\",\
             \"code\":\"missing_token\"}"
        );
        let other = bare.check(Some(b"Basic dXNlcjpwYXNz"), NOW, &mut []).unwrap_err();
        assert_eq!((other.status(), other.code()), (401, "unsupported_scheme"));
        assert_eq!(written(|w| other.write_challenge(w)), "Bearer realm=\"example\"");
        let none: [&[u8]; 0] = [];
        assert_eq!(bare.check_all(none, NOW, &mut []).unwrap_err().reason(), Reason::MissingToken);

        // The challenge of the MCP authorization specification, section "scope selection".
        let metadata = Guard::new(&key, &policy).resource_metadata(METADATA).unwrap();
        let denial = metadata.scope("files:read").unwrap().deny(Reason::MissingToken);
        assert_eq!(
            written(|w| denial.write_challenge(w)),
            "Bearer scope=\"files:read\", resource_metadata=\
             \"https://mcp.example/.well-known/oauth-protected-resource\""
        );
    }

    #[test]
    fn an_expired_token_gets_the_challenge_of_rfc_6750() {
        let (key, policy, mut scratch) = (key(), Policy::new(), [0; 512]);
        let guard = Guard::new(&key, &policy).realm("example").unwrap();
        let header = header_of(&token(&[Claim::exp(NOW)]));
        let denial = guard.check(Some(header.as_bytes()), NOW, &mut scratch).unwrap_err();
        assert_eq!((denial.status(), denial.code()), (401, "expired_token"));
        assert_eq!(denial.reason(), Reason::Token(VerifyError::Expired));
        assert_eq!(
            written(|w| denial.write_challenge(w)),
            "Bearer realm=\"example\", error=\"invalid_token\", \
             error_description=\"The access token expired\""
        );
        assert_eq!(
            written(|w| denial.write_body(w)),
            "{\"error\":\"invalid_token\",\"error_description\":\"The access token expired\",\
             \"code\":\"expired_token\"}"
        );
    }

    #[test]
    fn a_missing_scope_is_forbidden() {
        let (key, policy, mut scratch) = (key(), Policy::new(), [0; 512]);
        let guard = Guard::new(&key, &policy).realm("r").unwrap().scope("read write").unwrap();
        for scope in [None, Some("read"), Some("write"), Some("readwrite"), Some("READ WRITE")] {
            let mut claims = vec![Claim::exp(NOW + 1)];
            claims.extend(scope.map(|scope| Claim::string("scope", scope)));
            let header = header_of(&token(&claims));
            let denial = guard.check(Some(header.as_bytes()), NOW, &mut scratch).unwrap_err();
            assert_eq!((denial.status(), denial.code()), (403, "insufficient_scope"));
            assert_eq!(
                written(|w| denial.write_challenge(w)),
                "Bearer realm=\"r\", error=\"insufficient_scope\", error_description=\
                 \"The access token lacks a scope that is needed\", scope=\"read write\""
            );
        }
    }

    #[test]
    fn faults_of_header_and_token_are_told_apart() {
        let (key, policy, mut scratch) = (key(), Policy::new(), [0; 512]);
        let guard = Guard::new(&key, &policy).scope("read").unwrap();
        let good = token(&[Claim::exp(NOW + 1), Claim::string("scope", "read")]);
        let other = Hs256Key::new(b"another example secret, 32 bytes").unwrap();
        let mut out = [0; 512];
        let foreign = sign(&other, &Header::default(), &[Claim::exp(NOW + 1)], &mut out).unwrap();
        let mut out = [0; 512];
        let odd = br#"{"exp":1001,"scope":["read"]}"#;
        let odd = sign_payload(&key, &Header::default(), odd, &mut out).unwrap();
        let long = "a".repeat(Policy::DEFAULT_MAX_TOKEN_LEN + 1);
        for (value, code) in [
            (header_of(""), "malformed_header"),
            (String::new(), "malformed_header"),
            (String::from("Bearer"), "malformed_header"),
            (header_of("a b"), "malformed_header"),
            (format!("Bearer\t{good}"), "malformed_header"),
            (header_of(&format!("{good}, {good}")), "malformed_header"),
            (header_of("opaque"), "malformed_token"),
            (header_of(&format!("{good}=")), "malformed_token"),
            (header_of(&good.replace('.', "..")), "malformed_token"),
            (header_of(odd), "malformed_token"),
            (header_of(&long), "token_too_large"),
            (header_of(foreign), "invalid_signature"),
            (header_of(&token(&[])), "missing_claim"),
            (header_of(&token(&[Claim::exp(NOW + 9), Claim::nbf(NOW + 1)])), "premature_token"),
            (header_of(&token(&[Claim::exp(NOW + 9), Claim::aud(&["x"])])), "wrong_audience"),
            // A token alone has the form of a scheme alone.
            (good.clone(), "unsupported_scheme"),
            (format!("Digest {good}"), "unsupported_scheme"),
        ] {
            let denial = guard.check(Some(value.as_bytes()), NOW, &mut scratch).unwrap_err();
            assert_eq!((denial.status(), denial.code()), (401, code), "{value}");
        }
        let header = header_of(&good);
        let both = [header.as_bytes(), header.as_bytes()];
        let denial = guard.check_all(both, NOW, &mut scratch).unwrap_err();
        assert_eq!((denial.status(), denial.code()), (401, "repeated_header"));
        let denial = guard.check(Some(header.as_bytes()), NOW, &mut [0; 9]).unwrap_err();
        assert_eq!((denial.status(), denial.code()), (401, "token_too_large"));
    }

    #[test]
    fn a_set_of_keys_guards_as_well() {
        let named = [NamedKey { kid: Some(&b"new"[..]), key: key() }];
        let (keys, policy, mut scratch) = (KeySet::new(&named), Policy::new(), [0; 512]);
        let guard = Guard::new(&keys, &policy);
        let header = header_of(&token(&[Claim::exp(NOW + 1)]));
        assert!(guard.check(Some(header.as_bytes()), NOW, &mut scratch).is_ok());
        let mut out = [0; 512];
        let old = Header { kid: Some("old"), ..Header::default() };
        let old = header_of(sign(&key(), &old, &[Claim::exp(NOW + 1)], &mut out).unwrap());
        let denial = guard.check(Some(old.as_bytes()), NOW, &mut scratch).unwrap_err();
        assert_eq!((denial.status(), denial.code()), (401, "unknown_key"));
    }

    #[test]
    fn a_mac_that_fails_is_no_fault_of_the_token() {
        struct Broken;
        impl HmacSha256 for Broken {
            fn mac(&self, _: &[u8]) -> Result<[u8; 32], MacUnavailable> {
                Err(MacUnavailable)
            }
        }
        let policy = Policy::new();
        let header = header_of(&token(&[Claim::exp(NOW + 1)]));
        let guard = Guard::new(&Broken, &policy);
        let denial = guard.check(Some(header.as_bytes()), NOW, &mut [0; 512]).unwrap_err();
        assert_eq!((denial.status(), denial.error()), (503, None));
    }

    /// Whatever is sent: an answer with a status, a readable challenge, JSON, and no echo.
    fn assert_answered(value: &[u8]) {
        let (key, policy, mut scratch) = (key(), Policy::new(), [0; 64]);
        let guard = Guard::new(&key, &policy).realm("r").unwrap().scope("s").unwrap();
        let denial = guard.check(Some(value), NOW, &mut scratch).unwrap_err();
        assert_eq!(denial.status(), 401);
        let challenge = written(|w| denial.write_challenge(w));
        let read = crate::auth::challenge::bearer([challenge.as_bytes()]).unwrap().unwrap();
        assert_eq!(read.param("error").is_some(), denial.error().is_some());
        let body = written(|w| denial.write_body(w));
        let parsed: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(parsed["code"], denial.code());
        let texts = [challenge, body, format!("{denial} {denial:?}")];
        for run in value.windows(12) {
            for text in &texts {
                assert!(!text.as_bytes().windows(12).any(|other| other == run), "{text}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(value: Vec<u8>) {
            assert_answered(&value);
        }

        #[test]
        fn any_token_is_answered(value in "[A-Za-z0-9._~+/-]{0,80}") {
            assert_answered(header_of(&value).as_bytes());
        }

        #[test]
        fn any_change_of_a_header_is_answered(at: prop::sample::Index, bit in 0..8_u8) {
            let token = token(&[Claim::exp(NOW + 1), Claim::string("scope", "s")]);
            let mut value = header_of(&token).into_bytes();
            let at = at.index(value.len());
            value[at] ^= 1 << bit;
            // A change of case leaves the scheme what it is.
            if !value.eq_ignore_ascii_case(header_of(&token).as_bytes()) || at >= 6 {
                let (key, policy) = (key(), Policy::new());
                let guard = Guard::new(&key, &policy).scope("s").unwrap();
                prop_assert!(guard.check(Some(&value), NOW, &mut [0; 512]).is_err());
            }
        }
    }
}
