//! The decision: what a player's `Connect` is answered with.

use std::time::SystemTime;

use hyrouter_config::{MessageKind, Messages, Settings, UnknownProtocol};
use hyrouter_protocol::ClientBuild;
use hyrouter_protocol::builds::is_known;
use hyrouter_proxy::{Answer, ConnectInfo, Event, Failure, Handler};
use hyrouter_referral::Sealer;
use hyrouter_router::{Choice, Decision, Request, Router, SpecError, Turns};

use crate::decision_log::DecisionLog;

/// One loaded configuration, at work.
#[derive(Debug)]
pub(crate) struct Service {
    router: Router,
    turns: Turns,
    sealer: Option<Sealer>,
    messages: Messages,
    unknown_protocol: UnknownProtocol,
    log: DecisionLog,
}

impl Service {
    pub(crate) fn new(settings: &Settings) -> Result<Self, SpecError> {
        let router = Router::new(settings.routing.clone())?;
        Ok(Self {
            turns: Turns::new(&router),
            router,
            sealer: settings.referral.clone(),
            messages: settings.messages.clone(),
            unknown_protocol: settings.unknown_protocol,
            log: DecisionLog::new(settings.logging.log_client_ip),
        })
    }

    fn decide(&self, info: &ConnectInfo) -> Answer {
        let connect = info.connect();
        let build = connect.build();
        if build.is_newer_than_known() {
            self.log.unknown_protocol(build);
            if self.unknown_protocol == UnknownProtocol::Deny {
                return self
                    .refuse(MessageKind::RoutingError, info)
                    .because("unknown_protocol");
            }
        }
        let request = Request {
            host: info.host(),
            uuid: connect.uuid,
            username: connect.username,
        };
        match self
            .router
            .decide(&request, &self.turns, SystemTime::now(), &mut rand::rng())
        {
            Decision::Backend(choice) => self.refer(&choice),
            Decision::NoRoute => self.refuse(MessageKind::NoRoute, info).because("no_route"),
            Decision::NoBackends { route } => self
                .refuse(MessageKind::NoBackends, info)
                .because("no_backends")
                .by_route(route.name.clone()),
        }
    }

    fn refer(&self, choice: &Choice<'_>) -> Answer {
        let backend = choice.backend();
        // Without plugins there is no payload; the envelope still proves to the backend that its
        // player came through here.
        let data = self.sealer.as_ref().map(|sealer| seal(sealer, b""));
        Answer::referral(backend.host.as_str(), backend.port, data)
            .by_route(choice.route().name.clone())
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
        tracing::warn!(
            reason = "referral_truncated",
            bytes = content.len(),
            limit = sealer.max_content(),
            "referral data does not fit the envelope; the backend gets an empty one"
        );
    }
    envelope
}

fn unreadable() -> Answer {
    let text = "This server can not read what your game sent. \
        Please update your game, or tell the server's team.";
    Answer::disconnect(Some(text.to_owned()))
}

impl Handler for Service {
    async fn answer(&self, info: ConnectInfo) -> Answer {
        self.decide(&info)
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
