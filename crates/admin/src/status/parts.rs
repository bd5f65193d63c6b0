//! Routes, plugins and identity.

use serde::Serialize;
use serde_json::Value;

use super::{LatencyQuantiles, NamedCount};

/// All routes and backends of the router.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RouteTotals {
    /// Routes, the default pool included.
    pub routes: u64,
    /// Backends, once for each route that has them.
    pub backends: u64,
    /// Drained backends, counted likewise.
    pub drained: u64,
}

/// A route and its backends.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RouteStatus {
    /// Its name.
    pub name: String,
    /// Host names it matches; any when empty.
    pub patterns: Vec<String>,
    /// Its other conditions, as text.
    pub conditions: Vec<String>,
    /// Strategy for choosing a backend.
    pub strategy: String,
    /// Decisions it made.
    pub decisions: u64,
    /// The maintenance it is closed for.
    pub maintenance: Option<Value>,
    /// Its backends. Not all of them if there are many.
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
    /// Referrals to it.
    pub referrals: u64,
    /// Origin of its drain, `config` or `command`.
    pub drained: Option<String>,
}

/// A plugin and its state.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PluginOverview {
    /// Its name.
    pub name: String,
    /// `wasm` or `grpc`.
    pub kind: String,
    /// The stage it runs in.
    pub stage: String,
    /// `enforce` or `shadow`.
    pub mode: String,
    /// The state of its breaker, as `closed`, `open` or `half-open`.
    pub breaker: String,
    /// Calls that run.
    pub running: u64,
    /// Calls that wait for their turn.
    pub waiting: u64,
    /// Calls that ended.
    pub calls: u64,
    /// Calls that failed.
    pub failures: u64,
    /// Calls that refused the player.
    pub denials: u64,
    /// Durations of the calls.
    pub latency: LatencyQuantiles,
    /// The last failure.
    pub last_error: Option<String>,
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
