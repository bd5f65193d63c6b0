//! Referral data: the bytes that a referred player carries to the backend.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use hyrouter_protocol::MAX_REFERRAL_DATA;
use hyrouter_referral::v1::Sealer;
use hyrouter_referral::{MAX_SOURCE, SealError, SigningKeys, Statement, Validity};
use rand::{CryptoRng, RngExt as _};

/// Seals referral data. By default without an envelope: backends get the plain payload.
#[derive(Debug, Default)]
pub struct ReferralSealer {
    form: Form,
    /// `true` if the last referral could not be sealed. Limits the log to one line when failures begin and one when
    /// they end.
    failing: AtomicBool,
}

#[derive(Debug, Default)]
enum Form {
    #[default]
    Plain,
    V1(Vec<(Validity, Sealer)>),
    V2 {
        keys: SigningKeys,
        lifetime: Duration,
    },
}

/// Claims of a referral beside its payload.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReferralClaims<'a> {
    /// The backend's host.
    pub host: &'a str,
    /// The backend's port.
    pub port: u16,
    /// The route's name; empty without a route.
    pub route: &'a str,
    /// The host name that the player connected to.
    pub source: &'a str,
    /// The player's UUID.
    pub player: Option<[u8; 16]>,
    /// `true` if the player's UUID is verified.
    pub verified: bool,
    /// SHA-256 of the client's certificate.
    pub certificate: Option<[u8; 32]>,
    /// Number of referrals in a row before this one; 0 without a ticket.
    pub hops: u8,
}

/// Payload of a referral, given by a plugin.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Payload<'a> {
    pub(crate) bytes: &'a [u8],
    /// Name of the plugin that set it last.
    pub(crate) plugin: &'a str,
}

/// No envelope could be sealed. The player is refused, since a backend must never get an unsealed payload in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SealFailed;

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

impl ReferralSealer {
    /// Seals envelopes of version 2 that expire after `lifetime`, with the newest valid key of `keys`.
    pub fn v2(keys: SigningKeys, lifetime: Duration) -> Self {
        Self::of(Form::V2 { keys, lifetime })
    }

    /// Seals envelopes of the legacy version 1, with the newest valid key of `keys`.
    pub fn v1(keys: Vec<(Validity, Sealer)>) -> Self {
        Self::of(Form::V1(keys))
    }

    fn of(form: Form) -> Self {
        Self {
            form,
            failing: AtomicBool::new(false),
        }
    }

    /// Seals the referral data of one player. An envelope without a payload still proves to the backend that the player
    /// came through this router.
    pub(crate) fn seal(
        &self,
        claims: ReferralClaims<'_>,
        payload: Option<Payload<'_>>,
        now: SystemTime,
        rng: &mut impl CryptoRng,
    ) -> Result<Option<Vec<u8>>, SealFailed> {
        let content = payload.unwrap_or_default();
        let sealed = match &self.form {
            Form::Plain => return Ok(payload.map(plain)),
            Form::V2 { keys, lifetime } => {
                let statement = statement(claims, now, *lifetime).with_nonce(rng.random());
                seal_v2(keys, statement, content, now)
            }
            Form::V1(keys) => newest(keys, now)
                .map(|key| seal_v1(key, content))
                .ok_or(Cause::NoKey),
        };
        self.report(sealed.as_ref().err());
        sealed.map(Some).map_err(|_| SealFailed)
    }

    /// Returns the maximum length of a payload, in bytes. A longer payload is dropped.
    pub fn max_payload(&self, claims: ReferralClaims<'_>, now: SystemTime) -> usize {
        match &self.form {
            Form::V2 { keys, lifetime } => keys.active(now).map_or(0, |key| {
                statement(claims, now, *lifetime).max_content(key.algorithm())
            }),
            Form::V1(keys) => newest(keys, now).map_or(0, Sealer::max_content),
            Form::Plain => MAX_REFERRAL_DATA,
        }
    }

    /// Logs when sealing begins to fail and when it works again, not each failure.
    fn report(&self, cause: Option<&Cause>) {
        if self.failing.swap(cause.is_some(), Ordering::Relaxed) == cause.is_some() {
            return;
        }
        match cause {
            None => tracing::info!("referral sealing works again"),
            Some(cause) => tracing::error!(
                reason = "referral_failed",
                %cause,
                "referral sealing failed; players are refused until it works"
            ),
        }
    }
}

fn statement(claims: ReferralClaims<'_>, now: SystemTime, lifetime: Duration) -> Statement<'_> {
    // DNS allows no longer name, so a longer one is forged. It is dropped, since only the backend reads it.
    let source = Some(claims.source).filter(|source| source.len() <= MAX_SOURCE);
    let mut statement = Statement::referral(claims.host, claims.port)
        .with_lifetime(now, lifetime)
        .with_hops(claims.hops)
        .with_route(claims.route)
        .with_source(source.unwrap_or_default());
    if let Some(uuid) = claims.player {
        statement = if claims.verified {
            statement.with_verified_player(uuid)
        } else {
            statement.with_player(uuid)
        };
    }
    if let Some(fingerprint) = claims.certificate {
        statement = statement.with_certificate(fingerprint);
    }
    statement
}

fn seal_v2(
    keys: &SigningKeys,
    statement: Statement<'_>,
    content: Payload<'_>,
    now: SystemTime,
) -> Result<Vec<u8>, Cause> {
    let key = keys.active(now).ok_or(Cause::NoKey)?;
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

/// Returns the key to seal with, by the same rule as version 2.
fn newest(keys: &[(Validity, Sealer)], now: SystemTime) -> Option<&Sealer> {
    Validity::newest(keys, |(validity, _)| *validity, now).map(|(_, sealer)| sealer)
}

fn seal_v1(sealer: &Sealer, content: Payload<'_>) -> Vec<u8> {
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
        "referral data is too long and was dropped"
    );
}
