//! Age, number and memory of cached answers, and reloads.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use hyrouter_plugin_api::{CacheField, ConnectResponse};
use hyrouter_plugins::Chain;
use tokio::time::advance;

use super::{by, cached, codes, is_cached, limited, named};
use crate::support::{Act, Scene, Scripted, chain, plugin, request, seconds, status};

#[tokio::test(start_paused = true)]
async fn answers_expire() {
    let ttl = |seconds| ConnectResponse {
        cache_ttl: Some(seconds),
        cache_key: Some(Vec::new()),
        ..ConnectResponse::default()
    };
    for (permitted, fresh) in [(30, 30), (60, 60), (61, 60), (i64::MAX, 60)] {
        let (chain, [plugin]) = chain([cached(ttl(permitted))]);
        chain.run(request()).await;
        advance(seconds(fresh - 1) + Duration::from_millis(999)).await;
        assert!(is_cached(&chain, request()).await, "{permitted}");
        advance(Duration::from_millis(1)).await;
        assert!(!is_cached(&chain, request()).await, "{permitted}");
        assert_eq!(plugin.calls(), 2);
        assert_eq!(status(&chain).cache.unwrap().entries, 1);
    }
    let (chain, [plugin]) = chain([cached(ttl(0))]);
    chain.run(request()).await;
    chain.run(request()).await;
    assert_eq!(plugin.calls(), 2);
}

/// The plugin may have read its ban list at the start of the call.
#[tokio::test(start_paused = true)]
async fn the_age_counts_from_the_start_of_the_call() {
    let late = by([]).cacheable(seconds(2), []);
    let scene = plugin("p").act(Act::After(Duration::from_millis(900), late));
    let (chain, [plugin]) = chain([limited(scene, |_| {})]);
    chain.run(request()).await;
    advance(Duration::from_millis(1099)).await;
    assert!(is_cached(&chain, request()).await);
    advance(Duration::from_millis(1)).await;
    assert!(!is_cached(&chain, request()).await);
    assert_eq!(plugin.calls(), 2);
}

fn reloaded(old: &Chain, plugin: &Arc<Scripted>, scene: Scene) -> Chain {
    let (_, mut entry) = scene.build();
    entry.plugin = plugin.clone();
    Chain::new(vec![entry]).unwrap().carry_over(old)
}

#[tokio::test(start_paused = true)]
async fn a_reload_keeps_the_cache_of_the_same_plugin() {
    let scene = || cached(by([]));
    let (old, [plugin]) = chain([scene()]);
    old.run(request()).await;
    let same = reloaded(&old, &plugin, scene().only_candidates());
    assert!(is_cached(&same, request()).await);
    let shorter = limited(scene(), |limits| limits.max_ttl = seconds(10));
    let shorter = reloaded(&old, &plugin, shorter);
    assert!(!is_cached(&shorter, request()).await);
    let (other, entry) = scene().build();
    let other_module = Chain::new(vec![entry]).unwrap().carry_over(&old);
    assert!(!is_cached(&other_module, request()).await);
    assert_eq!((plugin.calls(), other.calls()), (2, 1));
    let without = reloaded(&old, &plugin, crate::support::plugin("p"));
    assert_eq!(without.run(request()).await.records[0].cache, None);
    assert_eq!(status(&without).cache, None);
}

#[tokio::test(start_paused = true)]
async fn the_answer_that_expires_first_makes_room() {
    let scene = cached(by([CacheField::Username]));
    let three = NonZeroU32::new(3).unwrap();
    let (chain, [plugin]) = chain([limited(scene, |limits| limits.max_entries = three)]);
    for name in ["a", "b", "c", "d"] {
        chain.run(named(name)).await;
        advance(seconds(1)).await;
    }
    assert_eq!(status(&chain).cache.unwrap().entries, 3);
    for name in ["b", "c", "d"] {
        assert!(is_cached(&chain, named(name)).await, "{name}");
    }
    assert!(!is_cached(&chain, named("a")).await);
    assert_eq!(plugin.calls(), 5);
}

#[tokio::test(start_paused = true)]
async fn memory_is_bounded() {
    let text = "x".repeat(8000);
    let scene = cached(ConnectResponse::deny(text).cacheable(seconds(30), [CacheField::Username]));
    let (chain, _) = chain([limited(scene, |limits| limits.max_memory = 65_536)]);
    for n in 0..100 {
        chain.run(named(&n.to_string())).await;
        let cache = status(&chain).cache.unwrap();
        assert!(cache.memory <= 65_536 && cache.memory > cache.entries * 8000);
    }
    assert_eq!(status(&chain).cache.unwrap().entries, 7);
}

#[tokio::test(start_paused = true)]
async fn expired_answers_leave_as_players_come() {
    let (chain, _) = chain([cached(by([CacheField::Username]))]);
    for n in 0..40 {
        chain.run(named(&n.to_string())).await;
    }
    advance(seconds(30)).await;
    for left in [24, 8, 0, 0] {
        chain.rehearse(request()).await;
        assert_eq!(status(&chain).cache.unwrap().entries, left);
    }
    assert_eq!(status(&chain).cache.unwrap().memory, 0);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_cached_has_a_notice() {
    let with = |ttl, key: &[&str]| ConnectResponse {
        cache_ttl: ttl,
        cache_key: Some(key.iter().map(ToString::to_string).collect()),
        ..ConnectResponse::default()
    };
    let without_key = |ttl| ConnectResponse {
        cache_ttl: Some(ttl),
        ..ConnectResponse::default()
    };
    let large = ConnectResponse::deny("x".repeat(17_000)).cacheable(seconds(30), []);
    for (response, text) in [
        (
            with(Some(30), &["uuid", "uid\n"]),
            "cache_key names \"uid\\n\", allowed: uuid, username,",
        ),
        (
            with(Some(30), &["remote_addr"]),
            "cache_key names \"remote_addr\", allowed: ",
        ),
        (with(None, &["uuid"]), "cache_key needs cache_ttl"),
        (
            without_key(30),
            "cache_ttl needs cache_key; [] means the same answer for every player",
        ),
        (
            with(Some(-1), &[]),
            "cache_ttl is -1, allowed: 0 and more seconds",
        ),
        (large, "bytes of memory, at most 16384 are allowed"),
    ] {
        let (chain, [plugin]) = chain([cached(response)]);
        for _ in 0..2 {
            let outcome = chain.run(request()).await;
            assert_eq!(codes(&outcome), ["plugin_cache_ignored"], "{text}");
            let told = outcome.records[0].notices[0].to_string();
            assert!(told.contains(text), "{told}");
            assert!(outcome.records[0].notices[0].is_about_form());
        }
        assert_eq!(plugin.calls(), 2, "{text}");
    }
    for response in [
        with(Some(0), &["uuid"]),
        without_key(0),
        with(Some(30), &["sni"]),
        with(None, &[]),
    ] {
        let (chain, _) = chain([cached(response)]);
        assert_eq!(codes(&chain.run(request()).await), [""; 0]);
    }
}
