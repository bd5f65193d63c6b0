//! The server's own certificate.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyrouter_files::{FileProblem, Pem, not_a_pair, pem_problem, read_pem};
use rustls::InconsistentKeys;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use zeroize::Zeroizing;

use super::{CertificateValidity, crypto_provider};
use crate::certificate_fingerprint::CertificateFingerprint;

/// A certificate chain and its private key.
#[derive(Clone)]
pub struct ServerCertificate {
    key: Arc<CertifiedKey>,
    fingerprint: CertificateFingerprint,
    validity: CertificateValidity,
}

impl ServerCertificate {
    /// Generates a key and a self-signed certificate in memory: ECDSA P-256, which every TLS stack accepts. The game's
    /// clients do not check the issuer of a server's certificate.
    ///
    /// # Errors
    ///
    /// The system provides no randomness.
    pub fn self_signed() -> Result<Self, CertificateError> {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
        let mut params = rcgen::CertificateParams::new(["hyrouter".to_owned()])?;
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "Hyrouter");
        let cert = params.self_signed(&key)?;
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Self::from_der(vec![cert.der().clone()], private).map_err(|error| {
            CertificateError::Unusable {
                what: "the self-signed certificate".into(),
                error,
            }
        })
    }

    /// Reads a chain (the server's certificate first) and the private key from PEM files. Any key type of the provider
    /// is accepted. ECDSA P-256 is the cheapest; RSA costs twice as much per connection.
    ///
    /// # Errors
    ///
    /// A file cannot be read, contains no certificate or key, or the two do not match. The error names the file.
    pub fn from_pem_files(cert: &Path, key: &Path) -> Result<Self, CertificateError> {
        let bad = |file: &Path, pem: &[u8], wanted| CertificateError::Pem {
            file: file.to_owned(),
            problem: pem_problem(pem, wanted),
        };
        let pem = read(cert)?;
        let chain = CertificateDer::pem_slice_iter(&pem)
            .collect::<Result<Vec<_>, _>>()
            .ok()
            .filter(|chain| !chain.is_empty())
            .ok_or_else(|| bad(cert, &pem, Pem::Certificate))?;
        let pem = Zeroizing::new(read(key)?);
        let private =
            PrivateKeyDer::from_pem_slice(&pem).map_err(|_| bad(key, &pem, Pem::PrivateKey))?;
        Self::from_der(chain, private).map_err(|error| match error {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                CertificateError::Pem {
                    file: key.to_owned(),
                    problem: not_a_pair(cert, key),
                }
            }
            error => CertificateError::Unusable {
                what: format!("{} with {}", cert.display(), key.display()),
                error,
            },
        })
    }

    fn from_der(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, rustls::Error> {
        let own = chain
            .first()
            .ok_or(rustls::Error::NoCertificatesPresented)?;
        let (fingerprint, validity) = (
            CertificateFingerprint::of(own),
            CertificateValidity::of(own)?,
        );
        let key = CertifiedKey::from_der(chain, key, &crypto_provider())?;
        Ok(Self {
            key: Arc::new(key),
            fingerprint,
            validity,
        })
    }

    /// Returns SHA-256 over the server's certificate, as game clients compare it.
    pub fn fingerprint(&self) -> CertificateFingerprint {
        self.fingerprint
    }

    /// Returns the validity of the server's own certificate. An expired certificate is still presented.
    pub fn validity(&self) -> CertificateValidity {
        self.validity
    }

    /// Returns the TLS configuration of an HTTP server that presents this certificate: TLS 1.3 without client
    /// certificates, and HTTP/1.1.
    ///
    /// # Errors
    ///
    /// The crypto provider has no suite for TLS 1.3.
    pub fn http_config(&self) -> Result<Arc<HttpTlsConfig>, CertificateError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(|error| CertificateError::Unusable {
                what: "the certificate for HTTP".into(),
                error,
            })?
            .with_no_client_auth()
            .with_cert_resolver(self.resolver());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    pub(super) fn resolver(&self) -> Arc<dyn ResolvesServerCert> {
        Arc::new(Always(Arc::clone(&self.key)))
    }
}

fn read(file: &Path) -> Result<Vec<u8>, CertificateError> {
    read_pem(file).map_err(|error| CertificateError::Read {
        file: error.path,
        problem: error.problem,
    })
}

/// TLS configuration of an HTTP server.
pub type HttpTlsConfig = rustls::ServerConfig;

impl fmt::Debug for ServerCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerCertificate")
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}

/// Presents the same certificate for every host name: routing by name comes after the handshake.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// Error of a certificate and key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// A file that cannot be read.
    #[error("{}: {problem}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Problem with the file.
        problem: FileProblem,
    },
    /// A file that is not the expected PEM, or a key that does not fit the certificate.
    #[error("{}: {problem}", file.display())]
    Pem {
        /// The file.
        file: PathBuf,
        /// Problem with the file.
        problem: String,
    },
    /// The certificate or the key cannot be used.
    #[error("{what}: {error}")]
    Unusable {
        /// The certificate and the key.
        what: String,
        /// Error of the TLS library.
        error: rustls::Error,
    },
    /// A key or certificate could not be made.
    #[error("cannot generate a self-signed certificate: {0}")]
    Generate(#[from] rcgen::Error),
}
