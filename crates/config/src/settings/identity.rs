//! Verification of the identity of players.

use std::path::PathBuf;
use std::time::Duration;

/// Verification of the identity of players.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdentitySettings {
    /// Treatment of players without a valid token.
    pub mode: IdentityMode,
    /// Source of the keys: `https://...`, `http://...` of this machine, or a file.
    pub jwks: String,
    /// Certificates that the key server is trusted by, beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Required issuer of tokens.
    pub issuer: String,
    /// Maximum difference to the issuer's clock. At most 1 hour.
    pub clock_skew: Duration,
    /// Time between two fetches of the keys, 1 second to 168 hours.
    pub refresh: Duration,
    /// Maximum time that keys are used after the last successful fetch.
    pub max_stale: Duration,
    /// Maximum age of a token. Absent: only the token's own expiry counts.
    pub max_age: Option<Duration>,
    /// `true` if a token is accepted only with the first client certificate that presents it.
    pub bind_certificate: bool,
    /// Maximum number of verified tokens that are remembered.
    pub cache_size: usize,
}

/// Treatment of players without a valid identity token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityMode {
    /// Tokens are read and not verified.
    Off,
    /// Players are accepted as unverified.
    Report,
    /// Players are refused.
    Require,
}
