//! One TCP socket, lent to one connection after the other.
//!
//! embassy-net's own `TcpClient` removes a socket from the stack as soon as its connection is dropped, before the peer
//! has been told: the server keeps the connection for ever. Here the socket stays, so what is dropped is also closed.

use core::cell::{Cell, RefCell, RefMut};
use core::net::{IpAddr, SocketAddr};

use embassy_net::Stack;
use embassy_net::tcp::{ConnectError, State, TcpSocket};
use embassy_time::{Duration, with_timeout};
use embedded_io_async::{Error as _, ErrorKind, ErrorType, Read, Write};
use embedded_nal_async::TcpConnect;

/// How long the peer of the connection before may take to see its end.
const GRACE: Duration = Duration::from_millis(500);

/// The socket. Reads and writes through it are counted.
pub struct Socket<'n> {
    socket: RefCell<TcpSocket<'n>>,
    traffic: Cell<Traffic>,
}

/// Bytes above TCP.
#[derive(Clone, Copy, Default)]
pub struct Traffic {
    /// Connections that were made.
    pub connections: u32,
    /// Bytes that were read.
    pub received: u32,
    /// Bytes that were written.
    pub sent: u32,
}

impl<'n> Socket<'n> {
    /// A socket with buffers: `receive` is what the peer may send before it is read, `send` what is written before it
    /// is acknowledged.
    pub fn new(stack: Stack<'n>, receive: &'n mut [u8], send: &'n mut [u8]) -> Self {
        let socket = RefCell::new(TcpSocket::new(stack, receive, send));
        Self { socket, traffic: Cell::default() }
    }

    /// What has gone over it.
    pub fn traffic(&self) -> Traffic {
        self.traffic.get()
    }

    fn count(&self, connections: u32, received: usize, sent: usize) {
        let Traffic { connections: c, received: r, sent: s } = self.traffic.get();
        let add = |sum: u32, more: usize| sum.wrapping_add(u32::try_from(more).unwrap_or(u32::MAX));
        self.traffic.set(Traffic {
            connections: c.wrapping_add(connections),
            received: add(r, received),
            sent: add(s, sent),
        });
    }
}

impl<'n> TcpConnect for Socket<'n> {
    type Error = ErrorKind;
    type Connection<'c>
        = Lent<'c, 'n>
    where
        Self: 'c;

    #[expect(
        clippy::await_holding_refcell_ref,
        reason = "who holds it has the socket; another one gets an error"
    )]
    async fn connect<'c>(&'c self, remote: SocketAddr) -> Result<Lent<'c, 'n>, ErrorKind> {
        let IpAddr::V4(address) = remote.ip() else { return Err(ErrorKind::Unsupported) };
        let mut socket = self.socket.try_borrow_mut().map_err(|_| ErrorKind::AddrInUse)?;
        match socket.state() {
            State::Closed => {}
            // An attempt that was given up: there is nobody to tell.
            State::SynSent => socket.abort(),
            // The end was sent when the connection was dropped. Whoever does not acknowledge it is reset.
            _ => {
                let _ = with_timeout(GRACE, socket.flush()).await;
                socket.abort();
                let _ = with_timeout(GRACE, socket.flush()).await;
            }
        }
        socket.connect((address, remote.port())).await.map_err(|error| match error {
            ConnectError::ConnectionReset => ErrorKind::ConnectionRefused,
            ConnectError::TimedOut => ErrorKind::TimedOut,
            ConnectError::NoRoute => ErrorKind::AddrNotAvailable,
            ConnectError::InvalidState => ErrorKind::AddrInUse,
        })?;
        self.count(1, 0, 0);
        Ok(Lent { socket, lender: self })
    }
}

/// The socket as a connection, which is closed when this is dropped.
pub struct Lent<'c, 'n> {
    socket: RefMut<'c, TcpSocket<'n>>,
    lender: &'c Socket<'n>,
}

impl Drop for Lent<'_, '_> {
    fn drop(&mut self) {
        self.socket.close();
    }
}

impl ErrorType for Lent<'_, '_> {
    type Error = ErrorKind;
}

impl Read for Lent<'_, '_> {
    async fn read(&mut self, room: &mut [u8]) -> Result<usize, Self::Error> {
        let count = self.socket.read(room).await.map_err(|error| error.kind())?;
        self.lender.count(0, count, 0);
        Ok(count)
    }
}

impl Write for Lent<'_, '_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        let count = self.socket.write(bytes).await.map_err(|error| error.kind())?;
        self.lender.count(0, 0, count);
        Ok(count)
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        self.socket.flush().await.map_err(|error| error.kind())
    }
}
