//! TLS by rustls.

use std::io;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::{ConnectError, TlsError};

/// TLS 1.2 and 1.3 with what the platform trusts.
pub(super) fn platform_config() -> Result<Arc<ClientConfig>, ConnectError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| ConnectError::Tls(TlsError::Handshake))?
        .with_platform_verifier()
        .map_err(|_| ConnectError::Tls(TlsError::TrustStore))?
        .with_no_client_auth();
    Ok(Arc::new(config))
}

pub(super) async fn handshake(
    config: Arc<ClientConfig>,
    host: &str,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, ConnectError> {
    let name =
        ServerName::try_from(host.to_owned()).map_err(|_| ConnectError::Tls(TlsError::Name))?;
    let connected = TlsConnector::from(config).connect(name, stream).await;
    connected.map_err(|error| {
        let reason = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match reason {
            Some(reason) => ConnectError::Tls(fault(reason)),
            None if error.kind() == io::ErrorKind::UnexpectedEof => {
                ConnectError::Tls(TlsError::Handshake)
            }
            None => ConnectError::Io(embedded_io_async::Error::kind(&error)),
        }
    })
}

fn fault(error: &rustls::Error) -> TlsError {
    let rustls::Error::InvalidCertificate(error) = error else { return TlsError::Handshake };
    match error {
        CertificateError::UnknownIssuer => TlsError::UnknownIssuer,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsError::Name
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => TlsError::Expired,
        CertificateError::Revoked => TlsError::Revoked,
        // webpki's word for a self-signed end-entity certificate.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            TlsError::UnknownIssuer
        }
        _ => TlsError::InvalidCertificate,
    }
}
