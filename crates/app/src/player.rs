//! Who a player is.

use std::sync::Arc;
use std::time::SystemTime;

use hyrouter_config::{IdentityMode, IdentitySettings};
use hyrouter_identity::{Claims, ClientKind, Expected, TokenRefusal, Username};
use hyrouter_protocol::{ClientType, Connect};
use uuid::Uuid;

use crate::build::identity_keys::IdentityKeys;

/// A player as far as the `Connect` tells, and whether it is proven.
#[derive(Debug)]
pub(crate) struct Player<'a> {
    uuid: Option<Uuid>,
    username: Option<&'a str>,
    claims: Option<Claims>,
    verified: bool,
    refusal: Option<TokenRefusal>,
}

impl<'a> Player<'a> {
    /// Somebody of whom that is known, without a token.
    pub(crate) fn assumed(uuid: Option<Uuid>, username: Option<&'a str>, verified: bool) -> Self {
        Self {
            uuid,
            username,
            claims: None,
            verified,
            refusal: None,
        }
    }
}

impl Player<'_> {
    /// What is proven goes before what the packet says, and that before what a token says that nobody verified.
    pub(crate) fn uuid(&self) -> Option<Uuid> {
        let claimed = self.claims.as_ref().and_then(|claims| claims.subject);
        if self.verified && self.claims.is_some() {
            claimed
        } else {
            self.uuid.or(claimed)
        }
    }

    /// Likewise.
    pub(crate) fn username(&self) -> Option<&str> {
        let claimed = self
            .claims
            .as_ref()
            .and_then(|claims| claims.username.as_ref());
        let claimed = claimed.map(Username::as_str);
        if self.verified && self.claims.is_some() {
            claimed
        } else {
            self.username.or(claimed)
        }
    }

    /// What the token says, verified or not.
    pub(crate) fn claims(&self) -> Option<&Claims> {
        self.claims.as_ref()
    }

    pub(crate) fn is_verified(&self) -> bool {
        self.verified
    }

    /// What became of the token, for logs.
    pub(crate) fn judgement(&self) -> Option<&'static str> {
        match (self.refusal, &self.claims) {
            (Some(refusal), _) => Some(refusal.as_str()),
            (None, _) if self.verified => Some("verified"),
            (None, Some(_)) => Some("claimed"),
            (None, None) => None,
        }
    }
}

/// Who shows a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShownBy {
    /// A client, with the SHA-256 of its certificate if it has one.
    Client(Option<[u8; 32]>),
    /// An operator who asks what would become of it. Nothing is bound.
    Operator,
}

/// Judges identity tokens as the configuration wants it.
#[derive(Debug, Clone)]
pub(crate) struct Identities {
    required: bool,
    /// None: tokens are read and not verified.
    keys: Option<Arc<IdentityKeys>>,
}

impl Identities {
    pub(crate) fn new(settings: &IdentitySettings, keys: Option<Arc<IdentityKeys>>) -> Self {
        Self {
            required: settings.mode == IdentityMode::Require,
            keys,
        }
    }

    /// Whether players without a good token are turned away.
    pub(crate) fn required(&self) -> bool {
        self.required
    }

    /// # Errors
    /// The token is not good, and a good one is required.
    pub(crate) fn judge<'a>(
        &self,
        connect: &Connect<'a>,
        shown_by: ShownBy,
        now: SystemTime,
    ) -> Result<Player<'a>, TokenRefusal> {
        let mut player = Player {
            uuid: connect.uuid,
            // A name that the game does not allow is nobody's.
            username: connect
                .username
                .filter(|name| Username::try_from(*name).is_ok()),
            claims: None,
            verified: false,
            refusal: None,
        };
        let token = connect.identity_token;
        let Some(keys) = &self.keys else {
            player.claims = token.and_then(read);
            return Ok(player);
        };
        let expected = Expected {
            client: match connect.client_type {
                ClientType::Game => ClientKind::Game,
                ClientType::Editor => ClientKind::Editor,
            },
            uuid: connect.uuid,
        };
        let verified = match (shown_by, &keys.bindings) {
            (ShownBy::Client(certificate), Some(bindings)) => {
                keys.verifier
                    .verify_and_bind(token, &expected, certificate, bindings, now)
            }
            _ => keys.verifier.verify(token, &expected, now),
        };
        match verified {
            Ok(claims) => {
                player.claims = Some(claims);
                player.verified = true;
            }
            Err(refusal) if self.required => return Err(refusal),
            Err(refusal) => {
                player.claims = token.and_then(read);
                player.refusal = Some(refusal);
            }
        }
        Ok(player)
    }
}

fn read(token: &str) -> Option<Claims> {
    hyrouter_identity::read(token).ok()
}
