//! Backends from game servers.

use std::sync::Arc;

use hyrouter_router::Backend;

use super::address::host_and_port;
use super::game_server::is_alive;
use super::status::{ServerStatus, SpecPort};
use crate::cluster::{ObjectMetadata, Picked};
use crate::{AgonesSettings, DiscoveredBackend};

/// A game server, whichever way it was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct GameServerView<'s> {
    pub(super) metadata: &'s ObjectMetadata,
    pub(super) status: &'s ServerStatus,
    /// Ports of its specification; empty where they are not known.
    pub(super) spec: &'s [SpecPort],
}

/// The rules by which game servers become backends.
#[derive(Debug, Clone)]
pub(super) struct BackendRules {
    settings: AgonesSettings,
    picked: Picked,
}

impl BackendRules {
    /// Creates the rules of a provider.
    pub(super) fn new(settings: &AgonesSettings) -> Self {
        Self {
            picked: Picked::new(&settings.metadata),
            settings: settings.clone(),
        }
    }

    /// Returns whether the settings take an observed game server: by its state and annotations. The API server selects by
    /// labels.
    pub(super) fn takes(&self, server: GameServerView<'_>) -> bool {
        let state = &server.status.state;
        is_alive(state)
            && takes_state(&self.settings.states, state)
            && server.metadata.has_annotations(&self.settings.selector)
    }

    /// Returns the backend of a game server that was allocated.
    ///
    /// # Errors
    /// It cannot be used: it has no address or no port, a fact of it breaks a limit, or its annotations differ from the
    /// selector, which Agones does not apply.
    pub(super) fn allocated(&self, server: GameServerView<'_>) -> Result<Backend, String> {
        if !server.metadata.has_annotations(&self.settings.selector) {
            return Err("its annotations differ from the selector".to_owned());
        }
        let backend = self.backend(server).map_err(ToOwned::to_owned)?;
        let found = DiscoveredBackend::new(backend_id(server.metadata), backend);
        match found.problem() {
            Some(problem) => Err(problem),
            None => Ok(Arc::unwrap_or_clone(found.backend)),
        }
    }

    /// Returns the backend of a game server, with its state, counters and lists as facts.
    ///
    /// # Errors
    /// It has no address or no port.
    pub(super) fn backend(&self, server: GameServerView<'_>) -> Result<Backend, &'static str> {
        let GameServerView {
            metadata,
            status,
            spec,
        } = server;
        let (host, port) = host_and_port(&self.settings, status, spec)?;
        let node = Some(status.node_name.as_str()).filter(|node| !node.is_empty());
        let mut backend = self.picked.backend(host, port, metadata, node);
        let mut add = |key: String, value: String| {
            backend.meta.insert(key, value);
        };
        add("gameserver.state".to_owned(), status.state.clone());
        for (name, counter) in &status.counters {
            add(format!("counter.{name}.count"), counter.count.to_string());
            add(
                format!("counter.{name}.capacity"),
                counter.capacity.to_string(),
            );
        }
        for (name, list) in &status.lists {
            let values = serde_json::Value::from(list.values.as_slice());
            add(format!("list.{name}.values"), values.to_string());
            add(format!("list.{name}.capacity"), list.capacity.to_string());
        }
        Ok(backend)
    }
}

/// Returns whether a state is one of the operator's, by default Ready.
fn takes_state(states: &[String], state: &str) -> bool {
    let mut taken = states.iter().map(String::as_str);
    if states.is_empty() {
        state == "Ready"
    } else {
        taken.any(|taken| taken.eq_ignore_ascii_case(state))
    }
}

/// Returns the name of a game server's backend, unique in the cluster.
pub(super) fn backend_id(metadata: &ObjectMetadata) -> String {
    format!("{}/{}", metadata.namespace, metadata.name)
}

#[cfg(test)]
mod tests;
