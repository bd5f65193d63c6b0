//! What a referred player carries to the backend.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use hyrouter_config::{EnvelopeSettings, ReferralSettings, TimedSealer};
use hyrouter_protocol::MAX_REFERRAL_DATA;
use hyrouter_referral::v1::Sealer;
use hyrouter_referral::{MAX_SOURCE, SealError, SigningKeys, Statement, Validity};

use crate::plugins::Payload;

/// Makes referral data.
#[derive(Debug)]
pub struct Referrals {
    envelope: EnvelopeSettings,
    ttl: Duration,
    /// Somebody was told that no key is valid.
    told: AtomicBool,
}

/// What a referral says beside its payload.
#[derive(Debug, Clone, Copy)]
pub struct Bound<'a> {
    /// The backend.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// The name of the route.
    pub route: &'a str,
    /// The host name that the player came by.
    pub source: &'a str,
    /// The UUID of the player.
    pub player: Option<[u8; 16]>,
    /// The player is verified to be that one.
    pub verified: bool,
    /// SHA-256 of the certificate that the client showed.
    pub certificate: Option<[u8; 32]>,
    /// Referrals so far.
    pub hops: u8,
}

/// No envelope could be made, and a backend must not get less than what it verifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unsealed;

/// Why not.
#[derive(Debug)]
enum Cause {
    NoKey,
    Seal(SealError),
}

impl From<SealError> for Cause {
    fn from(error: SealError) -> Self {
        Self::Seal(error)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKey => {
                f.write_str("no key of referral.keys is valid now; see: hyrouter keys list")
            }
            Self::Seal(error) => error.fmt(f),
        }
    }
}

impl Referrals {
    /// Makes them as these settings say.
    pub fn new(settings: &ReferralSettings) -> Self {
        Self {
            envelope: settings.envelope.clone(),
            ttl: settings.ttl,
            told: AtomicBool::new(false),
        }
    }

    /// Without a payload an envelope still proves to the backend that its player came through here.
    pub(crate) fn seal(
        &self,
        bound: Bound<'_>,
        payload: Option<Payload<'_>>,
        now: SystemTime,
    ) -> Result<Option<Vec<u8>>, Unsealed> {
        let content = payload.unwrap_or_default();
        let sealed = match &self.envelope {
            EnvelopeSettings::Plain => return Ok(payload.map(plain)),
            EnvelopeSettings::V2(keys) => self.version_2(keys, bound, content, now),
            EnvelopeSettings::V1(keys) => active(keys, now)
                .map(|key| version_1(key, content))
                .ok_or(Cause::NoKey),
            // The configuration knows no other.
            _ => Err(Cause::NoKey),
        };
        self.tell(sealed.as_ref().err());
        sealed.map(Some).map_err(|_| Unsealed)
    }

    /// Returns how long a payload may be, in bytes. A longer one is left out.
    pub fn room(&self, bound: Bound<'_>, now: SystemTime) -> usize {
        match &self.envelope {
            EnvelopeSettings::V2(keys) => keys.active(now).map_or(0, |key| {
                self.statement(bound, now).max_content(key.algorithm())
            }),
            EnvelopeSettings::V1(keys) => active(keys, now).map_or(0, Sealer::max_content),
            _ => MAX_REFERRAL_DATA,
        }
    }

    fn version_2(
        &self,
        keys: &SigningKeys,
        bound: Bound<'_>,
        content: Payload<'_>,
        now: SystemTime,
    ) -> Result<Vec<u8>, Cause> {
        let key = keys.active(now).ok_or(Cause::NoKey)?;
        let statement = self.statement(bound, now);
        let limit = statement.max_content(key.algorithm());
        let content = if content.bytes.len() > limit {
            warn_of_truncation(content, limit);
            &[]
        } else {
            content.bytes
        };
        let mut envelope = Vec::new();
        statement.with_content(content).seal(key, &mut envelope)?;
        Ok(envelope)
    }

    fn statement<'a>(&self, bound: Bound<'a>, now: SystemTime) -> Statement<'a> {
        // A longer name is none that DNS has, and only for the backend to read.
        let source = Some(bound.source).filter(|source| source.len() <= MAX_SOURCE);
        let mut statement = Statement::referral(bound.host, bound.port)
            .with_lifetime(now, self.ttl)
            .with_nonce(rand::random())
            .with_hops(bound.hops)
            .with_route(bound.route)
            .with_source(source.unwrap_or_default());
        if let Some(uuid) = bound.player {
            statement = if bound.verified {
                statement.with_verified_player(uuid)
            } else {
                statement.with_player(uuid)
            };
        }
        if let Some(fingerprint) = bound.certificate {
            statement = statement.with_certificate(fingerprint);
        }
        statement
    }

    /// Says once that nobody is referred any more, and once that it is over.
    fn tell(&self, cause: Option<&Cause>) {
        if self.told.swap(cause.is_some(), Ordering::Relaxed) == cause.is_some() {
            return;
        }
        match cause {
            None => tracing::info!("referrals can be sealed again"),
            Some(cause) => tracing::error!(
                reason = "referral_failed",
                %cause,
                "referrals can not be sealed, so players are refused"
            ),
        }
    }
}

/// The key to seal with, by the rule of version 2.
fn active(keys: &[TimedSealer], now: SystemTime) -> Option<&Sealer> {
    Validity::newest(keys, |key| key.validity, now).map(|key| &key.sealer)
}

fn version_1(sealer: &Sealer, content: Payload<'_>) -> Vec<u8> {
    let mut envelope = Vec::new();
    if sealer.seal(content.bytes, &mut envelope).truncated {
        warn_of_truncation(content, sealer.max_content());
    }
    envelope
}

fn plain(payload: Payload<'_>) -> Vec<u8> {
    if payload.bytes.len() > MAX_REFERRAL_DATA {
        warn_of_truncation(payload, MAX_REFERRAL_DATA);
        return Vec::new();
    }
    payload.bytes.to_vec()
}

fn warn_of_truncation(payload: Payload<'_>, limit: usize) {
    tracing::warn!(
        reason = "referral_truncated",
        plugin = payload.plugin,
        bytes = payload.bytes.len(),
        limit,
        "referral data does not fit; the backend gets none"
    );
}
