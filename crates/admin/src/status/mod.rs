//! Response of `/api/status`, which the status page shows.
//!
//! Times are seconds since 1970 in UTC. Durations are in seconds. Counts start with the process and survive reloads.

mod discovery;
mod parts;
mod traffic;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

pub use self::discovery::ProviderStatus;
pub use self::parts::{
    BackendStatus, IdentityStatus, PluginCacheStatus, PluginOverview, RouteStatus, RouteTotals,
};
pub use self::traffic::{
    ConnectionsStatus, DecisionsStatus, LatencyQuantiles, LatencyStatus, NamedCount,
};
use crate::health::HealthProblem;

/// Status of a running router.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RouterStatus {
    /// Version of the router.
    pub version: String,
    /// State of serving players.
    pub state: RouterState,
    /// Start time of the process.
    pub started_at: f64,
    /// Time since the start of the process.
    pub uptime_seconds: f64,
    /// Address of the QUIC listener.
    pub listen: String,
    /// Number of QUIC endpoints that share the address.
    pub endpoints: usize,
    /// Active configuration.
    pub config: ConfigStatus,
    /// Decisions and their durations.
    pub decisions: DecisionsStatus,
    /// Connections of players.
    pub connections: ConnectionsStatus,
    /// Routes in the order of matching. Truncated if there are many; see `totals`.
    pub routes: Vec<RouteStatus>,
    /// Numbers of all routes and backends, including those that `routes` omits.
    pub totals: RouteTotals,
    /// Discovery providers in the order of their names.
    pub providers: Vec<ProviderStatus>,
    /// Plugins in the order of their calls.
    pub plugins: Vec<PluginOverview>,
    /// Verification of the identity of players.
    pub identity: IdentityStatus,
    /// Active limits by configuration key.
    pub limits: BTreeMap<String, Value>,
    /// Numbers of refused connections and players by reason.
    pub refusals: Vec<NamedCount>,
    /// Warnings of the configuration.
    pub warnings: Vec<String>,
    /// Reasons why the router is not ready.
    pub problems: Vec<HealthProblem>,
}

/// State of serving players.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RouterState {
    /// Players are not served yet.
    #[default]
    Starting,
    /// Players are served.
    Serving,
    /// Connections in progress finish; new ones are refused.
    Draining,
}

/// Active configuration and its reloads.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ConfigStatus {
    /// Path of the file, or a description of another source.
    pub source: String,
    /// Time when the configuration was applied.
    pub loaded_at: f64,
    /// Number of applied reloads.
    pub reloads: u64,
    /// Number of refused reloads.
    pub failed_reloads: u64,
    /// Refusal of the last reload; `None` if it was applied.
    pub last_error: Option<ReloadError>,
    /// Changed keys that need a restart to take effect.
    pub restart_needed: Vec<String>,
    /// Checks that reloads have relaxed since the start of the process, with the permission of the configuration.
    pub lowered: Vec<String>,
    /// Certificate of the QUIC listener.
    pub certificate: Option<CertificateStatus>,
}

/// Certificate of the QUIC listener.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CertificateStatus {
    /// SHA-256 fingerprint of the certificate, in base64url without padding, as in the log.
    pub sha256: String,
    /// Start of its validity.
    pub not_before: f64,
    /// End of its validity.
    pub not_after: f64,
    /// `true` if it is valid now.
    pub is_valid: bool,
    /// `true` if it expires within 14 days or has expired.
    pub ends_soon: bool,
}

/// Refused reload.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ReloadError {
    /// Time of the refusal.
    pub at: f64,
    /// Mistakes in the new configuration.
    pub mistakes: Vec<String>,
}

/// Result of an applied reload.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReloadReport {
    /// Top-level keys with changed values.
    pub changed: Vec<String>,
    /// Changed files: the configuration file, and files that it refers to.
    pub changed_files: Vec<String>,
    /// Warnings about the configuration.
    pub warnings: Vec<String>,
    /// Changed keys that need a restart to take effect.
    pub restart_needed: Vec<String>,
}
