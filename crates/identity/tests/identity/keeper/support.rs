//! A verifier, its keeper, and keys.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hyrouter_identity::{
    ClientKind, Expected, JwksSource, Keeper, KeeperSettings, KeeperStatus, TestClaims,
    TokenPolicy, TokenRefusal, TokenSigningKey, TokenVerifier,
};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::log;
use super::server::Answer;

/// A verifier and its keeper, running or not.
pub(crate) struct Kept {
    pub(crate) verifier: Arc<TokenVerifier>,
    pub(crate) keeper: Option<Keeper>,
    status: watch::Receiver<KeeperStatus>,
    running: RefCell<Option<JoinHandle<()>>>,
}

impl Kept {
    pub(crate) fn new(source: &str) -> Self {
        Self::with(source, KeeperSettings::default())
    }

    pub(crate) fn with(source: &str, settings: KeeperSettings) -> Self {
        log::keep();
        let verifier = Arc::new(TokenVerifier::new(TokenPolicy::default()));
        let source = JwksSource::parse(source).unwrap();
        let keeper = Keeper::new(source, Arc::clone(&verifier), settings).unwrap();
        Self {
            verifier,
            status: keeper.status(),
            keeper: Some(keeper),
            running: RefCell::default(),
        }
    }

    pub(crate) fn run(mut self) -> Self {
        let keeper = self.keeper.take().unwrap();
        *self.running.get_mut() = Some(tokio::spawn(keeper.run()));
        self
    }

    pub(crate) async fn stop(&self) {
        let running = self.running.take().unwrap();
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
    }

    /// Verifies a token that was signed with this key.
    pub(crate) fn verify(&self, key: &TokenSigningKey) -> Result<(), TokenRefusal> {
        let now = SystemTime::now();
        let claims = TestClaims {
            issued_at: now,
            expires_at: now + Duration::from_hours(1),
            ..TestClaims::default()
        };
        let token = key.sign(&claims).unwrap();
        let expected = Expected {
            client: ClientKind::Game,
            uuid: None,
        };
        self.verifier
            .verify(Some(&token), &expected, now)
            .map(|_| ())
    }

    pub(crate) fn status(&self) -> KeeperStatus {
        self.status.borrow().clone()
    }

    pub(crate) fn error(&self) -> String {
        self.status().last_error.unwrap_or_default()
    }
}

pub(crate) fn key(kid: &str) -> TokenSigningKey {
    TokenSigningKey::generate(kid).unwrap()
}

/// Returns the public keys as a service publishes them.
pub(crate) fn set(of: &[&TokenSigningKey]) -> String {
    let public = of.iter().flat_map(|key| {
        let mut set: Value = serde_json::from_str(&key.public_jwks()).unwrap();
        std::mem::take(set["keys"].as_array_mut().unwrap())
    });
    json!({ "keys": public.collect::<Vec<_>>() }).to_string()
}

pub(crate) fn keys(of: &[&TokenSigningKey]) -> Answer {
    Answer::Keys(set(of))
}
