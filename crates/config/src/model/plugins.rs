use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;
use std::time::Duration;

use hyrouter_plugins::{
    AnswerCacheSettings, BreakerSettings, ChainSettings, Mode, OnError, OverridePolicy, Stage,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::name;
use crate::text_form::{AsOptionalText, AsText, GoDuration, PositiveDuration, names};

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "type"]))]
pub(crate) struct Plugin {
    /// Name, unique: at most 64 characters, without control characters.
    #[schemars(extend("format" = name::PLUGIN_NAME, "minLength" = 1))]
    pub(crate) name: String,
    /// Type of the plugin. `grpc` needs `grpc.address`, `wasm` needs `wasm.path`.
    #[serde(rename = "type", with = "AsOptionalText::<PluginType>")]
    pub(crate) kind: Option<PluginType>,
    /// Stage of the plugin. All plugins of `deny` run first, then those of `route`, then those of `mutate`.
    #[serde(with = "AsText::<Stage>")]
    pub(crate) stage: Stage,
    /// Plugins that run after this one.
    pub(crate) before: Vec<String>,
    /// Plugins that run before this one.
    pub(crate) after: Vec<String>,
    /// Maximum time of one call.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub(crate) timeout: Duration,
    /// Effect on a player when the plugin fails. `deny`: the router refuses the player. `continue`: the player
    /// continues as without the plugin. Default: `deny` in stage `deny`, `continue` in the other stages.
    #[serde(with = "AsOptionalText::<OnError>")]
    pub(crate) on_error: Option<OnError>,
    /// Use of the answers. `enforce`: the router applies them. `shadow`: the router calls the plugin, records the
    /// answer and does not apply it.
    #[serde(with = "AsText::<Mode>")]
    pub(crate) mode: Mode,
    /// Backends that the plugin may choose: `any`, or only the `candidates` of the request.
    #[serde(rename = "override", with = "AsText::<OverridePolicy>")]
    pub(crate) override_with: OverridePolicy,
    /// Maximum number of concurrent calls. At 20 ms a call, 256 are 12,800 players a second.
    pub(crate) max_concurrency: NonZeroU32,
    /// Maximum number of calls that wait for their turn. One more fails at once. A waiting call holds a few kilobytes.
    pub(crate) max_queue: u32,
    /// Circuit breaker: stops calls for a while after failures.
    pub(crate) breaker: Breaker,
    /// Cache of the answers that the plugin permits the router to give again (`cache_ttl`). Default: none; the router
    /// asks the plugin about each player.
    pub(crate) cache: Option<AnswerCacheLimits>,
    /// Configuration for the plugin: any value. A WASM plugin gets it once per instance, a gRPC plugin with each call.
    pub(crate) config: Option<serde_json::Value>,
    /// A plugin behind gRPC.
    pub(crate) grpc: Option<GrpcPluginSettings>,
    /// A plugin in a WebAssembly file.
    pub(crate) wasm: Option<WasmPluginSettings>,
}

impl Default for Plugin {
    fn default() -> Self {
        let chain = ChainSettings::new("");
        Self {
            name: chain.name,
            kind: None,
            stage: chain.stage,
            before: Vec::new(),
            after: Vec::new(),
            timeout: chain.timeout,
            on_error: chain.on_error,
            mode: chain.mode,
            override_with: chain.override_policy,
            max_concurrency: chain.max_concurrency,
            max_queue: chain.max_queue,
            breaker: Breaker::default(),
            cache: None,
            config: None,
            grpc: None,
            wasm: None,
        }
    }
}

names! {
    /// Type of a plugin.
    pub(crate) enum PluginType {
        /// Behind an address.
        Grpc = "grpc",
        /// In a file.
        Wasm = "wasm",
    }
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Breaker {
    /// Number of consecutive failures that open the breaker; 0 disables it.
    pub(crate) failures: u32,
    /// Time without calls after the breaker opened. Then one player's call tries the plugin; the breaker closes if the
    /// call succeeds.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub(crate) cool_down: Duration,
    /// Time that a plugin may be unreachable before the breaker opens. Calls in this time wait for the connection, each
    /// at most the plugin's `timeout`.
    #[serde(with = "AsText::<GoDuration>")]
    pub(crate) connect_grace: Duration,
}

impl Default for Breaker {
    fn default() -> Self {
        let BreakerSettings {
            failures,
            cool_down,
            connect_grace,
        } = BreakerSettings::default();
        Self {
            failures: failures.get(),
            cool_down,
            connect_grace,
        }
    }
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the keys of the section")]
pub(crate) struct AnswerCacheLimits {
    /// Maximum age of a cached answer. It limits `cache_ttl` of the plugin, and is the time after which a new decision
    /// of the plugin counts at the latest.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub(crate) max_ttl: Duration,
    /// Maximum number of cached answers. One more replaces the answer that expires first.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(crate) max_entries: NonZeroU32,
    /// Maximum memory of the cached answers, in bytes. One answer takes about 500, at most 16,384.
    #[schemars(range(min = 65_536, max = 4_294_967_296_u64))]
    pub(crate) max_memory: u64,
}

impl Default for AnswerCacheLimits {
    fn default() -> Self {
        let AnswerCacheSettings {
            max_ttl,
            max_entries,
            max_memory,
        } = AnswerCacheSettings::default();
        Self {
            max_ttl,
            max_entries,
            max_memory,
        }
    }
}

/// A plugin in a separate process.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct GrpcPluginSettings {
    /// Address of the plugin: `host:port`, `http://...`, `https://...` or `unix:...`. `dns:///host:port`,
    /// `dns:host:port` and `passthrough:///host:port` mean `host:port`.
    #[schemars(extend("format" = name::PLUGIN_ADDRESS))]
    pub address: String,
    /// TLS to the plugin.
    pub tls: Option<GrpcTlsFiles>,
}

/// Files for TLS to a plugin.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct GrpcTlsFiles {
    /// PEM file with the CA certificates that verify the plugin's certificate.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub ca_file: Option<PathBuf>,
    /// PEM file with the client certificate for the plugin. Needs `key_file`.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub cert_file: Option<PathBuf>,
    /// PEM file with the private key of the client certificate. Needs `cert_file`.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub key_file: Option<PathBuf>,
    /// Name that the plugin's certificate must be for.
    pub domain: Option<String>,
}

/// A plugin in a WebAssembly file.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct WasmPluginSettings {
    /// The `.wasm` file, at most 32 MiB.
    #[serde(with = "AsText::<PathBuf>")]
    pub path: PathBuf,
    /// Maximum memory of one instance, in bytes. Default: 64 MiB. The plugin takes at most (`instances` + 1) times as
    /// much.
    #[schemars(range(min = 65_536, max = 4_294_967_296_u64))]
    pub max_memory: Option<u64>,
    /// Number of instances, which is the maximum number of concurrent calls. Each has its own thread; one more instance stands
    /// by. Default: the number of cores, at most 4.
    #[schemars(range(min = 1, max = 256))]
    pub instances: Option<NonZeroU32>,
    /// Number of calls after which an instance is replaced. Default: 100,000.
    pub max_calls: Option<NonZeroU64>,
    /// Maximum fuel of one call, about one unit per instruction. Default: 20,000,000, which an endless loop spends in
    /// milliseconds.
    pub fuel: Option<NonZeroU64>,
}

/// Settings that all WASM plugins share.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct WasmHostSettings {
    /// Folder for compiled modules, so that the next start does not compile them again. The router creates it when
    /// needed. It must belong to the router's user alone, since its content becomes code of the router. Default:
    /// compiled modules are not kept.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub cache_dir: Option<PathBuf>,
    /// Maximum time to compile one module. After it the router kills the compiling process and refuses the module. A Go
    /// plugin of 3 MB takes 1 second.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub compile_timeout: Duration,
    /// Maximum memory of the process that compiles a module, in bytes. Beyond it the router refuses the module. It
    /// compiles one module at a time, so compilation takes at most this much beside the router's own memory. A Go
    /// plugin of 3 MB needs 33 % of the default. Has no effect on Windows.
    #[schemars(range(min = 268_435_456, max = 68_719_476_736_u64))]
    pub compile_memory: u64,
}

impl Default for WasmHostSettings {
    fn default() -> Self {
        Self {
            cache_dir: None,
            compile_timeout: Duration::from_mins(1),
            compile_memory: 1 << 30,
        }
    }
}
