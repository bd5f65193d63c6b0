//! Metrics: each module counts and registers its own.
//!
//! Values that connections change are counters and histograms, resolved once. A [`Collector`] reads the others at the
//! scrape.
//!
//! [`Collector`]: prometheus_client::collector::Collector

mod admin;
mod allocations;
mod codes;
mod connections;
mod decisions;
mod discovery;
pub(crate) mod encode;
mod histogram;
mod identity_keys;
#[cfg(all(test, feature = "grpc"))]
mod page;
mod plugins;
mod process;
pub(crate) mod registry;
mod routes;

use std::sync::Arc;

use hyrouter_decision_log::DecisionRecord;
use hyrouter_gateway::DecisionNote;
use hyrouter_proxy::Event;
use prometheus_client::registry::Registry;

pub(crate) use self::admin::AdminRefusals;
pub(crate) use self::allocations::AllocationMetrics;
pub(crate) use self::codes::{Code, CodeCounters};
pub(crate) use self::connections::ConnectionMetrics;
pub(crate) use self::decisions::DecisionMetrics;
pub(crate) use self::identity_keys::{KeyHealth, KeyMetrics};
pub(crate) use self::plugins::PluginMetrics;
pub(crate) use self::process::Process;
pub(crate) use self::routes::RouteMetrics;
use crate::snapshot::Finished;

/// Metrics of connections. They outlive configurations.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    pub(crate) connections: Arc<ConnectionMetrics>,
    pub(crate) decisions: Arc<DecisionMetrics>,
    pub(crate) routes: Arc<RouteMetrics>,
    pub(crate) allocations: Arc<AllocationMetrics>,
    pub(crate) plugins: Arc<PluginMetrics>,
    pub(crate) keys: Arc<KeyMetrics>,
    pub(crate) admin: AdminRefusals,
}

impl Metrics {
    pub(crate) fn event(&self, event: &Event<'_, DecisionNote>) {
        let counter = match event {
            Event::HandshakeFailed { .. } => &self.connections.handshakes_failed,
            Event::Panicked => &self.connections.panics,
            _ => return,
        };
        counter.inc();
    }

    /// Counts a finished connection.
    pub(crate) fn finished(&self, record: &DecisionRecord<'_>, finished: &Finished<'_>) {
        self.decisions.count(record, &finished.result);
        let configured_host = finished
            .note()
            .and_then(|note| note.configured_host.as_deref());
        self.routes.count(record, configured_host);
    }

    fn register(&self, registry: &mut Registry) {
        self.decisions.register(registry);
        self.connections.register(registry);
        self.admin.register(registry);
        registry.register_collector(Box::new(Arc::clone(&self.routes)));
        registry.register_collector(Box::new(Arc::clone(&self.allocations)));
        registry.register_collector(Box::new(Arc::clone(&self.plugins)));
        registry.register_collector(Box::new(Arc::clone(&self.keys)));
    }
}
