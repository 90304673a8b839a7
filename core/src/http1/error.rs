//! What can be wrong with a response.

use core::{error::Error, fmt};

/// What is wrong with a response; always the peer's fault, and the connection must be closed.
///
/// Positions count bytes from 0: in the head from its first byte, in a chunked body from the first
/// byte after the head, framing included. They do not depend on how the bytes were split up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum HttpError {
    /// The bytes do not begin with `HTTP/1.`: another protocol, another major version, or junk.
    NotHttp1,
    /// The version is neither `HTTP/1.0` nor `HTTP/1.1`.
    Version,
    /// The status line is malformed.
    StatusLine,
    /// The status is not in 100 to 599.
    Status {
        /// The status that was sent.
        status: u16,
    },
    /// `101 Switching Protocols`, which was not asked for.
    SwitchingProtocols,
    /// A line of the head ends in a line feed that has no carriage return before it.
    BareLineFeed {
        /// Position of the line feed in the head.
        at: usize,
    },
    /// A header has no colon, or its name is empty, folded or has bytes that a token may not have.
    HeaderName {
        /// Position of the offending byte in the head.
        at: usize,
    },
    /// A header value has a control byte; a bare carriage return is one.
    HeaderValue {
        /// Position of the byte in the head.
        at: usize,
    },
    /// The head has no end within the limit.
    HeadTooLong {
        /// Bytes that a head may have: [`MAX_HEAD`](super::MAX_HEAD).
        limit: usize,
    },
    /// The head has too many headers.
    TooManyHeaders {
        /// Headers that a head may have: [`MAX_HEADERS`](super::MAX_HEADERS).
        limit: usize,
    },
    /// Too many informational responses came before the final one.
    TooManyInformational {
        /// Informational responses: [`MAX_INFORMATIONAL`](super::MAX_INFORMATIONAL).
        limit: u8,
    },
    /// A header that must be alone appears more than once.
    RepeatedHeader {
        /// The name that was asked for.
        name: &'static str,
    },
    /// `Content-Length` is not one decimal number.
    ContentLength,
    /// `Content-Length`, or the size of one chunk, is beyond the limit.
    LengthTooLarge {
        /// Bytes: [`MAX_LENGTH`](super::MAX_LENGTH).
        limit: u64,
    },
    /// `Transfer-Encoding` is not exactly one `chunked`, or stands in an HTTP/1.0 response.
    TransferEncoding,
    /// The head has both `Content-Length` and `Transfer-Encoding`.
    LengthAndTransferEncoding,
    /// `Content-Encoding` is something else than `identity`.
    ContentEncoding,
    /// `Content-Type` is malformed.
    ContentType,
    /// A chunk size is missing or has bytes other than hexadecimal digits.
    ChunkSize {
        /// Position of the offending byte.
        at: u64,
    },
    /// A chunk extension is malformed.
    ChunkExtension {
        /// Position of the offending byte.
        at: u64,
    },
    /// A carriage return in the chunked framing has no line feed after it.
    ChunkLineEnd {
        /// Position of the byte that stands where the line feed should.
        at: u64,
    },
    /// The bytes of a chunk are not followed by a line end.
    ChunkEnd {
        /// Position of the byte that stands where the carriage return should.
        at: u64,
    },
    /// A trailer field is malformed.
    Trailer {
        /// Position of the offending byte.
        at: u64,
    },
    /// A chunk-size line with its extensions is too long.
    ChunkLineTooLong {
        /// Bytes: [`MAX_CHUNK_LINE`](super::MAX_CHUNK_LINE).
        limit: u16,
    },
    /// The trailer section is too long.
    TrailersTooLong {
        /// Bytes: [`MAX_TRAILERS`](super::MAX_TRAILERS).
        limit: u16,
    },
    /// The connection was closed before the response was whole.
    Truncated,
}

impl HttpError {
    /// Whether the response is refused for its size and not for its form.
    pub const fn is_limit(&self) -> bool {
        matches!(
            self,
            Self::HeadTooLong { .. }
                | Self::TooManyHeaders { .. }
                | Self::TooManyInformational { .. }
                | Self::LengthTooLarge { .. }
                | Self::ChunkLineTooLong { .. }
                | Self::TrailersTooLong { .. }
        )
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHttp1 => f.write_str("the response does not begin with an HTTP/1 status line"),
            Self::Version => f.write_str("the response version is neither HTTP/1.0 nor HTTP/1.1"),
            Self::StatusLine => f.write_str("the status line is malformed"),
            Self::Status { status } => write!(f, "the status {status} is not in 100 to 599"),
            Self::SwitchingProtocols => f.write_str("the peer switches protocols unasked"),
            Self::BareLineFeed { at } => {
                write!(f, "a bare line feed ends a line of the head at byte {at}")
            }
            Self::HeaderName { at } => write!(f, "a header name is malformed at byte {at}"),
            Self::HeaderValue { at } => write!(f, "a header value has a control byte at byte {at}"),
            Self::HeadTooLong { limit } => write!(f, "the head is longer than {limit} bytes"),
            Self::TooManyHeaders { limit } => write!(f, "the head has more than {limit} headers"),
            Self::TooManyInformational { limit } => {
                write!(f, "more than {limit} informational responses came before the final one")
            }
            Self::RepeatedHeader { name } => write!(f, "the header {name} appears more than once"),
            Self::ContentLength => f.write_str("the content length is not one decimal number"),
            Self::LengthTooLarge { limit } => {
                write!(f, "the content or chunk length is beyond {limit} bytes")
            }
            Self::TransferEncoding => {
                f.write_str("the transfer encoding is not one chunked coding in HTTP/1.1")
            }
            Self::LengthAndTransferEncoding => {
                f.write_str("the head has both a content length and a transfer encoding")
            }
            Self::ContentEncoding => f.write_str("the content has a coding that was not asked for"),
            Self::ContentType => f.write_str("the content type is malformed"),
            Self::ChunkSize { at } => write!(f, "the chunk size at body byte {at} is malformed"),
            Self::ChunkExtension { at } => {
                write!(f, "the chunk extension at body byte {at} is malformed")
            }
            Self::ChunkLineEnd { at } => write!(f, "a line feed is missing at body byte {at}"),
            Self::ChunkEnd { at } => {
                write!(f, "the line end after a chunk is missing at body byte {at}")
            }
            Self::Trailer { at } => write!(f, "the trailer at body byte {at} is malformed"),
            Self::ChunkLineTooLong { limit } => {
                write!(f, "a chunk-size line is longer than {limit} bytes")
            }
            Self::TrailersTooLong { limit } => {
                write!(f, "the trailer section is longer than {limit} bytes")
            }
            Self::Truncated => f.write_str("the connection closed before the response was whole"),
        }
    }
}

impl Error for HttpError {}
