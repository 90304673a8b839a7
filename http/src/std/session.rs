//! A session that connects, shakes hands, reconnects and answers by itself.

use std::fmt;
use std::time::{Duration, Instant};

use mcpico_core::client::{Call, Client, Event, Exchange, MAX_NEGOTIATION, Response};
use mcpico_core::json::{self, Str, Value};
use mcpico_core::jsonrpc::code;
use mcpico_core::mcp::{Capabilities, Method, Revision};

use super::answering::Answering;
use super::cache::Cache;
use super::calls::Calls;
use super::channel::{self, Channel};
use super::exchange::{OUT, bearer, open, read, reserve};
use super::input::Answers;
use super::listener::Listener;
use super::options::{Options, Transport, call};
use super::outcome::{Outcome, Rejection, SessionError, rpc_error};
use super::subscription::endless;
use super::{TokioIo, TokioTimer};
use crate::{Connection, Deadline, Endpoint, EndpointError, Error};

/// Longest time that is waited for a server to hear that a response, or the session, is not wanted any more.
const COURTESY: Duration = Duration::from_secs(1);

/// Times that the event stream of one request is resumed.
pub const MAX_RESUMES: usize = 64;

/// A client of one server over HTTP.
///
/// Its futures may be dropped at any time: what they had begun is given up with the connection, and
/// the next call makes a new one.
pub struct Session {
    pub(super) url: String,
    pub(super) options: Options,
    pub(super) client: Client,
    pub(super) connection: Option<Connection<TokioIo, TokioTimer>>,
    /// Instead of connections, where the server speaks HTTP+SSE.
    pub(super) channel: Option<Channel>,
    pub(super) transport: Transport,
    /// Hears what the server asks beside the answers to requests.
    pub(super) listener: Option<Listener>,
    /// The request whose future has not ended, or was dropped.
    pub(super) in_flight: Option<Exchange>,
    /// Of the last response to a request.
    status: Option<u16>,
    pub(super) out: Vec<u8>,
    pub(super) storage: Vec<u8>,
}

impl Session {
    /// A session that has not connected yet.
    ///
    /// # Errors
    /// [`EndpointError`].
    pub fn new(url: &str, options: Options) -> Result<Self, EndpointError> {
        Endpoint::parse(url)?;
        let client = client(&options);
        let (storage, transport) = (vec![0; options.inbox], options.transport);
        Ok(Self {
            url: url.into(),
            options,
            client,
            connection: None,
            channel: None,
            transport,
            listener: None,
            status: None,
            in_flight: None,
            out: vec![0; OUT],
            storage,
        })
    }

    /// Finds out what the server speaks and shakes hands where that is due.
    ///
    /// When capabilities are declared, or [`Options::hear`] is set, and the server is one of the legacy era, a
    /// task hears on a connection of its own what it asks and tells beside the answers to requests, until the
    /// session is dropped. Over HTTP+SSE that is heard by the next request.
    ///
    /// # Errors
    /// [`SessionError`].
    pub async fn connect(&mut self) -> Result<Revision, SessionError> {
        let mut steps = 0;
        loop {
            if self.transport == Transport::Sse {
                return self.connect_channel().await;
            }
            if let Some(revision) = self.client.revision() {
                let listens =
                    self.options.capabilities != Capabilities::NONE || self.options.hear.is_some();
                if steps > 0 {
                    self.listener = None;
                }
                // A future that has listened instead may have been dropped.
                if self.listener.is_none() && !revision.is_modern() && listens {
                    let listener = Listener::start(&self.url, &self.options, &self.client);
                    self.listener = Some(listener.await);
                }
                return Ok(revision);
            }
            self.open().await?;
            let reused = self.is_connection_reused();
            match self.handshake_step().await {
                // The server was just closing the connection. On a new one that is its answer.
                Err(error) if reused && error.is_unanswered() => {}
                Err(error) if self.may_have_channel(&error) => self.find_channel(error).await?,
                // Some of the exchanges were those of earlier calls, which the server has left unanswered.
                Err(error) if error.is_negotiation() && steps < MAX_NEGOTIATION => {
                    self.client = client(&self.options);
                    steps = 0;
                    continue;
                }
                taken => taken?,
            }
            steps = steps.saturating_add(1);
        }
    }

    /// Sends a request; `observe` sees every event but the response.
    ///
    /// When the server needs input first, [`Options::answer_input`] is asked for it and the request is
    /// sent again, up to [`MAX_ROUNDS`](super::MAX_ROUNDS) times; what it does not answer is [`Outcome::InputRequired`].
    ///
    /// An event stream of the legacy era that ends before the response is resumed where it ended, after
    /// the time that the server has asked for, up to [`MAX_RESUMES`] times and within
    /// [`Deadlines::total`](crate::Deadlines::total).
    ///
    /// A session that the server has lost is opened again and the request repeated once. A request that
    /// was sent on a connection which the server was just closing is repeated on a new one, and in the
    /// modern era one whose event stream was cut off, unless it is a tool call or an extension: that may have
    /// been carried out. A tool call whose headers do not fit the tool's schema (-32020) is repeated once
    /// with the schema that the server lists now.
    ///
    /// When its future is dropped, the server goes on with the request in the legacy era:
    /// [`cancel`](Self::cancel) tells it not to. When a deadline passes, it is told at once.
    ///
    /// # Errors
    /// [`SessionError`].
    pub async fn call(
        &mut self,
        method: Method<'_>,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, SessionError> {
        self.request(method, observe).await
    }

    /// As [`call`](Self::call), with the input that the server has asked for before; input that it asks
    /// for now is always [`Outcome::InputRequired`].
    ///
    /// # Errors
    /// [`SessionError`]; [`mcpico_core::Misuse::Input`] when the answers are no
    /// JSON or belong to no such request.
    pub async fn call_with_input(
        &mut self,
        method: Method<'_>,
        answers: &Answers,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, SessionError> {
        let Some(cache) = self.options.cache.clone() else {
            return self.corrected(method, answers, observe).await;
        };
        let place = Cache::place(&self.url, &self.options, method);
        let place = place.filter(|_| *answers == Answers::default());
        let bearer = self.options.bearer.clone();
        let kept = place.as_ref().and_then(|place| cache.fresh(place, bearer.as_deref()));
        if let Some(kept) = kept {
            return Ok(Outcome::Result(kept));
        }
        let (generation, url) = (cache.generation(), self.url.clone());
        let mut hear = |event: &Event<'_>| {
            if let Event::Notification(note) = event {
                cache.hear(&url, note);
            }
            observe(event);
        };
        let outcome = self.corrected(method, answers, &mut hear).await;
        let modern = self.client.revision().is_some_and(Revision::is_modern);
        if let (Some(place), Ok(outcome), true) = (place, &outcome, modern) {
            cache.learn(place, bearer.as_deref(), outcome, generation);
        }
        outcome
    }

    /// Sends a request, and once more with the headers that the server wants.
    async fn corrected(
        &mut self,
        method: Method<'_>,
        answers: &Answers,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, SessionError> {
        let (responses, state) = answers.parsed()?;
        let outcome = self.repeat(method, responses, state, observe).await;
        let Method::CallTool { name, arguments, .. } = method else { return outcome };
        if !matches!(&outcome, Ok(Outcome::Error(error)) if error.code == code::HEADER_MISMATCH) {
            return outcome;
        }
        let Some(schema) = self.input_schema(name).await else { return outcome };
        let Ok(schema) = json::parse(schema.as_bytes()) else { return outcome };
        let method = Method::CallTool { name, arguments, input_schema: Some(schema) };
        self.repeat(method, responses, state, observe).await
    }

    /// Sends a request, and again where nothing can have been done twice.
    pub(super) async fn repeat(
        &mut self,
        method: Method<'_>,
        responses: Option<Value<'_>>,
        state: Option<Str<'_>>,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, SessionError> {
        let trace = self.options.trace.clone();
        let trace = trace.as_ref().and_then(|trace| trace.context().ok());
        let call = call(method, self.options.log, trace.as_ref()).input(responses, state);
        let acts = matches!(method, Method::CallTool { .. } | Method::Other { .. });
        let mut repeated = false;
        loop {
            let revision = self.connect().await?;
            if self.transport == Transport::Sse {
                return self.call_over_channel(&call, observe).await;
            }
            self.open().await?;
            let reused = self.is_connection_reused();
            // The deadlines of an exchange do not cover what is done between its events.
            let total = self.options.deadlines.total;
            let outcome = tokio::time::timeout(total, self.call_once(&call, observe)).await;
            let outcome = outcome.unwrap_or(Err(Error::Deadline(Deadline::Total, total).into()));
            if matches!(outcome, Err(SessionError::Transport(Error::Deadline(..)))) {
                self.cancel(Some("timeout")).await;
            }
            let streamed = self.in_flight.take().is_some_and(|exchange| exchange.is_stream());
            let again = match &outcome {
                Err(error) if error.is_unanswered() => reused && !acts,
                // The legacy era resumes instead.
                Err(error) if streamed && error.is_cut() && revision.is_modern() => !acts,
                Ok(Outcome::Error(error)) if error.code == code::UNSUPPORTED_PROTOCOL_VERSION => {
                    true
                }
                // The session is gone.
                _ => self.client.revision().is_none(),
            };
            if !again || repeated {
                return outcome;
            }
            repeated = true;
        }
    }

    /// Gives up the request whose future was dropped before its end, if there is one: closes its
    /// connection, which is all that the modern era wants, and in the legacy era tells the server, which
    /// has a second to hear it. Whether it stops does not matter.
    pub async fn cancel(&mut self, reason: Option<&str>) {
        if let Some(Channel { dialogue, .. }) = &mut self.channel {
            dialogue.cancel(&mut self.client, reason).await;
        }
        let Some(exchange) = self.in_flight.take() else { return };
        self.connection = None;
        if self.client.revision().is_some_and(|revision| !revision.is_modern()) {
            // The server decides what becomes of a request that it was not told of.
            let _ = tokio::time::timeout(COURTESY, self.tell_cancelled(&exchange, reason)).await;
        }
    }

    async fn tell_cancelled(
        &mut self,
        exchange: &Exchange,
        reason: Option<&str>,
    ) -> Result<(), SessionError> {
        let endpoint = Endpoint::parse(&self.url).map_err(Error::from)?;
        let bearer = bearer(&self.options)?;
        let mut connection = open(&self.url, &self.options).await?;
        let (client, out, storage) = (&mut self.client, &mut self.out, &mut self.storage);
        let consent =
            connection.cancel(&endpoint, client, exchange, reason, bearer, out, storage).await?;
        if let Some(mut consent) = consent {
            while consent.next_event().await? != Event::Closed {}
        }
        Ok(())
    }

    /// Ends the session, when the server has opened one, which has a second to hear it. Whether it agrees does
    /// not matter.
    pub async fn end(&mut self) {
        self.listener = None;
        self.channel = None;
        if self.client.has_session() {
            let _ = tokio::time::timeout(COURTESY, self.tell_end()).await;
        }
    }

    async fn tell_end(&mut self) -> Result<(), SessionError> {
        self.open().await?;
        let bearer = bearer(&self.options)?;
        let endpoint = Endpoint::parse(&self.url).map_err(Error::from)?;
        let Some(connection) = &mut self.connection else { return Ok(()) };
        let (client, out) = (&mut self.client, &mut self.out);
        let reply = connection.end(&endpoint, client, bearer, out, &mut self.storage).await?;
        if let Some(mut reply) = reply {
            while reply.next_event().await? != Event::Closed {}
        }
        Ok(())
    }

    /// The revision that is spoken, once it is known.
    pub const fn revision(&self) -> Option<Revision> {
        self.client.revision()
    }

    /// The HTTP status of the last response to a request; `None` before the first one and over HTTP+SSE.
    pub const fn status(&self) -> Option<u16> {
        self.status
    }

    /// Whether the server has opened a session of the legacy era.
    pub const fn has_session(&self) -> bool {
        self.client.has_session()
    }

    pub(super) fn forget_tools(&self) {
        if let Some(cache) = &self.options.cache {
            cache.forget_tools(&self.url);
        }
    }

    /// What works beside this session needs: URL, endless options, and a client with `ids` of its own.
    pub(super) fn beside(&mut self, ids: u32) -> (String, Options, Client) {
        (self.url.clone(), endless(&self.options), self.client.beside(ids))
    }

    fn is_connection_reused(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| connection.exchanges() > 0)
    }

    /// Makes sure that there is a connection that can carry an exchange.
    pub(super) async fn open(&mut self) -> Result<(), SessionError> {
        let usable = match &mut self.connection {
            Some(connection) if connection.is_open() => {
                connection.exchanges() == 0 || !connection.io().is_stale().await
            }
            _ => false,
        };
        if !usable {
            self.connection = None;
            self.connection = Some(open(&self.url, &self.options).await?);
        }
        Ok(())
    }

    async fn handshake_step(&mut self) -> Result<(), SessionError> {
        let bearer = bearer(&self.options)?;
        let endpoint = Endpoint::parse(&self.url).map_err(Error::from)?;
        let Some(connection) = &mut self.connection else { return Ok(()) };
        let (client, out) = (&mut self.client, &mut self.out);
        let reply =
            connection.connect_step(&endpoint, client, bearer, out, &mut self.storage).await?;
        let Some(mut reply) = reply else { return Ok(()) };
        let rejection = Rejection::announced(&reply);
        let mut failure = SessionError::Interrupted;
        let mut answering = Answering::default();
        loop {
            match reply.next_event().await? {
                Event::Closed => break,
                Event::ServerRequest(request) => {
                    answering.begin(&self.url, &self.options, &self.client, &request).await;
                }
                Event::Response(Response::Error(error)) => {
                    failure = SessionError::Handshake(rpc_error(&error, rejection.status));
                }
                Event::Rejected { body, .. } => failure = rejection.with_body(body),
                _ => {}
            }
        }
        let advanced = self.client.settle(reply.exchange()).map_err(Error::from)?;
        answering.finish().await;
        if advanced { Ok(()) } else { Err(failure) }
    }

    async fn call_once(
        &mut self,
        call: &Call<'_>,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, SessionError> {
        let with_bearer = call.bearer(bearer(&self.options)?);
        self.in_flight = Some(reserve(&self.client, &mut self.out, &with_bearer)?);
        self.exchange(call, observe).await
    }

    async fn exchange(
        &mut self,
        call: &Call<'_>,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, SessionError> {
        let endpoint = Endpoint::parse(&self.url).map_err(Error::from)?;
        let call = &call.bearer(bearer(&self.options)?);
        let Some(connection) = &mut self.connection else { return Err(SessionError::Interrupted) };
        let (client, out) = (&mut self.client, &mut self.out);
        let mut reply = connection.call(&endpoint, client, call, out, &mut self.storage).await?;
        self.status = Some(reply.status());
        let mut answering = Answering::default();
        let (url, options) = (&self.url, &self.options);
        let mut outcome = read(&mut reply, url, options, client, &mut answering, observe).await;
        let mut exchange = reply.exchange().clone();
        self.in_flight = Some(exchange.clone());
        let started = Instant::now();
        for _ in 0..MAX_RESUMES {
            if !outcome.as_ref().is_err_and(SessionError::is_cut) {
                break;
            }
            let Some(retry) = exchange.retry().map(Duration::from_millis) else { break };
            if started.elapsed().saturating_add(retry) > self.options.deadlines.total {
                break;
            }
            tokio::time::sleep(retry).await;
            match self.resume(&exchange, &mut answering, observe).await {
                Ok(Some(next)) => (exchange, outcome) = next,
                // The server is not there at the moment.
                Err(error) if error.is_unanswered() || error.is_away() => {}
                Ok(None) | Err(_) => break,
            }
        }
        if !matches!(outcome, Err(SessionError::Transport(_))) {
            self.client.settle(&exchange).map_err(Error::from)?;
        }
        answering.finish().await;
        outcome
    }

    /// Goes on with an exchange whose event stream has ended; `None` when the server does not.
    async fn resume(
        &mut self,
        exchange: &Exchange,
        answering: &mut Answering,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Option<(Exchange, Result<Outcome, SessionError>)>, SessionError> {
        self.open().await?;
        let bearer = bearer(&self.options)?;
        let endpoint = Endpoint::parse(&self.url).map_err(Error::from)?;
        let Some(connection) = &mut self.connection else { return Ok(None) };
        let (client, out) = (&mut self.client, &mut self.out);
        let storage = &mut self.storage;
        let reply = connection.resume(&endpoint, client, exchange, bearer, out, storage).await?;
        let Some(mut reply) = reply else { return Ok(None) };
        let (url, options) = (&self.url, &self.options);
        let outcome = read(&mut reply, url, options, client, answering, observe).await;
        match outcome {
            Err(error) if error.is_away() => Err(error),
            // That the stream is gone says nothing about the request.
            Err(SessionError::Rejected(_)) => Ok(None),
            outcome => Ok(Some((reply.exchange().clone(), outcome))),
        }
    }
}

/// A client that knows nothing of the server.
fn client(options: &Options) -> Client {
    match options.transport {
        Transport::Sse => channel::client(options),
        _ => Client::with_revisions(options.info, options.oldest, options.newest)
            .declare(options.capabilities),
    }
}

impl fmt::Debug for Session {
    /// Leaves out the buffers, which hold the bearer, and the query of the URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("endpoint", &Endpoint::parse(&self.url))
            .field("options", &self.options)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}
