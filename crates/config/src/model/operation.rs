use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Admin {
    /// TCP address to listen on, such as `127.0.0.1:5580`. Absent: there is no admin server. Beyond this machine it needs
    /// a token.
    #[schemars(extend("format" = "listen-address"))]
    pub(crate) listen: Option<String>,
    /// File with the token that protects everything but health and metrics: at least 16 characters, sent as
    /// `Authorization: Bearer ...`.
    pub(crate) token_file: Option<String>,
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Shutdown {
    /// How long the router goes on serving after it was asked to end, while `/readyz` already fails: what a load
    /// balancer needs to notice. At most 1 hour.
    #[schemars(extend("format" = "go-duration"))]
    pub(crate) delay: String,
    /// How long those in flight may take to be answered after that. Absent: the sum of `limits.handshake_timeout`,
    /// `connect_timeout` and `decision_timeout`, 20 seconds by default.
    #[schemars(extend("format" = "go-duration-positive"))]
    pub(crate) timeout: Option<String>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self {
            delay: "0s".to_owned(),
            timeout: None,
        }
    }
}

/// Decisions are sent in the background, up to 100 at a time as a JSON array, and tried again while the server is away.
/// No player waits for it: what does not fit the queue is lost and counted.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["url"]))]
pub(crate) struct Webhook {
    /// Where to, `https://...` or `http://...`.
    #[schemars(extend("format" = "http-url", "minLength" = 1))]
    pub(crate) url: String,
    /// File with a token that is sent as `Authorization: Bearer ...`.
    pub(crate) token_file: Option<String>,
    /// PEM file with the certificates that `url` is trusted by, beside those of the system.
    pub(crate) ca_file: Option<String>,
    /// How many decisions wait at most, each about 500 bytes.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(crate) queue: u32,
}

impl Default for Webhook {
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
    /// Traces over OTLP, a span for each connection and its steps. Absent: none, at no cost. Needs a build with the
    /// feature `otlp`.
    pub(crate) otlp: Option<Otlp>,
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["endpoint"]))]
pub(crate) struct Otlp {
    /// The collector, `http://...` or `https://...`; traces go to `/v1/traces` below it.
    #[schemars(extend("format" = "http-url", "minLength" = 1))]
    pub(crate) endpoint: String,
    /// One of so many connections is traced, by chance.
    #[schemars(range(min = 1))]
    pub(crate) one_in: u32,
    /// The `service.name` of the traces.
    #[schemars(length(min = 1))]
    pub(crate) service_name: String,
    /// How long sending may take.
    #[schemars(extend("format" = "go-duration-positive"))]
    pub(crate) timeout: String,
}

impl Default for Otlp {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            one_in: 1,
            service_name: "hyrouter".to_owned(),
            timeout: "5s".to_owned(),
        }
    }
}
