//! The answers that players get.

use std::sync::Arc;
use std::time::SystemTime;

use hyrouter_config::MessageKind;
use hyrouter_plugins::{Decision, DenyCode, Outcome};
use hyrouter_proxy::{Answer, ConnectInfo};

use super::Service;
use crate::decision_note::NotedAnswer;
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
    ) -> NotedAnswer {
        let remarks = plugins::remarks(&outcome);
        let mut answer = match outcome.decision {
            Decision::Deny {
                code: DenyCode::PluginDenied,
                reason,
                ..
            } => Answer::disconnect(reason.map(plugins::readable))
                .with_reason("plugin_denied")
                .into(),
            Decision::Deny { .. } => self
                .refuse(MessageKind::RoutingError, visit.info)
                .with_reason("plugin_failed"),
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
        answer.note.remarks = remarks;
        if self.keep_records {
            answer.note.records = outcome.records;
        }
        answer.with_route(route)
    }

    pub(super) fn refer(
        &self,
        visit: &Visit<'_>,
        route: Option<&Arc<str>>,
        host: &str,
        port: u16,
        payload: Option<Payload<'_>>,
    ) -> NotedAnswer {
        let bound = visit.bound(host, port, route.map_or("", |route| route));
        let answer = match self.referrals.seal(bound, payload, SystemTime::now()) {
            Ok(data) => Answer::referral(host, port, data).into(),
            Err(_) => self
                .refuse(MessageKind::RoutingError, visit.info)
                .with_reason("referral_failed"),
        };
        answer.with_route(route)
    }

    /// For a player whose route is under maintenance: its text, or that for no backends, which says the same in general.
    pub(super) fn closed(&self, info: &ConnectInfo, route: &Arc<str>) -> NotedAnswer {
        let texts = self.maintenance.get(&**route);
        let text = texts.and_then(|texts| texts.text(info.connect().language));
        let answer = match text {
            Some(text) => Answer::disconnect(Some(text.to_owned())).into(),
            None => self.refuse(MessageKind::NoBackends, info),
        };
        answer.with_reason("maintenance").with_route(Some(route))
    }

    pub(super) fn no_route(&self, info: &ConnectInfo) -> NotedAnswer {
        self.refuse(MessageKind::NoRoute, info)
            .with_reason("no_route")
    }

    pub(super) fn no_backends(&self, info: &ConnectInfo) -> NotedAnswer {
        self.refuse(MessageKind::NoBackends, info)
            .with_reason("no_backends")
    }

    pub(super) fn refuse(&self, kind: MessageKind, info: &ConnectInfo) -> NotedAnswer {
        refuse(&self.messages, kind, info).into()
    }
}
