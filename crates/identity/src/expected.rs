use uuid::Uuid;

use crate::{Claims, TokenRefusal};

/// The program that a player came with. Each needs a scope of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// The game; needs `hytale:client`.
    Game,
    /// The editor; needs `hytale:editor`.
    Editor,
    /// One that is not known, by its number in the packet; needs `hytale:client`.
    Other(u8),
}

/// What a token has to fit to: the packet in which it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The program that sent it.
    pub client: ClientKind,
    /// Whom the packet says it comes from. None in builds 77 and later, where the token alone says it.
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
