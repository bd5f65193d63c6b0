//! What is counted: each module declares its metrics beside the counters.

mod admin;
mod connections;
mod decisions;
mod plugins;
mod routes;

use std::sync::Arc;

use hyrouter_metrics::Source;
use hyrouter_proxy::Event;

pub(crate) use self::admin::AdminRefusals;
pub(crate) use self::connections::Connections;
pub(crate) use self::decisions::{Decisions, outcome};
pub(crate) use self::plugins::Plugins;
pub(crate) use self::routes::Routes;
use crate::decision_note::{DecisionNote, Finished};
use crate::identity_keys::KeysAtWork;

/// Everything that connections are counted by. It outlives configurations.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub(crate) connections: Arc<Connections>,
    pub(crate) decisions: Arc<Decisions>,
    pub(crate) routes: Arc<Routes>,
    pub(crate) plugins: Arc<Plugins>,
    pub(crate) keys: Arc<KeysAtWork>,
    pub(crate) admin: Arc<AdminRefusals>,
}

impl Counts {
    pub(crate) fn event(&self, event: &Event<'_, DecisionNote>) {
        match event {
            Event::Finished(finished) => self.finished(finished),
            Event::HandshakeFailed { .. } => self.connections.handshakes_failed.inc(),
            Event::Panicked => self.connections.panics.inc(),
            _ => {}
        }
    }

    fn finished(&self, finished: &Finished<'_>) {
        self.decisions.count(finished);
        self.routes.count(finished);
    }

    /// For the registry, in the order of the text.
    pub(crate) fn sources(&self) -> [Arc<dyn Source>; 6] {
        [
            Arc::clone(&self.decisions) as Arc<dyn Source>,
            Arc::clone(&self.routes) as _,
            Arc::clone(&self.connections) as _,
            Arc::clone(&self.plugins) as _,
            Arc::clone(&self.keys) as _,
            Arc::clone(&self.admin) as _,
        ]
    }
}
