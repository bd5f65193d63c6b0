//! The decision: what a player's `Connect` is answered with.

use std::time::SystemTime;

use hyrouter_config::{MessageKind, Messages, Settings, UnknownProtocol};
use hyrouter_protocol::builds::is_known;
use hyrouter_protocol::{ClientBuild, MAX_REFERRAL_DATA};
use hyrouter_proxy::{Answer, ConnectInfo, Event, Failure, Handler};
use hyrouter_referral::Sealer;
use hyrouter_router::{Choice, Decision, Request, Router, SpecError, Turns};

use hyrouter_plugins::{Chain, Decision as Verdict, DenyCode};

use crate::decision_log::DecisionLog;
use crate::plugins::{self, Asked};

/// One loaded configuration, at work.
#[derive(Debug)]
pub(crate) struct Service {
    router: Router,
    turns: Turns,
    chain: Chain,
    sealer: Option<Sealer>,
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
    pub(crate) fn new(settings: &Settings, chain: Chain) -> Result<Self, SpecError> {
        let router = Router::new(settings.routing.clone())?;
        Ok(Self {
            turns: Turns::new(&router),
            router,
            chain,
            sealer: settings.referral.clone(),
            messages: settings.messages.clone(),
            unknown_protocol: settings.unknown_protocol,
            log_client_ip: settings.logging.log_client_ip,
            log: DecisionLog::new(settings.logging.log_client_ip),
        })
    }

    /// Routes a player. Whoever has a route is shown to the plugins, also when no backend is left: one of them may have
    /// another.
    fn route(&self, info: &ConnectInfo) -> Routed {
        let connect = info.connect();
        let build = connect.build();
        if build.is_newer_than_known() {
            self.log.unknown_protocol(build);
            if self.unknown_protocol == UnknownProtocol::Deny {
                let refused = self.refuse(MessageKind::RoutingError, info);
                return Routed::Answer(refused.because("unknown_protocol"));
            }
        }
        let request = Request {
            host: info.host(),
            uuid: connect.uuid,
            username: connect.username,
        };
        let decision =
            self.router
                .decide(&request, &self.turns, SystemTime::now(), &mut rand::rng());
        if !self.chain.is_empty() {
            let asked = Asked::new(info, &decision, self.log_client_ip);
            if let Some(asked) = asked {
                return Routed::Ask(Box::new(asked));
            }
        }
        Routed::Answer(match decision {
            Decision::Backend(choice) => self.refer_to(&choice),
            Decision::NoRoute => self.refuse(MessageKind::NoRoute, info).because("no_route"),
            Decision::NoBackends { route, .. } => {
                self.no_backends(info).by_route(route.name.clone())
            }
        })
    }

    async fn ask(&self, info: &ConnectInfo, asked: Asked) -> Answer {
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
                .refuse(MessageKind::RoutingError, info)
                .because("plugin_failed"),
            Verdict::Allow { backend: None, .. } => self.no_backends(info),
            Verdict::Allow {
                backend: Some(backend),
                referral_data,
                ..
            } => self.refer(backend.host, backend.port, referral_data.as_deref()),
        };
        answer.by_route(route).remarking(remarks)
    }

    fn refer_to(&self, choice: &Choice<'_>) -> Answer {
        let backend = choice.backend();
        self.refer(backend.host.clone(), backend.port, None)
            .by_route(choice.route().name.clone())
    }

    /// Without a payload the envelope still proves to the backend that its player came through here.
    fn refer(&self, host: String, port: u16, payload: Option<&[u8]>) -> Answer {
        let data = match &self.sealer {
            Some(sealer) => Some(seal(sealer, payload.unwrap_or_default())),
            None => payload.map(plain),
        };
        Answer::referral(host, port, data)
    }

    fn no_backends(&self, info: &ConnectInfo) -> Answer {
        self.refuse(MessageKind::NoBackends, info)
            .because("no_backends")
    }

    fn refuse(&self, kind: MessageKind, info: &ConnectInfo) -> Answer {
        let text = self
            .messages
            .text(kind, info.connect().language, info.host(), "");
        Answer::disconnect(Some(text.into_owned()))
    }
}

fn seal(sealer: &Sealer, content: &[u8]) -> Vec<u8> {
    let mut envelope = Vec::new();
    if sealer.seal(content, &mut envelope).truncated {
        warn_of_truncation(content.len(), sealer.max_content());
    }
    envelope
}

fn plain(payload: &[u8]) -> Vec<u8> {
    if payload.len() > MAX_REFERRAL_DATA {
        warn_of_truncation(payload.len(), MAX_REFERRAL_DATA);
        return Vec::new();
    }
    payload.to_vec()
}

fn warn_of_truncation(bytes: usize, limit: usize) {
    tracing::warn!(
        reason = "referral_truncated",
        bytes,
        limit,
        "referral data does not fit; the backend gets none"
    );
}

fn unreadable() -> Answer {
    let text = "This server can not read what your game sent. \
        Please update your game, or tell the server's team.";
    Answer::disconnect(Some(text.to_owned()))
}

impl Handler for Service {
    async fn answer(&self, info: ConnectInfo) -> Answer {
        match self.route(&info) {
            Routed::Answer(answer) => answer,
            Routed::Ask(asked) => self.ask(&info, *asked).await,
        }
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
