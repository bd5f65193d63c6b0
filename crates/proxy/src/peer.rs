//! The far end of a connection, as known from QUIC and TLS.

use std::net::SocketAddr;

use quinn::Connection;
use quinn::crypto::rustls::HandshakeData;
use rustls::pki_types::CertificateDer;

use crate::certificate_fingerprint::CertificateFingerprint;

/// The far end of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Peer {
    /// Number of this connection since the server started.
    pub connection_id: u64,
    /// The client's address; an IPv4 client of a dual-stack socket has its plain IPv4 address.
    pub remote: SocketAddr,
    /// The requested host name (SNI, RFC 6066, section 3), in lower case. Empty if the client sent none, as for an IP
    /// address.
    pub host: Box<str>,
    /// The negotiated application protocol.
    pub alpn: Option<Box<[u8]>>,
    /// Fingerprint of the client's certificate. The client has proven that it holds the key.
    pub client_cert: Option<CertificateFingerprint>,
}

impl Peer {
    /// Creates a peer with this address and empty other fields.
    pub fn new(remote: SocketAddr) -> Self {
        Self {
            connection_id: 0,
            remote: SocketAddr::new(remote.ip().to_canonical(), remote.port()),
            host: Box::default(),
            alpn: None,
            client_cert: None,
        }
    }

    pub(crate) fn of(connection: &Connection, connection_id: u64) -> Self {
        let tls = connection
            .handshake_data()
            .and_then(|data| data.downcast::<HandshakeData>().ok());
        let (host, alpn) = tls.map_or((None, None), |tls| (tls.server_name, tls.protocol));
        let mut host = host.unwrap_or_default();
        host.make_ascii_lowercase();
        let client_cert = connection
            .peer_identity()
            .and_then(|identity| identity.downcast::<Vec<CertificateDer<'static>>>().ok())
            .and_then(|chain| chain.first().map(|cert| CertificateFingerprint::of(cert)));
        let remote = connection.remote_address();
        Self {
            connection_id,
            remote: SocketAddr::new(remote.ip().to_canonical(), remote.port()),
            host: host.into_boxed_str(),
            alpn: alpn.map(Vec::into_boxed_slice),
            client_cert,
        }
    }
}
