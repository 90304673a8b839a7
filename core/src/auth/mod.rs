//! Bearer credentials over HTTP: the header, the challenge, the guard, and how a secret is shown.
//!
//! A server hands the `Authorization` header to a [`Guard`] and gets a [`Grant`], or a [`Denial`] that
//! knows its status, challenge and body. A client writes its token with [`Bearer`] and reads a refusal
//! with [`Challenges`]. [`mask()`] and [`Redactor`] are the only ways in which text with a token in it
//! reaches a screen or a log.
//!
//! ```
//! use mcpico_core::auth::Guard;
//! use mcpico_core::jwt::{Hs256Key, Policy};
//! use mcpico_core::writer::emit;
//!
//! let key = Hs256Key::new(b"an example secret of 32 bytes...")?;
//! let policy = Policy::new().audience("https://mcp.example");
//! let guard = Guard::new(&key, &policy).realm("mcp")?.scope("files:read")?;
//!
//! let mut scratch = [0; 1024];
//! let denial = guard.check(None, 1_000, &mut scratch).unwrap_err();
//! assert_eq!(denial.status(), 401);
//! let mut out = [0; 64];
//! let challenge = emit(&mut out, |w| denial.write_challenge(w))?;
//! assert_eq!(challenge, br#"Bearer realm="mcp", scope="files:read""#);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

pub mod bearer;
pub mod challenge;
mod grammar;
pub mod guard;
pub mod mask;
pub mod redact;

pub use bearer::{Bearer, BearerError};
pub use challenge::{BearerChallenge, Challenge, ChallengeError, Challenges, ParamValue};
pub use guard::{Denial, Grant, Guard, Reason, Verifier};
pub use mask::{Masked, mask};
pub use redact::Redactor;
