//! Request ids.

use core::fmt;

use crate::json::{Str, Value};
use crate::writer::Writer;

/// The id of a request: an integer or a string, equal only in both type and value.
///
/// A number with a fraction or an exponent, or one that `i64` does not hold, is no id, nor is `null`.
///
/// [MCP 2026-07-28, requests](https://modelcontextprotocol.io/specification/2026-07-28/basic)
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Id<'a> {
    /// An integer.
    Number(i64),
    /// A string.
    String(Str<'a>),
}

impl<'a> Id<'a> {
    /// Reads an id; `None` when `value` is none.
    pub fn from_value(value: Value<'a>) -> Option<Self> {
        match value.as_str() {
            Some(text) => Some(Self::String(text)),
            None => value.as_number()?.as_i64().map(Self::Number),
        }
    }

    /// Appends the id as JSON.
    pub fn write(&self, w: &mut Writer<'_>) {
        match self {
            Self::Number(number) => w.signed(*number),
            Self::String(text) => {
                w.byte(b'"');
                w.bytes(text.raw());
                w.byte(b'"');
            }
        }
    }
}

impl fmt::Debug for Id<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "Id({number})"),
            Self::String(text) => write!(f, "Id({text:?})"),
        }
    }
}
