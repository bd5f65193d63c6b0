/// Check that a token failed.
///
/// The text is for operators. It holds nothing of the token and nothing of the player.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TokenRefusal {
    /// There is no token, or an empty one.
    #[error("the player sent no identity token")]
    Missing,
    /// The token is longer than [`MAX_TOKEN`](crate::MAX_TOKEN).
    #[error("the identity token is longer than 8192 bytes")]
    TooLong,
    /// The token is not three parts in base64url, or one of the first two is not the required JSON object.
    #[error(
        "the identity token is not a signed JWT: three parts in base64url without padding, the first two JSON objects \
         whose known members occur once and have the right type"
    )]
    Malformed,
    /// The header names another algorithm than Ed25519, or extensions that must be understood.
    #[error(
        "the header of the identity token names an algorithm other than EdDSA (Ed25519), or extensions by `crit`"
    )]
    Algorithm,
    /// There are no keys to verify the token with, or they are too old.
    #[error(
        "no keys are available to verify identity tokens, or the last successful fetch is too long ago"
    )]
    KeysUnavailable,
    /// The token is signed with a key that is not in the set, or names none while there are several.
    #[error("the identity token names no key, or a key that is not in the key set")]
    UnknownKey,
    /// The signature is not that of the key that the token names.
    #[error("the signature of the identity token is invalid")]
    Signature,
    /// The token names another issuer, or none.
    #[error("the identity token has another issuer, or none")]
    Issuer,
    /// The token has expired, or names no time of expiry.
    #[error("the identity token has expired, or has no expiry time")]
    Expired,
    /// The token was issued too long ago, or names no time of issue.
    #[error("the identity token is older than identity.max_age, or has no time of issue")]
    MaxAge,
    /// The token is not valid yet.
    #[error("the identity token is not valid yet; compare the clocks")]
    NotYetValid,
    /// The token is not for this kind of client.
    #[error(
        "the identity token is not for this kind of client: `scope` lacks hytale:client or hytale:editor"
    )]
    Scope,
    /// The subject is not a UUID, or there is none.
    #[error("the subject of the identity token is not a UUID")]
    Subject,
    /// The name is not one that the game allows, or there is none.
    #[error("the identity token has no name of 1 to 16 of A-Z, a-z, 0-9 and _")]
    Username,
    /// The token belongs to another UUID than the packet names.
    #[error("the identity token belongs to another UUID than the Connect packet")]
    UuidMismatch,
    /// The token was first shown with another client certificate, or the client has none.
    #[error(
        "the identity token was first presented with another client certificate, or the client has none"
    )]
    Certificate,
}

impl TokenRefusal {
    /// All refusals, in the order in which they are declared.
    pub const ALL: &[Self] = &[
        Self::Missing,
        Self::TooLong,
        Self::Malformed,
        Self::Algorithm,
        Self::KeysUnavailable,
        Self::UnknownKey,
        Self::Signature,
        Self::Issuer,
        Self::Expired,
        Self::MaxAge,
        Self::NotYetValid,
        Self::Scope,
        Self::Subject,
        Self::Username,
        Self::UuidMismatch,
        Self::Certificate,
    ];

    /// Returns a stable name, for logs and counters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "identity_missing",
            Self::TooLong => "identity_too_long",
            Self::Malformed => "identity_malformed",
            Self::Algorithm => "identity_algorithm",
            Self::KeysUnavailable => "identity_keys_unavailable",
            Self::UnknownKey => "identity_unknown_key",
            Self::Signature => "identity_signature",
            Self::Issuer => "identity_issuer",
            Self::Expired => "identity_expired",
            Self::MaxAge => "identity_max_age",
            Self::NotYetValid => "identity_not_yet_valid",
            Self::Scope => "identity_scope",
            Self::Subject => "identity_subject",
            Self::Username => "identity_username",
            Self::UuidMismatch => "identity_uuid_mismatch",
            Self::Certificate => "identity_certificate",
        }
    }

    /// Returns the place in [`ALL`](Self::ALL).
    pub(crate) const fn place(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::TokenRefusal;

    #[test]
    fn each_has_its_place_and_a_unique_code() {
        let mut codes = BTreeSet::new();
        for (place, refusal) in TokenRefusal::ALL.iter().enumerate() {
            assert_eq!(refusal.place(), place);
            assert!(refusal.as_str().starts_with("identity_"));
            assert!(codes.insert(refusal.as_str()), "{refusal:?}");
        }
        assert_eq!(TokenRefusal::ALL.last(), Some(&TokenRefusal::Certificate));
    }

    #[test]
    fn the_limit_is_told_as_it_is() {
        assert!(
            TokenRefusal::TooLong
                .to_string()
                .contains(&crate::MAX_TOKEN.to_string())
        );
    }
}
