//! Admission: identity and tickets, before routing.

use std::time::SystemTime;

use hyrouter_proxy::ConnectInfo;
use hyrouter_router::{RouteClient, RouteRequest, RouteTicket};
use hyrouter_text::shown;

use crate::player::{IdentityCheck, Player, Presenter};
use crate::reason::{IdentityResult, Reason};
use crate::referral::ReferralClaims;
use crate::ticket::{Ticket, TicketCheck, TicketOpener, TicketResult};

/// Checks the identity token and the ticket of a player.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    pub(crate) identity: IdentityCheck,
    pub(crate) tickets: TicketOpener,
}

/// A player who is refused before routing.
#[derive(Debug)]
pub(crate) struct Rejection {
    pub(crate) reason: Reason,
    pub(crate) identity: Option<IdentityResult>,
    pub(crate) ticket: Option<TicketResult>,
}

impl Admission {
    /// Checks a player before routing.
    ///
    /// # Errors
    ///
    /// Identity is required and the token was refused, or the ticket shows a loop.
    pub(crate) fn admit<'a>(
        &self,
        info: &'a ConnectInfo,
        presenter: Presenter,
        assumed: Option<Player<'a>>,
        now: SystemTime,
    ) -> Result<Arrival<'a>, Rejection> {
        let player = match assumed {
            // Explain may assume a name or UUID, but it cannot skip a required verification.
            Some(player) if player.is_verified() || !self.identity.required => player,
            _ => {
                let checked = self.identity.check(&info.connect(), presenter, now);
                checked.map_err(|refusal| Rejection {
                    reason: Reason::Identity(refusal),
                    identity: Some(IdentityResult::Refused(refusal)),
                    ticket: None,
                })?
            }
        };
        // After the token: a ticket names a player, whose UUID may come from the token.
        let ticket = self.tickets.check(info, player.uuid(), now);
        if matches!(ticket, TicketCheck::Loop) {
            return Err(Rejection {
                reason: Reason::TicketLoop,
                identity: player.result(),
                ticket: ticket.result(),
            });
        }
        let arrival = Arrival {
            info,
            player,
            ticket,
        };
        arrival.log();
        Ok(arrival)
    }
}

/// An admitted player.
#[derive(Debug)]
pub(crate) struct Arrival<'a> {
    pub(crate) info: &'a ConnectInfo,
    pub(crate) player: Player<'a>,
    pub(crate) ticket: TicketCheck<'a>,
}

impl Arrival<'_> {
    /// Returns the ticket if it was accepted.
    pub(crate) fn ticket(&self) -> Option<&Ticket<'_>> {
        match &self.ticket {
            TicketCheck::Accepted(ticket) => Some(ticket),
            _ => None,
        }
    }

    /// Returns the facts that select route and backend.
    pub(crate) fn route_request(&self) -> RouteRequest<'_> {
        RouteRequest {
            host: self.info.host(),
            uuid: self.player.uuid(),
            username: self.player.username(),
            verified: self.player.is_verified(),
            ticket: self.ticket().map(|ticket| RouteTicket {
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
            kind: Some(connect.client_type.as_str()),
            language: connect.language,
        }
    }

    /// Returns the claims of a referral of this player to that backend.
    pub(crate) fn referral_claims<'b>(
        &'b self,
        host: &'b str,
        port: u16,
        route: &'b str,
    ) -> ReferralClaims<'b> {
        let peer = self.info.peer();
        ReferralClaims {
            host,
            port,
            route,
            source: &peer.host,
            player: self.player.uuid().map(uuid::Uuid::into_bytes),
            verified: self.player.is_verified(),
            certificate: peer.client_cert.map(|shown| *shown.as_bytes()),
            // Counts this referral, so that two servers which refer to each other reach the limit.
            hops: self
                .ticket()
                .map_or(0, |ticket| ticket.statement.hops.saturating_add(1)),
        }
    }

    /// Logs the player at debug level, the only level for names and UUIDs.
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
