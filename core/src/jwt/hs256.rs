//! HMAC-SHA256, the key of HS256 and the comparison of tags.

#[cfg(any(test, not(feature = "hmac")))]
mod compact;
#[cfg(feature = "hmac")]
mod library;

use core::fmt;

use subtle::{Choice, ConstantTimeEq};
use zeroize::{ZeroizeOnDrop, Zeroizing};

#[cfg(not(feature = "hmac"))]
use compact::States;
#[cfg(feature = "hmac")]
use library::States;

/// Computes HMAC-SHA256 with a key that it holds.
///
/// [`Hs256Key`] does it in software. A secure element or a hash accelerator takes its place by
/// implementing this trait.
pub trait HmacSha256 {
    /// The 32-byte tag of `message`
    /// ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)).
    ///
    /// # Errors
    /// [`MacUnavailable`] where the hardware gave no answer. [`Hs256Key`] never fails.
    fn mac(&self, message: &[u8]) -> Result<[u8; 32], MacUnavailable>;
}

impl<K: HmacSha256 + ?Sized> HmacSha256 for &K {
    fn mac(&self, message: &[u8]) -> Result<[u8; 32], MacUnavailable> {
        (**self).mac(message)
    }
}

/// The MAC could not be computed, so nothing is known about the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct MacUnavailable;

impl fmt::Display for MacUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the MAC could not be computed")
    }
}

impl core::error::Error for MacUnavailable {}

/// Whether `tag` is the tag of `message`, in a time that does not depend on either tag.
pub(super) fn tag_matches(
    key: &(impl HmacSha256 + ?Sized),
    message: &[u8],
    tag: &[u8; 32],
) -> Result<bool, MacUnavailable> {
    // The right tag of a forged token is as good as the key for that one token.
    let right = Zeroizing::new(key.mac(message)?);
    let (right, _) = right.as_chunks();
    let (tag, _) = tag.as_chunks();
    let difference = right.iter().zip(tag).fold(0, |difference, (right, tag)| {
        difference | (usize::from_ne_bytes(*right) ^ usize::from_ne_bytes(*tag))
    });
    Ok(difference.ct_eq(&0).into())
}

/// An HS256 key: the hash states behind both pads, so that no message pays for the key again.
///
/// It is wiped when dropped, has no `Clone`, and `Debug` shows nothing of it.
pub struct Hs256Key(States);

impl Hs256Key {
    /// Bytes that a secret has at least
    /// ([RFC 7518 section 3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
    pub const MIN_SECRET: usize = 32;

    /// Takes a secret of at least [`Self::MIN_SECRET`] bytes.
    ///
    /// The caller's copy of `secret` stays with the caller, who has to wipe it. The copies that the
    /// computation leaves on the stack are wiped in optimised builds.
    ///
    /// # Errors
    /// - [`KeyError::Empty`], [`KeyError::TooShort`].
    /// - [`KeyError::Pem`] for text that holds a PEM block, such as a public key that an issuer of
    ///   RS256 tokens publishes.
    pub fn new(secret: &[u8]) -> Result<Self, KeyError> {
        match secret.len() {
            1..Self::MIN_SECRET => Err(KeyError::TooShort),
            _ => Self::of_any_length(secret),
        }
    }

    pub(super) fn of_any_length(secret: &[u8]) -> Result<Self, KeyError> {
        if secret.is_empty() {
            return Err(KeyError::Empty);
        }
        if holds_pem(secret) {
            return Err(KeyError::Pem);
        }
        let key = Self::precompute(secret);
        // The compression function keeps its message words on the stack.
        zeroize::zeroize_stack::<WIPED_STACK>();
        Ok(key)
    }

    #[inline(never)]
    fn precompute(secret: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; BLOCK]);
        let hash;
        let secret = if secret.len() > BLOCK {
            hash = Zeroizing::new(States::hash(secret));
            hash.as_slice()
        } else {
            secret
        };
        for (to, from) in block.iter_mut().zip(secret) {
            *to = *from;
        }
        Self(States::new(&mut block))
    }

    #[inline(never)]
    fn tag(&self, message: &[u8]) -> [u8; 32] {
        self.0.tag(message)
    }
}

impl HmacSha256 for Hs256Key {
    fn mac(&self, message: &[u8]) -> Result<[u8; 32], MacUnavailable> {
        let tag = self.tag(message);
        // The compression function keeps the states that it starts from on the stack.
        zeroize::zeroize_stack::<WIPED_STACK_OF_MAC>();
        Ok(tag)
    }
}

/// The states wipe themselves.
impl ZeroizeOnDrop for Hs256Key {}

impl fmt::Debug for Hs256Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hs256Key(..)")
    }
}

/// Why a secret is not taken as a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum KeyError {
    /// No byte at all: anyone could sign.
    Empty,
    /// Fewer than [`Hs256Key::MIN_SECRET`] bytes.
    TooShort,
    /// The secret is a PEM block; a public key as an HMAC secret lets everyone sign.
    Pem,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the secret is empty"),
            Self::TooShort => {
                write!(f, "the secret is shorter than {} bytes", Hs256Key::MIN_SECRET)
            }
            Self::Pem => f.write_str("the secret holds a PEM block, which is no HMAC secret"),
        }
    }
}

impl core::error::Error for KeyError {}

/// Bytes of a block of SHA-256, which a secret is padded to.
const BLOCK: usize = 64;

const PEM: &[u8] = b"-----BEGIN";

/// Whether a PEM block stands anywhere in the text: a space or a byte-order mark in front must not hide
/// it. The time depends on the length only.
fn holds_pem(secret: &[u8]) -> bool {
    let windows = secret.windows(PEM.len());
    let found = windows.fold(Choice::from(0), |found, window| {
        let difference = window.iter().zip(PEM).fold(0, |bits, (own, pem)| bits | (own ^ pem));
        found | difference.ct_eq(&0)
    });
    found.into()
}

/// Bytes of stack that are wiped. It covers the frames of an optimised build; those of an unoptimised
/// one reach deeper.
const WIPED_STACK: usize = 1024;

/// The same for one MAC.
const WIPED_STACK_OF_MAC: usize = 512;

#[cfg(test)]
mod tests {
    use super::compact::States as Compact;
    use super::*;
    use hmac::{Hmac, KeyInit, Mac};
    use proptest::prelude::*;
    use sha2::Sha256;
    use std::{format, vec, vec::Vec};

    /// Both ways to compute it, whichever of them is in use, next to the crate as its documentation has it.
    fn check(secret: &[u8], message: &[u8]) {
        let mut peer = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        peer.update(message);
        let tag: [u8; 32] = peer.finalize().into_bytes().into();
        assert_eq!(Hs256Key::of_any_length(secret).unwrap().mac(message), Ok(tag));
        let mut block = [0; BLOCK];
        if secret.len() > BLOCK {
            block[..32].copy_from_slice(&Compact::hash(secret));
        } else {
            block[..secret.len()].copy_from_slice(secret);
        }
        assert_eq!(Compact::new(&mut block).tag(message), tag);
    }

    #[test]
    fn every_length_of_secret_and_message_is_padded_as_the_peer_does() {
        let bytes: Vec<u8> = (0..=255).collect();
        for len in 0..200 {
            check(&bytes[1..][..=len], &bytes[..len]);
        }
        let long = vec![0x5a; 100_000];
        check(&long, &long);
    }

    proptest! {
        #[test]
        fn the_mac_is_the_one_of_the_peer(
            secret in prop::collection::vec(any::<u8>(), 1..200),
            message in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            check(&secret, &message);
        }
    }

    #[test]
    fn secrets_that_protect_nothing_are_refused() {
        assert_eq!(Hs256Key::new(b"").unwrap_err(), KeyError::Empty);
        assert_eq!(Hs256Key::new(&[7; 31]).unwrap_err(), KeyError::TooShort);
        assert!(Hs256Key::new(&[7; 32]).is_ok());
        for front in ["", " ", "\u{feff}", "\r\n\t"] {
            let pem = format!("{front}-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQ");
            assert_eq!(Hs256Key::new(pem.as_bytes()).unwrap_err(), KeyError::Pem);
        }
    }

    #[test]
    fn the_key_is_a_wiping_type_that_shows_nothing() {
        fn wipes<T: ZeroizeOnDrop>(_: &T) {}
        let key = Hs256Key::new(&[0x41; 32]).unwrap();
        wipes(&key);
        assert_eq!(format!("{key:?}"), "Hs256Key(..)");
    }

    #[test]
    fn one_different_bit_of_a_tag_is_seen() {
        let key = Hs256Key::new(&[0x41; 32]).unwrap();
        let mut tag = key.mac(b"message").unwrap();
        assert_eq!(tag_matches(&key, b"message", &tag), Ok(true));
        for bit in 0..256 {
            tag[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(tag_matches(&key, b"message", &tag), Ok(false));
            tag[bit / 8] ^= 1 << (bit % 8);
        }
    }
}
