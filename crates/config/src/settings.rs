use std::path::PathBuf;
use std::time::Duration;

use hyrouter_referral::Sealer;
use hyrouter_router::RouterSpec;

use crate::mistake::Mistakes;
use crate::model::Config;
use crate::{ListenAddr, Messages, Warning, semantic};

/// A checked configuration: everything that the router is built from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Where to listen.
    pub listen: ListenAddr,
    /// Certificate and protocols.
    pub tls: TlsSettings,
    /// The QUIC transport.
    pub quic: QuicSettings,
    /// What is logged.
    pub logging: LoggingSettings,
    /// Bounds on time and on connections.
    pub limits: LimitSettings,
    /// What becomes of clients of newer builds.
    pub unknown_protocol: UnknownProtocol,
    /// Routes and pools, which `hyrouter_router::Router::new` takes.
    pub routing: RouterSpec,
    /// Seals referral data. Absent: backends get the plain payload.
    pub referral: Option<Sealer>,
    /// Texts for players.
    pub messages: Messages,
    /// What is allowed and hardly meant, for the operator to read at start.
    pub warnings: Vec<Warning>,
}

impl Settings {
    /// What `hyrouter` runs with when there is no file: listen on `:5520` and refer every host to `127.0.0.1:5521`.
    /// Without the environment, which [`Sources::new`](crate::Sources::new) lays over it.
    pub fn built_in() -> Self {
        semantic::build(Config::built_in(), &mut Mistakes::default())
    }
}

/// Certificate and protocols.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsSettings {
    /// Files of the certificate. Absent: make a self-signed one in memory.
    pub identity: Option<IdentityFiles>,
    /// Application protocols, the preferred first: 1 to 255 bytes each. The entry `hytale/*` stands for the highest
    /// `hytale/<n>` that the client offers; no other entry holds `*`.
    pub alpn: Vec<String>,
}

/// Files of a certificate, both PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdentityFiles {
    /// The chain, the own certificate first.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// The QUIC transport.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuicSettings {
    /// A connection on which nothing arrives for so long is closed.
    pub max_idle_timeout: Duration,
    /// UDP sockets that share the port; 0: one per core.
    pub endpoints: usize,
}

/// What is logged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggingSettings {
    /// Whether the socket address of clients appears in logs.
    pub log_client_ip: bool,
}

/// Bounds on time and on connections. None is zero.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitSettings {
    /// From the first datagram to the end of the handshake.
    pub handshake_timeout: Duration,
    /// From the handshake to a whole Connect.
    pub connect_timeout: Duration,
    /// From Connect to the decision.
    pub decision_timeout: Duration,
    /// From the answer to the close, for the client to leave by itself.
    pub close_timeout: Duration,
    /// Half-open handshakes from which on newcomers have to prove their address.
    pub retry_threshold: usize,
    /// Connections at the same time.
    pub max_connections: usize,
    /// Connections at the same time from one IPv4 address or one IPv6 /64 network.
    pub max_connections_per_source: usize,
}

/// What becomes of a client whose build is newer than any known one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownProtocol {
    /// It is read by the newest layout as far as that fits.
    Route,
    /// It is refused.
    Deny,
}
