//! Allocation of game servers.

mod answer;
mod api;
mod desk;
mod failures;
mod handover;
mod kubernetes_api;
mod lost;
mod pace;
mod pool_queue;
mod request;
mod waiting;

use std::sync::{Arc, Mutex};

use tokio::time::Instant;

use self::api::AllocationApi;
use self::desk::Desk;
use self::failures::FailureLog;
pub(super) use self::kubernetes_api::KubernetesApi;
pub(super) use self::lost::OpenAttempts;
use self::pace::Pace;
pub(super) use self::request::ATTEMPT;
use self::request::AllocationRequest;
use self::waiting::WaitingPlayers;
use super::backend::BackendRules;
use crate::{AgonesSettings, Allocating, AllocationOrder, AllocationSettings, Allocator, Selector};

/// Allocates game servers for the players of pools.
#[derive(Debug, Clone)]
pub(super) struct AgonesAllocator(Arc<Desk>);

impl AgonesAllocator {
    /// Creates an allocator that asks in the first namespace of the settings, else in `default`.
    pub(super) fn new(
        provider: impl Into<Arc<str>>,
        settings: &AgonesSettings,
        allocation: &AllocationSettings,
        api: impl AllocationApi + 'static,
        attempts: Arc<OpenAttempts>,
    ) -> Self {
        Self(Arc::new(Desk {
            provider: provider.into(),
            settings: settings.clone(),
            allocation: allocation.clone(),
            rules: BackendRules::new(settings),
            namespace: allocation_namespace(settings).to_owned(),
            api: Box::new(api),
            waiting: WaitingPlayers::default(),
            pace: Pace::new(allocation.min_interval),
            orders: Mutex::default(),
            attempts,
            failures: FailureLog::default(),
        }))
    }
}

/// Checks whether the selectors can be asked for.
///
/// # Errors
/// A selector compares numbers.
pub(super) fn check(
    settings: &AgonesSettings,
    allocation: &AllocationSettings,
    pool: &Selector,
) -> Result<(), String> {
    AllocationRequest::new(settings, allocation, pool).map(drop)
}

/// Returns the namespace of allocations.
pub(super) fn allocation_namespace(settings: &AgonesSettings) -> &str {
    settings.namespaces.first().map_or("default", |first| first)
}

impl Allocator for AgonesAllocator {
    fn allocate<'a>(&'a self, order: &'a AllocationOrder, deadline: Instant) -> Allocating<'a> {
        Box::pin(async move {
            let desk = &self.0;
            let allocated = desk.allocate(order, deadline).await;
            desk.failures.record(&desk.provider, order, &allocated);
            allocated
        })
    }
}

#[cfg(test)]
mod tests;
