//! What test rigs need and nobody else should use.

use super::hs256::{HmacSha256, Hs256Key, KeyError};
use super::sign::{SignError, seal};

/// Takes a secret that is too short to be safe, for servers that are set up with one.
///
/// It can have any length but zero. Whoever sees one token signed with a short secret can search for
/// the secret offline ([RFC 8725 section 3.5](https://www.rfc-editor.org/rfc/rfc8725#section-3.5)).
///
/// # Errors
/// [`KeyError::Empty`], [`KeyError::Pem`].
pub fn short_key(secret: &[u8]) -> Result<Hs256Key, KeyError> {
    Hs256Key::of_any_length(secret)
}

/// Signs any two byte strings, to make bad tokens with a right MAC.
///
/// # Errors
/// [`SignError::OutputTooSmall`], which leaves `out` unchanged; [`SignError::MacUnavailable`].
pub fn sign_raw<'o>(
    key: &(impl HmacSha256 + ?Sized),
    header: &[u8],
    payload: &[u8],
    out: &'o mut [u8],
) -> Result<&'o str, SignError> {
    seal(key, &|w| w.bytes(header), usize::MAX, &|w| w.bytes(payload), out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_key_is_never_empty() {
        assert_eq!(short_key(b"").unwrap_err(), KeyError::Empty);
        assert_eq!(short_key(b"-----BEGIN X").unwrap_err(), KeyError::Pem);
        assert!(short_key(b"x").is_ok());
    }
}
