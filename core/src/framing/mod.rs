//! One frame at a time out of a body: the whole of it, the events of a stream, or lines.
//!
//! A frame is the text of one JSON-RPC message (or batch). It borrows the [`Inbox`], so it has to be
//! handled before more is read.

mod event_stream;
mod line;
mod piece;
mod whole_body;

use core::fmt;

use crate::inbox::Inbox;

pub use event_stream::{EventStream, MAX_EVENT_ID, MAX_EVENT_NAME};
pub use line::Line;
pub(crate) use piece::{Piece, Pieces};
pub use whole_body::WholeBody;

/// How messages are separated.
#[expect(clippy::large_enum_variant, reason = "without a heap there is nothing to box into")]
#[derive(Clone, Debug)]
pub enum Framing {
    /// `text/event-stream`: one message per event.
    EventStream(EventStream),
    /// stdio: one message per line.
    Line(Line),
    /// `application/json`: the body is one message.
    WholeBody(WholeBody),
}

impl Framing {
    /// The next frame, or what stands in its way. The frame before is freed.
    ///
    /// # Errors
    /// [`FrameTooLarge`] when a frame cannot fit the storage. For lines the rest of the line is skipped
    /// and reading can go on; otherwise every later call repeats the error.
    pub fn next_frame<'i>(&mut self, inbox: &'i mut Inbox<'_>) -> Result<Frame<'i>, FrameTooLarge> {
        Ok(match self.step(inbox)? {
            Step::NeedData => Frame::NeedData,
            Step::Complete => Frame::Complete(inbox.frame()),
            Step::End => Frame::End,
        })
    }

    /// The same without the borrow: the frame is then [`Inbox::frame`].
    pub(crate) fn step(&mut self, inbox: &mut Inbox<'_>) -> Result<Step, FrameTooLarge> {
        match self {
            Self::EventStream(stream) => stream.step(inbox),
            Self::Line(line) => line.step(inbox),
            Self::WholeBody(body) => body.step(inbox),
        }
    }
}

/// How messages are separated in a body of HTTP.
#[expect(clippy::large_enum_variant, reason = "without a heap there is nothing to box into")]
#[derive(Clone, Debug)]
pub(crate) enum BodyFraming {
    EventStream(EventStream),
    WholeBody(WholeBody),
}

impl BodyFraming {
    /// As [`Framing::step`].
    pub(crate) fn step(&mut self, inbox: &mut Inbox<'_>) -> Result<Step, FrameTooLarge> {
        match self {
            Self::EventStream(stream) => stream.step(inbox),
            Self::WholeBody(body) => body.step(inbox),
        }
    }
}

/// What [`Framing::next_frame`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'i> {
    /// More bytes are needed: read into [`Inbox::spare`].
    NeedData,
    /// One frame.
    Complete(&'i [u8]),
    /// The body has ended.
    End,
}

/// A frame does not fit the storage of the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FrameTooLarge {
    /// Bytes that the inbox holds.
    pub limit: usize,
    /// Bytes that the frame has at least: what has come of it, and one more.
    pub needed: usize,
}

impl FrameTooLarge {
    /// A frame that goes on where the storage is full.
    pub(crate) const fn full(inbox: &Inbox<'_>) -> Self {
        let limit = inbox.capacity();
        Self { limit, needed: limit.wrapping_add(1) }
    }
}

impl fmt::Display for FrameTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, needed } = self;
        write!(f, "a message of at least {needed} bytes does not fit the inbox of {limit} bytes")
    }
}

impl core::error::Error for FrameTooLarge {}

/// What a framing found, before the frame is borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    NeedData,
    Complete,
    End,
}

impl Step {
    /// More data, unless nothing can be read or nothing will come.
    fn need_data(inbox: &Inbox<'_>) -> Result<Self, FrameTooLarge> {
        if inbox.is_closed() {
            Ok(Self::End)
        } else if inbox.is_full() {
            Err(FrameTooLarge::full(inbox))
        } else {
            Ok(Self::NeedData)
        }
    }
}
