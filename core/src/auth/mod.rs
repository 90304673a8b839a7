//! Bearer credentials over HTTP: the header, the challenge, and how a secret is shown.

pub mod bearer;
pub mod challenge;
mod grammar;
pub mod mask;
pub mod redact;

pub use bearer::{Bearer, BearerError};
pub use challenge::{BearerChallenge, Challenge, ChallengeError, Challenges, ParamValue};
pub use mask::{Masked, mask};
pub use redact::Redactor;
