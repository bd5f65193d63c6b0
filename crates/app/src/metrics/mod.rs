//! Metrics: each module declares its metrics beside the counters.

mod admin;
mod connections;
mod decisions;
mod identity_keys;
mod plugins;
pub(crate) mod registry;
mod routes;

use std::sync::Arc;

use hyrouter_decision_log::DecisionRecord;
use hyrouter_gateway::DecisionNote;
use hyrouter_metrics::Source;
use hyrouter_proxy::Event;

pub(crate) use self::admin::AdminRefusals;
pub(crate) use self::connections::ConnectionMetrics;
pub(crate) use self::decisions::DecisionMetrics;
pub(crate) use self::identity_keys::{KeyHealth, KeyMetrics};
pub(crate) use self::plugins::PluginMetrics;
pub(crate) use self::routes::RouteMetrics;
use crate::snapshot::Finished;

/// Everything that connections are counted by. It outlives configurations.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    pub(crate) connections: Arc<ConnectionMetrics>,
    pub(crate) decisions: Arc<DecisionMetrics>,
    pub(crate) routes: Arc<RouteMetrics>,
    pub(crate) plugins: Arc<PluginMetrics>,
    pub(crate) keys: Arc<KeyMetrics>,
    pub(crate) admin: Arc<AdminRefusals>,
}

impl Metrics {
    pub(crate) fn event(&self, event: &Event<'_, DecisionNote>) {
        match event {
            Event::HandshakeFailed { .. } => self.connections.handshakes_failed.inc(),
            Event::Panicked => self.connections.panics.inc(),
            _ => {}
        }
    }

    /// Counts a finished connection.
    pub(crate) fn finished(&self, record: &DecisionRecord<'_>, finished: &Finished<'_>) {
        self.decisions.count(record, &finished.result);
        let configured_host = finished
            .note()
            .and_then(|note| note.configured_host.as_deref());
        self.routes.count(record, configured_host);
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
