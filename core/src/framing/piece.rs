//! A frame in pieces, where it does not fit the storage.

use super::{BodyFraming, FrameTooLarge};
use crate::inbox::Inbox;

/// Hands out a frame as it comes, from where [`BodyFraming::step`] has found that it does not fit.
#[derive(Clone, Debug)]
pub(crate) struct Pieces {
    /// What comes next belongs to the data of a line whose start has been dropped.
    pub(super) in_data: bool,
}

/// What stands at the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// More bytes are needed.
    NeedData,
    /// [`Inbox::frame`] is a part of the frame; free it before the next piece is asked for.
    Bytes,
    /// A line feed belongs to the frame: an event joins its lines so.
    LineFeed,
    /// The frame has ended; the framing goes on with the next one.
    EndOfFrame,
    /// The body has ended within the frame, so that there is none.
    End,
}

impl Pieces {
    pub(crate) const fn new() -> Self {
        Self { in_data: false }
    }

    /// The next piece; the first one is what has been gathered of the frame.
    ///
    /// # Errors
    /// [`FrameTooLarge`] when a line that is no data does not fit.
    pub(crate) fn next(
        &mut self,
        framing: &mut BodyFraming,
        inbox: &mut Inbox<'_>,
    ) -> Result<Piece, FrameTooLarge> {
        if !inbox.frame().is_empty() {
            return Ok(Piece::Bytes);
        }
        match framing {
            BodyFraming::EventStream(stream) => stream.piece(self, inbox),
            BodyFraming::WholeBody(body) => Ok(body.piece(inbox)),
        }
    }

    /// What has been searched of the current line is the next piece, if it is anything.
    pub(super) fn take(inbox: &mut Inbox<'_>) -> Option<Piece> {
        if inbox.partial().is_empty() {
            return None;
        }
        inbox.take_line(0, true);
        inbox.drop_line(0);
        Some(Piece::Bytes)
    }
}
