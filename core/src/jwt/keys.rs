//! Several keys at a time, for rotation.

use super::compact::Compact;
use super::error::VerifyError;
use super::header::JoseHeader;
use super::hs256::HmacSha256;
use super::policy::Policy;
use super::verify::{VerifiedToken, verify_by};

/// A key and the name that tokens may give it.
#[derive(Clone, Copy, Debug)]
pub struct NamedKey<'k, K> {
    /// The name, compared byte for byte with the `kid` of a token and used for nothing else.
    pub kid: Option<&'k [u8]>,
    /// The key.
    pub key: K,
}

/// The keys that are accepted at a time, such as the current and the previous one.
///
/// The `kid` of a token only chooses among these keys:
/// - a `kid` that names keys of the set: exactly those are tried;
/// - a `kid` that names none: the keys without a name are tried;
/// - no `kid`: every key is tried.
///
/// All keys stand under the same policy; which of them signed a token changes nothing else.
#[derive(Debug)]
pub struct KeySet<'k, K> {
    keys: &'k [NamedKey<'k, K>],
}

impl<'k, K: HmacSha256> KeySet<'k, K> {
    /// Accepts `keys`; an empty set accepts no token.
    pub const fn new(keys: &'k [NamedKey<'k, K>]) -> Self {
        Self { keys }
    }

    /// Verifies `token` as [`super::verify`] does.
    ///
    /// # Errors
    /// [`VerifyError`]; in place of the comparison of the tag [`VerifyError::UnknownKey`] where no
    /// key is left to try. A key without a MAC ends the attempt: [`VerifyError::MacUnavailable`].
    pub fn verify<'s>(
        &self,
        token: &[u8],
        policy: &Policy<'_>,
        now: i64,
        scratch: &'s mut [u8],
    ) -> Result<VerifiedToken<'s>, VerifyError> {
        verify_by(token, policy, now, scratch, |compact, tag, header| {
            self.signed(compact, tag, header)
        })
    }

    fn signed(
        &self,
        compact: &Compact<'_, '_>,
        tag: &[u8; 32],
        header: &JoseHeader<'_>,
    ) -> Result<bool, VerifyError> {
        let asked = header.kid();
        let is_asked = |named: &NamedKey<'_, K>| match (asked, named.kid) {
            (Some(asked), Some(kid)) => core::str::from_utf8(kid).is_ok_and(|kid| asked == *kid),
            _ => false,
        };
        let known = self.keys.iter().any(is_asked);
        let mut tried = false;
        for named in self.keys {
            let candidate = match asked {
                None => true,
                Some(_) if known => is_asked(named),
                Some(_) => named.kid.is_none(),
            };
            if candidate {
                tried = true;
                if compact.is_signed_by(tag, &named.key)? {
                    return Ok(true);
                }
            }
        }
        if tried { Ok(false) } else { Err(VerifyError::UnknownKey) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jwt::{Claim, Header, Hs256Key, MacUnavailable, sign};
    use std::vec::Vec;

    fn key(byte: u8) -> Hs256Key {
        Hs256Key::new(&[byte; 32]).unwrap()
    }

    fn token(key: &Hs256Key, kid: Option<&str>) -> Vec<u8> {
        let header = Header { kid, ..Header::default() };
        let mut out = [0; 256];
        sign(key, &header, &[Claim::exp(100)], &mut out).unwrap().as_bytes().to_vec()
    }

    fn judge(keys: &[NamedKey<'_, &Hs256Key>], token: &[u8], now: i64) -> Result<(), VerifyError> {
        KeySet::new(keys).verify(token, &Policy::new(), now, &mut [0; 256]).map(|_| ())
    }

    #[test]
    fn the_kid_only_chooses_among_the_keys() {
        let (current, previous, plain) = (key(1), key(2), key(3));
        let keys = [
            NamedKey { kid: Some(b"new".as_slice()), key: &current },
            NamedKey { kid: Some(b"old"), key: &previous },
        ];
        assert_eq!(judge(&keys, &token(&current, Some("new")), 0), Ok(()));
        assert_eq!(judge(&keys, &token(&previous, Some("old")), 0), Ok(()));
        assert_eq!(judge(&keys, &token(&previous, Some("new")), 0), Err(VerifyError::Signature));
        assert_eq!(judge(&keys, &token(&previous, None), 0), Ok(()));
        assert_eq!(judge(&keys, &token(&plain, None), 0), Err(VerifyError::Signature));
        assert_eq!(judge(&keys, &token(&current, Some("NEW")), 0), Err(VerifyError::UnknownKey));
        assert_eq!(judge(&keys, &token(&current, Some("")), 0), Err(VerifyError::UnknownKey));

        let keys = [keys[0], NamedKey { kid: None, key: &plain }];
        assert_eq!(judge(&keys, &token(&plain, Some("other")), 0), Ok(()));
        assert_eq!(judge(&keys, &token(&current, Some("other")), 0), Err(VerifyError::Signature));
        assert_eq!(judge(&keys, &token(&plain, Some("new")), 0), Err(VerifyError::Signature));
        assert_eq!(judge(&[], &token(&plain, None), 0), Err(VerifyError::UnknownKey));
    }

    #[test]
    fn every_key_stands_under_the_same_policy() {
        let (current, previous) = (key(1), key(2));
        let keys = [NamedKey { kid: None, key: &current }, NamedKey { kid: None, key: &previous }];
        assert_eq!(judge(&keys, &token(&current, None), 100), Err(VerifyError::Expired));
        assert_eq!(judge(&keys, &token(&previous, None), 100), Err(VerifyError::Expired));
    }

    #[test]
    fn no_mac_is_no_verdict() {
        struct Broken;
        impl HmacSha256 for Broken {
            fn mac(&self, _: &[u8]) -> Result<[u8; 32], MacUnavailable> {
                Err(MacUnavailable)
            }
        }
        let token = token(&key(1), None);
        let keys = [NamedKey { kid: None, key: Broken }];
        let mut scratch = [0; 256];
        let verified = KeySet::new(&keys).verify(&token, &Policy::new(), 0, &mut scratch);
        assert_eq!(verified.unwrap_err(), VerifyError::MacUnavailable);
    }
}
