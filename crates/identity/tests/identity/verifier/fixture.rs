//! Keys and tokens that are not made by the crate, so that one fault cannot hide in both signing and verifying.

use std::time::{Duration, SystemTime};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyrouter_identity::{
    Claims, ClientKind, Expected, KeySet, TokenPolicy, TokenRefusal, TokenVerifier,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Time of all tests, in seconds since 1970.
pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const PLAYER: Uuid = Uuid::from_u128(0x0123_4567_89ab_4def_8123_4567_89ab_cdef);
pub(crate) const HEADER: &str = r#"{"alg":"EdDSA","kid":"k1"}"#;
pub(crate) const GAME: Expected = Expected {
    client: ClientKind::Game,
    uuid: None,
};

pub(crate) struct Key {
    pub(crate) pair: Ed25519KeyPair,
    kid: &'static str,
}

impl Key {
    pub(crate) fn new(kid: &'static str) -> Self {
        let pair = Ed25519KeyPair::generate().unwrap();
        Self { pair, kid }
    }

    pub(crate) fn jwk(&self) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": self.kid, "x": self.x() })
    }

    /// Returns the public key in base64url.
    pub(crate) fn x(&self) -> String {
        base64url(self.pair.public_key())
    }

    pub(crate) fn sign(&self, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
        self.sign_text(&format!("{}.{}", base64url(header), base64url(payload)))
    }

    /// Signs any text as header and payload.
    pub(crate) fn sign_text(&self, signed: &str) -> String {
        format!("{signed}.{}", base64url(self.pair.sign(signed.as_bytes())))
    }

    /// Returns a token that names this key.
    pub(crate) fn token(&self, payload: &Value) -> String {
        let header = json!({ "alg": "EdDSA", "kid": self.kid });
        self.sign(header.to_string(), payload.to_string())
    }
}

/// Returns a key with the id `k1`, and a verifier that trusts only this key.
pub(crate) fn trusted() -> (Key, TokenVerifier) {
    let key = Key::new("k1");
    let verifier = verifier(&[&key]);
    (key, verifier)
}

pub(crate) fn verifier(keys: &[&Key]) -> TokenVerifier {
    let verifier = TokenVerifier::new(TokenPolicy::default());
    verifier.replace_keys(set(keys));
    verifier
}

pub(crate) fn set(keys: &[&Key]) -> KeySet {
    let keys: Vec<_> = keys.iter().map(|key| key.jwk()).collect();
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

/// Returns a good payload, valid from now for 10 minutes.
pub(crate) fn payload() -> Value {
    json!({
        "iss": "https://sessions.hytale.com",
        "sub": PLAYER.to_string(),
        "exp": NOW + 600,
        "scope": "hytale:client",
        "profile": { "username": "Alder", "skin": { "cape": [1, null] } },
    })
}

/// Returns a good payload with one other member.
pub(crate) fn payload_with(member: &str, value: Value) -> Value {
    let mut payload = payload();
    payload[member] = value;
    payload
}

pub(crate) fn payload_without(member: &str) -> Value {
    let mut payload = payload();
    payload.as_object_mut().unwrap().remove(member).unwrap();
    payload
}

pub(crate) fn at(second: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(second.try_into().unwrap())
}

/// Verifies a token now, as sent by the game.
pub(crate) fn verify(verifier: &TokenVerifier, token: &str) -> Result<Claims, TokenRefusal> {
    verifier.verify(Some(token), &GAME, at(NOW))
}

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
