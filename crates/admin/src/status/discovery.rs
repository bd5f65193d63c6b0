//! Providers of discovered backends.

use serde::Serialize;

/// Discovery provider and its state.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ProviderStatus {
    /// Name.
    pub name: String,
    /// Type of the source, such as `file` or `kubernetes`.
    pub kind: String,
    /// `true` once the provider has published a set of backends.
    pub synced: bool,
    /// `true` if the last contact is longer ago than `max_staleness`, so that its backends do not count.
    pub stale: bool,
    /// Time since the last contact with the source; `None` before the first set.
    pub age_seconds: Option<f64>,
    /// Number of backends.
    pub backends: u64,
    /// Number of failed attempts to reach or read the source.
    pub failures: u64,
    /// Failure of the last attempt; `None` if it succeeded.
    pub error: Option<String>,
    /// Number of entries of the source that cannot be used.
    pub unusable: u64,
    /// Problems of the first of these entries.
    pub problems: Vec<String>,
    /// Number of backends beyond `max_backends`, which are left out.
    pub dropped: u64,
}
