//! What a player brings back from a server of the network.

use std::time::{Duration, SystemTime};

use hyrouter_config::ReferralSettings;
use hyrouter_proxy::ConnectInfo;
use hyrouter_referral::{
    Envelope, EnvelopeKind, Expectation, OpenError, OpenErrorCode, Statement, VerifyingKeys, open,
};
use uuid::Uuid;

/// Longest life of a ticket. A player follows a referral at once, and within its life a ticket can be shown again: no
/// router remembers what another has seen.
const MAX_LIFE: Duration = Duration::from_mins(10);

/// A ticket that was signed by a server of the network, for this player and this router.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket<'a> {
    pub(crate) statement: Statement<'a>,
    pub(crate) key_id: u8,
}

/// What became of the referral data of a player.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Brought<'a> {
    Nothing,
    Ticket(Ticket<'a>),
    /// It is as if it was not there.
    Ignored(&'static str),
    /// A server and this router send the player to each other.
    Loop,
}

/// Opens tickets.
#[derive(Debug)]
pub(crate) struct Tickets {
    keys: VerifyingKeys,
    /// There are keys.
    accepts: bool,
    max_hops: u8,
}

impl Tickets {
    pub(crate) fn new(settings: &ReferralSettings) -> Self {
        Self {
            accepts: settings.accept.iter().next().is_some(),
            keys: settings.accept.clone(),
            max_hops: settings.max_hops,
        }
    }

    /// Looks at the referral data of a player whose UUID is known as far as it can be.
    pub(crate) fn open<'a>(
        &self,
        info: &'a ConnectInfo,
        data: Option<&'a [u8]>,
        player: Option<Uuid>,
        now: SystemTime,
    ) -> Brought<'a> {
        let Some(data) = data.filter(|data| !data.is_empty()) else {
            return Brought::Nothing;
        };
        if self.accepts {
            self.judge(info, data, player, now)
        } else {
            Brought::Ignored(NOT_ACCEPTED)
        }
    }

    fn judge<'a>(
        &self,
        info: &ConnectInfo,
        data: &'a [u8],
        player: Option<Uuid>,
        now: SystemTime,
    ) -> Brought<'a> {
        let Ok(envelope) = Envelope::parse(data) else {
            return Brought::Ignored(MALFORMED);
        };
        let bound = envelope.statement();
        // The port that players use may be another than the one here.
        let mut expectation = Expectation::new(EnvelopeKind::Ticket).with_any_target();
        if let Some(uuid) = player {
            expectation = expectation.with_player(*uuid.as_bytes());
        }
        // A server need not know certificates. Where it bound its ticket to one, it has to be that.
        expectation = match (bound.certificate, info.peer().client_cert) {
            (None, _) => expectation.with_any_certificate(),
            (Some(_), Some(shown)) => expectation.with_certificate(*shown.as_bytes()),
            (Some(_), None) => expectation,
        };
        let statement = match open(data, &self.keys, &expectation, now) {
            Ok(statement) => statement,
            Err(error) => return Brought::Ignored(code(&error)),
        };
        if !is_here(statement.host, info.host()) {
            return Brought::Ignored(TARGET);
        }
        let life = statement.expires_at.duration_since(statement.issued_at);
        if life.is_ok_and(|life| life > MAX_LIFE) {
            return Brought::Ignored(LIFETIME);
        }
        if statement.hops >= self.max_hops {
            return Brought::Loop;
        }
        Brought::Ticket(Ticket {
            statement,
            key_id: envelope.key_id(),
        })
    }
}

/// Whether the target of a ticket is the name that the player came by. One who came by an address has no name, and
/// needs a ticket without a target.
fn is_here(target: &str, host: &str) -> bool {
    fn bare(name: &str) -> &str {
        name.strip_suffix('.').unwrap_or(name)
    }
    target.is_empty() || bare(target).eq_ignore_ascii_case(bare(host))
}

impl Brought<'_> {
    /// For logs.
    pub(crate) fn code(&self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Ticket(_) => Some(ACCEPTED),
            Self::Ignored(code) => Some(code),
            Self::Loop => Some(LOOP),
        }
    }
}

const ACCEPTED: &str = "accepted";
const MALFORMED: &str = "ticket_malformed";
const NOT_ACCEPTED: &str = "ticket_not_accepted";
const LIFETIME: &str = "ticket_lifetime";
const TARGET: &str = "ticket_target";
pub(crate) const LOOP: &str = "ticket_loop";

/// All codes.
pub(crate) const CODES: [&str; 17] = [
    ACCEPTED,
    LOOP,
    MALFORMED,
    NOT_ACCEPTED,
    LIFETIME,
    "ticket_unknown_key",
    "ticket_key_not_valid",
    "ticket_algorithm",
    "ticket_signature",
    "ticket_kind",
    "ticket_not_yet_valid",
    "ticket_expired",
    TARGET,
    "ticket_player",
    "ticket_unverified",
    "ticket_certificate",
    "ticket_other",
];

/// Returns the code of a check among those of logs.
fn code(error: &OpenError) -> &'static str {
    match error.code() {
        OpenErrorCode::Malformed => MALFORMED,
        OpenErrorCode::UnknownKey => "ticket_unknown_key",
        OpenErrorCode::KeyNotValid => "ticket_key_not_valid",
        OpenErrorCode::Algorithm => "ticket_algorithm",
        OpenErrorCode::Signature => "ticket_signature",
        OpenErrorCode::Kind => "ticket_kind",
        OpenErrorCode::NotYetValid => "ticket_not_yet_valid",
        OpenErrorCode::Expired => "ticket_expired",
        OpenErrorCode::Target => TARGET,
        OpenErrorCode::Player => "ticket_player",
        OpenErrorCode::Unverified => "ticket_unverified",
        OpenErrorCode::Certificate => "ticket_certificate",
    }
}
