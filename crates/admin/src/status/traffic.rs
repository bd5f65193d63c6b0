//! Counts and durations of connections and decisions.

use serde::Serialize;

/// Numbers and durations of decisions.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DecisionsStatus {
    /// Number of decisions.
    pub total: u64,
    /// Number of decisions by reason code.
    pub outcomes: Vec<NamedCount>,
    /// Durations of the steps.
    pub latency: LatencyStatus,
}

/// Named count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NamedCount {
    /// Name of the counted item.
    pub name: String,
    /// Count.
    pub count: u64,
}

/// Durations of the steps of an exchange.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LatencyStatus {
    /// From the first datagram to the end of the QUIC handshake.
    pub handshake: LatencyQuantiles,
    /// From there to the end of the `Connect` packet.
    pub connect: LatencyQuantiles,
    /// The decision, including plugins.
    pub decision: LatencyQuantiles,
    /// From the first datagram to the acknowledgement of the response.
    pub exchange: LatencyQuantiles,
}

/// Quantiles of a duration in seconds; `None` without measurements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct LatencyQuantiles {
    /// 50 %.
    pub p50: Option<f64>,
    /// 90 %.
    pub p90: Option<f64>,
    /// 99 %.
    pub p99: Option<f64>,
}

/// Connections of players.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ConnectionsStatus {
    /// Number of open connections after the handshake.
    pub open: u64,
    /// Number of connections in the handshake.
    pub half_open: u64,
    /// Number of connections that had to validate their address (QUIC Retry).
    pub retries: u64,
    /// Number of connections refused before the handshake.
    pub refused: u64,
    /// Number of failed handshakes.
    pub handshakes_failed: u64,
}
