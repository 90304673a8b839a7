//! Who may pass: the seam between HTTP requests and the guard of `mcpico_core`.

use std::fmt;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use mcpico_core::auth::challenge::FieldError;
use mcpico_core::auth::{self, Denial};
use mcpico_core::jwt::{
    Claim, Header, Hs256Key, Policy, SignError, UnverifiedToken, VerifyError, sign,
};
use mcpico_core::writer::Writer;
use serde_json::Value;

/// Names the protected space in challenges.
const REALM: &str = "mcpico";

/// How long the server's own token holds, in seconds.
const LIFETIME: i64 = 3600;

/// Judges the `Authorization` header of requests, and makes a token that passes.
pub(crate) struct Guard {
    key: Hs256Key,
    issuer: Option<String>,
    audience: Option<String>,
    /// With single spaces between them; may be empty.
    scopes: String,
    /// Names of claims that a token has to have.
    required: Vec<String>,
}

impl Guard {
    /// A guard that takes tokens signed with `key`, and wants nothing more of them than that they hold
    /// now and are for no audience.
    pub(crate) const fn new(key: Hs256Key) -> Self {
        Self { key, issuer: None, audience: None, scopes: String::new(), required: Vec::new() }
    }

    /// Demands this `iss`, when there is one.
    pub(crate) fn issuer(self, issuer: Option<String>) -> Self {
        Self { issuer, ..self }
    }

    /// Demands this among `aud`, when there is one.
    pub(crate) fn audience(self, audience: Option<String>) -> Self {
        Self { audience, ..self }
    }

    /// Demands all of these claims, whatever they say.
    pub(crate) fn required(self, required: Vec<String>) -> Self {
        Self { required, ..self }
    }

    /// Demands all of these scopes.
    ///
    /// # Errors
    ///
    /// [`GuardError::Scope`].
    pub(crate) fn scopes(self, scopes: &[String]) -> Result<Self, GuardError> {
        let guard = Self { scopes: scopes.join(" "), ..self };
        guard.with_guard(|_| ())?;
        Ok(guard)
    }

    /// The claims of the bearer token in `headers`, at `now` in seconds since 1970.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which answers the request.
    pub(crate) fn check(&self, headers: &HeaderMap, now: i64) -> Result<Claims, Refusal> {
        let mut scratch = [0; Policy::DEFAULT_MAX_TOKEN_LEN];
        let values = headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
        self.with_guard(|guard| {
            let grant = guard.check_all(values, now, &mut scratch).map_err(Refusal::from)?;
            Ok(Claims::of(&String::from_utf8_lossy(grant.claims().object().raw())))
        })
        .unwrap_or_else(|_| Err(Refusal::unguarded()))
    }

    /// The claims of `token` as a guard reads it that passes over some faults, one check after the
    /// other; scopes are not looked at. For servers that lie.
    pub(super) fn check_leniently(
        &self,
        token: &[u8],
        now: i64,
        forgives: impl Fn(VerifyError) -> bool,
    ) -> Option<Claims> {
        let mut scratch = [0; Policy::DEFAULT_MAX_TOKEN_LEN];
        let parsed = UnverifiedToken::parse(token, &mut scratch).ok()?;
        let pass = |checked: Result<(), VerifyError>| match checked {
            Err(error) if !forgives(error) => None,
            _ => Some(()),
        };
        pass(parsed.check_structure())?;
        pass(parsed.check_signature(&self.key))?;
        self.with_policy(|policy| {
            pass(parsed.check_times(policy, now))?;
            pass(parsed.check_claims(policy))
        })?;
        Some(Claims::of(&String::from_utf8_lossy(parsed.claims_json())))
    }

    /// The key, for servers that tell more of it than they should.
    pub(super) const fn key(&self) -> &Hs256Key {
        &self.key
    }

    /// A token that passes for an hour.
    ///
    /// # Errors
    ///
    /// The issuer, audience and scopes do not fit in a token that is read.
    pub(crate) fn token(&self, now: i64) -> Result<String, SignError> {
        let mut claims = vec![Claim::sub("mcpico-demo")];
        claims.extend(self.issuer.as_deref().map(Claim::iss));
        claims.extend(self.audience.as_deref().map(Claim::audience));
        if !self.scopes.is_empty() {
            claims.push(Claim::string("scope", &self.scopes));
        }
        claims.push(Claim::iat(now));
        claims.push(Claim::exp(now.saturating_add(LIFETIME)));
        let mut out = [0; Policy::DEFAULT_MAX_TOKEN_LEN];
        sign(&self.key, &Header::default(), &claims, &mut out).map(str::to_owned)
    }

    fn with_guard<T>(
        &self,
        then: impl FnOnce(auth::Guard<'_, Hs256Key>) -> T,
    ) -> Result<T, GuardError> {
        self.with_policy(|policy| {
            let mut guard =
                auth::Guard::new(&self.key, policy).realm(REALM).map_err(GuardError::Scope)?;
            if !self.scopes.is_empty() {
                guard = guard.scope(&self.scopes).map_err(GuardError::Scope)?;
            }
            Ok(then(guard))
        })
    }

    fn with_policy<T>(&self, then: impl FnOnce(&Policy<'_>) -> T) -> T {
        let required: Vec<&str> = self.required.iter().map(String::as_str).collect();
        let mut policy = Policy::new().required(&required);
        if let Some(issuer) = &self.issuer {
            policy = policy.issuer(issuer);
        }
        if let Some(audience) = &self.audience {
            policy = policy.audience(audience);
        }
        then(&policy)
    }
}

/// Why there is no guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GuardError {
    /// A scope has characters that scopes cannot have.
    Scope(FieldError),
}

impl fmt::Display for GuardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scope(error) => write!(f, "the scopes cannot be used: {error}"),
        }
    }
}

impl std::error::Error for GuardError {}

/// The claims of the token that a request carried, verified.
#[derive(Debug, Clone)]
pub(crate) struct Claims {
    /// The JSON object as it stood in the token.
    pub(crate) text: Arc<str>,
}

impl Claims {
    pub(super) fn of(text: &str) -> Self {
        Self { text: text.into() }
    }

    /// The object; `None` for one with numbers that are too large for this.
    pub(crate) fn value(&self) -> Option<Value> {
        serde_json::from_str(&self.text).ok()
    }

    /// Who calls, as one text: everything that a renewed token of the same caller repeats.
    pub(crate) fn caller(&self) -> String {
        match self.value() {
            Some(Value::Object(mut members)) => {
                members.retain(|name, _| !["exp", "iat", "nbf", "jti"].contains(&name.as_str()));
                Value::Object(members).to_string()
            }
            _ => self.text.as_ref().to_owned(),
        }
    }
}

/// The answer to a request that may not pass.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// The value of `WWW-Authenticate`, for the statuses that have one.
    pub(crate) challenge: Option<String>,
    /// JSON.
    pub(crate) body: String,
}

impl Refusal {
    /// Of a token that is good, by a server that says otherwise.
    pub(super) fn unknown() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            challenge: Some(format!("Bearer realm=\"{REALM}\", error=\"invalid_token\"")),
            body: r#"{"error":"invalid_token"}"#.to_owned(),
        }
    }

    /// Nobody passes where no guard can be set up.
    fn unguarded() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            challenge: None,
            body: r#"{"error":"server_error"}"#.to_owned(),
        }
    }
}

impl From<Denial<'_>> for Refusal {
    fn from(denial: Denial<'_>) -> Self {
        let status = StatusCode::from_u16(denial.status());
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let challenged = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        Self {
            status,
            challenge: challenged.then(|| written(|w| denial.write_challenge(w))),
            body: written(|w| denial.write_body(w)),
        }
    }
}

fn written(write: impl Fn(&mut Writer<'_>)) -> String {
    let mut measure = Writer::measure();
    write(&mut measure);
    let mut text = vec![0; measure.len()];
    write(&mut Writer::new(&mut text));
    String::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const NOW: i64 = 1_000;

    /// A guard that demands nothing more than a token that holds.
    pub(in crate::serve) fn guard() -> Guard {
        Guard::new(Hs256Key::new(b"an example secret of 32 bytes...").unwrap())
    }

    fn headers(values: &[String]) -> HeaderMap {
        let header = |value| (header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in values.iter().map(|value| header(value)) {
            headers.append(name, value);
        }
        headers
    }

    #[test]
    fn its_own_token_passes_until_it_expires() {
        let guard = guard()
            .issuer(Some("https://issuer.example".to_owned()))
            .audience(Some("demo".to_owned()))
            .scopes(&["a".to_owned(), "b".to_owned()])
            .unwrap();
        let sent = headers(&[format!("Bearer {}", guard.token(NOW).unwrap())]);
        let claims = guard.check(&sent, NOW).unwrap();
        assert_eq!(
            &*claims.text,
            r#"{"sub":"mcpico-demo","iss":"https://issuer.example","aud":"demo","scope":"a b","iat":1000,"exp":4600}"#
        );
        assert!(guard.check(&sent, 4_599).is_ok());
        let refusal = guard.check(&sent, 4_600).unwrap_err();
        assert_eq!(refusal.status, StatusCode::UNAUTHORIZED);
        assert!(refusal.body.contains("expired_token"));
        assert!(refusal.challenge.unwrap().contains("invalid_token"));
    }

    #[test]
    fn no_header_and_two_headers_are_refused() {
        let guard = guard();
        let good = format!("Bearer {}", guard.token(NOW).unwrap());
        assert!(guard.check(&headers(std::slice::from_ref(&good)), NOW).is_ok());
        let refusal = guard.check(&headers(&[]), NOW).unwrap_err();
        assert_eq!(refusal.challenge.as_deref(), Some(r#"Bearer realm="mcpico""#));
        assert!(guard.check(&headers(&[good.clone(), good]), NOW).is_err());
    }

    #[test]
    fn scopes_have_to_be_usable() {
        for scope in ["", "a\"b", "a\\b", "\u{e9}", "a\n"] {
            let scopes = [scope.to_owned(), "b".to_owned()];
            assert!(matches!(guard().scopes(&scopes), Err(GuardError::Scope(_))), "{scope:?}");
        }
    }

    #[test]
    fn a_caller_is_known_by_everything_but_the_dates_and_the_id() {
        let caller = |text: &str| Claims { text: text.into() }.caller();
        let ada = caller(r#"{"sub":"ada","exp":1,"iat":1,"nbf":1,"jti":"1"}"#);
        assert_eq!(ada, caller(r#"{"exp":2,"jti":"2","sub":"\u0061da"}"#));
        assert_ne!(ada, caller(r#"{"sub":"alan"}"#));
        assert_ne!(ada, caller(r#"{"sub":"ada","iss":"x"}"#));
        let large = caller(r#"{"sub":"ada","x":1e400}"#);
        assert_ne!(large, caller(r#"{"sub":"alan","x":1e400}"#));
    }
}
