//! Tokens on the command line.
pub(crate) mod source;
