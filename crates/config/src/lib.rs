//! The configuration of Hyrouter: a YAML or JSON file under environment variables, checked as a whole.
//!
//! ```
//! use hyrouter_config::{MessageKind, Sources};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let path = folder.path().join("config.yaml");
//! std::fs::write(&path, "listen: 127.0.0.1:5520\nrouting: {default: {backends: [{host: 10.0.0.1, port: 5521}]}}")?;
//!
//! let settings = Sources::new().with_file(&path).with_env([("HYROUTER_QUIC__MAX_IDLE_TIMEOUT", "1m")]).load()?;
//! assert_eq!(settings.listen.addr.port(), 5520);
//! assert_eq!(settings.quic.max_idle_timeout.as_secs(), 60);
//! let text = settings.messages.text(MessageKind::NoRoute, Some("de"), "play.example.com", "");
//! assert_eq!(text, "Dieser Server ist im Moment nicht verfügbar.");
//!
//! std::fs::write(&path, "listne: 127.0.0.1:5520\nrouting: {default: {backends: [{host: 10.0.0.1, port: 70000}]}}")?;
//! let error = Sources::new().with_file(&path).with_env([("", ""); 0]).load().unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "listne: unknown key; did you mean `listen`?\n\
//!      routing.default.backends[0].port: out of range (got 70000); allowed: 1 to 65535"
//! );
//! # Ok(())
//! # }
//! ```
//!
//! # How a configuration is read
//!
//! 1. Built-in defaults, the file and the environment are merged in this order (`source`). Maps merge, lists and values
//!    are replaced. `null` stands for an absent value. An empty value is a problem.
//! 2. The result is checked against the JSON Schema, which is generated from the `model` (`schema_check`). Wrong values
//!    are reported and removed.
//! 3. The rest is read into the model, validated as a whole and built into [`Settings`] (`validate`).
//!
//! All problems are found in one run, each with its path, the value (never that of a secret) and the allowed values.
//!
//! # Environment
//!
//! A variable is `HYROUTER_` and the key, with `__` between levels: `HYROUTER_REFERRAL__HMAC_SECRET`. Texts are taken
//! as they are; lists are a JSON array or separated by commas, and are set whole; sections are JSON. In the tags of
//! `messages.disconnect_locales` `_` stands for `-`. Unknown variables are problems, except `HYROUTER_SERVICE_*`,
//! `HYROUTER_PORT` and `HYROUTER_PORT_*`: Kubernetes sets those for a Service of the name hyrouter.

mod checks;
mod duration;
mod error;
mod format;
mod leading_zeros;
mod listen;
mod maintenance;
mod model;
mod path;
mod problem;
mod schema;
mod schema_check;
mod secrets;
mod sections;
mod settings;
mod source;
mod text_form;
mod validate;

pub use checks::{Checks, LoweredCheck};
pub use duration::parse as parse_duration;
pub use error::ConfigError;
pub use hyrouter_messages::{MaintenanceTexts, MessageKind, Messages};
pub use listen::ListenAddr;
pub use maintenance::MaintenanceSettings;
pub use model::{
    AdminSettings, DecisionTarget, DecisionWebhookSettings, DiscoveryMode, GrpcPluginSettings,
    GrpcTlsFiles, IdentityMode, IdentitySettings, LimitSettings, LoggingSettings, ProxyHeaderMode,
    ProxyProtocolSettings, PushListenSettings, QuicSettings, RateSettings, RetrySettings,
    ShutdownSettings, SourceRateSettings, TelemetrySettings, TlsSettings, UnknownProtocol,
    WasmHostSettings, WasmPluginSettings,
};
pub use problem::{Problem, Warning};
pub use schema::schema;
pub use sections::Sections;
pub use settings::{
    DiscoverySettings, EnvelopeSettings, NamedFile, PluginKind, PluginSettings,
    PoolDiscoverySettings, PoolSourceSettings, ReferralSettings, Settings, TimedSealer,
};
pub use source::{Draft, Sources};
