//! What an operator commands at run time, laid over a specification.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Maintenance, PoolSpec, RouterSpec, router::DEFAULT_NAME};

/// What an operator commands at run time. It is kept beside the specification and laid over each new one, so that a
/// reload takes nothing back.
///
/// What names no backend or route of a specification changes nothing, and counts again when such a one comes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overlay {
    /// Backends that get no players, by host and port, letter for letter as they are configured: a host with captures
    /// by its template. Those that the specification drains stay drained.
    pub drained: BTreeSet<(String, u16)>,
    /// Maintenance of routes by name, `default` for the default pool. It takes the place of the specification's.
    pub maintenance: BTreeMap<String, Maintenance>,
}

impl Overlay {
    /// Whether nothing is commanded.
    pub fn is_empty(&self) -> bool {
        self.drained.is_empty() && self.maintenance.is_empty()
    }

    fn lay_over(&self, name: &str, pool: &mut PoolSpec) {
        if let Some(maintenance) = self.maintenance.get(name) {
            pool.maintenance = Some(maintenance.clone());
        }
        if self.drained.is_empty() {
            return;
        }
        for backend in &mut pool.backends {
            // A tuple of a borrowed text finds nothing in a set of owned ones, hence the copy.
            backend.drained |= self.drained.contains(&(backend.host.clone(), backend.port));
        }
    }
}

impl RouterSpec {
    /// This specification under what an operator commands.
    #[must_use]
    pub fn overlaid(&self, overlay: &Overlay) -> Self {
        let mut spec = self.clone();
        for route in &mut spec.routes {
            overlay.lay_over(&route.name, &mut route.pool);
        }
        if let Some(pool) = &mut spec.default {
            overlay.lay_over(DEFAULT_NAME, pool);
        }
        spec
    }
}
