//! The `no_std`, allocation-free core of mcpico.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod json;
pub mod jwt;
pub mod writer;

pub use writer::OutputTooSmall;
