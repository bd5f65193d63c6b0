//! Current counts of a server.

use crate::refusal::RefusalCounts;

/// Counts of one server. Each is exact, but they are not read at the same instant, since the server keeps running.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerStatus {
    /// Connections, half-open ones included.
    pub open: usize,
    /// Handshakes that are not finished; never above [`Limits::max_half_open`](crate::Limits::max_half_open).
    pub half_open: usize,
    /// Number of these with an address that may be forged.
    pub unproven: usize,
    /// Connections that QUIC holds memory for: the open ones, and closed ones until QUIC has forgotten them. At most 2
    /// × [`Limits::max_connections`](crate::Limits::max_connections) + 1,024.
    pub remembered: usize,
    /// Sources that hold connections: IPv4 addresses and IPv6 /64s that have proven their address.
    pub sources: usize,
    /// Connections that were admitted since the server was bound.
    pub admitted: u64,
    /// Retries that were sent since then, for clients to prove their address.
    pub retries_sent: u64,
    /// Connections that were refused since then.
    pub refused: RefusalCounts,
    /// Bytes of first frames, whole or not, of all connections; never above
    /// [`Limits::max_unread_bytes`](crate::Limits::max_unread_bytes), unless that was lowered.
    pub unread_bytes: usize,
    /// `true` if a shutdown has begun.
    pub draining: bool,
    /// Counts of load balancers, if [`ProxyProtocol`](crate::ProxyProtocol) is on.
    pub proxied: Option<ProxiedStatus>,
}

/// Datagrams of load balancers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProxiedStatus {
    /// Clients that are remembered with the balancer's address and port that they came from.
    pub flows: usize,
    /// Datagrams dropped since their client was unknown.
    pub unknown: u64,
    /// Datagrams dropped since their header is malformed, or names another client than their flow has.
    pub malformed: u64,
    /// Answers dropped because their client's flow is forgotten.
    pub unanswerable: u64,
}
