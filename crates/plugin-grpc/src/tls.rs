//! Certificates and keys in PEM files. They are read once, when something is made of them.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyrouter_files::{FileProblem, Pem, not_a_pair, pem_problem, read_pem};
use rustls::InconsistentKeys;
use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Protocol name (ALPN) of gRPC in a TLS handshake.
pub(crate) const ALPN: &[u8] = b"h2";

/// Certificates or keys cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{key}: {}: {problem}", path.display())]
    File {
        /// The setting that names the file.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Fault of the file.
        problem: FileProblem,
    },
    /// A file is not what the setting wants.
    #[error("{key}: {}: {problem}", path.display())]
    Content {
        /// The setting that names the file.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Fault of the file.
        problem: String,
    },
    /// The system's certificates were asked for, and there are none.
    #[error("no system certificates found to verify a server{problem}; set tls.ca_file")]
    NoSystemRoots {
        /// Errors of reading the certificates; empty if there were none.
        problem: String,
    },
    /// A host is neither a DNS name nor an IP address, as the name of a certificate is.
    #[error("{key}: {value:?} is neither a DNS name nor an IP address")]
    Domain {
        /// The setting that names the host.
        key: &'static str,
        /// The host.
        value: String,
    },
}

/// A file and the setting that names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PemFile<'a> {
    pub(crate) key: &'static str,
    pub(crate) path: &'a Path,
}

impl PemFile<'_> {
    pub(crate) fn certificates(self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let pem = self.read()?;
        CertificateDer::pem_slice_iter(&pem)
            .collect::<Result<Vec<_>, _>>()
            .ok()
            .filter(|certificates| !certificates.is_empty())
            .ok_or_else(|| self.wrong(pem_problem(&pem, Pem::Certificate)))
    }

    pub(crate) fn private_key(self) -> Result<PrivateKeyDer<'static>, TlsError> {
        let pem = self.read()?;
        PrivateKeyDer::from_pem_slice(&pem)
            .map_err(|_| self.wrong(pem_problem(&pem, Pem::PrivateKey)))
    }

    /// Returns the certificates of authorities, which other certificates are checked with.
    pub(crate) fn roots(self) -> Result<Arc<RootCertStore>, TlsError> {
        let mut roots = RootCertStore::empty();
        for certificate in self.certificates()? {
            roots.add(certificate).map_err(|error| self.wrong(error))?;
        }
        Ok(Arc::new(roots))
    }

    pub(crate) fn wrong(self, problem: impl Display) -> TlsError {
        TlsError::Content {
            key: self.key,
            path: self.path.to_owned(),
            problem: problem.to_string(),
        }
    }

    /// Returns the reason why this key cannot be used with a certificate.
    pub(crate) fn wrong_pair(self, certificate: Self, error: &rustls::Error) -> TlsError {
        match error {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                self.wrong(not_a_pair(certificate.path, self.path))
            }
            error => self.wrong(error),
        }
    }

    fn read(self) -> Result<Vec<u8>, TlsError> {
        read_pem(self.path).map_err(|error| TlsError::File {
            key: self.key,
            path: error.path,
            problem: error.problem,
        })
    }
}

/// Returns the cryptography of every connection. It is passed explicitly, so that no global of the process matters.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}
