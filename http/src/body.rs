//! The body of a response as a stream of bytes.

use core::fmt;

use embedded_io_async::{Error as _, ErrorKind, ErrorType, Read};
use mcpico_core::http1::Body;

/// Reads the body of one response: its framing is stripped, and the end of the body is the end of the stream.
///
/// A connection that ends before is [`ErrorKind::ConnectionAborted`], framing that cannot be read
/// [`ErrorKind::InvalidData`]. A future may be dropped without losing bytes where one of `Io` may.
pub struct BodyReader<Io> {
    io: Io,
    body: Body,
}

impl<Io> BodyReader<Io> {
    /// Goes on with `body`, whose first bytes have been read.
    pub const fn new(io: Io, body: Body) -> Self {
        Self { io, body }
    }
}

impl<Io> ErrorType for BodyReader<Io> {
    type Error = ErrorKind;
}

impl<Io: Read> Read for BodyReader<Io> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        while !buffer.is_empty() && !self.body.is_complete() {
            let count = self.io.read(buffer).await.map_err(|error| error.kind())?;
            if count == 0 {
                let ended = self.body.end_of_input();
                return ended.map(|()| 0).map_err(|_| ErrorKind::ConnectionAborted);
            }
            let bytes = buffer.get_mut(..count).unwrap_or_default();
            let decoded = self.body.decode(bytes).map_err(|_| ErrorKind::InvalidData)?;
            // A piece may have been nothing but framing.
            if decoded.len > 0 {
                return Ok(decoded.len);
            }
        }
        Ok(0)
    }
}

impl<Io> fmt::Debug for BodyReader<Io> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyReader").field("body", &self.body).finish_non_exhaustive()
    }
}
