#[cfg(feature = "grpc")]
use hyrouter_plugin_grpc::{GrpcError, PluginAddressError};
#[cfg(feature = "wasm")]
use hyrouter_plugin_wasm::LoadError;

/// Reason why a plugin cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PluginLoadError {
    /// The module cannot be compiled, or refuses its configuration.
    #[cfg(feature = "wasm")]
    #[error(transparent)]
    Wasm(#[from] LoadError),
    /// The settings of a gRPC plugin cannot be used.
    #[cfg(feature = "grpc")]
    #[error("plugin {name:?}, grpc")]
    Grpc {
        /// Name of the plugin.
        name: String,
        /// Error in the settings.
        source: GrpcError,
    },
    /// The address of a gRPC plugin cannot be used.
    #[cfg(feature = "grpc")]
    #[error("plugin {name:?}, grpc.address")]
    Address {
        /// Name of the plugin.
        name: String,
        /// Error in the address.
        source: PluginAddressError,
    },
    /// The build has no plugins of this kind: its feature `wasm` or `grpc` is off.
    #[error(
        "this build cannot run plugin {name:?}; build with --features wasm,grpc for plugins of all types"
    )]
    UnknownKind {
        /// Name of the plugin.
        name: String,
    },
}
