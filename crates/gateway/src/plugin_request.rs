//! The request to plugins.

use hyrouter_plugin_api::{
    Backend, ConnectEvent, ConnectRequest, Identity, Referral, ReferralSource,
};
use hyrouter_protocol::{Connect, Protocol};
use hyrouter_router::{BackendCandidate, RouteDecision, RouteRef};

use crate::admission::Arrival;
use crate::player::Player;
use crate::ticket::Ticket;

/// Describes a player and the router's decision to plugins, with the player's address if `with_address`.
pub(crate) fn plugin_request(
    arrival: &Arrival<'_>,
    routed: &RouteDecision<'_>,
    with_address: bool,
) -> ConnectRequest {
    let mut request = ConnectRequest {
        event: event(arrival, routed.route(), with_address),
        ..ConnectRequest::default()
    };
    match routed {
        RouteDecision::Backend(choice) => {
            choice.strategy().as_str().clone_into(&mut request.strategy);
            let candidate = |one: BackendCandidate<'_>| plugin_backend(&one.host, one.backend);
            request.candidates = choice.candidates().map(candidate).collect();
            request.selected_index = Some(choice.selected_index());
            request.backend = Some(plugin_backend(&choice.host(), choice.backend()));
        }
        RouteDecision::NoBackends { strategy, .. }
        | RouteDecision::DiscoveryUnavailable { strategy, .. } => {
            strategy.as_str().clone_into(&mut request.strategy);
        }
        _ => {}
    }
    request
}

/// Converts a candidate. `host` is the rendered one, to which players are referred, not the template.
pub(crate) fn plugin_backend(host: &str, backend: &hyrouter_router::Backend) -> Backend {
    Backend {
        host: host.to_owned(),
        port: backend.port,
        weight: backend.weight,
        meta: backend.meta.clone(),
    }
}

fn event(arrival: &Arrival<'_>, route: Option<RouteRef<'_>>, with_address: bool) -> ConnectEvent {
    let peer = arrival.info.peer();
    let connect = arrival.info.connect();
    let player = &arrival.player;
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
        remote_addr: with_address.then(|| peer.remote.to_string()),
        identity: identity(player),
        referral: arrival.ticket().map(referral),
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
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let statement = &ticket.statement;
    Referral {
        route: given(statement.route),
        data: Some(statement.content.to_vec()),
        source: given(statement.source),
        key_id: ticket.key_id,
        hops: statement.hops,
    }
}

/// Returns whether the packet has a token. The game treats an empty token as absent.
fn has_token(connect: &Connect<'_>) -> bool {
    connect
        .identity_token
        .is_some_and(|token| !token.is_empty())
}
