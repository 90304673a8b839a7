//! HTTP/1.1 as a client speaks it: reads response heads and bodies, writes request heads.
//!
//! Nothing here does I/O or keeps bytes. A response goes through two steps: [`HeadReader`] finds
//! and checks the head at the start of the received bytes, [`Head::body`] says how the body is
//! framed, and [`Body::decode`] strips that framing in place from whatever bytes come next. A
//! request head is written by [`RequestHead::write`].
//!
//! The reader is strict, because two parties that read one message differently can be made to talk
//! past each other. Among what the standard leaves open it refuses: a bare line feed as a line end,
//! folded lines, an empty line before the status line, a `Content-Length` that appears twice or as
//! a list, every transfer coding but one `chunked`, transfer codings in HTTP/1.0, a status outside
//! 100 to 599, `101 Switching Protocols` (never asked for), content codings (`identity` is asked
//! for) and versions other than 1.0 and 1.1.
//!
//! ```
//! use mcpico_core::http1::HeadReader;
//!
//! let mut received =
//!     *b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
//! let (head, len) = HeadReader::new().read(&received)?.expect("the head is whole");
//! assert_eq!(head.status(), 200);
//!
//! let mut body = head.body()?;
//! let decoded = body.decode(&mut received[len..])?;
//! assert_eq!(&received[len..][..decoded.len], b"hi");
//! assert!(body.is_complete() && body.may_reuse());
//! # Ok::<(), mcpico_core::http1::HttpError>(())
//! ```
//!
//! Source: [RFC 9112](https://www.rfc-editor.org/rfc/rfc9112) sections 2 to 7 and 9, and
//! [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110).

mod body;
mod chunked;
mod error;
mod field;
mod head;
mod media_type;
mod request;

pub use body::{Body, Decoded, MAX_LENGTH};
pub use chunked::{MAX_CHUNK_LINE, MAX_TRAILERS};
pub use error::HttpError;
pub(crate) use field::{Alphabet, TCHAR};
pub use field::{HeaderValue, InvalidHeaderValue, is_token};
pub use head::{Head, HeadReader, Headers, MAX_HEAD, MAX_HEADERS, MAX_INFORMATIONAL};
pub use media_type::MediaType;
pub(crate) use request::write_header;
pub use request::{Method, RequestError, RequestHead};
