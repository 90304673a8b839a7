//! A body that is one message.

mod piece;

use super::{FrameTooLarge, Step};
use crate::inbox::Inbox;

/// The frame ends where the body ends; an empty body has none.
///
/// It may fill the inbox when the end is known with the last byte, as it is for a body of stated length.
#[derive(Clone, Debug, Default)]
pub struct WholeBody {
    taken: bool,
}

impl WholeBody {
    /// Starts at the first byte of a body.
    pub const fn new() -> Self {
        Self { taken: false }
    }

    pub(super) fn step(&mut self, inbox: &mut Inbox<'_>) -> Result<Step, FrameTooLarge> {
        let unseen = inbox.unseen().len();
        inbox.saw(unseen);
        if !inbox.is_closed() {
            return Step::need_data(inbox);
        }
        if self.taken || inbox.partial().is_empty() {
            inbox.free_frame();
            return Ok(Step::End);
        }
        self.taken = true;
        inbox.take_line(0, true);
        inbox.drop_line(0);
        Ok(Step::Complete)
    }
}
