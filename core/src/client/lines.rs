//! One duplex stream of lines, on which the answers of all exchanges arrive.

use super::batch::Batch;
use super::event::Event;
use super::{Client, Exchange};
use crate::error::{Error, PeerError};
use crate::framing::{FrameTooLarge, Line, Step};
use crate::inbox::Inbox;
use crate::json::Scanner;
use crate::jsonrpc::{Id, Message};
use crate::mcp::Revision;

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

/// What came over a stream of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival<'i> {
    /// Which of the exchanges it answers. Other events than a response answer none.
    pub exchange: Option<usize>,
    /// The message as it came, the line that is none, or the start of the one that is too long. Escape it
    /// before it reaches a terminal.
    pub text: &'i [u8],
    /// What happened.
    ///
    /// An error without an exchange is about one line, which has been dropped:
    /// [`Error::FrameTooLarge`], [`PeerError::Message`], [`PeerError::BatchTooLarge`]. One with an exchange,
    /// [`PeerError::Result`] or [`Error::FrameTooLarge`], is the end of that exchange. [`Event::Closed`] is
    /// the end of the stream.
    pub event: Result<Event<'i>, Error>,
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
    /// `exchanges` are those whose response is awaited; [settle](Client::settle) one when it is answered. A
    /// response without an id is taken when one alone is waiting.
    pub fn next_arrival<'i>(
        &mut self,
        client: &Client,
        exchanges: &mut [Exchange],
        inbox: &'i mut Inbox<'_>,
    ) -> Arrival<'i> {
        let nothing = |event| Arrival { exchange: None, text: &[], event };
        if self.needs_data(inbox) {
            return nothing(Ok(Event::NeedData));
        }
        match self.found.take() {
            Some(Err(error)) => return too_large(error.into(), exchanges, inbox.frame()),
            Some(Ok(Step::End)) => return nothing(Ok(Event::Closed)),
            _ => {}
        }
        let differences = client.legacy_revision().map(Revision::differences);
        let batches = differences.is_some_and(|differences| differences.batches);
        let frame = inbox.frame();
        let mut text = frame;
        if batches {
            match self.batch.next(frame) {
                Ok(next) => text = next,
                Err(error) => return Arrival { exchange: None, text, event: Err(error.into()) },
            }
        }
        let message = match Message::parse(text) {
            Ok(message) => message,
            Err(error) => {
                let event = Err(PeerError::Message(error).into());
                return Arrival { exchange: None, text, event };
            }
        };
        let anonymous = matches!(message, Message::Error { id: None, .. });
        let alone = is_one_waiting(exchanges);
        if alone || !anonymous {
            for (index, exchange) in exchanges.iter_mut().enumerate() {
                if let Some(event) = exchange.take(&message) {
                    return Arrival { exchange: Some(index), text, event };
                }
            }
        }
        Arrival { exchange: None, text, event: Ok(Event::beside(message, differences.is_some())) }
    }
}

impl Default for Lines {
    fn default() -> Self {
        Self::new()
    }
}

/// A line that does not fit, of which there is the start. When that is a response, its exchange is over.
fn too_large<'i>(error: Error, exchanges: &mut [Exchange], text: &'i [u8]) -> Arrival<'i> {
    let exchange = begun_response(text, exchanges);
    if let Some(exchange) = exchange.and_then(|index| exchanges.get_mut(index)) {
        exchange.fail(error);
    }
    Arrival { exchange, text, event: Err(error) }
}

/// The exchange whose response begins so. Where the id has not come yet, it is that of the only one.
fn begun_response(text: &[u8], exchanges: &[Exchange]) -> Option<usize> {
    let alone = is_one_waiting(exchanges);
    let mut scanner = Scanner::new(text);
    let mut id = None;
    let mut first = true;
    if !scanner.open(b'{') {
        return None;
    }
    while let Some(name) = scanner.next_name(first).ok()? {
        if name == *"result" || name == *"error" {
            return exchanges.iter().position(|exchange| {
                let ours = exchange.message_id();
                exchange.is_waiting() && id.map_or(alone, |id| id == ours)
            });
        }
        let value = scanner.value().ok()?;
        if name == *"id" {
            id = Id::from_value(value);
        }
        first = false;
    }
    None
}

fn is_one_waiting(exchanges: &[Exchange]) -> bool {
    exchanges.iter().filter(|exchange| exchange.is_waiting()).nth(1).is_none()
}
