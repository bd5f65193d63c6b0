//! Why there is no tracer.

use hyrouter_http_client::TrustError;

/// A tracer can not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TelemetryError {
    /// The endpoint is none.
    #[error(
        "endpoint: {url:?} {problem}; allowed is https://host[:port][/path] or http://host[:port][/path]"
    )]
    Endpoint {
        /// What it says, without what may be a password.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A setting is out of its range.
    #[error("{key} is {value}, allowed is {allowed}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// What it says.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A header can not be sent. Nothing of its value is said here.
    #[error("headers: {name:?}: {problem}")]
    Header {
        /// Its name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The collector can not be trusted.
    #[error(transparent)]
    Trust(#[from] TrustError),
}
