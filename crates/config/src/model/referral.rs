use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Referral {
    /// What a referral carries. `hyrp`: an envelope around the content that plugins set, also when there is none. `none`:
    /// the plain content, or nothing; this cannot be signed, so keys, a secret and `version: 2` are mistakes beside it.
    #[schemars(extend("enum" = ["hyrp", "none"]))]
    pub(crate) envelope: String,
    /// Version of the envelope. 1 is what the original sends and its backends read. 2 also says for whom, for which
    /// backend and for how long it is meant, and is always signed.
    #[schemars(range(min = 1, max = 2))]
    pub(crate) version: u8,
    /// Key id of `hmac_secret`, by which a backend finds the secret.
    pub(crate) key_id: u8,
    /// Secret that signs the envelope: plain text, `base64:...` or `hex:...`; blanks around it and line breaks in base64
    /// do not count. Absent, and no `keys`: the envelope is not signed. Better given as `HYROUTER_REFERRAL__HMAC_SECRET` than in a file.
    #[schemars(extend("format" = "secret", "writeOnly" = true))]
    pub(crate) hmac_secret: Option<String>,
    /// Keys that sign, beside `hmac_secret`. Of those that are valid the one with the latest `not_before` signs.
    pub(crate) keys: Vec<SigningKey>,
    /// How long an envelope of version 2 is good, 1 second to 24 hours: the time from the referral to the backend's check of it. A client
    /// follows a referral within 20 seconds.
    #[schemars(extend("format" = "go-duration-positive"))]
    pub(crate) ttl: String,
    /// Keys of servers that may send players back here with a ticket of theirs. What nobody of them signed is ignored.
    pub(crate) accept: Vec<AcceptedKey>,
    /// How often a player may be referred on by tickets in a row, after the first referral, before a loop is assumed and
    /// the player refused.
    #[schemars(range(min = 1, max = 255))]
    pub(crate) max_hops: u8,
}

impl Default for Referral {
    fn default() -> Self {
        Self {
            envelope: "hyrp".to_owned(),
            version: 1,
            key_id: 0,
            hmac_secret: None,
            keys: Vec::new(),
            ttl: "60s".to_owned(),
            accept: Vec::new(),
            max_hops: 5,
        }
    }
}

/// The secret is in one of `secret`, `secret_file` and `secret_env`.
#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["id"]))]
pub(crate) struct SigningKey {
    /// Key id in the envelope, unique.
    pub(crate) id: u8,
    /// How it signs; `hmac_sha256` when absent. With `ed25519`, which is for version 2, backends hold only the public
    /// key and can not sign themselves.
    #[schemars(extend("enum" = ["hmac_sha256", "ed25519"]))]
    pub(crate) algorithm: Option<String>,
    /// The secret: plain text, `base64:...` or `hex:...`. At least 16 bytes for version 2, 32 bytes exactly for
    /// `ed25519`.
    #[schemars(extend("format" = "secret", "writeOnly" = true))]
    pub(crate) secret: Option<String>,
    /// File that holds the secret in one of these forms.
    pub(crate) secret_file: Option<String>,
    /// Environment variable that holds it. Its name does not begin with `HYROUTER_`.
    pub(crate) secret_env: Option<String>,
    /// From when on it signs, like `2026-12-01T00:00:00Z`. Absent: always did.
    #[schemars(extend("format" = "timestamp"))]
    pub(crate) not_before: Option<String>,
    /// Until when it signs, that moment not included. Give backends the key for `ttl` longer.
    #[schemars(extend("format" = "timestamp"))]
    pub(crate) not_after: Option<String>,
}

/// A key of `hmac_sha256` is in one of `secret`, `secret_file` and `secret_env`, one of `ed25519` in `public_key`.
#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["id"]))]
pub(crate) struct AcceptedKey {
    /// Key id in the ticket, unique.
    pub(crate) id: u8,
    /// How the ticket is signed; `hmac_sha256` when absent.
    #[schemars(extend("enum" = ["hmac_sha256", "ed25519"]))]
    pub(crate) algorithm: Option<String>,
    /// The secret, at least 16 bytes: plain text, `base64:...` or `hex:...`.
    #[schemars(extend("format" = "secret", "writeOnly" = true))]
    pub(crate) secret: Option<String>,
    /// File that holds the secret in one of these forms.
    pub(crate) secret_file: Option<String>,
    /// Environment variable that holds it. Its name does not begin with `HYROUTER_`.
    pub(crate) secret_env: Option<String>,
    /// The public key, 32 bytes: `base64:...` or `hex:...`.
    #[schemars(extend("format" = "public-key"))]
    pub(crate) public_key: Option<String>,
    /// From when on its tickets are taken, like `2026-12-01T00:00:00Z`. Absent: always were.
    #[schemars(extend("format" = "timestamp"))]
    pub(crate) not_before: Option<String>,
    /// Until when they are, that moment not included.
    #[schemars(extend("format" = "timestamp"))]
    pub(crate) not_after: Option<String>,
}
