//! The answers that players get.

use std::sync::Arc;
use std::time::SystemTime;

use hyrouter_config::MessageKind;
use hyrouter_plugins::{Decision, DenyCode, Outcome};
use hyrouter_proxy::{Answer, Attached, ConnectInfo};

use super::Service;
use crate::door::Visit;
use crate::plugins::{self, Payload};
use crate::refusals::refuse;

impl Service {
    /// What plugins said, as an answer.
    pub(super) fn heed(
        &self,
        visit: &Visit<'_>,
        route: Option<&Arc<str>>,
        outcome: Outcome,
    ) -> Answer {
        let remarks = plugins::remarks(&outcome);
        let answer = match outcome.decision {
            Decision::Deny {
                code: DenyCode::PluginDenied,
                reason,
                ..
            } => Answer::disconnect(reason.map(plugins::readable)).because("plugin_denied"),
            Decision::Deny { .. } => self
                .refuse(MessageKind::RoutingError, visit.info)
                .because("plugin_failed"),
            Decision::Allow { backend: None, .. } if route.is_none() => self.no_route(visit.info),
            Decision::Allow { backend: None, .. } => self.no_backends(visit.info),
            Decision::Allow {
                backend: Some(backend),
                referral_data,
                ..
            } => {
                let payload = referral_data
                    .as_deref()
                    .map(|bytes| Payload::new(bytes, &outcome.records));
                self.refer(visit, route, &backend.host, backend.port, payload)
            }
        };
        let spans = self.keep_records.then(|| Attached::new(outcome.records));
        on_route(answer, route).remarking(remarks).attaching(spans)
    }

    pub(super) fn refer(
        &self,
        visit: &Visit<'_>,
        route: Option<&Arc<str>>,
        host: &str,
        port: u16,
        payload: Option<Payload<'_>>,
    ) -> Answer {
        let bound = visit.bound(host, port, route.map_or("", |route| route));
        let answer = match self.referrals.seal(bound, payload, SystemTime::now()) {
            Ok(data) => Answer::referral(host, port, data),
            Err(_) => self
                .refuse(MessageKind::RoutingError, visit.info)
                .because("referral_failed"),
        };
        on_route(answer, route)
    }

    /// For a player whose route is under maintenance: its text, or that for no backends, which says the same in general.
    pub(super) fn closed(&self, info: &ConnectInfo, route: &Arc<str>) -> Answer {
        let texts = self.maintenance.get(&**route);
        let text = texts.and_then(|texts| texts.text(info.connect().language));
        let answer = match text {
            Some(text) => Answer::disconnect(Some(text.to_owned())),
            None => self.refuse(MessageKind::NoBackends, info),
        };
        answer.because("maintenance").by_route(Arc::clone(route))
    }

    pub(super) fn no_route(&self, info: &ConnectInfo) -> Answer {
        self.refuse(MessageKind::NoRoute, info).because("no_route")
    }

    pub(super) fn no_backends(&self, info: &ConnectInfo) -> Answer {
        self.refuse(MessageKind::NoBackends, info)
            .because("no_backends")
    }

    pub(super) fn refuse(&self, kind: MessageKind, info: &ConnectInfo) -> Answer {
        refuse(&self.messages, kind, info)
    }
}

pub(super) fn on_route(answer: Answer, route: Option<&Arc<str>>) -> Answer {
    match route {
        Some(route) => answer.by_route(Arc::clone(route)),
        None => answer,
    }
}
