//! The thin async HTTP adapter of mcpico: it moves bytes between a connection and
//! [`mcpico_core::client`].
//!
//! Generic over [`embedded_io_async::Read`] and [`Write`](embedded_io_async::Write), any executor,
//! no `'static`, no heap. What goes over a connection is written and read by
//! [`mcpico_core::http1`], so there is one writer and one reader for every kind of connection. What
//! makes a connection is behind [`Connect`]:
//!
//! | feature | connects by | for |
//! |---|---|---|
//! | `reqwless` (default) | reqwless's `HttpClient` over embedded-nal-async | embassy-net and other stacks without std |
//! | `std` | tokio, rustls with the platform's verifier | programs |
//! | none | whatever the caller hands to [`Connection::new`] | TLS on a device, a serial line, tests |
//!
//! Deadlines need a [`Timer`]: features `embassy-time` and `std` bring one each. With the feature `defmt`, errors and what
//! else is logged are `defmt::Format`. On a device, begin with the page `embassy`, which all features together have.
//!
//! # Cancel safety
//!
//! A future of this crate may be dropped at any time. A [`Connection`] whose future was dropped
//! before it was finished is not used again: [`Connection::is_open`] is false from then on, because
//! what stands on the wire is not known. A request that was dropped may have been carried out by
//! the server.
//!
//! # What is refused
//!
//! Redirects are not followed. A bearer goes only over https or to a loopback address, unless
//! [`Connection::allow_plaintext_bearer`] says otherwise. Anything doubtful about the framing of a
//! response closes the connection.
#![cfg_attr(not(feature = "std"), no_std)]
#![allow(async_fn_in_trait, reason = "executors may be single-threaded, so no Send is asked for")]

mod body;
mod connect;
mod connection;
mod deadlines;
#[cfg(all(any(doc, doctest), feature = "embassy-time", feature = "reqwless"))]
#[doc = include_str!("embassy.md")]
pub mod embassy {}
mod endpoint;
mod error;
pub mod line;
mod reply;
mod request;
#[cfg(feature = "reqwless")]
mod reqwless;
#[cfg(feature = "std")]
pub mod std;

pub use body::BodyReader;
pub use connect::{Connect, ConnectError, TlsError};
pub use connection::Connection;
#[cfg(feature = "embassy-time")]
pub use deadlines::EmbassyTimer;
pub use deadlines::{Deadline, Deadlines, TimedOut, Timer};
pub use endpoint::{Endpoint, EndpointError};
pub use error::Error;
pub use reply::Reply;

/// Most bytes that are read at once: what has come is looked through before the next time limit is.
const MAX_READ: usize = 64 * 1024;

/// The room for one read, of all that there is.
fn one_read(spare: &mut [u8]) -> &mut [u8] {
    let count = spare.len().min(MAX_READ);
    spare.get_mut(..count).unwrap_or_default()
}
