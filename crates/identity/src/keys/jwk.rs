//! A JSON Web Key Set, as it is sent.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{MAX_ID, PublicKey};
use crate::json::Object;

#[derive(Deserialize)]
pub(super) struct Jwks {
    pub(super) keys: Vec<Entry>,
}

/// Keys for other things may be of any shape.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Entry {
    Key(Object<Jwk>),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
pub(super) struct Jwk {
    kty: String,
    crv: String,
    x: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    key_ops: Option<Vec<String>>,
}

impl Entry {
    /// The key, if tokens can be verified with it.
    pub(super) fn usable(self) -> Option<PublicKey> {
        let Self::Key(Object(key)) = self else {
            return None;
        };
        let is_ours = key.kty == "OKP"
            && key.crv == "Ed25519"
            && matches!(key.usage.as_deref(), None | Some("sig"))
            && matches!(key.alg.as_deref(), None | Some("EdDSA" | "Ed25519"))
            && key
                .key_ops
                .is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        let id = key.kid.unwrap_or_default();
        if !is_ours || id.len() > MAX_ID {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(key.x).ok()?;
        let bytes = bytes.try_into().ok()?;
        Some(PublicKey { id, bytes })
    }
}
