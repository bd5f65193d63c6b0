use hyrouter_plugin_grpc::{GrpcError, PluginAddressError};
use hyrouter_plugin_wasm::LoadError;

/// Reason why a plugin cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PluginLoadError {
    /// The module cannot be compiled, or refuses its configuration.
    #[error(transparent)]
    Wasm(#[from] LoadError),
    /// The settings of a gRPC plugin cannot be used.
    #[error("plugin {name:?}, grpc")]
    Grpc {
        /// Name of the plugin.
        name: String,
        /// Error in the settings.
        source: GrpcError,
    },
    /// The address of a gRPC plugin cannot be used.
    #[error("plugin {name:?}, grpc.address")]
    Address {
        /// Name of the plugin.
        name: String,
        /// Error in the address.
        source: PluginAddressError,
    },
    /// The plugin is of a kind of a newer configuration.
    #[error("plugin {name:?} is of a type that this build does not know")]
    UnknownKind {
        /// Name of the plugin.
        name: String,
    },
}
