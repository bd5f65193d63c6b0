use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Clients of all builds send an identity token that the game's session service signed; since build 77 it is the only
/// place where a UUID and a name are. What it says is known to filters, plugins and logs in every mode.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Identity {
    /// `off`: tokens are read and not verified. `report`: they are verified, and whoever shows none or a bad one is
    /// let in unverified. `require`: such players are refused with the `identity` text.
    #[schemars(extend("enum" = ["off", "report", "require"]))]
    pub(crate) mode: String,
    /// The keys that tokens are verified with, a JSON Web Key Set: an address (`https://...`, or `http://...` of this
    /// machine) or a file. They are fetched in the background, and kept for `max_stale` while the service is away.
    #[schemars(extend("format" = "jwks", "minLength" = 1))]
    pub(crate) jwks: String,
    /// PEM file with the certificates that `jwks` is trusted by, beside those of the system.
    pub(crate) ca_file: Option<String>,
    /// Whom tokens have to come from: their `iss`, letter for letter.
    #[schemars(length(min = 1))]
    pub(crate) issuer: String,
    /// How far the clock of the session service may be away from this one, at most 1 hour. The game itself allows 300
    /// seconds.
    #[schemars(extend("format" = "go-duration"))]
    pub(crate) clock_skew: String,
    /// How often the keys are fetched again, 1 second to 168 hours. A key that was withdrawn is trusted for this long
    /// while the source answers, and for `max_stale` while it does not. A token with an unknown key makes the router
    /// fetch sooner, at most every 30 seconds.
    #[schemars(extend("format" = "go-duration-positive"))]
    pub(crate) refresh: String,
    /// How long keys are used after the last good fetch, at least twice `refresh` and at most 336 hours. A file that is
    /// read well counts as a good fetch each time. After that no token is verified: players are refused as
    /// `identity_keys_unavailable` with `require`, and are unverified with `report`. Default: 6 hours, or twice
    /// `refresh` if that is longer. Lower values end the trust in withdrawn keys sooner, and let an outage of the key
    /// service keep players out sooner.
    #[schemars(extend("format" = "go-duration-positive"))]
    pub(crate) max_stale: Option<String>,
    /// How long ago a token may have been issued, by its `iat` and give or take `clock_skew`. An older token, and one
    /// without `iat`, is refused as `identity_max_age`. Default: none, so that `exp` alone counts. It limits for how long
    /// a server that a player has joined can show that player's token. A value below the time for which the game uses a
    /// token refuses honest players.
    #[schemars(extend("format" = "go-duration-positive"))]
    pub(crate) max_age: Option<String>,
    /// Binds a verified token to the first client certificate that shows it: the same token from a client with another
    /// certificate, or without one, is refused as `identity_certificate`. The router remembers 131,072 tokens, 4 of each
    /// player, in at most 23 MB. A token that is shown by a thief first is refused for its player.
    pub(crate) bind_certificate: bool,
    /// Verified tokens that are remembered until they end, so that a player who comes again costs less. One takes 312
    /// bytes at worst, so the default is 5.2 MB. 0 remembers none.
    #[schemars(range(max = 16_777_216))]
    pub(crate) cache_size: u32,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            mode: "off".to_owned(),
            jwks: "https://sessions.hytale.com/.well-known/jwks.json".to_owned(),
            ca_file: None,
            issuer: "https://sessions.hytale.com".to_owned(),
            clock_skew: "300s".to_owned(),
            refresh: "10m".to_owned(),
            max_stale: None,
            max_age: None,
            bind_certificate: false,
            cache_size: 16_384,
        }
    }
}
