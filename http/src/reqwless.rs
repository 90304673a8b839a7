//! Connections by reqwless: URL, DNS and TCP over embedded-nal-async.

use embedded_io_async::ErrorKind;
use embedded_nal_async::{Dns, TcpConnect};
use reqwless::client::{HttpClient, HttpConnection};

use crate::connect::{Connect, ConnectError};
use crate::endpoint::Endpoint;

/// reqwless connects and is asked nothing else: requests and responses are those of
/// [`mcpico_core::http1`], for every kind of connection the same.
impl<T: TcpConnect, D: Dns> Connect for HttpClient<'_, T, D> {
    type Io<'c>
        = HttpConnection<'c, T::Connection<'c>>
    where
        Self: 'c;

    async fn connect<'c>(
        &'c mut self,
        endpoint: &Endpoint<'c>,
    ) -> Result<Self::Io<'c>, ConnectError> {
        if endpoint.is_tls() {
            return Err(ConnectError::TlsUnsupported);
        }
        // A name server is not asked for it, and would not be trusted: RFC 6761, section 6.3.
        if endpoint.is_localhost() {
            return Err(ConnectError::Dns);
        }
        match self.resource(endpoint.url()).await {
            Ok(resource) => Ok(resource.conn),
            Err(reqwless::Error::Dns) => Err(ConnectError::Dns),
            Err(reqwless::Error::Network(ErrorKind::ConnectionRefused)) => {
                Err(ConnectError::Refused)
            }
            Err(reqwless::Error::Network(kind)) => Err(ConnectError::Io(kind)),
            Err(_) => Err(ConnectError::Io(ErrorKind::Other)),
        }
    }
}
