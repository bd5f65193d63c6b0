//! A collector is who its certificate says, or gets nothing.

use std::path::PathBuf;
use std::sync::Arc;

use hyrouter_telemetry::OtlpSettings;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::clock::{Clock, until};
use crate::collector::Collector;
use crate::{counts, open, record};

struct Authority {
    folder: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { folder, issuer }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A server with a certificate for this host.
    async fn server(&self, host: &str) -> Collector {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tls = TlsAcceptor::from(Arc::new(config));
        Collector::on(listener, Some(tls), [])
    }
}

fn trusting(authority: &Authority, collector: &Collector) -> OtlpSettings {
    let mut settings = OtlpSettings::new(format!("https://{}", collector.address));
    settings.ca_file = Some(authority.file());
    settings
}

#[tokio::test(start_paused = true)]
async fn a_collector_is_trusted_by_an_authority_of_ones_own() {
    let _clock = Clock::hold().await;
    let authority = Authority::new();
    let collector = authority.server("127.0.0.1").await;
    let tracer = open(&trusting(&authority, &collector));
    record(&tracer, 0..128);
    until("a batch", || counts(&tracer) == (256, 0, 0)).await;
    assert!(
        rustls::crypto::CryptoProvider::get_default().is_none(),
        "nothing is installed for the whole process"
    );
}

#[tokio::test(start_paused = true)]
async fn a_collector_of_another_authority_or_name_is_not() {
    let clock = Clock::hold().await;
    let (ours, theirs) = (Authority::new(), Authority::new());
    for (authority, host) in [(&theirs, "127.0.0.1"), (&ours, "127.0.0.2")] {
        let collector = authority.server(host).await;
        let tracer = open(&trusting(&ours, &collector));
        record(&tracer, 0..128);
        until("a handshake that ended", || collector.left() == 1).await;
        clock.settle().await;
        assert_eq!((collector.count(), counts(&tracer)), (0, (0, 0, 0)));
    }
}
