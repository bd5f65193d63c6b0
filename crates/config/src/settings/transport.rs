//! Certificate, protocols and the QUIC transport.

use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

/// Certificate and application protocols.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsSettings {
    /// Files of the certificate. Absent: a self-signed one is made in memory.
    pub certificate: Option<CertificateFiles>,
    /// Application protocols in order of preference, 1 to 255 bytes each. The entry `hytale/*` stands for the highest
    /// `hytale/<n>` that the client offers; no other entry holds `*`.
    pub alpn: Vec<String>,
}

/// Files of a certificate, both PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateFiles {
    /// The chain, the leaf certificate first.
    pub cert: PathBuf,
    /// The private key of the leaf certificate.
    pub key: PathBuf,
}

/// The QUIC transport.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuicSettings {
    /// Maximum time without a packet before a connection is closed. Default: 30 seconds.
    pub max_idle_timeout: Duration,
    /// Number of UDP sockets that share the port. Default: 0, which is one per core.
    pub endpoints: usize,
    /// File with the secret of address validation tokens.
    pub token_key_file: Option<PathBuf>,
    /// Load balancers whose PROXY protocol headers are accepted. Absent: none.
    pub proxy_protocol: Option<ProxyProtocolSettings>,
}

/// Load balancers whose PROXY protocol headers are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProxyProtocolSettings {
    /// Networks that the load balancers send from.
    pub trusted: Vec<IpNet>,
    /// Datagrams that carry a header.
    pub headers: ProxyHeaderMode,
}

/// Datagrams that a load balancer puts a PROXY protocol header in front of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyHeaderMode {
    /// At least the first of each flow.
    First,
    /// All of them.
    Every,
}
