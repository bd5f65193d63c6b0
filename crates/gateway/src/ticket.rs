//! Tickets: signed referral data of a server that sends a player back to the router.

use std::time::{Duration, SystemTime};

use hyrouter_proxy::ConnectInfo;
use hyrouter_referral::{
    Envelope, EnvelopeKind, Expectation, OpenErrorCode, Statement, VerifyingKeys, open,
};
use uuid::Uuid;

/// Maximum lifetime of a ticket. Clients follow a referral at once. Routers share no state, so a ticket can be replayed
/// until it expires.
const MAX_LIFETIME: Duration = Duration::from_mins(10);

/// A ticket that a server of the network signed for this player and this router.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket<'a> {
    pub(crate) statement: Statement<'a>,
    pub(crate) key_id: u8,
}

/// Outcome of the check of a player's referral data.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TicketCheck<'a> {
    Absent,
    Accepted(Ticket<'a>),
    /// The data is treated as absent.
    Rejected(TicketResult),
    /// The hop limit is reached: a server and this router refer the player to each other.
    Loop,
}

/// Result of the check of a player's referral data, as a stable code for logs and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TicketResult {
    /// The ticket is valid.
    Accepted,
    /// The hop count reached `max_hops`.
    Loop,
    /// This router has no keys for tickets.
    NotAccepted,
    /// The ticket lives longer than 10 minutes.
    Lifetime,
    /// The envelope failed this check.
    Refused(OpenErrorCode),
}

impl TicketResult {
    /// All results: those of the router's checks, then one for each check of the envelope.
    #[expect(
        clippy::indexing_slicing,
        reason = "in a constant, where a wrong index does not compile"
    )]
    pub const ALL: [Self; 4 + OpenErrorCode::ALL.len()] = {
        let mut all = [Self::Accepted; 4 + OpenErrorCode::ALL.len()];
        all[1] = Self::Loop;
        all[2] = Self::NotAccepted;
        all[3] = Self::Lifetime;
        let mut at = 0;
        while at < OpenErrorCode::ALL.len() {
            all[at + 4] = Self::Refused(OpenErrorCode::ALL[at]);
            at += 1;
        }
        all
    };

    /// Returns the place in [`ALL`](Self::ALL).
    pub const fn index(self) -> usize {
        match self {
            Self::Accepted => 0,
            Self::Loop => 1,
            Self::NotAccepted => 2,
            Self::Lifetime => 3,
            Self::Refused(check) => 4 + check as usize,
        }
    }

    /// Returns the stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Loop => "ticket_loop",
            Self::NotAccepted => "ticket_not_accepted",
            Self::Lifetime => "ticket_lifetime",
            Self::Refused(check) => match check {
                OpenErrorCode::Malformed => "ticket_malformed",
                OpenErrorCode::UnknownKey => "ticket_unknown_key",
                OpenErrorCode::KeyNotValid => "ticket_key_not_valid",
                OpenErrorCode::Algorithm => "ticket_algorithm",
                OpenErrorCode::Signature => "ticket_signature",
                OpenErrorCode::Kind => "ticket_kind",
                OpenErrorCode::NotYetValid => "ticket_not_yet_valid",
                OpenErrorCode::Expired => "ticket_expired",
                OpenErrorCode::Target => "ticket_target",
                OpenErrorCode::Player => "ticket_player",
                OpenErrorCode::Unverified => "ticket_unverified",
                OpenErrorCode::Certificate => "ticket_certificate",
            },
        }
    }
}

impl TicketCheck<'_> {
    /// Returns the result for logs; `None` without referral data.
    pub(crate) fn result(&self) -> Option<TicketResult> {
        match self {
            Self::Absent => None,
            Self::Accepted(_) => Some(TicketResult::Accepted),
            Self::Rejected(result) => Some(*result),
            Self::Loop => Some(TicketResult::Loop),
        }
    }
}

/// Opens tickets.
#[derive(Debug, Default)]
pub(crate) struct TicketOpener {
    keys: VerifyingKeys,
    /// `true` if there are keys.
    accepts: bool,
    max_hops: u8,
}

impl TicketOpener {
    pub(crate) fn new(keys: VerifyingKeys, max_hops: u8) -> Self {
        Self {
            accepts: keys.iter().next().is_some(),
            keys,
            max_hops,
        }
    }

    /// Checks the referral data of a player. `player` is the UUID from the token or the packet.
    pub(crate) fn check<'a>(
        &self,
        info: &'a ConnectInfo,
        player: Option<Uuid>,
        now: SystemTime,
    ) -> TicketCheck<'a> {
        let data = info.connect().referral_data;
        let Some(data) = data.filter(|data| !data.is_empty()) else {
            return TicketCheck::Absent;
        };
        if !self.accepts {
            return TicketCheck::Rejected(TicketResult::NotAccepted);
        }
        match self.open(info, data, player, now) {
            Ok(ticket) if ticket.statement.hops >= self.max_hops => TicketCheck::Loop,
            Ok(ticket) => TicketCheck::Accepted(ticket),
            Err(result) => TicketCheck::Rejected(result),
        }
    }

    fn open<'a>(
        &self,
        info: &ConnectInfo,
        data: &'a [u8],
        player: Option<Uuid>,
        now: SystemTime,
    ) -> Result<Ticket<'a>, TicketResult> {
        let envelope =
            Envelope::parse(data).map_err(|_| TicketResult::Refused(OpenErrorCode::Malformed))?;
        // The port is not compared: behind a load balancer, players use another port than the listener's.
        let mut expectation = Expectation::new(EnvelopeKind::Ticket).with_any_target();
        if let Some(uuid) = player {
            expectation = expectation.with_player(*uuid.as_bytes());
        }
        // A ticket without a certificate is allowed: the server may be unable to see it. If the ticket names one, the
        // client must present it.
        let shown = info.peer().client_cert;
        expectation = match (envelope.statement().certificate, shown) {
            (None, _) => expectation.with_any_certificate(),
            (Some(_), Some(shown)) => expectation.with_certificate(*shown.as_bytes()),
            (Some(_), None) => expectation,
        };
        let statement = open(data, &self.keys, &expectation, now)
            .map_err(|error| TicketResult::Refused(error.code()))?;
        if !is_host(statement.host, info.host()) {
            return Err(TicketResult::Refused(OpenErrorCode::Target));
        }
        let lifetime = statement.expires_at.duration_since(statement.issued_at);
        if lifetime.is_ok_and(|lifetime| lifetime > MAX_LIFETIME) {
            return Err(TicketResult::Lifetime);
        }
        Ok(Ticket {
            statement,
            key_id: envelope.key_id(),
        })
    }
}

/// Returns whether the target of a ticket is the host name of the connection. A connection to an IP address has no host
/// name and needs a ticket without a target.
fn is_host(target: &str, host: &str) -> bool {
    fn bare(name: &str) -> &str {
        name.strip_suffix('.').unwrap_or(name)
    }
    target.is_empty() || bare(target).eq_ignore_ascii_case(bare(host))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn checks_of_the_envelope_have_its_own_codes() {
        for check in OpenErrorCode::ALL {
            let code = TicketResult::Refused(check).as_str();
            assert_eq!(code.strip_prefix("ticket_"), Some(check.as_str()));
        }
    }

    #[test]
    fn each_result_has_a_code_of_its_own() {
        let codes: BTreeSet<_> = TicketResult::ALL
            .iter()
            .map(|result| result.as_str())
            .collect();
        assert_eq!(codes.len(), TicketResult::ALL.len());
    }

    #[test]
    fn targets_compare_as_host_names() {
        let cases = [
            ("", "", true),
            ("", "play.example.com", true),
            ("Play.Example.com.", "play.example.com", true),
            ("play.example.com", "PLAY.example.com.", true),
            ("play.example.com", "", false),
            ("play.example.com", "lobby.example.com", false),
        ];
        for (target, host, same) in cases {
            assert_eq!(is_host(target, host), same, "{target} {host}");
        }
    }
}
