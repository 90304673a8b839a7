//! One connection, one exchange at a time.

use embedded_io_async::{Read, Write};
use mcpico_core::auth::Bearer;
use mcpico_core::client::{Answer, Call, Channel, Client, Exchange, Post, ServerRequest, Verb};
use mcpico_core::http1::{Method, RequestError, RequestHead};

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
        let mut reply = Reply::new(self, exchange, storage, bearer.is_some());
        if let Err(error) = reply.send(first, second).await {
            // A server may refuse a request before it has read all of it; then its answer says
            // more.
            reply.doubt();
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
