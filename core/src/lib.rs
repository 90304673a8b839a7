//! The `no_std`, allocation-free core of mcpico.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod auth;
pub mod client;
mod error;
pub mod framing;
pub mod http1;
pub mod inbox;
pub mod json;
pub mod jsonrpc;
pub mod jwt;
pub mod mcp;
pub mod writer;

pub use error::{Error, Misuse, PeerError};
pub use writer::OutputTooSmall;
