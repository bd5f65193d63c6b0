//! TLS 1.3 as the game's clients speak it: any server name, a list of ALPN names, a client
//! certificate that is asked for and never required.

mod ack_delay;
mod alpn;
mod certificate_validity;
mod client_auth;
mod server_certificate;
mod session;
mod spki;

use std::sync::Arc;

use quinn::crypto::rustls::QuicServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};

pub use self::alpn::{AlpnError, AlpnList};
pub use self::certificate_validity::CertificateValidity;
pub use self::server_certificate::{CertificateError, HttpTlsConfig, ServerCertificate};

pub(crate) use self::session::OneConnection;

use self::client_auth::AnyClientCert;
use crate::ServerError;

/// Returns the crypto provider of all servers: aws-lc-rs, with suites ordered by the cost of a handshake.
///
/// AES-128 with SHA-256 is first: SHA-384 has no hardware instruction and costs 17 % of the whole exchange.
/// Post-quantum key exchange is left out: the connection carries no long-lived secrets, and a client that prefers it
/// needs a second datagram for its first flight.
pub(crate) fn crypto_provider() -> Arc<CryptoProvider> {
    let mut provider = aws_lc_rs::default_provider();
    provider
        .cipher_suites
        .sort_by_key(|suite| suite.suite() != rustls::CipherSuite::TLS13_AES_128_GCM_SHA256);
    provider.kx_groups = vec![
        aws_lc_rs::kx_group::X25519,
        aws_lc_rs::kx_group::SECP256R1,
        aws_lc_rs::kx_group::SECP384R1,
    ];
    Arc::new(provider)
}

/// Returns the TLS configuration of one server for QUIC.
pub(crate) fn server_crypto(
    provider: &Arc<CryptoProvider>,
    certificate: &ServerCertificate,
    alpn: &AlpnList,
) -> Result<QuicServerConfig, ServerError> {
    let mut tls = rustls::ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(ServerError::Tls)?
        .with_client_cert_verifier(Arc::new(AnyClientCert(
            provider.signature_verification_algorithms,
        )))
        .with_cert_resolver(certificate.resolver());
    tls.alpn_protocols = alpn.protocols().to_vec();
    tls.ignore_client_order = true;
    // A client connects once and leaves, so a session ticket would never be used.
    tls.send_tls13_tickets = 0;
    QuicServerConfig::try_from(tls).map_err(|_| ServerError::NoInitialCipherSuite)
}
