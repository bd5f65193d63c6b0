use std::time::{Duration, SystemTime};

use super::{Kind, OpenError, Statement};

/// How far the sealer's clock may be ahead unless the expectation says otherwise.
pub const DEFAULT_CLOCK_SKEW: Duration = Duration::from_secs(30);

/// What an envelope has to say to be accepted.
///
/// Target, player and certificate are each either expected or, in so many words, not checked. What nothing was said
/// about fits no envelope, so that a check which was forgotten refuses everybody at the first try instead of letting
/// everybody in for years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Expectation<'a> {
    kind: Kind,
    target: Expected<(&'a str, u16)>,
    player: Expected<[u8; 16]>,
    verified: bool,
    certificate: Expected<[u8; 32]>,
    clock_skew: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected<T> {
    Unsaid,
    Any,
    This(T),
}

impl<T> Expected<T> {
    fn fits(&self, fits: impl FnOnce(&T) -> bool) -> bool {
        match self {
            Self::Unsaid => false,
            Self::Any => true,
            Self::This(expected) => fits(expected),
        }
    }
}

impl<'a> Expectation<'a> {
    /// An envelope of this kind. About target, player and certificate something has still to be said.
    pub const fn new(kind: Kind) -> Self {
        Self {
            kind,
            target: Expected::Unsaid,
            player: Expected::Unsaid,
            verified: false,
            certificate: Expected::Unsaid,
            clock_skew: DEFAULT_CLOCK_SKEW,
        }
    }

    /// A referral to this backend: the host and port that the entrypoint knows it by.
    pub const fn referral_to(host: &'a str, port: u16) -> Self {
        Self::new(Kind::Referral).target(host, port)
    }

    /// A ticket for the entrypoint of this name and port. Without a name, as for a player who came by an address, only
    /// tickets fit that may be shown to any host.
    pub const fn ticket_for(host: Option<&'a str>, port: u16) -> Self {
        let host = match host {
            Some(host) => host,
            None => "",
        };
        Self::new(Kind::Ticket).target(host, port)
    }

    /// For this host, in any ASCII case, with or without one dot at its end, and port. A ticket with an empty host fits
    /// every host and one with port 0 every port.
    pub const fn target(mut self, host: &'a str, port: u16) -> Self {
        self.target = Expected::This((host, port));
        self
    }

    /// For any target. Then a backend accepts what was meant for another one.
    pub const fn any_target(mut self) -> Self {
        self.target = Expected::Any;
        self
    }

    /// For the player of this UUID, in the order of print, claimed or verified. Enough where something else verifies
    /// that the client is this player, such as the game's own authentication.
    pub const fn player(mut self, uuid: [u8; 16]) -> Self {
        self.player = Expected::This(uuid);
        self.verified = false;
        self
    }

    /// For the player of this UUID, whom the sealer has verified. A player who is merely claimed is refused.
    pub const fn verified_player(mut self, uuid: [u8; 16]) -> Self {
        self.player = Expected::This(uuid);
        self.verified = true;
        self
    }

    /// For any player, known or not. Then it may be another one who shows it.
    pub const fn any_player(mut self) -> Self {
        self.player = Expected::Any;
        self.verified = false;
        self
    }

    /// For the holder of the certificate with this SHA-256.
    pub const fn certificate(mut self, fingerprint: [u8; 32]) -> Self {
        self.certificate = Expected::This(fingerprint);
        self
    }

    /// For any certificate, known or not. Then it may be shown from another client.
    pub const fn any_certificate(mut self) -> Self {
        self.certificate = Expected::Any;
        self
    }

    /// How far the sealer's clock may be ahead. It does not lengthen the life of an envelope.
    pub const fn clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = skew;
        self
    }

    pub(super) fn check(
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
        if !self.target.fits(target) {
            return Err(OpenError::Target {
                host: statement.host.into(),
                port: statement.port,
            });
        }
        let found = statement.player;
        if !self.player.fits(|&expected| found == Some(expected)) {
            return Err(OpenError::Player { found });
        }
        if self.verified && !statement.verified {
            return Err(OpenError::Unverified);
        }
        let found = statement.certificate;
        if !self.certificate.fits(|&expected| found == Some(expected)) {
            return Err(OpenError::Certificate { found });
        }
        Ok(())
    }
}

fn is_target(statement: &Statement<'_>, host: &str, port: u16) -> bool {
    let ticket = statement.kind == Kind::Ticket;
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
