//! What comes over a stream that all exchanges share, and whose it is.

use core::borrow::BorrowMut;

use super::batch::Batch;
use super::event::Event;
use super::{Client, Exchange};
use crate::error::{Error, PeerError};
use crate::inbox::Inbox;
use crate::json::Scanner;
use crate::jsonrpc::{Id, Message};
use crate::mcp::Revision;

/// Reads what a server says over a stream on which the answers of all exchanges come, in any order:
/// [`Lines`](super::Lines) or a [`Channel`](super::Channel).
pub trait Arrivals {
    /// Whether bytes have to be read before [`next_arrival`](Self::next_arrival) has anything but
    /// [`Event::NeedData`].
    fn needs_data(&mut self, inbox: &mut Inbox<'_>) -> bool;

    /// The next thing that came; its borrow keeps the inbox still until it is handled.
    ///
    /// `exchanges` are those whose response is awaited, or references to them; [settle](Client::settle) one
    /// when it is answered. A response without an id is taken when one alone is waiting.
    fn next_arrival<'i, E: BorrowMut<Exchange>>(
        &mut self,
        client: &Client,
        exchanges: &mut [E],
        inbox: &'i mut Inbox<'_>,
    ) -> Arrival<'i>;
}

/// What came over a shared stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival<'i> {
    /// Which of the exchanges it answers. Other events than a response answer none.
    pub exchange: Option<usize>,
    /// The message as it came, the text that is none, or the start of the one that is too long. Escape it
    /// before it reaches a terminal.
    pub text: &'i [u8],
    /// What happened.
    ///
    /// An error without an exchange is about one message, which has been dropped:
    /// [`Error::FrameTooLarge`], [`PeerError::Message`], [`PeerError::BatchTooLarge`]. One with an exchange,
    /// [`PeerError::Result`] or [`Error::FrameTooLarge`], is the end of that exchange. [`Event::Closed`] is
    /// the end of the stream.
    pub event: Result<Event<'i>, Error>,
}

impl<'i> Arrival<'i> {
    pub(super) const fn nothing_but(event: Event<'i>) -> Self {
        Self { exchange: None, text: &[], event: Ok(event) }
    }

    pub(super) const fn fault(text: &'i [u8], error: Error) -> Self {
        Self { exchange: None, text, event: Err(error) }
    }

    /// Gives a frame, or the next message of the batch in it, to the exchange that it answers.
    pub(super) fn of_frame<E: BorrowMut<Exchange>>(
        frame: &'i [u8],
        batch: &mut Batch,
        client: &Client,
        exchanges: &mut [E],
    ) -> Self {
        let differences = client.asked_in().map(Revision::differences);
        let batches = differences.is_some_and(|differences| differences.batches);
        let mut text = frame;
        if batches {
            match batch.next(frame) {
                Ok(next) => text = next,
                Err(error) => return Self::fault(text, error.into()),
            }
        }
        let message = match Message::parse(text) {
            Ok(message) => message,
            Err(error) => return Self::fault(text, PeerError::Message(error).into()),
        };
        let anonymous = matches!(message, Message::Error { id: None, .. });
        let alone = is_one_waiting(exchanges);
        if alone || !anonymous {
            for (index, exchange) in exchanges.iter_mut().enumerate() {
                if let Some(event) = exchange.borrow_mut().take(&message) {
                    return Self { exchange: Some(index), text, event };
                }
            }
        }
        Self { exchange: None, text, event: Ok(Event::beside(message, differences.is_some())) }
    }

    /// A message that does not fit, of which there is the start. When that is a response, its exchange is
    /// over.
    pub(super) fn too_large<E: BorrowMut<Exchange>>(
        error: Error,
        exchanges: &mut [E],
        text: &'i [u8],
    ) -> Self {
        let exchange = begun_response(text, exchanges);
        if let Some(exchange) = exchange.and_then(|index| exchanges.get_mut(index)) {
            exchange.borrow_mut().fail(error);
        }
        Self { exchange, text, event: Err(error) }
    }
}

/// The exchange whose response begins so. Where the id has not come yet, it is that of the only one.
fn begun_response<E: BorrowMut<Exchange>>(text: &[u8], exchanges: &[E]) -> Option<usize> {
    let alone = is_one_waiting(exchanges);
    let mut scanner = Scanner::new(text);
    let mut id = None;
    if !scanner.open(b'{') {
        return None;
    }
    while let Some(name) = scanner.next_name() {
        if name == *"result" || name == *"error" {
            return exchanges.iter().position(|exchange| {
                let exchange = exchange.borrow();
                let ours = exchange.message_id();
                exchange.is_waiting() && id.map_or(alone, |id| id == ours)
            });
        }
        let value = scanner.value()?;
        if name == *"id" {
            id = Id::from_value(value);
        }
    }
    None
}

fn is_one_waiting<E: BorrowMut<Exchange>>(exchanges: &[E]) -> bool {
    exchanges.iter().filter(|exchange| (*exchange).borrow().is_waiting()).nth(1).is_none()
}
