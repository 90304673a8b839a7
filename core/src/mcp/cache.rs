//! How long a result may be kept, and for whom.

use super::ResultError;
use super::result::{member, string};
use crate::json::Value;

/// What a server says about keeping a result.
///
/// A result is fresh while less than [`ttl`](Self::ttl) milliseconds have passed since it came. What
/// answers a request with input is not to be kept at all.
///
/// [Caching](https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheHint {
    /// Milliseconds; 0 when the server says nothing.
    pub ttl: u64,
    /// For whom.
    pub scope: CacheScope,
}

/// For whom a result may be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CacheScope {
    /// Only for requests with the same access token; also when the server says nothing.
    #[default]
    Private,
    /// For everyone.
    Public,
}

impl CacheHint {
    /// Reads `ttlMs` and `cacheScope` of a result. A negative time is none.
    ///
    /// # Errors
    /// [`ResultError`]: a member stands twice, `ttlMs` is no integer of 64 bits, `cacheScope` is neither
    /// `public` nor `private`.
    pub fn from_result(result: Value<'_>) -> Result<Self, ResultError> {
        let ttl = match member(result, "ttlMs")? {
            Some(ttl) => {
                let ttl = ttl.as_number().ok_or(ResultError::WrongType("ttlMs"))?;
                let positive = ttl.as_u64().or_else(|| ttl.as_i64().map(|_| 0));
                positive.ok_or(ResultError::WrongType("ttlMs"))?
            }
            None => 0,
        };
        let scope = match string(result, "cacheScope")? {
            None => CacheScope::Private,
            Some(scope) if scope == *"private" => CacheScope::Private,
            Some(scope) if scope == *"public" => CacheScope::Public,
            Some(_) => return Err(ResultError::WrongType("cacheScope")),
        };
        Ok(Self { ttl, scope })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    #[test]
    fn hints_are_read_strictly() {
        let of = |text: &str| {
            let hint = CacheHint::from_result(parse(text.as_bytes()).unwrap());
            hint.map(|hint| (hint.ttl, hint.scope == CacheScope::Public))
        };
        for (text, expected) in [
            ("{}", Ok((0, false))),
            (r#"{"ttlMs":60000,"cacheScope":"private"}"#, Ok((60_000, false))),
            (r#"{"ttlMs":3600000,"cacheScope":"public"}"#, Ok((3_600_000, true))),
            (r#"{"ttlMs":-1,"cacheScope":"public"}"#, Ok((0, true))),
            (r#"{"ttlMs":18446744073709551615}"#, Ok((u64::MAX, false))),
            (r#"{"ttlMs":18446744073709551616}"#, Err(ResultError::WrongType("ttlMs"))),
            (r#"{"ttlMs":1.5}"#, Err(ResultError::WrongType("ttlMs"))),
            (r#"{"ttlMs":"1"}"#, Err(ResultError::WrongType("ttlMs"))),
            (r#"{"ttlMs":null}"#, Err(ResultError::WrongType("ttlMs"))),
            (r#"{"ttlMs":1,"ttlMs":2}"#, Err(ResultError::Duplicate("ttlMs"))),
            (r#"{"cacheScope":"Public"}"#, Err(ResultError::WrongType("cacheScope"))),
            (r#"{"cacheScope":1}"#, Err(ResultError::WrongType("cacheScope"))),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
    }
}
