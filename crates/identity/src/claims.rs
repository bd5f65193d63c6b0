use std::sync::Arc;

use serde::Deserialize;
use uuid::Uuid;

use crate::json::{JsonObject, NumericDate, Text};
use crate::token_parts::{TokenHeader, TokenParts};
use crate::{Scopes, TokenRefusal, Username};

/// Maximum length of an issuer that is kept in bytes. It is an address, and appears in logs.
const MAX_ISSUER: usize = 256;

/// Claims of a token about a player. [`read`] returns them as they are, a [`TokenVerifier`](crate::TokenVerifier)
/// verifies them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// UUID of the player, from `sub`. `None` if it is not a UUID.
    pub subject: Option<Uuid>,
    /// Name of the player, from `profile.username`. `None` if it is not one that the game allows.
    pub username: Option<Username>,
    /// Issuer of the token, from `iss`. `None` if it is longer than 256 bytes.
    pub issuer: Option<Arc<str>>,
    /// Time of issue, from `iat`, in whole seconds since 1970, rounded down.
    pub issued_at: Option<i64>,
    /// Time of expiry, from `exp`, in whole seconds since 1970, rounded down.
    pub expires_at: Option<i64>,
    /// Time from which on the token is valid, from `nbf`, in whole seconds since 1970, rounded up.
    pub not_before: Option<i64>,
    /// Scopes of the token, from `scope`.
    pub scopes: Scopes,
}

/// Reads the claims of a token and verifies nothing: any client can make a token with any claims.
///
/// # Errors
///
/// [`TokenRefusal::Missing`], [`TokenRefusal::TooLong`] or
/// [`TokenRefusal::Malformed`].
pub fn read(token: &str) -> Result<Claims, TokenRefusal> {
    let token = TokenParts::split(token)?;
    token.header()?.read::<TokenHeader<'_>>()?;
    let payload = token.payload()?;
    let payload = payload.read::<TokenPayload<'_>>()?;
    let issuer = payload.issuer().filter(|issuer| issuer.len() <= MAX_ISSUER);
    Ok(payload.claims(issuer.map(Arc::from)))
}

/// Members of the payload that are used. Null is the same as absent; a member that is there twice is an error.
#[derive(Deserialize)]
pub(crate) struct TokenPayload<'a> {
    #[serde(borrow)]
    iss: Option<Text<'a>>,
    #[serde(borrow)]
    sub: Option<Text<'a>>,
    iat: Option<NumericDate>,
    exp: Option<NumericDate>,
    nbf: Option<NumericDate>,
    #[serde(default)]
    scope: Option<Scopes>,
    #[serde(borrow)]
    profile: Option<JsonObject<Profile<'a>>>,
}

#[derive(Deserialize)]
struct Profile<'a> {
    #[serde(borrow)]
    username: Option<Text<'a>>,
}

impl TokenPayload<'_> {
    pub(crate) fn issuer(&self) -> Option<&str> {
        self.iss.as_deref()
    }

    pub(crate) fn claims(&self, issuer: Option<Arc<str>>) -> Claims {
        let profile = self.profile.as_ref();
        let username = profile.and_then(|JsonObject(profile)| profile.username.as_deref());
        Claims {
            subject: self.sub.as_deref().and_then(uuid),
            username: username.and_then(|name| Username::try_from(name).ok()),
            issuer,
            issued_at: self.iat.map(|date| date.floor),
            expires_at: self.exp.map(|date| date.floor),
            not_before: self.nbf.map(|date| date.ceil),
            scopes: self.scope.unwrap_or_default(),
        }
    }
}

/// Reads a UUID with four hyphens or without any. The `uuid` crate reads more forms, which would give one player
/// several spellings.
fn uuid(text: &str) -> Option<Uuid> {
    matches!(text.len(), 32 | 36)
        .then(|| Uuid::try_parse(text).ok())
        .flatten()
}
