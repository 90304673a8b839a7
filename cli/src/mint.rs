//! Mints the tokens of a test run: a good one, and those that a server has to refuse.

use mcpico_core::json;
use mcpico_core::jwt::dangerous::sign_raw;
use mcpico_core::jwt::{Claim, Header, Hs256Key, Policy, SignError, UnverifiedToken, sign};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::random;

/// How long a good token holds, in seconds.
const LIFETIME: i64 = 600;

/// Signs with the server's secret.
pub(crate) struct Mint {
    key: Hs256Key,
    claims: Vec<(String, Value)>,
}

impl Mint {
    /// Tokens with a random identity and these claims, which may replace `id` and `uuid`.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub(crate) fn new(key: Hs256Key, extra: Vec<(String, Value)>) -> Result<Self, Failure> {
        let mut claims = vec![
            ("id".to_owned(), Value::from("mcpico-test")),
            ("uuid".to_owned(), Value::from(random::uuid()?)),
        ];
        for (name, value) in extra {
            claims.retain(|(other, _)| *other != name);
            claims.push((name, value));
        }
        Ok(Self { key, claims })
    }

    /// A token that holds for ten minutes.
    ///
    /// # Errors
    /// The claims make no token.
    pub(crate) fn good(&self, now: i64) -> Result<String, Failure> {
        self.sign(&self.key, now.saturating_add(LIFETIME))
    }

    /// The same token as it is a minute after its end.
    ///
    /// # Errors
    /// The claims make no token.
    pub(crate) fn expired(&self, now: i64) -> Result<String, Failure> {
        // Further in the past than the leeway that servers grant.
        self.sign(&self.key, now.saturating_sub(LIFETIME))
    }

    /// The claims of [`good`](Self::good), except `exp`.
    pub(crate) fn claims(&self) -> Map<String, Value> {
        self.claims.iter().cloned().collect()
    }

    fn sign(&self, key: &Hs256Key, exp: i64) -> Result<String, Failure> {
        let texts: Vec<_> =
            self.claims.iter().map(|(name, value)| (name, value.to_string())).collect();
        let mut claims = Vec::new();
        for (name, text) in &texts {
            let value = json::parse(text.as_bytes())
                .map_err(|error| Failure::usage(format!("claim {name}: {error}")))?;
            claims.push(Claim::raw(name, value));
        }
        claims.push(Claim::exp(exp));
        let mut out = [0; Policy::DEFAULT_MAX_TOKEN_LEN];
        sign(key, &Header::default(), &claims, &mut out).map(str::to_owned).map_err(refused)
    }
}

/// The same header and claims as `token` has, signed with another secret. Needs no secret of the server.
///
/// # Errors
/// The token is no JWT.
pub(crate) fn forged(token: &str) -> Result<String, Failure> {
    let mut scratch = vec![0; token.len()];
    let parsed = UnverifiedToken::parse(token.as_bytes(), &mut scratch)
        .map_err(|error| Failure::usage(format!("the token is no JWT: {error}")))?;
    let key = Hs256Key::new(&random::bytes::<32>()?)
        .map_err(|error| Failure::usage(error.to_string()))?;
    let mut out = vec![0; token.len().saturating_add(64)];
    let (header, claims) = (parsed.header_json(), parsed.claims_json());
    sign_raw(&key, header, claims, &mut out).map(str::to_owned).map_err(refused)
}

fn refused(error: SignError) -> Failure {
    Failure::usage(format!("the claims make no token: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mcpico_core::jwt::{ErrorClass, verify};

    const SECRET: &[u8] = b"a secret of the server, 32 bytes";

    #[test]
    fn the_bad_tokens_are_bad_in_one_way_only() {
        let signs = Hs256Key::new(SECRET).unwrap();
        let mint = Mint::new(signs, vec![("sub".into(), "x".into())]).unwrap();
        let key = Hs256Key::new(SECRET).unwrap();
        let class = |token: &str| {
            let mut scratch = [0; 512];
            verify(&key, token.as_bytes(), &Policy::new(), 1_000_000, &mut scratch)
                .map(|_| ())
                .map_err(|error| error.class())
        };
        let good = mint.good(1_000_000).unwrap();
        assert_eq!(class(&good), Ok(()));
        assert_eq!(class(&mint.expired(1_000_000).unwrap()), Err(ErrorClass::Expired));
        let forged = forged(&good).unwrap();
        assert_eq!(class(&forged), Err(ErrorClass::Signature));
        assert_eq!(forged.rsplit_once('.').unwrap().0, good.rsplit_once('.').unwrap().0);
    }
}
