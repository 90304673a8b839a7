//! One connection, one exchange at a time.

use embedded_io_async::{Read, Write};
use mcpico_core::auth::Bearer;
use mcpico_core::client::{Answer, Call, Channel, Client, Exchange, ServerRequest};

use crate::request::{Composed, Consent, NOTHING_TO_SEND, compose};
use crate::{Connect, Deadline, Deadlines, Endpoint, Error, Reply, Timer};

/// A connection to an endpoint. It carries one exchange after the other while it [is
/// open](Self::is_open).
///
/// Whether the peer has closed an idle connection, or sent something unasked, shows only in the
/// next exchange: [`Error::ClosedUnanswered`] or [`Error::Reset`], or a response that matches no
/// id. Who can ask the socket, as `std::Session` does, asks before.
#[derive(Debug)]
pub struct Connection<Io, T> {
    pub(crate) io: Io,
    pub(crate) timer: T,
    pub(crate) deadlines: Deadlines,
    pub(crate) open: bool,
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
        let composed = compose(self.consent(), endpoint, client, bearer, out, &|client, out| {
            client.connect(bearer, out)
        })?;
        let Some(Composed { exchange, first, second }) = composed else { return Ok(None) };
        let mut reply = self.begin(exchange, bearer, storage);
        reply.await_head(client, first, second).await?;
        Ok(Some(reply))
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
        let composed = compose(self.consent(), endpoint, client, bearer, out, &|client, out| {
            client.request(call, out).map(Some)
        })?;
        let Composed { exchange, first, second } = composed.ok_or(NOTHING_TO_SEND)?;
        let mut reply = self.begin(exchange, bearer, storage);
        reply.await_head(client, first, second).await?;
        Ok(reply)
    }

    /// Answers a request of the server. It takes a connection of its own while the stream that the
    /// request came on is still being read. Who can have only one keeps [`ServerRequest::without_params`], gives up
    /// that stream, answers, and [resumes](Self::resume), where the server can do that.
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
        let composed = compose(self.consent(), endpoint, client, bearer, out, &|client, out| {
            client.answer(request, answer, bearer, out).map(Some)
        })?;
        let Composed { exchange, first, second } = composed.ok_or(NOTHING_TO_SEND)?;
        let mut reply = self.begin(exchange, bearer, storage);
        reply.await_head(client, first, second).await?;
        Ok(reply)
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
        let composed = compose(self.consent(), endpoint, client, bearer, out, &|client, out| {
            client.listen(bearer, out).map(Some)
        })?;
        let Composed { exchange, first, second } = composed.ok_or(NOTHING_TO_SEND)?;
        let mut reply = self.begin(exchange, bearer, storage);
        reply.await_head(client, first, second).await?;
        Ok(reply)
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
        let composed = compose(self.consent(), endpoint, client, bearer, out, &|_, out| {
            Channel::open(bearer, out).map(Some)
        })?;
        let Composed { exchange, first, second } = composed.ok_or(NOTHING_TO_SEND)?;
        let mut reply = self.begin(exchange, bearer, storage);
        reply.await_head(client, first, second).await?;
        Ok(reply)
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
        let composed = compose(self.consent(), endpoint, client, bearer, out, &|_, out| {
            Channel::submit(message, bearer, out).map(Some)
        })?;
        let Composed { exchange, first, second } = composed.ok_or(NOTHING_TO_SEND)?;
        let mut reply = self.begin(exchange, bearer, storage);
        reply.await_head(client, first, second).await?;
        Ok(reply)
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
        let composed = compose(self.consent(), endpoint, client, bearer, out, &|client, out| {
            client.resume(exchange, bearer, out)
        })?;
        let Some(Composed { exchange, first, second }) = composed else { return Ok(None) };
        let mut reply = self.begin(exchange, bearer, storage);
        reply.await_head(client, first, second).await?;
        Ok(Some(reply))
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
        let composed = compose(self.consent(), endpoint, client, bearer, out, &|client, out| {
            client.cancel(exchange, reason, bearer, out)
        })?;
        let Some(Composed { exchange, first, second }) = composed else { return Ok(None) };
        let mut reply = self.begin(exchange, bearer, storage);
        reply.await_head(client, first, second).await?;
        Ok(Some(reply))
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
        let composed = compose(self.consent(), endpoint, client, bearer, out, &|client, out| {
            client.end(bearer, out)
        })?;
        let Some(Composed { exchange, first, second }) = composed else { return Ok(None) };
        let mut reply = self.begin(exchange, bearer, storage);
        reply.await_head(client, first, second).await?;
        Ok(Some(reply))
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

    const fn consent(&self) -> Consent {
        Consent { open: self.open, plaintext_bearer: self.plaintext_bearer }
    }

    /// Begins the exchange of what has been composed.
    pub(crate) fn begin<'r>(
        &'r mut self,
        exchange: Exchange,
        bearer: Option<Bearer<'_>>,
        storage: &'r mut [u8],
    ) -> Reply<'r, Io, T> {
        // Until the exchange is over nobody knows what stands on the wire.
        self.open = false;
        self.exchanges = self.exchanges.saturating_add(1);
        Reply::new(self, exchange, storage, bearer.is_some())
    }
}
