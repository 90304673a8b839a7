//! JWT and the Model Context Protocol for machines without a heap: the `no_std`, allocation-free core of
//! mcpico.
//!
//! It computes and does nothing else: no I/O, no clock, no globals, no `unsafe`, and no input that makes
//! it panic. The caller lends the storage, carries the bytes and passes the time.
//!
//! ```text
//! bytes in → inbox → http1 → framing → json → jsonrpc → mcp → client → Post (bytes out)
//!                                               jwt → auth
//! ```
//!
//! | module | is |
//! |---|---|
//! | [`inbox`] | receive storage that the caller lends |
//! | [`http1`] | the client side of HTTP/1.1: heads, body framing, request heads |
//! | [`framing`] | one message out of a body, an event stream or lines |
//! | [`json`] | a strict scanner, borrowed values, a writer |
//! | [`jsonrpc`] | requests, notifications, results and errors, read and written |
//! | [`mcp`] | revisions 2024-11-05 to 2026-07-28, methods, headers, results |
//! | [`client`] | what to send next and what the answers mean |
//! | [`jwt`] | HS256 tokens: sign, verify, look at |
//! | [`auth`] | bearer header, challenge, mask, redactor, guard of a resource |
//! | [`writer`] | bounded output that knows the size it needs |
//!
//! Two ways in: a client starts at [`client::Client`], a server or gateway at [`auth::Guard`]. Signing and
//! verifying alone start at [`jwt::sign`] and [`jwt::verify`].
//!
//! # Features
//!
//! - `hmac`, on by default: HMAC by the crate of that name. Without it core computes the same on the compression
//!   function of `sha2`, in less flash and stack.
//! - `defmt`: errors and events as `defmt::Format`. Names, numbers and lengths are logged, no token and no text of a server.
//! - `serde`: typed payloads by serde-json-core (`json::from_value`), on text that the scanner has validated.
//!
//! # Size
//!
//! For a device, leave out the feature `hmac`, and set the configuration flag `sha2_backend_soft="compact"`, which
//! only the final program can: `RUSTFLAGS='--cfg sha2_backend_soft="compact"'`. SHA-256 is several times smaller then.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "fuzzing"))]
extern crate std;

pub mod auth;
mod bounded;
pub mod client;
mod decimal;
mod error;
pub mod framing;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod http1;
pub mod inbox;
pub mod json;
pub mod jsonrpc;
pub mod jwt;
pub mod mcp;
mod search;
pub mod writer;

pub use error::{Error, Misuse, PeerError};
pub use writer::OutputTooSmall;
