//! Players who leave.

use std::pin::pin;
use std::time::Duration;

use hyrouter_plugin_api::ConnectResponse;
use hyrouter_plugins::{BreakerState, Stage};
use tokio::time::timeout;

use crate::support::{Act, Ask, breaker_of, chain, plugin, request, seconds, settle, status};

#[tokio::test(start_paused = true)]
async fn leaving_cancels_the_call_and_frees_its_slot() {
    let (chain, [thinking, later]) = chain([
        plugin("thinking")
            .stage(Stage::Deny)
            .act(Act::Hang)
            .act(Act::Answer(ConnectResponse::default()))
            .limits(1, 0),
        plugin("later"),
    ]);
    {
        let mut run = pin!(chain.run(request()));
        let left = timeout(Duration::from_millis(10), run.as_mut()).await;
        assert!(left.is_err());
        assert_eq!(thinking.in_flight(), 1);
    }
    assert_eq!(thinking.in_flight(), 0);
    assert_eq!(later.calls(), 0);
    let status = chain.plugins().next().unwrap();
    assert_eq!((status.running, status.waiting), (0, 0));
    assert_eq!(chain.run(request()).await.host(), Some("a"));
}

#[tokio::test(start_paused = true)]
async fn leaving_the_queue_frees_its_place() {
    let (chain, [busy]) = chain([plugin("busy").act(Act::Hang).limits(1, 1)]);
    let runs = [(); 2].map(|()| {
        let chain = chain.clone();
        tokio::spawn(async move { chain.run(request()).await })
    });
    settle().await;
    assert_eq!((status(&chain).running, status(&chain).waiting), (1, 1));
    runs[1].abort();
    settle().await;
    assert_eq!((status(&chain).running, status(&chain).waiting), (1, 0));
    assert_eq!(
        busy.calls(),
        1,
        "whoever left the queue was never asked about"
    );

    // The place is taken by the next one, who gets the slot when its holder leaves.
    let next = tokio::spawn({
        let chain = chain.clone();
        async move { chain.run(request()).await }
    });
    settle().await;
    assert_eq!((status(&chain).running, status(&chain).waiting), (1, 1));
    runs[0].abort();
    settle().await;
    assert_eq!((status(&chain).running, status(&chain).waiting), (1, 0));
    assert_eq!(busy.calls(), 2);
    next.abort();
    settle().await;
    assert_eq!((status(&chain).running, status(&chain).waiting), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn leaving_says_nothing_about_the_plugin() {
    let (chain, _) = chain([plugin("p").act(Act::Hang).breaker(1, seconds(60))]);
    for _ in 0..10 {
        let left = timeout(Duration::from_millis(10), chain.run(request())).await;
        assert!(left.is_err());
    }
    assert_eq!(breaker_of(&chain), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_frees_the_slot_too() {
    let (chain, [plugin]) = chain([plugin("p").act(Act::Hang).limits(1, 0)]);
    for _ in 0..3 {
        let outcome = chain.run(request()).await;
        assert_eq!(outcome.records[0].error_code(), Some("timeout"));
        assert_eq!(plugin.in_flight(), 0);
        assert_eq!(status(&chain).running, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_frees_the_slot_too() {
    let (chain, [plugin]) = chain([plugin("p").act(Act::Panic).limits(1, 0)]);
    for _ in 0..3 {
        let outcome = chain.run(request()).await;
        assert_eq!(outcome.records[0].error_code(), Some("panic"));
        assert_eq!(plugin.in_flight(), 0);
        assert_eq!(status(&chain).running, 0);
    }
}
