//! TLS as the router speaks it.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};

use super::{ClientTls, GrpcError};
use crate::TlsError;
use crate::address::HostPort;
use crate::tls::{self, PemFile};

/// TLS to one server.
pub(super) struct TlsTarget {
    pub(super) config: Arc<ClientConfig>,
    pub(super) name: ServerName<'static>,
}

impl TlsTarget {
    /// Reads the files of the settings.
    pub(super) fn new(settings: &ClientTls, address: &HostPort) -> Result<Self, GrpcError> {
        let (key, domain) = match &settings.domain {
            Some(domain) => ("tls.domain", domain),
            None => ("address", &address.host),
        };
        let name = ServerName::try_from(domain.clone()).map_err(|_| TlsError::Domain {
            key,
            value: domain.clone(),
        })?;
        let file = |key, path| PemFile { key, path };
        let roots = match &settings.ca_file {
            Some(path) => file("tls.ca_file", path).roots()?,
            None => system_roots()?,
        };
        let builder = ClientConfig::builder_with_provider(tls::provider())
            .with_safe_default_protocol_versions()
            .map_err(|_| GrpcError::Setting {
                key: "tls",
                problem: "has no protocol version that this build supports",
            })?
            .with_root_certificates(roots);
        let mut config = match (&settings.cert_file, &settings.key_file) {
            (None, None) => builder.with_no_client_auth(),
            (Some(certificate), Some(key)) => {
                let key = file("tls.key_file", key);
                let certificate = file("tls.cert_file", certificate);
                builder
                    .with_client_auth_cert(certificate.certificates()?, key.private_key()?)
                    .map_err(|error| key.wrong_pair(certificate, &error))?
            }
            (Some(_), None) | (None, Some(_)) => {
                return Err(GrpcError::Setting {
                    key: "tls",
                    problem: "has one of cert_file and key_file; both are needed, or none",
                });
            }
        };
        config.alpn_protocols = vec![tls::ALPN.to_vec()];
        Ok(Self {
            config: Arc::new(config),
            name,
        })
    }
}

fn system_roots() -> Result<Arc<RootCertStore>, TlsError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Systems ship one or the other invalid certificate; the valid ones suffice.
    let (usable, _) = roots.add_parsable_certificates(found.certs);
    if usable == 0 {
        let problems = found.errors.iter().map(|error| format!(": {error}"));
        return Err(TlsError::NoSystemRoots {
            problem: problems.collect(),
        });
    }
    Ok(Arc::new(roots))
}
