mod accepted;
mod gaps;
mod versions;

use std::time::SystemTime;

use hyrouter_referral::{Algorithm, KeyError, Secret, Validity};

use self::accepted::accepted;
use self::gaps::warn_of_gaps;
use self::versions::{version_1, version_2};
use super::{Report, parse_duration};
use crate::format::timestamp;
use crate::model::{Referral, SigningKey};
use crate::path::Path;
use crate::secrets::{SecretSource, Secrets};
use crate::settings::{EnvelopeSettings, ReferralSettings};

/// Consequence of a section without keys.
pub(crate) const NOT_SIGNED: &str = "envelopes are not signed and backends cannot verify them";

pub(super) fn build(
    section: Option<Referral>,
    secrets: &Secrets<'_>,
    now: SystemTime,
    report: &mut Report<'_>,
) -> ReferralSettings {
    let path = Path::of("referral");
    let is_written = section.is_some();
    let referral = section.unwrap_or_default();
    let ttl = parse_duration(&referral.ttl);
    let max_hops = referral.max_hops;
    let accept = accepted(&path.key("accept"), &referral.accept, secrets, report);
    let accepts = !referral.accept.is_empty();
    let is_plain = referral.envelope == "none";
    let is_v1 = referral.version == 1;
    if is_v1 && accepts {
        report.warn(
            &path.key("version"),
            "version 1 does not carry the number of hops to the backend, so `max_hops` stops only loops of backends \
             that count themselves",
        );
    }
    if is_plain {
        refuse_keys_without_envelope(&path, &referral, report);
    }
    let key_id = referral.key_id;
    let keys = signing(&path, referral, secrets, report);
    if !keys.is_empty() {
        warn_of_gaps(&path.key("keys"), &keys, now, report);
    }
    let envelope = if is_plain {
        EnvelopeSettings::Plain
    } else if is_v1 {
        if is_written && keys.is_empty() {
            let message = format!("no `keys` and no `hmac_secret`, so {NOT_SIGNED}");
            report.warn(&path, message);
        }
        EnvelopeSettings::V1(version_1(key_id, keys, report))
    } else {
        EnvelopeSettings::V2(version_2(&path, keys, report))
    };
    ReferralSettings {
        envelope,
        ttl,
        accept,
        max_hops,
    }
}

/// A key of the file, whichever version it is for.
struct Given {
    path: Path,
    id: u8,
    algorithm: Algorithm,
    secret: Option<Secret>,
    validity: Validity,
}

fn signing(
    path: &Path,
    referral: Referral,
    secrets: &Secrets<'_>,
    report: &mut Report<'_>,
) -> Vec<Given> {
    let mut keys: Vec<Given> = Vec::new();
    if let Some(text) = referral.hmac_secret {
        let path = path.key("hmac_secret");
        keys.push(Given {
            path,
            id: referral.key_id,
            algorithm: Algorithm::HmacSha256,
            // The schema check lets nothing through that is no secret, but for an empty text.
            secret: Secret::parse(&text).ok(),
            validity: Validity::default(),
        });
        keys.retain(|key| key.secret.is_some());
    }
    let list = path.key("keys");
    for (index, key) in referral.keys.into_iter().enumerate() {
        let at = list.index(index);
        if keys.iter().any(|known| known.id == key.id) {
            not_unique(&at, key.id, report);
        }
        let SigningKey {
            id,
            algorithm,
            secret,
            secret_file,
            secret_env,
            not_before,
            not_after,
        } = key;
        let place = SecretSource::new(secret, secret_file, secret_env);
        keys.push(Given {
            id,
            algorithm: parse_algorithm(algorithm.as_deref()),
            secret: secrets.read(&at, &place, report.problems),
            validity: validity(&at, not_before.as_deref(), not_after.as_deref(), report),
            path: at,
        });
    }
    keys
}

/// A key means that backends verify the data.
fn refuse_keys_without_envelope(path: &Path, referral: &Referral, report: &mut Report<'_>) {
    let secret = referral.hmac_secret.as_ref();
    for (is_given, key) in [
        (secret.is_some_and(|text| !text.is_empty()), "hmac_secret"),
        (!referral.keys.is_empty(), "keys"),
        (referral.version != 1, "version"),
    ] {
        if is_given {
            report.problems.add_if_clear(
                &path.key(key),
                "not with `envelope: none`, which sends plain bytes that no backend can verify; allowed: one of the two",
            );
        }
    }
}

fn not_unique(at: &Path, id: u8, report: &mut Report<'_>) {
    report.problems.add_if_clear(
        &at.key("id"),
        format!("not unique (got {id}); allowed: each id once"),
    );
}

fn wrong_key(path: &Path, error: &KeyError, report: &mut Report<'_>) {
    report.problems.add_if_clear(path, error.to_string());
}

/// The schema check lets no other names through.
fn parse_algorithm(text: Option<&str>) -> Algorithm {
    match text {
        Some("ed25519") => Algorithm::Ed25519,
        _ => Algorithm::HmacSha256,
    }
}

fn validity(
    at: &Path,
    not_before: Option<&str>,
    not_after: Option<&str>,
    report: &mut Report<'_>,
) -> Validity {
    let validity = Validity {
        not_before: not_before.and_then(timestamp),
        not_after: not_after.and_then(timestamp),
    };
    if let (Some(begin), Some(end)) = (validity.not_before, validity.not_after)
        && begin >= end
    {
        report.problems.add_if_clear(
            &at.key("not_after"),
            "not after `not_before`, so the key is never valid; allowed: a later time",
        );
    }
    validity
}
