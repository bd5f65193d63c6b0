//! The decision: what a player's `Connect` is answered with.

mod answers;
mod explained;
mod said;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hyrouter_config::{DecisionTarget, MaintenanceTexts, MessageKind, Messages, UnknownProtocol};
use hyrouter_plugins::Chain;
use hyrouter_protocol::ClientBuild;
use hyrouter_protocol::builds::is_known;
use hyrouter_proxy::{Answer, ConnectInfo, Failure};
use hyrouter_router::{RouteDecision, Router, SpecError, Turns};

pub(crate) use self::{explained::Explained, said::PluginSaid};
use crate::build::Assembly;
use crate::decision_note::NotedAnswer;
use crate::door::{Door, Visit};
use crate::metrics::{Metrics, PluginMetrics};
use crate::observe::access_log::AccessLog;
use crate::observe::traces::Traces;
use crate::player::{Identities, ShownBy};
use crate::plugins::Asked;
use crate::reconfigure::Overrides;
use crate::referrals::Referrals;
use crate::refusals::{refuse, unreadable};
use crate::templates::template;
use crate::tickets::Tickets;

/// One loaded configuration, at work.
#[derive(Debug)]
pub(crate) struct Service {
    router: Router,
    turns: Turns,
    chain: Arc<Chain>,
    plugin_metrics: Arc<PluginMetrics>,
    door: Door,
    referrals: Referrals,
    messages: Messages,
    maintenance: BTreeMap<String, MaintenanceTexts>,
    unknown_protocol: UnknownProtocol,
    log_client_ip: bool,
    logs_decisions: bool,
    /// For explanations, which nobody else keeps the time of.
    decision_timeout: Duration,
    /// Those of the configuration: who explains may have left them out.
    plugins_in_all: usize,
    /// Whether answers carry what plugins said, for traces.
    keep_records: bool,
    log: Arc<AccessLog>,
}

/// What is known before the plugins are asked.
enum Routed {
    /// There is nothing to ask them.
    Answer(NotedAnswer),
    Ask(Box<Asked>),
}

impl Service {
    /// The configuration of `assembly` under what an operator overrides. Round robin goes on where it is in `previous`.
    pub(crate) fn new(
        assembly: &Assembly,
        overrides: &Overrides,
        previous: Option<&Self>,
        metrics: &Metrics,
        log: Arc<AccessLog>,
    ) -> Result<Self, SpecError> {
        let settings = &assembly.settings;
        let router = Router::new(settings.routing.overlaid(&overrides.overlay()))?;
        let turns = match previous {
            Some(previous) => previous.turns.carry(&previous.router, &router),
            None => Turns::new(&router),
        };
        let mut maintenance = settings.maintenance.clone();
        maintenance.extend(overrides.texts());
        Ok(Self {
            turns,
            router,
            chain: Arc::clone(&assembly.chain),
            plugin_metrics: Arc::clone(&metrics.plugins),
            door: Door::new(
                Identities::new(&settings.identity, assembly.keys.clone()),
                Tickets::new(&settings.referral),
            ),
            referrals: Referrals::new(&settings.referral),
            messages: settings.messages.clone(),
            maintenance,
            unknown_protocol: settings.unknown_protocol,
            log_client_ip: settings.logging.log_client_ip,
            logs_decisions: settings.logging.decisions != Some(DecisionTarget::Stdout),
            decision_timeout: settings.limits.decision_timeout,
            plugins_in_all: assembly.plugins_in_all,
            keep_records: Traces::wanted(settings.otlp.as_ref()),
            log,
        })
    }

    pub(crate) fn router(&self) -> &Router {
        &self.router
    }

    pub(crate) fn chain(&self) -> &Arc<Chain> {
        &self.chain
    }

    pub(crate) fn log_client_ip(&self) -> bool {
        self.log_client_ip
    }

    /// Whether decisions are lines of the log.
    pub(crate) fn logs_decisions(&self) -> bool {
        self.logs_decisions
    }

    /// Whether a client is turned away for its build.
    fn is_too_new(&self, build: ClientBuild) -> bool {
        if !build.is_newer_than_known() {
            return false;
        }
        self.log.unknown_protocol(build);
        self.unknown_protocol == UnknownProtocol::Deny
    }

    /// Routes a player. Plugins are asked about each whom no maintenance keeps out, also when there is no route or no
    /// backend is left: one of them may have a backend.
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
            RouteDecision::Backend(choice) => {
                let (backend, host) = (choice.backend(), choice.host());
                let route = Some(choice.route().name);
                self.refer(visit, route, &host, backend.port, None)
                    .with_configured_host(template(backend, &host))
            }
            RouteDecision::NoRoute => self.no_route(visit.info),
            RouteDecision::NoBackends { route, .. } => {
                self.no_backends(visit.info).with_route(Some(route.name))
            }
            RouteDecision::Maintenance { route, .. } => self.closed(visit.info, route.name),
        })
    }

    async fn ask(&self, visit: &Visit<'_>, asked: Asked) -> NotedAnswer {
        let outcome = self.chain.run(asked.request).await;
        for record in &outcome.records {
            self.plugin_metrics.count(record);
        }
        let answer = self.heed(visit, asked.route.as_ref(), outcome);
        asked.templates.mark(answer)
    }

    /// What the player of this `Connect` is answered.
    pub(crate) async fn answer(&self, info: ConnectInfo) -> NotedAnswer {
        if self.is_too_new(info.connect().build()) {
            return self
                .refuse(MessageKind::RoutingError, &info)
                .with_reason("unknown_protocol");
        }
        let now = SystemTime::now();
        let certificate = info.peer().client_cert.map(|shown| *shown.as_bytes());
        let visit = match self.door.receive(&info, ShownBy::Client(certificate), now) {
            Ok(visit) => visit,
            Err(away) => return self.turned_away(&away, &info),
        };
        let answer = match self.route(&visit, now) {
            Routed::Answer(answer) => answer,
            Routed::Ask(asked) => self.ask(&visit, *asked).await,
        };
        answer.with_checks(visit.player.judgement(), visit.brought.code())
    }

    /// What a player is answered where that could not be found out.
    pub(crate) fn failed(&self, failure: &Failure<'_>) -> Answer {
        match failure {
            Failure::BudgetExceeded { info } => {
                refuse(&self.messages, MessageKind::RoutingError, info)
            }
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
}
