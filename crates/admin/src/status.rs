//! What the status page shows, and `/api/status` answers.
//!
//! Times are seconds since 1970 in UTC, durations are seconds. Counts begin with the process and survive reloads.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::health::HealthProblem;

/// Everything about a running router that an operator looks at.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RouterStatus {
    /// The version of the router.
    pub version: String,
    /// Whether players are answered.
    pub state: RouterState,
    /// When the process began.
    pub started_at: f64,
    /// How long it runs.
    pub uptime_seconds: f64,
    /// The address players come to.
    pub listen: String,
    /// How many QUIC endpoints share that address.
    pub endpoints: usize,
    /// The configuration in effect.
    pub config: ConfigStatus,
    /// What was decided.
    pub decisions: DecisionsStatus,
    /// Connections of players.
    pub connections: ConnectionsStatus,
    /// Routes, in the order they are tried. Not all of them if there are many: see `totals`.
    pub routes: Vec<RouteStatus>,
    /// All routes and backends of the router, those included that `routes` leaves out.
    pub totals: RouteTotals,
    /// Plugins, in the order they are asked.
    pub plugins: Vec<PluginOverview>,
    /// How players prove who they are.
    pub identity: IdentityStatus,
    /// The limits in effect, by the name of their key.
    pub limits: BTreeMap<String, Value>,
    /// Connections and players refused, by reason.
    pub refusals: Vec<NamedCount>,
    /// What the operator should know about the configuration, though it works.
    pub warnings: Vec<String>,
    /// Why the router is not ready.
    pub problems: Vec<HealthProblem>,
}

/// Whether players are answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RouterState {
    /// Not yet.
    #[default]
    Starting,
    /// They are.
    Serving,
    /// Those who are here, until the process ends.
    Draining,
}

/// The configuration in effect, and how it came about.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ConfigStatus {
    /// The file, or what stands for it.
    pub source: String,
    /// When it was taken.
    pub loaded_at: f64,
    /// Reloads that were taken.
    pub reloads: u64,
    /// Reloads that were refused.
    pub failed_reloads: u64,
    /// Why the last reload was refused; none when it was taken.
    pub last_error: Option<ReloadError>,
    /// Keys whose change waits for a restart.
    pub restart_needed: Vec<String>,
    /// Checks that reloads have made less strict since the start, because the configuration said so.
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
    /// Whether it is valid now.
    pub is_valid: bool,
    /// Whether its end is less than 14 days away, or past.
    pub ends_soon: bool,
}

/// A reload that was refused.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ReloadError {
    /// When.
    pub at: f64,
    /// What is wrong with the new configuration.
    pub mistakes: Vec<String>,
}

/// What a reload that was taken comes to.
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

/// What was decided, how often and how fast.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DecisionsStatus {
    /// All of them.
    pub total: u64,
    /// How many by reason code.
    pub outcomes: Vec<NamedCount>,
    /// How long the steps took.
    pub latency: LatencyStatus,
}

/// How often something happened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NamedCount {
    /// What.
    pub name: String,
    /// How often.
    pub count: u64,
}

/// How long the steps of an exchange took.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LatencyStatus {
    /// From the first datagram to the end of the QUIC handshake.
    pub handshake: LatencyQuantiles,
    /// From there to the whole of `Connect`.
    pub connect: LatencyQuantiles,
    /// The decision, with plugins.
    pub decision: LatencyQuantiles,
    /// From the first datagram to the acknowledged answer.
    pub exchange: LatencyQuantiles,
}

/// Durations in seconds that 50, 90 and 99 of 100 did not exceed; none when nothing was measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct LatencyQuantiles {
    /// The median.
    pub p50: Option<f64>,
    /// 90 of 100.
    pub p90: Option<f64>,
    /// 99 of 100.
    pub p99: Option<f64>,
}

/// Connections of players.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ConnectionsStatus {
    /// Open now, past the handshake.
    pub open: u64,
    /// In the handshake now.
    pub half_open: u64,
    /// Asked to prove their address first.
    pub retries: u64,
    /// Refused before the handshake.
    pub refused: u64,
    /// Handshakes that came to nothing.
    pub handshakes_failed: u64,
}

/// All routes and backends of the router.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RouteTotals {
    /// Routes, the default pool included.
    pub routes: u64,
    /// Backends, once for each route that has them.
    pub backends: u64,
    /// Those of them that are drained.
    pub drained: u64,
}

/// A route and where it leads.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RouteStatus {
    /// Its name.
    pub name: String,
    /// Host names it matches; any when empty.
    pub patterns: Vec<String>,
    /// What else it matches, as text.
    pub conditions: Vec<String>,
    /// How a backend is chosen.
    pub strategy: String,
    /// Decisions it made.
    pub decisions: u64,
    /// The maintenance it is closed for.
    pub maintenance: Option<Value>,
    /// Where it leads. Not all of them if there are many.
    pub backends: Vec<BackendStatus>,
    /// Backends that `backends` leaves out.
    pub more_backends: u64,
}

/// A backend of a route.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BackendStatus {
    /// Its `host:port`.
    pub address: String,
    /// Its share among the others.
    pub weight: u32,
    /// Players sent there.
    pub referrals: u64,
    /// What drained it, `config` or `command`.
    pub drained: Option<String>,
}

/// A plugin and how it does.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PluginOverview {
    /// Its name.
    pub name: String,
    /// `wasm` or `grpc`.
    pub kind: String,
    /// When it is asked.
    pub stage: String,
    /// What its failure means to the player.
    pub mode: String,
    /// The state of its breaker, as `closed`, `open` or `half-open`.
    pub breaker: String,
    /// Calls that run.
    pub running: u64,
    /// Calls that wait for their turn.
    pub waiting: u64,
    /// Calls that ended.
    pub calls: u64,
    /// Those of them that failed.
    pub failures: u64,
    /// Those of them that refused the player.
    pub denials: u64,
    /// How long the calls took.
    pub latency: LatencyQuantiles,
    /// The last failure.
    pub last_error: Option<String>,
}

/// How players prove who they are.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct IdentityStatus {
    /// `off`, `optional` or `required`, as configured.
    pub mode: String,
    /// Keys at hand to verify with.
    pub keys: Option<u64>,
    /// How long ago they were fetched.
    pub keys_age_seconds: Option<f64>,
    /// Why they are not what they should be.
    pub problem: Option<String>,
    /// Verifications by result.
    pub results: Vec<NamedCount>,
}
