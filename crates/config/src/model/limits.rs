use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    /// Time from the first datagram to the end of the TLS handshake. A handshake takes two to three round trips, so 5
    /// seconds serve the slowest link, and a half-open handshake does not hold its about 42 KB for longer.
    #[schemars(extend("format" = "go-duration-positive"))]
    pub(crate) handshake_timeout: String,
    /// Time from the handshake to a whole Connect. The client sends it at once; 10 seconds leave room for lost
    /// packets. An unfinished Connect holds at most 38,161 bytes beside the about 34 KB of its connection.
    #[schemars(extend("format" = "go-duration-positive"))]
    pub(crate) connect_timeout: String,
    /// Time from Connect to the decision. When it is spent the player gets the `routing_error` text; 5 seconds is what
    /// a player waits before trying again.
    #[schemars(extend("format" = "go-duration-positive"))]
    pub(crate) decision_timeout: String,
    /// Time that a client has to leave after its answer; it leaves by itself after a referral. Then the connection is
    /// closed. Until then it holds its about 34 KB.
    #[schemars(extend("format" = "go-duration-positive"))]
    pub(crate) close_timeout: String,
    /// Whether newcomers have to prove their address by QUIC Retry before anything is done for them: `always`, `never`,
    /// or `adaptive`, which is from `retry_threshold` on.
    #[schemars(extend("enum" = ["always", "never", "adaptive"]))]
    pub(crate) retry: String,
    /// With so many handshakes half-open, newcomers have to prove their address by QUIC Retry, which the router does
    /// not have to remember. Forged addresses then take no more places, and honest players a round trip longer. The
    /// default is more than arrive in the same moment on an ordinary day, and 42 MB if all are forged.
    #[schemars(range(min = 1))]
    pub(crate) retry_threshold: u32,
    /// Maximum number of half-open handshakes, whatever `retry` is: 172 MB at worst by default, at about 42 KB each.
    /// When it is reached, a client that has proven its address takes the place of the oldest handshake of the network
    /// that holds most.
    #[schemars(range(min = 1))]
    pub(crate) max_half_open: u32,
    /// Maximum number of connections. When it is reached, a client of a network that holds less takes the place of the
    /// oldest connection of the network that holds most; other clients are refused before any work of a handshake. At
    /// about 34 KB for an idle connection the default costs 0.5 GB at worst.
    #[schemars(range(min = 1))]
    pub(crate) max_connections: u32,
    /// Maximum number of connections from one source, which is an IPv4 address or an IPv6 /64 network. The default
    /// leaves room for a household, a university and a carrier that puts many players behind one address: a player
    /// stays for less than a second. Whatever is set here, a source gets at most 1/24 of `max_connections`,
    /// `max_half_open`, `max_unread` and of the connections that QUIC remembers, an IPv6 /56 network 1/20, and an IPv4
    /// /24 or IPv6 /48 network 1/16.
    #[schemars(range(min = 1))]
    pub(crate) max_connections_per_source: u32,
    /// Memory in bytes for packets that have begun to arrive, of all connections together. When it is full, the
    /// longest unfinished packet of the network that holds most is dropped with its connection. The longest packet has
    /// 38,161 bytes, an ordinary one below 2,000.
    #[schemars(range(min = 38_161))]
    pub(crate) max_unread: u64,
    /// New connections a second, all sources together. Those of sources that have proven their address count.
    pub(crate) rate: Rate,
    /// New connections a second of one source: an IPv4 /24 or an IPv6 /64 network. At most 1/16 of `rate`, which is also
    /// what an IPv6 /48 network gets.
    pub(crate) source_rate: SourceRate,
    /// Networks and addresses that may connect; none is all.
    #[schemars(extend("items" = json!({"type": "string", "format": "network"})))]
    pub(crate) allow: Vec<String>,
    /// Networks and addresses that may not, also where `allow` has them.
    #[schemars(extend("items" = json!({"type": "string", "format": "network"})))]
    pub(crate) deny: Vec<String>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake_timeout: "5s".to_owned(),
            connect_timeout: "10s".to_owned(),
            decision_timeout: "5s".to_owned(),
            close_timeout: "5s".to_owned(),
            retry: "adaptive".to_owned(),
            retry_threshold: 1024,
            max_half_open: 4096,
            max_connections: 16_384,
            max_connections_per_source: 400,
            max_unread: 64 << 20,
            rate: Rate::default(),
            source_rate: SourceRate::default(),
            allow: Vec::new(),
            deny: Vec::new(),
        }
    }
}

/// A token bucket for all.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Rate {
    /// What comes in a second; 0 is no limit. The default is about what six cores do.
    pub(crate) per_second: u32,
    /// What may come at once after a quiet time.
    pub(crate) burst: u32,
}

impl Default for Rate {
    fn default() -> Self {
        Self {
            per_second: 20_000,
            burst: 40_000,
        }
    }
}

/// A token bucket for each source.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SourceRate {
    /// What comes in a second; 0 is no limit. The default leaves room for a carrier that has thousands of players behind
    /// one network.
    pub(crate) per_second: u32,
    /// What may come at once after a quiet time.
    pub(crate) burst: u32,
}

impl Default for SourceRate {
    fn default() -> Self {
        Self {
            per_second: 1_000,
            burst: 2_500,
        }
    }
}
