use std::io;

use hyrouter_admin::AdminError;
use hyrouter_config::{ConfigError, Problem};
use hyrouter_proxy::{AddressTokenKeyError, AlpnError, CertificateError, ServerError};
use hyrouter_router::SpecError;

/// Reason why a router does not start, does not take a configuration, or ends before it was asked to.
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
    /// No self-signed certificate can be made.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// No key of address tokens can be made.
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
    /// The system does not deliver signals.
    #[error("waiting for signals")]
    Signals(#[source] io::Error),
    /// The QUIC entrypoint ended by itself, which was logged.
    #[error(transparent)]
    Stopped(ServerError),
}
