//! Errors of opening a tracer.

use hyrouter_http_client::{ServiceUrlError, TrustError};
use opentelemetry_otlp::ExporterBuildError;

/// Error of opening a tracer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TracerError {
    /// The endpoint is not a valid URL.
    #[error("endpoint: {0}; allowed: https://host[:port][/path] and http://host[:port][/path]")]
    Endpoint(#[from] ServiceUrlError),
    /// An option is out of range.
    #[error("{key} is {value}; allowed: {allowed}")]
    Setting {
        /// Name of the option.
        key: &'static str,
        /// Its value.
        value: String,
        /// Allowed values.
        allowed: &'static str,
    },
    /// A header is not valid. The error omits its value.
    #[error("headers: {name:?}: {problem}")]
    Header {
        /// Name of the header, at most 64 characters.
        name: String,
        /// Problem of the header.
        problem: &'static str,
    },
    /// The certificates to verify the collector cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// OpenTelemetry cannot build the exporter.
    #[error("exporter: {0}")]
    Exporter(#[from] ExporterBuildError),
}
