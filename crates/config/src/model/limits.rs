use std::time::Duration;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text_form::{AsText, AsTextList, PositiveDuration, names};

/// Limits on times, connections, memory and rates.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LimitSettings {
    /// Maximum time from the first datagram to the end of the TLS handshake. A handshake takes two to three round
    /// trips, so 5 seconds serve the slowest link. A half-open handshake holds about 42 KB until then.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub handshake_timeout: Duration,
    /// Maximum time from the end of the handshake to a complete Connect packet. The client sends it at once; 10 seconds
    /// leave room for lost packets. An incomplete Connect holds at most 38,161 bytes beside the about 34 KB of its
    /// connection.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub connect_timeout: Duration,
    /// Maximum time from Connect to the decision. After it the player gets the `routing_error` text. Players wait about
    /// 5 seconds before they try again.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub decision_timeout: Duration,
    /// Maximum time from the answer until the client leaves. The client disconnects after a referral; the router
    /// closes connections that stay. A connection holds about 34 KB until then.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub close_timeout: Duration,
    /// Use of QUIC Retry, by which a new client proves its address. `always`: every new client. `never`: no client.
    /// `adaptive`: new clients while `retry_threshold` or more handshakes are half-open.
    #[serde(with = "AsText::<RetrySettings>")]
    pub retry: RetrySettings,
    /// Number of half-open handshakes from which on new clients must prove their address by QUIC Retry. The router
    /// keeps no state for a Retry, so forged addresses then take no more places; players need one more round trip. The
    /// default is more than arrive at the same moment on an ordinary day, and costs 43 MB if all addresses are forged.
    #[schemars(range(min = 1))]
    pub retry_threshold: u32,
    /// Maximum number of half-open handshakes, whatever `retry` is. Each holds about 42 KB, so the default costs at
    /// most 172 MB. At the limit, a client with a proven address replaces the oldest handshake of the network that
    /// holds most.
    #[schemars(range(min = 1))]
    pub max_half_open: u32,
    /// Maximum number of connections. An idle connection holds about 34 KB, so the default costs at most 557 MB. At the
    /// limit, a client from a network that holds fewer replaces the oldest connection of the network that holds most;
    /// the router refuses other clients before any work on the handshake.
    #[schemars(range(min = 1))]
    pub max_connections: u32,
    /// Maximum number of connections from one source: an IPv4 address or an IPv6 /64 network. The default leaves room
    /// for a household, a university, and a carrier with many players behind one address, since a player stays for less
    /// than a second. Whatever the value, a source gets at most 1/24 of `max_connections`, `max_half_open`,
    /// `max_unread` and of the connections that QUIC remembers, an IPv6 /56 network at most 1/20, and an IPv4 /24 or
    /// IPv6 /48 network at most 1/16.
    #[schemars(range(min = 1))]
    pub max_connections_per_source: u32,
    /// Maximum memory for incomplete packets of all connections together, in bytes. At the limit, the router drops the
    /// longest incomplete packet of the network that holds most, with its connection. The longest packet has 38,161
    /// bytes, an ordinary one less than 2,000.
    #[schemars(range(min = 38_161))]
    pub max_unread: u64,
    /// New connections per second, from all sources together. Connections from proven addresses count too.
    pub rate: RateSettings,
    /// New connections per second from one source: an IPv4 /24 or an IPv6 /64 network. At most 1/16 of `rate`, which is
    /// also the limit of an IPv6 /48 network.
    pub source_rate: SourceRateSettings,
    /// Networks and addresses that may connect. Default: all.
    #[serde(with = "AsTextList::<IpNet>")]
    pub allow: Vec<IpNet>,
    /// Networks and addresses that must not connect, even if `allow` contains them. Default: none.
    #[serde(with = "AsTextList::<IpNet>")]
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

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            handshake_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(10),
            decision_timeout: Duration::from_secs(5),
            close_timeout: Duration::from_secs(5),
            retry: RetrySettings::Adaptive,
            retry_threshold: 1024,
            max_half_open: 4096,
            max_connections: 16_384,
            max_connections_per_source: 400,
            max_unread: 64 << 20,
            rate: RateSettings::default(),
            source_rate: SourceRateSettings::default(),
            allow: Vec::new(),
            deny: Vec::new(),
        }
    }
}

names! {
    /// When clients must prove their address with a QUIC Retry.
    pub enum RetrySettings {
        /// Always.
        Always = "always",
        /// Never.
        Never = "never",
        /// While at least [`LimitSettings::retry_threshold`] handshakes are half-open.
        Adaptive = "adaptive",
    }
}

/// A token bucket for all sources together.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RateSettings {
    /// Connections per second; 0 is no limit. The default is about the capacity of four cores.
    pub per_second: u32,
    /// Maximum number of connections at once after a quiet time.
    pub burst: u32,
}

impl Default for RateSettings {
    fn default() -> Self {
        Self {
            per_second: 20_000,
            burst: 40_000,
        }
    }
}

impl From<SourceRateSettings> for RateSettings {
    fn from(SourceRateSettings { per_second, burst }: SourceRateSettings) -> Self {
        Self { per_second, burst }
    }
}

/// A token bucket for each source.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SourceRateSettings {
    /// Connections per second; 0 is no limit. The default leaves room for a carrier with thousands of players behind
    /// one network.
    pub per_second: u32,
    /// Maximum number of connections at once after a quiet time.
    pub burst: u32,
}

impl Default for SourceRateSettings {
    fn default() -> Self {
        Self {
            per_second: 1_000,
            burst: 2_500,
        }
    }
}
