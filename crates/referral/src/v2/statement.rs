use std::time::{Duration, SystemTime};

use super::layout::Header;
use super::{Algorithm, Kind};
use crate::MAX_ENVELOPE;

/// What an envelope says.
///
/// Made by [`referral`](Self::referral) or [`ticket`](Self::ticket) it lacks what no default can be right for: its
/// times and its nonce, and in a ticket the player. [`seal`](Self::seal) refuses it without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Which way it goes.
    pub kind: Kind,
    /// How often the entrypoint has referred this player in a row before: 0 in the first referral. A backend copies
    /// it unchanged into its ticket.
    pub hops: u8,
    /// When it was sealed. Milliseconds go into the envelope, the rest is cut off.
    pub issued_at: SystemTime,
    /// The first moment at which it is too late. Milliseconds go into the envelope, the rest is cut off.
    pub expires_at: SystemTime,
    /// 16 random bytes, new for each envelope, by which a [`ReplayGuard`](super::ReplayGuard) knows it again.
    pub nonce: [u8; 16],
    /// UUID of the player in the order of print, if it is known.
    pub player: Option<[u8; 16]>,
    /// The sealer has verified that the client is this player, by the identity token of the game. Without it the UUID
    /// is what the client claimed. The sealer of a ticket sets it if its server authenticated the player. Never
    /// without a player.
    pub verified: bool,
    /// SHA-256 of the DER of the client's certificate, if it is known.
    pub certificate: Option<[u8; 32]>,
    /// In a referral the host that the player is referred to. In a ticket the host of the entrypoint; empty: any.
    /// At most 256 bytes.
    pub host: &'a str,
    /// The port at that host. In a ticket 0 is any.
    pub port: u16,
    /// In a referral the name of the route that led there. In a ticket the one that the backend wishes. At most 255
    /// bytes.
    pub route: &'a str,
    /// In a referral the host name by which the player reached the entrypoint, empty when there was none. In a ticket
    /// the name of the backend, as it likes. At most 255 bytes.
    pub source: &'a str,
    /// Anything, as long as [`max_content`](Self::max_content) leaves room.
    pub content: &'a [u8],
}

impl<'a> Statement<'a> {
    /// Of a referral to this target. Times and nonce are still missing.
    pub const fn referral(host: &'a str, port: u16) -> Self {
        Self::new(Kind::Referral, host, port)
    }

    /// Of a ticket for any entrypoint. Times, nonce and player are still missing.
    pub const fn ticket() -> Self {
        Self::new(Kind::Ticket, "", 0)
    }

    const fn new(kind: Kind, host: &'a str, port: u16) -> Self {
        Self {
            kind,
            hops: 0,
            issued_at: SystemTime::UNIX_EPOCH,
            expires_at: SystemTime::UNIX_EPOCH,
            nonce: [0; 16],
            player: None,
            verified: false,
            certificate: None,
            host,
            port,
            route: "",
            source: "",
            content: &[],
        }
    }

    /// Sealed at this time and good for so long.
    #[must_use]
    pub fn issued(mut self, at: SystemTime, lifetime: Duration) -> Self {
        self.issued_at = at;
        // A lifetime beyond the end of time is none, which sealing refuses.
        self.expires_at = at.checked_add(lifetime).unwrap_or(at);
        self
    }

    /// With these 16 random bytes.
    #[must_use]
    pub const fn nonce(mut self, nonce: [u8; 16]) -> Self {
        self.nonce = nonce;
        self
    }

    /// After so many referrals in a row.
    #[must_use]
    pub const fn hops(mut self, hops: u8) -> Self {
        self.hops = hops;
        self
    }

    /// For the player of this UUID alone, whom the client claims to be.
    #[must_use]
    pub const fn player(mut self, uuid: [u8; 16]) -> Self {
        self.player = Some(uuid);
        self.verified = false;
        self
    }

    /// For the player of this UUID alone, whom the sealer has verified the client to be.
    #[must_use]
    pub const fn verified_player(mut self, uuid: [u8; 16]) -> Self {
        self.player = Some(uuid);
        self.verified = true;
        self
    }

    /// For the holder of this certificate alone, given by its SHA-256.
    #[must_use]
    pub const fn certificate(mut self, fingerprint: [u8; 32]) -> Self {
        self.certificate = Some(fingerprint);
        self
    }

    /// For this target.
    #[must_use]
    pub const fn target(mut self, host: &'a str, port: u16) -> Self {
        self.host = host;
        self.port = port;
        self
    }

    /// With this route.
    #[must_use]
    pub const fn route(mut self, route: &'a str) -> Self {
        self.route = route;
        self
    }

    /// With this source.
    #[must_use]
    pub const fn source(mut self, source: &'a str) -> Self {
        self.source = source;
        self
    }

    /// With this content.
    #[must_use]
    pub const fn content(mut self, content: &'a [u8]) -> Self {
        self.content = content;
        self
    }

    /// The longest content that fits, in bytes: what header, texts and signature leave of 4096. Never less than 3168
    /// while the texts are within their own bounds.
    pub const fn max_content(&self, algorithm: Algorithm) -> usize {
        (MAX_ENVELOPE - Header::LEN - algorithm.signature_len())
            .saturating_sub(self.host.len())
            .saturating_sub(self.route.len())
            .saturating_sub(self.source.len())
    }
}
