//! The keys that seal envelopes of each version.

use hyrouter_referral::v1::Sealer;
use hyrouter_referral::{Algorithm, SigningKeys, Validity};

use super::{Given, wrong_key};
use crate::path::Path;
use crate::settings::TimedSealer;
use crate::validate::{Report, missing};

/// Minimum length of a secret in bytes that cannot be guessed. Version 2 refuses shorter ones; version 1 accepts them,
/// because its backends may have such secrets.
const SHORT: usize = 16;

pub(super) fn version_1(key_id: u8, keys: Vec<Given>, report: &mut Report<'_>) -> Vec<TimedSealer> {
    if keys.is_empty() {
        return vec![TimedSealer {
            validity: Validity::default(),
            sealer: Sealer::unsigned(key_id),
        }];
    }
    let mut sealers = Vec::new();
    for key in keys {
        if key.algorithm != Algorithm::HmacSha256 {
            report.problems.add_if_clear(
                &key.path.key("algorithm"),
                "not available in version 1 (got \"ed25519\"); allowed: hmac_sha256, or `version: 2`",
            );
        }
        let Some(secret) = key.secret else { continue };
        if secret.byte_count() < SHORT {
            report.warn(
                &key.path,
                format!("the secret has fewer than {SHORT} bytes, which can be guessed"),
            );
        }
        sealers.push(TimedSealer {
            validity: key.validity,
            sealer: Sealer::signed(key.id, &secret),
        });
    }
    sealers
}

pub(super) fn version_2(path: &Path, keys: Vec<Given>, report: &mut Report<'_>) -> SigningKeys {
    if keys.is_empty() && !report.problems.has_within(path) {
        let message = missing("`version: 2`, which signs; or give `hmac_secret`");
        report.problems.add_if_clear(&path.key("keys"), message);
    }
    let mut built = SigningKeys::new();
    for key in keys {
        let Some(secret) = &key.secret else { continue };
        let made = match key.algorithm {
            Algorithm::Ed25519 => hyrouter_referral::SigningKey::ed25519(key.id, secret),
            Algorithm::HmacSha256 => hyrouter_referral::SigningKey::hmac(key.id, secret),
        };
        match made {
            // Duplicate ids were reported at their keys.
            Ok(made) => built = built.with(made.with_validity(key.validity)),
            Err(error) => wrong_key(&key.path, &error, report),
        }
    }
    built
}
