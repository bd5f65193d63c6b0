//! Reason why a tracer cannot be made.

use hyrouter_http_client::TrustError;

/// Reason why a tracer cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TracerError {
    /// The endpoint is not a URL that can be used.
    #[error(
        "endpoint: {url:?} {problem}; allowed is https://host[:port][/path] or http://host[:port][/path]"
    )]
    Endpoint {
        /// The endpoint, without what may be a password.
        url: String,
        /// Fault of the endpoint.
        problem: &'static str,
    },
    /// A setting is out of its range.
    #[error("{key} is {value}, allowed is {allowed}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// Its value.
        value: String,
        /// Allowed values.
        allowed: &'static str,
    },
    /// A header cannot be sent. Contains nothing of its value.
    #[error("headers: {name:?}: {problem}")]
    Header {
        /// Its name.
        name: String,
        /// Fault of the header.
        problem: &'static str,
    },
    /// The certificates that the collector is trusted by cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
}
