//! Keys and tokens made by hand, so that a fault of the crate can not hide in what it signs itself.

use std::time::{Duration, SystemTime};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyrouter_identity::{
    Claims, ClientKind, Expected, KeySet, TokenPolicy, TokenRefusal, TokenVerifier,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// The time of all tests, in seconds since 1970.
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

    /// The public half in base64url.
    pub(crate) fn x(&self) -> String {
        base64url(self.pair.public_key())
    }

    pub(crate) fn sign(&self, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
        self.sign_text(&format!("{}.{}", base64url(header), base64url(payload)))
    }

    /// Signs what stands before the last dot, whatever it is.
    pub(crate) fn sign_text(&self, signed: &str) -> String {
        format!("{signed}.{}", base64url(self.pair.sign(signed.as_bytes())))
    }

    /// A token that names this key.
    pub(crate) fn token(&self, payload: &Value) -> String {
        let header = json!({ "alg": "EdDSA", "kid": self.kid });
        self.sign(header.to_string(), payload.to_string())
    }
}

/// A key with the id `k1`, and a verifier that trusts it alone.
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

/// A good payload, good from now for ten minutes.
pub(crate) fn payload() -> Value {
    json!({
        "iss": "https://sessions.hytale.com",
        "sub": PLAYER.to_string(),
        "exp": NOW + 600,
        "scope": "hytale:client",
        "profile": { "username": "Alder", "skin": { "cape": [1, null] } },
    })
}

/// A good payload but for one member.
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

/// What becomes of a token now, from the game.
pub(crate) fn verify(verifier: &TokenVerifier, token: &str) -> Result<Claims, TokenRefusal> {
    verifier.verify(Some(token), &GAME, at(NOW))
}

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
