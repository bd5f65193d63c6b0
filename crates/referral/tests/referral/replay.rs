//! The replay guard: what it forgets, what it never does, and what its bound is. Its results step by step are in
//! `vectors.json`.

use std::time::{Duration, SystemTime};

use hyrouter_referral::{ReplayError, ReplayGuard};
use proptest::prelude::*;

#[test]
fn what_has_expired_takes_no_room() {
    let mut guard = ReplayGuard::new(10);
    assert!(guard.is_empty());
    for round in 0..1_000 {
        for nonce in 0..10 {
            let admitted = guard.admit(nonce_of(round * 10 + nonce), at(round + 1), at(round));
            assert_eq!(admitted, Ok(()));
        }
        assert_eq!(guard.len(), 10);
        let more = guard.admit(nonce_of(u64::MAX), at(round + 1), at(round));
        assert_eq!(more, Err(ReplayError::Full { capacity: 10 }));
    }
    assert_eq!(guard.capacity(), 10);
}

#[test]
fn reasons_have_names() {
    let full = ReplayError::Full { capacity: 3 };
    assert_eq!(ReplayError::Replayed.code(), "replayed");
    assert_eq!(full.code(), "replay_guard_full");
    assert_eq!(
        full.to_string(),
        "the replay guard is full: it remembers 3 envelopes, and none of them has expired"
    );
}

proptest! {
    /// The guard against one that remembers everything and looks at all of it.
    #[test]
    fn it_says_what_a_guard_without_cleverness_says(
        capacity in 0_usize..8,
        steps in prop::collection::vec((0_u64..12, 1_u64..30, 0_u64..4), 0..200),
    ) {
        let mut guard = ReplayGuard::new(capacity);
        let mut all: Vec<(u64, u64)> = Vec::new();
        let mut now = 0;
        for (nonce, lifetime, passed) in steps {
            now += passed;
            let expires = now + lifetime;
            let alive: Vec<_> = all.iter().filter(|(_, until)| *until > now).collect();
            let expected = if alive.iter().any(|(seen, _)| *seen == nonce) {
                Err(ReplayError::Replayed)
            } else if alive.len() >= capacity {
                Err(ReplayError::Full { capacity })
            } else {
                Ok(())
            };
            prop_assert_eq!(guard.admit(nonce_of(nonce), at(expires), at(now)), expected);
            if expected.is_ok() {
                all.push((nonce, expires));
            }
            prop_assert!(guard.len() <= capacity);
        }
    }

    /// Whatever the clock does: set back, set ahead, standing still.
    #[test]
    fn no_envelope_is_ever_admitted_twice(
        steps in prop::collection::vec((0_u64..6, 0_u64..30, 0_u64..40), 0..300),
    ) {
        let mut guard = ReplayGuard::new(1_000);
        let mut admitted = Vec::new();
        for (nonce, expires, now) in steps {
            if guard.admit(nonce_of(nonce), at(expires), at(now)).is_ok() {
                prop_assert!(!admitted.contains(&(nonce, expires)), "{nonce} until {expires} at {now}");
                admitted.push((nonce, expires));
            }
        }
    }
}

fn nonce_of(number: u64) -> [u8; 16] {
    u128::from(number).to_be_bytes()
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}
