//! Messages over one duplex stream of lines: the standard streams of a process, a serial line, a socket.
//!
//! ```no_run
//! use core::slice;
//! use embedded_io_async::{Read, Write};
//! use mcpico_core::client::{Call, Client, Event};
//! use mcpico_core::inbox::Inbox;
//! use mcpico_core::mcp::Method;
//! use mcpico_http::line::LineConnection;
//! use mcpico_http::{Error, Timer};
//!
//! async fn list<R: Read, W: Write, T: Timer>(
//!     line: &mut LineConnection<R, W, T>,
//!     client: &mut Client,
//!     inbox: &mut Inbox<'_>,
//!     out: &mut [u8],
//! ) -> Result<(), Error> {
//!     line.handshake(client, inbox, out, &mut |_| {}).await?;
//!     let call = Call::new(Method::ListTools { cursor: None });
//!     let (post, mut exchange) = client.request(&call, out)?;
//!     line.send(&post, &mut exchange).await?;
//!     let since = line.now();
//!     while !exchange.is_over() {
//!         let arrival =
//!             line.next_arrival(client, slice::from_mut(&mut exchange), inbox, since).await?;
//!         match arrival.event {
//!             Ok(Event::Response(response)) => { /* the tools */ }
//!             Ok(Event::Closed) => break,
//!             _ => {}
//!         }
//!     }
//!     client.settle(&exchange)?;
//!     Ok(())
//! }
//! ```

use core::fmt;
use core::time::Duration;

use embedded_io_async::{Error as _, ErrorKind, Read, Write};
use mcpico_core::client::{
    Answer, Arrival, Arrivals, Client, Event, Exchange, Lines, Post, Response,
};
use mcpico_core::inbox::Inbox;
use mcpico_core::mcp::Revision;

use crate::{Deadline, Deadlines, Error, Timer, one_read};

/// Longest time that the answer to `server/discover` is waited for, unless
/// [`LineConnection::set_probe`] sets another one.
pub const PROBE: Duration = Duration::from_secs(5);

/// A stream of lines to a server and one back, or whatever `A` reads on the way back. Any number of requests
/// may be under way.
///
/// The futures of `input` have to be ones that may be dropped without losing bytes, as those of sockets,
/// pipes and buffered serial ports are. While a message is written nothing is read: where both sides can
/// fill their buffers, `output` has to take a message without waiting for the other side.
pub struct LineConnection<R, W, T, A = Lines> {
    input: R,
    output: W,
    timer: T,
    deadlines: Deadlines,
    probe: Duration,
    arrivals: A,
    open: bool,
}

impl<R: Read, W: Write, T: Timer> LineConnection<R, W, T> {
    /// Takes over the two streams. Of the deadlines `idle` and `total` are for a request and its response.
    pub const fn new(input: R, output: W, timer: T, deadlines: Deadlines) -> Self {
        Self::reading(Lines::new(), input, output, timer, deadlines)
    }
}

impl<R: Read, W: Write, T: Timer, A: Arrivals> LineConnection<R, W, T, A> {
    /// As [`new`](LineConnection::new), where what the server says is read by `arrivals`: over HTTP+SSE
    /// `input` is the body of the event stream behind its endpoint, and `output` posts what is flushed.
    pub const fn reading(arrivals: A, input: R, output: W, timer: T, deadlines: Deadlines) -> Self {
        Self { input, output, timer, deadlines, probe: PROBE, arrivals, open: true }
    }

    /// How long the answer to `server/discover` is waited for before the server is asked as one of the
    /// legacy era is. Should the answer still come before that to `initialize`, it counts.
    pub const fn set_probe(&mut self, probe: Duration) {
        self.probe = probe;
    }

    /// Sets how long things may take from now on.
    pub const fn set_deadlines(&mut self, deadlines: Deadlines) {
        self.deadlines = deadlines;
    }

    /// Finds out what the server speaks and shakes hands where that is due; `observe` sees all that
    /// comes. A ping is answered.
    ///
    /// `None` when the stream ended before `server/discover` was answered. Servers of the legacy era may
    /// end so, and the client has learned that: go on over a new connection.
    ///
    /// # Errors
    /// [`Error::Handshake`] when the server refuses, and those of [`send`](Self::send) and
    /// [`next_arrival`](Self::next_arrival).
    ///
    /// [Revision 2026-07-28, backward compatibility](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio#backward-compatibility)
    pub async fn handshake(
        &mut self,
        client: &mut Client,
        inbox: &mut Inbox<'_>,
        out: &mut [u8],
        observe: &mut dyn FnMut(&Arrival<'_>),
    ) -> Result<Option<Revision>, Error> {
        let mut late = None;
        loop {
            if let Some(revision) = client.revision() {
                return Ok(Some(revision));
            }
            let Some((post, mut exchange)) = client.connect(None, out)? else { continue };
            self.send(&post, &mut exchange).await?;
            let mut deadlines = self.deadlines;
            if exchange.is_probe() {
                deadlines.total = deadlines.total.min(self.probe);
            }
            let is_late = late.is_some();
            let mut waiting = [exchange.clone(), late.take().unwrap_or(exchange)];
            let waiting = waiting.get_mut(..=usize::from(is_late)).unwrap_or_default();
            let came = self.response(client, waiting, inbox, out, deadlines, observe).await;
            let mut advanced = false;
            for exchange in &mut *waiting {
                exchange.on_line_unanswered();
                advanced |= client.settle(exchange)?;
            }
            match came {
                Ok(_) if advanced => {}
                // A server that is slow to start may still say that it is of the modern era.
                Err(Error::Deadline(..)) if advanced => late = waiting.first().cloned(),
                Ok(code) => return Err(Error::Handshake { code }),
                Err(Error::StreamEnded) if advanced || is_late => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }

    /// Sends a message as one line.
    ///
    /// # Errors
    /// [`Error::NotOpen`], and nothing was sent; [`Error::Deadline`] and [`Error::Io`], after which the
    /// connection is closed.
    pub async fn send(&mut self, post: &Post<'_>, exchange: &mut Exchange) -> Result<(), Error> {
        // Until the line has gone out whole nobody knows what the server has of it.
        if !core::mem::replace(&mut self.open, false) {
            return Err(Error::NotOpen);
        }
        let limit = self.deadlines.idle;
        let missed = Error::Deadline(Deadline::Idle, limit);
        for mut piece in post.pieces_of_line() {
            while !piece.is_empty() {
                let write = self.timer.timeout(limit, self.output.write(piece)).await;
                match write.map_err(|_| missed)? {
                    Ok(0) => return Err(Error::Io(ErrorKind::WriteZero)),
                    Ok(count) => piece = piece.get(count..).unwrap_or_default(),
                    Err(error) => return Err(Error::Io(error.kind())),
                }
            }
        }
        let flushed = self.timer.timeout(limit, self.output.flush()).await;
        flushed.map_err(|_| missed)?.map_err(|error| Error::Io(error.kind()))?;
        self.open = true;
        exchange.on_line_sent();
        Ok(())
    }

    /// The next thing that comes; [`Event::NeedData`] does not occur. `exchanges` are those that wait for
    /// their response, `since` is when the oldest of them was sent, by [`now`](Self::now).
    ///
    /// # Errors
    /// [`Error::Deadline`]: nothing has come for [`Deadlines::idle`], or not everything within
    /// [`Deadlines::total`]. The connection stays open. [`Error::Io`].
    pub async fn next_arrival<'i>(
        &mut self,
        client: &Client,
        exchanges: &mut [Exchange],
        inbox: &'i mut Inbox<'_>,
        since: Duration,
    ) -> Result<Arrival<'i>, Error> {
        let deadlines = self.deadlines;
        self.next_within(client, exchanges, inbox, since, deadlines).await
    }

    /// What has come already, without waiting; `None` when that is nothing.
    pub fn arrived<'i>(
        &mut self,
        client: &Client,
        exchanges: &mut [Exchange],
        inbox: &'i mut Inbox<'_>,
    ) -> Option<Arrival<'i>> {
        let waits = self.arrivals.needs_data(inbox);
        (!waits).then(|| self.arrivals.next_arrival(client, exchanges, inbox))
    }

    /// The time by which deadlines are measured.
    pub fn now(&self) -> Duration {
        self.timer.now()
    }

    /// Whether messages can be sent.
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// The two streams.
    pub fn into_streams(self) -> (R, W) {
        (self.input, self.output)
    }

    /// Reads until the response to the first of the exchanges has come, or a result to the second; the code
    /// of an error, or 0. What the server asks meanwhile is a ping, or too early.
    async fn response(
        &mut self,
        client: &mut Client,
        exchanges: &mut [Exchange],
        inbox: &mut Inbox<'_>,
        out: &mut [u8],
        deadlines: Deadlines,
        observe: &mut dyn FnMut(&Arrival<'_>),
    ) -> Result<i64, Error> {
        let since = self.timer.now();
        while !exchanges.first().is_none_or(Exchange::is_over) {
            let arrival = self.next_within(client, exchanges, inbox, since, deadlines).await?;
            observe(&arrival);
            match (arrival.exchange, arrival.event) {
                (Some(0), Ok(Event::Response(Response::Error(error)))) => return Ok(error.code),
                (Some(0), Err(error)) => return Err(error.into()),
                (Some(_), Ok(Event::Response(Response::Result(_)))) => break,
                (_, Ok(Event::Closed)) => return Err(Error::StreamEnded),
                (_, Ok(Event::ServerRequest(request))) => {
                    let answer = Answer::default_for(&request);
                    let (post, mut consent) = client.answer(&request, answer, None, out)?;
                    self.send(&post, &mut consent).await?;
                }
                _ => {}
            }
        }
        Ok(0)
    }

    async fn next_within<'i>(
        &mut self,
        client: &Client,
        exchanges: &mut [Exchange],
        inbox: &'i mut Inbox<'_>,
        since: Duration,
        deadlines: Deadlines,
    ) -> Result<Arrival<'i>, Error> {
        // The error names the limit as it was set, not what was left of it.
        let missed = |which| Error::Deadline(which, deadlines.of(which));
        loop {
            let spent = self.timer.now().saturating_sub(since);
            let left = deadlines.total.saturating_sub(spent);
            if left.is_zero() {
                return Err(missed(Deadline::Total));
            }
            if !self.arrivals.needs_data(inbox) {
                return Ok(self.arrivals.next_arrival(client, exchanges, inbox));
            }
            let idle = deadlines.idle;
            let (limit, which) =
                if left < idle { (left, Deadline::Total) } else { (idle, Deadline::Idle) };
            let read = self.timer.timeout(limit, self.input.read(one_read(inbox.spare()))).await;
            match read.map_err(|_| missed(which))? {
                Ok(0) => inbox.close(),
                Ok(count) => inbox.commit(count),
                Err(error) => return Err(Error::Io(error.kind())),
            }
        }
    }
}

impl<R, W, T, A> fmt::Debug for LineConnection<R, W, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineConnection").field("open", &self.open).finish_non_exhaustive()
    }
}
