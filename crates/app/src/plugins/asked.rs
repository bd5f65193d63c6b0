//! What plugins are told about a player.

use std::sync::Arc;

use hyrouter_plugin_api::{
    Backend, ConnectEvent, ConnectRequest, Identity, Referral, ReferralSource,
};
use hyrouter_protocol::{Connect, Protocol};
use hyrouter_router::{Explanation, RouteDecision, RouteRef, StepExplanation, Strategy};

use crate::door::Visit;
use crate::player::Player;
use crate::templates::Templates;
use crate::tickets::Ticket;

/// A player as plugins are asked about them.
pub(crate) struct Asked {
    pub(crate) request: ConnectRequest,
    /// None where no route matches: a plugin may name a backend all the same, as in the original.
    pub(crate) route: Option<Arc<str>>,
    pub(crate) templates: Templates,
}

impl Asked {
    /// `None` for a player whom a maintenance keeps out: no plugin opens a closed route.
    pub(crate) fn new(
        visit: &Visit<'_>,
        decision: &RouteDecision<'_>,
        tell_address: bool,
    ) -> Option<Self> {
        let mut templates = Templates::default();
        let (route, strategy, candidates, selected) = match decision {
            RouteDecision::Maintenance { .. } => return None,
            RouteDecision::NoRoute => (None, None, Vec::new(), None),
            RouteDecision::NoBackends { route, strategy } => {
                (Some(*route), Some(*strategy), Vec::new(), None)
            }
            RouteDecision::Backend(choice) => {
                templates = Templates::of(choice);
                let candidates = choice.candidates();
                let candidates = candidates.map(|one| told(one.backend, &one.host)).collect();
                (
                    Some(choice.route()),
                    Some(choice.strategy()),
                    candidates,
                    Some(choice.selected_index()),
                )
            }
        };
        let backend = match decision {
            RouteDecision::Backend(choice) => Some(told(choice.backend(), &choice.host())),
            _ => None,
        };
        let request = ConnectRequest {
            event: event(visit, route, tell_address),
            strategy: strategy.map_or_else(String::new, |strategy| strategy.as_str().to_owned()),
            candidates,
            selected_index: selected,
            backend,
            referral_data: None,
        };
        Some(Self {
            request,
            route: route.map(|route| Arc::clone(route.name)),
            templates,
        })
    }

    /// The same for a decision that was only explained.
    pub(crate) fn explained(
        visit: &Visit<'_>,
        explanation: &Explanation,
        tell_address: bool,
    ) -> Option<Self> {
        if explanation.is_barred() {
            return None;
        }
        let taken = explanation.route.as_ref();
        let route = taken.map(|taken| RouteRef {
            name: &taken.name,
            index: taken.index,
        });
        // The last step is the one that had candidates, and the first has the strategy of the pool.
        let last = explanation.steps.last();
        let picked = last.and_then(|step| step.picked.as_ref());
        let decisive = picked.and(last).or(explanation.steps.first());
        let candidates = last.map(StepExplanation::candidates).unwrap_or_default();
        let request = ConnectRequest {
            event: event(visit, route, tell_address),
            strategy: decisive.map_or_else(String::new, |step| {
                Strategy::as_str(step.policy.strategy).to_owned()
            }),
            candidates: candidates
                .iter()
                .map(|one| told(&one.backend, &one.host))
                .collect(),
            selected_index: picked.map(|picked| picked.index),
            backend: picked.map(|picked| told(&picked.backend, &picked.host)),
            referral_data: None,
        };
        Some(Self {
            request,
            route: taken.map(|taken| Arc::clone(&taken.name)),
            // An explanation is not counted.
            templates: Templates::default(),
        })
    }
}

/// The host is the one that players are referred to.
fn told(backend: &hyrouter_router::Backend, host: &str) -> Backend {
    Backend {
        host: host.to_owned(),
        port: backend.port,
        weight: backend.weight,
        meta: backend.meta.clone(),
    }
}

fn event(visit: &Visit<'_>, route: Option<RouteRef<'_>>, tell_address: bool) -> ConnectEvent {
    let peer = visit.info.peer();
    let connect = visit.info.connect();
    let player = &visit.player;
    let mut event = ConnectEvent {
        sni: peer.host.to_string(),
        client_cert_fingerprint: peer.client_cert.map(|fingerprint| fingerprint.to_string()),
        client_type: Some(connect.client_type.number()),
        uuid: player.uuid().map(|uuid| uuid.to_string()),
        username: player.username().map(ToOwned::to_owned),
        language: connect.language.map(ToOwned::to_owned),
        identity_token_present: Some(has_token(&connect)),
        alpn: peer
            .alpn
            .as_deref()
            .map(|alpn| String::from_utf8_lossy(alpn).into_owned()),
        referral_source: connect.referral_source.map(|source| ReferralSource {
            host: source.host.to_owned(),
            port: source.port,
        }),
        remote_addr: tell_address.then(|| peer.remote.to_string()),
        identity: identity(player),
        referral: visit.ticket().map(referral),
        route: route.map(|route| route.name.to_string()),
        connection_id: Some(peer.connection_id.to_string()),
        ..ConnectEvent::default()
    };
    match connect.protocol {
        Protocol::Hash(hash) => event.protocol_hash = Some(hash.to_owned()),
        Protocol::Build {
            crc,
            number,
            client_version,
        } => {
            // As in the original: later clients send no hash, and their version stands in its place.
            event.protocol_hash = Some(client_version.to_owned());
            event.client_version = Some(client_version.to_owned());
            event.protocol_crc = Some(crc);
            event.protocol_build = Some(number);
        }
    }
    event
}

fn identity(player: &Player<'_>) -> Option<Identity> {
    let claims = player.claims()?;
    Some(Identity {
        verified: player.is_verified(),
        subject: claims.subject.map(|uuid| uuid.to_string()),
        username: claims.username.map(|name| name.as_str().to_owned()),
        issuer: claims.issuer.as_deref().map(ToOwned::to_owned),
        expires_at: claims.expires_at,
    })
}

fn referral(ticket: &Ticket<'_>) -> Referral {
    let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let statement = &ticket.statement;
    Referral {
        route: said(statement.route),
        data: Some(statement.content.to_vec()),
        source: said(statement.source),
        key_id: ticket.key_id,
        hops: statement.hops,
    }
}

/// The game treats an empty token as none.
fn has_token(connect: &Connect<'_>) -> bool {
    connect
        .identity_token
        .is_some_and(|token| !token.is_empty())
}
