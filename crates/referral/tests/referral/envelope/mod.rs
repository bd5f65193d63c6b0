//! Envelopes of version 2: what is sealed, in which order they are refused, and that nothing forged passes.

mod forged;
mod opened;
mod random;
mod sealed;

use std::time::{Duration, SystemTime};

use hyrouter_referral::{EnvelopeKind, Expectation, Secret, SigningKey, Statement, VerifyingKeys};

pub(crate) const LIFETIME: Duration = Duration::from_mins(1);
pub(crate) const MS: Duration = Duration::from_millis(1);
pub(crate) const PLAYER: [u8; 16] = [0xab; 16];
pub(crate) const CERTIFICATE: [u8; 32] = [0xcd; 32];

pub(crate) fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_hours(500_000)
}

pub(crate) fn statement() -> Statement<'static> {
    Statement::referral("lobby.example.com", 5520)
        .with_lifetime(now(), LIFETIME)
        .with_nonce([3; 16])
        .with_player(PLAYER)
        .with_certificate(CERTIFICATE)
        .with_hops(1)
        .with_route("lobby")
        .with_source("play.example.com")
        .with_content(b"party=12")
}

pub(crate) fn anything() -> Expectation<'static> {
    Expectation::new(EnvelopeKind::Referral)
        .with_any_target()
        .with_any_player()
        .with_any_certificate()
}

pub(crate) fn secret_text() -> &'static str {
    "a secret of just thirty-two byte"
}

pub(crate) fn secret() -> Secret {
    Secret::parse(secret_text()).unwrap()
}

pub(crate) fn hmac() -> SigningKey {
    SigningKey::hmac(1, &secret()).unwrap()
}

pub(crate) fn hmac_of(secret: &str) -> SigningKey {
    SigningKey::hmac(1, &Secret::parse(secret).unwrap()).unwrap()
}

pub(crate) fn ed25519() -> SigningKey {
    ed25519_of(2)
}

pub(crate) fn ed25519_of(id: u8) -> SigningKey {
    SigningKey::ed25519(id, &secret()).unwrap()
}

pub(crate) fn keys() -> VerifyingKeys {
    VerifyingKeys::new()
        .with(hmac().verifying_key())
        .with(ed25519().verifying_key())
}

pub(crate) fn seal(statement: &Statement<'_>, key: &SigningKey) -> Vec<u8> {
    let mut out = Vec::new();
    statement.seal(key, &mut out).unwrap();
    out
}
