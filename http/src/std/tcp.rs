//! TCP by tokio.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_io_async::{ErrorType, Read, Write};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::client::TlsStream;

use super::tls;
use crate::{Connect, ConnectError, Endpoint, TimedOut, Timer};

/// Deadlines by tokio.
#[derive(Clone, Copy, Debug)]
pub struct TokioTimer {
    start: Instant,
}

impl Default for TokioTimer {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Timer for TokioTimer {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    async fn timeout<F: Future>(&self, limit: Duration, future: F) -> Result<F::Output, TimedOut> {
        tokio::time::timeout(limit, future).await.map_err(|_| TimedOut)
    }
}

/// Makes TCP connections, and TLS ones with the trust store of the platform.
///
/// Proxy variables of the environment are not read.
#[derive(Clone, Debug, Default)]
pub struct TokioConnector {
    tls: Option<Arc<rustls::ClientConfig>>,
}

impl TokioConnector {
    /// Trusts what the platform trusts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes TLS connections as `config` says, for a private issuer or a test.
    pub const fn with_tls_config(config: Arc<rustls::ClientConfig>) -> Self {
        Self { tls: Some(config) }
    }

    pub(super) async fn open(&mut self, endpoint: &Endpoint<'_>) -> Result<TokioIo, ConnectError> {
        let address = (endpoint.host(), endpoint.port());
        let mut addresses =
            tokio::net::lookup_host(address).await.map_err(|_| ConnectError::Dns)?.peekable();
        if addresses.peek().is_none() {
            return Err(ConnectError::Dns);
        }
        let mut failure = ConnectError::Dns;
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    stream.set_nodelay(true).map_err(|error| fault(&error))?;
                    return self.secure(endpoint, stream).await;
                }
                Err(error) => failure = fault(&error),
            }
        }
        Err(failure)
    }

    async fn secure(
        &mut self,
        endpoint: &Endpoint<'_>,
        stream: TcpStream,
    ) -> Result<TokioIo, ConnectError> {
        if !endpoint.is_tls() {
            return Ok(TokioIo::Plain(FromTokio::new(stream)));
        }
        let config = match &self.tls {
            Some(config) => config,
            None => self.tls.insert(tls::platform_config()?),
        };
        let stream = tls::handshake(config.clone(), endpoint.host(), stream).await?;
        Ok(TokioIo::Tls(Box::new(FromTokio::new(stream))))
    }
}

impl Connect for TokioConnector {
    type Io<'c> = TokioIo;

    async fn connect<'c>(&'c mut self, endpoint: &Endpoint<'c>) -> Result<TokioIo, ConnectError> {
        self.open(endpoint).await
    }
}

/// A TCP connection of tokio, with or without TLS.
pub enum TokioIo {
    /// Without TLS.
    Plain(FromTokio<TcpStream>),
    /// With TLS.
    Tls(Box<FromTokio<TlsStream<TcpStream>>>),
}

impl TokioIo {
    /// Whether the peer has closed the connection, or sent something unasked; a connection of which
    /// this is true must not be used again.
    pub(super) async fn is_stale(&mut self) -> bool {
        // What has arrived since the runtime last looked at the sockets counts, too.
        tokio::task::yield_now().await;
        let stream = match self {
            Self::Plain(stream) => stream.inner(),
            Self::Tls(stream) => {
                let (socket, tls) = stream.inner_mut().get_mut();
                if tls
                    .process_new_packets()
                    .map_or(true, |state| state.plaintext_bytes_to_read() > 0)
                {
                    return true;
                }
                &*socket
            }
        };
        let mut byte = [0];
        match stream.try_read(&mut byte) {
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
            Ok(_) => true,
        }
    }
}

impl fmt::Debug for TokioIo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "TokioIo::Plain",
            Self::Tls(_) => "TokioIo::Tls",
        })
    }
}

impl ErrorType for TokioIo {
    type Error = io::Error;
}

impl Read for TokioIo {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, io::Error> {
        let read = match self {
            Self::Plain(stream) => stream.read(buffer).await,
            Self::Tls(stream) => stream.read(buffer).await,
        };
        match read {
            // A TLS peer that closes without saying so has closed; the body's framing tells whether
            // something is missing.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
            read => read,
        }
    }
}

impl Write for TokioIo {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, io::Error> {
        match self {
            Self::Plain(stream) => stream.write(bytes).await,
            Self::Tls(stream) => stream.write(bytes).await,
        }
    }

    async fn flush(&mut self) -> Result<(), io::Error> {
        match self {
            Self::Plain(stream) => stream.flush().await,
            Self::Tls(stream) => stream.flush().await,
        }
    }
}

fn fault(error: &io::Error) -> ConnectError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => ConnectError::Refused,
        _ => ConnectError::Io(embedded_io_async::Error::kind(error)),
    }
}
