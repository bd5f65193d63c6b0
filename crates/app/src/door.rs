//! Where players are looked at before they are routed: who they are, and what they bring.

use std::time::SystemTime;

use hyrouter_config::MessageKind;
use hyrouter_protocol::ClientType;
use hyrouter_proxy::ConnectInfo;
use hyrouter_router::{RouteClient, RouteRequest};
use hyrouter_text::shown;

use crate::player::{Identities, Player, ShownBy};
use crate::referrals::Bound;
use crate::tickets::{Brought, LOOP, Ticket, Tickets};

/// Looks at players.
#[derive(Debug)]
pub(crate) struct Door {
    identities: Identities,
    tickets: Tickets,
}

/// Why a player is not routed at all.
#[derive(Debug)]
pub(crate) struct TurnedAway {
    /// What the player reads.
    pub(crate) kind: MessageKind,
    pub(crate) code: &'static str,
    pub(crate) identity: Option<&'static str>,
    pub(crate) ticket: Option<&'static str>,
}

impl Door {
    pub(crate) fn new(identities: Identities, tickets: Tickets) -> Self {
        Self {
            identities,
            tickets,
        }
    }

    /// Whether players have to be verified.
    pub(crate) fn requires_identity(&self) -> bool {
        self.identities.required()
    }

    pub(crate) fn receive<'a>(
        &self,
        info: &'a ConnectInfo,
        shown_by: ShownBy,
        now: SystemTime,
    ) -> Result<Visit<'a>, TurnedAway> {
        let connect = info.connect();
        let player = match self.identities.judge(&connect, shown_by, now) {
            Ok(player) => player,
            Err(refusal) => {
                return Err(TurnedAway {
                    kind: MessageKind::Identity,
                    code: refusal.as_str(),
                    identity: Some(refusal.as_str()),
                    ticket: None,
                });
            }
        };
        self.look(info, player, now)
    }

    /// Looks at what a player brings of whom is known who it is.
    pub(crate) fn look<'a>(
        &self,
        info: &'a ConnectInfo,
        player: Player<'a>,
        now: SystemTime,
    ) -> Result<Visit<'a>, TurnedAway> {
        let data = info.connect().referral_data;
        let brought = self.tickets.open(info, data, player.uuid(), now);
        if matches!(brought, Brought::Loop) {
            return Err(TurnedAway {
                kind: MessageKind::RoutingError,
                code: LOOP,
                identity: player.judgement(),
                ticket: Some(LOOP),
            });
        }
        let visit = Visit {
            info,
            player,
            brought,
        };
        visit.log();
        Ok(visit)
    }
}

/// A player at the door.
#[derive(Debug)]
pub(crate) struct Visit<'a> {
    pub(crate) info: &'a ConnectInfo,
    pub(crate) player: Player<'a>,
    pub(crate) brought: Brought<'a>,
}

impl Visit<'_> {
    /// The ticket, if it was good.
    pub(crate) fn ticket(&self) -> Option<&Ticket<'_>> {
        match &self.brought {
            Brought::Ticket(ticket) => Some(ticket),
            _ => None,
        }
    }

    /// What routes go by.
    pub(crate) fn request(&self) -> RouteRequest<'_> {
        RouteRequest {
            host: self.info.host(),
            uuid: self.player.uuid(),
            username: self.player.username(),
            verified: self.player.is_verified(),
            ticket: self.ticket().map(|ticket| hyrouter_router::RouteTicket {
                route: ticket.statement.route,
                source: ticket.statement.source,
                key_id: ticket.key_id,
            }),
            client: self.client(),
        }
    }

    fn client(&self) -> RouteClient<'_> {
        let (peer, connect) = (self.info.peer(), self.info.connect());
        RouteClient {
            ip: Some(peer.remote.ip()),
            alpn: peer
                .alpn
                .as_deref()
                .and_then(|alpn| std::str::from_utf8(alpn).ok()),
            build: connect.build().number(),
            generation: Some(connect.generation.as_str()),
            kind: Some(match connect.client_type {
                ClientType::Game => "game",
                ClientType::Editor => "editor",
            }),
            language: connect.language,
        }
    }

    /// What a referral of this player says.
    pub(crate) fn bound<'b>(&'b self, host: &'b str, port: u16, route: &'b str) -> Bound<'b> {
        let peer = self.info.peer();
        Bound {
            host,
            port,
            route,
            source: &peer.host,
            player: self.player.uuid().map(uuid::Uuid::into_bytes),
            verified: self.player.is_verified(),
            certificate: peer.client_cert.map(|shown| *shown.as_bytes()),
            // One more than the referral that the ticket answers.
            hops: self
                .ticket()
                .map_or(0, |ticket| ticket.statement.hops.saturating_add(1)),
        }
    }

    /// For those who look for one player. Names and UUIDs are not for lines above debug.
    fn log(&self) {
        tracing::debug!(
            connection = self.info.peer().connection_id,
            uuid = self.player.uuid().map(shown).map(tracing::field::display),
            username = self.player.username(),
            verified = self.player.is_verified(),
            "player"
        );
    }
}
