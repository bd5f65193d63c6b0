use super::{Cache, Entry, TokenHash, VerifiedToken, WAYS};
use crate::Claims;
use crate::keys::KeyUse;

fn token(cache: &Cache, number: u32) -> TokenHash {
    cache.hash(&number.to_string()).unwrap()
}

fn until(expires_at: i64) -> VerifiedToken {
    VerifiedToken {
        claims: Claims {
            expires_at: Some(expires_at),
            ..Claims::default()
        },
        key: KeyUse::for_tests(7),
    }
}

#[test]
fn it_is_never_larger_than_its_capacity() {
    for capacity in [1, 2, 7, 8, 9, 15, 16, 17, 100, 1000] {
        let cache = Cache::new(capacity);
        for number in 0..2000 {
            cache.insert(token(&cache, number), until(i64::from(number)));
        }
        let len = cache.len();
        assert!(len <= capacity, "{len} of {capacity}");
        assert!(len > capacity / 2, "{len} of {capacity}");
    }
}

#[test]
fn a_capacity_of_zero_hashes_and_keeps_nothing() {
    let cache = Cache::new(0);
    assert!(cache.hash("token").is_none());
    let token = token(&Cache::new(1), 1);
    cache.insert(token, until(1));
    assert!(cache.get(&token).is_none());
    assert_eq!(cache.len(), 0);
}

#[test]
fn the_first_token_to_expire_makes_room() {
    let cache = Cache::new(WAYS);
    let ends = [50, 30, 80, 10, 70, 20, 60, 40];
    for (number, end) in (0..).zip(ends) {
        cache.insert(token(&cache, number), until(end));
    }
    for (new, gone) in [(100, 3), (101, 5), (102, 1)] {
        cache.insert(token(&cache, new), until(90));
        assert!(cache.get(&token(&cache, gone)).is_none(), "{gone}");
        assert!(cache.get(&token(&cache, new)).is_some(), "{new}");
        assert_eq!(cache.len(), WAYS);
    }
}

#[test]
fn a_token_stands_once_in_it() {
    let cache = Cache::new(WAYS);
    for end in [1, 2, 3] {
        cache.insert(token(&cache, 1), until(end));
    }
    assert_eq!(cache.len(), 1);
    let found = cache.get(&token(&cache, 1)).unwrap();
    assert_eq!(found.claims.expires_at, Some(3));
}

#[test]
fn tokens_that_are_not_retained_are_removed() {
    let cache = Cache::new(64);
    for number in 0..20 {
        let key = KeyUse::for_tests(u64::from(number % 2));
        let verdict = VerifiedToken { key, ..until(1) };
        cache.insert(token(&cache, number), verdict);
    }
    cache.retain(|key| key == KeyUse::for_tests(1));
    assert_eq!(cache.len(), 10);
    assert!(cache.get(&token(&cache, 0)).is_none());
    assert!(cache.get(&token(&cache, 1)).is_some());
}

#[test]
fn a_poisoned_lock_is_usable() {
    let cache = Cache::new(1);
    let died = std::thread::scope(|scope| {
        scope
            .spawn(|| {
                let _guard = cache.set(&token(&cache, 1));
                panic!("on purpose");
            })
            .join()
    });
    assert!(died.is_err());
    cache.insert(token(&cache, 1), until(1));
    assert_eq!(cache.len(), 1);
}

/// Checks the memory documented at `TokenPolicy::cache`: a set grows by doubling, so half of its memory may be empty.
#[test]
fn an_entry_is_as_small_as_documented() {
    assert!(size_of::<Entry>() <= 152, "{}", size_of::<Entry>());
    assert!(size_of::<std::sync::Mutex<Vec<Entry>>>() <= 4 * WAYS);
}
