use uuid::Uuid;

use crate::{Claims, TokenRefusal};

/// Program that a player connects with. Each needs a scope of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientKind {
    /// Game; needs `hytale:client`.
    Game,
    /// Editor; needs `hytale:editor`.
    Editor,
    /// Unknown program, by its number in the packet; needs `hytale:client`.
    Other(u8),
}

/// Facts of the packet that a token has to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Program that sent the packet.
    pub client: ClientKind,
    /// UUID of the player in the packet. `None` in builds 77 and later, where only the token has it.
    pub uuid: Option<Uuid>,
}

impl Expected {
    pub(crate) fn check(&self, claims: &Claims) -> Result<(), TokenRefusal> {
        let allowed = match self.client {
            ClientKind::Game | ClientKind::Other(_) => claims.scopes.client(),
            ClientKind::Editor => claims.scopes.editor(),
        };
        if !allowed {
            return Err(TokenRefusal::Scope);
        }
        let subject = claims.subject.ok_or(TokenRefusal::Subject)?;
        claims.username.ok_or(TokenRefusal::Username)?;
        match self.uuid {
            Some(uuid) if uuid != subject => Err(TokenRefusal::UuidMismatch),
            _ => Ok(()),
        }
    }
}
