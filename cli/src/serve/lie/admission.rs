//! Lies about who is let in.

use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use mcpico_core::jwt::dangerous::short_key;
use mcpico_core::jwt::{ErrorClass, Hs256Key, UnverifiedToken, VerifyError};
use serde_json::{Map, Value};

use super::{Lie, credentials};
use crate::mint::signature_under;
use crate::serve::guard::{Claims, Guard};

/// Makes the MAC that the empty key makes: keys are filled up with zeros ([RFC 2104 section 2]).
///
/// [RFC 2104 section 2]: https://www.rfc-editor.org/rfc/rfc2104#section-2
const LIKE_THE_EMPTY_KEY: &[u8] = &[0];

/// A secret that stands first in every list.
const WEAK_SECRET: &[u8] = b"secret";

/// Fewest characters of a signature that `signature-prefix` compares.
const PREFIX: usize = 8;

/// The claims of a request that the guard refuses and this lie does not.
pub(super) fn excuse(lie: Lie, guard: &Guard, parts: &Parts, now: i64) -> Option<Claims> {
    let values: Vec<&HeaderValue> = parts.headers.get_all(header::AUTHORIZATION).iter().collect();
    let honest = |token: &str| guard.check_leniently(token.as_bytes(), now, |_| false);
    match (lie, values.as_slice()) {
        (Lie::AlwaysOpen, _) | (Lie::PresenceOnly, [_, ..]) => return Some(claims(&values)),
        (Lie::AnyScheme, [value]) => {
            return honest(value.to_str().ok()?.split_once(' ')?.1.trim());
        }
        (Lie::RepeatedHeader, [_, _, ..]) => {
            return values.iter().find_map(|value| honest(credentials(value, "Bearer")?));
        }
        (Lie::QueryToken, _) => {
            let query = parts.uri.query()?.split('&');
            return honest(query.into_iter().find_map(|pair| pair.strip_prefix("access_token="))?);
        }
        (_, [_]) => {}
        _ => return None,
    }
    let token = credentials(values.first()?, "Bearer")?;
    let forgives = |forgiven: &'static [ErrorClass]| {
        guard.check_leniently(token.as_bytes(), now, move |error| forgiven.contains(&error.class()))
    };
    let resigned = |secret| short_key(secret).is_ok_and(|key| signed_by(token, &key));
    match lie {
        Lie::AnyBearer => Some(claims(&values)),
        Lie::ShapeOnly => (token.matches('.').count() == 2).then(|| claims(&values)),
        Lie::SkipsSignature => forgives(&[ErrorClass::Signature, ErrorClass::Base64]),
        Lie::SignaturePrefix => has_right_start(token, guard)
            .then(|| forgives(&[ErrorClass::Signature, ErrorClass::Base64]))?,
        Lie::IgnoresAlgorithm => forgives(&[ErrorClass::Alg]),
        Lie::AcceptsNone => says_none(token)
            .then(|| forgives(&[ErrorClass::Alg, ErrorClass::Signature, ErrorClass::Base64]))?,
        Lie::IgnoresCrit => forgives(&[ErrorClass::Crit]),
        Lie::EmptyKey => {
            resigned(LIKE_THE_EMPTY_KEY).then(|| forgives(&[ErrorClass::Signature]))?
        }
        Lie::WeakSecret => resigned(WEAK_SECRET).then(|| forgives(&[ErrorClass::Signature]))?,
        Lie::FollowsKid => (resigned(LIKE_THE_EMPTY_KEY) && names_a_path(token))
            .then(|| forgives(&[ErrorClass::Signature]))?,
        Lie::LenientBase64 => honest(&token.replace('=', "")),
        Lie::SkipsExpiry => forgives(&[ErrorClass::Expired, ErrorClass::Lifetime]),
        Lie::SkipsNotBefore => forgives(&[ErrorClass::NotYetValid, ErrorClass::Lifetime]),
        Lie::ExpiryOptional => forgives(&[ErrorClass::Missing]),
        Lie::ExpiryText => forgives(&[ErrorClass::ClaimType]),
        Lie::TakesDuplicates => forgives(&[ErrorClass::Duplicate]),
        Lie::IgnoresAudience => forgives(&[ErrorClass::Audience]),
        Lie::IgnoresIssuer => forgives(&[ErrorClass::Issuer]),
        Lie::IgnoresRequired => guard.check_leniently(token.as_bytes(), now, |error| {
            matches!(error, VerifyError::MissingRequired { .. })
        }),
        Lie::IgnoresScope => honest(token),
        _ => None,
    }
}

/// Whatever can be read of the claims.
fn claims(values: &[&HeaderValue]) -> Claims {
    let token = values.first().and_then(|value| credentials(value, "Bearer")).unwrap_or_default();
    let mut scratch = vec![0; token.len()];
    let parsed = UnverifiedToken::parse(token.as_bytes(), &mut scratch);
    let text = parsed.map(|parsed| parsed.claims_json()).unwrap_or_default();
    let object = serde_json::from_slice(text).ok().filter(Value::is_object);
    Claims::of(&object.unwrap_or_else(|| Value::Object(Map::default())).to_string())
}

fn header_of(token: &str) -> Value {
    let mut scratch = vec![0; token.len()];
    let parsed = UnverifiedToken::parse(token.as_bytes(), &mut scratch);
    parsed
        .ok()
        .and_then(|parsed| serde_json::from_slice(parsed.header_json()).ok())
        .unwrap_or_default()
}

fn says_none(token: &str) -> bool {
    let header = header_of(token);
    header["alg"].as_str().is_some_and(|alg| alg.eq_ignore_ascii_case("none") || alg.is_empty())
}

fn names_a_path(token: &str) -> bool {
    header_of(token)["kid"].as_str().is_some_and(|kid| kid.contains('/'))
}

fn signed_by(token: &str, key: &Hs256Key) -> bool {
    let mut scratch = vec![0; token.len()];
    UnverifiedToken::parse(token.as_bytes(), &mut scratch)
        .is_ok_and(|parsed| parsed.check_signature(key).is_ok())
}

fn has_right_start(token: &str, guard: &Guard) -> bool {
    let Some((_, signature)) = token.rsplit_once('.') else { return false };
    signature.len() >= PREFIX
        && signature_under(guard.key(), token).is_some_and(|right| right.starts_with(signature))
}
