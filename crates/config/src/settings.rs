use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use hyrouter_referral::Sealer;
use hyrouter_referral::v2::{Keys, SigningKeys, Validity};
use hyrouter_router::RouterSpec;
use ipnet::IpNet;
use serde_json::Value;

use crate::checks::{Checks, Layers};
use crate::mistake::Mistakes;
use crate::model::Config;
use crate::operation::{
    AdminSettings, DecisionTarget, OtlpSettings, ProxyProtocolSettings, RateSettings, RetryMode,
    ShutdownSettings, WebhookSettings,
};
use crate::secrets::Secrets;
use crate::sections::Sections;
use crate::{ListenAddr, MaintenanceTexts, Messages, Warning, semantic};

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
    /// What players read whom a maintenance keeps out, by the name of the route; `default` for the default pool. Only
    /// routes with a maintenance are in it.
    pub maintenance: BTreeMap<String, MaintenanceTexts>,
    /// Who players are.
    pub identity: IdentitySettings,
    /// Seals referral data, and reads tickets.
    pub referral: ReferralSettings,
    /// Texts for players.
    pub messages: Messages,
    /// Plugins in the order of the file, each with what a chain has to know of it.
    pub plugins: Vec<PluginSettings>,
    /// What all WASM plugins share.
    pub wasm: WasmHostSettings,
    /// The HTTP server for operators. Absent: none.
    pub admin: Option<AdminSettings>,
    /// How the router ends.
    pub shutdown: ShutdownSettings,
    /// Traces over OTLP. Absent: none.
    pub otlp: Option<OtlpSettings>,
    /// The files that the configuration names to be read: what has to be watched for changes beside the configuration
    /// itself.
    pub files: Vec<NamedFile>,
    /// What is allowed and hardly meant, for the operator to read at start.
    pub warnings: Vec<Warning>,
    /// What is checked, to be compared with the configuration that comes next.
    pub checks: Checks,
    /// What each section says, likewise.
    pub sections: Sections,
}

impl Settings {
    /// What `hyrouter` runs with when there is no file: listen on `:5520` and refer every host to `127.0.0.1:5521`.
    /// Without the environment, which [`Sources::new`](crate::Sources::new) lays over it.
    pub fn built_in() -> Self {
        semantic::build(
            Config::built_in(),
            &Layers::default(),
            &Secrets::new(&[]),
            SystemTime::UNIX_EPOCH,
            &mut Mistakes::default(),
        )
    }
}

/// A file that the configuration names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamedFile {
    /// The key that names it, as in [`Mistake::path`](crate::Mistake::path).
    pub key: String,
    /// The file.
    pub file: PathBuf,
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
    /// File with the secret of address tokens.
    pub token_key_file: Option<PathBuf>,
    /// Load balancers whose PROXY protocol headers are believed. Absent: nobody's.
    pub proxy_protocol: Option<ProxyProtocolSettings>,
}

/// What is logged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggingSettings {
    /// Whether the socket address of clients appears in logs.
    pub log_client_ip: bool,
    /// Where decisions go as lines of JSON.
    pub decisions: Option<DecisionTarget>,
    /// Whether the address of the client stands in decisions.
    pub decision_client_ip: bool,
    /// How many decisions are kept in memory.
    pub recent_decisions: usize,
    /// Who is sent decisions.
    pub webhook: Option<WebhookSettings>,
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
    /// Whether newcomers have to prove their address.
    pub retry: RetryMode,
    /// Half-open handshakes from which on they have to under [`RetryMode::Adaptive`].
    pub retry_threshold: usize,
    /// Half-open handshakes at the same time.
    pub max_half_open: usize,
    /// Connections at the same time.
    pub max_connections: usize,
    /// Connections at the same time from one IPv4 address or one IPv6 /64 network.
    pub max_connections_per_source: usize,
    /// Bytes of packets that have begun to arrive.
    pub max_unread: usize,
    /// New connections of all.
    pub rate: RateSettings,
    /// New connections of one IPv4 /24 or IPv6 /64 network.
    pub source_rate: RateSettings,
    /// Who may connect; nobody named: all.
    pub allow: Vec<IpNet>,
    /// Who may not, whatever `allow` says.
    pub deny: Vec<IpNet>,
}

/// What the entrypoint does whatever is set. It has the same numbers: this crate does not depend on it.
impl LimitSettings {
    /// An IPv4 address or IPv6 /64 gets at most one of so many parts of each pool.
    pub const SOURCE_PARTS: u8 = 24;
    /// An IPv4 /24 or IPv6 /48 gets at most one of so many parts of each pool and of `rate`.
    pub const NETWORK_PARTS: u8 = 16;
    /// Bytes of the longest packet that a client can begin.
    pub const LONGEST_PACKET: u32 = 38_161;
}

/// What becomes of a client whose build is newer than any known one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownProtocol {
    /// It is read by the newest layout as far as that fits.
    Route,
    /// It is refused.
    Deny,
}

/// How the identity of players is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdentitySettings {
    /// What becomes of players without a good token.
    pub mode: IdentityMode,
    /// Where the keys are: `https://...`, `http://...` of this machine, or a file.
    pub jwks: String,
    /// Certificates that an address is trusted by, beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Whom tokens have to come from.
    pub issuer: String,
    /// How far the clock that tokens are issued by may be away.
    pub clock_skew: Duration,
    /// How often keys are fetched again.
    pub refresh: Duration,
    /// How long keys are used after the last good fetch.
    pub max_stale: Duration,
    /// How long ago a token may have been issued.
    pub max_age: Option<Duration>,
    /// Whether a token is good for the first client certificate alone that shows it.
    pub bind_certificate: bool,
    /// Verified tokens that are remembered.
    pub cache_size: usize,
}

/// What becomes of players without a good identity token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityMode {
    /// Tokens are read and not verified.
    Off,
    /// Players are let in unverified.
    Report,
    /// Players are refused.
    Require,
}

/// How referral data is sealed, and whose tickets are taken.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReferralSettings {
    /// What is around the content.
    pub envelope: EnvelopeSettings,
    /// How long an envelope of version 2 is good.
    pub ttl: Duration,
    /// Keys of servers whose tickets are taken.
    pub accept: Keys,
    /// How often a player may be referred in a row.
    pub max_hops: u8,
}

/// The envelope of referral data: a version with the keys that seal it, or none.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EnvelopeSettings {
    /// Version 1; not signed when no key is configured.
    V1(Vec<TimedSealer>),
    /// Version 2.
    V2(SigningKeys),
    /// No envelope: backends get the plain content.
    Plain,
}

impl EnvelopeSettings {
    /// Returns whether envelopes are signed.
    pub fn is_signed(&self) -> bool {
        match self {
            Self::V1(keys) => keys.iter().any(|key| key.sealer.is_signed()),
            Self::V2(_) => true,
            Self::Plain => false,
        }
    }

    /// Returns the version byte, or `None` without an envelope.
    pub fn version(&self) -> Option<u8> {
        match self {
            Self::V1(_) => Some(1),
            Self::V2(_) => Some(2),
            Self::Plain => None,
        }
    }
}

/// A key of version 1.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TimedSealer {
    /// When it signs.
    pub validity: Validity,
    /// What it signs with.
    pub sealer: Sealer,
}

/// One plugin.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PluginSettings {
    /// When it is asked and what its answers are worth.
    pub settings: hyrouter_plugins::Settings,
    /// Where it is.
    pub kind: PluginKind,
    /// Handed to the plugin.
    pub config: Option<Value>,
}

/// Where a plugin is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PluginKind {
    /// Behind an address.
    Grpc(GrpcPlugin),
    /// In a file.
    Wasm(WasmPlugin),
}

/// A plugin in a process of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GrpcPlugin {
    /// `host:port`, `http://...`, `https://...` or `unix:...`; not empty, otherwise as it was written.
    pub address: String,
    /// TLS to it.
    pub tls: Option<GrpcTlsFiles>,
}

/// Files for TLS to a plugin, all PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GrpcTlsFiles {
    /// Certificates that the plugin's certificate must lead to.
    pub ca: Option<PathBuf>,
    /// What is shown to the plugin.
    pub identity: Option<IdentityFiles>,
    /// Name that the plugin's certificate must be for.
    pub domain: Option<String>,
}

/// What all WASM plugins share.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WasmHostSettings {
    /// Folder for compiled modules. Absent: none are kept.
    pub cache_dir: Option<PathBuf>,
    /// Maximum time to compile one module.
    pub compile_timeout: Duration,
    /// Maximum memory of the process that compiles a module, in bytes.
    pub compile_memory: u64,
}

/// A plugin in a WebAssembly file. Bounds that are absent are the host's defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WasmPlugin {
    /// The file.
    pub path: PathBuf,
    /// Memory of one instance in bytes.
    pub max_memory: Option<u64>,
    /// Instances that serve calls at the same time.
    pub instances: Option<NonZeroU32>,
    /// Calls after which an instance is replaced.
    pub max_calls: Option<NonZeroU64>,
    /// What one call may spend.
    pub fuel: Option<NonZeroU64>,
}
