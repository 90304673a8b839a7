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
mod channel;
mod event;
mod exchange;
mod lines;
mod message_endpoint;
mod post;
mod session;
mod state;
mod subscription;

use crate::auth::Bearer;
use crate::error::{Error, Misuse, PeerError};
use crate::json::{Object, Str, Value};
use crate::jsonrpc::{Id, Outgoing, code};
use crate::mcp::{
    Capabilities, ClientInfo, LogLevel, Method, ParamHeaderError, Revision, TraceContext,
    encode_header_value, param_headers,
};
use crate::writer::{Writer, emit};

use exchange::Purpose;
use session::SessionId;
use state::{Lesson, State};

pub use arrival::{Arrival, Arrivals};
pub use batch::MAX_BATCH;
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
    /// Exchanges since the client was last ready.
    negotiating: u8,
}

/// A request of the caller.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    method: Method<'a>,
    bearer: Option<Bearer<'a>>,
    progress: bool,
    log: Option<LogLevel>,
    trace: Option<&'a TraceContext<'a>>,
    input: Input<'a>,
}

/// What a request carries that is sent again with the input that the server asked for.
#[derive(Clone, Copy, Debug, Default)]
struct Input<'a> {
    responses: Option<Value<'a>>,
    state: Option<Str<'a>>,
}

impl<'a> Call<'a> {
    /// A request without a bearer.
    pub const fn new(method: Method<'a>) -> Self {
        let input = Input { responses: None, state: None };
        Self { method, bearer: None, progress: false, log: None, trace: None, input }
    }

    /// Sends this bearer.
    #[must_use]
    pub const fn bearer(mut self, bearer: Option<Bearer<'a>>) -> Self {
        self.bearer = bearer;
        self
    }

    /// The bearer that is sent.
    pub const fn bearer_token(&self) -> Option<Bearer<'a>> {
        self.bearer
    }

    /// Asks for notifications of progress; their token is the id of the request.
    #[must_use]
    pub const fn progress(mut self) -> Self {
        self.progress = true;
        self
    }

    /// Asks for the log messages of this request from that level on. Revisions up to 2025-11-25 are told by
    /// [`Method::set_log_level`], and this does nothing there.
    #[must_use]
    pub const fn log(mut self, least: LogLevel) -> Self {
        self.log = Some(least);
        self
    }

    /// Sends where the request stands in a trace.
    #[must_use]
    pub const fn trace(mut self, context: &'a TraceContext<'a>) -> Self {
        self.trace = Some(context);
        self
    }

    /// Sends the same request once more, as the server has answered that it needs input first:
    /// `responses` is an object with an answer under each key of its requests, `state` what it sent as
    /// `requestState`, which goes back as it stood in its message. Leave out what it has not sent.
    ///
    /// [Multi-round-trip requests](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr)
    #[must_use]
    pub const fn input(mut self, responses: Option<Value<'a>>, state: Option<Str<'a>>) -> Self {
        self.input = Input { responses, state };
        self
    }
}

impl Input<'_> {
    const fn is_empty(&self) -> bool {
        self.responses.is_none() && self.state.is_none()
    }

    fn write(&self, params: &mut Object<'_, '_>) {
        if let Some(responses) = self.responses {
            params.value("inputResponses", responses);
        }
        if let Some(state) = self.state {
            let w = params.key("requestState");
            w.byte(b'"');
            w.bytes(state.raw());
            w.byte(b'"');
        }
    }
}

/// What a request of the server is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// An error.
    Error {
        /// See [`code`].
        code: i64,
        /// One sentence.
        message: &'a str,
    },
    /// A result.
    Result(Value<'a>),
}

impl Answer<'_> {
    /// The answer of a client without capabilities: `ping` is answered, anything else does not exist.
    pub fn default_for(request: &ServerRequest<'_>) -> Self {
        if request.method == *"ping" {
            Self::Result(Value::empty_object())
        } else {
            Self::Error { code: code::METHOD_NOT_FOUND, message: "method not found" }
        }
    }
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
    /// [`Error::OutputTooSmall`], and nothing has changed then; [`PeerError::Negotiation`] after
    /// [`MAX_NEGOTIATION`] exchanges.
    ///
    /// [Backward compatibility](https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning)
    pub fn connect<'o>(
        &mut self,
        bearer: Option<Bearer<'_>>,
        out: &'o mut [u8],
    ) -> Result<Option<(Post<'o>, Exchange)>, Error> {
        if self.negotiating >= MAX_NEGOTIATION && self.revision().is_none() {
            return Err(PeerError::Negotiation { limit: MAX_NEGOTIATION }.into());
        }
        let discover = Call::new(Method::Discover);
        let (message, revision) = match self.state {
            State::Ready(_) => return Ok(None),
            State::Unknown => (Message::Call(&discover, Purpose::Discover), Revision::LATEST),
            State::Initialize(revision) => (Message::Initialize, revision),
            State::Announce(revision) => {
                let message = Outgoing::Notification { method: "notifications/initialized" };
                (Message::Other(message), revision)
            }
        };
        let sent = self.send(&message, revision, bearer, out)?;
        self.negotiating = self.negotiating.saturating_add(1);
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
        let range = (self.oldest, self.newest);
        Ok((post, Exchange::new(0, Purpose::Listen, revision, range, self.session.is_some())))
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
        let revision = self.legacy_revision().ok_or(Misuse::NotReady)?;
        Ok(Some((self.get(Some(last_event_id), revision, bearer, out)?, next)))
    }

    /// Writes the answer to a request of the server.
    ///
    /// # Errors
    /// [`Misuse::NotReady`], [`Error::OutputTooSmall`]. Nothing has changed then.
    pub fn answer<'o>(
        &mut self,
        request: &ServerRequest<'_>,
        answer: Answer<'_>,
        bearer: Option<Bearer<'_>>,
        out: &'o mut [u8],
    ) -> Result<(Post<'o>, Exchange), Error> {
        let revision = self.legacy_revision().ok_or(Misuse::NotReady)?;
        let id = request.id;
        let message = match answer {
            Answer::Result(result) => Outgoing::Result { id, result },
            Answer::Error { code, message } => Outgoing::Error { id, code, message },
        };
        self.send(&Message::Other(message), revision, bearer, out)
    }

    /// Writes that the answer to a request is not wanted any more; `None` when it has come, when the
    /// exchange is not that of a [request](Self::request), and in the modern era, which over HTTP has no
    /// such message: there closing the response stream says so, and in the legacy era it does not. Over
    /// stdio it is [`cancel_line`](Self::cancel_line).
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
        let Some(revision) = self.revision().filter(|_| exchange.is_cancellable()) else {
            return Ok(None);
        };
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
        self.session = None;
        let exchange = self.exchange(Purpose::Notify, revision);
        self.state = State::Initialize(revision);
        Ok(Some((post, exchange)))
    }

    /// Takes over what an exchange has taught; call it at the end of each. Whether the handshake has
    /// got further: when the answer to one of its messages taught nothing, it is stuck.
    ///
    /// # Errors
    /// [`PeerError::NoCommonRevision`].
    pub fn settle(&mut self, exchange: &Exchange) -> Result<bool, Error> {
        let legacy = self.newest.min(Revision::LATEST_LEGACY);
        let legacy = (legacy >= self.oldest).then_some(legacy);
        let lesson = exchange.lesson();
        // A lesson about a handshake that has been overtaken by another exchange is stale.
        if exchange.purpose().is_handshake() && matches!(self.state, State::Ready(_)) {
            return Ok(false);
        }
        let before = self.state;
        self.state = before.after(lesson, legacy)?;
        if lesson == Lesson::SessionLost {
            self.session = None;
        }
        if matches!(self.state, State::Ready(_)) {
            self.negotiating = 0;
        }
        Ok(self.state != before)
    }

    /// A client that has agreed on the same and runs beside this one, on connections of its own. The next
    /// `ids` requests are its: this one leaves their ids out, so that no id is under way twice.
    #[must_use]
    pub fn beside(&mut self, ids: u32) -> Self {
        let other = self.clone();
        self.next_id = self.next_id.checked_add(ids).unwrap_or(1);
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

    /// Writes a message, all or nothing, and makes the exchange for it; a request takes an id.
    fn send<'o>(
        &mut self,
        message: &Message<'_>,
        revision: Revision,
        bearer: Option<Bearer<'_>>,
        out: &'o mut [u8],
    ) -> Result<(Post<'o>, Exchange), Error> {
        let id = Id::Number(self.next_id.into());
        let (outgoing, purpose) = match message {
            Message::Call(call, purpose) => {
                check_arguments(&call.method)?;
                if revision.is_modern() {
                    // Then it cannot fail below.
                    write_method_headers(&mut Writer::measure(), &call.method)?;
                }
                (Outgoing::Request { id, method: call.method.name() }, *purpose)
            }
            Message::Initialize => {
                (Outgoing::Request { id, method: "initialize" }, Purpose::Initialize)
            }
            Message::Cancel { .. } => {
                (Outgoing::Notification { method: "notifications/cancelled" }, Purpose::Notify)
            }
            Message::Other(outgoing) => (*outgoing, Purpose::Notify),
        };
        let mut split = 0;
        let text = emit(out, |w| {
            header(w, "Accept", "application/json, text/event-stream");
            header(w, "Content-Type", "application/json");
            if let Message::Call(call, _) = message
                && revision.is_modern()
            {
                let _ = write_method_headers(w, &call.method);
            }
            let session = if let Message::Initialize = message { None } else { Some(revision) };
            self.write_session_headers(w, session, bearer);
            split = w.len();
            outgoing.write(w, |params| self.write_params(params, message, revision));
        })?;
        let (headers, body) = text.split_at_checked(split).unwrap_or_default();
        if purpose == Purpose::Initialize {
            self.session = None;
        }
        Ok((Post { verb: Verb::Post, headers, body }, self.exchange(purpose, revision)))
    }

    fn write_params(&self, params: &mut Object<'_, '_>, message: &Message<'_>, revision: Revision) {
        match message {
            Message::Call(call, _) => {
                call.method.write_params(params);
                call.input.write(params);
                let stateless = revision.is_modern();
                if !stateless && !call.progress && call.trace.is_none() {
                    return;
                }
                let mut meta = params.object("_meta");
                if stateless {
                    meta.str("io.modelcontextprotocol/protocolVersion", revision.name());
                    self.info.write(&mut meta, "io.modelcontextprotocol/clientInfo");
                    let name = "io.modelcontextprotocol/clientCapabilities";
                    self.capabilities.write(revision, &mut meta, name);
                    if let Some(least) = call.log {
                        meta.str("io.modelcontextprotocol/logLevel", least.name());
                    }
                }
                if call.progress {
                    meta.unsigned("progressToken", self.next_id.into());
                }
                if let Some(trace) = call.trace {
                    for (name, text) in trace.members() {
                        if let Some(text) = text {
                            meta.str(name, text);
                        }
                    }
                }
                meta.end();
            }
            Message::Initialize => {
                params.str("protocolVersion", revision.name());
                self.capabilities.write(revision, params, "capabilities");
                self.info.write(params, "clientInfo");
            }
            Message::Cancel { id, reason } => {
                params.unsigned("requestId", (*id).into());
                if let Some(reason) = reason {
                    params.str("reason", reason);
                }
            }
            Message::Other(_) => {}
        }
    }

    fn get<'o>(
        &self,
        last_event_id: Option<&str>,
        revision: Revision,
        bearer: Option<Bearer<'_>>,
        out: &'o mut [u8],
    ) -> Result<Post<'o>, Error> {
        let headers = emit(out, |w| {
            header(w, "Accept", "text/event-stream");
            if let Some(id) = last_event_id {
                header(w, "Last-Event-ID", id);
            }
            self.write_session_headers(w, Some(revision), bearer);
        })?;
        Ok(Post { verb: Verb::Get, headers, body: &[] })
    }

    /// The exchange for what has just been written; a request takes an id.
    fn exchange(&mut self, purpose: Purpose, revision: Revision) -> Exchange {
        let id = self.next_id;
        if purpose != Purpose::Notify {
            self.next_id = id.checked_add(1).unwrap_or(1);
        }
        let range = (self.oldest, self.newest);
        Exchange::new(id, purpose, revision, range, self.session.is_some())
    }

    /// The headers of the session in this revision, when there may be one, and the bearer.
    fn write_session_headers(
        &self,
        w: &mut Writer<'_>,
        revision: Option<Revision>,
        bearer: Option<Bearer<'_>>,
    ) {
        if let Some(revision) = revision {
            if revision.differences().version_header {
                header(w, "MCP-Protocol-Version", revision.name());
            }
            if let Some(session) = &self.session {
                w.str("Mcp-Session-Id: ");
                w.bytes(session.as_bytes());
                w.str("\r\n");
            }
        }
        write_bearer(w, bearer);
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

/// What a POST carries.
enum Message<'m> {
    Call(&'m Call<'m>, Purpose),
    Cancel {
        id: u32,
        reason: Option<&'m str>,
    },
    Initialize,
    /// A notification or an answer.
    Other(Outgoing<'m>),
}

/// The headers that repeat the body.
fn write_method_headers(w: &mut Writer<'_>, method: &Method<'_>) -> Result<(), ParamHeaderError> {
    header(w, "Mcp-Method", method.name());
    if let Some(name) = method.mcp_name() {
        w.str("Mcp-Name: ");
        encode_header_value(w, name.chars());
        w.str("\r\n");
    }
    if let Method::CallTool { input_schema: Some(schema), arguments, .. } = method {
        for param in param_headers(*schema)? {
            param.write(w, *arguments)?;
        }
    }
    Ok(())
}

fn header(w: &mut Writer<'_>, name: &str, value: &str) {
    w.str(name);
    w.str(": ");
    w.str(value);
    w.str("\r\n");
}

fn write_bearer(w: &mut Writer<'_>, bearer: Option<Bearer<'_>>) {
    if let Some(bearer) = bearer {
        w.str("Authorization: ");
        bearer.write(w);
        w.str("\r\n");
    }
}

fn check_arguments(method: &Method<'_>) -> Result<(), Misuse> {
    let (arguments, reserved) = match method {
        Method::CallTool { arguments, .. } | Method::GetPrompt { arguments, .. } => {
            (arguments, false)
        }
        Method::Other { params, .. } => {
            (params, params.is_some_and(|params| params.member("_meta") != Ok(None)))
        }
        _ => return Ok(()),
    };
    if reserved || arguments.is_some_and(|arguments| !arguments.is_object()) {
        return Err(Misuse::Arguments);
    }
    let name = method.name();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Misuse::Method);
    }
    Ok(())
}
