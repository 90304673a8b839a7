//! Strict JSON on borrowed text: one validating pass, no recursion, no allocation.
//!
//! [`parse`] accepts exactly the documents of [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259) that
//! are UTF-8, have no byte order mark, pair every surrogate escape and nest at most [`MAX_DEPTH`]
//! levels. A [`Value`] is a span of such text: strings keep their escapes until they are compared or
//! copied, numbers keep their digits.
//!
//! Duplicate names are legal JSON, so [`parse`] lets them pass; [`Value::member`] and
//! [`Value::unique_names`] refuse them, because two readers of one text must not see two meanings.

mod names;
mod number;
mod scanner;
mod stream;
mod string;
#[cfg(feature = "serde")]
mod typed;
mod value;
mod write;

use core::fmt;

pub(crate) use names::SeenNames;
pub(crate) use scanner::Scanner;
pub(crate) use stream::{Lexeme, Step};

pub use number::Number;
pub use stream::{InvalidPointer, Part, Pointer, Stream, StreamEvent};
pub use string::{Chars, Str};
#[cfg(feature = "serde")]
pub use typed::{TypedError, from_value};
pub use value::{DuplicateName, Entries, Items, Kind, MAX_NAMES, NameError, Value};
pub use write::{Array, Object, string as write_string};

/// Deepest nesting of arrays and objects that is read.
pub const MAX_DEPTH: u32 = 64;

/// Reads `text` as one JSON document.
///
/// # Errors
/// [`JsonError`] with the position of the first offending byte. A text that could still become valid by
/// more bytes ends in [`JsonErrorKind::UnexpectedEnd`].
///
/// [RFC 8259 section 2](https://www.rfc-editor.org/rfc/rfc8259#section-2)
pub fn parse(text: &[u8]) -> Result<Value<'_>, JsonError> {
    Scanner::new(text).document()
}

/// Why a text is not a JSON document, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// Position of the offending byte, from 0.
    pub at: usize,
}

/// What is wrong with a JSON text.
// A whole word, so that no padding has to be copied around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
#[repr(usize)]
pub enum JsonErrorKind {
    /// A control character stands unescaped in a string.
    ControlInString,
    /// Arrays and objects nest deeper than [`MAX_DEPTH`].
    DepthExceeded,
    /// A backslash is followed by something that is no escape.
    InvalidEscape,
    /// A word other than `true`, `false` and `null`.
    InvalidLiteral,
    /// A number that RFC 8259 section 6 does not allow.
    InvalidNumber,
    /// The text is not UTF-8.
    InvalidUtf8,
    /// Half of a surrogate pair is escaped alone.
    LoneSurrogate,
    /// Something follows the document.
    TrailingBytes,
    /// A byte that cannot stand here.
    UnexpectedByte,
    /// The text ends inside the document.
    UnexpectedEnd,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            JsonErrorKind::ControlInString => "a control character stands unescaped in a string",
            JsonErrorKind::DepthExceeded => "arrays and objects nest deeper than 64 levels",
            JsonErrorKind::InvalidEscape => "an invalid escape stands in a string",
            JsonErrorKind::InvalidLiteral => "a word other than true, false or null",
            JsonErrorKind::InvalidNumber => "an invalid number",
            JsonErrorKind::InvalidUtf8 => "the text is not UTF-8",
            JsonErrorKind::LoneSurrogate => "half of a surrogate pair is escaped alone",
            JsonErrorKind::TrailingBytes => "something follows the JSON document",
            JsonErrorKind::UnexpectedByte => "a byte that cannot stand here",
            JsonErrorKind::UnexpectedEnd => "the JSON document is incomplete",
        };
        write!(f, "{what}, at byte {}", self.at)
    }
}

impl core::error::Error for JsonError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_message_names_the_limit() {
        use std::string::ToString;
        let error = JsonError { kind: JsonErrorKind::DepthExceeded, at: 64 };
        assert!(error.to_string().contains(&std::format!("{MAX_DEPTH} levels")));
    }
}
