//! Certificates from PEM files: every kind of key, and files that are of no use.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::server;
use base64::Engine as _;
use hyrouter_client::ExchangeOutcome;
use hyrouter_protocol::Generation;
use hyrouter_proxy::{Answer, CertificateError, CertificateFingerprint, ServerCertificate};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

/// Files of one test, in a folder that goes with it.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn pem(&self, name: &str, label: &str, parts: &[&[u8]]) -> PathBuf {
        let path = self.path(name);
        let pem: String = parts.iter().map(|der| to_pem(label, der)).collect();
        fs::write(&path, pem).unwrap();
        path
    }
}

fn to_pem(label: &str, der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

fn params() -> CertificateParams {
    CertificateParams::new(["play.example.com".to_owned()]).unwrap()
}

fn load(cert: &Path, key: &Path) -> Result<ServerCertificate, CertificateError> {
    ServerCertificate::from_pem_files(cert, key)
}

#[tokio::test]
async fn every_kind_of_key_serves() {
    for (name, key) in [
        (
            "P-256",
            KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap(),
        ),
        (
            "P-384",
            KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap(),
        ),
        (
            "Ed25519",
            KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap(),
        ),
        (
            "RSA",
            KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap(),
        ),
    ] {
        let cert = params().self_signed(&key).unwrap();
        let files = Files::new();
        let cert_file = files.pem("cert.pem", "CERTIFICATE", &[cert.der()]);
        let key_file = files.pem("key.pem", "PRIVATE KEY", &[key.serialized_der()]);
        let certificate = load(&cert_file, &key_file).unwrap();
        assert_eq!(
            certificate.fingerprint(),
            CertificateFingerprint::of(cert.der()),
            "{name}"
        );

        let server = server()
            .certificate(certificate)
            .answering(|_| Answer::referral("10.0.0.7", 5521, None));
        let exchange = server.hello(Generation::G4).await;
        assert!(
            matches!(exchange.outcome, ExchangeOutcome::Referral { .. }),
            "{name}: {exchange:?}"
        );
    }
}

#[test]
fn the_fingerprint_is_that_of_the_first_certificate_of_a_chain() {
    let mut authority = params();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let cert = params().signed_by(&key, &issuer).unwrap();
    let files = Files::new();
    let cert_file = files.pem("chain.pem", "CERTIFICATE", &[cert.der(), issuer.der()]);
    let key_file = files.pem("key.pem", "PRIVATE KEY", &[key.serialized_der()]);
    assert_eq!(
        load(&cert_file, &key_file).unwrap().fingerprint(),
        CertificateFingerprint::of(cert.der())
    );
}

#[test]
fn files_of_no_use_are_named() {
    let files = Files::new();
    let key = KeyPair::generate().unwrap();
    let cert = params().self_signed(&key).unwrap();
    let cert_file = files.pem("cert.pem", "CERTIFICATE", &[cert.der()]);
    let key_file = files.pem("key.pem", "PRIVATE KEY", &[key.serialized_der()]);
    let other = files.pem(
        "other.pem",
        "PRIVATE KEY",
        &[KeyPair::generate().unwrap().serialized_der()],
    );
    let garbage = files.pem("garbage.pem", "CERTIFICATE", &[b"no certificate"]);
    for (cert, key, named) in [
        (&files.path("absent.pem"), &key_file, "absent.pem"),
        (&cert_file, &files.path("absent.pem"), "absent.pem"),
        (&key_file, &key_file, "key.pem"),
        (&cert_file, &cert_file, "cert.pem"),
        (
            &cert_file,
            &other,
            "other.pem does not belong to the certificate in ",
        ),
        (&garbage, &key_file, "garbage.pem"),
    ] {
        let error = load(cert, key).unwrap_err().to_string();
        assert!(error.contains(named), "{named} in {error:?}");
    }
}
