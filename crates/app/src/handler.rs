//! The active configuration, which is replaced as a whole.

use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use hyrouter_gateway::{DecisionNote, ThreadRandom};
use hyrouter_protocol::{ClientBuild, builds::is_known};
use hyrouter_proxy::{Answer, ConnectInfo, Event, Failure, Handler};
use hyrouter_router::SpecError;

use crate::build::Assembly;
use crate::metrics::Metrics;
use crate::observe::access_log::{AccessLog, write_decision};
use crate::observe::record::record;
use crate::observe::sinks::DecisionSinks;
use crate::reconfigure::Overrides;
use crate::snapshot::Snapshot;

/// Answers by the active configuration. Connections in progress during a change finish with the old one.
#[derive(Debug, Clone)]
pub(crate) struct SwappableHandler {
    current: Arc<ArcSwap<Snapshot>>,
    log: Arc<AccessLog>,
    metrics: Metrics,
    sinks: Arc<DecisionSinks>,
}

impl SwappableHandler {
    pub(crate) fn new(
        snapshot: Snapshot,
        log: Arc<AccessLog>,
        metrics: Metrics,
        sinks: Arc<DecisionSinks>,
    ) -> Self {
        let handler = Self {
            current: Arc::new(ArcSwap::from_pointee(snapshot)),
            log,
            metrics,
            sinks,
        };
        handler.follow();
        handler
    }

    /// Compiles a configuration that can replace the active one.
    pub(crate) fn snapshot(
        &self,
        assembly: &Assembly,
        overrides: &Overrides,
    ) -> Result<Snapshot, SpecError> {
        let current = self.current.load();
        Snapshot::new(assembly, overrides, Some(&current))
    }

    /// Replaces the active configuration.
    pub(crate) fn replace(&self, snapshot: Snapshot) {
        self.current.store(Arc::new(snapshot));
        self.follow();
    }

    pub(crate) fn current(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    pub(crate) fn sinks(&self) -> &Arc<DecisionSinks> {
        &self.sinks
    }

    fn follow(&self) {
        let snapshot = self.current.load();
        self.metrics.routes.follow(snapshot.gateway.router());
        self.metrics.plugins.follow(snapshot.gateway.plugins());
    }
}

impl Handler for SwappableHandler {
    type Note = DecisionNote;

    async fn answer(&self, info: ConnectInfo) -> (Answer, DecisionNote) {
        let snapshot = self.current.load_full();
        let build = info.connect().build();
        if build.is_newer_than_known() {
            self.log.unknown_protocol(build);
        }
        let now = SystemTime::now();
        let decision = snapshot.gateway.decide(&info, now, &mut ThreadRandom).await;
        if let Some(allocation) = &decision.note.allocation {
            self.metrics.allocations.count(allocation);
        }
        for record in &decision.note.plugins {
            self.metrics.plugins.count(record);
        }
        (decision.answer, decision.note)
    }

    fn failed(&self, failure: &Failure<'_>) -> (Answer, DecisionNote) {
        if let Failure::BadConnect {
            build: Some(build), ..
        } = failure
            && !is_known(*build)
        {
            self.log.unknown_protocol(ClientBuild::Number(*build));
        }
        let decision = self.current.load().gateway.failed(failure);
        (decision.answer, decision.note)
    }

    fn observe(&self, event: &Event<'_, DecisionNote>) {
        let snapshot = self.current.load();
        let Event::Finished(finished) = event else {
            self.metrics.event(event);
            self.log.event(event, snapshot.log_client_ip);
            return;
        };
        let (remote, note) = (finished.peer.remote, finished.note());
        let remarks = note.and_then(DecisionNote::plugin_remarks);
        let record = record(finished, remarks.as_deref(), SystemTime::now());
        self.metrics.finished(&record, finished);
        // No log line if a decision sink writes to standard output already.
        if snapshot.logs_decisions {
            write_decision(&record, snapshot.log_client_ip.then_some(remote));
        }
        let calls = note.map_or(&[][..], |note| &note.plugins);
        self.sinks.finished(&record, calls, remote.ip());
    }
}
