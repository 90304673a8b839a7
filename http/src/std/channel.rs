//! The HTTP+SSE transport of revision 2024-11-05: a stream that is read, and messages that are posted.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use mcpico_core::client::{self, Call, Client, Event, message_endpoint};
use mcpico_core::inbox::Inbox;
use mcpico_core::jsonrpc::Message;
use mcpico_core::mcp::Revision;
use mcpico_core::{Error as CoreError, PeerError};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

use super::dialogue::{Dialogue, Manner};
use super::exchange::{OUT, bearer, open};
use super::listener::Tell;
use super::options::{Options, Transport};
use super::outcome::{Outcome, Rejection, SessionError};
use super::session::Session;
use super::{TokioIo, TokioTimer};
use crate::line::LineConnection;
use crate::{BodyReader, Connection, Deadline, Endpoint, Error};

/// Longest URL that a server may name for its messages.
const MAX_ENDPOINT: usize = 8 * 1024;

/// Messages that wait to be posted.
const QUEUE: usize = 16;

/// The stream of a server, and what posts to it. The session on the server ends with it.
pub(super) struct Channel {
    pub(super) dialogue: Dialogue<Incoming, Outgoing, client::Channel>,
    failure: Failure,
    /// Wakes the poster when the response to a request is there before the server has said that it takes it.
    answered: Arc<Notify>,
    /// Posts one message after the other.
    poster: JoinHandle<()>,
}

/// Why there is no channel.
pub(super) enum Unopened {
    /// The server has no such stream.
    Refused(SessionError),
    /// It has, and something is wrong with it.
    Failed(SessionError),
}

impl Channel {
    /// Opens the stream and waits until the server has named where messages are posted.
    pub(super) async fn open(url: &str, options: &Options) -> Result<Self, Unopened> {
        let refused = Unopened::Refused;
        let endpoint = Endpoint::parse(url).map_err(|error| refused(Error::from(error).into()))?;
        let mut connection = open(url, options).await.map_err(refused)?;
        let bearer = bearer(options).map_err(refused)?;
        let mut client = client(options);
        let (mut out, mut storage) = (vec![0; OUT], vec![0; options.inbox]);
        let opened =
            connection.open_channel(&endpoint, &mut client, bearer, &mut out, &mut storage).await;
        let mut reply = opened.map_err(|error| refused(error.into()))?;
        let rejection = Rejection::announced(&reply);
        let status = rejection.status;
        if !(200..300).contains(&status) {
            return Err(refused(match reply.next_event().await {
                Ok(Event::Rejected { body, .. }) => rejection.with_body(body),
                _ => rejection.with_body(&[]),
            }));
        }
        let (Some(body), true) = (reply.body(), reply.exchange().is_stream()) else {
            let error = CoreError::from(PeerError::ContentType { status });
            return Err(refused(Error::from(error).into()));
        };
        let ahead = reply.unread().to_vec();
        let failure = Failure::default();
        let mut stream = Incoming {
            stream: BodyReader::new(connection.into_io(), body),
            failure: failure.clone(),
        };
        let mut arrivals = client::Channel::new();
        let mut inbox = Inbox::new(&mut storage);
        if let Some(room) = inbox.spare().get_mut(..ahead.len()) {
            room.copy_from_slice(&ahead);
            inbox.commit(ahead.len());
        }
        let limit = options.deadlines.first_byte;
        let named = named(url, &mut arrivals, &mut stream, &mut inbox);
        let named = tokio::time::timeout(limit, named).await;
        let named = named.unwrap_or(Err(Error::Deadline(Deadline::FirstByte, limit)));
        let target = named.map_err(|error| Unopened::Failed(error.into()))?;
        let parked = inbox.parked();
        let (queue, messages) = mpsc::channel(QUEUE);
        let answered = Arc::new(Notify::new());
        let poster = Poster {
            url: target,
            options: options.clone(),
            failure: failure.clone(),
            answered: answered.clone(),
        };
        let poster = tokio::spawn(poster.post_all(messages));
        let output = Outgoing { queue, message: Vec::new() };
        let timer = TokioTimer::default();
        let deadlines = options.deadlines;
        let line = LineConnection::reading(arrivals, stream, output, timer, deadlines);
        Ok(Self {
            dialogue: Dialogue::new(line, storage, parked, deadlines),
            failure,
            answered,
            poster,
        })
    }

    /// Why the last request was not taken, where that is known better than by `error`.
    pub(super) fn explain(&self, error: Error) -> SessionError {
        match (self.failure.take(), error) {
            (Some(failure), _) => failure,
            (None, Error::StreamEnded | Error::Io(_) | Error::NotOpen) => SessionError::Interrupted,
            (None, error) => error.into(),
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.poster.abort();
    }
}

/// A client of the era that has this transport.
pub(super) fn client(options: &Options) -> Client {
    let newest = options.newest.min(Revision::LATEST_LEGACY);
    Client::with_revisions(options.info, options.oldest, newest).declare(options.capabilities)
}

const fn manner(options: &Options) -> Manner<'_> {
    let Options { answer_input, capabilities, .. } = options;
    Manner { answer_input, capabilities: *capabilities, hear_noise: None, strict: true }
}

/// Reads where messages are posted.
async fn named(
    url: &str,
    arrivals: &mut client::Channel,
    stream: &mut Incoming,
    inbox: &mut Inbox<'_>,
) -> Result<String, Error> {
    let mut room = vec![0; MAX_ENDPOINT];
    loop {
        if let Some(reference) = arrivals.endpoint(inbox)? {
            let target = message_endpoint(url, reference, &mut room);
            let target =
                target.map_err(|error| CoreError::from(PeerError::MessageEndpoint(error)))?;
            Endpoint::parse(target)?;
            return Ok(target.to_owned());
        }
        match stream.read(inbox.spare()).await.map_err(Error::Io)? {
            0 => inbox.close(),
            count => inbox.commit(count),
        }
    }
}

/// A request that could not be posted, and whoever waits for that.
#[derive(Clone, Default)]
struct Failure(Arc<(Mutex<Option<SessionError>>, Notify)>);

impl Failure {
    fn set(&self, error: SessionError) {
        *self.slot() = Some(error);
        self.0.1.notify_one();
    }

    fn take(&self) -> Option<SessionError> {
        self.slot().take()
    }

    fn is_set(&self) -> bool {
        self.slot().is_some()
    }

    fn slot(&self) -> MutexGuard<'_, Option<SessionError>> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Posts messages.
struct Poster {
    url: String,
    options: Options,
    failure: Failure,
    answered: Arc<Notify>,
}

impl Poster {
    /// Posts until nobody sends any more.
    async fn post_all(self, mut messages: mpsc::Receiver<Vec<u8>>) {
        let mut connection = None;
        while let Some(message) = messages.recv().await {
            // The server decides what becomes of an answer or a notification that does not reach it.
            if !matches!(Message::parse(&message), Ok(Message::Request { .. })) {
                let _ = self.post(&mut connection, &message).await;
                continue;
            }
            tokio::select! {
                posted = self.post(&mut connection, &message) => if let Err(error) = posted {
                    self.failure.set(error);
                },
                () = self.answered.notified() => {}
            }
        }
    }

    async fn post(
        &self,
        kept: &mut Option<Connection<TokioIo, TokioTimer>>,
        message: &[u8],
    ) -> Result<(), SessionError> {
        let endpoint = Endpoint::parse(&self.url).map_err(Error::from)?;
        let mut usable = None;
        if let Some(mut connection) = kept.take()
            && connection.is_open()
            && !connection.io().is_stale().await
        {
            usable = Some(connection);
        }
        let mut connection = match usable {
            Some(connection) => connection,
            None => open(&self.url, &self.options).await?,
        };
        let bearer = bearer(&self.options)?;
        let mut client = client(&self.options);
        // The message, its head, and both once more.
        let mut out = vec![0; message.len().saturating_mul(2).saturating_add(OUT)];
        let mut storage = vec![0; OUT];
        let mut reply = connection
            .submit(&endpoint, &mut client, message, bearer, &mut out, &mut storage)
            .await?;
        let rejection = Rejection::announced(&reply);
        loop {
            match reply.next_event().await? {
                Event::Closed => break,
                Event::Rejected { body, .. } => return Err(rejection.with_body(body)),
                _ => {}
            }
        }
        *kept = Some(connection);
        Ok(())
    }
}

/// The body of the stream, until a request could not be posted.
pub(super) struct Incoming {
    stream: BodyReader<TokioIo>,
    failure: Failure,
}

impl ErrorType for Incoming {
    type Error = ErrorKind;
}

impl Read for Incoming {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        loop {
            tokio::select! {
                biased;
                read = self.stream.read(buffer) => return read,
                () = self.failure.0.1.notified() => {}
            }
            if self.failure.is_set() {
                return Err(ErrorKind::Other);
            }
        }
    }
}

/// Takes messages as lines. One is on its way when it is flushed, also where the server does not take it
/// before its stream is read.
pub(super) struct Outgoing {
    queue: mpsc::Sender<Vec<u8>>,
    message: Vec<u8>,
}

impl ErrorType for Outgoing {
    type Error = ErrorKind;
}

impl Write for Outgoing {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.message.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        let mut message = std::mem::take(&mut self.message);
        message.truncate(message.trim_ascii_end().len());
        self.queue.send(message).await.map_err(|_| ErrorKind::BrokenPipe)
    }
}

impl Session {
    /// Whether a refusal of the handshake is that of a server which may speak HTTP+SSE.
    pub(super) fn may_have_channel(&self, error: &SessionError) -> bool {
        let SessionError::Rejected(Rejection { status: 400 | 404 | 405, .. }) = error else {
            return false;
        };
        self.transport == Transport::Either && self.client.is_initializing()
    }

    /// Looks for the event stream where `initialize` was refused by `error`.
    pub(super) async fn find_channel(&mut self, error: SessionError) -> Result<(), SessionError> {
        match Channel::open(&self.url, &self.options).await {
            Ok(channel) => self.take_channel(channel),
            Err(Unopened::Failed(error)) => return Err(error),
            Err(Unopened::Refused(_)) => return Err(error),
        }
        Ok(())
    }

    fn take_channel(&mut self, channel: Channel) {
        self.connection = None;
        self.transport = Transport::Sse;
        self.client = client(&self.options);
        self.channel = Some(channel);
    }

    /// Opens the stream where there is none, and shakes hands.
    pub(super) async fn connect_channel(&mut self) -> Result<Revision, SessionError> {
        if self.channel.is_none() {
            if self.options.oldest.is_modern() {
                return Err(Error::from(CoreError::from(PeerError::NoCommonRevision)).into());
            }
            let opened = Channel::open(&self.url, &self.options).await;
            let (Unopened::Refused(error) | Unopened::Failed(error)) = match opened {
                Ok(channel) => {
                    self.take_channel(channel);
                    return self.shake_hands().await;
                }
                Err(unopened) => unopened,
            };
            return Err(error);
        }
        self.shake_hands().await
    }

    async fn shake_hands(&mut self) -> Result<Revision, SessionError> {
        if let Some(revision) = self.client.revision() {
            return Ok(revision);
        }
        let Some(channel) = &mut self.channel else { return Err(SessionError::Interrupted) };
        let mut failure = None;
        let shaken = channel.dialogue.handshake(&mut self.client, None, &mut failure).await;
        let error = match shaken {
            Ok(Some(revision)) => return Ok(revision),
            Ok(None) => SessionError::Interrupted,
            Err(error) => failure.unwrap_or_else(|| channel.explain(error)),
        };
        self.channel = None;
        Err(error)
    }

    /// Hands on what the server tells until `tell` has heard enough.
    pub(super) async fn hear_channel(&mut self, tell: &mut Tell<'_>) -> Result<(), SessionError> {
        let options = self.options.clone();
        let Some(channel) = &mut self.channel else { return Err(SessionError::Interrupted) };
        let (client, dialogue) = (&mut self.client, &mut channel.dialogue);
        match dialogue.hear(client, manner(&options), tell).await {
            Ok(()) => Ok(()),
            Err(error) => {
                let error = channel.explain(error);
                self.channel = None;
                Err(error)
            }
        }
    }

    /// Sends a request; a channel that has ended before is opened anew.
    pub(super) async fn call_over_channel(
        &mut self,
        call: &Call<'_>,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, SessionError> {
        let options = self.options.clone();
        let manner = manner(&options);
        let mut repeated = false;
        loop {
            self.connect_channel().await?;
            let Some(channel) = &mut self.channel else { return Err(SessionError::Interrupted) };
            let (client, dialogue) = (&mut self.client, &mut channel.dialogue);
            dialogue.cancel(client, None).await;
            if !dialogue.catch_up(client, manner, observe).await {
                // Nothing of this request has been sent.
                self.channel = None;
                if core::mem::replace(&mut repeated, true) {
                    return Err(SessionError::Interrupted);
                }
                continue;
            }
            dialogue.reserve(client, call)?;
            channel.failure.take();
            let error = match dialogue.call(client, call, manner, observe).await {
                Ok(outcome) => {
                    channel.answered.notify_waiters();
                    return Ok(outcome);
                }
                Err(error) => error,
            };
            let timed_out = matches!(error, Error::Deadline(..));
            dialogue.cancel(client, timed_out.then_some("timeout")).await;
            let error = channel.explain(error);
            let unknown = matches!(error, SessionError::Rejected(Rejection { status: 404, .. }));
            let goes_on = matches!(&error, SessionError::Rejected(_)) || timed_out;
            if unknown || !goes_on {
                self.channel = None;
            }
            // The server does not know the stream any more, so it has not taken the request.
            if !unknown || core::mem::replace(&mut repeated, true) {
                return Err(error);
            }
        }
    }
}
