//! Plugins.

use serde_json::Value;

use crate::model::PluginType;
use crate::{GrpcPluginSettings, WasmPluginSettings};

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

impl PluginKind {
    /// Returns the name in a configuration.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Grpc(_) => PluginType::Grpc.as_str(),
            Self::Wasm(_) => PluginType::Wasm.as_str(),
        }
    }
}
