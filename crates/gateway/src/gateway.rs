//! The decision about one player.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use hyrouter_messages::{MaintenanceTexts, MessageKind, Messages};
use hyrouter_plugin_api::Backend;
use hyrouter_plugins::{Chain, ChainOutcome, DenyCode, Record, Verdict};
use hyrouter_proxy::{Answer, ConnectInfo, Failure};
use hyrouter_router::{Choice, RouteDecision, Router, Turns};
use rand::CryptoRng;

use crate::admission::{Admission, Arrival};
use crate::allocation::{AllocationNote, Allocations};
use crate::builder::GatewayBuilder;
use crate::decision::Decision;
use crate::explain::Recorder;
use crate::player::{Player, Presenter};
use crate::plugin_request::plugin_request;
use crate::reason::Reason;
use crate::referral::{Payload, ReferralSealer, SealFailed};

/// Maximum length of a plugin's text for a player, in bytes. The game's window shows less.
const MAX_PLUGIN_TEXT: usize = 4096;

/// One immutable configuration of decisions: admission, routes, plugins, sealing and texts.
///
/// A gateway knows no configuration files and no metrics, opens no sockets and reads no clock. Share it by [`Arc`] and
/// replace it as a whole.
#[derive(Debug)]
pub struct Gateway {
    pub(crate) router: Router,
    pub(crate) turns: Arc<Turns>,
    pub(crate) parts: Arc<GatewayParts>,
}

/// Everything of a gateway but its routes.
#[derive(Debug)]
pub(crate) struct GatewayParts {
    pub(crate) chain: Arc<Chain>,
    pub(crate) admission: Admission,
    pub(crate) sealer: ReferralSealer,
    pub(crate) messages: Messages,
    pub(crate) maintenance: BTreeMap<String, MaintenanceTexts>,
    pub(crate) refuses_unknown_builds: bool,
    pub(crate) shares_addresses: bool,
    pub(crate) allocations: Allocations,
}

/// Arguments of a decision that come from outside, once per player.
pub(crate) struct Moment<'a, R> {
    pub(crate) now: SystemTime,
    pub(crate) rng: &'a mut R,
}

impl Gateway {
    /// Returns a builder for a gateway that routes with `router`, without plugins, tickets, envelopes or identity
    /// checks.
    pub fn builder(router: Router) -> GatewayBuilder {
        GatewayBuilder::new(router)
    }

    /// Returns a gateway with this router and everything else of this gateway, its round-robin turns included. `router`
    /// comes from [`Router::with_backends`] of this gateway's router.
    #[must_use]
    pub fn with_router(&self, router: Router) -> Self {
        Self {
            router,
            turns: Arc::clone(&self.turns),
            parts: Arc::clone(&self.parts),
        }
    }

    /// Decides the answer to this `Connect`.
    ///
    /// `now` is the time of the whole decision: of tokens, tickets, maintenance and the referral. `rng` picks backends
    /// and makes nonces; [`ThreadRandom`](crate::ThreadRandom) uses the process's generator. The future is safe to drop
    /// at any time. It waits for plugins and allocations only, at most for the sum of the plugins' timeouts and the time
    /// for an allocation.
    ///
    /// # Panics
    ///
    /// With plugins or allocations, outside of a tokio runtime with a timer.
    pub async fn decide<R>(&self, info: &ConnectInfo, now: SystemTime, rng: &mut R) -> Decision
    where
        R: CryptoRng + Send,
    {
        let certificate = info.peer().client_cert.map(|shown| *shown.as_bytes());
        let presenter = Presenter::Client(certificate);
        let moment = Moment { now, rng };
        self.decide_with(info, presenter, None, moment, None).await
    }

    /// The algorithm of both [`decide`](Self::decide) and [`explain`](Self::explain). Only the latter has a recorder.
    pub(crate) async fn decide_with<R>(
        &self,
        info: &ConnectInfo,
        presenter: Presenter,
        assumed: Option<Player<'_>>,
        mut moment: Moment<'_, R>,
        mut recorder: Option<&mut Recorder>,
    ) -> Decision
    where
        R: CryptoRng + Send,
    {
        if self.parts.refuses_unknown_builds && info.connect().build().is_newer_than_known() {
            return self.refuse(Reason::UnknownProtocol, info);
        }
        let admitted = self
            .parts
            .admission
            .admit(info, presenter, assumed, moment.now);
        let arrival = match admitted {
            Ok(arrival) => arrival,
            Err(rejection) => {
                let refused = self.refuse(rejection.reason, info);
                return refused.with_checks(rejection.identity, rejection.ticket);
            }
        };
        let request = arrival.route_request();
        let routed = match recorder.as_deref_mut() {
            Some(recorder) => recorder.route(self, &request, &mut moment),
            None => self
                .router
                .decide(&request, &self.turns, moment.now, moment.rng),
        };
        // A plugin must not open a route under maintenance. It is called for all other players, even without a route or
        // backend, since it may name a backend.
        let is_open = !matches!(routed, RouteDecision::Maintenance { .. });
        let due = self.parts.allocations.due(&routed);
        let asks_plugins = is_open
            && match recorder.as_deref_mut() {
                Some(recorder) => recorder.asks(&self.parts.chain),
                None => !self.parts.chain.is_empty(),
            };
        let decision = if let Some(allocation) = due.filter(|_| recorder.is_none()) {
            Box::pin(self.allocate(&arrival, &routed, allocation, moment)).await
        } else if asks_plugins {
            // Boxed, so that the future of a router without plugins stays small: it lives in each connection's task.
            Box::pin(self.ask_plugins(&arrival, &routed, moment, recorder)).await
        } else {
            self.apply_route(&arrival, &routed, &mut moment)
        };
        decision
            .with_route(routed.route())
            .with_checks(arrival.player.result(), arrival.ticket.result())
    }

    fn apply_route(
        &self,
        arrival: &Arrival<'_>,
        routed: &RouteDecision<'_>,
        moment: &mut Moment<'_, impl CryptoRng>,
    ) -> Decision {
        match routed {
            RouteDecision::Backend(choice) => {
                let (backend, host) = (choice.backend(), choice.host());
                let route = Some(choice.route().name);
                let mut decision = self.refer(arrival, route, &host, backend.port, None, moment);
                decision.note.configured_host = template(&backend.host, &host);
                decision
            }
            RouteDecision::NoRoute => self.refuse(Reason::NoRoute, arrival.info),
            RouteDecision::Maintenance { route, .. } => self.close(arrival.info, route.name),
            RouteDecision::DiscoveryUnavailable { .. } => {
                self.refuse(Reason::DiscoveryUnavailable, arrival.info)
            }
            // `RouteDecision` is non-exhaustive. A new decision refuses the player until it has a reason of its own.
            _ => self.refuse(Reason::NoBackends, arrival.info),
        }
    }

    async fn ask_plugins<R>(
        &self,
        arrival: &Arrival<'_>,
        routed: &RouteDecision<'_>,
        mut moment: Moment<'_, R>,
        mut recorder: Option<&mut Recorder>,
    ) -> Decision
    where
        R: CryptoRng + Send,
    {
        let request = plugin_request(arrival, routed, self.parts.shares_addresses);
        let outcome = match recorder.as_deref_mut() {
            Some(recorder) => recorder.run(&self.parts.chain, request).await,
            None => Some(self.parts.chain.run(request).await),
        };
        let Some(outcome) = outcome else {
            return self.refuse(Reason::BudgetExceeded, arrival.info);
        };
        if let Some(recorder) = recorder {
            recorder.plugins(self, arrival, routed, &outcome, moment.now);
        }
        self.apply_plugins(arrival, routed, outcome, None, &mut moment)
    }

    /// Returns the decision after the plugins. `allocation` is that for the player, if one was made.
    pub(crate) fn apply_plugins(
        &self,
        arrival: &Arrival<'_>,
        routed: &RouteDecision<'_>,
        outcome: ChainOutcome,
        allocation: Option<AllocationNote>,
        moment: &mut Moment<'_, impl CryptoRng>,
    ) -> Decision {
        use hyrouter_plugins::ChainDecision;

        let route = routed.route().map(|route| route.name);
        let mut decision = match outcome.decision {
            ChainDecision::Deny {
                code: DenyCode::PluginDenied,
                reason,
                ..
            } => Decision::new(
                Answer::disconnect(reason.map(shortened)),
                Reason::PluginDenied,
            ),
            ChainDecision::Deny { .. } => self.refuse(Reason::PluginFailed, arrival.info),
            ChainDecision::Allow { backend: None, .. } if route.is_none() => {
                self.refuse(Reason::NoRoute, arrival.info)
            }
            ChainDecision::Allow { backend: None, .. } => {
                let reason = match routed {
                    _ if allocation.is_some() => Reason::AllocationFailed,
                    RouteDecision::DiscoveryUnavailable { .. } => Reason::DiscoveryUnavailable,
                    _ => Reason::NoBackends,
                };
                self.refuse(reason, arrival.info)
            }
            ChainDecision::Allow {
                backend: Some(Backend { host, port, .. }),
                referral_data,
                ..
            } => {
                let payload = referral_data.as_deref();
                let payload = payload.map(|bytes| Payload {
                    bytes,
                    plugin: payload_plugin(&outcome.records),
                });
                let mut decision = self.refer(arrival, route, &host, port, payload, moment);
                if decision.note.reason == Reason::Referred
                    && let RouteDecision::Backend(choice) = routed
                {
                    decision.note.configured_host = configured_host(choice, &host, port);
                }
                decision
            }
        };
        decision.note.plugins = outcome.records;
        decision.note.allocation = allocation;
        decision
    }

    fn refer(
        &self,
        arrival: &Arrival<'_>,
        route: Option<&Arc<str>>,
        host: &str,
        port: u16,
        payload: Option<Payload<'_>>,
        moment: &mut Moment<'_, impl CryptoRng>,
    ) -> Decision {
        let claims = arrival.referral_claims(host, port, route.map_or("", |route| route));
        match self
            .parts
            .sealer
            .seal(claims, payload, moment.now, moment.rng)
        {
            Ok(data) => Decision::new(Answer::referral(host, port, data), Reason::Referred),
            Err(SealFailed) => self.refuse(Reason::ReferralFailed, arrival.info),
        }
    }

    /// Refuses a player whose route is under maintenance, with the route's text, else the text of an empty pool.
    fn close(&self, info: &ConnectInfo, route: &Arc<str>) -> Decision {
        let texts = self.parts.maintenance.get(&**route);
        let text = texts.and_then(|texts| texts.text(info.connect().language));
        match text {
            Some(text) => Decision::new(
                Answer::disconnect(Some(text.to_owned())),
                Reason::Maintenance,
            ),
            None => self.refuse(Reason::Maintenance, info),
        }
    }

    /// Refuses a player with the text for this reason in the player's language.
    fn refuse(&self, reason: Reason, info: &ConnectInfo) -> Decision {
        let kind = reason.message();
        // The value of `${error}` in the text.
        let error = match kind {
            _ if reason == Reason::AllocationFailed => "allocation failed",
            MessageKind::NoBackends => "no backends",
            MessageKind::DiscoveryError => "discovery unavailable",
            _ => "",
        };
        let language = info.connect().language;
        let text = self.parts.messages.text(kind, language, info.host(), error);
        Decision::new(Answer::disconnect(Some(text.into_owned())), reason)
    }

    /// Returns the decision for a connection whose [`decide`](Self::decide) could not be called or did not finish.
    pub fn failed(&self, failure: &Failure<'_>) -> Decision {
        if let Failure::BudgetExceeded { info } = failure {
            return self.refuse(Reason::BudgetExceeded, info);
        }
        // A packet that cannot be decoded names no language.
        let text = "This server cannot read what your game sent. \
            Please update your game, or tell the server's team.";
        Decision::new(
            Answer::disconnect(Some(text.to_owned())),
            Reason::BadConnect,
        )
    }

    /// Returns the routes and pools.
    pub fn router(&self) -> &Router {
        &self.router
    }

    /// Returns the plugins.
    pub fn plugins(&self) -> &Arc<Chain> {
        &self.parts.chain
    }
}

/// Returns the name of the plugin that set the payload last.
pub(crate) fn payload_plugin(records: &[Record]) -> &str {
    let sets = |record: &&Record| matches!(record.verdict, Verdict::Changed(changes) if changes.referral_data);
    let last = records.iter().rfind(sets);
    last.map_or("", |record| &record.plugin)
}

/// Returns the configured host of the candidate with this address, if it is a template.
fn configured_host(choice: &Choice<'_>, host: &str, port: u16) -> Option<Box<str>> {
    let mut candidates = choice.candidates();
    let is_it =
        |one: &hyrouter_router::BackendCandidate<'_>| one.host == host && one.backend.port == port;
    let found = candidates.find(|one| is_it(one) && one.backend.host != host)?;
    template(&found.backend.host, host)
}

fn template(configured: &str, host: &str) -> Option<Box<str>> {
    (configured != host).then(|| configured.into())
}

/// Cuts a plugin's text for a player between two characters.
fn shortened(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MAX_PLUGIN_TEXT));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_for_players_are_cut_between_characters() {
        assert_eq!(shortened("no".to_owned()), "no");
        assert_eq!(shortened(String::new()), "");
        let long = "x".repeat(MAX_PLUGIN_TEXT + 1);
        assert_eq!(shortened(long).len(), MAX_PLUGIN_TEXT);
        let cut = shortened("€".repeat(MAX_PLUGIN_TEXT));
        assert_eq!(cut, "€".repeat(MAX_PLUGIN_TEXT / 3));
    }
}
