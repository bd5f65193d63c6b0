//! Times of fetches.

use std::time::Duration;

use hyrouter_identity::TokenRefusal;

use super::server::{Answer, Server};
use super::support::{Kept, key, keys};
use hyrouter_testing::clock::{Clock, until};

const SECOND: Duration = Duration::from_secs(1);

/// Returns the times between requests.
fn gaps(server: &Server) -> Vec<Duration> {
    let requests = server.requests();
    requests
        .windows(2)
        .map(|pair| pair[1].at - pair[0].at)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_unknown_keys_triggers_one_fetch_per_30_seconds() {
    let clock = Clock::hold().await;
    let (known, unknown) = (key("known"), key("unknown"));
    let server = Server::new(keys(&[&known])).await;
    let kept = Kept::new(&server.url()).run();
    until("keys", || kept.verify(&known).is_ok()).await;

    for _ in 0..100 {
        for _ in 0..10 {
            assert_eq!(kept.verify(&unknown), Err(TokenRefusal::UnknownKey));
        }
        clock.pass(SECOND).await;
    }
    let gaps = gaps(&server);
    assert_eq!(gaps.len(), 4, "{gaps:?}");
    assert!(
        gaps[0] <= SECOND,
        "the first token triggers a fetch at once: {gaps:?}"
    );
    for gap in &gaps[1..] {
        assert!((30 * SECOND..=32 * SECOND).contains(gap), "{gaps:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_token_after_the_flood_triggers_a_fetch() {
    let clock = Clock::hold().await;
    let (known, unknown) = (key("known"), key("unknown"));
    let server = Server::new(keys(&[&known])).await;
    let kept = Kept::new(&server.url()).run();
    until("keys", || kept.verify(&known).is_ok()).await;
    for _ in 0..2 {
        assert_eq!(kept.verify(&unknown), Err(TokenRefusal::UnknownKey));
        let count = server.count();
        until("a fetch at once", || server.count() == count + 1).await;
        // Both fetches have ended, and no token came during them.
        clock.pass(200 * SECOND).await;
        assert_eq!(server.count(), count + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn waits_between_failures_grow() {
    let clock = Clock::hold().await;
    let server = Server::new(Answer::Raw(Vec::new())).await;
    let kept = Kept::new(&server.url()).run();
    let step = SECOND / 10;
    for _ in 0..400 {
        clock.pass(step).await;
    }
    // At most 1, 2, 4, 8 and 16 seconds, at least half of that.
    let gaps = gaps(&server);
    assert!((5..=6).contains(&gaps.len()), "{gaps:?}");
    let mut whole = SECOND;
    for gap in &gaps {
        assert!((whole / 2..=whole + 2 * step).contains(gap), "{gaps:?}");
        whole *= 2;
    }
    assert_eq!(kept.status().failures as usize, gaps.len() + 1);
}
