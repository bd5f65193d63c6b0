//! What goes on when the configuration changes.

use hyrouter_plugin_api::ConnectResponse;
use hyrouter_plugins::{BreakerState, Chain};

use crate::support::{
    Act, Ask, Scene, breaker_of, chain, plugin, request, seconds, settle, status,
};

fn next(previous: &Chain, scene: Scene) -> Chain {
    let (_, entry) = scene.build();
    Chain::new(vec![entry]).unwrap().carry_over(previous)
}

#[tokio::test(start_paused = true)]
async fn a_breaker_is_carried_over_with_its_plugin() {
    let fails = plugin("p").fails().answers(ConnectResponse::default());
    let (_, entry) = fails.fails().breaker(1, seconds(5)).build();
    let old = Chain::new(vec![entry.clone()]).unwrap();
    old.run(request()).await;
    assert_eq!(breaker_of(&old), BreakerState::Open);

    let same = Chain::new(vec![entry]).unwrap().carry_over(&old);
    assert_eq!(breaker_of(&same), BreakerState::Open);
    let outcome = same.run(request()).await;
    assert_eq!(outcome.records[0].error_code(), Some("breaker_open"));
    assert_eq!(outcome.host(), Some("a"));
    // It is one breaker: closed for the new chain is closed for what still runs in the old one.
    tokio::time::advance(seconds(5)).await;
    assert_eq!(same.run(request()).await.records[0].error_code(), None);
    assert_eq!(breaker_of(&old), BreakerState::Closed);

    old.run(request()).await;
    assert_eq!(breaker_of(&old), BreakerState::Open);
    assert_eq!(breaker_of(&next(&old, plugin("q"))), BreakerState::Closed);
    // A module or a server that was loaded again under that name has not failed yet.
    assert_eq!(breaker_of(&next(&old, plugin("p"))), BreakerState::Closed);
    let without = plugin("p").set(|settings| settings.breaker = None);
    assert_eq!(breaker_of(&next(&old, without)), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn calls_count_together_while_the_limits_are_the_same() {
    let (old, _) = chain([plugin("p").act(Act::Hang).limits(1, 0)]);
    let running = tokio::spawn({
        let old = old.clone();
        async move { old.run(request()).await }
    });
    settle().await;

    let same = next(&old, plugin("p").limits(1, 0));
    let outcome = same.run(request()).await;
    assert_eq!(outcome.records[0].error_code(), Some("overloaded"));
    let wider = next(&old, plugin("p").limits(2, 0));
    assert_eq!(wider.run(request()).await.records[0].error_code(), None);

    running.await.unwrap();
    assert_eq!(same.run(request()).await.records[0].error_code(), None);
    assert_eq!(status(&old).running, 0);
}
