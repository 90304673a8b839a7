//! One message per line, as on stdio.

use super::{FrameTooLarge, Step};
use crate::inbox::Inbox;

/// Lines end with LF or CR LF, the last one also with the input; empty ones are dropped.
///
/// [Revision 2026-07-28, stdio](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio)
#[derive(Clone, Debug, Default)]
pub struct Line {
    skipping: bool,
}

impl Line {
    /// Starts at the first byte of a line.
    pub const fn new() -> Self {
        Self { skipping: false }
    }

    pub(crate) fn step(&mut self, inbox: &mut Inbox<'_>) -> Result<Step, FrameTooLarge> {
        inbox.free_frame();
        loop {
            let unseen = inbox.unseen();
            let end = crate::search::first(b'\n', unseen);
            let searched = end.unwrap_or(unseen.len());
            inbox.saw(searched);
            let ending = usize::from(end.is_some());
            let whole = ending == 1 || inbox.is_closed() && !inbox.partial().is_empty();
            if !whole {
                return self.wait(inbox);
            }
            let skipped = core::mem::replace(&mut self.skipping, false);
            let carriage_return = inbox.partial().ends_with(b"\r");
            inbox.take_line(0, true);
            inbox.shorten_frame(carriage_return.into());
            inbox.drop_line(ending);
            if !skipped && !inbox.frame().is_empty() {
                return Ok(Step::Complete);
            }
            inbox.free_frame();
        }
    }

    /// The line goes on: drops what is not wanted of it, and an end that does not fit.
    fn wait(&mut self, inbox: &mut Inbox<'_>) -> Result<Step, FrameTooLarge> {
        if !self.skipping && inbox.is_full() && !inbox.is_closed() {
            self.skipping = true;
            // Until the next step the start of the line can be looked at.
            inbox.take_line(0, true);
            inbox.drop_line(0);
            return Err(FrameTooLarge::full(inbox));
        }
        if self.skipping {
            inbox.drop_line(0);
            inbox.free_frame();
        }
        Step::need_data(inbox)
    }
}
