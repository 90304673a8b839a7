//! Certificates of an issuer that only these tests trust.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mcpico_http::std::TokioConnector;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_platform_verifier::Verifier;

/// A certification authority.
pub(crate) struct Issuer(CertifiedIssuer<'static, KeyPair>);

/// What a certificate says.
pub(crate) struct Leaf(CertificateParams);

impl Leaf {
    pub(crate) fn for_name(name: &str) -> Self {
        Self(CertificateParams::new([name.to_owned()]).unwrap())
    }

    /// Valid from the start of one year to the start of the other.
    pub(crate) fn years(mut self, from: i32, to: i32) -> Self {
        self.0.not_before = date_time_ymd(from, 1, 1);
        self.0.not_after = date_time_ymd(to, 1, 1);
        self
    }

    /// Signed by itself, as an authority or as none.
    pub(crate) fn self_signed(mut self, authority: bool) -> ServerConfig {
        if authority {
            self.0.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = self.0.self_signed(&key).unwrap();
        server(certificate.der().clone(), &key)
    }
}

impl Issuer {
    pub(crate) fn new() -> Self {
        // No two issuers have the same name.
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("issuer {}", COUNT.fetch_add(1, Ordering::Relaxed));
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A server with that certificate.
    pub(crate) fn server(&self, leaf: &Leaf) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let certificate = leaf.0.signed_by(&key, &self.0).unwrap();
        server(certificate.der().clone(), &key)
    }

    /// Trusts this issuer and no other.
    pub(crate) fn connector(&self) -> TokioConnector {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        let config = builder().with_root_certificates(roots).with_no_client_auth();
        TokioConnector::with_tls_config(Arc::new(config))
    }

    /// Trusts what the platform trusts, and this issuer.
    pub(crate) fn platform_connector(&self) -> TokioConnector {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Verifier::new_with_extra_roots([self.0.der().clone()], provider).unwrap();
        let config = builder()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        TokioConnector::with_tls_config(Arc::new(config))
    }
}

fn builder() -> rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier> {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
}

fn server(certificate: CertificateDer<'static>, key: &KeyPair) -> ServerConfig {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}
