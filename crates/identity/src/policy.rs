use std::time::Duration;

/// What a [`Verifier`](crate::Verifier) demands and remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whom tokens have to come from, letter for letter. Default `https://sessions.hytale.com`.
    pub issuer: String,
    /// How far the clock of the issuer may be away from this one, ahead or behind. Default 300 s, as in the game.
    pub clock_skew: Duration,
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
            cache: 16_384,
        }
    }
}
