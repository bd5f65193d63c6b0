//! The configuration at work, which is replaced as a whole while players come and go.

use std::sync::Arc;

use arc_swap::ArcSwap;
use hyrouter_proxy::{Answer, ConnectInfo, Event, Failure, Handler};
use hyrouter_router::SpecError;

use crate::build::Assembly;
use crate::decision_note::{DecisionNote, NotedAnswer};
use crate::metrics::Metrics;
use crate::observe::access_log::AccessLog;
use crate::observe::sinks::DecisionSinks;
use crate::reconfigure::Overrides;
use crate::service::Service;

/// Answers by the configuration of the moment. Whoever is being answered when it changes is answered by the old one.
#[derive(Debug, Clone)]
pub(crate) struct SwappableHandler {
    current: Arc<ArcSwap<Service>>,
    log: Arc<AccessLog>,
    metrics: Metrics,
    sinks: Arc<DecisionSinks>,
}

impl SwappableHandler {
    pub(crate) fn new(
        service: Service,
        log: Arc<AccessLog>,
        metrics: Metrics,
        sinks: Arc<DecisionSinks>,
    ) -> Self {
        let live = Self {
            current: Arc::new(ArcSwap::from_pointee(service)),
            log,
            metrics,
            sinks,
        };
        live.follow();
        live
    }

    /// A configuration that can take the place of the one at work.
    pub(crate) fn service(
        &self,
        assembly: &Assembly,
        overrides: &Overrides,
    ) -> Result<Service, SpecError> {
        let current = self.current.load();
        let log = Arc::clone(&self.log);
        Service::new(assembly, overrides, Some(&current), &self.metrics, log)
    }

    /// Answers by this from now on.
    pub(crate) fn replace(&self, service: Service) {
        self.current.store(Arc::new(service));
        self.follow();
    }

    pub(crate) fn current(&self) -> Arc<Service> {
        self.current.load_full()
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    fn follow(&self) {
        let service = self.current.load();
        self.metrics.routes.follow(service.router());
        self.metrics.plugins.follow(service.chain());
    }
}

impl Handler for SwappableHandler {
    type Note = DecisionNote;

    async fn answer(&self, info: ConnectInfo) -> (Answer, DecisionNote) {
        let service = self.current.load_full();
        let NotedAnswer { answer, note } = service.answer(info).await;
        (answer, note)
    }

    fn failed(&self, failure: &Failure<'_>) -> (Answer, DecisionNote) {
        let answer = self.current.load().failed(failure);
        (answer, DecisionNote::default())
    }

    fn observe(&self, event: &Event<'_, DecisionNote>) {
        self.metrics.event(event);
        let service = self.current.load();
        // A decision that goes to standard output as a line of its own is not written there twice.
        if !matches!(event, Event::Finished(_)) || service.logs_decisions() {
            self.log.event(event, service.log_client_ip());
        }
        if let Event::Finished(finished) = event {
            self.sinks.finished(finished);
        }
    }
}
