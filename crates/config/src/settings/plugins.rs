//! Plugins, and what the host of WASM plugins needs.

use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::CertificateFiles;

/// One plugin.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PluginSettings {
    /// Place in the chain, timeout and failure policy.
    pub settings: hyrouter_plugins::ChainSettings,
    /// Location of the plugin.
    pub kind: PluginKind,
    /// Configuration that is handed to the plugin.
    pub config: Option<Value>,
}

/// Location of a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PluginKind {
    /// Behind an address.
    Grpc(GrpcPluginSettings),
    /// In a file.
    Wasm(WasmPluginSettings),
}

/// A plugin in a process of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GrpcPluginSettings {
    /// `host:port`, `http://...`, `https://...` or `unix:...`, as it was written. Not empty.
    pub address: String,
    /// TLS to the plugin.
    pub tls: Option<GrpcTlsFiles>,
}

/// Files for TLS to a plugin, all PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GrpcTlsFiles {
    /// Certificates that the plugin's certificate must lead to.
    pub ca: Option<PathBuf>,
    /// Client certificate that the plugin is shown.
    pub certificate: Option<CertificateFiles>,
    /// Name that the plugin's certificate must be for.
    pub domain: Option<String>,
}

/// Settings that all WASM plugins share.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WasmHostSettings {
    /// Folder for compiled modules. Absent: compiled modules are not kept.
    pub cache_dir: Option<PathBuf>,
    /// Maximum time to compile one module.
    pub compile_timeout: Duration,
    /// Maximum memory of the process that compiles a module, in bytes.
    pub compile_memory: u64,
}

/// A plugin in a WebAssembly file. A bound that is absent has the host's default.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WasmPluginSettings {
    /// The file.
    pub path: PathBuf,
    /// Maximum memory of one instance, in bytes.
    pub max_memory: Option<u64>,
    /// Number of instances, which is the number of concurrent calls.
    pub instances: Option<NonZeroU32>,
    /// Number of calls after which an instance is replaced.
    pub max_calls: Option<NonZeroU64>,
    /// Maximum fuel of one call.
    pub fuel: Option<NonZeroU64>,
}
