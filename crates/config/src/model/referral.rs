use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use hyrouter_referral::{Algorithm, Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text_form::{AsOptionalText, AsText, PositiveDuration, PublicKeyText, names};

#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Referral {
    /// Form of the referral data. `hyrp`: an envelope around the content that plugins set, also without content.
    /// `none`: the plain content, or nothing. It cannot be signed, so that keys, a secret and `version: 2` are errors
    /// beside it.
    #[serde(with = "AsText::<EnvelopeForm>")]
    pub(crate) envelope: EnvelopeForm,
    /// Version of the envelope. 1: the envelope of the original, which its backends read. 2: the envelope also holds
    /// the player, the backend and the time that it is meant for, and is always signed.
    #[schemars(range(min = 1, max = 2))]
    pub(crate) version: u8,
    /// Key id of `hmac_secret`. Backends find the secret by it.
    pub(crate) key_id: u8,
    /// Secret that signs the envelope: plain text, `base64:...` or `hex:...`. Whitespace around it and line breaks in
    /// base64 are ignored. Default: without it and without `keys`, the envelope is not signed. Prefer
    /// `HYROUTER_REFERRAL__HMAC_SECRET` to a value in a file.
    #[serde(with = "AsOptionalText::<Secret>")]
    pub(crate) hmac_secret: Option<Secret>,
    /// Keys that sign, beside `hmac_secret`. Among the valid ones, the key with the latest `not_before` signs.
    pub(crate) keys: Vec<SigningKey>,
    /// Validity of an envelope of version 2, from the referral to the check of the backend, 1 second to 24 hours. A
    /// client follows a referral within 20 seconds.
    #[serde(with = "AsText::<PositiveDuration>")]
    pub(crate) ttl: Duration,
    /// Keys of servers that may send players back with a ticket. The router ignores tickets of other keys.
    pub(crate) accept: Vec<AcceptedKey>,
    /// Maximum number of referrals by tickets in a row, after the first referral. Beyond it the router assumes a loop
    /// and refuses the player.
    #[schemars(range(min = 1, max = 255))]
    pub(crate) max_hops: u8,
}

impl Default for Referral {
    fn default() -> Self {
        Self {
            envelope: EnvelopeForm::Hyrp,
            version: 1,
            key_id: 0,
            hmac_secret: None,
            keys: Vec::new(),
            ttl: Duration::from_mins(1),
            accept: Vec::new(),
            max_hops: 5,
        }
    }
}

names! {
    /// Form of the referral data.
    pub(crate) enum EnvelopeForm {
        /// An envelope.
        Hyrp = "hyrp",
        /// The plain content.
        Plain = "none",
    }
}

/// The secret is in one of `secret`, `secret_file` and `secret_env`.
#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["id"]))]
pub(crate) struct SigningKey {
    /// Key id in the envelope, unique.
    pub(crate) id: u8,
    /// Signature algorithm. `ed25519` needs version 2; backends then hold only the public key and cannot sign
    /// themselves.
    #[serde(with = "AsText::<Algorithm>")]
    pub(crate) algorithm: Algorithm,
    /// Secret: plain text, `base64:...` or `hex:...`. At least 16 bytes for version 2, exactly 32 bytes for `ed25519`.
    #[serde(with = "AsOptionalText::<Secret>")]
    pub(crate) secret: Option<Secret>,
    /// File with the secret in one of these forms.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub(crate) secret_file: Option<PathBuf>,
    /// Environment variable with the secret. Its name must not begin with `HYROUTER_`.
    pub(crate) secret_env: Option<String>,
    /// Beginning of the time in which the key signs, such as `2026-12-01T00:00:00Z`. Default: no beginning.
    #[serde(with = "AsOptionalText::<SystemTime>")]
    pub(crate) not_before: Option<SystemTime>,
    /// End of the time in which the key signs, not included. Backends need the key for `ttl` longer. Default: no end.
    #[serde(with = "AsOptionalText::<SystemTime>")]
    pub(crate) not_after: Option<SystemTime>,
}

/// A key of `hmac_sha256` is in one of `secret`, `secret_file` and `secret_env`, one of `ed25519` in `public_key`.
#[derive(Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["id"]))]
pub(crate) struct AcceptedKey {
    /// Key id in the ticket, unique.
    pub(crate) id: u8,
    /// Signature algorithm of the ticket.
    #[serde(with = "AsText::<Algorithm>")]
    pub(crate) algorithm: Algorithm,
    /// Secret, at least 16 bytes: plain text, `base64:...` or `hex:...`.
    #[serde(with = "AsOptionalText::<Secret>")]
    pub(crate) secret: Option<Secret>,
    /// File with the secret in one of these forms.
    #[serde(with = "AsOptionalText::<PathBuf>")]
    pub(crate) secret_file: Option<PathBuf>,
    /// Environment variable with the secret. Its name must not begin with `HYROUTER_`.
    pub(crate) secret_env: Option<String>,
    /// Public key, 32 bytes: `base64:...` or `hex:...`.
    #[serde(with = "AsOptionalText::<PublicKeyText>")]
    pub(crate) public_key: Option<[u8; 32]>,
    /// Beginning of the time in which tickets are accepted, such as `2026-12-01T00:00:00Z`. Default: no beginning.
    #[serde(with = "AsOptionalText::<SystemTime>")]
    pub(crate) not_before: Option<SystemTime>,
    /// End of the time in which tickets are accepted, not included. Default: no end.
    #[serde(with = "AsOptionalText::<SystemTime>")]
    pub(crate) not_after: Option<SystemTime>,
}
