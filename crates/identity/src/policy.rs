use std::time::Duration;

/// What a [`Verifier`](crate::Verifier) demands and remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whom tokens have to come from, letter for letter. Default `https://sessions.hytale.com`.
    pub issuer: String,
    /// How far the clock of the issuer may be away from this one, ahead or behind. Default 300 s, as in the game.
    pub clock_skew: Duration,
    /// How long keys are used after they were last [confirmed](crate::Verifier::confirm_keys). After that all tokens are
    /// refused with [`KeysUnavailable`](crate::Refusal::KeysUnavailable), so that a key which was withdrawn is not
    /// trusted for as long as its source is away. Default 6 h.
    pub max_stale: Duration,
    /// Verified tokens that are remembered, so that a player who comes again costs less. One takes 140 bytes of memory,
    /// at worst 280; none is taken before it is needed, but for 4 bytes each. 0 remembers none. Default 16,384, so
    /// 4.7 MB at worst.
    pub cache: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            issuer: "https://sessions.hytale.com".to_owned(),
            clock_skew: Duration::from_mins(5),
            max_stale: Duration::from_hours(6),
            cache: 16_384,
        }
    }
}
