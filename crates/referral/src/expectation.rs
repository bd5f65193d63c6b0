use std::time::{Duration, SystemTime};

use crate::{EnvelopeKind, OpenError, Statement};

/// Default of [`Expectation::with_clock_skew`]: 30 s.
pub const DEFAULT_CLOCK_SKEW: Duration = Duration::from_secs(30);

/// Conditions that an envelope must meet to be accepted.
///
/// Target, player and certificate are each set to a value or to "any". If one is not set, no envelope fits: a forgotten
/// check refuses all players at the first try instead of admitting all players for years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Expectation<'a> {
    kind: EnvelopeKind,
    target: Rule<(&'a str, u16)>,
    player: Rule<[u8; 16]>,
    verified: bool,
    certificate: Rule<[u8; 32]>,
    clock_skew: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule<T> {
    Unset,
    Any,
    Only(T),
}

impl<T> Rule<T> {
    fn allows(&self, is_equal: impl FnOnce(&T) -> bool) -> bool {
        match self {
            Self::Unset => false,
            Self::Any => true,
            Self::Only(expected) => is_equal(expected),
        }
    }
}

impl<'a> Expectation<'a> {
    /// Expects an envelope of this kind. Target, player and certificate are not set yet.
    pub const fn new(kind: EnvelopeKind) -> Self {
        Self {
            kind,
            target: Rule::Unset,
            player: Rule::Unset,
            verified: false,
            certificate: Rule::Unset,
            clock_skew: DEFAULT_CLOCK_SKEW,
        }
    }

    /// Expects a referral to this backend: the host and port by which the entrypoint knows it.
    pub const fn referral_to(host: &'a str, port: u16) -> Self {
        Self::new(EnvelopeKind::Referral).with_target(host, port)
    }

    /// Expects a ticket for the entrypoint of this name and port. Without a name, as for a player who came by an
    /// address, only tickets fit that may be shown to any host.
    pub const fn ticket_for(host: Option<&'a str>, port: u16) -> Self {
        let host = match host {
            Some(host) => host,
            None => "",
        };
        Self::new(EnvelopeKind::Ticket).with_target(host, port)
    }

    /// Accepts this host, in any ASCII case, with or without one dot at its end, and this port. A ticket with an empty
    /// host fits every host and one with port 0 every port.
    pub const fn with_target(mut self, host: &'a str, port: u16) -> Self {
        self.target = Rule::Only((host, port));
        self
    }

    /// Accepts any target. A backend then accepts envelopes that are meant for another one.
    pub const fn with_any_target(mut self) -> Self {
        self.target = Rule::Any;
        self
    }

    /// Accepts the player of this UUID, in the order of print, claimed or verified. Enough where something else, such
    /// as the game's own authentication, verifies that the client is this player.
    pub const fn with_player(mut self, uuid: [u8; 16]) -> Self {
        self.player = Rule::Only(uuid);
        self.verified = false;
        self
    }

    /// Accepts the player of this UUID if the sealer has verified it. A claimed player is refused.
    pub const fn with_verified_player(mut self, uuid: [u8; 16]) -> Self {
        self.player = Rule::Only(uuid);
        self.verified = true;
        self
    }

    /// Accepts any player, known or not. Another player may then show the envelope.
    pub const fn with_any_player(mut self) -> Self {
        self.player = Rule::Any;
        self.verified = false;
        self
    }

    /// Accepts the holder of the certificate with this SHA-256.
    pub const fn with_certificate(mut self, fingerprint: [u8; 32]) -> Self {
        self.certificate = Rule::Only(fingerprint);
        self
    }

    /// Accepts any certificate, known or not. Another client may then show the envelope.
    pub const fn with_any_certificate(mut self) -> Self {
        self.certificate = Rule::Any;
        self
    }

    /// Sets how far the sealer's clock may be ahead. Default [`DEFAULT_CLOCK_SKEW`]. It does not lengthen the life of
    /// an envelope.
    pub const fn with_clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = skew;
        self
    }

    /// Checks in the order of the variants of [`OpenError`], which verifiers in other languages share.
    pub(crate) fn check(
        &self,
        statement: &Statement<'_>,
        now: SystemTime,
    ) -> Result<(), OpenError> {
        let found = statement.kind;
        if found != self.kind {
            return Err(OpenError::Kind { found });
        }
        if let Ok(ahead) = statement.issued_at.duration_since(now)
            && ahead > self.clock_skew
        {
            return Err(OpenError::NotYetValid { ahead });
        }
        if let Ok(ago) = now.duration_since(statement.expires_at) {
            return Err(OpenError::Expired { ago });
        }
        let target = |&(host, port): &_| is_target(statement, host, port);
        if !self.target.allows(target) {
            return Err(OpenError::Target {
                host: statement.host.into(),
                port: statement.port,
            });
        }
        let found = statement.player;
        if !self.player.allows(|&expected| found == Some(expected)) {
            return Err(OpenError::Player { found });
        }
        if self.verified && !statement.verified {
            return Err(OpenError::Unverified);
        }
        let found = statement.certificate;
        if !self.certificate.allows(|&expected| found == Some(expected)) {
            return Err(OpenError::Certificate { found });
        }
        Ok(())
    }
}

fn is_target(statement: &Statement<'_>, host: &str, port: u16) -> bool {
    let ticket = statement.kind == EnvelopeKind::Ticket;
    let any_host = ticket && statement.host.is_empty();
    let any_port = ticket && statement.port == 0;
    (any_host || same_host(statement.host, host)) && (any_port || statement.port == port)
}

fn same_host(one: &str, other: &str) -> bool {
    without_dot(one).eq_ignore_ascii_case(without_dot(other))
}

fn without_dot(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}
