use quinn::ConnectionError;

/// Error of a client that cannot connect or cannot complete its handshake.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GameClientError {
    /// The socket.
    #[error("UDP socket: {0}")]
    Socket(#[from] std::io::Error),
    /// No address to bind to.
    #[error("this machine has no local address of that family")]
    Address,
    /// A key or certificate.
    #[error("cannot generate a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The TLS configuration.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The crypto provider lacks what QUIC needs.
    #[error("the crypto provider lacks TLS13_AES_128_GCM_SHA256, which QUIC requires")]
    NoInitialCipherSuite,
    /// The address or host name cannot be dialed.
    #[error("{0}")]
    Dial(#[from] quinn::ConnectError),
    /// The handshake.
    #[error("{0}")]
    Connection(#[from] ConnectionError),
}
