//! Where a request stands in a trace that spans several programs.

use core::fmt;

/// Longest `tracestate` that is sent, in bytes. W3C wants at least 512 to be passed on.
pub const MAX_TRACE_STATE: usize = 512;

/// Longest `baggage` that is sent, in bytes; W3C names the same number.
pub const MAX_BAGGAGE: usize = 8192;

/// The trace context that a request carries in `_meta`.
///
/// [`_meta`](https://modelcontextprotocol.io/specification/2026-07-28/basic#meta),
/// [W3C Trace Context](https://www.w3.org/TR/trace-context/),
/// [W3C Baggage](https://www.w3.org/TR/baggage/)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceContext<'a> {
    parent: &'a str,
    state: Option<&'a str>,
    baggage: Option<&'a str>,
}

impl<'a> TraceContext<'a> {
    /// A context from `traceparent`: version, trace id, parent id and flags, such as
    /// `00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01`.
    ///
    /// A later version than 00 may have more behind a dash, which is passed on.
    ///
    /// # Errors
    /// [`TraceError::Parent`].
    pub fn new(parent: &'a str) -> Result<Self, TraceError> {
        if is_trace_parent(parent.as_bytes()) {
            Ok(Self { parent, state: None, baggage: None })
        } else {
            Err(TraceError::Parent)
        }
    }

    /// Passes on what the tracing systems before us have to say, as it stands.
    ///
    /// # Errors
    /// [`TraceError::State`]: empty, longer than [`MAX_TRACE_STATE`], or a byte other than printable ASCII
    /// and tab.
    pub fn state(mut self, state: &'a str) -> Result<Self, TraceError> {
        if !is_header_text(state, MAX_TRACE_STATE) {
            return Err(TraceError::State);
        }
        self.state = Some(state);
        Ok(self)
    }

    /// Passes on what the programs before us have to say, as it stands.
    ///
    /// # Errors
    /// [`TraceError::Baggage`]: empty, longer than [`MAX_BAGGAGE`], or a byte other than printable ASCII
    /// and tab.
    pub fn baggage(mut self, baggage: &'a str) -> Result<Self, TraceError> {
        if !is_header_text(baggage, MAX_BAGGAGE) {
            return Err(TraceError::Baggage);
        }
        self.baggage = Some(baggage);
        Ok(self)
    }

    /// The members of `_meta`.
    pub(crate) const fn members(&self) -> [(&'static str, Option<&'a str>); 3] {
        [("traceparent", Some(self.parent)), ("tracestate", self.state), ("baggage", self.baggage)]
    }
}

/// `version-format` of W3C Trace Context, section 3.2.2.
fn is_trace_parent(text: &[u8]) -> bool {
    let mut fields = text.split(|byte| *byte == b'-');
    let mut hex = |length: usize| {
        let field = fields.next()?;
        let digits = field.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (digits && field.len() == length).then_some(field)
    };
    let (Some(version), Some(trace), Some(parent), Some(_)) = (hex(2), hex(32), hex(16), hex(2))
    else {
        return false;
    };
    let some = |id: &[u8]| id.iter().any(|digit| *digit != b'0');
    let mut rest = fields.flatten();
    let more = if version == b"00" { text.len() == 55 } else { rest.all(u8::is_ascii_graphic) };
    version != b"ff" && some(trace) && some(parent) && more
}

fn is_header_text(text: &str, limit: usize) -> bool {
    !text.is_empty()
        && text.len() <= limit
        && text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'))
}

/// Why a trace context is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TraceError {
    /// `baggage` is empty, too long, or has a character that a header has not.
    Baggage,
    /// `traceparent` has not the form of W3C Trace Context, or an id of zeros.
    Parent,
    /// `tracestate` is empty, too long, or has a character that a header has not.
    State,
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Baggage => {
                write!(f, "baggage is not 1 to {MAX_BAGGAGE} printable ASCII characters")
            }
            Self::Parent => {
                f.write_str("traceparent is not of the form 00-<32 hex>-<16 hex>-<2 hex>")
            }
            Self::State => {
                write!(f, "tracestate is not 1 to {MAX_TRACE_STATE} printable ASCII characters")
            }
        }
    }
}

impl core::error::Error for TraceError {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    // The examples and the rules of W3C Trace Context, section 3.2, and its test suite.
    #[test]
    fn trace_parents_are_those_of_the_recommendation() {
        for (text, valid) in [
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", true),
            ("cc-12345678901234567890123456789012-1234567890123456-01", true),
            ("cc-12345678901234567890123456789012-1234567890123456-01-what-the-future", true),
            ("cc-12345678901234567890123456789012-1234567890123456-01.what", false),
            ("cc-12345678901234567890123456789012-1234567890123456-01-a\"b", true),
            ("cc-12345678901234567890123456789012-1234567890123456-01-a b", false),
            ("00-12345678901234567890123456789012-1234567890123456-01-more", false),
            ("00-12345678901234567890123456789012-1234567890123456-01-", false),
            ("ff-12345678901234567890123456789012-1234567890123456-01", false),
            ("00-00000000000000000000000000000000-1234567890123456-01", false),
            ("00-12345678901234567890123456789012-0000000000000000-01", false),
            ("00-1234567890123456789012345678901-1234567890123456-01", false),
            ("00-12345678901234567890123456789012-123456789012345-01", false),
            ("00-12345678901234567890123456789012-1234567890123456-1", false),
            ("00-12345678901234567890123456789012-1234567890123456-0X", false),
            ("00-ABCDEF78901234567890123456789012-1234567890123456-01", false),
            ("0-12345678901234567890123456789012-1234567890123456-01", false),
            ("00-12345678901234567890123456789012", false),
            ("", false),
        ] {
            assert_eq!(TraceContext::new(text).is_ok(), valid, "{text}");
        }
    }

    #[test]
    fn state_and_baggage_are_bounded_header_texts() {
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let context = TraceContext::new(parent).unwrap();
        let long = |count| String::from_utf8(std::vec![b'a'; count]).unwrap();
        for (text, valid) in [
            ("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", true),
            ("a=1,\tb=\"2\"", true),
            ("", false),
            ("a=1\r\nX: y", false),
            ("a=\0", false),
            ("a=\u{e9}", false),
        ] {
            assert_eq!(context.state(text).is_ok(), valid, "{text:?}");
            assert_eq!(context.baggage(text).is_ok(), valid, "{text:?}");
        }
        assert!(context.state(&long(MAX_TRACE_STATE)).is_ok());
        assert_eq!(context.state(&long(MAX_TRACE_STATE + 1)), Err(TraceError::State));
        assert!(context.baggage(&long(MAX_BAGGAGE)).is_ok());
        assert_eq!(context.baggage(&long(MAX_BAGGAGE + 1)), Err(TraceError::Baggage));
    }
}
