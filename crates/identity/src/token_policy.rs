use std::time::Duration;

/// Requirements and cache size of a [`TokenVerifier`](crate::TokenVerifier).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPolicy {
    /// Issuer that tokens must name exactly. Default `https://sessions.hytale.com`.
    pub issuer: String,
    /// Maximum difference between the clock of the issuer and this one, ahead or behind. Default 300 s, as in the game.
    pub clock_skew: Duration,
    /// Time for which keys are used after they were last [confirmed](crate::TokenVerifier::confirm_keys). Then all
    /// tokens are refused with [`KeysUnavailable`](crate::TokenRefusal::KeysUnavailable), so that a withdrawn key is
    /// not trusted for as long as its source is unreachable. Default 6 h.
    pub max_stale: Duration,
    /// Maximum time since the `iat` of a token, give or take the skew. A token without `iat` is refused then. `None`,
    /// the default: only `exp` counts.
    pub max_age: Option<Duration>,
    /// Maximum number of cached tokens, which makes a returning player cheaper. One takes 156 bytes of memory, at worst
    /// 312; memory is taken when it is needed, but for 4 bytes each. 0 disables the cache. Default 16,384, so 5.2 MB at
    /// worst.
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
