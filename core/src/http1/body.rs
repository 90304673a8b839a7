//! The body of a response: its framing stripped in place.

use super::{HttpError, chunked::Chunked};

/// Bytes that `Content-Length` or one chunk may declare: 1 TiB.
///
/// It bounds nothing that is stored. No response of this protocol is that large, so a number beyond
/// it is a fault or an attack, and refusing it here means that no sum of sizes comes near an
/// overflow.
pub const MAX_LENGTH: u64 = 1 << 40;

/// Decodes one body, made by [`Head::body`](super::Head::body).
///
/// Give every received byte to [`decode`](Self::decode) once, in order and in pieces of any size,
/// and call [`end_of_input`](Self::end_of_input) when the peer closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Body {
    state: State,
    /// Whether the connection can serve another request if the body ends as it should.
    reusable: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Bytes that are still to come; never 0.
    Length(u64),
    Chunked(Chunked),
    UntilClose,
    Complete,
    Failed(HttpError),
}

impl Body {
    pub(super) const fn empty(reusable: bool) -> Self {
        Self { state: State::Complete, reusable }
    }

    pub(super) const fn with_length(length: u64, reusable: bool) -> Self {
        match length {
            0 => Self::empty(reusable),
            _ => Self { state: State::Length(length), reusable },
        }
    }

    pub(super) const fn chunked(reusable: bool) -> Self {
        Self { state: State::Chunked(Chunked::new()), reusable }
    }

    pub(super) const fn until_close() -> Self {
        Self { state: State::UntilClose, reusable: false }
    }

    /// Strips the framing from `bytes` and moves the body bytes to its front.
    ///
    /// Every byte of `bytes` is consumed; those behind [`Decoded::len`] are rubbish afterwards.
    /// Once the body is complete, everything is excess.
    ///
    /// # Errors
    /// For chunked bodies only: [`ChunkSize`](HttpError::ChunkSize),
    /// [`ChunkExtension`](HttpError::ChunkExtension), [`ChunkLineEnd`](HttpError::ChunkLineEnd),
    /// [`ChunkEnd`](HttpError::ChunkEnd), [`Trailer`](HttpError::Trailer),
    /// [`LengthTooLarge`](HttpError::LengthTooLarge),
    /// [`ChunkLineTooLong`](HttpError::ChunkLineTooLong),
    /// [`TrailersTooLong`](HttpError::TrailersTooLong). What `bytes` then holds is unspecified, and
    /// every later call gives the same error.
    ///
    /// Source: [RFC 9112 sections 6 and 7](https://www.rfc-editor.org/rfc/rfc9112#section-6.3)
    pub fn decode(&mut self, bytes: &mut [u8]) -> Result<Decoded, HttpError> {
        let decoded = match &mut self.state {
            State::Failed(error) => return Err(*error),
            State::Complete => Decoded { len: 0, excess: bytes.len() },
            State::UntilClose => Decoded { len: bytes.len(), excess: 0 },
            State::Length(remaining) => {
                let len = usize::try_from(*remaining).unwrap_or(usize::MAX).min(bytes.len());
                *remaining = remaining.wrapping_sub(len as u64);
                if *remaining == 0 {
                    self.state = State::Complete;
                }
                Decoded { len, excess: bytes.len().wrapping_sub(len) }
            }
            State::Chunked(chunked) => match chunked.decode(bytes) {
                Ok(decoded) => {
                    if chunked.is_complete() {
                        self.state = State::Complete;
                    }
                    decoded
                }
                Err(error) => return Err(self.fail(error)),
            },
        };
        if decoded.excess > 0 {
            self.reusable = false;
        }
        Ok(decoded)
    }

    /// Notes that the peer has closed the connection; this completes a body that lasts until then.
    ///
    /// # Errors
    /// [`HttpError::Truncated`] when the body is not whole, or the error that
    /// [`decode`](Self::decode) gave before.
    ///
    /// Source: [RFC 9112 section 8](https://www.rfc-editor.org/rfc/rfc9112#section-8)
    pub fn end_of_input(&mut self) -> Result<(), HttpError> {
        self.reusable = false;
        match self.state {
            State::Failed(error) => Err(error),
            State::Complete => Ok(()),
            State::UntilClose => {
                self.state = State::Complete;
                Ok(())
            }
            State::Length(_) | State::Chunked(_) => Err(self.fail(HttpError::Truncated)),
        }
    }

    /// Whether the body has ended as its framing says.
    pub const fn is_complete(&self) -> bool {
        matches!(self.state, State::Complete)
    }

    /// Whether the connection can carry another request: the body is complete, the peer keeps the
    /// connection open, nothing came after the end, and nothing was doubtful.
    pub const fn may_reuse(&self) -> bool {
        self.is_complete() && self.reusable
    }

    /// Bytes that are known to be still to come; `None` when the framing does not tell.
    ///
    /// Before the first [`decode`](Self::decode) this is what `Content-Length` declares, to be
    /// compared with the room that there is.
    pub const fn remaining(&self) -> Option<u64> {
        match self.state {
            State::Length(remaining) => Some(remaining),
            State::Complete => Some(0),
            State::Chunked(_) | State::UntilClose | State::Failed(_) => None,
        }
    }

    fn fail(&mut self, error: HttpError) -> HttpError {
        self.state = State::Failed(error);
        self.reusable = false;
        error
    }
}

/// What [`Body::decode`] made of the bytes it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Bytes of the body that now stand at the front.
    pub len: usize,
    /// Bytes that came after the end of the response. They answer no request: never use them, and
    /// close the connection.
    pub excess: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_counted_over_any_pieces() {
        let mut body = Body::with_length(5, true);
        assert_eq!(body.remaining(), Some(5));
        assert_eq!(body.decode(&mut { *b"ab" }), Ok(Decoded { len: 2, excess: 0 }));
        assert_eq!(body.decode(&mut []), Ok(Decoded { len: 0, excess: 0 }));
        assert_eq!(body.remaining(), Some(3));
        assert!(!body.is_complete() && !body.may_reuse());
        assert_eq!(body.decode(&mut { *b"cde" }), Ok(Decoded { len: 3, excess: 0 }));
        assert!(body.is_complete() && body.may_reuse());
        assert_eq!(body.remaining(), Some(0));
    }

    #[test]
    fn excess_forbids_reuse_whenever_it_comes() {
        let mut body = Body::with_length(1, true);
        assert_eq!(body.decode(&mut { *b"abc" }), Ok(Decoded { len: 1, excess: 2 }));
        assert!(body.is_complete() && !body.may_reuse());

        let mut body = Body::with_length(0, true);
        assert!(body.may_reuse());
        assert_eq!(body.decode(&mut { *b"a" }), Ok(Decoded { len: 0, excess: 1 }));
        assert!(!body.may_reuse());
    }

    #[test]
    fn only_an_end_that_the_framing_knows_is_an_end() {
        for mut body in [Body::with_length(1, true), Body::chunked(true)] {
            assert_eq!(body.end_of_input(), Err(HttpError::Truncated));
            assert_eq!(body.end_of_input(), Err(HttpError::Truncated));
            assert_eq!(body.decode(&mut { *b"x" }), Err(HttpError::Truncated));
            assert!(!body.is_complete() && !body.may_reuse());
        }
        let mut body = Body::until_close();
        assert_eq!(body.decode(&mut { *b"abc" }), Ok(Decoded { len: 3, excess: 0 }));
        assert!(!body.is_complete());
        assert_eq!((body.end_of_input(), body.is_complete()), (Ok(()), true));
        assert!(!body.may_reuse());
        let mut body = Body::empty(true);
        assert_eq!((body.end_of_input(), body.may_reuse()), (Ok(()), false));
    }

    #[test]
    fn an_error_is_final() {
        let mut body = Body::chunked(true);
        let error = HttpError::ChunkSize { at: 0 };
        assert_eq!(body.decode(&mut { *b"x" }), Err(error));
        assert_eq!(body.decode(&mut { *b"0\r\n\r\n" }), Err(error));
        assert_eq!(body.end_of_input(), Err(error));
        assert_eq!(body.remaining(), None);
        assert!(!body.is_complete() && !body.may_reuse());
    }
}
