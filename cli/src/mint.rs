//! Mints the tokens of a test run: a good one, and those that a server has to refuse.

use mcpico_core::json;
use mcpico_core::jwt::dangerous::sign_raw;
use mcpico_core::jwt::{Claim, Header, Hs256Key, Policy, SignError, UnverifiedToken, sign};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::random;

/// How long a good token holds, in seconds.
const LIFETIME: i64 = 600;

/// Members of a header or of claims, in order.
pub(crate) type Members = Map<String, Value>;

/// Signs with the server's secret.
pub(crate) struct Mint {
    key: Hs256Key,
    claims: Vec<(String, Value)>,
}

impl Mint {
    /// Tokens with a random identity and these claims, which may replace `id` and `uuid`.
    ///
    /// # Errors
    /// `extra` holds `exp`, or the operating system gives no random bytes.
    pub(crate) fn new(key: Hs256Key, extra: Vec<(String, Value)>) -> Result<Self, Failure> {
        if extra.iter().any(|(name, _)| name == "exp") {
            return Err(Failure::usage(
                "--claim exp: minted tokens hold for ten minutes; `mcpico token sign` makes others",
            ));
        }
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
        self.sign(now.saturating_add(LIFETIME))
    }

    /// `token` as it is ten minutes after its end: everything but the times is the same, so that a
    /// server that takes the one and not the other looks at the times.
    ///
    /// # Errors
    /// `token` is no JWT, or was not signed with this secret.
    pub(crate) fn expired(&self, token: &str, now: i64) -> Result<String, Failure> {
        let mut scratch = vec![0; token.len()];
        let parsed = parse(token, &mut scratch)?;
        parsed.check_signature(&self.key).map_err(|_| {
            Failure::usage("the token was signed with another secret than the given one")
        })?;
        // Further in the past than the leeway that servers grant.
        let exp = now.saturating_sub(LIFETIME);
        let mut claims = claims(&parsed)?;
        for name in ["iat", "nbf"] {
            if claims.contains_key(name) {
                claims.insert(name.into(), exp.saturating_sub(LIFETIME).into());
            }
        }
        claims.insert("exp".into(), exp.into());
        let claims = Value::from(claims).to_string();
        // Room for the times, which may have more digits than before.
        let mut out = vec![0; token.len().saturating_add(128)];
        let signed = sign_raw(&self.key, parsed.header_json(), claims.as_bytes(), &mut out);
        signed.map(str::to_owned).map_err(refused)
    }

    fn sign(&self, exp: i64) -> Result<String, Failure> {
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
        sign(&self.key, &Header::default(), &claims, &mut out).map(str::to_owned).map_err(refused)
    }
}

/// The same header and claims as `token` has, signed with another secret. Needs no secret of the server.
///
/// # Errors
/// The token is no JWT.
pub(crate) fn forged(token: &str) -> Result<String, Failure> {
    let mut scratch = vec![0; token.len()];
    let parsed = parse(token, &mut scratch)?;
    let key = Hs256Key::new(&random::bytes::<32>()?)
        .map_err(|error| Failure::usage(error.to_string()))?;
    let mut out = vec![0; token.len().saturating_add(64)];
    let (header, claims) = (parsed.header_json(), parsed.claims_json());
    sign_raw(&key, header, claims, &mut out).map(str::to_owned).map_err(refused)
}

/// The header and the claims of a token, whoever signed it.
///
/// # Errors
/// The token is no JWT.
pub(crate) fn parts_of(token: &str) -> Result<(Members, Members), Failure> {
    let mut scratch = vec![0; token.len()];
    let parsed = parse(token, &mut scratch)?;
    let header = serde_json::from_slice(parsed.header_json())
        .map_err(|_| Failure::usage("the token is no JWT: its header is no JSON object"))?;
    Ok((header, claims(&parsed)?))
}

/// The signature that the text of `token` has under `key`; `None` when it has no two dots, or is no
/// base64url before the last one.
pub(crate) fn signature_under(key: &Hs256Key, token: &str) -> Option<String> {
    // What stands behind the last dot may be anything.
    let (signed, _) = token.rsplit_once('.')?;
    let readable = format!("{signed}.");
    let mut scratch = vec![0; readable.len()];
    let parsed = UnverifiedToken::parse(readable.as_bytes(), &mut scratch).ok()?;
    let mut out = vec![0; token.len().saturating_add(64)];
    let right = sign_raw(key, parsed.header_json(), parsed.claims_json(), &mut out).ok()?;
    right.rsplit_once('.').map(|(_, signature)| signature.to_owned())
}

/// The claims of a token, whoever signed it.
///
/// # Errors
/// The token is no JWT.
pub(crate) fn claims_of(token: &str) -> Result<Map<String, Value>, Failure> {
    claims(&parse(token, &mut vec![0; token.len()])?)
}

fn parse<'t, 's>(
    token: &'t str,
    scratch: &'s mut [u8],
) -> Result<UnverifiedToken<'t, 's>, Failure> {
    UnverifiedToken::parse(token.as_bytes(), scratch)
        .map_err(|error| Failure::usage(format!("the token is no JWT: {error}")))
}

fn claims(token: &UnverifiedToken<'_, '_>) -> Result<Map<String, Value>, Failure> {
    serde_json::from_slice(token.claims_json())
        .map_err(|_| Failure::usage("the token is no JWT: its claims are no JSON object"))
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
        let expired = mint.expired(&good, 1_000_000).unwrap();
        assert_eq!(class(&expired), Err(ErrorClass::Expired));
        let (mut before, mut after) = (claims_of(&good).unwrap(), claims_of(&expired).unwrap());
        assert_eq!(before.remove("exp"), Some(1_000_600.into()));
        assert_eq!(after.remove("exp"), Some(999_400.into()));
        assert_eq!(before, after);
        // The claims are those of the token, not those that would be minted.
        let given =
            Mint::new(Hs256Key::new(SECRET).unwrap(), vec![("aud".into(), "y".into())]).unwrap();
        let given = given.good(1_000_000).unwrap();
        let expired = claims_of(&mint.expired(&given, 1_000_000).unwrap()).unwrap();
        assert_eq!(expired["aud"], "y");
        assert!(!expired.contains_key("sub"));
        let forged = forged(&good).unwrap();
        assert_eq!(class(&forged), Err(ErrorClass::Signature));
        assert_eq!(forged.rsplit_once('.').unwrap().0, good.rsplit_once('.').unwrap().0);
        assert!(mint.expired(&forged, 1_000_000).is_err(), "another secret");
    }
}
