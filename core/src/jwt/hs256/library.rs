//! HMAC by the crate of that name.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::BLOCK;

/// The hash states behind both pads; `sha2` wipes them on drop.
pub(super) struct States(Hmac<Sha256>);

impl States {
    /// Takes a secret that is padded with zeros to a block: of a block every length is known, so that no
    /// copy can fail.
    pub(super) fn new(block: &mut [u8; BLOCK]) -> Self {
        Self(Hmac::new((&*block).into()))
    }

    /// SHA-256.
    pub(super) fn hash(message: &[u8]) -> [u8; 32] {
        Sha256::digest(message).into()
    }

    /// The tag of `message`.
    pub(super) fn tag(&self, message: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}
