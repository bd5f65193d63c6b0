//! Data of the status page and of `/api/status`.
//!
//! Times are seconds since 1970 in UTC, durations are seconds. Counts begin with the process and survive reloads.

mod parts;
mod traffic;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

pub use self::parts::{BackendStatus, IdentityStatus, PluginOverview, RouteStatus, RouteTotals};
pub use self::traffic::{
    ConnectionsStatus, DecisionsStatus, LatencyQuantiles, LatencyStatus, NamedCount,
};
use crate::health::HealthProblem;

/// The state of a running router.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RouterStatus {
    /// The version of the router.
    pub version: String,
    /// State of serving players.
    pub state: RouterState,
    /// Start time of the process.
    pub started_at: f64,
    /// Time since the start of the process.
    pub uptime_seconds: f64,
    /// The address of the QUIC listener.
    pub listen: String,
    /// Number of QUIC endpoints that share the address.
    pub endpoints: usize,
    /// The configuration in effect.
    pub config: ConfigStatus,
    /// Decisions and their durations.
    pub decisions: DecisionsStatus,
    /// Connections of players.
    pub connections: ConnectionsStatus,
    /// Routes, in the order they are tried. Not all of them if there are many: see `totals`.
    pub routes: Vec<RouteStatus>,
    /// All routes and backends of the router, those included that `routes` leaves out.
    pub totals: RouteTotals,
    /// Plugins, in the order they run.
    pub plugins: Vec<PluginOverview>,
    /// Verification of the identity of players.
    pub identity: IdentityStatus,
    /// The limits in effect, by the name of their key.
    pub limits: BTreeMap<String, Value>,
    /// Connections and players refused, by reason.
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
    /// Connections in progress are finished, new ones are refused.
    Draining,
}

/// The configuration in effect, and how it came about.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ConfigStatus {
    /// The file, or a text in its place.
    pub source: String,
    /// Time at which it was applied.
    pub loaded_at: f64,
    /// Number of reloads that were applied.
    pub reloads: u64,
    /// Number of reloads that were refused.
    pub failed_reloads: u64,
    /// Refusal of the last reload; none if it was applied.
    pub last_error: Option<ReloadError>,
    /// Keys whose change waits for a restart.
    pub restart_needed: Vec<String>,
    /// Checks that reloads have explicitly made less strict since the start.
    pub lowered: Vec<String>,
    /// The certificate that players see.
    pub certificate: Option<CertificateStatus>,
}

/// The certificate that players see.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CertificateStatus {
    /// SHA-256 over the certificate, in base64url without padding, as the log shows it.
    pub sha256: String,
    /// The first second in which it is valid.
    pub not_before: f64,
    /// The last second in which it is valid.
    pub not_after: f64,
    /// `true` if it is valid now.
    pub is_valid: bool,
    /// `true` if its end is less than 14 days away, or past.
    pub ends_soon: bool,
}

/// A reload that was refused.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ReloadError {
    /// Time of the refusal.
    pub at: f64,
    /// Mistakes in the new configuration.
    pub mistakes: Vec<String>,
}

/// The result of a reload that was applied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReloadReport {
    /// Keys of the top level whose values differ from those before.
    pub changed: Vec<String>,
    /// The configuration's file and those that it names, where they are not as they were.
    pub changed_files: Vec<String>,
    /// Everything that the configuration warns of.
    pub warnings: Vec<String>,
    /// Keys whose change waits for a restart.
    pub restart_needed: Vec<String>,
}
