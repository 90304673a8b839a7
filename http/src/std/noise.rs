//! What a server says beside its messages.

use std::sync::Arc;

use mcpico_core::Error;

/// Something that is no message. It comes from the server: escape it before it reaches a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Noise<'a> {
    /// A line on standard output that is no message, or an answer that is not what it should be, and why.
    /// It has been skipped.
    Line {
        /// The line.
        text: &'a [u8],
        /// What is wrong with it.
        error: Error,
    },
    /// A line of standard error, without its end. Longer ones than 4 KiB come in pieces.
    Stderr(&'a [u8]),
    /// A line on standard output that is longer than the inbox. It has been skipped.
    TooLong {
        /// How it begins.
        start: &'a [u8],
        /// Bytes that a line may have.
        limit: usize,
    },
}

/// Hears the noise of a server.
pub type HearNoise = Arc<dyn Fn(&Noise<'_>) + Send + Sync>;
