//! An event in pieces.

use super::super::{FrameTooLarge, Piece, Pieces, Step};
use super::{EventStream, is_of_no_interest};
use crate::bounded::Bounded;
use crate::inbox::Inbox;
use crate::search::behind;

/// The start of a line that is data.
const DATA: &[u8] = b"data:";

impl EventStream {
    /// The next piece of an event that does not fit; nothing is in the frame.
    ///
    /// A data line is handed out as it comes. Every other line is read whole.
    pub(in super::super) fn piece(
        &mut self,
        pieces: &mut Pieces,
        inbox: &mut Inbox<'_>,
    ) -> Result<Piece, FrameTooLarge> {
        inbox.free_frame();
        loop {
            if self.after_return && !inbox.unseen().is_empty() {
                self.after_return = false;
                if inbox.unseen().first() == Some(&b'\n') {
                    inbox.drop_line(1);
                }
            }
            let unseen = inbox.unseen();
            let end = crate::search::first_of(b'\n', b'\r', unseen);
            let returns = end.is_some_and(|end| unseen.get(end) == Some(&b'\r'));
            let searched = end.unwrap_or(unseen.len());
            inbox.saw(searched);
            if !pieces.in_data && !self.skipping && Self::starts_data(inbox, end.is_some()) {
                pieces.in_data = true;
                if core::mem::replace(&mut self.has_text, true) {
                    return Ok(Piece::LineFeed);
                }
            }
            if pieces.in_data
                && let Some(piece) = Pieces::take(inbox)
            {
                return Ok(piece);
            }
            if end.is_none() {
                return self.wait(inbox);
            }
            self.after_return = returns;
            let data = core::mem::take(&mut pieces.in_data);
            let skipped = core::mem::take(&mut self.skipping);
            let blank = inbox.partial().is_empty() && !data && !skipped;
            if !data && !skipped {
                self.field(inbox);
            }
            inbox.drop_line(1);
            inbox.free_frame();
            if blank && self.dispatch() {
                return Ok(Piece::EndOfFrame);
            }
        }
    }

    /// Whether the event, as far as it has come, is for JSON-RPC.
    pub(crate) fn is_message(&self) -> bool {
        matches!(self.name.0.as_ref().map(Bounded::as_bytes), Some(b"" | b"message"))
    }

    /// Whether the current line is data; drops what stands before the data then.
    fn starts_data(inbox: &mut Inbox<'_>, whole: bool) -> bool {
        let line = inbox.partial();
        let skip = match behind(DATA, line) {
            Some([b' ', ..]) => DATA.len().saturating_add(1),
            Some([_, ..]) => DATA.len(),
            Some([]) if whole => DATA.len(),
            None if whole && line == b"data" => line.len(),
            _ => return false,
        };
        inbox.discard(skip);
        true
    }

    /// The line goes on.
    fn wait(&mut self, inbox: &mut Inbox<'_>) -> Result<Piece, FrameTooLarge> {
        self.skipping = self.skipping || is_of_no_interest(inbox.partial());
        if self.skipping {
            inbox.drop_line(0);
        }
        inbox.free_frame();
        Ok(match Step::need_data(inbox)? {
            Step::End => Piece::End,
            _ => Piece::NeedData,
        })
    }
}
