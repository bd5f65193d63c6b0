//! Validated settings of the router.

mod discovery;
mod plugins;
mod referral;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use hyrouter_router::RouterSpec;

pub use self::discovery::{DiscoverySettings, PoolDiscoverySettings, PoolSourceSettings};
pub use self::plugins::{PluginKind, PluginSettings};
pub use self::referral::{EnvelopeSettings, ReferralSettings, TimedSealer};
use crate::checks::{Checks, Layers};
use crate::model::{
    AdminSettings, Config, IdentitySettings, LimitSettings, LoggingSettings, QuicSettings,
    ShutdownSettings, TelemetrySettings, TlsSettings, UnknownProtocol, WasmHostSettings,
};
use crate::problem::Problems;
use crate::secrets::Secrets;
use crate::sections::Sections;
use crate::{ListenAddr, MaintenanceTexts, Messages, Warning, validate};

/// A validated configuration, from which the router is built.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Address to listen on.
    pub listen: ListenAddr,
    /// Certificate and application protocols.
    pub tls: TlsSettings,
    /// The QUIC transport.
    pub quic: QuicSettings,
    /// Logging and the targets of decisions.
    pub logging: LoggingSettings,
    /// Bounds on time and on connections.
    pub limits: LimitSettings,
    /// Treatment of clients of newer builds.
    pub unknown_protocol: UnknownProtocol,
    /// Routes and pools, for `hyrouter_router::Router::new`.
    pub routing: RouterSpec,
    /// Sources of backends, and the pools that use them.
    pub discovery: DiscoverySettings,
    /// Texts for players refused by a maintenance, by the name of the route; `default` for the default pool. Routes
    /// without a maintenance have no entry.
    pub maintenance: BTreeMap<String, MaintenanceTexts>,
    /// Verification of the identity of players.
    pub identity: IdentitySettings,
    /// Sealing of referral data, and acceptance of tickets.
    pub referral: ReferralSettings,
    /// Texts for players.
    pub messages: Messages,
    /// Plugins in the order of the file.
    pub plugins: Vec<PluginSettings>,
    /// Settings that all WASM plugins share.
    pub wasm: WasmHostSettings,
    /// The HTTP server for operators.
    pub admin: AdminSettings,
    /// Shutdown of the router.
    pub shutdown: ShutdownSettings,
    /// Traces over OTLP. Absent: none.
    pub otlp: Option<TelemetrySettings>,
    /// Files that the configuration names, to be watched for changes beside the configuration itself.
    pub files: Vec<NamedFile>,
    /// Values that are allowed and probably not intended, for the operator to read at start.
    pub warnings: Vec<Warning>,
    /// Checks of the configuration, to be compared with those of the next one.
    pub checks: Checks,
    /// Contents of the sections, to be compared with the next configuration.
    pub sections: Sections,
}

impl Settings {
    /// Returns the settings of `hyrouter` without a file: it listens on `:5520` and refers every host to
    /// `127.0.0.1:5521`. The environment, which [`Sources::new`](crate::Sources::new) reads, is not in it.
    pub fn built_in() -> Self {
        validate::build(
            Config::built_in(),
            &Layers::default(),
            &Secrets::new(&[]),
            SystemTime::UNIX_EPOCH,
            &mut Problems::default(),
        )
    }

    /// Returns the maximum time to answer connections in progress at the end: `shutdown.timeout`, or the longest time
    /// that a connection may take by its limits.
    pub fn drain_timeout(&self) -> Duration {
        let limits = &self.limits;
        self.shutdown.timeout.unwrap_or_else(|| {
            limits.handshake_timeout + limits.connect_timeout + limits.decision_timeout
        })
    }
}

/// A file that the configuration names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamedFile {
    /// The key that names it, as in [`Problem::path`](crate::Problem::path).
    pub key: String,
    /// The file.
    pub file: PathBuf,
}
