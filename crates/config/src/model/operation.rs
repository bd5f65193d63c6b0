use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::format::name;
use crate::text_form::{AsOptionalText, AsText, GoDuration, PositiveDuration, TextForm};

/// The HTTP server for operators.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AdminSettings {
    /// TCP address to listen on, such as `127.0.0.1:5580`. Default: no admin server. An address that other machines
    /// reach needs `token_file`.
    #[serde(with = "AsOptionalText::<SocketAddr>")]
    pub listen: Option<SocketAddr>,
    /// File with the token that protects everything except health and metrics: at least 16 characters, sent as
    /// `Authorization: Bearer ...`.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub token_file: Option<PathBuf>,
}

/// Shutdown of the router.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ShutdownSettings {
    /// Time that the router continues to serve after a request to stop, 0 seconds to 1 hour. `/readyz` fails from the
    /// beginning of this time, so that load balancers notice.
    #[serde(with = "AsText::<GoDuration>")]
    pub delay: Duration,
    /// Maximum time after `delay` to answer connections in progress. Default: the sum of `limits.handshake_timeout`,
    /// `connect_timeout` and `decision_timeout`, which is 20 seconds unless they are changed.
    #[serde(with = "AsOptionalText::<PositiveDuration>")]
    pub timeout: Option<Duration>,
}

/// Logging, and the outputs of decisions.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LoggingSettings {
    /// Logs the socket addresses of clients, in lines of level debug. Each has the same `connection` number as the line
    /// of the decision.
    pub log_client_ip: bool,
    /// Output of decisions as lines of JSON: a file, or `stdout`. With `stdout` the log has no separate line for a
    /// decision; with a file it has. The router appends to the file, and opens it again after it was renamed. Default:
    /// none.
    #[serde(with = "AsOptionalText::<DecisionTarget>")]
    #[schemars(length(min = 1))]
    pub decisions: Option<DecisionTarget>,
    /// Includes the client address in decisions that are written, kept and sent. The log's line of a decision never
    /// contains it.
    pub decision_client_ip: bool,
    /// Number of latest decisions that are kept in memory, about 500 bytes each. 0 keeps none. Without an admin server
    /// the router keeps none.
    #[schemars(range(max = 65536))]
    pub recent_decisions: usize,
    /// HTTP server that receives all decisions.
    pub webhook: Option<DecisionWebhookSettings>,
}

impl Default for LoggingSettings {
    fn default() -> Self {
        Self {
            log_client_ip: true,
            decisions: None,
            decision_client_ip: false,
            recent_decisions: 256,
            webhook: None,
        }
    }
}

/// Output of decisions as lines of JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecisionTarget {
    /// Standard output, between the lines of the log.
    Stdout,
    /// A file, to which lines are appended.
    File(PathBuf),
}

impl TextForm for DecisionTarget {
    type Value = Self;

    fn keywords() -> Map<String, Value> {
        Map::new()
    }

    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "stdout" => Self::Stdout,
            file => Self::File(file.into()),
        })
    }

    fn write(value: &Self) -> impl Display {
        match value {
            Self::Stdout => "stdout".into(),
            Self::File(file) => file.to_string_lossy(),
        }
    }
}

/// An HTTP server that receives decisions. The router sends them in the background, up to 100 at a time as a JSON
/// array, and tries again while the server is unreachable. Players do not wait for it. If the queue is full, the router
/// drops decisions and counts them.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["url"]))]
#[non_exhaustive]
pub struct DecisionWebhookSettings {
    /// Address of the server: `https://...` or `http://...`.
    #[schemars(extend("format" = name::HTTP_URL, "minLength" = 1))]
    pub url: String,
    /// File with a token that the router sends as `Authorization: Bearer ...`.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub token_file: Option<PathBuf>,
    /// PEM file with CA certificates for `url`, beside those of the system.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub ca_file: Option<PathBuf>,
    /// Maximum number of decisions that wait to be sent, about 500 bytes each.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub queue: usize,
}

impl Default for DecisionWebhookSettings {
    fn default() -> Self {
        Self {
            url: String::new(),
            token_file: None,
            ca_file: None,
            queue: 4096,
        }
    }
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Telemetry {
    /// Traces over OTLP: one span for each connection, with its steps. Default: none, at no cost. Needs a build with
    /// the feature `otlp`.
    pub(crate) otlp: Option<TelemetrySettings>,
}

/// Traces over OTLP.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["endpoint"]))]
#[non_exhaustive]
pub struct TelemetrySettings {
    /// Address of the collector, `http://...` or `https://...`. The router sends traces to `/v1/traces` below it.
    #[schemars(extend("format" = name::HTTP_URL, "minLength" = 1))]
    pub endpoint: String,
    /// One of this many connections is traced, chosen at random.
    #[schemars(range(min = 1))]
    pub one_in: u32,
    /// The `service.name` of the traces.
    #[schemars(length(min = 1))]
    pub service_name: String,
    /// Maximum time to send one batch.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub timeout: Duration,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            one_in: 1,
            service_name: "hyrouter".to_owned(),
            timeout: Duration::from_secs(5),
        }
    }
}
