//! Keys of the servers whose tickets are accepted.

use hyrouter_referral::{Algorithm, KeyError, VerifyingKey, VerifyingKeys};

use super::{not_unique, validity, wrong_key};
use crate::model::AcceptedKey;
use crate::path::Path;
use crate::secrets::{SecretSource, Secrets};
use crate::validate::{Report, missing};

pub(super) fn accepted(
    list: &Path,
    keys: &[AcceptedKey],
    secrets: &Secrets<'_>,
    report: &mut Report<'_>,
) -> VerifyingKeys {
    let mut accepted = VerifyingKeys::new();
    for (index, key) in keys.iter().enumerate() {
        let at = list.index(index);
        let Some(made) = accepted_key(&at, key, secrets, report) else {
            continue;
        };
        let validity = validity(&at, key.not_before, key.not_after, report);
        match made.map(|made| accepted.insert(made.with_validity(validity))) {
            Ok(Ok(())) => {}
            Ok(Err(_)) => not_unique(&at, key.id, report),
            Err(error) => wrong_key(&at, &error, report),
        }
    }
    accepted
}

fn accepted_key(
    at: &Path,
    key: &AcceptedKey,
    secrets: &Secrets<'_>,
    report: &mut Report<'_>,
) -> Option<Result<VerifyingKey, KeyError>> {
    let place = SecretSource {
        value: key.secret.as_ref(),
        file: key.secret_file.as_deref(),
        env: key.secret_env.as_deref(),
    };
    if key.algorithm == Algorithm::Ed25519 {
        if place.is_given() {
            report.problems.add_if_clear(
                at,
                "a secret for ed25519; allowed: `public_key`, since nothing is signed with it here",
            );
        }
        let Some(public) = &key.public_key else {
            let message = missing("algorithm `ed25519`");
            report.problems.add_if_clear(&at.key("public_key"), message);
            return None;
        };
        return Some(VerifyingKey::ed25519(key.id, public));
    }
    if key.public_key.is_some() {
        report.problems.add_if_clear(
            &at.key("public_key"),
            "not for hmac_sha256; allowed: a secret, or `algorithm: ed25519`",
        );
    }
    let secret = secrets.read(at, &place, report.problems)?;
    Some(VerifyingKey::hmac(key.id, &secret))
}
