//! Discovery of backends.

use std::time::Duration;

use hyrouter_discovery::{ProviderSettings, Selector};

use crate::model::{DiscoveryMode, PushListenSettings};

/// Sources of backends, and the pools that use them.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct DiscoverySettings {
    /// Providers in the order of the file.
    pub providers: Vec<ProviderSettings>,
    /// Maximum time that readiness waits for the providers that routes use.
    pub startup_timeout: Duration,
    /// The HTTP server for backends that register themselves. Absent: none.
    pub push: Option<PushListenSettings>,
    /// Pools with discovered backends.
    pub pools: Vec<PoolDiscoverySettings>,
}

/// The discovered backends of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolDiscoverySettings {
    /// Place of the pool's route, from 0; none for the default pool.
    pub route: Option<usize>,
    /// Sources in the order of their backends.
    pub sources: Vec<PoolSourceSettings>,
    /// Use of the static backends.
    pub mode: DiscoveryMode,
}

/// One source of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolSourceSettings {
    /// Name of the provider.
    pub provider: String,
    /// Selector of its backends.
    pub selector: Selector,
}
