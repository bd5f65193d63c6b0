//! Settings of what runs beside the way of a player.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

/// The HTTP server for operators.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdminSettings {
    /// Where it listens. Never beyond this machine without a token.
    pub listen: SocketAddr,
    /// File with the token that protects it.
    pub token_file: Option<PathBuf>,
}

/// How the router ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownSettings {
    /// How long it goes on serving after it was asked to end.
    pub delay: Duration,
    /// How long those in flight may take to be answered after that.
    pub timeout: Duration,
}

/// Where decisions go as lines of JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecisionTarget {
    /// Among the log.
    Stdout,
    /// To the end of a file.
    File(PathBuf),
}

/// An HTTP server that is sent decisions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookSettings {
    /// `https://...` or `http://...`.
    pub url: String,
    /// File with the token that it is sent.
    pub token_file: Option<PathBuf>,
    /// Certificates that it is trusted by, beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Decisions that wait at most.
    pub queue: usize,
}

/// Traces over OTLP.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtlpSettings {
    /// The collector, `http://...` or `https://...`.
    pub endpoint: String,
    /// One of so many connections is traced, at least 1.
    pub one_in: u32,
    /// The name of the service.
    pub service_name: String,
    /// How long sending may take.
    pub timeout: Duration,
}

/// Whether newcomers have to prove their address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryMode {
    /// All.
    Always,
    /// None.
    Never,
    /// While many handshakes are half-open.
    Adaptive,
}

/// Load balancers whose PROXY protocol headers are believed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProxyProtocolSettings {
    /// Where they send from.
    pub trusted: Vec<IpNet>,
    /// Which datagrams of theirs have a header.
    pub headers: ProxyHeaders,
}

/// In front of which datagrams a balancer puts a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyHeaders {
    /// The first of each flow at least.
    First,
    /// All.
    Every,
}

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateSettings {
    /// What comes in a second; 0 is no limit.
    pub per_second: u32,
    /// What may come at once.
    pub burst: u32,
}
