//! A body in pieces.

use super::super::{Piece, Pieces};
use super::WholeBody;
use crate::inbox::Inbox;

impl WholeBody {
    /// The next piece of a body that does not fit; nothing is in the frame.
    pub(in super::super) fn piece(&mut self, inbox: &mut Inbox<'_>) -> Piece {
        inbox.free_frame();
        let unseen = inbox.unseen().len();
        inbox.saw(unseen);
        match Pieces::take(inbox) {
            Some(piece) => piece,
            None if inbox.is_closed() => {
                self.taken = true;
                Piece::EndOfFrame
            }
            None => Piece::NeedData,
        }
    }
}
