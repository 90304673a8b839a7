//! The media type of a response.

use super::{
    HttpError,
    field::{TCHAR, is_field_byte},
};

/// The media types that the protocol knows.
///
/// Parameters are checked for their form and otherwise ignored, `charset` too: JSON and event
/// streams are UTF-8 whatever the header says ([RFC 8259 section
/// 11](https://www.rfc-editor.org/rfc/rfc8259#section-11), [HTML: event
/// streams](https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `application/json`
    Json,
    /// `text/event-stream`
    EventStream,
    /// Any other.
    Other,
}

impl MediaType {
    /// Reads the value of `Content-Type`.
    ///
    /// # Errors
    /// [`HttpError::ContentType`] when it is no media type with well-formed parameters.
    ///
    /// Source: [RFC 9110 section 8.3.1](https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1)
    pub fn parse(value: &[u8]) -> Result<Self, HttpError> {
        let rest = match token(value) {
            Some([b'/', subtype @ ..]) => token(subtype),
            _ => None,
        };
        let Some(rest) = rest.filter(|rest| are_parameters(rest)) else {
            return Err(HttpError::ContentType);
        };
        let essence = value.len().wrapping_sub(rest.len());
        let essence = value.get(..essence).unwrap_or_default();
        Ok(if essence.eq_ignore_ascii_case(b"application/json") {
            Self::Json
        } else if essence.eq_ignore_ascii_case(b"text/event-stream") {
            Self::EventStream
        } else {
            Self::Other
        })
    }
}

/// Whether `rest` is a list of parameters with a semicolon before each; empty ones are allowed.
///
/// Source: [RFC 9110 section 5.6.6](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.6)
fn are_parameters(mut rest: &[u8]) -> bool {
    loop {
        rest = match trim_start(rest) {
            [] => return true,
            [b';', after @ ..] => trim_start(after),
            _ => return false,
        };
        if !matches!(rest, [] | [b';', ..]) {
            let Some(after) = parameter(rest) else { return false };
            rest = after;
        }
    }
}

/// What follows the parameter at the start of `rest`.
fn parameter(rest: &[u8]) -> Option<&[u8]> {
    match token(rest)? {
        [b'=', b'"', quoted @ ..] => quoted_rest(quoted),
        [b'=', value @ ..] => token(value),
        _ => None,
    }
}

/// What follows the token at the start of `rest`.
fn token(rest: &[u8]) -> Option<&[u8]> {
    let end = TCHAR.run(rest);
    if end == 0 { None } else { rest.get(end..) }
}

/// What follows the quoted string whose opening quote stands before `rest`.
fn quoted_rest(rest: &[u8]) -> Option<&[u8]> {
    let mut bytes = rest.iter();
    loop {
        let valid = match bytes.next()? {
            b'"' => return Some(bytes.as_slice()),
            b'\\' => bytes.next()?,
            byte => byte,
        };
        if !is_field_byte(*valid) {
            return None;
        }
    }
}

fn trim_start(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', after @ ..] = bytes {
        bytes = after;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_compare_without_case_and_parameters() {
        for (value, expected) in [
            // The four spellings of one value in RFC 9110 section 8.3.1, with another type.
            ("application/json;charset=utf-8", MediaType::Json),
            ("Application/JSON;Charset=\"utf-8\"", MediaType::Json),
            ("application/json; charset=\"utf-8\"", MediaType::Json),
            ("application/json;charset=UTF-8", MediaType::Json),
            ("application/json", MediaType::Json),
            ("application/json ; ;;x=\"a;\\\", b\" ;", MediaType::Json),
            ("application/json;", MediaType::Json),
            ("text/event-stream;charset=windows-1252", MediaType::EventStream),
            ("TEXT/Event-Stream", MediaType::EventStream),
            ("text/html;charset=utf-8", MediaType::Other),
            ("application/jsonx", MediaType::Other),
            ("application/problem+json", MediaType::Other),
        ] {
            assert_eq!(MediaType::parse(value.as_bytes()), Ok(expected), "{value}");
        }
    }

    #[test]
    fn malformed_types_are_refused() {
        for value in [
            "",
            "json",
            "/json",
            "application/",
            "application/json/x",
            "application /json",
            "application/json, text/event-stream",
            "application/json;charset=utf-8, text/event-stream",
            "application/json;charset",
            "application/json;charset=",
            "application/json;charset =utf-8",
            "application/json;charset= utf-8",
            "application/json;charset=\"utf-8",
            "application/json;charset=\"utf-8\\",
            "application/json;charset=\"a\"b",
            "application/json;=x",
            ";charset=utf-8",
        ] {
            let parsed = MediaType::parse(value.as_bytes());
            assert_eq!(parsed, Err(HttpError::ContentType), "{value}");
        }
    }
}
