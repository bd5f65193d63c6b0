use uuid::Uuid;

use super::{Binding, Bindings, CAPACITY, SHARE, WAYS};
use crate::cache::TokenHash;

const NOW: i64 = 1_000;

fn shown(token: &str, player: u128, certificate: u8, ends: i64) -> Binding {
    Binding {
        token: TokenHash::of(token).unwrap(),
        certificate: [certificate; 32],
        player: Uuid::from_u128(player),
        ends,
    }
}

/// Puts all players in one set.
fn one_set() -> Bindings {
    let sets = Box::new([std::sync::Mutex::default()]);
    Bindings {
        sets,
        ..Bindings::new()
    }
}

#[test]
fn the_first_certificate_is_the_only_one() {
    let bindings = Bindings::new();
    for (certificate, admitted) in [(1, true), (2, false), (1, true), (3, false)] {
        let shown = shown("a", 7, certificate, 2_000);
        assert_eq!(bindings.admit(shown, NOW), admitted, "{certificate}");
    }
    assert!(
        bindings.admit(shown("b", 7, 2, 2_000), NOW),
        "another token"
    );
    assert_eq!(bindings.len(), 2);
}

#[test]
fn a_token_replaces_one_of_the_same_player() {
    let bindings = one_set();
    assert!(bindings.admit(shown("other", 1, 1, 1_001), NOW));
    for number in 0..1_000 {
        assert!(bindings.admit(shown(&number.to_string(), 2, 1, 2_000 + number), NOW));
    }
    assert_eq!(bindings.len(), 1 + SHARE);
    assert!(
        !bindings.admit(shown("other", 1, 2, 1_001), NOW),
        "the token is remembered"
    );
    assert!(
        !bindings.admit(shown("999", 2, 2, 3_000), NOW),
        "the last to expire stays"
    );
}

#[test]
fn a_full_set_forgets_expired_tokens_then_those_of_the_player_with_most() {
    let bindings = one_set();
    for number in 0..SHARE {
        assert!(bindings.admit(shown(&format!("many {number}"), 1, 1, 5_000), NOW));
    }
    for player in 2.. {
        if bindings.len() == WAYS {
            break;
        }
        let ends = if player == 2 { NOW } else { 2_000 };
        assert!(bindings.admit(shown(&format!("one {player}"), player, 1, ends), NOW));
    }
    let is_bound = |token: &str, player| {
        let known = bindings.sets[0].lock().unwrap();
        let token = TokenHash::of(token).unwrap();
        known
            .iter()
            .any(|one| one.token == token && one.player == Uuid::from_u128(player))
    };
    assert!(bindings.admit(shown("new", 100, 1, 2_000), NOW));
    assert!(!is_bound("one 2", 2), "the token has expired");
    assert!(bindings.admit(shown("newer", 101, 1, 2_000), NOW));
    let left = (0..SHARE).filter(|number| is_bound(&format!("many {number}"), 1));
    assert_eq!(left.count(), SHARE - 1);
    assert!(is_bound("one 3", 3) && is_bound("new", 100));
    assert_eq!(bindings.len(), WAYS);
}

/// Checks the memory in the documentation: a set grows by doubling, so half of its memory may be empty.
#[test]
fn the_memory_is_as_documented() {
    assert!(size_of::<Binding>() <= 88, "{}", size_of::<Binding>());
    assert!(size_of::<std::sync::Mutex<Vec<Binding>>>() <= 4 * WAYS);
    assert_eq!((CAPACITY, CAPACITY / WAYS, SHARE), (131_072, 8_192, 4));
}
