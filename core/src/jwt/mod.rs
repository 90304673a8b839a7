//! HS256 JSON Web Tokens without an allocator.

pub mod base64url;
mod hs256;

pub use hs256::{HmacSha256, Hs256Key, KeyError, MacUnavailable};
