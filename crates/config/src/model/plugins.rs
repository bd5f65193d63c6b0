use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "type"]))]
pub(crate) struct Plugin {
    /// Name, unique; of at most 64 characters, none of which is a control character.
    #[schemars(extend("format" = "plugin-name", "minLength" = 1))]
    pub(crate) name: String,
    /// How the plugin runs: `grpc` needs `grpc.address`, `wasm` needs `wasm.path`.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["grpc", "wasm"]))]
    pub(crate) kind: Option<String>,
    /// When it runs: all of `deny`, then all of `route`, then all of `mutate`; `route` when absent.
    #[schemars(extend("enum" = ["deny", "route", "mutate"]))]
    pub(crate) stage: Option<String>,
    /// Plugins before which it runs.
    pub(crate) before: Vec<String>,
    /// Plugins after which it runs.
    pub(crate) after: Vec<String>,
    /// Upper bound of one call; `1s` when absent.
    #[schemars(extend("format" = "go-duration-positive"))]
    pub(crate) timeout: Option<String>,
    /// When it fails: `deny` in stage deny and `continue` elsewhere when absent.
    #[schemars(extend("enum" = ["deny", "continue"]))]
    pub(crate) on_error: Option<String>,
    /// `enforce` when absent; `shadow`: called and recorded, its answer is not applied.
    #[schemars(extend("enum" = ["enforce", "shadow"]))]
    pub(crate) mode: Option<String>,
    /// Which backends it may name; `any` when absent.
    #[serde(rename = "override")]
    #[schemars(extend("enum" = ["any", "candidates"]))]
    pub(crate) override_with: Option<String>,
    /// Calls of it at the same time; 256 when absent. At 20 ms a call that is 12,800 players a second.
    #[schemars(range(min = 1))]
    pub(crate) max_concurrency: Option<u32>,
    /// Calls that wait for their turn beyond those, 1024 when absent; one more fails at once. A waiting call holds some
    /// kilobytes.
    pub(crate) max_queue: Option<u32>,
    /// When to leave it alone for a while because it fails.
    pub(crate) breaker: Option<Breaker>,
    /// Any value, handed to the plugin: a WASM plugin gets it once for each instance, a gRPC plugin with each call.
    pub(crate) config: Option<serde_json::Value>,
    /// A plugin behind gRPC.
    pub(crate) grpc: Option<Grpc>,
    /// A plugin in a WebAssembly file.
    pub(crate) wasm: Option<Wasm>,
}

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Breaker {
    /// Failures in a row after which the plugin is not asked for a while; 0: it is always asked.
    pub(crate) failures: u32,
    /// How long it is not asked. Then one player's call tries it, and it is asked again if that succeeds.
    #[schemars(extend("format" = "go-duration-positive"))]
    pub(crate) cool_down: String,
    /// Time for which a plugin may be unreachable before that opens its breaker. Default `3s`. Calls in this time wait
    /// for the connection, each at most the plugin's `timeout`.
    #[schemars(extend("format" = "go-duration"))]
    pub(crate) connect_grace: String,
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            failures: 5,
            cool_down: "5s".to_owned(),
            connect_grace: "3s".to_owned(),
        }
    }
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Grpc {
    /// `host:port`, `http://...`, `https://...` or `unix:...`. `dns:///host:port`, `dns:host:port` and
    /// `passthrough:///host:port` are taken as `host:port`.
    #[schemars(extend("format" = "plugin-address"))]
    pub(crate) address: Option<String>,
    /// TLS to the plugin.
    pub(crate) tls: Option<GrpcTls>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct GrpcTls {
    /// PEM file with the certificates that the plugin's certificate must lead to.
    pub(crate) ca_file: Option<String>,
    /// PEM file with the certificate shown to the plugin.
    pub(crate) cert_file: Option<String>,
    /// PEM file with the private key of that certificate.
    pub(crate) key_file: Option<String>,
    /// Name that the plugin's certificate must be for.
    pub(crate) domain: Option<String>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wasm {
    /// The `.wasm` file, of at most 32 MiB.
    pub(crate) path: Option<String>,
    /// Memory of one instance in bytes; 64 MiB when absent. The plugin takes at worst `instances` + 1 times as much.
    #[schemars(range(min = 65_536, max = 4_294_967_296_u64))]
    pub(crate) max_memory: Option<u64>,
    /// Instances that serve calls at the same time, each on a thread of its own; one more stands by. As many as there
    /// are cores when absent, at most 4.
    #[schemars(range(min = 1, max = 256))]
    pub(crate) instances: Option<u32>,
    /// Calls after which an instance is replaced; 100,000 when absent.
    #[schemars(range(min = 1))]
    pub(crate) max_calls: Option<u64>,
    /// What one call may spend before it is stopped, about a unit an instruction; 20,000,000 when absent, which an
    /// endless loop spends in milliseconds.
    #[schemars(range(min = 1))]
    pub(crate) fuel: Option<u64>,
}

/// What all WASM plugins share.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WasmHost {
    /// Folder for compiled modules, so that the next start does not compile them again. It is made when it is needed,
    /// and has to belong to the router's user alone: what is in it becomes code of the router. Absent: none are kept.
    pub(crate) cache_dir: Option<String>,
    /// Maximum time to compile one module. Then its process is killed and the module is refused. A Go plugin of 3 MB takes
    /// 1 second.
    #[schemars(extend("format" = "go-duration-positive"))]
    pub(crate) compile_timeout: String,
    /// Maximum memory of the process that compiles a module, in bytes. Beyond it the module is refused. Modules are
    /// compiled one at a time, so the router and this process together take at most so much more meanwhile. A Go plugin of
    /// 3 MB needs a third of the default. Has no effect on Windows.
    #[schemars(range(min = 268_435_456, max = 68_719_476_736_u64))]
    pub(crate) compile_memory: u64,
}

impl Default for WasmHost {
    fn default() -> Self {
        Self {
            cache_dir: None,
            compile_timeout: "60s".to_owned(),
            compile_memory: 1 << 30,
        }
    }
}
