//! Maximum age of keys since their source last confirmed them.

use std::time::{Duration, SystemTime};

use hyrouter_identity::{TokenPolicy, TokenRefusal, TokenVerifier};

use super::fixture::{GAME, Key, NOW, at, payload_with, set, trusted};
use serde_json::json;

const HOUR: i64 = 3600;
const DAYS: i64 = 24 * HOUR;

/// Returns a token that is valid at all times of these tests.
fn token(key: &Key) -> String {
    key.token(&payload_with("exp", json!(NOW + 100 * DAYS)))
}

fn shown(verifier: &TokenVerifier, token: &str, now: SystemTime) -> Result<(), TokenRefusal> {
    verifier.verify(Some(token), &GAME, now).map(drop)
}

#[test]
fn keys_expire_six_hours_after_the_last_confirmation() {
    let (key, verifier) = trusted();
    let token = token(&key);
    verifier.confirm_keys(at(NOW));
    let end = at(NOW + 6 * HOUR);
    let last = end - Duration::from_millis(1);
    assert_eq!(shown(&verifier, &token, last), Ok(()));
    assert!(verifier.can_verify(last));
    assert_eq!(
        shown(&verifier, &token, end),
        Err(TokenRefusal::KeysUnavailable),
        "though remembered"
    );
    assert!(!verifier.can_verify(end) && verifier.has_keys());
    assert_eq!(verifier.keys_age(end), Some(Duration::from_hours(6)));
    // A malformed token is reported as such without keys, too.
    assert_eq!(shown(&verifier, "x.y.z", end), Err(TokenRefusal::Malformed));
    assert_eq!(shown(&verifier, "", end), Err(TokenRefusal::Missing));

    verifier.confirm_keys(end);
    assert_eq!(shown(&verifier, &token, end), Ok(()));
    let end = end + Duration::from_hours(6);
    assert_eq!(
        shown(&verifier, &token, end),
        Err(TokenRefusal::KeysUnavailable)
    );
}

#[test]
fn new_keys_alone_do_not_make_them_fresh() {
    let (key, verifier) = trusted();
    verifier.confirm_keys(at(NOW));
    let later = at(NOW + DAYS);
    verifier.replace_keys(set(&[&key]));
    assert_eq!(
        shown(&verifier, &token(&key), later),
        Err(TokenRefusal::KeysUnavailable)
    );
}

#[test]
fn keys_without_a_confirmation_do_not_expire() {
    let (key, verifier) = trusted();
    assert_eq!(verifier.keys_age(at(NOW)), None);
    assert_eq!(shown(&verifier, &token(&key), at(NOW + 99 * DAYS)), Ok(()));
}

/// Checks that keys taken over from another verifier keep their age, and expire by the new policy.
#[test]
fn keys_taken_over_keep_their_age() {
    let (key, verifier) = trusted();
    verifier.confirm_keys(at(NOW));
    let next = TokenVerifier::new(TokenPolicy {
        max_stale: Duration::from_hours(1),
        ..TokenPolicy::default()
    });
    next.begin_with_keys_of(&verifier);
    let token = token(&key);
    assert_eq!(shown(&next, &token, at(NOW + HOUR - 1)), Ok(()));
    assert_eq!(
        shown(&next, &token, at(NOW + HOUR)),
        Err(TokenRefusal::KeysUnavailable)
    );
    assert_eq!(shown(&verifier, &token, at(NOW + HOUR)), Ok(()));
}

/// Checks that keys confirmed by a clock that ran ahead count as fresh until the clock reaches that time.
#[test]
fn a_clock_that_is_set_back_does_not_age_keys() {
    let (key, verifier) = trusted();
    verifier.confirm_keys(at(NOW + DAYS));
    assert_eq!(verifier.keys_age(at(NOW)), Some(Duration::ZERO));
    assert_eq!(shown(&verifier, &token(&key), at(NOW)), Ok(()));
}
