use std::io;

use crate::PluginAddressError;
#[cfg(feature = "tls")]
use crate::TlsError;

/// A plugin cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PluginServerError {
    /// A text is not an address.
    #[error(transparent)]
    Address(#[from] PluginAddressError),
    /// An address cannot be listened on.
    #[error(
        "cannot listen on {address}; allowed: host:port or unix:PATH; TLS is a setting of the server"
    )]
    Scheme {
        /// The address.
        address: String,
    },
    /// Listening on an address failed.
    #[error("listening on {address}: {source}")]
    Bind {
        /// The address.
        address: String,
        /// Error of the system.
        source: io::Error,
    },
    /// Certificates or keys cannot be used.
    #[cfg(feature = "tls")]
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The handlers of the signals that stop the server could not be installed.
    #[error("waiting for signals: {0}")]
    Signals(io::Error),
    /// Serving failed.
    #[error("serving: {0}")]
    Serve(String),
}
