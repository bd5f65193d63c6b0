//! Commands of an operator, applied to a specification.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Maintenance, PoolSpec, RouterSpec, router::DEFAULT_NAME};

/// Commands of an operator at run time. They are kept beside the specification and applied to each new one, so that a
/// reload does not revert them.
///
/// An entry that names no backend or route of a specification has no effect until a specification has one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overlay {
    /// Backends that get no new players, by host and port exactly as specified: a host with captures by its template.
    /// Backends that the specification drains stay drained.
    pub drained: BTreeSet<(String, u16)>,
    /// Maintenance of routes by name, `default` for the default pool. It replaces the maintenance of the specification.
    pub maintenance: BTreeMap<String, Maintenance>,
}

impl Overlay {
    /// Returns whether there are no commands.
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
            // `BTreeSet<(String, u16)>` cannot be searched with a borrowed text, hence the copy.
            backend.drained |= self.drained.contains(&(backend.host.clone(), backend.port));
        }
    }
}

impl RouterSpec {
    /// Returns this specification with the commands applied.
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
