//! TCP by tokio.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_io_async::{ErrorType, Read, Write};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_rustls::client::TlsStream;

use super::tls;
use crate::{Connect, ConnectError, Endpoint, TimedOut, Timer};

/// Time that one address has before the next one is tried beside it.
const HEAD_START: Duration = Duration::from_millis(250);

/// Time without a byte after which the peer is asked whether it is there.
const KEEPALIVE: Duration = Duration::from_mins(1);

/// Time between two such questions.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(15);

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
/// A host may have several addresses: one that is silent for a quarter of a second does not hold up the next. A peer
/// that is gone without a word is noticed after about three minutes, by TCP keep-alive.
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
        let found = tokio::net::lookup_host(address).await.map_err(|_| ConnectError::Dns)?;
        let stream = connect_to_any(trusted(endpoint, found)).await?;
        stream.set_nodelay(true).map_err(|error| fault(&error))?;
        // Without it, who only listens would never learn that a peer is gone without a word.
        let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE_INTERVAL);
        // Where the platform has none, connections are as good as they can be.
        let _ = SockRef::from(&stream).set_tcp_keepalive(&keepalive);
        self.secure(endpoint, stream).await
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

/// The addresses that a host may have: of `localhost` those of this machine, whatever a name server says.
fn trusted(
    endpoint: &Endpoint<'_>,
    found: impl Iterator<Item = SocketAddr>,
) -> impl Iterator<Item = SocketAddr> {
    let here = endpoint.is_loopback();
    found.filter(move |address| !here || address.ip().to_canonical().is_loopback())
}

/// Connects to the first address that answers: the next one is tried when one fails, and beside one that is silent.
///
/// [RFC 8305](https://www.rfc-editor.org/rfc/rfc8305#section-5)
async fn connect_to_any(
    addresses: impl Iterator<Item = SocketAddr>,
) -> Result<TcpStream, ConnectError> {
    let mut addresses = addresses.peekable();
    let mut attempts = JoinSet::new();
    let mut failure = ConnectError::Dns;
    loop {
        if let Some(address) = addresses.next() {
            attempts.spawn(TcpStream::connect(address));
        }
        tokio::select! {
            attempt = attempts.join_next() => match attempt {
                Some(Ok(Ok(stream))) => return Ok(stream),
                Some(Ok(Err(error))) => failure = fault(&error),
                Some(Err(_)) => {}
                None => return Err(failure),
            },
            () = tokio::time::sleep(HEAD_START), if addresses.peek().is_some() => {}
        }
    }
}

fn fault(error: &io::Error) -> ConnectError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => ConnectError::Refused,
        _ => ConnectError::Io(embedded_io_async::Error::kind(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use socket2::{Domain, Socket, Type};

    use super::*;

    const PATIENT: Duration = Duration::from_secs(30);

    fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    /// An address that answers no attempt to connect: its queue is full, and nobody takes anything from it.
    async fn silent() -> (Socket, Vec<TcpStream>, SocketAddr) {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
        socket.listen(1).unwrap();
        let address = socket.local_addr().unwrap().as_socket().unwrap();
        let mut waiting = Vec::new();
        let limit = Duration::from_millis(500);
        while let Ok(stream) = tokio::time::timeout(limit, TcpStream::connect(address)).await {
            waiting.push(stream.unwrap());
            assert!(waiting.len() < 64, "the queue has no end");
        }
        (socket, waiting, address)
    }

    #[tokio::test]
    async fn a_silent_address_does_not_hold_up_the_next() {
        let (_silent, _waiting, silent) = silent().await;
        let (_listener, there) = listener();
        let refused = {
            let (_listener, address) = listener();
            address
        };
        for addresses in [&[silent, there][..], &[refused, there], &[silent, refused, there]] {
            let connect = connect_to_any(addresses.iter().copied());
            let stream = tokio::time::timeout(PATIENT, connect).await.expect("it is held up");
            assert_eq!(stream.unwrap().peer_addr().unwrap(), there);
        }
        let none = connect_to_any([refused, refused].into_iter()).await;
        assert_eq!(none.unwrap_err(), ConnectError::Refused);
        assert_eq!(connect_to_any([].into_iter()).await.unwrap_err(), ConnectError::Dns);
    }

    #[test]
    fn a_name_server_does_not_say_where_localhost_is() {
        let here = ["127.0.0.1:80", "[::1]:80", "127.1.2.3:80", "[::ffff:127.0.0.1]:80"];
        let elsewhere = ["192.0.2.1:80", "[2001:db8::1]:80"];
        let addresses = |all: &[&str]| -> Vec<SocketAddr> {
            all.iter().map(|address| address.parse().unwrap()).collect()
        };
        let found = addresses(&[&here[..], &elsewhere].concat());
        for (url, expected) in [
            ("http://localhost/", addresses(&here)),
            ("http://LOCALHOST/", addresses(&here)),
            ("http://example.com/", found.clone()),
        ] {
            let endpoint = Endpoint::parse(url).unwrap();
            let left: Vec<_> = trusted(&endpoint, found.iter().copied()).collect();
            assert_eq!(left, expected, "{url}");
        }
    }

    #[tokio::test]
    async fn a_peer_is_asked_whether_it_is_there() {
        let (_listener, address) = listener();
        let url = format!("http://{address}/");
        let endpoint = Endpoint::parse(&url).unwrap();
        let io = TokioConnector::new().open(&endpoint).await.unwrap();
        let TokioIo::Plain(stream) = io else { panic!("it has TLS") };
        let socket = SockRef::from(stream.inner());
        assert!(socket.keepalive().unwrap() && socket.tcp_nodelay().unwrap());
    }
}
