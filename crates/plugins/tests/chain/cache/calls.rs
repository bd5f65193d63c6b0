//! Use of cached answers in place of calls.

use std::sync::Arc;

use hyrouter_plugin_api::{CacheField, ConnectResponse};
use hyrouter_plugins::{ChainDecision, DenyCode, OnError, Verdict};
use tokio::time::advance;

use super::{by, cached, codes, is_cached, limited, named};
use crate::support::{Act, Ask, chain, overriding, plugin, request, seconds, settle, status};

#[tokio::test(start_paused = true)]
async fn each_player_is_a_call_unless_both_plugin_and_operator_permit_otherwise() {
    let permits = by([]);
    for (scene, calls) in [
        (plugin("p").answers(permits.clone()), 100),
        (cached(ConnectResponse::default()), 100),
        (cached(permits), 1),
    ] {
        let (chain, [plugin]) = chain([scene]);
        for n in 0..100 {
            chain.run(named(&format!("p{n}"))).await;
        }
        assert_eq!(plugin.calls(), calls);
    }
}

/// A cached answer is applied to the request of the moment, by the rules of the moment.
#[tokio::test(start_paused = true)]
async fn cached_answers_are_applied_as_new_ones() {
    let tag = plugin("tag").answers(ConnectResponse {
        referral_data: Some(b"tag".to_vec()),
        ..ConnectResponse::default()
    });
    let (chain, [_, plugin]) = chain([tag, cached(overriding("b").cacheable(seconds(30), []))]);
    let first = chain.run(request()).await;
    let second = chain.run(request()).await;
    assert_eq!(first.decision, second.decision);
    assert_eq!(plugin.calls(), 1);
    assert_eq!(second.records[1].verdict, first.records[1].verdict);
    assert!(second.records[1].is_cached() && !first.records[1].is_cached());
    assert_eq!(second.records[0].cache, None);
    let ChainDecision::Allow { referral_data, .. } = second.decision else {
        panic!("denied");
    };
    assert_eq!(referral_data.as_deref(), Some(&b"tag"[..]));

    let restricted = cached(overriding("elsewhere").cacheable(seconds(30), [])).only_candidates();
    let (chain, _) = crate::support::chain([restricted]);
    for _ in 0..2 {
        let outcome = chain.run(request()).await;
        assert_eq!(outcome.host(), Some("a"));
        assert_eq!(codes(&outcome), ["plugin_override_rejected"]);
    }
}

#[tokio::test(start_paused = true)]
async fn denials_are_cached_and_failures_are_not() {
    let denial = ConnectResponse::deny("Not today.").cacheable(seconds(30), [CacheField::Username]);
    let (chain, [plugin]) = chain([cached(denial)]);
    for _ in 0..3 {
        let outcome = chain.run(request()).await;
        assert_eq!(outcome.deny_code(), Some(DenyCode::PluginDenied));
        assert_eq!(outcome.records[0].verdict, Verdict::Denied);
        let ChainDecision::Deny { reason, .. } = outcome.decision else {
            panic!("allowed");
        };
        assert_eq!(reason.as_deref(), Some("Not today."));
    }
    assert_eq!(plugin.calls(), 1);

    let failing = crate::support::plugin("p").fails();
    let (chain, [plugin]) = crate::support::chain([limited(failing, |_| {})]);
    chain.run(request()).await;
    chain.run(request()).await;
    assert_eq!(plugin.calls(), 2);
    assert_eq!(status(&chain).cache.unwrap().entries, 0);
}

#[tokio::test(start_paused = true)]
async fn cached_answers_count_while_the_plugin_is_away() {
    let scene = plugin("p")
        .answers(by([CacheField::Username]))
        .fails()
        .on_error(Some(OnError::Deny))
        .breaker(1, seconds(60));
    let (chain, [plugin]) = chain([limited(scene, |_| {})]);
    chain.run(request()).await;
    let stranger = chain.run(named("Birch")).await;
    assert_eq!(stranger.error(0).unwrap().code().as_str(), "transport");
    let stranger = chain.run(named("Birch")).await;
    assert_eq!(stranger.error(0).unwrap().code().as_str(), "breaker_open");
    assert!(is_cached(&chain, request()).await);
    // Nothing is used beyond its time.
    advance(seconds(30)).await;
    let outcome = chain.run(request()).await;
    assert_eq!(outcome.deny_code(), Some(DenyCode::PluginFailed));
    assert_eq!(plugin.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_does_not_matter_to_cached_answers() {
    let scene = plugin("p")
        .answers(by([CacheField::Username]))
        .act(Act::Hang);
    let (chain, [plugin]) = chain([limited(scene.limits(1, 0), |_| {})]);
    chain.run(request()).await;
    let waiting = tokio::spawn({
        let chain = Arc::clone(&chain);
        async move { chain.run(named("Birch")).await }
    });
    settle().await;
    assert_eq!(plugin.in_flight(), 1);
    assert!(is_cached(&chain, request()).await);
    waiting.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_explanation_reads_and_adds_nothing() {
    let (chain, [plugin]) = chain([cached(by([]))]);
    for calls in 1..3 {
        assert!(!chain.rehearse(request()).await.records[0].is_cached());
        assert_eq!(plugin.calls(), calls);
    }
    chain.run(request()).await;
    assert!(chain.rehearse(request()).await.records[0].is_cached());
    assert_eq!(plugin.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn shadow_plugins_have_a_cache_too() {
    let (chain, [plugin]) = chain([cached(by([])).shadow()]);
    for _ in 0..3 {
        assert!(chain.run(request()).await.records.is_empty());
        settle().await;
    }
    assert_eq!(plugin.calls(), 1);
}
