//! A connection that counts.

use std::future::poll_fn;
use std::pin::pin;

use embedded_io_async::{ErrorType, Read, Write};

/// Counts how often reading is polled, and what it gave.
pub(crate) struct Counted<Io> {
    io: Io,
    pub(crate) polls: usize,
    pub(crate) bytes: usize,
}

impl<Io> Counted<Io> {
    pub(crate) const fn new(io: Io) -> Self {
        Self { io, polls: 0, bytes: 0 }
    }
}

impl<Io: ErrorType> ErrorType for Counted<Io> {
    type Error = Io::Error;
}

impl<Io: Read> Read for Counted<Io> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Io::Error> {
        let mut read = pin!(self.io.read(buffer));
        let count = poll_fn(|context| {
            self.polls += 1;
            read.as_mut().poll(context)
        })
        .await?;
        self.bytes += count;
        Ok(count)
    }
}

impl<Io: Write> Write for Counted<Io> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Io::Error> {
        self.io.write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), Io::Error> {
        self.io.flush().await
    }
}
