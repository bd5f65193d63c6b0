//! Certificates that a service is trusted by.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyrouter_files::{Pem, pem_problem, read_pem};
use rustls::client::WantsClientCert;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};

use hyrouter_text::Causes;

/// Reason why the certificates that a service is trusted by cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// The file of certificates cannot be read.
    #[error("ca_file: {}: {problem}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Fault of the file.
        problem: String,
    },
    /// A file of the client's own certificate cannot be used.
    #[error("{key}: {}: {problem}", path.display())]
    ClientCertificate {
        /// Setting of the file: `cert_file` or `key_file`.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Fault of the file.
        problem: String,
    },
    /// The system has no certificates, and no file is set.
    #[error(
        "no system certificates found to verify a server{problem}; install the CA certificates of the system, or set \
         the environment variable SSL_CERT_FILE"
    )]
    NoSystemRoots {
        /// Errors of reading the certificates; empty if there were none.
        problem: String,
    },
    /// The built-in cryptography does not support TLS.
    #[error("TLS: {}", Causes(.0))]
    Tls(#[from] rustls::Error),
}

/// Returns TLS with the system's certificates and those of a file. Reads no certificates if the service has no TLS.
pub(crate) fn config(has_tls: bool, ca_file: Option<&Path>) -> Result<ClientConfig, TrustError> {
    let roots = if has_tls {
        roots(ca_file)?
    } else {
        RootCertStore::empty()
    };
    Ok(builder(roots)?.with_no_client_auth())
}

pub(crate) fn builder(
    roots: RootCertStore,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TrustError> {
    // Passed explicitly, so that a provider that the process has installed is not used.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots))
}

/// Checks a file of certificates that a service is trusted by. Reads no other file.
///
/// # Errors
///
/// The file cannot be read, or is not a file of certificates.
pub fn check_ca_file(path: &Path) -> Result<(), TrustError> {
    add_file(&mut RootCertStore::empty(), path)
}

pub(crate) fn roots(ca_file: Option<&Path>) -> Result<RootCertStore, TrustError> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = ca_file {
        add_file(&mut roots, path)?;
    }
    add_system(&mut roots)?;
    Ok(roots)
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), TrustError> {
    let wrong = |problem: String| TrustError::CaFile {
        path: path.to_owned(),
        problem,
    };
    let pem = read_pem(path).map_err(|error| wrong(error.problem.to_string()))?;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|_| wrong(pem_problem(&pem, Pem::Certificate)))?;
        roots
            .add(certificate)
            .map_err(|error| wrong(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(wrong(pem_problem(&pem, Pem::Certificate)));
    }
    Ok(())
}

/// Reads the system's certificates. Having none is an error only if there are no others.
fn add_system(roots: &mut RootCertStore) -> Result<(), TrustError> {
    let found = rustls_native_certs::load_native_certs();
    // Systems ship some invalid certificates; the valid ones suffice.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let problems = found.errors.iter().map(|error| format!(": {error}"));
        return Err(TrustError::NoSystemRoots {
            problem: problems.collect(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rustls::RootCertStore;

    use super::{check_ca_file, config, roots};

    #[test]
    fn a_ca_file_is_trusted_beside_the_system() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        std::fs::write(&path, params.self_signed(&key).unwrap().pem()).unwrap();
        let mut system = RootCertStore::empty();
        system.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        assert_eq!(roots(Some(&path)).unwrap().len(), 1 + system.len());
        assert_eq!(roots(None).is_ok(), !system.is_empty());
        check_ca_file(&path).unwrap();
    }

    #[test]
    fn an_unusable_ca_file_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (content, problem) in [
            (None, "os error"),
            (Some(""), "no certificate in it"),
            (Some(broken), "invalid peer certificate"),
        ] {
            if let Some(content) = content {
                std::fs::write(&path, content).unwrap();
            }
            let error = config(true, Some(&path)).unwrap_err().to_string();
            let file = format!("ca_file: {}: ", path.display());
            assert!(error.starts_with(&file), "{error}");
            assert!(error.contains(problem), "{error}");
            assert_eq!(check_ca_file(&path).unwrap_err().to_string(), error);
        }
        assert!(config(false, Some(&path)).is_ok());
    }
}
