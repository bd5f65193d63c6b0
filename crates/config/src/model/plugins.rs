use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["name", "type"]))]
pub(crate) struct Plugin {
    /// Name, unique.
    #[schemars(length(min = 1))]
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
    /// Any value, handed to the plugin.
    pub(crate) config: Option<serde_json::Value>,
    /// A plugin behind gRPC.
    pub(crate) grpc: Option<Grpc>,
    /// A plugin in a WebAssembly file.
    pub(crate) wasm: Option<Wasm>,
}

#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Grpc {
    /// `host:port`, `http://...`, `https://...` or `unix:...`.
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
    /// The `.wasm` file.
    pub(crate) path: Option<String>,
    /// Memory of one instance in bytes.
    #[schemars(range(min = 1))]
    pub(crate) max_memory: Option<u64>,
    /// Instances that serve calls at the same time.
    #[schemars(range(min = 1))]
    pub(crate) instances: Option<u32>,
    /// Calls after which an instance is replaced.
    #[schemars(range(min = 1))]
    pub(crate) max_calls: Option<u64>,
}
