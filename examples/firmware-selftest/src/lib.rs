//! The checks of the self-test, which run wherever `mcpico-core` does, and the measuring of the stack.
#![no_std]

pub mod carrier;
pub mod checks;
pub mod dialogue;
#[cfg(thumb2)]
mod memory;
#[cfg(all(target_arch = "arm", target_os = "none"))]
pub mod stack;
pub mod transcript;
pub mod vectors;

// Its critical section is linked for the printing.
#[cfg(all(target_arch = "arm", target_os = "none"))]
use cortex_m as _;
use mcpico_core::jwt::Hs256Key;

/// What the checks work with. It lies in the caller's frame, so the stack of a check is its own.
pub struct Room<'r> {
    /// The key of the catalog's sample tokens.
    pub key: &'r Hs256Key,
    /// Receives answers.
    pub inbox: &'r mut [u8],
    /// Receives the answers to answers.
    pub side: &'r mut [u8],
    /// Takes what is to be sent.
    pub out: &'r mut [u8],
    /// Takes the request head, decoded tokens and other passing things.
    pub scratch: &'r mut [u8],
}

/// Bytes of the inbox.
pub const INBOX: usize = 8 * 1024;

/// What a check found wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What was expected.
    pub expected: &'static str,
    /// Which case of the check, from 0.
    pub case: usize,
}

impl core::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "case {}: expected {}", self.case, self.expected)
    }
}

/// Fails a check unless `holds`.
///
/// # Errors
/// [`Mismatch`]
pub const fn expect(holds: bool, expected: &'static str, case: usize) -> Result<(), Mismatch> {
    if holds { Ok(()) } else { Err(Mismatch { expected, case }) }
}
