//! How an answer comes about.

use std::time::SystemTime;

use hyrouter_config::{MessageKind, UnknownProtocol};
use hyrouter_proxy::{Action, ConnectInfo};
use hyrouter_referral::Envelope;
use hyrouter_router::Explanation;
use tokio::time::timeout;

use super::Service;
use super::said::PluginSaid;
use crate::decision_note::NotedAnswer;
use crate::door::{TurnedAway, Visit};
use crate::player::{Player, ShownBy};
use crate::plugins::Asked;

/// How an answer comes about. What it refers with is not signed: whoever may ask could pass for anybody otherwise.
#[derive(Debug)]
pub(crate) struct Explained {
    /// None for a player who is turned away before that.
    pub(crate) routing: Option<Explanation>,
    /// None where they were not asked.
    pub(crate) plugins: Option<Vec<PluginSaid>>,
    /// How many plugins were left out.
    pub(crate) left_out: usize,
    pub(crate) answer: NotedAnswer,
}

impl Service {
    /// What the player of this `Connect` would be answered, and why. `assumed` is taken for what is known of the player,
    /// in place of what the packet and its token say. Round robin does not move; plugins are asked for real.
    pub(crate) async fn explain(
        &self,
        info: &ConnectInfo,
        assumed: Option<Player<'_>>,
        ask_plugins: bool,
    ) -> Explained {
        let now = SystemTime::now();
        let build = info.connect().build();
        if build.is_newer_than_known() && self.unknown_protocol == UnknownProtocol::Deny {
            let refused = self.refuse(MessageKind::RoutingError, info);
            return Explained::at_the_door(refused.with_reason("unknown_protocol"));
        }
        let received = match assumed {
            // Who is not verified does not get past this door, whatever is assumed.
            Some(player) if player.is_verified() || !self.door.requires_identity() => {
                self.door.look(info, player, now)
            }
            _ => self.door.receive(info, ShownBy::Operator, now),
        };
        match received {
            Ok(visit) => self.explain_visit(&visit, ask_plugins, now).await,
            Err(away) => Explained::at_the_door(self.turned_away(&away, info)),
        }
    }

    async fn explain_visit(
        &self,
        visit: &Visit<'_>,
        ask_plugins: bool,
        now: SystemTime,
    ) -> Explained {
        let request = visit.request();
        let (_, routing) = self
            .router
            .explain(&request, &self.turns, now, &mut rand::rng());
        let asked = Asked::explained(visit, &routing, self.log_client_ip);
        let (mut plugins, mut left_out) = (None, 0);
        let answer = match asked {
            Some(Asked { request, route, .. }) if ask_plugins && !self.chain.is_empty() => {
                let asking = timeout(self.decision_timeout, self.chain.run(request));
                if let Ok(outcome) = asking.await {
                    plugins = Some(self.said(visit, route.as_ref(), &outcome, now));
                    self.heed(visit, route.as_ref(), outcome)
                } else {
                    let refused = self.refuse(MessageKind::RoutingError, visit.info);
                    refused
                        .with_reason("budget_exceeded")
                        .with_route(route.as_ref())
                }
            }
            asked => {
                left_out = asked.map_or(0, |_| self.plugins_in_all);
                self.by_routing(visit, &routing)
            }
        };
        Explained {
            routing: Some(routing),
            plugins,
            left_out,
            answer: unsigned(answer.with_checks(visit.player.judgement(), visit.brought.code())),
        }
    }

    fn by_routing(&self, visit: &Visit<'_>, routing: &Explanation) -> NotedAnswer {
        let Some(taken) = &routing.route else {
            return self.no_route(visit.info);
        };
        match routing.picked() {
            _ if routing.is_barred() => self.closed(visit.info, &taken.name),
            Some(picked) => {
                let port = picked.backend.port;
                self.refer(visit, Some(&taken.name), &picked.host, port, None)
            }
            None => self.no_backends(visit.info).with_route(Some(&taken.name)),
        }
    }

    pub(super) fn turned_away(&self, away: &TurnedAway, info: &ConnectInfo) -> NotedAnswer {
        let refused = self.refuse(away.kind, info).with_reason(away.code);
        refused.with_checks(away.identity, away.ticket)
    }
}

impl Explained {
    fn at_the_door(answer: NotedAnswer) -> Self {
        Self {
            routing: None,
            plugins: None,
            left_out: 0,
            answer,
        }
    }
}

fn unsigned(mut answer: NotedAnswer) -> NotedAnswer {
    if let Action::Referral {
        data: Some(data), ..
    } = &mut answer.answer.action
    {
        blank_signature(data);
    }
    answer
}

/// Puts zeros in place of the signature, if there is one.
fn blank_signature(data: &mut [u8]) {
    let signature = match Envelope::parse(data) {
        Ok(envelope) => envelope.signature().len(),
        // Version 1, signed: its layout ends with an HMAC-SHA256.
        Err(_) if data.starts_with(b"HYRP\x01\x01") => 32,
        Err(_) => 0,
    };
    let begin = data.len().saturating_sub(signature);
    if let Some(signature) = data.get_mut(begin..) {
        signature.fill(0);
    }
}
