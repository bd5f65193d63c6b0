use std::io;

use crate::socket::ListenAddress;
use crate::tls::{AlpnError, CertificateError};

/// Error of a server that cannot start or that stopped unexpectedly.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The socket cannot be bound to the address.
    #[error("cannot listen on UDP {listen}: {error}")]
    Bind {
        /// Requested address.
        listen: ListenAddress,
        /// Error of the system; [`io::ErrorKind::AddrInUse`] if another process has the port.
        error: io::Error,
    },
    /// The certificate or key cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The list of ALPN names cannot be used.
    #[error(transparent)]
    Alpn(#[from] AlpnError),
    /// The TLS library refuses the configuration.
    #[error("TLS: {0}")]
    Tls(rustls::Error),
    /// The crypto provider lacks AES-128-GCM with SHA-256, which QUIC needs (RFC 9001, section
    /// 5.2).
    #[error("the crypto provider lacks TLS13_AES_128_GCM_SHA256, which QUIC requires")]
    NoInitialCipherSuite,
    /// A time that QUIC cannot carry (RFC 9000, section 18.2: below 2^62 milliseconds).
    #[error("the idle timeout {0:?} is out of range; allowed: less than 2^62 ms")]
    IdleTimeout(std::time::Duration),
    /// The system could not provide a thread, runtime or socket.
    #[error("starting: {0}")]
    Start(io::Error),
    /// An endpoint lost its socket or its thread panicked.
    #[error("endpoint {endpoint} stopped unexpectedly")]
    EndpointLost {
        /// Number of the endpoint, from 0.
        endpoint: usize,
    },
    /// The server has ended and cannot be changed.
    #[error("the server has ended")]
    Ended,
}
