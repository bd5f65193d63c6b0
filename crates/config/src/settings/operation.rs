//! Settings of what does not decide: logging, decision sinks, traces, the admin server, shutdown.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The HTTP server for operators.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdminSettings {
    /// The address it listens on. Without a token always a loopback address.
    pub listen: SocketAddr,
    /// File with the token that protects it.
    pub token_file: Option<PathBuf>,
}

/// Shutdown of the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownSettings {
    /// Time that the router continues to serve after a request to stop. At most 1 hour.
    pub delay: Duration,
    /// Maximum time for connections in progress after that.
    pub timeout: Duration,
}

/// Logging and the targets of decisions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggingSettings {
    /// `true` if log lines hold the socket address of clients.
    pub log_client_ip: bool,
    /// Target of decisions as lines of JSON. Absent: none.
    pub decisions: Option<DecisionTarget>,
    /// `true` if decisions hold the address of the client.
    pub decision_client_ip: bool,
    /// Number of decisions that are kept in memory.
    pub recent_decisions: usize,
    /// Webhook that receives decisions. Absent: none.
    pub webhook: Option<DecisionWebhookSettings>,
}

/// Target of decisions as lines of JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecisionTarget {
    /// Standard output, between the lines of the log.
    Stdout,
    /// A file, to which lines are appended.
    File(PathBuf),
}

/// An HTTP server that receives decisions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecisionWebhookSettings {
    /// `https://...` or `http://...`.
    pub url: String,
    /// File with the bearer token that is sent.
    pub token_file: Option<PathBuf>,
    /// Certificates that the server is trusted by, beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Maximum number of decisions that wait to be sent.
    pub queue: usize,
}

/// Traces over OTLP.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TelemetrySettings {
    /// The collector, `http://...` or `https://...`.
    pub endpoint: String,
    /// One of this many connections is traced. At least 1.
    pub one_in: u32,
    /// Name of the service.
    pub service_name: String,
    /// Maximum time to send one batch.
    pub timeout: Duration,
}
