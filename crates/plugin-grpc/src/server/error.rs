use std::io;

use crate::AddressError;
#[cfg(feature = "tls")]
use crate::TlsError;

/// A plugin can not be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// A text is no address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// An address is not for listening.
    #[error(
        "{address} is not for listening; host:port and unix:PATH are, and TLS is a setting of the server"
    )]
    Scheme {
        /// The address.
        address: String,
    },
    /// An address can not be listened on.
    #[error("listening on {address}: {source}")]
    Bind {
        /// The address.
        address: String,
        /// What the system says.
        source: io::Error,
    },
    /// Certificates or keys can not be used.
    #[cfg(feature = "tls")]
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The signals that stop the server can not be waited for.
    #[error("waiting for signals: {0}")]
    Signals(io::Error),
    /// Serving failed.
    #[error("serving: {0}")]
    Serve(String),
}
