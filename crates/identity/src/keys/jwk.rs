//! JSON form of a key set.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;

use hyrouter_referral::ed25519;

use super::{KeyProblem, KeySetKey, MAX_ID, RefusedKey};
use crate::json::JsonObject;

#[derive(Deserialize)]
pub(super) struct Jwks {
    pub(super) keys: Vec<JwkEntry>,
}

/// Member of a set. Keys for other purposes may be of any shape.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum JwkEntry {
    Key(JsonObject<Jwk>),
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

impl JwkEntry {
    /// Returns the key if it is for verifying tokens, or an error if it is not safe to verify with.
    pub(super) fn usable(self) -> Option<Result<KeySetKey, RefusedKey>> {
        let Self::Key(JsonObject(key)) = self else {
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
        Some(match public_key(&key.x) {
            Ok(bytes) => Ok(KeySetKey { id, bytes }),
            Err(problem) => Err(RefusedKey { id, problem }),
        })
    }
}

fn public_key(x: &str) -> Result<[u8; 32], KeyProblem> {
    let bytes = URL_SAFE_NO_PAD
        .decode(x)
        .map_err(|_| KeyProblem::Encoding)?;
    let bytes = bytes.try_into().map_err(|_| KeyProblem::Encoding)?;
    let key = ed25519::PublicKey::from_bytes(&bytes)?;
    Ok(key.to_bytes())
}
