use std::io;

use hyrouter_admin::AdminError;
use hyrouter_config::{ConfigError, Problem};
use hyrouter_proxy::{AddressTokenKeyError, AlpnError, CertificateError, ServerError};
use hyrouter_router::SpecError;

/// Error of a router that cannot start, rejects its configuration, or stopped unexpectedly.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// The configuration has mistakes, or something that it names cannot be opened.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A sink of decisions or traces cannot be opened.
    #[error(transparent)]
    Sink(#[from] Problem),
    /// The routes cannot be used.
    #[error(transparent)]
    Routes(#[from] SpecError),
    /// The application protocols cannot be used.
    #[error(transparent)]
    Alpn(#[from] AlpnError),
    /// A self-signed certificate cannot be generated.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A key of address tokens cannot be generated.
    #[error(transparent)]
    TokenKey(#[from] AddressTokenKeyError),
    /// The QUIC entrypoint cannot start: its port is taken, for example.
    #[error("{}", holder.clone().unwrap_or_else(|| source.to_string()))]
    Bind {
        /// The process that has the port, if it is taken.
        holder: Option<String>,
        /// Error of the entrypoint.
        source: ServerError,
    },
    /// The admin server cannot start: its port is taken, for example.
    #[error("admin.listen{}", holder.as_ref().map(|holder| format!(": {holder}")).unwrap_or_default())]
    Admin {
        /// The process that has the port, if it is taken.
        holder: Option<String>,
        /// Error of the admin server.
        source: AdminError,
    },
    /// The server of pushes cannot start: its port is taken, for example.
    #[error("discovery.push.listen{}", holder.as_ref().map(|holder| format!(": {holder}")).unwrap_or_default())]
    Push {
        /// The process that has the port, if it is taken.
        holder: Option<String>,
        /// Error of the server.
        source: AdminError,
    },
    /// The system does not deliver signals.
    #[error("cannot receive signals")]
    Signals(#[source] io::Error),
    /// The QUIC entrypoint stopped unexpectedly. Already logged.
    #[error(transparent)]
    Stopped(ServerError),
}
