use std::time::Duration;

/// What a [`TokenVerifier`](crate::TokenVerifier) demands and remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPolicy {
    /// Whom tokens have to come from, letter for letter. Default `https://sessions.hytale.com`.
    pub issuer: String,
    /// How far the clock of the issuer may be away from this one, ahead or behind. Default 300 s, as in the game.
    pub clock_skew: Duration,
    /// How long keys are used after they were last [confirmed](crate::TokenVerifier::confirm_keys). After that all
    /// tokens are refused with [`KeysUnavailable`](crate::TokenRefusal::KeysUnavailable), so that a key which was
    /// withdrawn is not trusted for as long as its source is away. Default 6 h.
    pub max_stale: Duration,
    /// How long ago a token may have been issued, by its `iat` and give or take the skew. A token that does not say
    /// when is refused then. None, the default: `exp` alone counts.
    pub max_age: Option<Duration>,
    /// Verified tokens that are remembered, so that a player who comes again costs less. One takes 156 bytes of memory,
    /// at worst 312; none is taken before it is needed, but for 4 bytes each. 0 remembers none. Default 16,384, so
    /// 5.2 MB at worst.
    pub cache: usize,
}

impl Default for TokenPolicy {
    fn default() -> Self {
        Self {
            issuer: "https://sessions.hytale.com".to_owned(),
            clock_skew: Duration::from_mins(5),
            max_stale: Duration::from_hours(6),
            max_age: None,
            cache: 16_384,
        }
    }
}
