//! The answer to one request.

use core::fmt;
use core::time::Duration;

use embedded_io_async::{Error as _, ErrorKind, Read, Write};
use mcpico_core::client::{Client, Event, Exchange, ResultStream, Streamed};
use mcpico_core::http1::{Body, Head, HeadReader};
use mcpico_core::inbox::Inbox;

use crate::{BodyReader, Connection, Deadline, Error, Timer, one_read};

/// Longest time that is spent on the rest of a body behind the response, so that the connection can
/// be used again.
const DRAIN: Duration = Duration::from_millis(100);

/// Whether the exchange needs bytes before it has an event.
trait NeedsData: FnMut(&mut Exchange, &mut Inbox<'_>) -> Result<bool, mcpico_core::Error> {}

impl<F: FnMut(&mut Exchange, &mut Inbox<'_>) -> Result<bool, mcpico_core::Error>> NeedsData for F {}

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
    pub(crate) fn new(
        connection: &'r mut Connection<Io, T>,
        exchange: Exchange,
        storage: &'r mut [u8],
        bearer_sent: bool,
    ) -> Self {
        Self {
            inbox: Inbox::new(storage),
            exchange,
            body: None,
            head: 0,
            bearer_sent,
            response_begun: false,
            started: connection.timer.now(),
            answered: None,
            doubtful: false,
            failure: None,
            connection,
        }
    }

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

    /// Whether the request had a bearer.
    #[cfg(feature = "std")]
    pub(crate) const fn bearer_sent(&self) -> bool {
        self.bearer_sent
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

    /// Sends the request and reads the head of the answer.
    pub(crate) async fn await_head(
        &mut self,
        client: &mut Client,
        first: &[u8],
        second: &[u8],
    ) -> Result<(), Error> {
        if let Err(error) = self.send(first, second).await {
            // A server may refuse a request before it has read all of it; then its answer says
            // more.
            self.doubtful = true;
            if !matches!(error, Error::Reset { .. }) || self.read_head(client).await.is_err() {
                return Err(error);
            }
            return Ok(());
        }
        self.read_head(client).await
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
        let spare = one_read(self.inbox.spare());
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

#[cfg(feature = "defmt")]
impl<Io, T> defmt::Format for Reply<'_, Io, T> {
    /// As `Debug`.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Reply({=u16})", self.exchange.status());
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
