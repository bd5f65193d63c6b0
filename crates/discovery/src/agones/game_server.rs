//! Game servers as objects of the API server.

use serde::Deserialize;

use super::allocate::{ATTEMPT, OpenAttempts};
use super::backend::{BackendRules, GameServerView, backend_id};
use super::status::{ServerPorts, ServerStatus};
use crate::cluster::{Contribution, ObjectMetadata, null_as_default};
use crate::{DiscoveredBackend, EntryProblem};

/// State of a game server that ends.
const SHUTDOWN: &str = "Shutdown";
/// State of a game server that was allocated.
const ALLOCATED: &str = "Allocated";

/// A game server.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct GameServer {
    metadata: ObjectMetadata,
    #[serde(deserialize_with = "null_as_default")]
    spec: ServerPorts,
    #[serde(deserialize_with = "null_as_default")]
    status: ServerStatus,
}

impl GameServer {
    /// Returns the backend that it is, if players can be sent to it.
    pub(super) fn found(&self, rules: &BackendRules) -> Contribution {
        if self.metadata.is_being_deleted() || !rules.takes(self.view()) {
            return Contribution::Nothing;
        }
        let id = backend_id(&self.metadata);
        match rules.backend(self.view()) {
            Ok(backend) => Contribution::Backends(vec![DiscoveredBackend::new(id, backend)]),
            Err(problem) => Contribution::Problem(EntryProblem::new(id, problem)),
        }
    }

    /// Reports it to the attempt to allocate it, if its answer is not there yet.
    pub(super) fn report(&self, rules: &BackendRules, attempts: &OpenAttempts) {
        let Some(mark) = self.metadata.annotations.get(ATTEMPT) else {
            return;
        };
        if self.metadata.is_being_deleted() || self.status.state != ALLOCATED {
            return;
        }
        attempts.report(mark, || rules.allocated(self.view()).ok());
    }

    fn view(&self) -> GameServerView<'_> {
        GameServerView {
            metadata: &self.metadata,
            status: &self.status,
            spec: &self.spec.ports,
        }
    }
}

/// Returns whether a game server in this state may be a backend, whatever the operator lists.
pub(super) fn is_alive(state: &str) -> bool {
    !state.eq_ignore_ascii_case(SHUTDOWN)
}

#[cfg(test)]
mod tests;
