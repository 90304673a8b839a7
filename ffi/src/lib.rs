//! The C interface of mcpico: `libmcpico.a`, `libmcpico.so` and `include/mcpico.h`.
//!
//! The header is generated from this crate, so what is documented here is read by C programmers; the rules that all
//! functions keep stand at its top. Everything is a thin layer over [`mcpico_core`]: pointers are checked and turned
//! into slices, core does the work, and its errors become numbers. Nothing is allocated, nothing is global.
//!
//! # Features
//!
//! - `std`, on by default: a panic that reaches the boundary is caught and becomes `MCPICO_ERROR_INTERNAL`. Core has no
//!   panic, so this guards against faults of this crate.
//! - `hmac`, on by default: as in core.
//! - `bare`: a library without std, with a panic handler of its own: for a target without an operating system, and for
//!   the smallest library with one. Needs `panic = "abort"`, and has no effect together with `std`.
//! - `asan`: for programs built with AddressSanitizer. What an event borrowed from an inbox is poisoned by the next call
//!   on that inbox.
//! - `fuzzing`: the body of the fuzz target; needs std and is no part of the interface.
#![no_std]
#![allow(non_camel_case_types, reason = "the names are those of C")]

// Where neither the features nor the target say otherwise, the panic handler is that of std.
#[cfg(any(
    test,
    feature = "std",
    feature = "fuzzing",
    all(not(target_os = "none"), not(all(feature = "bare", panic = "abort")))
))]
extern crate std;

mod boundary;
mod object;
mod outcome;

mod status;
mod version;

mod engine;
mod key;
mod policy;

mod token;

mod sign;

mod unverified;

mod secret;

mod bearer;
mod challenge;
mod guard;

mod json;
mod json_pointer;
mod json_stream;

mod arrivals;
mod asan;
mod call;
mod channel;
mod client;
mod elicitation;
mod event;
mod exchange;
mod inbox;
mod lines;
mod params;
mod post;
mod result;
mod result_stream;
mod rpc;
mod subscription;

mod framing;
mod http1;
mod response;

mod run;

#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;

#[cfg(all(
    feature = "bare",
    not(any(test, feature = "std", feature = "fuzzing")),
    panic = "abort"
))]
mod panic;

pub use bearer::*;
pub use boundary::mcpico_str;
pub use call::*;
pub use challenge::*;
pub use channel::*;
pub use client::*;
pub use elicitation::*;
pub use engine::*;
pub use event::*;
pub use exchange::*;
pub use framing::*;
pub use guard::*;
pub use http1::*;
pub use inbox::*;
pub use json::*;
pub use json_pointer::*;
pub use json_stream::*;
pub use key::*;
pub use lines::*;
pub use policy::*;
pub use post::*;
pub use response::*;
pub use result::*;
pub use result_stream::*;
pub use rpc::*;
pub use run::*;
pub use secret::*;
pub use sign::*;
pub use status::*;
pub use subscription::*;
pub use token::*;
pub use unverified::*;
pub use version::*;
