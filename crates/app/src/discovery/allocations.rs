//! The allocations of pools whose discovery has a provider that allocates.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hyrouter_config::{DiscoveryMode, DiscoverySettings, PoolDiscoverySettings};
use hyrouter_discovery::AllocationOrder;
use hyrouter_gateway::{AllocationSource, AllocationTurn, RouteAllocation};
use hyrouter_router::RouterSpec;

use super::DiscoverySources;

/// Returns the allocations by place of their routes, none for the default pool. In mode `prefer` a player gets an allocated
/// backend first, in mode `union` only if no other is left.
pub(crate) fn allocations(
    discovery: &DiscoverySettings,
    spec: &RouterSpec,
    sources: &DiscoverySources,
) -> BTreeMap<Option<usize>, RouteAllocation> {
    let allocation = |pool: &PoolDiscoverySettings| {
        let pool_name = pool_name(pool, spec);
        let allocating = pool.sources.iter().filter_map(|source| {
            Some(AllocationSource {
                allocator: sources.allocator(&source.provider)?,
                provider: source.provider.as_str().into(),
                order: AllocationOrder {
                    pool: Arc::clone(&pool_name),
                    selector: source.selector.clone(),
                },
            })
        });
        let allocating: Vec<_> = allocating.collect();
        let turn = match pool.mode {
            DiscoveryMode::Prefer => AllocationTurn::First,
            DiscoveryMode::Union => AllocationTurn::Last,
        };
        (!allocating.is_empty()).then_some((
            pool.route,
            RouteAllocation {
                turn,
                sources: allocating,
            },
        ))
    };
    discovery.pools.iter().filter_map(allocation).collect()
}

/// Returns the maximum time for the allocation of a player: 70 % of the time for the decision. The rest is for plugins.
pub(crate) fn allocation_time(decision_timeout: Duration) -> Duration {
    decision_timeout * 7 / 10
}

fn pool_name(pool: &PoolDiscoverySettings, spec: &RouterSpec) -> Arc<str> {
    let route = pool.route.and_then(|index| spec.routes.get(index));
    route.map_or("default", |route| &route.name).into()
}
