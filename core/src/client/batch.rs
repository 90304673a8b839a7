//! The messages of a batch, one at a time.

use crate::error::PeerError;
use crate::json::{self, Scanner};

/// Most messages of a batch (revision 2025-03-26).
pub const MAX_BATCH: usize = 256;

/// Bytes of the batch in the current frame that are left behind the message handed out last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Batch(Option<usize>);

impl Batch {
    pub(super) const NONE: Self = Self(None);

    /// Whether the frame has more messages.
    pub(super) const fn goes_on(self) -> bool {
        self.0.is_some()
    }

    /// The text of the next message of the batch that `frame` is, or `frame` when it is none.
    pub(super) fn next<'i>(&mut self, frame: &'i [u8]) -> Result<&'i [u8], PeerError> {
        let left = self.0.take();
        if frame.trim_ascii_start().first() != Some(&b'[') {
            return Ok(frame);
        }
        let mut rest = if let Some(left) = left {
            Scanner::new(frame.get(frame.len().wrapping_sub(left)..).unwrap_or_default())
        } else {
            let batch = json::parse(frame).map_err(|error| PeerError::Message(error.into()))?;
            if batch.items().nth(MAX_BATCH).is_some() {
                return Err(PeerError::BatchTooLarge { limit: MAX_BATCH });
            }
            let mut rest = Scanner::new(frame);
            rest.open(b'[');
            rest
        };
        let next = if rest.next_element(b']') { rest.value() } else { None };
        let left = rest.rest();
        self.0 = left.starts_with(b",").then_some(left.len());
        // An empty array is no message; reading it as one names the fault.
        Ok(next.map_or(frame, |message| message.raw()))
    }
}
