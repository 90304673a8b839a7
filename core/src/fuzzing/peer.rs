//! `jsonwebtoken` with an HMAC of our own above the bare hash.
//!
//! Its provider for pure Rust brings five more algorithms and their crates, so the one that is
//! needed is written out here, from RFC 2104.

use std::boxed::Box;
use std::string::String;
use std::sync::Once;
use std::vec::Vec;

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind, Result};
use jsonwebtoken::signature;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, TokenData, Validation};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

/// HMAC-SHA256 ([RFC 2104 section 2](https://www.rfc-editor.org/rfc/rfc2104#section-2)).
pub(super) fn hmac_sha256(secret: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; 64];
    let hashed: [u8; 32] = Sha256::digest(secret).into();
    let secret = if secret.len() > block.len() { &hashed[..] } else { secret };
    block.iter_mut().zip(secret).for_each(|(to, from)| *to = *from);
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

/// The claims, when `jsonwebtoken` accepts the token; times and audience are not its business here.
pub(super) fn decode(secret: &[u8], token: &[u8]) -> Result<TokenData<Box<RawValue>>> {
    install();
    let mut validation = Validation::new(Algorithm::HS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode(token, &DecodingKey::from_secret(secret), &validation)
}

/// Whether `jsonwebtoken` can read the header at all: it knows members that we never look at.
pub(super) fn reads_header(json: &[u8]) -> bool {
    serde_json::from_slice::<Header>(json).is_ok()
}

fn install() {
    static PROVIDER: CryptoProvider = CryptoProvider {
        signer_factory: |_, _: &EncodingKey| -> Result<Box<dyn JwtSigner>> {
            Err(ErrorKind::InvalidAlgorithm.into())
        },
        verifier_factory: |algorithm, key| match algorithm {
            Algorithm::HS256 => {
                Ok(Box::new(Hs256(key.try_get_as_bytes()?.to_vec())) as Box<dyn JwtVerifier>)
            }
            _ => Err(Error::from(ErrorKind::InvalidAlgorithm)),
        },
        key_utils: KeyUtils::new_unimplemented(),
    };
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = PROVIDER.install_default();
    });
}

struct Hs256(Vec<u8>);

impl signature::Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], tag: &Vec<u8>) -> core::result::Result<(), signature::Error> {
        if hmac_sha256(&self.0, message)[..] == **tag {
            Ok(())
        } else {
            Err(signature::Error::from_source(String::from("tag")))
        }
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}
