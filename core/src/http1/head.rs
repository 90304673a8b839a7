//! The head of a response: status line and headers.

use core::{fmt, str};

use crate::decimal;
use crate::search::first;

use super::{
    Body, HttpError, MAX_LENGTH, MediaType,
    field::{TCHAR, field_run, is_token},
};

/// Bytes that a head may have, however much the caller can hold.
pub const MAX_HEAD: usize = 16 * 1024;

/// Headers that a head may have.
pub const MAX_HEADERS: usize = 64;

/// Informational responses (1xx) that may come before the final one.
pub const MAX_INFORMATIONAL: u8 = 16;

/// Finds and checks the heads of one response, the informational ones before it included.
///
/// Each line is checked once, when it is whole, so a head that arrives byte by byte costs linear
/// time and a peer that speaks something else is found out early.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeadReader {
    /// Bytes that have been searched; all lines that end in them are checked.
    searched: usize,
    /// Where the line that is being searched begins.
    line: usize,
    /// The status, or 0 before the status line is whole.
    status: u16,
    minor_version: u8,
    headers: u8,
    informational: u8,
}

impl HeadReader {
    /// Starts before the first byte of a response.
    pub const fn new() -> Self {
        Self { searched: 0, line: 0, status: 0, minor_version: 0, headers: 0, informational: 0 }
    }

    /// The head at the start of `bytes` and the number of its bytes, or `None` while it is not
    /// whole.
    ///
    /// `bytes` is everything received from the head's first byte on: each call gives the same bytes
    /// with more behind them. After an informational head ([`Head::is_informational`]) drop its
    /// bytes and read on with the same reader; the final head follows.
    ///
    /// # Errors
    /// As soon as the bytes show it: [`NotHttp1`](HttpError::NotHttp1),
    /// [`Version`](HttpError::Version), [`StatusLine`](HttpError::StatusLine),
    /// [`Status`](HttpError::Status), [`SwitchingProtocols`](HttpError::SwitchingProtocols),
    /// [`BareLineFeed`](HttpError::BareLineFeed), [`HeaderName`](HttpError::HeaderName),
    /// [`HeaderValue`](HttpError::HeaderValue), [`TooManyHeaders`](HttpError::TooManyHeaders),
    /// [`HeadTooLong`](HttpError::HeadTooLong); when the head is whole:
    /// [`TooManyInformational`](HttpError::TooManyInformational). A later call with the same bytes
    /// gives the same error.
    ///
    /// Source: [RFC 9112 sections 2 to 5](https://www.rfc-editor.org/rfc/rfc9112#section-2)
    pub fn read<'a>(&mut self, bytes: &'a [u8]) -> Result<Option<(Head<'a>, usize)>, HttpError> {
        if bytes.len() < self.searched {
            *self = self.restarted();
        }
        let Some(len) = self.search(bytes)? else { return Ok(None) };
        if self.status < 200 {
            if self.informational >= MAX_INFORMATIONAL {
                return Err(HttpError::TooManyInformational { limit: MAX_INFORMATIONAL });
            }
            self.informational = self.informational.wrapping_add(1);
        }
        let head = Head {
            status: self.status,
            minor_version: self.minor_version,
            lines: bytes.get(..len).unwrap_or_default(),
        };
        *self = self.restarted();
        Ok(Some((head, len)))
    }

    /// Length of the head, or `None` while its end has not come.
    #[inline(never)]
    fn search(&mut self, bytes: &[u8]) -> Result<Option<usize>, HttpError> {
        if bytes.iter().zip(PROTOCOL).any(|(byte, expected)| byte != expected) {
            return Err(HttpError::NotHttp1);
        }
        let window = bytes.get(..MAX_HEAD).unwrap_or(bytes);
        while let Some(offset) = window.get(self.searched..).and_then(|rest| first(b'\n', rest)) {
            let at = self.searched.wrapping_add(offset);
            let line = window.get(self.line..at).unwrap_or_default();
            let Some((b'\r', text)) = line.split_last() else {
                return Err(HttpError::BareLineFeed { at });
            };
            let end = at.wrapping_add(1);
            if self.status == 0 {
                (self.minor_version, self.status) = parse_status_line(text)?;
            } else if text.is_empty() {
                return Ok(Some(end));
            } else {
                check_header(text, self.line)?;
                if usize::from(self.headers) >= MAX_HEADERS {
                    return Err(HttpError::TooManyHeaders { limit: MAX_HEADERS });
                }
                self.headers = self.headers.wrapping_add(1);
            }
            self.searched = end;
            self.line = end;
        }
        self.searched = window.len();
        if window.len() == MAX_HEAD {
            return Err(HttpError::HeadTooLong { limit: MAX_HEAD });
        }
        Ok(None)
    }

    /// The reader before the next head of the same response.
    const fn restarted(&self) -> Self {
        Self { informational: self.informational, ..Self::new() }
    }
}

/// What every status line begins with.
const PROTOCOL: &[u8; 7] = b"HTTP/1.";

/// Minor version and status.
///
/// Source: [RFC 9112 section 4](https://www.rfc-editor.org/rfc/rfc9112#section-4)
#[inline(never)]
fn parse_status_line(line: &[u8]) -> Result<(u8, u16), HttpError> {
    // What stands before has been compared.
    let version = line.get(PROTOCOL.len()..).and_then(<[u8]>::split_first);
    let Some((minor_version @ b'0'..=b'1', rest)) = version else {
        return Err(HttpError::Version);
    };
    let minor_version = minor_version & 1;
    let Some((&[b' ', ref digits @ ..], reason)) = rest.split_first_chunk::<4>() else {
        return Err(HttpError::StatusLine);
    };
    // Servers leave out the space before an empty reason; nothing hangs on it.
    let reason_is_valid = matches!(reason, [] | [b' ', ..]) && field_run(reason) == reason.len();
    if !reason_is_valid || !decimal::is_number(digits) {
        return Err(HttpError::StatusLine);
    }
    let append =
        |status: u16, digit: &u8| status.wrapping_mul(10).wrapping_add(u16::from(digit & 0x0F));
    let status = digits.iter().fold(0, append);
    match status {
        101 => Err(HttpError::SwitchingProtocols),
        100..=599 => Ok((minor_version, status)),
        _ => Err(HttpError::Status { status }),
    }
}

/// Checks a header line that begins at `start`. A folded line begins with white space, so its name
/// is refused as empty.
///
/// Source: [RFC 9112 section 5](https://www.rfc-editor.org/rfc/rfc9112#section-5)
fn check_header(line: &[u8], start: usize) -> Result<(), HttpError> {
    let name = TCHAR.run(line);
    match line.get(name..).and_then(<[u8]>::split_first) {
        Some((b':', value)) if name > 0 => {
            let run = field_run(value);
            if run == value.len() {
                return Ok(());
            }
            let at = start.wrapping_add(name).wrapping_add(run).wrapping_add(1);
            Err(HttpError::HeaderValue { at })
        }
        _ => Err(HttpError::HeaderName { at: start.wrapping_add(name) }),
    }
}

/// A checked head, borrowed from the received bytes.
///
/// `Debug` shows the status and no header, since a value may be a credential.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Head<'a> {
    status: u16,
    minor_version: u8,
    /// All lines with their line ends: the status line, the headers, the empty line.
    lines: &'a [u8],
}

impl<'a> Head<'a> {
    /// The status, 100 to 599.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Whether the status is 1xx: another head follows, and the request is not answered yet.
    pub const fn is_informational(&self) -> bool {
        self.status < 200
    }

    /// 0 for HTTP/1.0, 1 for HTTP/1.1.
    pub const fn minor_version(&self) -> u8 {
        self.minor_version
    }

    /// The headers in the order sent: name as sent, value without the white space around it.
    ///
    /// A value has no control byte but the tab; bytes above 0x7F are passed as they are.
    pub fn headers(&self) -> Headers<'a> {
        let status_line = first(b'\n', self.lines).map_or(0, |end| end.wrapping_add(1));
        Headers { rest: self.lines.get(status_line..).unwrap_or_default() }
    }

    /// The values of all headers called `name`, without regard to case, in the order sent.
    pub fn header_values<'n>(
        &self,
        name: &'n str,
    ) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> + Clone {
        self.headers().filter_map(move |(n, value)| n.eq_ignore_ascii_case(name).then_some(value))
    }

    /// The value of the first header called `name`, without regard to case.
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.header_values(name).next()
    }

    /// The value of a header that must not appear twice, such as `Content-Type`, `Location` or
    /// `Mcp-Session-Id`.
    ///
    /// # Errors
    /// [`HttpError::RepeatedHeader`] when there is a second one, equal or not.
    pub fn sole_header(&self, name: &'static str) -> Result<Option<&'a [u8]>, HttpError> {
        let mut values = self.header_values(name);
        let first = values.next();
        match values.next() {
            Some(_) => Err(HttpError::RepeatedHeader { name }),
            None => Ok(first),
        }
    }

    /// The media type, or `None` without `Content-Type`.
    ///
    /// # Errors
    /// [`HttpError::RepeatedHeader`], [`HttpError::ContentType`].
    pub fn media_type(&self) -> Result<Option<MediaType>, HttpError> {
        self.sole_header("content-type")?.map(MediaType::parse).transpose()
    }

    /// Refuses content codings; [`body`](Self::body) asks this where there is a body.
    ///
    /// # Errors
    /// [`HttpError::ContentEncoding`] when `Content-Encoding` names anything but `identity`.
    ///
    /// Source: [RFC 9110 section 8.4](https://www.rfc-editor.org/rfc/rfc9110#section-8.4)
    pub fn refuse_content_encoding(&self) -> Result<(), HttpError> {
        let mut plain = true;
        self.each_element("content-encoding", &mut |coding| {
            plain &= coding.is_empty() || coding.eq_ignore_ascii_case(b"identity");
        });
        if plain { Ok(()) } else { Err(HttpError::ContentEncoding) }
    }

    /// Whether the peer keeps the connection open after this response.
    ///
    /// A malformed `Connection` counts as `close`, which costs a connection and nothing else.
    ///
    /// Source: [RFC 9112 section 9.3](https://www.rfc-editor.org/rfc/rfc9112#section-9.3)
    pub fn is_keep_alive(&self) -> bool {
        let mut keep_alive = self.minor_version == 1;
        let mut close = false;
        self.each_element("connection", &mut |option| {
            if option.eq_ignore_ascii_case(b"keep-alive") {
                keep_alive = true;
            } else if !option.is_empty() {
                close |= option.eq_ignore_ascii_case(b"close") || !is_token(option);
            }
        });
        keep_alive && !close
    }

    /// How the body is framed, for the response to a GET, POST or DELETE.
    ///
    /// There is none for 1xx, 204 and 304, whatever the head says. A 202 with neither a length nor
    /// chunks is taken as empty and its connection as used up, so that nobody waits for a server
    /// that keeps the connection open. Without a length or chunks any other body lasts until the
    /// peer closes.
    ///
    /// # Errors
    /// [`ContentLength`](HttpError::ContentLength), [`LengthTooLarge`](HttpError::LengthTooLarge),
    /// [`RepeatedHeader`](HttpError::RepeatedHeader) for two lengths,
    /// [`TransferEncoding`](HttpError::TransferEncoding),
    /// [`LengthAndTransferEncoding`](HttpError::LengthAndTransferEncoding),
    /// [`ContentEncoding`](HttpError::ContentEncoding). Malformed framing is refused also where
    /// there is no body.
    ///
    /// Source: [RFC 9112 section 6](https://www.rfc-editor.org/rfc/rfc9112#section-6)
    pub fn body(&self) -> Result<Body, HttpError> {
        let length = self.content_length()?;
        let chunked = self.is_chunked()?;
        if length.is_some() && chunked {
            return Err(HttpError::LengthAndTransferEncoding);
        }
        let keep_alive = self.is_keep_alive();
        match self.status {
            ..200 => return Ok(Body::empty(false)),
            // Framing on a 204 is forbidden; a peer that sends it may send the body too.
            204 => return Ok(Body::empty(keep_alive && !chunked && length.unwrap_or(0) == 0)),
            304 => return Ok(Body::empty(keep_alive)),
            202 if length.is_none() && !chunked => return Ok(Body::empty(false)),
            _ => {}
        }
        if length != Some(0) {
            self.refuse_content_encoding()?;
        }
        Ok(match length {
            Some(length) => Body::with_length(length, keep_alive),
            None if chunked => Body::chunked(keep_alive),
            None => Body::until_close(),
        })
    }

    /// Calls `take` with each element of the lists in all headers called `name`, empty ones too.
    fn each_element(&self, name: &str, take: &mut dyn FnMut(&[u8])) {
        for value in self.header_values(name) {
            for element in value.split(|&byte| byte == b',') {
                take(element.trim_ascii());
            }
        }
    }

    /// Source: [RFC 9110 section 8.6](https://www.rfc-editor.org/rfc/rfc9110#section-8.6)
    fn content_length(&self) -> Result<Option<u64>, HttpError> {
        let Some(value) = self.sole_header("content-length")? else { return Ok(None) };
        if !decimal::is_number(value) {
            return Err(HttpError::ContentLength);
        }
        match decimal::number(value) {
            Some(length) if length <= MAX_LENGTH => Ok(Some(length)),
            _ => Err(HttpError::LengthTooLarge { limit: MAX_LENGTH }),
        }
    }

    /// Source: [RFC 9112 section 6.1](https://www.rfc-editor.org/rfc/rfc9112#section-6.1)
    fn is_chunked(&self) -> Result<bool, HttpError> {
        let mut values = self.header_values("transfer-encoding");
        let Some(value) = values.next() else { return Ok(false) };
        let understood = value.eq_ignore_ascii_case(b"chunked")
            && values.next().is_none()
            && self.minor_version == 1;
        if understood { Ok(true) } else { Err(HttpError::TransferEncoding) }
    }
}

impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head")
            .field("status", &self.status)
            .field("minor_version", &self.minor_version)
            .finish_non_exhaustive()
    }
}

/// The headers of a [`Head`].
#[derive(Clone)]
pub struct Headers<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Headers<'a> {
    type Item = (&'a str, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let end = first(b'\n', self.rest)?;
        let (line, rest) = self.rest.split_at_checked(end.wrapping_add(1))?;
        let (name, value) = line.split_at_checked(first(b':', line)?)?;
        self.rest = rest;
        Some((str::from_utf8(name).ok()?, value.get(1..)?.trim_ascii()))
    }
}

impl core::iter::FusedIterator for Headers<'_> {}

impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Headers").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*, sample::select};
    use std::{format, string::String, vec::Vec};

    fn read(bytes: &[u8]) -> Result<Option<(Head<'_>, usize)>, HttpError> {
        HeadReader::new().read(bytes)
    }

    fn head(text: &str) -> Head<'_> {
        let (head, len) = read(text.as_bytes()).unwrap().unwrap();
        assert_eq!(len, text.len());
        head
    }

    type Parsed = (u16, u8, Vec<(String, Vec<u8>)>, usize);

    fn ours(bytes: &[u8]) -> Option<Parsed> {
        let (head, len) = read(bytes).ok()??;
        let headers = head.headers().map(|(name, value)| (name.into(), value.into())).collect();
        Some((head.status(), head.minor_version(), headers, len))
    }

    fn httparse(bytes: &[u8]) -> Option<Parsed> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(len) = response.parse(bytes).ok()? else { return None };
        let headers = response.headers.iter().map(|h| (h.name.into(), h.value.into())).collect();
        Some((response.code?, response.version?, headers, len))
    }

    /// What we refuse by our own choice and httparse lets through.
    fn is_our_choice(bytes: &[u8]) -> bool {
        let bare = |at: usize| bytes[at] == b'\n' && (at == 0 || bytes[at - 1] != b'\r');
        let status = httparse(bytes).map_or(0, |parsed| parsed.0);
        bytes.len() > MAX_HEAD
            || !bytes.starts_with(b"HTTP/1.")
            || (0..bytes.len()).any(bare)
            || !(100..=599).contains(&status)
            || status == 101
    }

    prop_compose! {
        fn heads()(
            minor in 0..2_u8,
            status in prop_oneof![200..=599_u16, 0..=999_u16],
            reason in prop_oneof!["", " [ -~\t]{0,12}"],
            headers in vec(
                ("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}", "[ \t]{0,3}", "[ -~\t\u{80}-\u{ff}]{0,20}"),
                0..6,
            ),
        ) -> Vec<u8> {
            let mut head = format!("HTTP/1.{minor} {status:03}{reason}\r\n");
            for (name, space, value) in headers {
                head.extend([&*name, ":", &*space, &*value, "\r\n"]);
            }
            head.push_str("\r\n");
            head.into_bytes()
        }
    }

    proptest! {
        #[test]
        fn heads_are_read_as_httparse_reads_them(head in heads()) {
            if is_our_choice(&head) {
                prop_assert_eq!(ours(&head), None);
            } else {
                prop_assert_eq!(ours(&head), httparse(&head));
                prop_assert!(ours(&head).is_some());
            }
        }

        #[test]
        fn spoilt_heads_are_judged_as_httparse_does(
            mut head in heads(),
            edits in vec((any::<usize>(), select(b"\r\n\0\t :aZ\x7f\x80/1".as_slice())), 1..3),
        ) {
            for (place, byte) in edits {
                let place = place % head.len();
                head[place] = byte;
            }
            let expected = httparse(&head).filter(|parsed| !is_our_choice(&head[..parsed.3]));
            prop_assert_eq!(ours(&head), expected);
        }

        #[test]
        fn every_split_gives_the_same_head(
            mut head in heads(), spoil: bool, place: usize, byte: u8,
        ) {
            if spoil {
                let place = place % head.len();
                head[place] = byte;
            }
            let whole = read(&head);
            let mut reader = HeadReader::new();
            let by_bytes = (0..=head.len()).map(|end| reader.read(&head[..end]));
            let verdict = by_bytes.into_iter().find(|read| !matches!(read, Ok(None)));
            prop_assert_eq!(&verdict.unwrap_or(Ok(None)), &whole);
            for cut in 0..head.len() {
                let mut reader = HeadReader::new();
                match reader.read(&head[..cut]) {
                    Ok(None) => {}
                    early => prop_assert_eq!(&early, &whole),
                }
                prop_assert_eq!(&reader.read(&head), &whole);
            }
        }
    }

    #[test]
    fn errors_name_the_place_and_come_again() {
        for (text, error) in [
            ("HTTP/1.1 200 OK\r\nA: b\nC: d\r\n", HttpError::BareLineFeed { at: 21 }),
            ("HTTP/1.1 200 OK\r\nA b\r\n", HttpError::HeaderName { at: 18 }),
            ("HTTP/1.1 200 OK\r\nA : b\r\n", HttpError::HeaderName { at: 18 }),
            ("HTTP/1.1 200 OK\r\nABC\r\n", HttpError::HeaderName { at: 20 }),
            ("HTTP/1.1 200 OK\r\n: b\r\n", HttpError::HeaderName { at: 17 }),
            ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n", HttpError::HeaderName { at: 23 }),
            ("HTTP/1.1 200 OK\r\nA: b\0\r\n", HttpError::HeaderValue { at: 21 }),
            ("HTTP/1.1 200 OK\r\nA: b\rC: d\r\n", HttpError::HeaderValue { at: 21 }),
            ("HTTP/1.1 2 OK\r\n", HttpError::StatusLine),
            ("HTTP/1.1 200OK\r\n", HttpError::StatusLine),
            ("HTTP/1.1 200 \0\r\n", HttpError::StatusLine),
            ("HTTP/1.1\r\n", HttpError::StatusLine),
            ("HTTP/1.2 200 OK\r\n", HttpError::Version),
            ("HTTP/1.1 600 OK\r\n", HttpError::Status { status: 600 }),
            ("HTTP/1.1 099 OK\r\n", HttpError::Status { status: 99 }),
            ("HTTP/1.1 000 OK\r\n", HttpError::Status { status: 0 }),
            ("HTTP/1.1 101 OK\r\n", HttpError::SwitchingProtocols),
            ("PRI * HTTP/2.0\r\n\r\n", HttpError::NotHttp1),
            ("\0\0\u{12}\u{4}", HttpError::NotHttp1),
            ("HTTP/2", HttpError::NotHttp1),
            ("\r\nHTTP/1.1 200 OK\r\n", HttpError::NotHttp1),
        ] {
            let mut reader = HeadReader::new();
            assert_eq!(reader.read(text.as_bytes()), Err(error), "{text:?}");
            assert_eq!(reader.read(text.as_bytes()), Err(error), "{text:?} again");
        }
    }

    #[test]
    fn limits_are_exact() {
        let headers = |count| format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(count));
        let most = headers(MAX_HEADERS);
        assert_eq!(head(&most).headers().count(), MAX_HEADERS);
        let error = HttpError::TooManyHeaders { limit: MAX_HEADERS };
        assert_eq!(read(headers(MAX_HEADERS + 1).as_bytes()), Err(error));

        let long = |len| format!("HTTP/1.1 200 OK\r\nA:{}\r\n\r\n", "b".repeat(len - 23));
        assert_eq!(head(&long(MAX_HEAD)).status(), 200);
        let error = HttpError::HeadTooLong { limit: MAX_HEAD };
        let text = long(MAX_HEAD + 1);
        assert_eq!(read(text.as_bytes()), Err(error));
        assert_eq!(read(&text.as_bytes()[..MAX_HEAD - 1]), Ok(None));
    }

    #[test]
    fn informational_heads_are_counted_for_one_response() {
        let text = b"HTTP/1.1 100 Continue\r\n\r\n";
        let mut reader = HeadReader::new();
        for _ in 0..MAX_INFORMATIONAL {
            let (head, len) = reader.read(text).unwrap().unwrap();
            assert!(head.is_informational() && len == text.len());
        }
        let error = HttpError::TooManyInformational { limit: MAX_INFORMATIONAL };
        assert_eq!(reader.read(text), Err(error));
        assert_eq!(reader.read(text), Err(error));
        let (last, _) = reader.read(b"HTTP/1.1 200 OK\r\n\r\n").unwrap().unwrap();
        assert_eq!(last.status(), 200);
    }

    #[test]
    fn fewer_bytes_than_before_begin_anew() {
        let mut reader = HeadReader::new();
        assert_eq!(reader.read(b"HTTP/1.1 500 Oh\r\nA: b\r\n"), Ok(None));
        let (head, _) = reader.read(b"HTTP/1.1 200 OK\r\n\r\n").unwrap().unwrap();
        assert_eq!((head.status(), head.headers().count()), (200, 0));
    }

    #[test]
    fn headers_are_found_without_case() {
        let head = head("HTTP/1.1 200 OK\r\nB: 1\r\na:\r\nb: \t2 \r\nc: x: y\r\n\r\n");
        assert_eq!(head.header("B"), Some(b"1".as_slice()));
        assert_eq!(head.header("A"), Some(b"".as_slice()));
        assert_eq!(head.header("d"), None);
        assert_eq!(head.sole_header("C"), Ok(Some(b"x: y".as_slice())));
        assert_eq!(head.sole_header("d"), Ok(None));
        assert_eq!(head.sole_header("b"), Err(HttpError::RepeatedHeader { name: "b" }));
        assert!(head.header_values("b").eq([b"1", b"2"]));
    }

    #[test]
    fn persistence_follows_version_and_options() {
        for (text, keep_alive) in [
            ("HTTP/1.1 200 OK\r\n\r\n", true),
            ("HTTP/1.0 200 OK\r\n\r\n", false),
            ("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n", true),
            ("HTTP/1.0 200 OK\r\nConnection: keep-alive, close\r\n\r\n", false),
            ("HTTP/1.1 200 OK\r\nConnection: x ,\tCLOSE\r\n\r\n", false),
            ("HTTP/1.1 200 OK\r\nConnection: x\r\nConnection: close\r\n\r\n", false),
            ("HTTP/1.1 200 OK\r\nConnection: , x,\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\nConnection: closed\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\nConnection: not a token\r\n\r\n", false),
        ] {
            assert_eq!(head(text).is_keep_alive(), keep_alive, "{text:?}");
        }
    }

    #[test]
    fn doubtful_framing_is_refused() {
        let framing = |fields: &str| head(&format!("HTTP/1.1 200 OK\r\n{fields}\r\n")).body();
        let repeated = HttpError::RepeatedHeader { name: "content-length" };
        let too_large = HttpError::LengthTooLarge { limit: MAX_LENGTH };
        for (fields, error) in [
            ("Content-Length: 5\r\nContent-Length: 5\r\n", repeated),
            ("Content-Length: 5, 5\r\n", HttpError::ContentLength),
            ("Content-Length:\r\n", HttpError::ContentLength),
            ("Content-Length: 5.0\r\n", HttpError::ContentLength),
            ("Content-Length: \u{661}\r\n", HttpError::ContentLength),
            ("Content-Length: 1099511627777\r\n", too_large),
            ("Content-Length: 99999999999999999999999999999999999999\r\n", too_large),
            (
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                HttpError::TransferEncoding,
            ),
            ("Transfer-Encoding: chunked;x=y\r\n", HttpError::TransferEncoding),
            ("Transfer-Encoding: ,chunked\r\n", HttpError::TransferEncoding),
            ("Transfer-Encoding: \"chunked\"\r\n", HttpError::TransferEncoding),
            ("Content-Encoding: gzip\r\n", HttpError::ContentEncoding),
            ("Content-Encoding: identity\r\nContent-Encoding: br\r\n", HttpError::ContentEncoding),
            ("Content-Encoding: identity, x-gzip\r\n", HttpError::ContentEncoding),
        ] {
            assert_eq!(framing(fields), Err(error), "{fields:?}");
        }
        let most = framing("Content-Length: 1099511627776\r\n").unwrap();
        assert_eq!(most.remaining(), Some(MAX_LENGTH));
        assert!(framing("Content-Encoding: Identity,\r\n").is_ok());
        // Nothing is coded where there is nothing.
        assert!(framing("Content-Encoding: gzip\r\nContent-Length: 0\r\n").is_ok());
        let not_modified = "HTTP/1.1 304 x\r\nContent-Encoding: gzip\r\n\r\n";
        assert!(head(not_modified).body().unwrap().may_reuse());
        // Nobody waits for what an accepted notification does not need.
        let accepted = head("HTTP/1.1 202 x\r\n\r\n").body().unwrap();
        assert!(accepted.is_complete() && !accepted.may_reuse());
        let informational = head("HTTP/1.1 100 x\r\n\r\n").body().unwrap();
        assert!(informational.is_complete() && !informational.may_reuse());
        // Malformed framing is no absent framing, even where it does not count.
        let no_content = "HTTP/1.1 204 x\r\nContent-Length: five\r\n\r\n";
        assert_eq!(head(no_content).body(), Err(HttpError::ContentLength));
    }

    #[test]
    fn debug_shows_no_header() {
        let text = "HTTP/1.1 200 OK\r\nMcp-Session-Id: secret\r\n\r\n";
        let shown = format!("{:?} {:?}", head(text), head(text).headers());
        assert!(shown.contains("200") && !shown.contains("secret"), "{shown}");
    }
}
