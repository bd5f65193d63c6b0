//! The life of a breaker.

use std::time::Duration;

use hyrouter_plugin_api::{ConnectResponse, PluginError};
use hyrouter_plugins::{BreakerState, Chain};
use tokio::time::{advance, timeout};

use crate::support::{Act, Ask, breaker_of, broken, chain, plugin, request, seconds, settle};

fn fine() -> Act {
    Act::Answer(ConnectResponse::default())
}

/// Runs once; the code of the error, if any.
async fn run(chain: &Chain) -> Option<&'static str> {
    chain.run(request()).await.records[0].error_code()
}

#[tokio::test(start_paused = true)]
async fn failures_in_a_row_open_it_and_a_probe_closes_it() {
    let mut scene = plugin("p").breaker(3, seconds(5));
    for _ in 0..3 {
        scene = scene.fails();
    }
    let (chain, [plugin]) = chain([scene.act(fine())]);
    for _ in 0..3 {
        assert_eq!(breaker_of(&chain), BreakerState::Closed);
        assert_eq!(plugin.disconnects(), 0);
        assert_eq!(run(&chain).await, Some("transport"));
    }
    assert_eq!(breaker_of(&chain), BreakerState::Open);
    assert_eq!(plugin.disconnects(), 1);
    assert_eq!(run(&chain).await, Some("breaker_open"));

    advance(Duration::from_millis(4999)).await;
    assert_eq!(run(&chain).await, Some("breaker_open"));
    assert_eq!(plugin.calls(), 3);

    advance(Duration::from_millis(1)).await;
    assert_eq!(run(&chain).await, None);
    assert_eq!(breaker_of(&chain), BreakerState::Closed);
    assert_eq!(run(&chain).await, None);
    assert_eq!(plugin.calls(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_failed_probe_keeps_it_open_for_another_cool_down() {
    let (chain, [plugin]) = chain([plugin("p").fails().breaker(1, seconds(5))]);
    assert_eq!(run(&chain).await, Some("transport"));
    for calls in 1..4 {
        advance(Duration::from_millis(4999)).await;
        assert_eq!(run(&chain).await, Some("breaker_open"));
        assert_eq!(plugin.calls(), calls);
        // The cool-down counts from the last call.
        advance(Duration::from_millis(1)).await;
        assert_eq!(run(&chain).await, Some("transport"));
        assert_eq!(breaker_of(&chain), BreakerState::Open);
        assert_eq!(plugin.calls(), calls + 1);
        // Once when it opened, and after each probe.
        assert_eq!(plugin.disconnects(), calls + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_in_between_starts_the_count_again() {
    let (chain, _) = chain([plugin("p")
        .fails()
        .fails()
        .act(fine())
        .fails()
        .fails()
        .act(fine())
        .fails()
        .breaker(3, seconds(5))]);
    for _ in 0..8 {
        assert_ne!(run(&chain).await, Some("breaker_open"));
    }
    assert_eq!(breaker_of(&chain), BreakerState::Closed);
    assert_eq!(run(&chain).await, Some("transport"));
    assert_eq!(breaker_of(&chain), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn closing_starts_the_count_again() {
    let (chain, _) = chain([plugin("p")
        .fails()
        .fails()
        .act(fine())
        .fails()
        .breaker(2, seconds(5))]);
    run(&chain).await;
    run(&chain).await;
    advance(seconds(5)).await;
    assert_eq!(run(&chain).await, None);
    assert_eq!(run(&chain).await, Some("transport"));
    assert_eq!(breaker_of(&chain), BreakerState::Closed);
    assert_eq!(run(&chain).await, Some("transport"));
    assert_eq!(breaker_of(&chain), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn only_one_call_probes() {
    let (chain, [plugin]) = chain([plugin("p")
        .fails()
        .act(Act::After(
            Duration::from_millis(500),
            ConnectResponse::default(),
        ))
        .breaker(1, seconds(5))]);
    run(&chain).await;
    advance(seconds(5)).await;
    let probe = tokio::spawn({
        let chain = chain.clone();
        async move { run(&chain).await }
    });
    settle().await;
    assert_eq!(breaker_of(&chain), BreakerState::HalfOpen);
    for _ in 0..10 {
        assert_eq!(run(&chain).await, Some("breaker_open"));
    }
    assert_eq!(plugin.calls(), 2);
    assert_eq!(probe.await.unwrap(), None);
    assert_eq!(breaker_of(&chain), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_player_who_leaves_while_probing_leaves_the_probe_to_the_next() {
    let (chain, [plugin]) = chain([plugin("p")
        .fails()
        .act(Act::Hang)
        .act(fine())
        .breaker(1, seconds(5))]);
    run(&chain).await;
    advance(seconds(5)).await;
    let left = timeout(Duration::from_millis(10), chain.run(request())).await;
    assert!(left.is_err());
    assert_eq!(breaker_of(&chain), BreakerState::Open);
    assert_eq!(run(&chain).await, None);
    assert_eq!(breaker_of(&chain), BreakerState::Closed);
    assert_eq!(plugin.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_refused_probe_is_left_to_the_next() {
    let (chain, _) = chain([plugin("p")
        .fails()
        .act(Act::Fail(PluginError::Overloaded { limit: 1 }))
        .act(fine())
        .breaker(1, seconds(5))]);
    run(&chain).await;
    advance(seconds(5)).await;
    assert_eq!(run(&chain).await, Some("overloaded"));
    assert_eq!(breaker_of(&chain), BreakerState::Open);
    assert_eq!(run(&chain).await, None);
    assert_eq!(breaker_of(&chain), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_before_it_opened_does_not_close_it() {
    let late = Duration::from_millis(500);
    let (chain, _) = chain([plugin("p")
        .act(Act::After(late, ConnectResponse::default()))
        .fails()
        .breaker(1, seconds(5))]);
    let slow = tokio::spawn({
        let chain = chain.clone();
        async move { run(&chain).await }
    });
    settle().await;
    assert_eq!(run(&chain).await, Some("transport"));
    assert_eq!(slow.await.unwrap(), None);
    assert_eq!(breaker_of(&chain), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_failure_counts_but_overload() {
    for (act, opens) in [
        (Act::Fail(broken()), true),
        (Act::Fail(PluginError::bad_response("not JSON")), true),
        (Act::Fail(PluginError::trap("unreachable")), true),
        (Act::Hang, true),
        (Act::Panic, true),
        (Act::Fail(PluginError::Overloaded { limit: 1 }), false),
        (Act::Answer(ConnectResponse::deny("Not today.")), false),
    ] {
        let (chain, _) = chain([plugin("p").act(act).breaker(2, seconds(5))]);
        for _ in 0..2 {
            chain.run(request()).await;
        }
        assert_eq!(breaker_of(&chain) == BreakerState::Open, opens);
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_breaker_it_is_asked_for_ever() {
    let (chain, [plugin]) = chain([plugin("p").fails().set(|it| it.breaker = None)]);
    for _ in 0..100 {
        assert_eq!(run(&chain).await, Some("transport"));
    }
    assert_eq!(plugin.calls(), 100);
    assert_eq!(breaker_of(&chain), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn one_plugin_s_breaker_is_no_other_s() {
    let (chain, [_, other]) = chain([plugin("a").fails().breaker(1, seconds(60)), plugin("b")]);
    for _ in 0..3 {
        assert_eq!(chain.run(request()).await.host(), Some("a"));
    }
    let states: Vec<_> = chain.plugins().map(|plugin| plugin.breaker).collect();
    assert_eq!(states, [BreakerState::Open, BreakerState::Closed]);
    assert_eq!(other.calls(), 3);
}
