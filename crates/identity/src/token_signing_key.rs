//! Keys and tokens for tests and development.

use std::fmt;
use std::time::SystemTime;

use aws_lc_rs::encoding::AsBigEndian as _;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::TokenPolicy;

/// Key pair that signs tokens as the session service does. Its private part is never printed.
pub struct TokenSigningKey {
    kid: String,
    public: String,
    seed: Zeroizing<String>,
    key: EncodingKey,
}

/// Claims of a token for tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestClaims {
    /// UUID of the player. Default: nil.
    pub uuid: Uuid,
    /// Name of the player, not checked. Default: `Player`.
    pub username: String,
    /// Issuer. Default: the game's session service.
    pub issuer: String,
    /// Scopes. Default: `hytale:client`.
    pub scope: String,
    /// Time of issue. Default: 1970.
    pub issued_at: SystemTime,
    /// Time of expiry. Default: 1970, so that a token without it is expired.
    pub expires_at: SystemTime,
}

impl Default for TestClaims {
    fn default() -> Self {
        Self {
            uuid: Uuid::nil(),
            username: "Player".to_owned(),
            issuer: TokenPolicy::default().issuer,
            scope: "hytale:client".to_owned(),
            issued_at: SystemTime::UNIX_EPOCH,
            expires_at: SystemTime::UNIX_EPOCH,
        }
    }
}

/// JSON Web Key with the private part (RFC 8037, section 2).
#[derive(Deserialize)]
struct PrivateJwk {
    kty: String,
    crv: String,
    x: String,
    d: String,
    kid: String,
}

impl TokenSigningKey {
    /// Makes a new key pair with this id.
    ///
    /// # Errors
    /// [`TokenSigningError::Generate`] if the system has no randomness.
    pub fn generate(kid: &str) -> Result<Self, TokenSigningError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| TokenSigningError::Generate)?;
        Self::new(kid, &pair)
    }

    /// Reads what [`to_json`](Self::to_json) writes: a private JSON Web Key with an id.
    ///
    /// # Errors
    /// [`TokenSigningError::Key`] if it is another text, or its public and private part do not match.
    pub fn from_json(json: &[u8]) -> Result<Self, TokenSigningError> {
        let jwk: PrivateJwk = serde_json::from_slice(json).map_err(|_| TokenSigningError::Key)?;
        let d = Zeroizing::new(jwk.d);
        if jwk.kty != "OKP" || jwk.crv != "Ed25519" {
            return Err(TokenSigningError::Key);
        }
        let seed = Zeroizing::new(decode(&d)?);
        let pair = Ed25519KeyPair::from_seed_and_public_key(&seed, &decode(&jwk.x)?)
            .map_err(|_| TokenSigningError::Key)?;
        Self::new(&jwk.kid, &pair)
    }

    fn new(kid: &str, pair: &Ed25519KeyPair) -> Result<Self, TokenSigningError> {
        let seed = pair
            .seed()
            .and_then(|seed| seed.as_be_bytes())
            .map_err(|_| TokenSigningError::Generate)?;
        let der = pair.to_pkcs8v1().map_err(|_| TokenSigningError::Generate)?;
        Ok(Self {
            kid: kid.to_owned(),
            public: URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()),
            seed: Zeroizing::new(URL_SAFE_NO_PAD.encode(seed.as_ref())),
            key: EncodingKey::from_ed_der(der.as_ref()),
        })
    }

    /// Returns the id of the key.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Returns the key pair as a JSON Web Key, the private part included.
    pub fn to_json(&self) -> String {
        let mut jwk = self.public_jwk();
        if let Some(fields) = jwk.as_object_mut() {
            fields.insert("d".to_owned(), json!(*self.seed));
        }
        jwk.to_string()
    }

    /// Returns the public key as a set of one, as a session service publishes it.
    pub fn public_jwks(&self) -> String {
        json!({ "keys": [self.public_jwk()] }).to_string()
    }

    fn public_jwk(&self) -> Value {
        json!({
            "kty": "OKP", "crv": "Ed25519", "x": self.public,
            "kid": self.kid, "use": "sig", "alg": "EdDSA",
        })
    }

    /// Makes a token with these claims.
    ///
    /// # Errors
    /// [`TokenSigningError::Time`] if a time is before 1970.
    pub fn sign(&self, claims: &TestClaims) -> Result<String, TokenSigningError> {
        self.sign_json(&json!({
            "iss": claims.issuer,
            "sub": claims.uuid.to_string(),
            "iat": seconds(claims.issued_at)?,
            "exp": seconds(claims.expires_at)?,
            "scope": claims.scope,
            "profile": {
                "username": claims.username,
                // As long as in the game's tokens.
                "skin": "0".repeat(360),
                "entitlements": ["game.base"],
            },
        }))
    }

    /// Makes a token with any payload.
    ///
    /// # Errors
    /// [`TokenSigningError::Sign`], which no JSON value causes.
    pub fn sign_json(&self, payload: &Value) -> Result<String, TokenSigningError> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, payload, &self.key).map_err(|_| TokenSigningError::Sign)
    }
}

fn decode(text: &str) -> Result<Vec<u8>, TokenSigningError> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| TokenSigningError::Key)
}

fn seconds(at: SystemTime) -> Result<u64, TokenSigningError> {
    at.duration_since(SystemTime::UNIX_EPOCH)
        .map(|since| since.as_secs())
        .map_err(|_| TokenSigningError::Time)
}

impl fmt::Debug for TokenSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSigningKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// A key or a token cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TokenSigningError {
    /// The system has no randomness.
    #[error("cannot generate a key: the system provides no randomness")]
    Generate,
    /// A text is not a private key of Ed25519 with an id.
    #[error("not a private Ed25519 JSON Web Key with a kid")]
    Key,
    /// The token could not be signed.
    #[error("cannot sign the token")]
    Sign,
    /// A time is before 1970.
    #[error("the time is before 1970")]
    Time,
}
