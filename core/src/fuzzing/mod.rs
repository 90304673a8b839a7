//! What the fuzz targets do with their input. Not part of the public interface.
//!
//! Every body takes any bytes and panics where mcpico does not do what a standard, another
//! implementation or its own documentation says. The targets in `fuzz/` are a line each, and
//! `tests/fuzz_regressions.rs` replays what they found on the stable compiler.

mod challenge;
mod client;
mod event_stream;
mod headers;
mod http1;
mod input;
mod json;
mod json_stream;
mod jsonrpc;
mod jwt_roundtrip;
mod jwt_verify;
mod message_endpoint;
mod peer;
mod redactor;
mod server;

pub use challenge::challenge;
pub use client::client;
pub use event_stream::event_stream;
pub use headers::headers;
pub use http1::http1;
pub use json::json;
pub use json_stream::json_stream;
pub use jsonrpc::jsonrpc;
pub use jwt_roundtrip::jwt_roundtrip;
pub use jwt_verify::jwt_verify;
pub use message_endpoint::message_endpoint;
pub use redactor::redactor;

/// A body: what one target does with one input.
pub type Body = fn(&[u8]);

/// Every body by the name of its target.
pub const TARGETS: [(&str, Body); 12] = [
    ("challenge", challenge),
    ("client", client),
    ("event_stream", event_stream),
    ("headers", headers),
    ("http1", http1),
    ("json", json),
    ("json_stream", json_stream),
    ("jsonrpc", jsonrpc),
    ("jwt_roundtrip", jwt_roundtrip),
    ("jwt_verify", jwt_verify),
    ("message_endpoint", message_endpoint),
    ("redactor", redactor),
];
