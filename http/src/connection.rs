//! One connection, one exchange at a time.

use core::time::Duration;

use embedded_io_async::{Error as _, ErrorKind, Read, Write};
use mcpico_core::auth::Bearer;
use mcpico_core::client::{Answer, Call, Client, Event, Exchange, Post, ServerRequest, Verb};
use mcpico_core::http1::{Body, Head, HeadReader, Method, RequestHead};
use mcpico_core::inbox::Inbox;

use crate::{Connect, Deadline, Deadlines, Endpoint, Error, Timer};

/// Longest time that is spent on the rest of a body behind the response, to use the connection again.
const DRAIN: Duration = Duration::from_millis(100);

/// A connection to an endpoint. It carries one exchange after the other while it [is open](Self::is_open).
#[derive(Debug)]
pub struct Connection<Io, T> {
    io: Io,
    timer: T,
    deadlines: Deadlines,
    open: bool,
    exchanges: u32,
    plaintext_bearer: bool,
}

impl<Io: Read + Write, T: Timer> Connection<Io, T> {
    /// Takes over a connection that is there: TCP or TLS, whatever reads and writes.
    pub const fn new(io: Io, timer: T, deadlines: Deadlines) -> Self {
        Self { io, timer, deadlines, open: true, exchanges: 0, plaintext_bearer: false }
    }

    /// Makes a connection.
    ///
    /// # Errors
    /// [`Error::Connect`], [`Error::Deadline`] with [`Deadline::Connect`].
    pub async fn open<'c, C>(
        connector: &'c mut C,
        endpoint: &Endpoint<'c>,
        timer: T,
        deadlines: Deadlines,
    ) -> Result<Self, Error>
    where
        C: Connect<Io<'c> = Io> + 'c,
    {
        let limit = deadlines.connect;
        match timer.timeout(limit, connector.connect(endpoint)).await {
            Ok(io) => Ok(Self::new(io?, timer, deadlines)),
            Err(_) => Err(Error::Deadline(Deadline::Connect, limit)),
        }
    }

    /// Lets a bearer go over plain http to another machine, where anyone on the way can read it.
    pub const fn allow_plaintext_bearer(&mut self, allow: bool) {
        self.plaintext_bearer = allow;
    }

    /// Sends the next message of the handshake and reads the head of the answer; `None` when nothing is
    /// left to do. Read the reply to its end, [settle](Client::settle) its exchange, and come again.
    ///
    /// `out` takes the request, `storage` the response; see [`call`](Self::call).
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn connect_step<'r>(
        &'r mut self,
        endpoint: &Endpoint<'_>,
        client: &mut Client,
        bearer: Option<Bearer<'_>>,
        out: &mut [u8],
        storage: &'r mut [u8],
    ) -> Result<Option<Reply<'r, Io, T>>, Error> {
        if client.revision().is_some() {
            return Ok(None);
        }
        self.check(endpoint, bearer)?;
        let sent = bearer.is_some();
        let needed = size(client.clone().connect(bearer, &mut []))?;
        let (post, room) = split(out, needed)?;
        let Some((post, exchange)) = client.connect(bearer, post)? else { return Ok(None) };
        self.exchange(endpoint, client, post, exchange, sent, room, storage).await.map(Some)
    }

    /// Sends a request and reads the head of the answer.
    ///
    /// `out` takes the request head, and the message once or twice: 1 KiB is enough for small arguments.
    /// `storage` takes the head of the answer and then one message at a time.
    ///
    /// # Errors
    /// [`Error`]. Nothing was sent when it is one of [`Error::BearerOverPlaintext`], [`Error::NotOpen`],
    /// [`Error::Request`] or a [misuse](mcpico_core::Misuse); otherwise the connection is closed.
    pub async fn call<'r>(
        &'r mut self,
        endpoint: &Endpoint<'_>,
        client: &mut Client,
        call: &Call<'_>,
        out: &mut [u8],
        storage: &'r mut [u8],
    ) -> Result<Reply<'r, Io, T>, Error> {
        self.check(endpoint, call.bearer_token())?;
        let sent = call.bearer_token().is_some();
        let needed = size(client.request(call, &mut []))?;
        let (post, room) = split(out, needed)?;
        let (post, exchange) = client.request(call, post)?;
        self.exchange(endpoint, client, post, exchange, sent, room, storage).await
    }

    /// Answers a request of the server. It takes a connection of its own while the stream that the
    /// request came on is still being read.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    #[expect(clippy::too_many_arguments, reason = "nothing is owned here")]
    pub async fn answer<'r>(
        &'r mut self,
        endpoint: &Endpoint<'_>,
        client: &mut Client,
        request: &ServerRequest<'_>,
        answer: Answer<'_>,
        bearer: Option<Bearer<'_>>,
        out: &mut [u8],
        storage: &'r mut [u8],
    ) -> Result<Reply<'r, Io, T>, Error> {
        self.check(endpoint, bearer)?;
        let sent = bearer.is_some();
        let needed = size(client.answer(request, answer, bearer, &mut []))?;
        let (post, room) = split(out, needed)?;
        let (post, exchange) = client.answer(request, answer, bearer, post)?;
        self.exchange(endpoint, client, post, exchange, sent, room, storage).await
    }

    /// Ends the session, when there is one.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn end<'r>(
        &'r mut self,
        endpoint: &Endpoint<'_>,
        client: &mut Client,
        bearer: Option<Bearer<'_>>,
        out: &mut [u8],
        storage: &'r mut [u8],
    ) -> Result<Option<Reply<'r, Io, T>>, Error> {
        self.check(endpoint, bearer)?;
        let sent = bearer.is_some();
        let needed = size(client.clone().end(bearer, &mut []))?;
        let (post, room) = split(out, needed)?;
        let Some((post, exchange)) = client.end(bearer, post)? else { return Ok(None) };
        self.exchange(endpoint, client, post, exchange, sent, room, storage).await.map(Some)
    }

    /// Whether another exchange can be carried.
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Exchanges that have been started on this connection.
    pub const fn exchanges(&self) -> u32 {
        self.exchanges
    }

    /// What was handed in or made.
    pub const fn io(&mut self) -> &mut Io {
        &mut self.io
    }

    fn check(&self, endpoint: &Endpoint<'_>, bearer: Option<Bearer<'_>>) -> Result<(), Error> {
        if !self.open {
            return Err(Error::NotOpen);
        }
        let safe = endpoint.is_tls() || endpoint.is_loopback() || self.plaintext_bearer;
        if bearer.is_some() && !safe { Err(Error::BearerOverPlaintext) } else { Ok(()) }
    }

    #[expect(clippy::too_many_arguments, reason = "nothing is owned here")]
    async fn exchange<'r>(
        &'r mut self,
        endpoint: &Endpoint<'_>,
        client: &mut Client,
        post: Post<'_>,
        exchange: Exchange,
        bearer_sent: bool,
        room: &mut [u8],
        storage: &'r mut [u8],
    ) -> Result<Reply<'r, Io, T>, Error> {
        let method = match post.verb() {
            Verb::Post => Method::Post,
            Verb::Delete => Method::Delete,
        };
        let head = RequestHead { method, target: endpoint.target(), host: endpoint.authority() };
        let length = (post.verb() == Verb::Post).then_some(post.body().len() as u64);
        let head = head.write(post.headers(), length, room)?.len();
        // Until the exchange is over nobody knows what stands on the wire.
        self.open = false;
        self.exchanges = self.exchanges.saturating_add(1);
        let started = self.timer.now();
        let mut reply = Reply {
            inbox: Inbox::new(storage),
            exchange,
            body: None,
            head: 0,
            bearer_sent,
            response_begun: false,
            started,
            connection: self,
        };
        // One write is one packet; two are sent only when there is no room to join them.
        let joined = head.saturating_add(post.body().len());
        if let Some(packet) = room.get_mut(head..joined) {
            packet.copy_from_slice(post.body());
            reply.write(room.get(..joined).unwrap_or_default()).await?;
        } else {
            reply.write(room.get(..head).unwrap_or_default()).await?;
            reply.write(post.body()).await?;
        }
        reply.flush().await?;
        reply.read_head(client).await?;
        Ok(reply)
    }
}

/// The size that the message takes.
#[expect(clippy::needless_pass_by_value, reason = "what was measured is of no use")]
fn size<M>(measured: Result<M, mcpico_core::Error>) -> Result<usize, Error> {
    match measured {
        Ok(_) => Ok(0),
        Err(mcpico_core::Error::OutputTooSmall { needed }) => Ok(needed),
        Err(error) => Err(error.into()),
    }
}

/// Room for the message, and for the request head behind it.
fn split(out: &mut [u8], message: usize) -> Result<(&mut [u8], &mut [u8]), Error> {
    // The request head repeats the headers and adds a few lines.
    let needed = message.saturating_mul(2);
    out.split_at_mut_checked(message)
        .ok_or(Error::Client(mcpico_core::Error::OutputTooSmall { needed }))
}

/// The answer to one request, as it comes in.
///
/// Dropping it before [`next_event`](Self::next_event) gave [`Event::Closed`] gives up the connection.
#[derive(Debug)]
pub struct Reply<'r, Io, T> {
    connection: &'r mut Connection<Io, T>,
    exchange: Exchange,
    inbox: Inbox<'r>,
    body: Option<Body>,
    /// Bytes of the head, which stays in the inbox until the first event is asked for.
    head: usize,
    bearer_sent: bool,
    response_begun: bool,
    started: Duration,
}

impl<Io: Read + Write, T: Timer> Reply<'_, Io, T> {
    /// The next event. [`Event::NeedData`] does not occur: the bytes are read here.
    ///
    /// # Errors
    /// [`Error`]; the connection is closed then.
    pub async fn next_event(&mut self) -> Result<Event<'_>, Error> {
        self.inbox.discard(core::mem::take(&mut self.head));
        while self.exchange.needs_data(&mut self.inbox)? {
            let limit = self.connection.deadlines.idle;
            if self.exchange.is_answered() {
                // The response is there; the rest only decides whether the connection is used again.
                if self.fill(DRAIN, Deadline::Idle).await.is_err() {
                    self.inbox.close();
                }
                continue;
            }
            self.fill(limit, Deadline::Idle).await?;
        }
        if self.body.is_some_and(|body| body.may_reuse()) {
            self.connection.open = true;
        }
        Ok(self.exchange.next_event(&mut self.inbox)?)
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        self.exchange.status()
    }

    /// The head of the answer; `None` once an event was asked for.
    pub fn head(&self) -> Option<Head<'_>> {
        let bytes = self.inbox.unread().get(..self.head)?;
        Some(HeadReader::new().read(bytes).ok()??.0)
    }

    /// What the client learns from it; see [`Client::settle`].
    pub const fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// The unread start of the answer, for a message about an answer that is no MCP.
    pub fn unread(&self) -> &[u8] {
        self.inbox.unread()
    }

    async fn read_head(&mut self, client: &mut Client) -> Result<(), Error> {
        let mut reader = HeadReader::new();
        loop {
            if let Some((head, length)) = reader.read(self.inbox.unread())? {
                if head.is_informational() {
                    self.inbox.discard(length);
                    continue;
                }
                self.exchange.on_head(client, &head)?;
                self.body = Some(head.body()?);
                self.head = length;
                return self.deframe();
            }
            if self.inbox.spare().is_empty() {
                let limit = self.inbox.capacity();
                return Err(mcpico_core::Error::FrameTooLarge { limit }.into());
            }
            let begun = self.response_begun;
            let deadlines = self.connection.deadlines;
            let (limit, which) = if begun {
                (deadlines.idle, Deadline::Idle)
            } else {
                (deadlines.first_byte, Deadline::FirstByte)
            };
            self.fill(limit, which).await?;
        }
    }

    /// Strips the framing from the body bytes that came with the head.
    fn deframe(&mut self) -> Result<(), Error> {
        let Some(body) = &mut self.body else { return Ok(()) };
        let bytes = self.inbox.unread_mut().get_mut(self.head..).unwrap_or_default();
        let decoded = body.decode(bytes)?;
        let kept = self.head.saturating_add(decoded.len);
        self.inbox.truncate(kept);
        if body.is_complete() {
            self.inbox.close();
        }
        Ok(())
    }

    /// Reads once.
    async fn fill(&mut self, limit: Duration, which: Deadline) -> Result<(), Error> {
        if self.inbox.is_closed() {
            return Ok(());
        }
        let (limit, which) = self.remaining(limit, which)?;
        let spare = self.inbox.spare();
        let read = self.connection.io.read(spare);
        let count = match self.connection.timer.timeout(limit, read).await {
            Ok(Ok(count)) => count,
            Ok(Err(error)) => return Err(self.fault(error.kind())),
            Err(_) => return Err(Error::Deadline(which, limit)),
        };
        if count == 0 {
            return self.end_of_input();
        }
        self.response_begun = true;
        let Some(body) = &mut self.body else {
            self.inbox.commit(count);
            return Ok(());
        };
        let decoded = body.decode(self.inbox.spare().get_mut(..count).unwrap_or_default())?;
        self.inbox.commit(decoded.len);
        if body.is_complete() {
            self.inbox.close();
        }
        Ok(())
    }

    fn end_of_input(&mut self) -> Result<(), Error> {
        match &mut self.body {
            Some(body) => body.end_of_input()?,
            None if self.response_begun => {
                return Err(mcpico_core::http1::HttpError::Truncated.into());
            }
            None => return Err(Error::ClosedUnanswered { bearer_sent: self.bearer_sent }),
        }
        self.inbox.close();
        Ok(())
    }

    async fn write(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            let (limit, which) = self.remaining(self.connection.deadlines.idle, Deadline::Idle)?;
            let write = self.connection.io.write(bytes);
            match self.connection.timer.timeout(limit, write).await {
                Ok(Ok(0)) => return Err(self.fault(ErrorKind::WriteZero)),
                Ok(Ok(count)) => bytes = bytes.get(count..).unwrap_or_default(),
                Ok(Err(error)) => return Err(self.fault(error.kind())),
                Err(_) => return Err(Error::Deadline(which, limit)),
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Error> {
        let (limit, which) = self.remaining(self.connection.deadlines.idle, Deadline::Idle)?;
        let flush = self.connection.io.flush();
        match self.connection.timer.timeout(limit, flush).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.fault(error.kind())),
            Err(_) => Err(Error::Deadline(which, limit)),
        }
    }

    /// The shorter of `limit` and what is left of the whole exchange's time.
    fn remaining(&self, limit: Duration, which: Deadline) -> Result<(Duration, Deadline), Error> {
        let total = self.connection.deadlines.total;
        let spent = self.connection.timer.now().saturating_sub(self.started);
        let left = total.saturating_sub(spent);
        if left.is_zero() {
            return Err(Error::Deadline(Deadline::Total, total));
        }
        Ok(if left < limit { (left, Deadline::Total) } else { (limit, which) })
    }

    fn fault(&self, kind: ErrorKind) -> Error {
        match kind {
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
                Error::Reset { bearer_sent: self.bearer_sent, response_begun: self.response_begun }
            }
            kind => Error::Io(kind),
        }
    }
}
