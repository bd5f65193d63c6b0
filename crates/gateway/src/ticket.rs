//! Tickets: referral data with which a server of the network sends a player back.

use std::time::{Duration, SystemTime};

use hyrouter_proxy::ConnectInfo;
use hyrouter_referral::{
    Envelope, EnvelopeKind, Expectation, OpenError, Statement, VerifyingKeys, open,
};
use uuid::Uuid;

/// Maximum lifetime of a ticket. A player follows a referral at once, and a ticket can be presented again until it
/// ends, since no router remembers the tickets that another has seen.
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
    /// A server and this router refer the player to each other.
    Loop,
}

/// Result of the check of referral data that a player brings, as a stable code for logs and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TicketResult {
    /// The ticket counts.
    Accepted,
    /// The player was referred more often in a row than is allowed.
    Loop,
    /// The data is no envelope of version 2.
    Malformed,
    /// This router has no keys for tickets.
    NotAccepted,
    /// The ticket lives longer than 10 minutes.
    Lifetime,
    /// It is signed with a key that this router does not have.
    UnknownKey,
    /// It is signed with a key that is not valid now.
    KeyNotValid,
    /// Its algorithm is not that of its key.
    Algorithm,
    /// Its signature is wrong.
    Signature,
    /// It is a referral and no ticket.
    Kind,
    /// It was issued in the future.
    NotYetValid,
    /// It has expired.
    Expired,
    /// It is for another host name.
    Target,
    /// It is for another player.
    Player,
    /// Its player was not verified.
    Unverified,
    /// It is bound to another client certificate.
    Certificate,
    /// Any other failure.
    Other,
}

impl TicketResult {
    /// All results, in the order in which they are declared.
    pub const ALL: [Self; 17] = [
        Self::Accepted,
        Self::Loop,
        Self::Malformed,
        Self::NotAccepted,
        Self::Lifetime,
        Self::UnknownKey,
        Self::KeyNotValid,
        Self::Algorithm,
        Self::Signature,
        Self::Kind,
        Self::NotYetValid,
        Self::Expired,
        Self::Target,
        Self::Player,
        Self::Unverified,
        Self::Certificate,
        Self::Other,
    ];

    /// Returns the stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Loop => "ticket_loop",
            Self::Malformed => "ticket_malformed",
            Self::NotAccepted => "ticket_not_accepted",
            Self::Lifetime => "ticket_lifetime",
            Self::UnknownKey => "ticket_unknown_key",
            Self::KeyNotValid => "ticket_key_not_valid",
            Self::Algorithm => "ticket_algorithm",
            Self::Signature => "ticket_signature",
            Self::Kind => "ticket_kind",
            Self::NotYetValid => "ticket_not_yet_valid",
            Self::Expired => "ticket_expired",
            Self::Target => "ticket_target",
            Self::Player => "ticket_player",
            Self::Unverified => "ticket_unverified",
            Self::Certificate => "ticket_certificate",
            Self::Other => "ticket_other",
        }
    }
}

impl From<&OpenError> for TicketResult {
    fn from(error: &OpenError) -> Self {
        match error {
            OpenError::Malformed(_) => Self::Malformed,
            OpenError::UnknownKey { .. } => Self::UnknownKey,
            OpenError::KeyNotValid { .. } => Self::KeyNotValid,
            OpenError::Algorithm { .. } => Self::Algorithm,
            OpenError::Signature { .. } => Self::Signature,
            OpenError::Kind { .. } => Self::Kind,
            OpenError::NotYetValid { .. } => Self::NotYetValid,
            OpenError::Expired { .. } => Self::Expired,
            OpenError::Target { .. } => Self::Target,
            OpenError::Player { .. } => Self::Player,
            OpenError::Unverified => Self::Unverified,
            OpenError::Certificate { .. } => Self::Certificate,
            _ => Self::Other,
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
    /// Whether there are keys.
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

    /// Checks the referral data of a player whose UUID is known as far as it can be.
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
        let envelope = Envelope::parse(data).map_err(|_| TicketResult::Malformed)?;
        // The port that players use may be another than the one here.
        let mut expectation = Expectation::new(EnvelopeKind::Ticket).with_any_target();
        if let Some(uuid) = player {
            expectation = expectation.with_player(*uuid.as_bytes());
        }
        // A server need not know certificates. If it bound its ticket to one, the client has to show that one.
        let shown = info.peer().client_cert;
        expectation = match (envelope.statement().certificate, shown) {
            (None, _) => expectation.with_any_certificate(),
            (Some(_), Some(shown)) => expectation.with_certificate(*shown.as_bytes()),
            (Some(_), None) => expectation,
        };
        let statement = open(data, &self.keys, &expectation, now)
            .map_err(|error| TicketResult::from(&error))?;
        if !is_host(statement.host, info.host()) {
            return Err(TicketResult::Target);
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

/// Returns whether the target of a ticket is the host name of the connection. A player who came by an address has no
/// host name and needs a ticket without a target.
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
