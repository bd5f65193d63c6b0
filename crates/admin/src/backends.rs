//! Lists of backends.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::status::ProviderStatus;

/// Query of `GET /api/backends`. Without a provider and a route, it lists the backends of all providers, then the static
/// backends of each route.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackendsQuery {
    /// Name of a provider. Only its backends are listed.
    pub provider: Option<String>,
    /// Name of a route. Only the backends of its pool are listed, in their order.
    pub route: Option<String>,
    /// Number of backends to skip.
    pub offset: u64,
    /// Maximum number of backends in the response, from 1 to 10,000. Default: 1,000.
    pub limit: Option<u64>,
}

/// Page of a list of backends.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct BackendsReport {
    /// Providers of the active configuration that the query concerns.
    pub providers: Vec<ProviderStatus>,
    /// Backends of this page.
    pub backends: Vec<ListedBackend>,
    /// Number of backends of all pages.
    pub total: u64,
    /// Offset of the next page; `None` on the last page.
    pub next: Option<u64>,
}

/// Backend of a provider, or a static one.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListedBackend {
    /// Name of the provider; `None` for a static backend.
    pub provider: Option<String>,
    /// Name of the route; `None` in a list of a provider.
    pub route: Option<String>,
    /// Name that the provider gives to the backend; `None` for a static backend.
    pub id: Option<String>,
    /// Address as `host:port`.
    pub address: String,
    /// Weight relative to the other backends.
    pub weight: u32,
    /// Origin of the drain: `config`, `provider` or `command`; `None` if the backend serves.
    pub drained: Option<String>,
    /// End of the lease in seconds since 1970; `None` for a backend without a lease.
    pub expires_at: Option<f64>,
    /// Facts about the backend.
    pub meta: BTreeMap<String, String>,
}
