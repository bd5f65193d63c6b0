//! The configuration as it is written.
//!
//! The shape of these types, their limits (`range`), formats (`format`) and documentation become the JSON Schema, which
//! is the only source for the schema check, the environment and the reference. Every field may be absent here, so that
//! one damaged value hides no other mistake; what is required is said by the `required` of the schema.

mod discovery;
mod identity;
mod limits;
mod messages;
mod operation;
mod plugins;
mod pool;
mod referral;
mod routing;
mod transport;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use self::discovery::{Discovery, Provider};
pub(crate) use self::identity::Identity;
pub(crate) use self::limits::Limits;
pub(crate) use self::messages::{Messages, Texts};
pub(crate) use self::operation::{Admin, Shutdown, Telemetry, Webhook};
pub(crate) use self::plugins::{GrpcTls, Plugin, WasmHost};
pub(crate) use self::pool::{Backend, Fallback, Filter, Pool, Sort};
pub(crate) use self::referral::{AcceptedKey, Referral, SigningKey};
pub(crate) use self::routing::{Maintenance, Match, Route, Routing, TicketMatch};
pub(crate) use self::transport::{Quic, Tls};

/// Configuration of Hyrouter: a YAML (`.yaml`, `.yml`) or JSON (`.json`) file, over which environment variables go.
/// Standard input (`-`, `/dev/stdin`) and `<(...)` of a shell are taken too: JSON if it can be read as such, else YAML. A
/// pipe can be read once, so that a reload needs a file. A file is UTF-8, at most 16 MiB.
///
/// Unknown keys are errors. Keys of the top level that begin with `x-` are ignored, so that YAML anchors can
/// stand there. `null` stands for an absent value and `[]` for an empty list. A key with an empty text, or
/// with nothing behind it, is an error, except where files of the original have such keys: in pools and host names of
/// `routing`, in `discovery` and `messages`, and at `referral.hmac_secret`, `tls.cert_file` and `tls.key_file`. A file
/// must hold at least one key. A duration is text as in Go: `30s`, `1m30s`, `250ms`. Names of a fixed set compare without
/// case, and `-` equals `_` in them.
///
/// A variable is `HYROUTER_` and the key in capitals, with `__` between levels: `HYROUTER_REFERRAL__HMAC_SECRET`. Texts
/// are taken as they are, a list is a JSON array or separated by commas and is set whole, a section is JSON. An empty
/// variable is an error. Unknown variables are errors, except `HYROUTER_SERVICE_*`, `HYROUTER_PORT` and
/// `HYROUTER_PORT_*`, which Kubernetes sets for a Service of the name hyrouter.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "Hyrouter configuration")]
pub(crate) struct Config {
    /// UDP address to listen on: `host:port`, where the host is an IP address, `localhost` or empty. An empty host
    /// means all interfaces, IPv6 and IPv4 where the system has both.
    #[schemars(extend("format" = "listen-address", "minLength" = 1))]
    pub(crate) listen: String,
    /// Certificate and protocols of the TLS handshake.
    pub(crate) tls: Tls,
    /// The QUIC transport.
    pub(crate) quic: Quic,
    /// What is logged.
    pub(crate) logging: Logging,
    /// Bounds on time and on connections.
    pub(crate) limits: Limits,
    /// How clients of builds are treated that this release does not know.
    pub(crate) protocol: Protocol,
    /// Who players are.
    pub(crate) identity: Identity,
    /// Where players go.
    pub(crate) routing: Routing,
    /// The envelope around referral data, and the tickets that servers send players back with. Absent: backends get an
    /// envelope of version 1 with key id 0 and without a signature, as the original sends it, and no ticket is taken.
    pub(crate) referral: Option<Referral>,
    /// Texts that players see.
    pub(crate) messages: Messages,
    /// Plugins in the order of the file.
    pub(crate) plugins: Vec<Plugin>,
    /// What all WASM plugins share.
    pub(crate) wasm: WasmHost,
    /// Sources of backends other than this file.
    pub(crate) discovery: Discovery,
    /// The HTTP server for health, metrics, a status page and commands.
    pub(crate) admin: Admin,
    /// How the router ends.
    pub(crate) shutdown: Shutdown,
    /// Traces.
    pub(crate) telemetry: Telemetry,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: ":5520".to_owned(),
            tls: Tls::default(),
            quic: Quic::default(),
            logging: Logging::default(),
            limits: Limits::default(),
            protocol: Protocol::default(),
            identity: Identity::default(),
            routing: Routing::default(),
            referral: None,
            messages: Messages::default(),
            plugins: Vec::new(),
            wasm: WasmHost::default(),
            discovery: Discovery::default(),
            admin: Admin::default(),
            shutdown: Shutdown::default(),
            telemetry: Telemetry::default(),
        }
    }
}

impl Config {
    /// What runs when there is no file: a game server on the same machine, next to the port of the game.
    pub(crate) fn built_in() -> Self {
        let backend = Backend {
            host: "127.0.0.1".to_owned(),
            port: 5521,
            ..Backend::default()
        };
        let pool = Pool {
            backends: vec![backend],
            ..Pool::default()
        };
        Self {
            routing: Routing {
                default: Some(pool),
                ..Routing::default()
            },
            ..Self::default()
        }
    }
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Logging {
    /// Whether the socket address of clients appears in logs: in lines of level debug, beside the decision's line and
    /// with the same `connection` number.
    pub(crate) log_client_ip: bool,
    /// Where each decision goes as one line of JSON: the path of a file, or `stdout`. With `stdout` the log has no line of
    /// its own for it; with a file it has both. The file is
    /// appended to, and opened anew when it was renamed. Absent: nowhere.
    #[schemars(length(min = 1))]
    pub(crate) decisions: Option<String>,
    /// Whether the address of the client stands in decisions that are written, kept and sent. It never does in the log's
    /// line of a decision.
    pub(crate) decision_client_ip: bool,
    /// How many of the last decisions are kept in memory, each about 500 bytes; 0 keeps none, and without an admin server
    /// none are kept.
    #[schemars(range(max = 65536))]
    pub(crate) recent_decisions: u32,
    /// An HTTP server that is sent all decisions.
    pub(crate) webhook: Option<Webhook>,
}

impl Default for Logging {
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

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Protocol {
    /// A client of a newer build than this release knows: `route` reads it by the newest layout as far as that fits,
    /// and warns once per build; `deny` refuses it.
    #[schemars(extend("enum" = ["route", "deny"]))]
    pub(crate) unknown: String,
}

impl Default for Protocol {
    fn default() -> Self {
        Self {
            unknown: "route".to_owned(),
        }
    }
}
