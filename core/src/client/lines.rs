//! One duplex stream of lines, on which the answers of all exchanges arrive.

use core::borrow::BorrowMut;

use super::arrival::{Arrival, Arrivals};
use super::batch::Batch;
use super::event::Event;
use super::{Client, Exchange};
use crate::framing::{FrameTooLarge, Line, Step};
use crate::inbox::Inbox;

/// Reads what a server says over a stream of lines: the standard streams of a process, a serial line, a
/// socket.
///
/// A message goes out as [`Post::pieces_of_line`](super::Post::pieces_of_line), its exchange learns that by
/// [`Exchange::on_line_sent`], and the responses of all exchanges come in here, in any order. Unlike an
/// answer over HTTP, the stream outlives what is wrong on it: a line that is no message, or too long for
/// the inbox, is one [`Arrival`] and the next line is read.
///
/// [Revision 2026-07-28, stdio](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio)
#[derive(Clone, Debug)]
pub struct Lines {
    line: Line,
    /// What the framing has found and no arrival has shown.
    found: Option<Result<Step, FrameTooLarge>>,
    batch: Batch,
}

impl Lines {
    /// Starts at the first byte of a line.
    pub const fn new() -> Self {
        Self { line: Line::new(), found: None, batch: Batch::NONE }
    }

    /// Whether bytes have to be read before [`next_arrival`](Self::next_arrival) has anything but
    /// [`Event::NeedData`].
    pub fn needs_data(&mut self, inbox: &mut Inbox<'_>) -> bool {
        if self.batch.goes_on() || self.found.is_some() {
            return false;
        }
        let step = self.line.step(inbox);
        if step != Ok(Step::NeedData) {
            self.found = Some(step);
        }
        self.found.is_none()
    }

    /// The next thing that came; its borrow keeps the inbox still until it is handled.
    ///
    /// `exchanges` are those whose response is awaited, or references to them; [settle](Client::settle) one
    /// when it is answered. A response without an id is taken when one alone is waiting.
    pub fn next_arrival<'i, E: BorrowMut<Exchange>>(
        &mut self,
        client: &Client,
        exchanges: &mut [E],
        inbox: &'i mut Inbox<'_>,
    ) -> Arrival<'i> {
        if self.needs_data(inbox) {
            return Arrival::nothing_but(Event::NeedData);
        }
        match self.found.take() {
            Some(Err(error)) => Arrival::too_large(error.into(), exchanges, inbox.frame()),
            Some(Ok(Step::End)) => Arrival::nothing_but(Event::Closed),
            _ => Arrival::of_frame(inbox.frame(), &mut self.batch, client, exchanges),
        }
    }
}

impl Arrivals for Lines {
    fn needs_data(&mut self, inbox: &mut Inbox<'_>) -> bool {
        self.needs_data(inbox)
    }

    fn next_arrival<'i, E: BorrowMut<Exchange>>(
        &mut self,
        client: &Client,
        exchanges: &mut [E],
        inbox: &'i mut Inbox<'_>,
    ) -> Arrival<'i> {
        self.next_arrival(client, exchanges, inbox)
    }
}

impl Default for Lines {
    fn default() -> Self {
        Self::new()
    }
}
