use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::name;
use crate::text_form::{AsOptionalText, AsText, GoDuration, PositiveDuration, names};

/// Verification of identity tokens. Clients of all builds send a token that the game's session service signed. Since
/// build 77 it is the only source of the player's UUID and name. Filters, plugins and logs use its content in every
/// mode.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct IdentitySettings {
    /// Treatment of players without a valid token. `off`: the router reads tokens and does not verify them. `report`:
    /// it verifies tokens, and accepts players without a valid one as unverified. `require`: it refuses such players
    /// with the `identity` text.
    #[serde(with = "AsText::<IdentityMode>")]
    pub mode: IdentityMode,
    /// Source of the keys that verify tokens, a JSON Web Key Set: an address (`https://...`, or `http://...` of this
    /// machine) or a file. The router fetches it in the background, and uses the keys for `max_stale` if the source
    /// does not answer.
    #[schemars(extend("format" = name::JWKS, "minLength" = 1))]
    pub jwks: String,
    /// PEM file with CA certificates for `jwks`, beside those of the system.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub ca_file: Option<PathBuf>,
    /// Required issuer (`iss`) of tokens. Case-sensitive.
    #[schemars(length(min = 1))]
    pub issuer: String,
    /// Maximum difference between the clock of the session service and this one, 0 seconds to 1 hour. The game itself
    /// allows 300 seconds.
    #[serde(with = "AsText::<GoDuration>")]
    pub clock_skew: Duration,
    /// Time between two fetches of the keys, 1 second to 168 hours. The router trusts a withdrawn key for this long
    /// while the source answers, and for `max_stale` while it does not. On a token with an unknown key the router
    /// fetches earlier, at most every 30 seconds.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub refresh: Duration,
    /// Maximum time that keys are used after the last successful fetch, from twice `refresh` to 336 hours. A successful
    /// read of a file counts as a fetch. After that time no token can be verified: `require` refuses players as
    /// `identity_keys_unavailable`, `report` accepts them as unverified. Default: 6 hours, or twice `refresh` if that
    /// is longer. Lower values end the trust in withdrawn keys sooner, and let an outage of the key service keep
    /// players out sooner.
    #[serde(with = "AsOptionalText::<PositiveDuration>")]
    pub max_stale: Option<Duration>,
    /// Maximum age of a token by its `iat`, give or take `clock_skew`. The router refuses older tokens, and tokens
    /// without `iat`, as `identity_max_age`. Default: none, so that only `exp` counts. It limits for how long a server
    /// that a player has joined can present that player's token. A value below the time for which the game uses a token
    /// refuses honest players.
    #[serde(with = "AsOptionalText::<PositiveDuration>")]
    pub max_age: Option<Duration>,
    /// Binds a verified token to the first client certificate that presents it. The router refuses the same token from
    /// a client with another certificate, or without one, as `identity_certificate`. It remembers 131,072 tokens, 4 of
    /// each player, in at most 23 MB. If a thief presents a token first, the router refuses it for its player.
    pub bind_certificate: bool,
    /// Maximum number of verified tokens that are remembered until they expire. A player with a remembered token costs
    /// less. One token takes at most 312 bytes, so the default costs at most 5.2 MB. 0 remembers none.
    #[schemars(range(max = 16_777_216))]
    pub cache_size: usize,
}

impl IdentitySettings {
    /// Maximum time that keys are used after the last successful fetch, if none is configured.
    const MAX_STALE: Duration = Duration::from_hours(6);

    /// Returns the least value of `max_stale`: one fetch may fail without an effect on players.
    pub(crate) fn min_stale(&self) -> Duration {
        self.refresh.saturating_mul(2)
    }

    /// Returns the maximum time that keys are used after the last successful fetch: `max_stale` or its default.
    pub fn key_lifetime(&self) -> Duration {
        self.max_stale
            .unwrap_or_else(|| Self::MAX_STALE.max(self.min_stale()))
    }

    /// Returns the file that holds the keys. `None` for an address.
    pub fn jwks_file(&self) -> Option<&Path> {
        (!self.jwks.contains("://")).then(|| Path::new(&self.jwks))
    }
}

impl Default for IdentitySettings {
    fn default() -> Self {
        Self {
            mode: IdentityMode::Off,
            jwks: "https://sessions.hytale.com/.well-known/jwks.json".to_owned(),
            ca_file: None,
            issuer: "https://sessions.hytale.com".to_owned(),
            clock_skew: Duration::from_mins(5),
            refresh: Duration::from_mins(10),
            max_stale: None,
            max_age: None,
            bind_certificate: false,
            cache_size: 16_384,
        }
    }
}

names! {
    /// Treatment of players without a valid identity token.
    pub enum IdentityMode {
        /// Tokens are read and not verified.
        Off = "off",
        /// Players are accepted as unverified.
        Report = "report",
        /// Players are refused.
        Require = "require",
    }
}
