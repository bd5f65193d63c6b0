//! What a referred player carries to the backend.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use hyrouter_config::{EnvelopeSettings, ReferralSettings, TimedSealer};
use hyrouter_protocol::MAX_REFERRAL_DATA;
use hyrouter_referral::Sealer;
use hyrouter_referral::v2::{MAX_SOURCE, SigningKey, SigningKeys, Statement};

/// Makes referral data.
#[derive(Debug)]
pub(crate) struct Referrals {
    /// None: backends get the plain payload.
    envelope: Option<EnvelopeSettings>,
    ttl: Duration,
    /// Somebody was told that no key is valid.
    told: AtomicBool,
}

/// What a referral says beside its payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) route: &'a str,
    /// The host name that the player came by.
    pub(crate) source: &'a str,
    pub(crate) player: Option<[u8; 16]>,
    pub(crate) certificate: Option<[u8; 32]>,
    pub(crate) hops: u8,
}

/// No envelope could be made, and a backend must not get less than what it verifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unsealed;

impl Referrals {
    pub(crate) fn new(settings: Option<&ReferralSettings>) -> Self {
        Self {
            envelope: settings.map(|settings| settings.envelope.clone()),
            ttl: settings.map_or(Duration::ZERO, |settings| settings.ttl),
            told: AtomicBool::new(false),
        }
    }

    /// Without a payload an envelope still proves to the backend that its player came through here.
    pub(crate) fn seal(
        &self,
        bound: Bound<'_>,
        payload: Option<&[u8]>,
        now: SystemTime,
    ) -> Result<Option<Vec<u8>>, Unsealed> {
        let Some(envelope) = &self.envelope else {
            return Ok(payload.map(plain));
        };
        let content = payload.unwrap_or_default();
        let sealed = match envelope {
            EnvelopeSettings::V2(keys) => self.version_2(keys, bound, content, now),
            EnvelopeSettings::V1(keys) => active(keys, now).map(|key| version_1(key, content)),
            // The configuration knows no other.
            _ => None,
        };
        self.tell(sealed.is_some());
        sealed.map(Some).ok_or(Unsealed)
    }

    fn version_2(
        &self,
        keys: &SigningKeys,
        bound: Bound<'_>,
        content: &[u8],
        now: SystemTime,
    ) -> Option<Vec<u8>> {
        let key = keys.active(now)?;
        let statement = self.statement(bound, now);
        let limit = statement.max_content(key.algorithm());
        let content = if content.len() > limit {
            warn_of_truncation(content.len(), limit);
            &[]
        } else {
            content
        };
        seal(&statement.content(content), key)
    }

    fn statement<'a>(&self, bound: Bound<'a>, now: SystemTime) -> Statement<'a> {
        // A longer name is none that DNS has, and only for the backend to read.
        let source = Some(bound.source).filter(|source| source.len() <= MAX_SOURCE);
        let mut statement = Statement::referral(bound.host, bound.port)
            .issued(now, self.ttl)
            .nonce(rand::random())
            .hops(bound.hops)
            .route(bound.route)
            .source(source.unwrap_or_default());
        if let Some(uuid) = bound.player {
            statement = statement.player(uuid);
        }
        if let Some(fingerprint) = bound.certificate {
            statement = statement.certificate(fingerprint);
        }
        statement
    }

    /// Says once that nobody is referred any more, and once that it is over.
    fn tell(&self, sealed: bool) {
        if self.told.load(Ordering::Relaxed) != sealed {
            return;
        }
        self.told.store(!sealed, Ordering::Relaxed);
        if sealed {
            tracing::info!("referrals can be sealed again");
        } else {
            tracing::error!(
                reason = "referral_failed",
                "no key of referral.keys can seal a referral now, so players are refused; see: hyrouter keys list"
            );
        }
    }
}

fn seal(statement: &Statement<'_>, key: &SigningKey) -> Option<Vec<u8>> {
    let mut envelope = Vec::new();
    match statement.seal(key, &mut envelope) {
        Ok(()) => Some(envelope),
        Err(error) => {
            tracing::debug!(%error, "sealing a referral");
            None
        }
    }
}

/// Of the keys that are valid the one that became so last, as in version 2.
fn active(keys: &[TimedSealer], now: SystemTime) -> Option<&Sealer> {
    let valid = keys.iter().filter(|key| key.validity.contains(now));
    // The last of several is taken, and the first in the list has to win.
    let newest = valid.rev().max_by_key(|key| key.validity.not_before);
    newest.map(|key| &key.sealer)
}

fn version_1(sealer: &Sealer, content: &[u8]) -> Vec<u8> {
    let mut envelope = Vec::new();
    if sealer.seal(content, &mut envelope).truncated {
        warn_of_truncation(content.len(), sealer.max_content());
    }
    envelope
}

fn plain(payload: &[u8]) -> Vec<u8> {
    if payload.len() > MAX_REFERRAL_DATA {
        warn_of_truncation(payload.len(), MAX_REFERRAL_DATA);
        return Vec::new();
    }
    payload.to_vec()
}

fn warn_of_truncation(bytes: usize, limit: usize) {
    tracing::warn!(
        reason = "referral_truncated",
        bytes,
        limit,
        "referral data does not fit; the backend gets none"
    );
}
