//! Bounds on time and on connections.

use std::time::Duration;

use ipnet::IpNet;

/// Bounds on time and on connections. None is zero, except where it is documented.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitSettings {
    /// Maximum time from the first datagram to the end of the handshake.
    pub handshake_timeout: Duration,
    /// Maximum time from the end of the handshake to a complete `Connect`.
    pub connect_timeout: Duration,
    /// Maximum time from `Connect` to the decision.
    pub decision_timeout: Duration,
    /// Maximum time from the answer to the close. The client usually leaves earlier.
    pub close_timeout: Duration,
    /// When clients must prove their address.
    pub retry: RetrySettings,
    /// Number of half-open handshakes from which on clients must prove their address under
    /// [`RetrySettings::Adaptive`].
    pub retry_threshold: usize,
    /// Maximum number of half-open handshakes.
    pub max_half_open: usize,
    /// Maximum number of connections.
    pub max_connections: usize,
    /// Maximum number of connections from one IPv4 address or one IPv6 /64 network.
    pub max_connections_per_source: usize,
    /// Maximum number of bytes of packets that have begun to arrive, over all connections.
    pub max_unread: usize,
    /// Rate of new connections of all clients together.
    pub rate: RateSettings,
    /// Rate of new connections of one IPv4 /24 or IPv6 /64 network.
    pub source_rate: RateSettings,
    /// Networks that may connect. Empty: all.
    pub allow: Vec<IpNet>,
    /// Networks that must not connect, even if `allow` contains them.
    pub deny: Vec<IpNet>,
}

/// Fixed shares of the entrypoint. They repeat its numbers, since this crate does not depend on it.
impl LimitSettings {
    /// An IPv4 address or IPv6 /64 network gets at most one of this many parts of each pool.
    pub const SOURCE_PARTS: u8 = 24;
    /// An IPv4 /24 or IPv6 /48 network gets at most one of this many parts of each pool and of `rate`.
    pub const NETWORK_PARTS: u8 = 16;
    /// Length of the longest packet that a client can begin, in bytes.
    pub const LONGEST_PACKET: u32 = 38_161;
}

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateSettings {
    /// Tokens added in a second. 0: no limit.
    pub per_second: u32,
    /// Maximum number of tokens, which is what may come at once.
    pub burst: u32,
}

/// When clients must prove their address with a QUIC Retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetrySettings {
    /// Always.
    Always,
    /// Never.
    Never,
    /// While at least [`LimitSettings::retry_threshold`] handshakes are half-open.
    Adaptive,
}

/// Treatment of a client whose build is newer than any known one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownProtocol {
    /// The client is routed. Its packets are read by the newest known layout.
    Route,
    /// The client is refused.
    Deny,
}
