//! The backends of pools with discovery.

use std::collections::HashSet;
use std::sync::Arc;

use hyrouter_config::{
    DiscoveryMode, DiscoverySettings, PoolDiscoverySettings, PoolSourceSettings,
};
use hyrouter_discovery::DiscoveredBackend;
use hyrouter_router::{Backend, Overlay, PoolBackends, RouterSpec};

use super::DiscoveryView;

/// Returns the backends of the pools with discovery that `wanted` selects: the discovered ones, then the static ones of
/// `spec`, by the mode of the pool. Of backends with the same host and port, the first counts.
pub(crate) fn pool_backends(
    discovery: &DiscoverySettings,
    spec: &RouterSpec,
    overlay: &Overlay,
    view: &DiscoveryView,
    wanted: impl Fn(&PoolDiscoverySettings) -> bool,
) -> Vec<PoolBackends> {
    let pools = discovery.pools.iter().filter(|pool| wanted(pool));
    pools
        .map(|pool| merged(pool, spec, overlay, view))
        .collect()
}

fn merged(
    pool: &PoolDiscoverySettings,
    spec: &RouterSpec,
    overlay: &Overlay,
    view: &DiscoveryView,
) -> PoolBackends {
    let mut merge = Merge {
        overlay,
        known: HashSet::new(),
        backends: Vec::new(),
    };
    let mut is_incomplete = false;
    for source in &pool.sources {
        let Some(found) = view.get(&source.provider).filter(|found| found.is_usable()) else {
            is_incomplete = true;
            continue;
        };
        for found in &*found.state.backends {
            if selects(source, found) {
                merge.add(&found.backend);
            }
        }
    }
    // A drained backend takes no players, so it does not stand in the way of the static ones.
    let takes_none = merge.backends.iter().all(|backend| backend.drained);
    let is_static_used = pool.mode == DiscoveryMode::Union || takes_none;
    let own = match pool.route {
        Some(index) => spec.routes.get(index).map(|route| &route.pool),
        None => spec.default.as_ref(),
    };
    if let Some(own) = own.filter(|_| is_static_used) {
        for backend in &own.backends {
            merge.add(&Arc::new(backend.clone()));
        }
    }
    PoolBackends {
        route: pool.route,
        backends: merge.backends,
        is_incomplete,
    }
}

/// Returns whether a source of a pool has this backend of its provider.
pub(super) fn selects(source: &PoolSourceSettings, found: &DiscoveredBackend) -> bool {
    source.selector.is_empty() || source.selector.selects_meta(&found.backend.meta)
}

struct Merge<'o> {
    overlay: &'o Overlay,
    known: HashSet<(String, u16)>,
    backends: Vec<Arc<Backend>>,
}

impl Merge<'_> {
    fn add(&mut self, backend: &Arc<Backend>) {
        let address = (backend.host.clone(), backend.port);
        let is_drained = backend.drained || self.overlay.drained.contains(&address);
        if !self.known.insert(address) {
            return;
        }
        self.backends.push(if is_drained && !backend.drained {
            Arc::new(Backend {
                drained: true,
                ..Backend::clone(backend)
            })
        } else {
            Arc::clone(backend)
        });
    }
}

#[cfg(test)]
mod tests;
