//! The certificate that a server shows.

use std::net::SocketAddr;

use hyrouter_proxy::CertificateFingerprint;
use quinn::Endpoint;
use rustls::pki_types::CertificateDer;

/// A client that takes every certificate whose key the server holds, as the game's do.
pub(crate) fn client_config() -> quinn::ClientConfig {
    let tls = hyrouter_client::quic_config(&[b"hytale/3".to_vec()]).unwrap();
    quinn::ClientConfig::new(std::sync::Arc::new(tls))
}

/// Of the certificate that a client that comes now is shown.
pub(crate) async fn fingerprint(server: SocketAddr) -> CertificateFingerprint {
    let client = Endpoint::client("127.0.0.1:0".parse().unwrap()).unwrap();
    let connecting = client.connect_with(client_config(), server, "localhost");
    let connection = connecting.unwrap().await.unwrap();
    let identity = connection.peer_identity().unwrap();
    let chain = identity.downcast::<Vec<CertificateDer<'static>>>().unwrap();
    CertificateFingerprint::of(&chain[0])
}
