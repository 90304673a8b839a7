//! The event stream of the HTTP+SSE transport, on which the answers of all exchanges arrive.

use core::borrow::BorrowMut;

use super::arrival::{Arrival, Arrivals};
use super::batch::Batch;
use super::event::Event;
use super::exchange::Purpose;
use super::message_endpoint::MessageEndpointError;
use super::post::{Post, Verb};
use super::sending::write_bearer;
use super::{Client, Exchange};
use crate::auth::Bearer;
use crate::error::{Error, PeerError};
use crate::framing::{EventStream, FrameTooLarge, Step};
use crate::http1::write_header;
use crate::inbox::Inbox;
use crate::mcp::Revision;
use crate::writer::emit;

/// Reads what a server says over HTTP+SSE, the transport of revision 2024-11-05: one event stream that
/// names at its start where messages are posted, and on which all answers come.
///
/// 1. Send what [`open`](Self::open) writes, and give status and headers to its exchange. When that is
///    [no stream](Exchange::is_stream), its events say why.
/// 2. Read [`endpoint`](Self::endpoint) out of the body and resolve it by
///    [`message_endpoint`](super::message_endpoint), which lets none of another origin through.
/// 3. Post the body of each message there, by [`submit`](Self::submit). When that is accepted, the exchange
///    of the message learns it by [`Exchange::on_line_sent`]; responses come in here.
///
/// The client has to be one of the legacy era. There are no session id and no resuming: when the stream
/// ends the session does, and a new client begins anew.
///
/// [Revision 2024-11-05, HTTP with SSE](https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse)
#[derive(Clone, Debug)]
pub struct Channel {
    stream: EventStream,
    /// What the framing has found and nothing has shown.
    found: Option<Result<Step, FrameTooLarge>>,
    batch: Batch,
    /// An event did not fit: where the next one begins is not known.
    lost: bool,
}

impl Channel {
    /// Starts at the first byte of the body.
    pub fn new() -> Self {
        Self { stream: EventStream::new(), found: None, batch: Batch::NONE, lost: false }
    }

    /// Writes the request that opens the stream. A server is asked so that has refused `initialize` with 400,
    /// 404 or 405.
    ///
    /// # Errors
    /// [`Error::OutputTooSmall`].
    ///
    /// [Backward compatibility](https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#backwards-compatibility)
    pub fn open<'o>(
        bearer: Option<Bearer<'_>>,
        out: &'o mut [u8],
    ) -> Result<(Post<'o>, Exchange), Error> {
        let headers = emit(out, |w| {
            write_header(w, "Accept", b"text/event-stream");
            write_bearer(w, bearer);
        })?;
        Ok((Post { verb: Verb::Get, headers, body: &[] }, exchange(Purpose::Listen)))
    }

    /// Writes the request that posts `message`, the [body](Post::body) of one that the client has written.
    /// Its exchange ends with [`Event::Accepted`] or says why not.
    ///
    /// # Errors
    /// [`Error::OutputTooSmall`].
    pub fn submit<'o>(
        message: &[u8],
        bearer: Option<Bearer<'_>>,
        out: &'o mut [u8],
    ) -> Result<(Post<'o>, Exchange), Error> {
        let mut split = 0;
        let text = emit(out, |w| {
            write_header(w, "Content-Type", b"application/json");
            write_bearer(w, bearer);
            split = w.len();
            w.bytes(message);
        })?;
        let (headers, body) = text.split_at_checked(split).unwrap_or_default();
        Ok((Post { verb: Verb::Post, headers, body }, exchange(Purpose::Notify)))
    }

    /// Whether bytes have to be read before [`endpoint`](Self::endpoint) or
    /// [`next_arrival`](Self::next_arrival) has anything.
    pub fn needs_data(&mut self, inbox: &mut Inbox<'_>) -> bool {
        if self.lost || self.batch.goes_on() || self.found.is_some() {
            return false;
        }
        loop {
            match self.stream.step(inbox) {
                Ok(Step::NeedData) => return true,
                // One that is not for MCP.
                Ok(Step::Complete) if self.name().is_none() => {}
                found => {
                    self.found = Some(found);
                    return false;
                }
            }
        }
    }

    /// The text of the first event, which says where messages are posted; `None` when bytes have to be
    /// read. Ask for it once.
    ///
    /// # Errors
    /// [`PeerError::MessageEndpoint`]: the stream has ended, or begins with something else, or it is no
    /// UTF-8; [`Error::FrameTooLarge`].
    pub fn endpoint<'i>(&mut self, inbox: &'i mut Inbox<'_>) -> Result<Option<&'i str>, Error> {
        if self.needs_data(inbox) {
            return Ok(None);
        }
        match self.found.take() {
            Some(Ok(Step::Complete)) if self.name() == Some(Name::Endpoint) => {}
            Some(Err(error)) => return Err(error.into()),
            _ => return Err(PeerError::MessageEndpoint(MessageEndpointError::Missing).into()),
        }
        let text = core::str::from_utf8(inbox.frame());
        let text =
            text.map_err(|error| MessageEndpointError::Character { at: error.valid_up_to() });
        text.map(Some).map_err(|error| PeerError::MessageEndpoint(error).into())
    }

    /// The next thing that came; its borrow keeps the inbox still until it is handled.
    ///
    /// As by [`Lines::next_arrival`](super::Lines::next_arrival), but that an event which does not fit is
    /// the last one. A second endpoint is [`MessageEndpointError::Repeated`] and changes nothing.
    pub fn next_arrival<'i, E: BorrowMut<Exchange>>(
        &mut self,
        client: &Client,
        exchanges: &mut [E],
        inbox: &'i mut Inbox<'_>,
    ) -> Arrival<'i> {
        if self.needs_data(inbox) {
            return Arrival::nothing_but(Event::NeedData);
        }
        let frame = inbox.frame();
        match self.found.take() {
            Some(Err(error)) => {
                self.lost = true;
                Arrival::too_large(error.into(), exchanges, begun(inbox))
            }
            None if self.lost => Arrival::nothing_but(Event::Closed),
            Some(Ok(Step::End)) => Arrival::nothing_but(Event::Closed),
            Some(_) if self.name() == Some(Name::Endpoint) => {
                let repeated = PeerError::MessageEndpoint(MessageEndpointError::Repeated);
                Arrival::fault(frame, repeated.into())
            }
            _ => Arrival::of_frame(frame, &mut self.batch, client, exchanges),
        }
    }

    /// What the current event is called; `None` for one that MCP does not have.
    fn name(&self) -> Option<Name> {
        match self.stream.event_name()? {
            b"" | b"message" => Some(Name::Message),
            b"endpoint" => Some(Name::Endpoint),
            _ => None,
        }
    }
}

/// The data that has come of an event that does not fit.
fn begun<'i>(inbox: &'i Inbox<'_>) -> &'i [u8] {
    match (inbox.frame(), inbox.partial()) {
        ([], [b'd', b'a', b't', b'a', b':', data @ ..]) => data,
        (frame, _) => frame,
    }
}

/// For requests of the transport itself, which have no id.
const fn exchange(purpose: Purpose) -> Exchange {
    let range = (Revision::V2024_11_05, Revision::LATEST_LEGACY);
    Exchange::new(0, purpose, Revision::V2024_11_05, range, false, 0)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Endpoint,
    Message,
}

impl Arrivals for Channel {
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

impl Default for Channel {
    fn default() -> Self {
        Self::new()
    }
}
