//! Files for TLS with a certificate of the client.

use std::path::Path;

use hyrouter_files::{Pem, not_a_pair, pem_problem, read_pem};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, InconsistentKeys};
use zeroize::Zeroizing;

use crate::{TrustError, trust};

/// Files of a TLS client.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClientTlsFiles<'a> {
    /// File of certificates in PEM that the service is trusted by, beside those of the system.
    pub ca_file: Option<&'a Path>,
    /// File of the client's certificate chain and file of its private key, both in PEM. None: the client has no
    /// certificate.
    pub certificate: Option<(&'a Path, &'a Path)>,
}

impl ClientTlsFiles<'_> {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// A file cannot be read, does not contain what it is for, or the key does not belong to the certificate.
    pub fn config(&self) -> Result<ClientConfig, TrustError> {
        let builder = trust::builder(trust::roots(self.ca_file)?)?;
        let Some((cert_file, key_file)) = self.certificate else {
            return Ok(builder.with_no_client_auth());
        };
        let chain = chain(cert_file)?;
        let key = private_key(key_file)?;
        builder
            .with_client_auth_cert(chain, key)
            .map_err(|error| match error {
                rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                    wrong("key_file", key_file, not_a_pair(cert_file, key_file))
                }
                error => wrong("cert_file", cert_file, error.to_string()),
            })
    }
}

fn chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let pem = read("cert_file", file)?;
    CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| wrong("cert_file", file, pem_problem(&pem, Pem::Certificate)))
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, TrustError> {
    let pem = Zeroizing::new(read("key_file", file)?);
    PrivateKeyDer::from_pem_slice(&pem)
        .map_err(|_| wrong("key_file", file, pem_problem(&pem, Pem::PrivateKey)))
}

fn read(key: &'static str, file: &Path) -> Result<Vec<u8>, TrustError> {
    read_pem(file).map_err(|error| wrong(key, file, error.problem.to_string()))
}

fn wrong(key: &'static str, path: &Path, problem: String) -> TrustError {
    TrustError::ClientCertificate {
        key,
        path: path.to_owned(),
        problem,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::ClientTlsFiles;

    /// A folder with the PEM files of two pairs: `a.pem`, `a.key`, `b.pem`, `b.key`.
    fn pairs() -> (tempfile::TempDir, impl Fn(&str) -> PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            let key = rcgen::KeyPair::generate().unwrap();
            let params = rcgen::CertificateParams::new(Vec::new()).unwrap();
            let certificate = params.self_signed(&key).unwrap();
            let path = |extension: &str| folder.path().join(format!("{name}.{extension}"));
            std::fs::write(path("pem"), certificate.pem()).unwrap();
            std::fs::write(path("key"), key.serialize_pem()).unwrap();
        }
        let at = folder.path().to_owned();
        (folder, move |name: &str| at.join(name))
    }

    fn problem(ca: &str, cert: &str, key: &str) -> Option<String> {
        let (_folder, path) = pairs();
        let (ca, cert, key) = (path(ca), path(cert), path(key));
        let tls = ClientTlsFiles {
            ca_file: Some(&ca),
            certificate: Some((&cert, &key)),
        };
        tls.config().err().map(|error| error.to_string())
    }

    #[test]
    fn a_certificate_needs_its_own_key() {
        assert_eq!(problem("b.pem", "a.pem", "a.key"), None);
        let cases = [
            (
                "b.pem",
                "a.pem",
                "b.key",
                "key_file: ",
                "does not belong to the certificate",
            ),
            (
                "b.pem",
                "a.key",
                "a.key",
                "cert_file: ",
                "it is a private key",
            ),
            (
                "b.pem",
                "a.pem",
                "a.pem",
                "key_file: ",
                "it is a certificate",
            ),
            ("b.pem", "c.pem", "a.key", "cert_file: ", "os error"),
            (
                "b.key",
                "a.pem",
                "a.key",
                "ca_file: ",
                "it is a private key",
            ),
        ];
        for (ca, cert, key, start, part) in cases {
            let problem = problem(ca, cert, key).unwrap();
            assert!(problem.starts_with(start), "{problem}");
            assert!(problem.contains(part), "{problem}");
        }
    }
}
