//! The player's identity.

use std::sync::Arc;
use std::time::SystemTime;

use hyrouter_identity::{
    Bindings, Claims, ClientKind, Expected, TokenRefusal, TokenVerifier, Username,
};
use hyrouter_protocol::{ClientType, Connect};
use uuid::Uuid;

use crate::reason::IdentityResult;

/// A player as described by the `Connect` packet, and whether a token proves it.
#[derive(Debug)]
pub(crate) struct Player<'a> {
    uuid: Option<Uuid>,
    username: Option<&'a str>,
    claims: Option<Claims>,
    verified: bool,
    refusal: Option<TokenRefusal>,
}

impl<'a> Player<'a> {
    /// Creates a player with the given attributes and no token, for explanations.
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
    /// Returns the UUID of the first of: a verified token, the packet, an unverified token.
    pub(crate) fn uuid(&self) -> Option<Uuid> {
        let claimed = self.claims.as_ref().and_then(|claims| claims.subject);
        if self.is_proven() {
            claimed
        } else {
            self.uuid.or(claimed)
        }
    }

    /// Returns the name, in the same order as [`uuid`](Self::uuid).
    pub(crate) fn username(&self) -> Option<&str> {
        let claims = self.claims.as_ref();
        let claimed = claims.and_then(|claims| claims.username.as_ref());
        let claimed = claimed.map(Username::as_str);
        if self.is_proven() {
            claimed
        } else {
            self.username.or(claimed)
        }
    }

    /// Returns the claims of the token, verified or not.
    pub(crate) fn claims(&self) -> Option<&Claims> {
        self.claims.as_ref()
    }

    pub(crate) fn is_verified(&self) -> bool {
        self.verified
    }

    /// Returns the result of the check of the token; `None` without a token.
    pub(crate) fn result(&self) -> Option<IdentityResult> {
        match (self.refusal, &self.claims) {
            (Some(refusal), _) => Some(IdentityResult::Refused(refusal)),
            (None, _) if self.verified => Some(IdentityResult::Verified),
            (None, Some(_)) => Some(IdentityResult::Claimed),
            (None, None) => None,
        }
    }

    /// Returns whether a token proves UUID and name. An assumed player is verified without a token.
    fn is_proven(&self) -> bool {
        self.verified && self.claims.is_some()
    }
}

/// Checks identity tokens.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdentityCheck {
    /// `true` if players without a good token are refused.
    pub(crate) required: bool,
    /// Verifier of tokens. Without it, tokens are read but not verified.
    pub(crate) verifier: Option<Arc<TokenVerifier>>,
    /// Bindings of tokens to client certificates. Without them, tokens are not bound.
    pub(crate) bindings: Option<Arc<Bindings>>,
}

/// The party that presents a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presenter {
    /// A client, with the SHA-256 of its certificate if it has one.
    Client(Option<[u8; 32]>),
    /// An operator, for an explanation. No token is bound to a certificate.
    Operator,
}

impl IdentityCheck {
    /// Reads and verifies the identity of a player.
    ///
    /// # Errors
    ///
    /// The token is refused, and a valid token is required.
    pub(crate) fn check<'a>(
        &self,
        connect: &Connect<'a>,
        presenter: Presenter,
        now: SystemTime,
    ) -> Result<Player<'a>, TokenRefusal> {
        let mut player = Player {
            uuid: connect.uuid,
            // The game does not allow other names, so they belong to no player.
            username: connect
                .username
                .filter(|name| Username::try_from(*name).is_ok()),
            claims: None,
            verified: false,
            refusal: None,
        };
        let token = connect.identity_token;
        let Some(verifier) = &self.verifier else {
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
        let checked = match (presenter, &self.bindings) {
            (Presenter::Client(certificate), Some(bindings)) => {
                verifier.verify_and_bind(token, &expected, certificate, bindings, now)
            }
            _ => verifier.verify(token, &expected, now),
        };
        match checked {
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
