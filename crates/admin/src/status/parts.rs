//! Routes, plugins and identity.

use serde::Serialize;
use serde_json::Value;

use super::{LatencyQuantiles, NamedCount};

/// Numbers of all routes and backends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RouteTotals {
    /// Number of routes, including the default pool.
    pub routes: u64,
    /// Number of backends. A backend counts once for each of its routes.
    pub backends: u64,
    /// Number of drained backends, counted in the same way.
    pub drained: u64,
}

/// Route and its backends.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RouteStatus {
    /// Name.
    pub name: String,
    /// Host name patterns; if empty, the route matches all hosts.
    pub patterns: Vec<String>,
    /// Other conditions as text.
    pub conditions: Vec<String>,
    /// Strategy for choosing a backend.
    pub strategy: String,
    /// Number of decisions.
    pub decisions: u64,
    /// Maintenance, if any.
    pub maintenance: Option<Value>,
    /// Backends. Truncated if there are many.
    pub backends: Vec<BackendStatus>,
    /// Number of backends that `backends` omits.
    pub more_backends: u64,
}

/// Backend of a route.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BackendStatus {
    /// Address as `host:port`.
    pub address: String,
    /// Weight relative to the other backends.
    pub weight: u32,
    /// Number of referrals.
    pub referrals: u64,
    /// Origin of the drain: `config`, `provider` or `command`; `None` if the backend serves.
    pub drained: Option<String>,
    /// Name of its discovery provider; `None` for a static backend.
    pub provider: Option<String>,
}

/// Plugin and its state.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PluginOverview {
    /// Name.
    pub name: String,
    /// `wasm` or `grpc`.
    pub kind: String,
    /// Stage in which it runs.
    pub stage: String,
    /// `enforce` or `shadow`.
    pub mode: String,
    /// State of its circuit breaker: `closed`, `open` or `half-open`.
    pub breaker: String,
    /// Number of running calls.
    pub running: u64,
    /// Number of queued calls.
    pub waiting: u64,
    /// Number of finished calls.
    pub calls: u64,
    /// Number of failed calls.
    pub failures: u64,
    /// Number of calls that refused the player.
    pub denials: u64,
    /// Durations of the calls.
    pub latency: LatencyQuantiles,
    /// Last failure.
    pub last_error: Option<String>,
    /// Cache of its answers, if it has one.
    pub cache: Option<PluginCacheStatus>,
}

/// Cache of a plugin's answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PluginCacheStatus {
    /// Number of answers in it.
    pub entries: u64,
    /// Memory that they take in bytes.
    pub memory: u64,
    /// Number of answers from it.
    pub hits: u64,
    /// Number of requests for which it had no valid answer.
    pub misses: u64,
}

/// Verification of the identity of players.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct IdentityStatus {
    /// `off`, `report` or `require`, as configured.
    pub mode: String,
    /// Number of keys.
    pub keys: Option<u64>,
    /// Time since the keys were fetched.
    pub keys_age_seconds: Option<f64>,
    /// Problem with the keys.
    pub problem: Option<String>,
    /// Verifications by result.
    pub results: Vec<NamedCount>,
}
