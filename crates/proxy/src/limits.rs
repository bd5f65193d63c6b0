//! The limits of a server.

use std::time::Duration;

use crate::access::Access;
use crate::rate::Rates;
use crate::setters::setters;

/// When clients must prove their address by Retry (RFC 9000, section 8.1.2), which costs them a round trip and
/// the server nothing to remember.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RetryMode {
    /// Always: no forged address ever reaches cryptography.
    Always,
    /// Never: clients that would get a Retry are refused. Forged addresses can then lock out players.
    Never,
    /// When there are many half-open handshakes or new connections.
    #[default]
    Adaptive,
}

/// Maximum times and amounts that a server accepts before it refuses or gives up.
///
/// Worst cases in memory are for the defaults. An established connection that does nothing costs about
/// [`IDLE_BYTES`](Self::IDLE_BYTES), one that has filled its receive window 32 KiB more, and a half-open handshake about
/// [`HALF_OPEN_BYTES`](Self::HALF_OPEN_BYTES). The counters of the limits take at most 0.6 KB for each connection that
/// QUIC remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Maximum time from a client's first datagram until its TLS handshake is complete. Default 5 s: three round trips,
    /// even if two packets are lost and sent again. At worst [`max_half_open`](Self::max_half_open) handshakes are held
    /// that long.
    pub handshake_timeout: Duration,
    /// Maximum time from the end of the handshake until the whole first frame is read. Then the connection is closed
    /// with application code 4. Default 10 s, as in the first game servers.
    pub connect_timeout: Duration,
    /// Maximum time for a handler to answer one `Connect`. Default 5 s: a player waits that long before giving up on a
    /// loading screen.
    pub decision_timeout: Duration,
    /// Maximum time after the answer for the client to close the connection. Default 5 s. Bounds memory and does not
    /// delay the player: the answer is sent at once.
    pub close_timeout: Duration,
    /// Maximum time to answer the connections in progress after a shutdown request. Default 20 s: the sum of the times
    /// for handshake, `Connect` and decision.
    pub drain_timeout: Duration,
    /// Time without a packet from the peer after which a connection is dropped silently (RFC 9000, section 10.1).
    /// Default 30 s.
    pub idle_timeout: Duration,
    /// When clients must prove their address. Default adaptive.
    pub retry: RetryMode,
    /// Number of half-open handshakes with unproven addresses at which new clients must prove their address by Retry.
    /// From then on forged addresses take no more places, and real players need one more round trip. The same applies
    /// when 256 unproven handshakes have not begun, since new clients would queue anyway. At most half of
    /// [`max_half_open`](Self::max_half_open), so that the other half stays for proven addresses. Default 1,024: more
    /// than arrive at once on an ordinary day, and 43 MB if all are forged.
    pub retry_threshold: usize,
    /// Maximum number of half-open handshakes, in every mode. Beyond it, clients with unproven addresses get a Retry,
    /// and clients with proven ones take the place of the oldest handshake of the network that holds most. Under
    /// [`RetryMode::Never`] new connections take the place of the oldest. Default 4,096, about 172 MB.
    pub max_half_open: usize,
    /// Maximum number of connections, half-open ones included. Beyond it, a new connection from a network that holds
    /// less takes the place of the oldest of the network that holds most; others are refused before any TLS work.
    /// Default 16,384, about 557 MB, or 1.1 GB when every one has filled its receive window.
    pub max_connections: usize,
    /// Maximum number of connections of one source: an IPv4 address or an IPv6 /64. A connection counts once its
    /// address is proven, so that forged addresses cannot use up a share. Default 400: many players share one carrier's
    /// address, and each stays for less than 1 s.
    ///
    /// Whatever is set, a source holds at most 1/24 of each of [`max_half_open`](Self::max_half_open),
    /// [`max_connections`](Self::max_connections), [`max_unread_bytes`](Self::max_unread_bytes) and of what QUIC
    /// remembers (2 × `max_connections` + 1,024 connections, closed ones included); an IPv6 /56 at most 1/20; an IPv4
    /// /24 or IPv6 /48 at most 1/16. When less than half is free, these are fractions of twice what is free.
    pub max_connections_per_source: usize,
    /// Maximum number of bytes of first frames in memory, for all connections together. Each frame has at most 38,161
    /// bytes, counted from their arrival until the connection ends. When there is no room, the longest one of the
    /// network that holds most is closed with application code 1, or the new connection if its network holds most.
    /// Default 64 MiB: 1,758 of the longest, or all of [`max_connections`](Self::max_connections) with ordinary ones.
    /// Unread data in QUIC is bounded separately: 32 KiB a connection.
    pub max_unread_bytes: usize,
    /// Maximum rate of new connections. Proven and unproven addresses are counted separately, so that forged addresses
    /// take nothing from proven ones. A client over the rate must prove its address; if it has done so and is over the
    /// rate again, it is refused. Takes 2.3 MB at any load.
    pub rate: Rates,
    /// Allowed and denied networks. Checked before any TLS work. Default: all are allowed.
    pub access: Access,
    /// Maximum number of open bidirectional streams of a client. Only the first is read. Default 8, as in the game's
    /// own server since build 20. Each costs a few bytes.
    pub max_streams: u8,
    /// Maximum number of connections that wait for the accept loop. Datagrams that would start more are dropped.
    /// Default 2,048, about 10 MiB with their datagrams. The queue fills only if a core cannot even refuse connections
    /// as fast as they arrive.
    pub max_incoming: usize,
}

impl Limits {
    /// Divisor of a pool for the share of an IPv4 address or IPv6 /64. A smaller share than a network's, so that one
    /// address does not lock out its neighbors.
    pub const SOURCE_PARTS: u8 = 24;
    /// Divisor of a pool for the share of an IPv6 /56.
    pub const SITE_PARTS: u8 = 20;
    /// Divisor of a pool and of [`Rates::global`] for the share of an IPv4 /24 or IPv6 /48.
    pub const NETWORK_PARTS: u8 = 16;
    /// Memory of a half-open handshake in bytes, as its flood makes a router grow. More than
    /// [`IDLE_BYTES`](Self::IDLE_BYTES), since buffers of the TLS handshake are not freed yet.
    pub const HALF_OPEN_BYTES: usize = 42_000;
    /// Memory of an established connection that does nothing, in bytes, as `cargo xtask bench memory` measures it.
    pub const IDLE_BYTES: usize = 34_000;

    setters! {
        with_handshake_timeout handshake_timeout: Duration;
        with_connect_timeout connect_timeout: Duration;
        with_decision_timeout decision_timeout: Duration;
        with_close_timeout close_timeout: Duration;
        with_drain_timeout drain_timeout: Duration;
        with_idle_timeout idle_timeout: Duration;
        with_retry retry: RetryMode;
        with_retry_threshold retry_threshold: usize;
        with_max_half_open max_half_open: usize;
        with_max_connections max_connections: usize;
        with_max_connections_per_source max_connections_per_source: usize;
        with_max_unread_bytes max_unread_bytes: usize;
        with_rate rate: Rates;
        with_access access: Access;
        with_max_streams max_streams: u8;
        with_max_incoming max_incoming: usize;
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(10),
            decision_timeout: Duration::from_secs(5),
            close_timeout: Duration::from_secs(5),
            drain_timeout: Duration::from_secs(20),
            idle_timeout: Duration::from_secs(30),
            retry: RetryMode::Adaptive,
            retry_threshold: 1_024,
            max_half_open: 4_096,
            max_connections: 16_384,
            max_connections_per_source: 400,
            max_unread_bytes: 64 << 20,
            rate: Rates::default(),
            access: Access::default(),
            max_streams: 8,
            max_incoming: 2_048,
        }
    }
}
