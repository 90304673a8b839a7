//! A connection in memory, and what it takes to run a future on it: nothing allocates.

use core::convert::Infallible;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;

use embedded_io_async::{ErrorType, Read, Write};
use mcpico_core::client::{Client, Event};
use mcpico_core::mcp::{ClientInfo, Revision};
use mcpico_http::{Connection, Deadlines, Endpoint, TimedOut, Timer};

/// Longest request that is kept.
pub(crate) const KEPT: usize = 16 * 1024;

/// Answers the first request by the first response, and so on; then it is closed.
pub(crate) struct Wire<'w> {
    responses: &'w [&'w [u8]],
    rest: &'w [u8],
    /// Most bytes of one read and of one write.
    pub(crate) piece: usize,
    pub(crate) reads: usize,
    pub(crate) writes: usize,
    sent: [u8; KEPT],
    len: usize,
}

impl<'w> Wire<'w> {
    pub(crate) const fn new(responses: &'w [&'w [u8]]) -> Self {
        let piece = usize::MAX;
        Self { responses, rest: &[], piece, reads: 0, writes: 0, sent: [0; KEPT], len: 0 }
    }

    /// What was written since the last time, and by how many writes.
    pub(crate) fn take_sent(&mut self) -> (&[u8], usize) {
        let len = core::mem::take(&mut self.len);
        (&self.sent[..len], core::mem::take(&mut self.writes))
    }
}

impl ErrorType for Wire<'_> {
    type Error = Infallible;
}

impl Read for Wire<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        self.reads += 1;
        let count = buffer.len().min(self.rest.len()).min(self.piece);
        let (now, later) = self.rest.split_at(count);
        buffer[..count].copy_from_slice(now);
        self.rest = later;
        Ok(count)
    }
}

impl Write for Wire<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.writes += 1;
        let count = bytes.len().min(self.piece);
        self.sent[self.len..][..count].copy_from_slice(&bytes[..count]);
        self.len += count;
        Ok(count)
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        if let [next, rest @ ..] = self.responses {
            self.rest = next;
            self.responses = rest;
        }
        Ok(())
    }
}

/// Time stands still.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoTime;

impl Timer for NoTime {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    async fn timeout<F: Future>(&self, _: Duration, future: F) -> Result<F::Output, TimedOut> {
        Ok(future.await)
    }
}

pub(crate) const DEADLINES: Deadlines = Deadlines {
    connect: Duration::MAX,
    first_byte: Duration::MAX,
    idle: Duration::MAX,
    total: Duration::MAX,
};

/// The simplest executor: nothing here ever waits.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

/// A client that has shaken hands and has a session.
pub(crate) fn legacy() -> Client {
    const INFO: ClientInfo = ClientInfo { name: "test", version: "1.0.0" };
    const INITIALIZED: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
        Mcp-Session-Id: s-1\r\nContent-Length: 78\r\n\r\n\
        {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-11-25\",\"x\":[1,2,3]}}";
    const CONSENT: &[u8] = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
    let responses = [INITIALIZED, CONSENT];
    let mut connection = Connection::new(Wire::new(&responses), NoTime, DEADLINES);
    let revision = Revision::V2025_11_25;
    let mut client = Client::with_revisions(INFO, revision, revision);
    let endpoint = Endpoint::parse("http://localhost/").unwrap();
    let (mut out, mut storage) = ([0; 1024], [0; 1024]);
    block_on(async {
        while let Some(mut reply) = connection
            .connect_step(&endpoint, &mut client, None, &mut out, &mut storage)
            .await
            .unwrap()
        {
            while reply.next_event().await.unwrap() != Event::Closed {}
            client.settle(reply.exchange()).unwrap();
        }
    });
    assert!(client.has_session());
    client
}
