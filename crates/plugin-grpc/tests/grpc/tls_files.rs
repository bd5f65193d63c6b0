//! Certificates for tests, in files.

use std::path::{Path, PathBuf};

use hyrouter_plugin_grpc::ClientTls;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

/// A folder with authorities and the certificates that they signed.
pub(crate) struct Files(TempDir);

pub(crate) struct Signed {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

pub(crate) struct Authority<'a> {
    files: &'a Files,
    issuer: CertifiedIssuer<'static, KeyPair>,
    pub(crate) file: PathBuf,
}

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn authority(&self, name: &str) -> Authority<'_> {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Authority {
            files: self,
            file: self.write(&format!("{name}.ca.pem"), &issuer.pem()),
            issuer,
        }
    }
}

impl Authority<'_> {
    /// Returns a certificate for a host name or IP address.
    pub(crate) fn sign(&self, host: &str) -> Signed {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let name = self.file.file_stem().unwrap().to_string_lossy();
        Signed {
            cert: self
                .files
                .write(&format!("{name}.{host}.cert.pem"), &certificate.pem()),
            key: self
                .files
                .write(&format!("{name}.{host}.key.pem"), &key.serialize_pem()),
        }
    }
}

/// Returns TLS that trusts this authority, without a client certificate.
pub(crate) fn trusting(ca: &Path) -> ClientTls {
    ClientTls {
        ca_file: Some(ca.to_owned()),
        ..ClientTls::default()
    }
}
