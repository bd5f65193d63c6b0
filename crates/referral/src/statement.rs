use std::time::{Duration, SystemTime};

use crate::layout::EnvelopeHeader;
use crate::{Algorithm, EnvelopeKind, MAX_ENVELOPE};

/// Content of an envelope.
///
/// [`referral`](Self::referral) and [`ticket`](Self::ticket) leave out the values without a right default: the times,
/// the nonce, and in a ticket the player. [`seal`](Self::seal) refuses a statement without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Direction of the envelope.
    pub kind: EnvelopeKind,
    /// Number of times in a row that the entrypoint referred this player before: 0 in the first referral. A backend
    /// copies it unchanged into its ticket.
    pub hops: u8,
    /// Time of sealing. Milliseconds go into the envelope, the rest is cut off.
    pub issued_at: SystemTime,
    /// First moment at which the envelope is no longer valid. Milliseconds go into the envelope, the rest is cut off.
    pub expires_at: SystemTime,
    /// 16 random bytes, new for each envelope, by which a [`ReplayGuard`](crate::ReplayGuard) recognizes it.
    pub nonce: [u8; 16],
    /// UUID of the player in the order of print, if it is known.
    pub player: Option<[u8; 16]>,
    /// The sealer has verified that the client is this player, by the identity token of the game. If unset, the UUID is
    /// a claim of the client. The sealer of a ticket sets it if its server authenticated the player. Never set without
    /// a player.
    pub verified: bool,
    /// SHA-256 of the client's certificate in DER, if it is known.
    pub certificate: Option<[u8; 32]>,
    /// In a referral the host that the player is referred to. In a ticket the host of the entrypoint; empty: any.
    /// At most [`MAX_HOST`](crate::MAX_HOST) bytes.
    pub host: &'a str,
    /// Port at that host. In a ticket 0 is any.
    pub port: u16,
    /// In a referral the name of the route that led there. In a ticket the route that the backend asks for. At most
    /// [`MAX_ROUTE`](crate::MAX_ROUTE) bytes.
    pub route: &'a str,
    /// In a referral the host name by which the player reached the entrypoint, empty if there was none. In a ticket the
    /// name that the backend gives itself. At most [`MAX_SOURCE`](crate::MAX_SOURCE) bytes.
    pub source: &'a str,
    /// Any bytes, at most [`max_content`](Self::max_content).
    pub content: &'a [u8],
}

impl<'a> Statement<'a> {
    /// Makes the statement of a referral to this target. Times and nonce are still missing.
    pub const fn referral(host: &'a str, port: u16) -> Self {
        Self::new(EnvelopeKind::Referral, host, port)
    }

    /// Makes the statement of a ticket for any entrypoint. Times, nonce and player are still missing.
    pub const fn ticket() -> Self {
        Self::new(EnvelopeKind::Ticket, "", 0)
    }

    const fn new(kind: EnvelopeKind, host: &'a str, port: u16) -> Self {
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

    /// Sets the time of sealing and how long the envelope is valid from then on.
    #[must_use]
    pub fn with_lifetime(mut self, issued_at: SystemTime, lifetime: Duration) -> Self {
        self.issued_at = issued_at;
        // A lifetime beyond the end of time becomes an empty one, which sealing refuses.
        self.expires_at = issued_at.checked_add(lifetime).unwrap_or(issued_at);
        self
    }

    /// Sets the nonce: 16 random bytes.
    #[must_use]
    pub const fn with_nonce(mut self, nonce: [u8; 16]) -> Self {
        self.nonce = nonce;
        self
    }

    /// Sets the number of referrals in a row before.
    #[must_use]
    pub const fn with_hops(mut self, hops: u8) -> Self {
        self.hops = hops;
        self
    }

    /// Binds the envelope to the player that the client claims to be.
    #[must_use]
    pub const fn with_player(mut self, uuid: [u8; 16]) -> Self {
        self.player = Some(uuid);
        self.verified = false;
        self
    }

    /// Binds the envelope to the player that the sealer has verified the client to be.
    #[must_use]
    pub const fn with_verified_player(mut self, uuid: [u8; 16]) -> Self {
        self.player = Some(uuid);
        self.verified = true;
        self
    }

    /// Binds the envelope to the client certificate with this SHA-256.
    #[must_use]
    pub const fn with_certificate(mut self, fingerprint: [u8; 32]) -> Self {
        self.certificate = Some(fingerprint);
        self
    }

    /// Sets the target.
    #[must_use]
    pub const fn with_target(mut self, host: &'a str, port: u16) -> Self {
        self.host = host;
        self.port = port;
        self
    }

    /// Sets the route.
    #[must_use]
    pub const fn with_route(mut self, route: &'a str) -> Self {
        self.route = route;
        self
    }

    /// Sets the source.
    #[must_use]
    pub const fn with_source(mut self, source: &'a str) -> Self {
        self.source = source;
        self
    }

    /// Sets the content.
    #[must_use]
    pub const fn with_content(mut self, content: &'a [u8]) -> Self {
        self.content = content;
        self
    }

    /// Returns the maximum length of the content in bytes: what header, texts and signature leave of 4096. At least
    /// 3168 while the texts are within their own limits.
    pub const fn max_content(&self, algorithm: Algorithm) -> usize {
        (MAX_ENVELOPE - EnvelopeHeader::LEN - algorithm.signature_len())
            .saturating_sub(self.host.len())
            .saturating_sub(self.route.len())
            .saturating_sub(self.source.len())
    }
}
