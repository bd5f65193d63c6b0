//! The decision: what a player's `Connect` is answered with.

use std::sync::Arc;
use std::time::SystemTime;

use hyrouter_config::{MessageKind, Messages, Settings, UnknownProtocol};
use hyrouter_plugins::{Chain, Decision as Verdict, DenyCode};
use hyrouter_protocol::ClientBuild;
use hyrouter_protocol::builds::is_known;
use hyrouter_proxy::{Answer, ConnectInfo, Event, Failure, Handler};
use hyrouter_router::{Decision, Router, SpecError, Turns};

use crate::decision_log::DecisionLog;
use crate::door::{Door, Visit};
use crate::plugins::{self, Asked};
use crate::referrals::Referrals;
use crate::refusals::{refuse, unreadable};

/// One loaded configuration, at work.
#[derive(Debug)]
pub(crate) struct Service {
    router: Router,
    turns: Turns,
    chain: Chain,
    door: Door,
    referrals: Referrals,
    messages: Messages,
    unknown_protocol: UnknownProtocol,
    log_client_ip: bool,
    log: DecisionLog,
}

/// What is known before the plugins are asked.
enum Routed {
    /// There is nothing to ask them.
    Answer(Answer),
    Ask(Box<Asked>),
}

impl Service {
    pub(crate) fn new(settings: &Settings, chain: Chain, door: Door) -> Result<Self, SpecError> {
        let router = Router::new(settings.routing.clone())?;
        Ok(Self {
            turns: Turns::new(&router),
            router,
            chain,
            door,
            referrals: Referrals::new(settings.referral.as_ref()),
            messages: settings.messages.clone(),
            unknown_protocol: settings.unknown_protocol,
            log_client_ip: settings.logging.log_client_ip,
            log: DecisionLog::new(settings.logging.log_client_ip),
        })
    }

    /// Whether a client is turned away for its build.
    fn is_too_new(&self, build: ClientBuild) -> bool {
        if !build.is_newer_than_known() {
            return false;
        }
        self.log.unknown_protocol(build);
        self.unknown_protocol == UnknownProtocol::Deny
    }

    /// Routes a player. Whoever has a route is shown to the plugins, also when no backend is left: one of them may have
    /// another.
    fn route(&self, visit: &Visit<'_>, now: SystemTime) -> Routed {
        let request = visit.request();
        let decision = self
            .router
            .decide(&request, &self.turns, now, &mut rand::rng());
        if !self.chain.is_empty()
            && let Some(asked) = Asked::new(visit, &decision, self.log_client_ip)
        {
            return Routed::Ask(Box::new(asked));
        }
        Routed::Answer(match decision {
            Decision::Backend(choice) => {
                let backend = choice.backend();
                self.refer(
                    visit,
                    choice.route().name,
                    &backend.host,
                    backend.port,
                    None,
                )
            }
            Decision::NoRoute => self
                .refuse(MessageKind::NoRoute, visit.info)
                .because("no_route"),
            Decision::NoBackends { route, .. } => self
                .no_backends(visit.info)
                .by_route(Arc::clone(route.name)),
        })
    }

    async fn ask(&self, visit: &Visit<'_>, asked: Asked) -> Answer {
        let Asked { request, route } = asked;
        let outcome = self.chain.run(request).await;
        let remarks = plugins::remarks(&outcome);
        let answer = match outcome.decision {
            Verdict::Deny {
                code: DenyCode::PluginDenied,
                reason,
                ..
            } => Answer::disconnect(reason.map(plugins::readable)).because("plugin_denied"),
            Verdict::Deny { .. } => self
                .refuse(MessageKind::RoutingError, visit.info)
                .because("plugin_failed"),
            Verdict::Allow { backend: None, .. } => self.no_backends(visit.info),
            Verdict::Allow {
                backend: Some(backend),
                referral_data,
                ..
            } => {
                let payload = referral_data.as_deref();
                self.refer(visit, &route, &backend.host, backend.port, payload)
            }
        };
        answer.by_route(route).remarking(remarks)
    }

    fn refer(
        &self,
        visit: &Visit<'_>,
        route: &Arc<str>,
        host: &str,
        port: u16,
        payload: Option<&[u8]>,
    ) -> Answer {
        let bound = visit.bound(host, port, route);
        let answer = match self.referrals.seal(bound, payload, SystemTime::now()) {
            Ok(data) => Answer::referral(host, port, data),
            Err(_) => self
                .refuse(MessageKind::RoutingError, visit.info)
                .because("referral_failed"),
        };
        answer.by_route(Arc::clone(route))
    }

    fn no_backends(&self, info: &ConnectInfo) -> Answer {
        self.refuse(MessageKind::NoBackends, info)
            .because("no_backends")
    }

    fn refuse(&self, kind: MessageKind, info: &ConnectInfo) -> Answer {
        refuse(&self.messages, kind, info)
    }
}

impl Handler for Service {
    async fn answer(&self, info: ConnectInfo) -> Answer {
        if self.is_too_new(info.connect().build()) {
            return self
                .refuse(MessageKind::RoutingError, &info)
                .because("unknown_protocol");
        }
        let now = SystemTime::now();
        let visit = match self.door.receive(&info, now) {
            Ok(visit) => visit,
            Err(away) => {
                let refused = self.refuse(away.kind, &info).because(away.code);
                return refused.judging(away.identity, away.ticket);
            }
        };
        let answer = match self.route(&visit, now) {
            Routed::Answer(answer) => answer,
            Routed::Ask(asked) => self.ask(&visit, *asked).await,
        };
        answer.judging(visit.player.judgement(), visit.brought.code())
    }

    fn failed(&self, failure: &Failure<'_>) -> Answer {
        match failure {
            Failure::BudgetExceeded { info } => self.refuse(MessageKind::RoutingError, info),
            Failure::BadConnect {
                build: Some(build), ..
            } if !is_known(*build) => {
                self.log.unknown_protocol(ClientBuild::Number(*build));
                unreadable()
            }
            // What can not be decoded names no language.
            _ => unreadable(),
        }
    }

    fn observe(&self, event: &Event<'_>) {
        self.log.event(event);
    }
}
