//! HS256 JSON Web Tokens without an allocator: sign, verify, look at.
//!
//! There is one algorithm, and the type of the key fixes it. What a token says is trusted only behind
//! [`verify`] or [`KeySet::verify`], which alone make a [`VerifiedToken`]; [`UnverifiedToken`] is for
//! showing. The time is an argument in seconds since 1970, and a caller without a clock has nothing
//! to pass.
//!
//! ```
//! use mcpico_core::jwt::{Claim, Header, Hs256Key, Policy, sign, verify};
//!
//! let key = Hs256Key::new(b"an example secret of 32 bytes...")?;
//! let claims = [Claim::sub("device-7"), Claim::aud(&["https://mcp.example"]), Claim::exp(2_000)];
//! let mut out = [0; 256];
//! let token = sign(&key, &Header::default(), &claims, &mut out)?;
//!
//! let policy = Policy::new().audience("https://mcp.example");
//! let mut scratch = [0; 256];
//! let verified = verify(&key, token.as_bytes(), &policy, 1_999, &mut scratch)?;
//! assert!(verified.claims().sub()?.is_some_and(|sub| sub == "device-7"));
//! assert!(verify(&key, token.as_bytes(), &policy, 2_000, &mut scratch).is_err());
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

pub mod base64url;
mod claim;
mod claims;
mod compact;
pub mod dangerous;
mod date;
mod error;
mod header;
mod hs256;
mod keys;
mod object;
mod policy;
mod sign;
mod unverified;
mod verify;

pub use claim::{Claim, ClaimValue};
pub use claims::{Audiences, ClaimError, ClaimFault, ClaimName, Claims, MAX_CLAIMS};
pub use error::{ErrorClass, Part, VerifyError};
pub use header::{Header, JoseHeader, MAX_HEADER_LEN, MAX_HEADER_MEMBERS};
pub use hs256::{HmacSha256, Hs256Key, KeyError, MacUnavailable};
pub use keys::{KeySet, NamedKey};
pub use object::ObjectError;
pub use policy::Policy;
pub use sign::{SignError, sign, sign_payload};
pub use unverified::UnverifiedToken;
pub use verify::{VerifiedToken, verify};
