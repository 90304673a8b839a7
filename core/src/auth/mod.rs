//! Bearer credentials over HTTP.

pub mod bearer;
mod grammar;
pub mod mask;

pub use bearer::{Bearer, BearerError};
pub use mask::{Masked, mask};
