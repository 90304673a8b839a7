//! One connection, one exchange at a time.

use core::fmt;
use core::time::Duration;

use embedded_io_async::{Error as _, ErrorKind, Read, Write};
use mcpico_core::auth::Bearer;
use mcpico_core::client::{
    Answer, Call, Channel, Client, Event, Exchange, Post, ResultStream, ServerRequest, Streamed,
    Verb,
};
use mcpico_core::http1::{Body, Head, HeadReader, Method, RequestError, RequestHead};
use mcpico_core::inbox::Inbox;

use crate::{BodyReader, Connect, Deadline, Deadlines, Endpoint, Error, Timer};

/// Longest time that is spent on the rest of a body behind the response, so that the connection can
/// be used again.
const DRAIN: Duration = Duration::from_millis(100);

/// A connection to an endpoint. It carries one exchange after the other while it [is
/// open](Self::is_open).
///
/// Whether the peer has closed an idle connection, or sent something unasked, shows only in the
/// next exchange: [`Error::ClosedUnanswered`] or [`Error::Reset`], or a response that matches no
/// id. Who can ask the socket, as `std::Session` does, asks before.
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

    /// Sends the next message of the handshake and reads the head of the answer; `None` when
    /// nothing is left to do. Read the reply to its end, [settle](Client::settle) its exchange, and
    /// come again.
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
        self.exchange(endpoint, client, bearer, out, storage, |client, out| {
            client.connect(bearer, out)
        })
        .await
    }

    /// Sends a request and reads the head of the answer.
    ///
    /// `out` takes the message, the request head and, to send both by one write, the message again.
    /// Where only the first two fit, head and message go in a write each. For small arguments and a
    /// short bearer 1 KiB is enough, and 2 KiB for one write. `storage` takes the head of the answer
    /// and then one message at a time.
    ///
    /// # Errors
    /// [`Error`]. Nothing was sent, and client and connection are as they were, when it is one of
    /// [`Error::BearerOverPlaintext`], [`Error::NotOpen`], [`Error::Request`],
    /// [`Misuse`](mcpico_core::Misuse) or [`OutputTooSmall`](mcpico_core::Error::OutputTooSmall),
    /// whose `needed` is room for one write. After any other the connection is closed.
    pub async fn call<'r>(
        &'r mut self,
        endpoint: &Endpoint<'_>,
        client: &mut Client,
        call: &Call<'_>,
        out: &mut [u8],
        storage: &'r mut [u8],
    ) -> Result<Reply<'r, Io, T>, Error> {
        let bearer = call.bearer_token();
        self.exchange(endpoint, client, bearer, out, storage, |client, out| {
            client.request(call, out).map(Some)
        })
        .await?
        .ok_or(NOTHING_TO_SEND)
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
        self.exchange(endpoint, client, bearer, out, storage, |client, out| {
            client.answer(request, answer, bearer, out).map(Some)
        })
        .await?
        .ok_or(NOTHING_TO_SEND)
    }

    /// Opens a stream of what the server says unasked; see [`Client::listen`]. The deadlines are for it, too.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn listen<'r>(
        &'r mut self,
        endpoint: &Endpoint<'_>,
        client: &mut Client,
        bearer: Option<Bearer<'_>>,
        out: &mut [u8],
        storage: &'r mut [u8],
    ) -> Result<Reply<'r, Io, T>, Error> {
        self.exchange(endpoint, client, bearer, out, storage, |client, out| {
            client.listen(bearer, out).map(Some)
        })
        .await?
        .ok_or(NOTHING_TO_SEND)
    }

    /// Opens the event stream of the HTTP+SSE transport; see [`Channel`]. Of its [`Reply`] only the events
    /// of a refusal are of use: where [`Exchange::is_stream`] is true, [`Reply::unread`] and [`Reply::into_body`] are
    /// what a channel reads.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn open_channel<'r>(
        &'r mut self,
        endpoint: &Endpoint<'_>,
        client: &mut Client,
        bearer: Option<Bearer<'_>>,
        out: &mut [u8],
        storage: &'r mut [u8],
    ) -> Result<Reply<'r, Io, T>, Error> {
        self.exchange(endpoint, client, bearer, out, storage, |_, out| {
            Channel::open(bearer, out).map(Some)
        })
        .await?
        .ok_or(NOTHING_TO_SEND)
    }

    /// Posts a message of the HTTP+SSE transport to `endpoint`, which
    /// [`message_endpoint`](mcpico_core::client::message_endpoint) has resolved; see [`Channel::submit`].
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn submit<'r>(
        &'r mut self,
        endpoint: &Endpoint<'_>,
        client: &mut Client,
        message: &[u8],
        bearer: Option<Bearer<'_>>,
        out: &mut [u8],
        storage: &'r mut [u8],
    ) -> Result<Reply<'r, Io, T>, Error> {
        self.exchange(endpoint, client, bearer, out, storage, |_, out| {
            Channel::submit(message, bearer, out).map(Some)
        })
        .await?
        .ok_or(NOTHING_TO_SEND)
    }

    /// Goes on with an exchange whose event stream ended before the response; `None` when that cannot be
    /// done. Wait for [`Exchange::retry`] before.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn resume<'r>(
        &'r mut self,
        endpoint: &Endpoint<'_>,
        client: &mut Client,
        exchange: &Exchange,
        bearer: Option<Bearer<'_>>,
        out: &mut [u8],
        storage: &'r mut [u8],
    ) -> Result<Option<Reply<'r, Io, T>>, Error> {
        self.exchange(endpoint, client, bearer, out, storage, |client, out| {
            client.resume(exchange, bearer, out)
        })
        .await
    }

    /// Tells the server that the answer to a request is not wanted any more. It takes a connection of its
    /// own, and is `None` where there is nothing to tell: drop the [`Reply`] either way, which is all that
    /// the modern era wants. See [`Client::cancel`].
    ///
    /// # Errors
    /// As [`call`](Self::call).
    #[expect(clippy::too_many_arguments, reason = "nothing is owned here")]
    pub async fn cancel<'r>(
        &'r mut self,
        endpoint: &Endpoint<'_>,
        client: &mut Client,
        exchange: &Exchange,
        reason: Option<&str>,
        bearer: Option<Bearer<'_>>,
        out: &mut [u8],
        storage: &'r mut [u8],
    ) -> Result<Option<Reply<'r, Io, T>>, Error> {
        self.exchange(endpoint, client, bearer, out, storage, |client, out| {
            client.cancel(exchange, reason, bearer, out)
        })
        .await
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
        self.exchange(endpoint, client, bearer, out, storage, |client, out| client.end(bearer, out))
            .await
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

    /// The same, for good.
    pub fn into_io(self) -> Io {
        self.io
    }

    fn check(&self, endpoint: &Endpoint<'_>, bearer: Option<Bearer<'_>>) -> Result<(), Error> {
        if !self.open {
            return Err(Error::NotOpen);
        }
        let safe = endpoint.is_tls() || endpoint.is_loopback() || self.plaintext_bearer;
        if bearer.is_some() && !safe { Err(Error::BearerOverPlaintext) } else { Ok(()) }
    }

    /// Sends what `write` writes and reads the head of the answer; `None` when it writes nothing.
    async fn exchange<'r>(
        &'r mut self,
        endpoint: &Endpoint<'_>,
        client: &mut Client,
        bearer: Option<Bearer<'_>>,
        out: &mut [u8],
        storage: &'r mut [u8],
        write: impl for<'o> Fn(&mut Client, &'o mut [u8]) -> Written<'o>,
    ) -> Result<Option<Reply<'r, Io, T>>, Error> {
        // The client changes only when the whole request has been written.
        let mut next = client.clone();
        let message = match write(&mut next, &mut []) {
            Ok(None) => return Ok(None),
            Ok(Some(_)) => 0,
            Err(mcpico_core::Error::OutputTooSmall { needed }) => needed,
            Err(error) => return Err(error.into()),
        };
        self.check(endpoint, bearer)?;
        let too_small = too_small(endpoint, message)?;
        let (text, room) = out.split_at_mut_checked(message).ok_or(too_small)?;
        next.clone_from(client);
        let Some((post, exchange)) = write(&mut next, text)? else { return Ok(None) };
        let head = match request_head(endpoint, post.verb()).write(
            post.headers(),
            (post.verb() == Verb::Post).then_some(post.body().len() as u64),
            room,
        ) {
            Ok(head) => head.len(),
            Err(RequestError::OutputTooSmall(_)) => return Err(too_small),
            Err(error) => return Err(error.into()),
        };
        // One write is one packet; two are sent only when there is no room to join them.
        let joined = head.saturating_add(post.body().len());
        let (first, second) = match room.get_mut(head..joined) {
            Some(behind) => {
                behind.copy_from_slice(post.body());
                (room.get(..joined).unwrap_or_default(), &[][..])
            }
            None => (room.get(..head).unwrap_or_default(), post.body()),
        };
        client.clone_from(&next);
        // Until the exchange is over nobody knows what stands on the wire.
        self.open = false;
        self.exchanges = self.exchanges.saturating_add(1);
        let started = self.timer.now();
        let mut reply = Reply {
            inbox: Inbox::new(storage),
            exchange,
            body: None,
            head: 0,
            bearer_sent: bearer.is_some(),
            response_begun: false,
            started,
            answered: None,
            doubtful: false,
            failure: None,
            connection: self,
        };
        if let Err(error) = reply.send(first, second).await {
            // A server may refuse a request before it has read all of it; then its answer says
            // more.
            reply.doubtful = true;
            if !matches!(error, Error::Reset { .. }) || reply.read_head(client).await.is_err() {
                return Err(error);
            }
            return Ok(Some(reply));
        }
        reply.read_head(client).await?;
        Ok(Some(reply))
    }
}

/// What a client has written, if there was anything to write.
type Written<'o> = Result<Option<(Post<'o>, Exchange)>, mcpico_core::Error>;

/// Whether the exchange needs bytes before it has an event.
trait NeedsData: FnMut(&mut Exchange, &mut Inbox<'_>) -> Result<bool, mcpico_core::Error> {}

impl<F: FnMut(&mut Exchange, &mut Inbox<'_>) -> Result<bool, mcpico_core::Error>> NeedsData for F {}

/// For requests, which always write something.
const NOTHING_TO_SEND: Error =
    Error::Client(mcpico_core::Error::Misuse(mcpico_core::Misuse::NotReady));

const fn request_head<'e>(endpoint: &Endpoint<'e>, verb: Verb) -> RequestHead<'e> {
    let method = match verb {
        Verb::Post => Method::Post,
        Verb::Delete => Method::Delete,
        Verb::Get => Method::Get,
    };
    RequestHead { method, target: endpoint.target(), host: endpoint.authority() }
}

/// The error for a buffer that cannot take a message of that length, headers included, and its
/// head.
fn too_small(endpoint: &Endpoint<'_>, message: usize) -> Result<Error, Error> {
    // No verb is longer, and the body is no longer than the message.
    let head = request_head(endpoint, Verb::Delete);
    let lines = match head.write([], Some(message as u64), &mut []) {
        Ok(lines) => lines.len(),
        Err(RequestError::OutputTooSmall(small)) => small.needed,
        Err(error) => return Err(error.into()),
    };
    // The head repeats the headers of the message, and the body stands once more behind it.
    let needed = message.saturating_mul(2).saturating_add(lines);
    Ok(Error::Client(mcpico_core::Error::OutputTooSmall { needed }))
}

/// The answer to one request, as it comes in.
///
/// [`Event::Closed`] says that it was read to its end; dropping it before its body has come whole
/// gives up the connection.
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
    /// When the response had come.
    answered: Option<Duration>,
    /// The connection cannot be used again, however the response ends.
    doubtful: bool,
    failure: Option<Error>,
}

impl<'r, Io: Read + Write, T: Timer> Reply<'r, Io, T> {
    /// The next event. [`Event::NeedData`] does not occur: the bytes are read here.
    ///
    /// A refusal (a status of 300 and above) whose body does not come whole is still
    /// [`Event::Rejected`], with what came of it. Behind the response the rest of the body is read
    /// for a tenth of a second at most.
    ///
    /// # Errors
    /// [`Error`]; the connection is closed then, and the error is repeated.
    pub async fn next_event(&mut self) -> Result<Event<'_>, Error> {
        self.gather(Exchange::needs_data).await?;
        match self.exchange.next_event(&mut self.inbox) {
            Ok(event) => Ok(event),
            Err(error) => Err(fail(self.connection, &mut self.failure, error.into())),
        }
    }

    /// The next event, where a message that does not fit `storage` comes in parts; see [`ResultStream`],
    /// which starts with the reply.
    ///
    /// # Errors
    /// As [`next_event`](Self::next_event).
    pub async fn next_streamed(
        &mut self,
        stream: &mut ResultStream,
    ) -> Result<Streamed<'_>, Error> {
        self.gather(|exchange, inbox| stream.needs_data(exchange, inbox)).await?;
        match stream.next_event(&mut self.exchange, &mut self.inbox) {
            Ok(event) => Ok(event),
            Err(error) => Err(fail(self.connection, &mut self.failure, error.into())),
        }
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

    /// The part of the body that has come and is in no event, for a message about an answer that is
    /// no MCP.
    pub fn unread(&self) -> &[u8] {
        self.inbox.unread().get(self.head..).unwrap_or_default()
    }

    /// Goes on as the mere body, without looking for messages in it. Of that, [`unread`](Self::unread) has
    /// come already: copy it before. The deadlines end with the reply.
    ///
    /// # Errors
    /// [`Error::NotOpen`] when the head has not been read.
    pub fn into_body(self) -> Result<BodyReader<&'r mut Io>, Error> {
        let body = self.body.ok_or(Error::NotOpen)?;
        Ok(BodyReader::new(&mut self.connection.io, body))
    }

    /// How the body goes on, where the connection is taken apart.
    #[cfg(feature = "std")]
    pub(crate) const fn body(&self) -> Option<Body> {
        self.body
    }

    /// Reads until there is an event, of which `needs_data` knows.
    async fn gather(&mut self, needs_data: impl NeedsData) -> Result<(), Error> {
        if let Some(error) = self.failure {
            return Err(error);
        }
        if let Err(error) = self.read_on(needs_data).await {
            return Err(fail(self.connection, &mut self.failure, error));
        }
        self.connection.open = !self.doubtful && self.body.is_some_and(|body| body.may_reuse());
        Ok(())
    }

    async fn read_on(&mut self, mut needs_data: impl NeedsData) -> Result<(), Error> {
        self.inbox.discard(core::mem::take(&mut self.head));
        while needs_data(&mut self.exchange, &mut self.inbox).map_err(|error| self.sized(error))? {
            if self.exchange.is_answered() {
                // The response is there; the rest only decides whether the connection is used
                // again.
                let now = self.connection.timer.now();
                let answered = *self.answered.get_or_insert(now);
                let left = DRAIN.saturating_sub(now.saturating_sub(answered));
                if left.is_zero() || self.fill(left, Deadline::Idle).await.is_err() {
                    self.inbox.close();
                }
                continue;
            }
            let limit = self.connection.deadlines.idle;
            match self.fill(limit, Deadline::Idle).await {
                // A refusal stays one when its page is cut.
                Err(_) if self.exchange.status() >= 300 => self.inbox.close(),
                filled => filled?,
            }
        }
        Ok(())
    }

    /// Names the size that suffices, where the length of the message is stated.
    fn sized(&self, error: mcpico_core::Error) -> Error {
        let mcpico_core::Error::FrameTooLarge { limit, needed } = error else {
            return error.into();
        };
        let rest = self.body.and_then(|body| body.remaining());
        let rest = rest.filter(|_| !self.exchange.is_stream());
        let whole = rest.and_then(|rest| limit.checked_add(usize::try_from(rest).ok()?));
        let needed = whole.unwrap_or_default().max(needed);
        mcpico_core::Error::FrameTooLarge { limit, needed }.into()
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
                let needed = limit.saturating_add(1);
                return Err(mcpico_core::Error::FrameTooLarge { limit, needed }.into());
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
        let kept = match body.decode(bytes) {
            Ok(decoded) => self.head.saturating_add(decoded.len),
            // A refusal stays one when its page is cut.
            Err(_) if self.exchange.status() >= 300 => {
                self.inbox.close();
                self.head
            }
            Err(error) => return Err(error.into()),
        };
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
        // A read that is dropped may lose bytes.
        let doubtful = core::mem::replace(&mut self.doubtful, true);
        let spare = self.inbox.spare();
        let read = self.connection.io.read(spare);
        let count = match self.connection.timer.timeout(limit, read).await {
            Ok(Ok(count)) => count,
            Ok(Err(error)) => return Err(self.fault(error.kind())),
            Err(_) => return Err(self.missed(which)),
        };
        self.doubtful = doubtful;
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

    async fn send(&mut self, first: &[u8], second: &[u8]) -> Result<(), Error> {
        self.write(first).await?;
        self.write(second).await?;
        self.flush().await
    }

    async fn write(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            let (limit, which) = self.remaining(self.connection.deadlines.idle, Deadline::Idle)?;
            let write = self.connection.io.write(bytes);
            match self.connection.timer.timeout(limit, write).await {
                Ok(Ok(0)) => return Err(self.fault(ErrorKind::WriteZero)),
                Ok(Ok(count)) => bytes = bytes.get(count..).unwrap_or_default(),
                Ok(Err(error)) => return Err(self.fault(error.kind())),
                Err(_) => return Err(self.missed(which)),
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
            Err(_) => Err(self.missed(which)),
        }
    }

    /// The shorter of `limit` and what is left of the whole exchange's time.
    fn remaining(&self, limit: Duration, which: Deadline) -> Result<(Duration, Deadline), Error> {
        let spent = self.connection.timer.now().saturating_sub(self.started);
        let left = self.connection.deadlines.total.saturating_sub(spent);
        if left.is_zero() {
            return Err(self.missed(Deadline::Total));
        }
        Ok(if left < limit { (left, Deadline::Total) } else { (limit, which) })
    }

    /// The error names the limit as it was set, not what was left of it.
    const fn missed(&self, which: Deadline) -> Error {
        Error::Deadline(which, self.connection.deadlines.of(which))
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

impl<Io, T> fmt::Debug for Reply<'_, Io, T> {
    /// Shows no byte of the answer: it may hold a session id or worse.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.exchange.status()).finish_non_exhaustive()
    }
}

fn fail<Io, T>(
    connection: &mut Connection<Io, T>,
    failure: &mut Option<Error>,
    error: Error,
) -> Error {
    connection.open = false;
    *failure = Some(error);
    error
}
