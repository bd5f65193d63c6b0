//! A proxy in front of the API server that fails as networks and servers do.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::ApiServer;
use crate::listen::{Stream, head};

/// Fault of a proxy in place of passing bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiFault {
    /// Nothing: it passes all bytes.
    None,
    /// It closes all connections, and each new one at once.
    Cut,
    /// It passes no bytes and closes nothing.
    Hang,
    /// It closes all connections and answers each new request with this status line and a plain text.
    Answer(&'static str),
}

/// A proxy in front of an API server. It ends TLS, so clients identify by token, not by certificate.
pub struct ApiProxy {
    address: SocketAddr,
    fault: watch::Sender<ApiFault>,
}

impl ApiProxy {
    /// Starts a proxy that passes all bytes.
    pub async fn start(server: &ApiServer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (fault, state) = watch::channel(ApiFault::None);
        let (acceptor, connector) = (acceptor(server), connector(server));
        let upstream = server.url().trim_start_matches("https://").to_owned();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, connector) = (acceptor.clone(), connector.clone());
                let (upstream, mut changes) = (upstream.clone(), state.clone());
                let fault = changes.borrow_and_update().clone();
                tokio::spawn(async move {
                    let serving = serve(stream, fault, acceptor, connector, &upstream);
                    tokio::pin!(serving);
                    tokio::select! {
                        () = &mut serving => {}
                        switched = changes.changed() => {
                            // After this the connection is dropped, which closes it.
                            if switched.is_ok() && *changes.borrow() == ApiFault::Hang {
                                // Bytes stop, and the connection stays.
                                drop(changes.changed().await);
                            }
                        }
                    }
                });
            }
        });
        Self { address, fault }
    }

    /// Returns its URL.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Fails in this way from now on, or no longer.
    pub fn fail(&self, fault: ApiFault) {
        self.fault.send_replace(fault);
    }
}

/// Serves one connection, whose fault was the current one when it was accepted.
async fn serve(
    stream: TcpStream,
    fault: ApiFault,
    acceptor: TlsAcceptor,
    connector: TlsConnector,
    upstream: &str,
) {
    match fault {
        ApiFault::Cut => return,
        ApiFault::Hang => std::future::pending().await,
        ApiFault::None | ApiFault::Answer(_) => {}
    }
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let mut stream: Stream = Box::new(stream);
    if let ApiFault::Answer(status) = fault {
        if head(&mut stream).await.is_some() {
            let body = "overloaded, try later\n";
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\nRetry-After: 1\r\nContent-Type: text/plain\r\n\
                 Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            drop(stream.write_all(answer.as_bytes()).await);
            drop(stream.shutdown().await);
        }
        return;
    }
    let Ok(server) = TcpStream::connect(upstream).await else {
        return;
    };
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let Ok(mut server) = connector.connect(name, server).await else {
        return;
    };
    drop(copy_bidirectional(&mut stream, &mut server).await);
}

/// Returns the TLS of the server itself.
fn acceptor(server: &ApiServer) -> TlsAcceptor {
    let pki = server.folder().join("pki");
    let certificates = CertificateDer::pem_file_iter(pki.join("apiserver.crt")).unwrap();
    let certificates = certificates.map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(pki.join("apiserver.key")).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

fn connector(server: &ApiServer) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    for ca in CertificateDer::pem_file_iter(server.folder().join("pki/ca.crt")).unwrap() {
        roots.add(ca.unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}
