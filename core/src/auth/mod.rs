//! Bearer credentials over HTTP.

pub mod bearer;
pub mod challenge;
mod grammar;
pub mod mask;

pub use bearer::{Bearer, BearerError};
pub use challenge::{BearerChallenge, Challenge, ChallengeError, Challenges, ParamValue};
pub use mask::{Masked, mask};
