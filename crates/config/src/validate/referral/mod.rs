mod accepted;
mod gaps;
mod versions;

use std::time::SystemTime;

use hyrouter_referral::{Algorithm, KeyError, Secret, Validity};

use self::accepted::accepted;
use self::gaps::warn_of_gaps;
use self::versions::{version_1, version_2};
use super::Report;
use crate::model::{EnvelopeForm, Referral};
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
    let ttl = referral.ttl;
    let max_hops = referral.max_hops;
    let accept = accepted(&path.key("accept"), &referral.accept, secrets, report);
    let accepts = !referral.accept.is_empty();
    let is_plain = referral.envelope == EnvelopeForm::Plain;
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

/// A key of the file, for either version.
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
    if referral.hmac_secret.is_some() {
        keys.push(Given {
            path: path.key("hmac_secret"),
            id: referral.key_id,
            algorithm: Algorithm::HmacSha256,
            secret: referral.hmac_secret,
            validity: Validity::default(),
        });
    }
    let list = path.key("keys");
    for (index, key) in referral.keys.into_iter().enumerate() {
        let at = list.index(index);
        if keys.iter().any(|known| known.id == key.id) {
            not_unique(&at, key.id, report);
        }
        let place = SecretSource {
            value: key.secret.as_ref(),
            file: key.secret_file.as_deref(),
            env: key.secret_env.as_deref(),
        };
        keys.push(Given {
            id: key.id,
            algorithm: key.algorithm,
            secret: secrets.read(&at, &place, report.problems),
            validity: validity(&at, key.not_before, key.not_after, report),
            path: at,
        });
    }
    keys
}

/// Refuses keys without an envelope: a key means that backends verify the data.
fn refuse_keys_without_envelope(path: &Path, referral: &Referral, report: &mut Report<'_>) {
    for (is_given, key) in [
        (referral.hmac_secret.is_some(), "hmac_secret"),
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

fn validity(
    at: &Path,
    not_before: Option<SystemTime>,
    not_after: Option<SystemTime>,
    report: &mut Report<'_>,
) -> Validity {
    if let (Some(begin), Some(end)) = (not_before, not_after)
        && begin >= end
    {
        report.problems.add_if_clear(
            &at.key("not_after"),
            "not after `not_before`, so the key is never valid; allowed: a later time",
        );
    }
    Validity {
        not_before,
        not_after,
    }
}
