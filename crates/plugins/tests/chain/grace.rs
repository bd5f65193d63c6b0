//! A plugin that restarts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyrouter_plugin_api::{
    ConnectRequest, ConnectResponse, Plugin, PluginAnswer, PluginError, PluginFuture,
};
use hyrouter_plugins::{BreakerState, Chain};
use tokio::time::sleep;

use crate::support::{Act, plugin, request, status};

fn unreachable() -> Act {
    Act::Fail(PluginError::unreachable("connection refused"))
}

async fn state_after(chain: &Chain, calls: u32, pause: Duration) -> BreakerState {
    for _ in 0..calls {
        chain.run(request()).await;
        sleep(pause).await;
    }
    status(chain).breaker
}

#[tokio::test(start_paused = true)]
async fn a_restart_opens_no_breaker_and_an_outage_does() {
    let (_, entry) = plugin("p").act(unreachable()).build();
    let chain = Chain::new(vec![entry]).unwrap();
    let pause = Duration::from_millis(20);
    // 2.98 s at 50 players a second.
    assert_eq!(state_after(&chain, 149, pause).await, BreakerState::Closed);
    assert_eq!(state_after(&chain, 2, pause).await, BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn each_restart_has_its_own_grace() {
    let mut scene = plugin("p");
    for _ in 0..3 {
        for _ in 0..100 {
            scene = scene.act(unreachable());
        }
        scene = scene.answers(ConnectResponse::default());
    }
    let (_, entry) = scene.build();
    let chain = Chain::new(vec![entry]).unwrap();
    let pause = Duration::from_millis(20);
    assert_eq!(state_after(&chain, 303, pause).await, BreakerState::Closed);
}

/// Could not be reached, and can be now.
struct Back(AtomicUsize);

impl Plugin for Back {
    fn on_connect<'a>(&'a self, _: &'a ConnectRequest, _: Duration) -> PluginFuture<'a> {
        let call = self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let refused = || PluginError::transport("reset");
            if call == 0 {
                Err(refused())
            } else {
                Ok(PluginAnswer::default())
            }
        })
    }

    fn has_recovered(&self) -> bool {
        true
    }
}

#[tokio::test(start_paused = true)]
async fn a_plugin_that_is_back_is_probed_before_the_cool_down_ends() {
    let (_, mut entry) = plugin("p").breaker(1, Duration::from_hours(1)).build();
    entry.plugin = Arc::new(Back(AtomicUsize::new(0)));
    let chain = Chain::new(vec![entry]).unwrap();
    assert_eq!(
        state_after(&chain, 1, Duration::ZERO).await,
        BreakerState::Open
    );
    assert_eq!(
        state_after(&chain, 1, Duration::ZERO).await,
        BreakerState::Closed
    );
}

/// A plugin that is there and fails has no grace.
#[tokio::test(start_paused = true)]
async fn failures_of_a_plugin_that_is_there_open_at_once() {
    let (_, entry) = plugin("p")
        .act(Act::Fail(PluginError::transport("reset")))
        .build();
    let chain = Chain::new(vec![entry]).unwrap();
    assert_eq!(
        state_after(&chain, 5, Duration::ZERO).await,
        BreakerState::Open
    );
}
