//! Keys are used for a time after their source last gave them.

use std::time::{Duration, SystemTime};

use hyrouter_identity::{TokenPolicy, TokenRefusal, TokenVerifier};

use super::fixture::{GAME, Key, NOW, at, payload_with, set, trusted};
use serde_json::json;

const HOUR: i64 = 3600;
const DAYS: i64 = 24 * HOUR;

/// A token that outlives all times here.
fn token(key: &Key) -> String {
    key.token(&payload_with("exp", json!(NOW + 100 * DAYS)))
}

fn shown(verifier: &TokenVerifier, token: &str, now: SystemTime) -> Result<(), TokenRefusal> {
    verifier.verify(Some(token), &GAME, now).map(drop)
}

#[test]
fn keys_end_six_hours_after_they_were_last_had() {
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
    // What is no token is none without keys, too.
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
fn keys_that_were_handed_in_have_no_end() {
    let (key, verifier) = trusted();
    assert_eq!(verifier.keys_age(at(NOW)), None);
    assert_eq!(shown(&verifier, &token(&key), at(NOW + 99 * DAYS)), Ok(()));
}

/// Keys that another verifier begins with are as old as they were, and end as its own policy says.
#[test]
fn what_another_begins_with_is_no_fresher() {
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

/// Keys that a clock which runs ahead confirmed count as fresh until it is where it was.
#[test]
fn a_clock_that_is_set_back_makes_nothing_old() {
    let (key, verifier) = trusted();
    verifier.confirm_keys(at(NOW + DAYS));
    assert_eq!(verifier.keys_age(at(NOW)), Some(Duration::ZERO));
    assert_eq!(shown(&verifier, &token(&key), at(NOW)), Ok(()));
}
