//! More players than a plugin takes at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyrouter_plugin_api::{
    ConnectRequest, ConnectResponse, Plugin, PluginAnswer, PluginError, PluginFuture,
};
use hyrouter_plugins::{BreakerState, Chain, ChainOutcome};
use tokio::task::JoinHandle;

use crate::support::{
    Act, Ask, chain, overriding, plugin, request, seconds, settle, status, timed,
};

type Running = JoinHandle<(ChainOutcome, Duration)>;

fn start(chain: &Arc<Chain>) -> Running {
    let chain = chain.clone();
    tokio::spawn(async move { timed(&chain, request()).await })
}

fn slow(delay: Duration) -> Act {
    Act::After(delay, overriding("c"))
}

#[tokio::test(start_paused = true)]
async fn so_many_run_so_many_wait_and_the_rest_is_refused() {
    let delay = Duration::from_millis(300);
    let (chain, [busy]) = chain([plugin("busy").act(slow(delay)).limits(2, 2)]);
    let running: Vec<_> = (0..4).map(|_| start(&chain)).collect();
    settle().await;
    assert_eq!((status(&chain).running, status(&chain).waiting), (2, 2));
    assert_eq!(busy.in_flight(), 2);

    let (refused, took) = timed(&chain, request()).await;
    assert_eq!(
        refused.error(0),
        Some(&PluginError::Overloaded { limit: 4 })
    );
    assert_eq!(took, Duration::ZERO);

    let mut times = Vec::new();
    for run in running {
        let (outcome, took) = run.await.unwrap();
        assert_eq!(outcome.host(), Some("c"));
        assert_eq!(outcome.records[0].elapsed, took);
        times.push(took);
    }
    assert_eq!(times, [delay, delay, 2 * delay, 2 * delay]);
    assert_eq!((status(&chain).running, status(&chain).waiting), (0, 0));
    assert_eq!(chain.run(request()).await.host(), Some("c"));
}

#[tokio::test(start_paused = true)]
async fn waiting_counts_for_the_timeout() {
    let delay = Duration::from_millis(700);
    let (chain, [busy]) = chain([plugin("busy").act(slow(delay)).limits(1, 8)]);
    let running: Vec<_> = (0..3).map(|_| start(&chain)).collect();
    let mut results = Vec::new();
    for run in running {
        let (outcome, took) = run.await.unwrap();
        results.push((outcome.records[0].error_code(), took));
    }
    assert_eq!(
        results,
        [
            (None, delay),
            (Some("timeout"), seconds(1)),
            (Some("timeout"), seconds(1)),
        ]
    );
    // The second was asked with what was left, the third not at all.
    assert_eq!(busy.lefts(), [seconds(1), Duration::from_millis(300)]);
    assert_eq!((status(&chain).running, status(&chain).waiting), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_served_in_order() {
    let delay = Duration::from_millis(100);
    let (chain, _) = chain([plugin("busy").act(slow(delay)).limits(1, 4)]);
    let running: Vec<_> = (0..5).map(|_| start(&chain)).collect();
    let mut expected = Duration::ZERO;
    for run in running {
        expected += delay;
        assert_eq!(run.await.unwrap().1, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_plugin_does_not_slow_another() {
    let (busy_chain, _) = chain([plugin("busy").act(Act::Hang).limits(1, 0)]);
    let (free_chain, _) = chain([plugin("free").answers(ConnectResponse::default())]);
    let hanging = start(&busy_chain);
    settle().await;
    let (outcome, took) = timed(&free_chain, request()).await;
    assert_eq!((outcome.host(), took), (Some("a"), Duration::ZERO));
    assert_eq!(hanging.await.unwrap().1, seconds(1));
}

#[tokio::test(start_paused = true)]
async fn neither_refusals_nor_waits_open_the_breaker() {
    let (chain, [busy]) = chain([plugin("busy")
        .act(Act::Hang)
        .limits(1, 3)
        .breaker(2, seconds(60))]);
    let running: Vec<_> = (0..4).map(|_| start(&chain)).collect();
    settle().await;
    for _ in 0..10 {
        let outcome = chain.run(request()).await;
        assert_eq!(outcome.records[0].error_code(), Some("overloaded"));
    }
    for run in running {
        let (outcome, took) = run.await.unwrap();
        assert_eq!(outcome.records[0].error_code(), Some("timeout"));
        assert_eq!(took, seconds(1));
    }
    assert_eq!(busy.calls(), 1);
    assert_eq!(status(&chain).breaker, BreakerState::Closed);
    chain.run(request()).await;
    assert_eq!(status(&chain).breaker, BreakerState::Open);
}

/// Real threads, real time: never more calls at once than allowed, and each call gets an answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn limits_hold_on_many_threads() {
    struct Counting {
        now: AtomicUsize,
        most: AtomicUsize,
    }

    impl Plugin for Counting {
        fn on_connect<'a>(&'a self, _: &'a ConnectRequest, _: Duration) -> PluginFuture<'a> {
            Box::pin(async {
                let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
                self.most.fetch_max(now, Ordering::SeqCst);
                for _ in 0..3 {
                    tokio::task::yield_now().await;
                }
                self.now.fetch_sub(1, Ordering::SeqCst);
                Ok(PluginAnswer::default())
            })
        }
    }

    let counting = Arc::new(Counting {
        now: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
    });
    let (_, mut entry) = plugin("p").limits(3, 200).build();
    entry.plugin = counting.clone();
    entry.settings.timeout = seconds(60);
    let chain = Arc::new(Chain::new(vec![entry]).unwrap());
    let players: Vec<_> = (0..200)
        .map(|_| {
            let chain = chain.clone();
            tokio::spawn(async move {
                for _ in 0..20 {
                    let outcome = chain.run(request()).await;
                    assert_eq!(outcome.records[0].error_code(), None);
                }
            })
        })
        .collect();
    for player in players {
        player.await.unwrap();
    }
    assert!(counting.most.load(Ordering::SeqCst) <= 3);
    assert_eq!((status(&chain).running, status(&chain).waiting), (0, 0));
}

/// All the limits that a file can name are possible.
#[tokio::test(start_paused = true)]
async fn the_largest_limits_work() {
    let (chain, _) = chain([plugin("p")
        .limits(u32::MAX, u32::MAX)
        .set(|settings| settings.timeout = Duration::MAX)
        .breaker(u32::MAX, Duration::MAX)]);
    assert_eq!(chain.run(request()).await.host(), Some("a"));
    assert_eq!((status(&chain).running, status(&chain).waiting), (0, 0));
}
