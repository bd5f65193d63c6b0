use std::sync::Arc;

use serde::Deserialize;
use uuid::Uuid;

use crate::json::{JsonObject, NumericDate, Text};
use crate::token_parts::{TokenHeader, TokenParts};
use crate::{Scopes, TokenRefusal, Username};

/// Longest issuer in bytes that is kept. It is an address, and stands in logs.
const MAX_ISSUER: usize = 256;

/// What a token says of a player. Whether it is true is another question: [`read`] does not ask, a
/// [`TokenVerifier`](crate::TokenVerifier) does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// The UUID of the player, from `sub`. None if there is no UUID in it.
    pub subject: Option<Uuid>,
    /// The name of the player, from `profile.username`. None if it is not one that the game allows.
    pub username: Option<Username>,
    /// Who made the token, from `iss`. None if it is longer than 256 bytes.
    pub issuer: Option<Arc<str>>,
    /// When it was issued, from `iat`, in whole seconds since 1970, rounded down.
    pub issued_at: Option<i64>,
    /// When it ends, from `exp`, in whole seconds since 1970, rounded down.
    pub expires_at: Option<i64>,
    /// When it begins, from `nbf`, in whole seconds since 1970, rounded up.
    pub not_before: Option<i64>,
    /// What it is for, from `scope`.
    pub scopes: Scopes,
}

/// Reads the claims and verifies nothing: everybody can make a token that says anything.
///
/// # Errors
///
/// When there is no token, or it is not one: [`TokenRefusal::Missing`], [`TokenRefusal::TooLong`] or
/// [`TokenRefusal::Malformed`].
pub fn read(token: &str) -> Result<Claims, TokenRefusal> {
    let token = TokenParts::split(token)?;
    token.header()?.read::<TokenHeader<'_>>()?;
    let payload = token.payload()?;
    let payload = payload.read::<TokenPayload<'_>>()?;
    let issuer = payload.issuer().filter(|issuer| issuer.len() <= MAX_ISSUER);
    Ok(payload.claims(issuer.map(Arc::from)))
}

/// The payload, as far as it decides something. Null is the same as absent; a member that is there twice is an error.
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

/// With four hyphens or without any. The crate knows more forms, by which one player could be told in several ways.
fn uuid(text: &str) -> Option<Uuid> {
    matches!(text.len(), 32 | 36)
        .then(|| Uuid::try_parse(text).ok())
        .flatten()
}
