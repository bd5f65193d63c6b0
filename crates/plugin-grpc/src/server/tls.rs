//! TLS as the author's server speaks it.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;

use crate::TlsError;
use crate::tls::{self, PemFile};

/// TLS of a server. The files are in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerTls {
    /// The server's certificate, followed by those between it and the authority that clients trust.
    pub cert_file: PathBuf,
    /// The certificate's key.
    pub key_file: PathBuf,
    /// Certificates of the authorities of clients. With it, a client needs a certificate of one of them; without it, any
    /// client may connect. Default: none.
    pub client_ca_file: Option<PathBuf>,
}

impl ServerTls {
    pub(super) fn config(&self) -> Result<Arc<ServerConfig>, TlsError> {
        let file = |key, path| PemFile { key, path };
        let certificate = file("tls.cert_file", &self.cert_file);
        let key = file("tls.key_file", &self.key_file);
        let provider = tls::provider();
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| certificate.wrong(error))?;
        let builder = match &self.client_ca_file {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let file = file("tls.client_ca_file", path);
                let verifier = WebPkiClientVerifier::builder_with_provider(file.roots()?, provider)
                    .build()
                    .map_err(|error| file.wrong(error))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut config = builder
            .with_single_cert(certificate.certificates()?, key.private_key()?)
            .map_err(|error| key.wrong_pair(certificate, &error))?;
        config.alpn_protocols = vec![tls::ALPN.to_vec()];
        Ok(Arc::new(config))
    }
}
