//! What makes a connection.

use core::fmt;

use embedded_io_async::{ErrorKind, Read, Write};

use crate::Endpoint;

/// Makes connections to an endpoint.
///
/// A future of [`connect`](Self::connect) is dropped when its deadline passes. A connection may
/// borrow what made it, as those of reqwless do, so one that is lost has to be dropped before the
/// next one is made.
pub trait Connect {
    /// The connection: bytes in, bytes out, TLS included.
    type Io<'c>: Read + Write
    where
        Self: 'c;

    /// Connects. TLS is the connector's duty where the endpoint wants it.
    ///
    /// # Errors
    /// [`ConnectError`].
    async fn connect<'c>(
        &'c mut self,
        endpoint: &Endpoint<'c>,
    ) -> Result<Self::Io<'c>, ConnectError>;
}

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ConnectError {
    /// The name has no address; `localhost` has none but those of this machine.
    Dns,
    /// Something else; what the network layer calls it.
    Io(ErrorKind),
    /// Nothing listens there.
    Refused,
    /// The TLS handshake failed.
    Tls(TlsError),
    /// The endpoint wants TLS and the connector has none.
    TlsUnsupported,
}

/// Why a TLS handshake failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TlsError {
    /// The certificate is not valid yet or any more.
    Expired,
    /// The peer does not speak TLS, or no version or cipher that we speak, or it closed the
    /// connection.
    Handshake,
    /// Another fault of the certificate.
    InvalidCertificate,
    /// The certificate is for another name.
    Name,
    /// The certificate was revoked.
    Revoked,
    /// What this machine trusts cannot be read, or it trusts nobody.
    TrustStore,
    /// The certificate is self-signed or from an issuer that this machine does not trust.
    UnknownIssuer,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns => f.write_str("the host name has no address"),
            Self::Io(kind) => write!(f, "connecting failed: {kind:?}"),
            Self::Refused => f.write_str("the connection was refused: nothing listens there"),
            Self::Tls(error) => error.fmt(f),
            Self::TlsUnsupported => f.write_str("the endpoint wants TLS and there is none"),
        }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "the server's certificate is not valid at this time",
            Self::Handshake => "the TLS handshake failed",
            Self::InvalidCertificate => "the server's certificate is invalid",
            Self::Name => "the server's certificate is for another name",
            Self::Revoked => "the server's certificate was revoked",
            Self::TrustStore => "the trust store of this machine is empty or cannot be read",
            Self::UnknownIssuer => {
                "the server's certificate is self-signed or from an unknown issuer"
            }
        })
    }
}

impl core::error::Error for ConnectError {}
impl core::error::Error for TlsError {}
