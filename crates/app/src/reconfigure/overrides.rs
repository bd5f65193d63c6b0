//! Commands of operators at run time. They survive a reload, not a restart.

use std::collections::{BTreeMap, BTreeSet};

use hyrouter_config::{MaintenanceSettings, MaintenanceTexts};
use hyrouter_router::{Overlay, Router};

use crate::address;

/// Active commands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overrides {
    /// Backends that get no players, by host and port.
    drained: BTreeSet<(String, u16)>,
    /// Maintenance by name of the route, with the JSON of the command.
    maintenance: BTreeMap<String, Maintenance>,
}

#[derive(Debug, Clone)]
struct Maintenance {
    settings: MaintenanceSettings,
    written: serde_json::Value,
}

impl Overrides {
    /// Drains or resumes a backend. Returns whether this changed anything.
    pub(crate) fn drain(&mut self, host: &str, port: u16, drained: bool) -> bool {
        let backend = (host.to_owned(), port);
        if drained {
            self.drained.insert(backend)
        } else {
            self.drained.remove(&backend)
        }
    }

    pub(crate) fn is_drained(&self, host: &str, port: u16) -> bool {
        // A set of `(String, u16)` cannot be searched with a borrowed name, hence the copy.
        !self.drained.is_empty() && self.drained.contains(&(host.to_owned(), port))
    }

    pub(crate) fn maintain(
        &mut self,
        route: &str,
        settings: MaintenanceSettings,
        written: serde_json::Value,
    ) {
        let maintenance = Maintenance { settings, written };
        self.maintenance.insert(route.to_owned(), maintenance);
    }

    /// Ends the maintenance of a route. Returns whether there was any.
    pub(crate) fn end_maintenance(&mut self, route: &str) -> bool {
        self.maintenance.remove(route).is_some()
    }

    /// Returns the JSON of the command that set the maintenance of a route.
    pub(crate) fn maintenance(&self, route: &str) -> Option<&serde_json::Value> {
        self.maintenance.get(route).map(|found| &found.written)
    }

    /// Describes commands for backends and routes that the active router does not have.
    pub(crate) fn without_effect(&self, router: &Router) -> Vec<String> {
        if self.drained.is_empty() && self.maintenance.is_empty() {
            return Vec::new();
        }
        let backends = || router.routes().flat_map(|route| route.backends);
        let drained = self.drained.iter().filter(|(host, port)| {
            !backends().any(|known| known.host == *host && known.port == *port)
        });
        let drained = drained.map(|(host, port)| {
            let backend = address::backend(host, *port);
            format!("{backend} was drained by command and is no longer in any route")
        });
        let closed = self.maintenance.keys();
        let closed = closed.filter(|name| router.routes().all(|route| **route.name != ***name));
        let closed = closed.map(|name| {
            format!("route {name} is under maintenance by command and no longer exists")
        });
        drained.chain(closed).collect()
    }

    pub(crate) fn overlay(&self) -> Overlay {
        let rules = self.maintenance.iter();
        Overlay {
            drained: self.drained.clone(),
            maintenance: rules
                .map(|(route, found)| (route.clone(), found.settings.rule.clone()))
                .collect(),
        }
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = (String, MaintenanceTexts)> {
        let found = self.maintenance.iter();
        found.map(|(route, found)| (route.clone(), found.settings.texts.clone()))
    }
}
