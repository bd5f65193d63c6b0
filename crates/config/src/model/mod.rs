//! The written form of a configuration.
//!
//! The shape of these types, their limits (`range`), formats (`format`) and documentation become the JSON Schema, which
//! is the only source for the schema check, the environment and the reference. Every field may be absent here, so that
//! one damaged value hides no other mistake; the `required` of the schema lists required keys.

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

pub use self::discovery::PushListenSettings;
pub(crate) use self::discovery::{
    AddressSource, Agones, AgonesMode, AllocationSection, CapacityKind, CountDirection,
    CounterChange, CounterRange, Discovery, Dns, DnsRecordType, Docker, DockerAddressSource, File,
    Http, Kubernetes, ListChange, ListRange, NodeScheduling, ObjectSelection, Port, Provider,
    ProviderType, Push, Resource, ResourceKind, ServerPriority, ServerSelection, ServerState,
};
pub use self::identity::{IdentityMode, IdentitySettings};
pub use self::limits::{LimitSettings, RateSettings, RetrySettings, SourceRateSettings};
pub(crate) use self::messages::{Messages, Texts};
pub(crate) use self::operation::Telemetry;
pub use self::operation::{
    AdminSettings, DecisionTarget, DecisionWebhookSettings, LoggingSettings, ShutdownSettings,
    TelemetrySettings,
};
pub use self::plugins::{GrpcPluginSettings, GrpcTlsFiles, WasmHostSettings, WasmPluginSettings};
pub(crate) use self::plugins::{Plugin, PluginType};
pub use self::pool::DiscoveryMode;
pub(crate) use self::pool::{
    Backend, Fallback, Filter, FilterType, Pool, PoolDiscoveries, PoolDiscovery, Sort,
};
pub(crate) use self::referral::{AcceptedKey, EnvelopeForm, Referral, SigningKey};
pub(crate) use self::routing::{Maintenance, Match, Route, Routing, TicketMatch};
pub(crate) use self::transport::Protocol;
pub use self::transport::{
    ProxyHeaderMode, ProxyProtocolSettings, QuicSettings, TlsSettings, UnknownProtocol,
};
use crate::listen::{self, ListenAddr};
use crate::text_form::AsText;

/// Configuration of Hyrouter: a YAML (`.yaml`, `.yml`) or JSON (`.json`) file. Environment variables override the file.
/// The router also reads standard input (`-`, `/dev/stdin`) and `<(...)` of a shell, as JSON if possible, otherwise as
/// YAML. A pipe can be read only once, so a reload needs a file. A file must be UTF-8 and have at most 16 MiB.
///
/// Unknown keys are errors. The router ignores top-level keys that begin with `x-`; they can hold YAML anchors. `null`
/// means an absent value, `[]` an empty list. A key with an empty text or without a value is an error, except for keys
/// that files of the original contain: in pools and host names of `routing`, in `discovery` and `messages`, and at
/// `referral.hmac_secret`, `tls.cert_file` and `tls.key_file`. A file must contain at least one key. A duration is a
/// text as in Go: `30s`, `1m30s`, `250ms`. Enum values are case-insensitive; `-` and `_` are interchangeable.
///
/// An environment variable is `HYROUTER_` and the key in capitals, with `__` between levels:
/// `HYROUTER_REFERRAL__HMAC_SECRET`. Texts are used as they are. A list is a JSON array or separated by commas, and
/// replaces the whole list. A section is JSON. Empty variables are errors. Unknown variables are errors, except
/// `HYROUTER_SERVICE_*`, `HYROUTER_PORT` and `HYROUTER_PORT_*`, which Kubernetes sets for a Service named hyrouter.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "Hyrouter configuration")]
pub(crate) struct Config {
    /// UDP address to listen on: `host:port`. The host is an IP address, `localhost` or empty. An empty host means all
    /// interfaces, IPv6 and IPv4 if the system has both.
    #[serde(with = "AsText::<ListenAddr>")]
    #[schemars(extend("minLength" = 1))]
    pub(crate) listen: ListenAddr,
    /// Certificate and protocols of the TLS handshake.
    pub(crate) tls: TlsSettings,
    /// The QUIC transport.
    pub(crate) quic: QuicSettings,
    /// Logging, and the outputs of decisions.
    pub(crate) logging: LoggingSettings,
    /// Limits on times, connections, memory and rates.
    pub(crate) limits: LimitSettings,
    /// Clients of builds that this release does not know.
    pub(crate) protocol: Protocol,
    /// Verification of identity tokens.
    pub(crate) identity: IdentitySettings,
    /// Routes and pools.
    pub(crate) routing: Routing,
    /// Envelope around referral data, and tickets of servers that send players back. Default: backends get an envelope
    /// of version 1 with key id 0 and without a signature, as from the original, and the router accepts no tickets.
    pub(crate) referral: Option<Referral>,
    /// Texts for players.
    pub(crate) messages: Messages,
    /// Plugins. Within a stage they run in the order of this list, unless `before` and `after` change it.
    pub(crate) plugins: Vec<Plugin>,
    /// Settings that all WASM plugins share.
    pub(crate) wasm: WasmHostSettings,
    /// Sources of backends beside this file.
    pub(crate) discovery: Discovery,
    /// HTTP server for health, metrics, the status page and commands.
    pub(crate) admin: AdminSettings,
    /// Shutdown of the router.
    pub(crate) shutdown: ShutdownSettings,
    /// Traces.
    pub(crate) telemetry: Telemetry,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: listen::DEFAULT,
            tls: TlsSettings::default(),
            quic: QuicSettings::default(),
            logging: LoggingSettings::default(),
            limits: LimitSettings::default(),
            protocol: Protocol::default(),
            identity: IdentitySettings::default(),
            routing: Routing::default(),
            referral: None,
            messages: Messages::default(),
            plugins: Vec::new(),
            wasm: WasmHostSettings::default(),
            discovery: Discovery::default(),
            admin: AdminSettings::default(),
            shutdown: ShutdownSettings::default(),
            telemetry: Telemetry::default(),
        }
    }
}

impl Config {
    /// Returns the configuration without a file: a game server on the same machine, next to the port of the game.
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
