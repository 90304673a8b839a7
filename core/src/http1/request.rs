//! The head of a request, written so that nothing in it can start another line.

use core::{error::Error, fmt};

use super::{
    HeaderValue, InvalidHeaderValue,
    field::{Alphabet, TCHAR},
};
use crate::writer::{OutputTooSmall, Writer, emit};

/// Headers that [`RequestHead::write`] writes itself, or that would contradict the framing it
/// gives.
const RESERVED: [&str; 4] = ["host", "content-length", "transfer-encoding", "accept-encoding"];

/// The methods that the protocol uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `DELETE`
    Delete,
}

impl Method {
    /// The method as it is sent.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// Method, target and host of a request.
///
/// `Debug` shows them: they must hold no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestHead<'a> {
    /// The method.
    pub method: Method,
    /// Path and query, beginning with `/`; printable ASCII without space and without `#`.
    pub target: &'a str,
    /// Host name or address, with its port when that is not the default one of the scheme.
    pub host: &'a str,
}

impl RequestHead<'_> {
    /// Writes the whole head into `out`: all of it or nothing.
    ///
    /// `headers` are names and values; each value is held to [`HeaderValue`]. `Host`,
    /// `Accept-Encoding: identity` and, where `content_length` is given, `Content-Length` are
    /// written by this function. A request with a body needs the length, and a POST without one
    /// needs 0.
    ///
    /// # Errors
    /// [`RequestError`] for the first part that must not be sent, before anything is written;
    /// [`RequestError::OutputTooSmall`] with the exact size. `out` is unchanged then.
    ///
    /// Source: [RFC 9112 section 3](https://www.rfc-editor.org/rfc/rfc9112#section-3)
    #[expect(clippy::needless_pass_by_value, reason = "iterators and arrays go by value")]
    pub fn write<'o, 'h, H>(
        &self,
        headers: H,
        content_length: Option<u64>,
        out: &'o mut [u8],
    ) -> Result<&'o mut [u8], RequestError>
    where
        H: IntoIterator<Item = (&'h str, &'h str)> + Clone,
    {
        self.check(headers.clone())?;
        let written = emit(out, |w| {
            self.write_line(w);
            write_header(w, "Host", self.host.as_bytes());
            write_header(w, "Accept-Encoding", b"identity");
            for (name, value) in headers.clone() {
                write_header(w, name, value.as_bytes());
            }
            if let Some(length) = content_length {
                w.str("Content-Length: ");
                w.unsigned(length);
                w.str("\r\n");
            }
            w.str("\r\n");
        });
        Ok(written?)
    }

    fn check<'h>(
        &self,
        headers: impl IntoIterator<Item = (&'h str, &'h str)>,
    ) -> Result<(), RequestError> {
        if let Some(at) = position_outside(self.target, &TARGET)
            .or_else(|| (!self.target.starts_with('/')).then_some(0))
        {
            return Err(RequestError::Target { at });
        }
        if let Some(at) = position_outside(self.host, &HOST) {
            return Err(RequestError::Host { at });
        }
        for (index, (name, value)) in headers.into_iter().enumerate() {
            if let Some(at) = position_outside(name, &TCHAR) {
                return Err(RequestError::HeaderName { index, at });
            }
            if RESERVED.iter().any(|reserved| name.eq_ignore_ascii_case(reserved)) {
                return Err(RequestError::ReservedHeader { index });
            }
            if let Err(InvalidHeaderValue { at }) = HeaderValue::new(value) {
                return Err(RequestError::HeaderValue { index, at });
            }
        }
        Ok(())
    }

    fn write_line(&self, w: &mut Writer<'_>) {
        w.str(self.method.as_str());
        w.byte(b' ');
        w.str(self.target);
        w.str(" HTTP/1.1\r\n");
    }
}

/// Appends a line of a head; the value is one that may stand there.
pub(crate) fn write_header(w: &mut Writer<'_>, name: &str, value: &[u8]) {
    w.str(name);
    w.str(": ");
    w.bytes(value);
    w.str("\r\n");
}

/// Position of the first byte outside of `alphabet`; 0 when the text is empty.
fn position_outside(text: &str, alphabet: &Alphabet) -> Option<usize> {
    let run = alphabet.run(text.as_bytes());
    (text.is_empty() || run < text.len()).then_some(run)
}

/// What URLs put into a path or query in practice; a fragment never goes on the wire.
const TARGET: Alphabet = Alphabet::of(
    b"!\"$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~",
);

/// Source: [RFC 3986 section 3.2.2](https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2), with
/// port
const HOST: Alphabet = Alphabet::of(
    b"!$%&'()*+,-.0123456789:;=ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~",
);

/// Why a request head must not be sent; always the caller's fault.
///
/// Positions and indexes count from 0. No value is ever part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum RequestError {
    /// The target does not begin with `/`, or has a space, a `#`, a control or a non-ASCII byte.
    Target {
        /// Position of the byte in the target.
        at: usize,
    },
    /// The host is empty or has a byte that no host and port has.
    Host {
        /// Position of the byte in the host.
        at: usize,
    },
    /// A header name is empty or no token.
    HeaderName {
        /// Which header.
        index: usize,
        /// Position of the byte in its name.
        at: usize,
    },
    /// A header value has a control or non-ASCII byte, or white space at an end.
    HeaderValue {
        /// Which header.
        index: usize,
        /// Position of the byte in its value.
        at: usize,
    },
    /// A header is `Host`, `Content-Length`, `Transfer-Encoding` or `Accept-Encoding`.
    ReservedHeader {
        /// Which header.
        index: usize,
    },
    /// The buffer is too small.
    OutputTooSmall(OutputTooSmall),
}

impl From<OutputTooSmall> for RequestError {
    fn from(error: OutputTooSmall) -> Self {
        Self::OutputTooSmall(error)
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target { at } => write!(f, "the request target is malformed at byte {at}"),
            Self::Host { at } => write!(f, "the host is malformed at byte {at}"),
            Self::HeaderName { index, at } => {
                write!(f, "the name of header {index} is malformed at byte {at}")
            }
            Self::HeaderValue { index, at } => {
                write!(f, "the value of header {index} is malformed at byte {at}")
            }
            Self::ReservedHeader { index } => {
                write!(f, "header {index} is one that the writer sets itself")
            }
            Self::OutputTooSmall(error) => error.fmt(f),
        }
    }
}

impl Error for RequestError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};
    use std::{format, string::String, string::ToString, vec, vec::Vec};

    const POST: RequestHead<'_> =
        RequestHead { method: Method::Post, target: "/mcp?x=1", host: "localhost:8000" };

    #[test]
    fn a_head_is_written_as_the_standard_has_it() {
        let mut out = [0; 256];
        let headers = [("Accept", "application/json"), ("X-Empty", "")];
        let written = POST.write(headers, Some(17), &mut out).unwrap();
        let expected = "POST /mcp?x=1 HTTP/1.1\r\nHost: localhost:8000\r\n\
            Accept-Encoding: identity\r\nAccept: application/json\r\nX-Empty: \r\n\
            Content-Length: 17\r\n\r\n";
        assert_eq!(core::str::from_utf8(written), Ok(expected));

        let get = RequestHead { method: Method::Get, target: "/", host: "[::1]" };
        let written = get.write([], None, &mut out).unwrap();
        let expected = "GET / HTTP/1.1\r\nHost: [::1]\r\nAccept-Encoding: identity\r\n\r\n";
        assert_eq!(core::str::from_utf8(written), Ok(expected));
    }

    #[test]
    fn a_refusal_names_part_and_place_and_writes_nothing() {
        let with = |target, host| RequestHead { target, host, ..POST };
        let no_headers: &[(&str, &str)] = &[];
        let good = ("A", "b");
        for (head, headers, error) in [
            (with("", "h"), no_headers, RequestError::Target { at: 0 }),
            (with("mcp", "h"), no_headers, RequestError::Target { at: 0 }),
            (with("/a b", "h"), no_headers, RequestError::Target { at: 2 }),
            (with("/a\r\nX: y", "h"), no_headers, RequestError::Target { at: 2 }),
            (with("/a#b", "h"), no_headers, RequestError::Target { at: 2 }),
            (with("/\u{e9}", "h"), no_headers, RequestError::Target { at: 1 }),
            (with("/", ""), no_headers, RequestError::Host { at: 0 }),
            (with("/", "h\r\nX: y"), no_headers, RequestError::Host { at: 1 }),
            (with("/", "user@h"), no_headers, RequestError::Host { at: 4 }),
            (with("/", "h/x"), no_headers, RequestError::Host { at: 1 }),
            (POST, &[good, ("", "b")], RequestError::HeaderName { index: 1, at: 0 }),
            (POST, &[good, ("A:", "b")], RequestError::HeaderName { index: 1, at: 1 }),
            (POST, &[good, ("A\n", "b")], RequestError::HeaderName { index: 1, at: 1 }),
            (POST, &[("A b", "b")], RequestError::HeaderName { index: 0, at: 1 }),
            (POST, &[("A", "b\r\nEvil: 1")], RequestError::HeaderValue { index: 0, at: 1 }),
            (POST, &[good, ("A", "\0")], RequestError::HeaderValue { index: 1, at: 0 }),
            (POST, &[("A", "b ")], RequestError::HeaderValue { index: 0, at: 1 }),
            (POST, &[("A", "\u{e9}")], RequestError::HeaderValue { index: 0, at: 0 }),
            (POST, &[good, ("host", "x")], RequestError::ReservedHeader { index: 1 }),
            (POST, &[("CONTENT-LENGTH", "1")], RequestError::ReservedHeader { index: 0 }),
            (POST, &[("Transfer-encoding", "x")], RequestError::ReservedHeader { index: 0 }),
            (POST, &[("accept-encoding", "gzip")], RequestError::ReservedHeader { index: 0 }),
        ] {
            let mut out = [7; 200];
            let written = head.write(headers.iter().copied(), Some(0), &mut out);
            assert_eq!(written, Err(error), "{head:?} {headers:?}");
            assert_eq!(out, [7; 200]);
        }
    }

    #[test]
    fn no_value_is_shown() {
        let error = POST.write([("Authorization", "secret\n")], None, &mut []).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert_eq!(error.to_string(), "the value of header 0 is malformed at byte 6");
        assert!(!shown.contains("secret"));
    }

    fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
        vec(("X-[!#$%&'*+.^_`|~0-9A-Za-z-]{0,12}", "([!-~]([ -~\t]{0,20}[!-~])?)?"), 0..8)
    }

    proptest! {
        #[test]
        fn httparse_reads_back_what_is_written(
            target in "/[!-\"$-~]{0,30}",
            host in "[a-z0-9.-]{1,20}(:[0-9]{1,5})?",
            headers in headers(),
            length in any::<Option<u64>>(),
        ) {
            let pairs: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (&**n, &**v)).collect();
            let head = RequestHead { method: Method::Delete, target: &target, host: &host };
            let needed = match head.write(pairs.iter().copied(), length, &mut []) {
                Err(RequestError::OutputTooSmall(OutputTooSmall { needed })) => needed,
                other => panic!("{other:?}"),
            };
            let mut short = vec![7; needed - 1];
            let error = head.write(pairs.iter().copied(), length, &mut short).unwrap_err();
            prop_assert_eq!(error, OutputTooSmall { needed }.into());
            prop_assert!(short.iter().all(|&byte| byte == 7));

            let mut out = vec![0; needed];
            let written = head.write(pairs.iter().copied(), length, &mut out).unwrap();
            prop_assert_eq!(written.len(), needed);
            let mut parsed = [httparse::EMPTY_HEADER; 16];
            let mut request = httparse::Request::new(&mut parsed);
            prop_assert_eq!(request.parse(written), Ok(httparse::Status::Complete(needed)));
            prop_assert_eq!((request.method, request.path), (Some("DELETE"), Some(&*target)));
            let length = length.map(|length| length.to_string());
            let mut expected = vec![("Host", &*host), ("Accept-Encoding", "identity")];
            expected.extend(pairs);
            expected.extend(length.iter().map(|length| ("Content-Length", &**length)));
            let read = request.headers.iter().map(|h| (h.name, core::str::from_utf8(h.value)));
            prop_assert!(read.eq(expected.into_iter().map(|(name, value)| (name, Ok(value)))));
        }

        #[test]
        fn nothing_can_start_another_line(
            target in ".{0,12}", host in ".{0,12}", name in ".{0,12}", value in ".{0,12}",
            bad in "[\r\n\0]", place in 0..4_usize,
        ) {
            let ending = |index| if place == index { bad.as_str() } else { "" };
            let spoil = |index, text: &str| format!("{text}{}x", ending(index));
            let (target, host) = (spoil(0, &target), spoil(1, &host));
            let (name, value) = (spoil(2, &name), spoil(3, &value));
            let head = RequestHead { method: Method::Get, target: &target, host: &host };
            let mut out = [7; 256];
            let result = head.write([(&*name, &*value)], None, &mut out);
            prop_assert!(!matches!(result, Ok(_) | Err(RequestError::OutputTooSmall(_))));
            prop_assert_eq!(out, [7; 256]);
        }
    }
}
