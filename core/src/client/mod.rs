//! The client: what to send next, and what the answers mean. No I/O, no heap, no clock.
//!
//! [`Client`] knows who we are, which revisions we speak and what has been agreed. It writes one message
//! at a time into the caller's buffer and hands out a [`Post`] to be sent and an [`Exchange`] that reads
//! the answer:
//!
//! ```
//! use mcpico_core::client::{Call, Client, Event};
//! use mcpico_core::inbox::Inbox;
//! use mcpico_core::mcp::{ClientInfo, Method, Revision};
//!
//! let mut client = Client::new(ClientInfo { name: "example", version: "1.0.0" });
//! let mut out = [0; 1024];
//! let mut storage = [0; 1024];
//! let mut inbox = Inbox::new(&mut storage);
//!
//! // Nothing is known of the server, so the first message finds out what it speaks.
//! let (post, mut exchange) = client.connect(None, &mut out)?.expect("something to send");
//! assert!(post.headers().any(|header| header == ("Mcp-Method", "server/discover")));
//!
//! // The transport sends `post` and brings status, headers and body.
//! exchange.on_status(200);
//! exchange.on_header(&mut client, "Content-Type", b"application/json")?;
//! let body = br#"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"]}}"#;
//! inbox.spare()[..body.len()].copy_from_slice(body);
//! inbox.commit(body.len());
//! inbox.close();
//! assert!(matches!(exchange.next_event(&mut inbox)?, Event::Response(_)));
//! client.settle(&exchange)?;
//!
//! assert_eq!(client.revision(), Some(Revision::V2026_07_28));
//! let call = Call::new(Method::ListTools { cursor: None });
//! let (post, exchange) = client.request(&call, &mut out)?;
//! # Ok::<(), mcpico_core::Error>(())
//! ```

mod arrival;
mod batch;
mod call;
mod channel;
mod event;
mod exchange;
#[cfg(feature = "defmt")]
mod format;
mod lines;
mod message_endpoint;
mod post;
mod sending;
mod session;
mod state;
mod subscription;

use crate::auth::Bearer;
use crate::error::{Error, Misuse, PeerError};
use crate::jsonrpc::Outgoing;
use crate::mcp::{Capabilities, ClientInfo, Method, Revision};
use crate::writer::emit;

use exchange::Purpose;
use sending::Message;
use session::SessionId;
use state::{Lesson, State};

pub use arrival::{Arrival, Arrivals};
pub use batch::MAX_BATCH;
pub use call::{Answer, Call};
pub use channel::Channel;
pub use event::{Event, Notification, Response, ServerRequest};
pub use exchange::{DEFAULT_RETRY, Exchange, MAX_RETRY, MIN_RETRY, ResultStream, Streamed};
pub use lines::Lines;
pub use message_endpoint::{MessageEndpointError, message_endpoint};
pub use post::{Post, Verb};
pub use session::MAX_SESSION_ID;
pub use subscription::{Ending, Subscription, Update};

/// Exchanges after which a client gives up finding out what the server speaks.
pub const MAX_NEGOTIATION: u8 = 8;

/// Who we are, what we speak and what has been agreed with one server.
#[derive(Clone, Debug)]
pub struct Client {
    info: ClientInfo,
    capabilities: Capabilities,
    oldest: Revision,
    newest: Revision,
    state: State,
    session: Option<SessionId>,
    next_id: u32,
    /// Exchanges since the client was last ready, or has given up.
    negotiating: u8,
    /// Changes when what was agreed ends, and the session with it: what was sent before is overtaken.
    agreement: u8,
}

impl Client {
    /// A client that speaks every revision and knows nothing of the server.
    pub const fn new(info: ClientInfo) -> Self {
        Self::with_revisions(info, Revision::V2024_11_05, Revision::LATEST)
    }

    /// A client that speaks the revisions from `oldest` to `newest`.
    ///
    /// With the modern revision alone there is nothing to find out and the client is ready at once; with
    /// legacy ones alone it starts with `initialize`.
    pub const fn with_revisions(info: ClientInfo, oldest: Revision, newest: Revision) -> Self {
        let state = match (oldest.is_modern(), newest.is_modern()) {
            (true, true) => State::Ready(newest),
            (false, false) => State::Initialize(newest),
            _ => State::Unknown,
        };
        let capabilities = Capabilities::NONE;
        Self {
            info,
            capabilities,
            oldest,
            newest,
            state,
            session: None,
            next_id: 1,
            negotiating: 0,
            agreement: 0,
        }
    }

    /// Declares what the server may ask of the caller; without this, nothing.
    #[must_use]
    pub const fn declare(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// Writes the next message that has to be exchanged before requests can be sent; `None` when they
    /// can. Read the answer to its end, call [`settle`](Self::settle) and then `connect` again; when the
    /// answer was a failure and the client is still not ready, asking again leads to the same message.
    ///
    /// # Errors
    /// [`Error::OutputTooSmall`], and nothing has changed then; [`PeerError::Negotiation`] once after
    /// [`MAX_NEGOTIATION`] exchanges, so that a loop ends here; whoever asks again later has as many anew.
    ///
    /// [Backward compatibility](https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning)
    pub fn connect<'o>(
        &mut self,
        bearer: Option<Bearer<'_>>,
        out: &'o mut [u8],
    ) -> Result<Option<(Post<'o>, Exchange)>, Error> {
        if self.negotiating >= MAX_NEGOTIATION && self.revision().is_none() {
            self.negotiating = 0;
            return Err(PeerError::Negotiation { limit: MAX_NEGOTIATION }.into());
        }
        let discover = Call::new(Method::Discover);
        let (message, revision) = match self.state {
            State::Ready(_) => return Ok(None),
            State::Unknown => (Message::Call(&discover, Purpose::Discover), Revision::LATEST),
            State::Initialize(revision) => (Message::Initialize, revision),
            State::Announce(revision) => (Message::Announce, revision),
        };
        let sent = self.send(&message, revision, bearer, out)?;
        self.negotiating = self.negotiating.wrapping_add(1);
        Ok(Some(sent))
    }

    /// Writes a request.
    ///
    /// # Errors
    /// [`Misuse`]: not ready, arguments that are no object, a tool whose annotations forbid the call,
    /// input for a request that takes none; [`Error::OutputTooSmall`]. Nothing has changed then.
    pub fn request<'o>(
        &mut self,
        call: &Call<'_>,
        out: &'o mut [u8],
    ) -> Result<(Post<'o>, Exchange), Error> {
        let State::Ready(revision) = self.state else { return Err(Misuse::NotReady.into()) };
        let may_require_input = call.method.may_require_input();
        let takes_input = may_require_input && revision.is_modern();
        let responses = call.input.responses;
        if !(takes_input || call.input.is_empty())
            || responses.is_some_and(|responses| !responses.is_object())
        {
            return Err(Misuse::Input.into());
        }
        let is_tool = matches!(call.method, Method::CallTool { .. });
        let may_be_task = is_tool && self.capabilities.tasks;
        let message = Message::Call(call, Purpose::Call { may_require_input, may_be_task });
        self.send(&message, revision, call.bearer, out)
    }

    /// Writes the request for a stream of what the server says unasked, which it may refuse with 405.
    /// Its end is [`Event::Closed`]; then it can be [resumed](Self::resume), or asked for anew.
    ///
    /// # Errors
    /// [`Misuse::NotReady`], also in the modern era, which has no such stream;
    /// [`Error::OutputTooSmall`].
    ///
    /// [Revision 2025-11-25, listening](https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#listening-for-messages-from-the-server)
    pub fn listen<'o>(
        &self,
        bearer: Option<Bearer<'_>>,
        out: &'o mut [u8],
    ) -> Result<(Post<'o>, Exchange), Error> {
        let revision = self.legacy_revision().ok_or(Misuse::NotReady)?;
        let post = self.get(None, revision, bearer, out)?;
        Ok((post, self.exchange_of(0, Purpose::Listen, revision)))
    }

    /// Writes the request that resumes an event stream which ended before the response; `None` when
    /// [`Exchange::retry`] is. Wait that long before it is sent. The response then comes in the new
    /// exchange, under the id of the old one.
    ///
    /// # Errors
    /// [`Misuse::NotReady`] when the session has ended since; [`Error::OutputTooSmall`].
    ///
    /// [Revision 2025-11-25, resumability](https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery)
    pub fn resume<'o>(
        &self,
        exchange: &Exchange,
        bearer: Option<Bearer<'_>>,
        out: &'o mut [u8],
    ) -> Result<Option<(Post<'o>, Exchange)>, Error> {
        let Some((next, last_event_id)) = exchange.resumed() else { return Ok(None) };
        let revision = self.legacy_revision().filter(|_| exchange.agreement() == self.agreement);
        let revision = revision.ok_or(Misuse::NotReady)?;
        Ok(Some((self.get(Some(last_event_id), revision, bearer, out)?, next)))
    }

    /// Writes the answer to a request of the server, which may ask for a sign of life before the handshake is
    /// over.
    ///
    /// # Errors
    /// [`Misuse::NotReady`] in the modern era, and while the era is not known; [`Error::OutputTooSmall`].
    /// Nothing has changed then.
    ///
    /// [Revision 2025-11-25, initialization](https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle#initialization)
    pub fn answer<'o>(
        &mut self,
        request: &ServerRequest<'_>,
        answer: Answer<'_>,
        bearer: Option<Bearer<'_>>,
        out: &'o mut [u8],
    ) -> Result<(Post<'o>, Exchange), Error> {
        let revision = self.asked_in().ok_or(Misuse::NotReady)?;
        let id = request.id;
        let message = match answer {
            Answer::Result(result) => Outgoing::Result { id, result },
            Answer::Error { code, message } => Outgoing::Error { id, code, message },
        };
        self.send(&Message::Other(message), revision, bearer, out)
    }

    /// Writes that the answer to a request is not wanted any more; `None` when it has come, when the
    /// exchange is not that of a [request](Self::request) or its session has ended, and in the modern era,
    /// which over HTTP has no such message: there closing the response stream says so, and in the legacy
    /// era it does not. Over stdio it is [`cancel_line`](Self::cancel_line).
    ///
    /// The answer may come nevertheless; the server may drop it.
    ///
    /// # Errors
    /// [`Error::OutputTooSmall`]; nothing has changed then.
    ///
    /// [Cancellation](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/cancellation)
    pub fn cancel<'o>(
        &mut self,
        exchange: &Exchange,
        reason: Option<&str>,
        bearer: Option<Bearer<'_>>,
        out: &'o mut [u8],
    ) -> Result<Option<(Post<'o>, Exchange)>, Error> {
        if self.legacy_revision().is_none() {
            return Ok(None);
        }
        self.cancel_line(exchange, reason, bearer, out)
    }

    /// As [`cancel`](Self::cancel), over stdio, which has this message in both eras; also what ends a
    /// subscription there. `bearer` is for the headers, which stdio leaves out.
    ///
    /// # Errors
    /// [`Error::OutputTooSmall`]; nothing has changed then.
    pub fn cancel_line<'o>(
        &mut self,
        exchange: &Exchange,
        reason: Option<&str>,
        bearer: Option<Bearer<'_>>,
        out: &'o mut [u8],
    ) -> Result<Option<(Post<'o>, Exchange)>, Error> {
        let cancellable = exchange.is_cancellable() && exchange.agreement() == self.agreement;
        let Some(revision) = self.revision().filter(|_| cancellable) else { return Ok(None) };
        let message = Message::Cancel { id: exchange.id(), reason };
        self.send(&message, revision, bearer, out).map(Some)
    }

    /// Writes the request that ends the session, when there is one; the server may refuse it.
    ///
    /// # Errors
    /// [`Error::OutputTooSmall`]; nothing has changed then.
    ///
    /// [Revision 2025-11-25, session management](https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management)
    pub fn end<'o>(
        &mut self,
        bearer: Option<Bearer<'_>>,
        out: &'o mut [u8],
    ) -> Result<Option<(Post<'o>, Exchange)>, Error> {
        let Some(revision) = self.legacy_revision().filter(|_| self.session.is_some()) else {
            return Ok(None);
        };
        let headers = emit(out, |w| self.write_session_headers(w, Some(revision), bearer))?;
        let post = Post { verb: Verb::Delete, headers, body: &[] };
        self.leave();
        let exchange = self.exchange(Purpose::Notify, revision);
        self.state = State::Initialize(revision);
        Ok(Some((post, exchange)))
    }

    /// Takes over what an exchange has taught; call it at the end of each. Whether the handshake has
    /// got further: when the answer to one of its messages taught nothing, it is stuck.
    ///
    /// What another exchange has overtaken teaches nothing: the answer to a handshake that is over, the loss
    /// of a session that is lost already, a revision that was agreed before.
    ///
    /// # Errors
    /// [`PeerError::NoCommonRevision`].
    pub fn settle(&mut self, exchange: &Exchange) -> Result<bool, Error> {
        let agreed = matches!(self.state, State::Announce(_) | State::Ready(_));
        if agreed == exchange.purpose().is_handshake() || exchange.agreement() != self.agreement {
            return Ok(false);
        }
        let legacy = self.newest.min(Revision::LATEST_LEGACY);
        let legacy = (legacy >= self.oldest).then_some(legacy);
        let lesson = exchange.lesson();
        let before = self.state;
        self.state = before.after(lesson, legacy)?;
        if self.state == before {
            return Ok(false);
        }
        if agreed && lesson != Lesson::Accepted {
            self.leave();
        }
        if self.revision().is_some() {
            self.negotiating = 0;
        }
        Ok(true)
    }

    /// A client that has agreed on the same and runs beside this one, on connections of its own. The next
    /// `ids` requests are its: this one leaves their ids out, so that no id is under way twice.
    #[must_use]
    pub fn beside(&mut self, ids: u32) -> Self {
        let mut other = self.clone();
        self.next_id = self.next_id.checked_add(ids).unwrap_or_else(|| {
            // What is left does not suffice, so both begin anew.
            other.next_id = 1;
            ids.saturating_add(1)
        });
        other
    }

    /// The revision that is spoken, once the client is ready.
    pub const fn revision(&self) -> Option<Revision> {
        match self.state {
            State::Ready(revision) => Some(revision),
            _ => None,
        }
    }

    /// Whether the next message is `initialize`.
    pub const fn is_initializing(&self) -> bool {
        matches!(self.state, State::Initialize(_))
    }

    /// What the server may ask of the caller.
    pub const fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    /// Whether the server has opened a session.
    pub const fn has_session(&self) -> bool {
        self.session.is_some()
    }

    /// Learns the session id from a header of the answer to `initialize`.
    fn open_session(&mut self, value: &[u8]) -> Result<(), Error> {
        let session = SessionId::new(value);
        self.session = Some(session.ok_or(PeerError::SessionId { limit: MAX_SESSION_ID })?);
        Ok(())
    }

    /// What was agreed is over, and with it the session.
    const fn leave(&mut self) {
        self.session = None;
        self.agreement = self.agreement.wrapping_add(1);
    }

    /// The revision in which the server may ask something: one of the legacy era, from `initialize` on.
    fn asked_in(&self) -> Option<Revision> {
        match self.state {
            State::Initialize(revision) => Some(revision),
            _ => self.legacy_revision(),
        }
    }

    fn legacy_revision(&self) -> Option<Revision> {
        match self.state {
            State::Announce(revision) | State::Ready(revision) => {
                (!revision.is_modern()).then_some(revision)
            }
            State::Unknown | State::Initialize(_) => None,
        }
    }
}
