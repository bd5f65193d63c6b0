//! Counts and durations of connections and decisions.

use serde::Serialize;

/// Decisions, by number, outcome and duration.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DecisionsStatus {
    /// Number of decisions.
    pub total: u64,
    /// Number of decisions by reason code.
    pub outcomes: Vec<NamedCount>,
    /// Durations of the steps.
    pub latency: LatencyStatus,
}

/// A number with a name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NamedCount {
    /// Name of the counted item.
    pub name: String,
    /// The number.
    pub count: u64,
}

/// Durations of the steps of an exchange.
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
    /// Handshakes that had to prove their address first.
    pub retries: u64,
    /// Refused before the handshake.
    pub refused: u64,
    /// Handshakes that failed.
    pub handshakes_failed: u64,
}
