use std::time::Duration;

use tokio::time::{Instant, advance};

use super::{DialBackoff, TooEarly};
use crate::BackoffSettings;

fn backoff() -> DialBackoff {
    DialBackoff::new(BackoffSettings {
        min: Duration::from_millis(20),
        max: Duration::from_secs(2),
    })
}

/// Records one more failure and returns the wait until the next attempt.
async fn wait_after_failure(backoff: &DialBackoff) -> Duration {
    backoff.failed(&"refused", false);
    let failed = Instant::now();
    while backoff.admit().is_err() {
        advance(Duration::from_millis(1)).await;
    }
    failed.elapsed()
}

#[tokio::test(start_paused = true)]
async fn waits_are_a_small_part_of_the_outage() {
    let backoff = backoff();
    let begun = Instant::now();
    assert_eq!(backoff.admit(), Ok(()));
    while begun.elapsed() < Duration::from_secs(200) {
        let whole = (begun.elapsed() / 32).clamp(Duration::from_millis(20), Duration::from_secs(2));
        let wait = wait_after_failure(&backoff).await;
        let slack = Duration::from_millis(1);
        assert!(
            wait >= whole / 2 && wait <= whole + slack,
            "{wait:?} of {whole:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn waits_of_several_differ() {
    let mut waits = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let backoff = backoff();
        assert_eq!(backoff.admit(), Ok(()));
        waits.insert(wait_after_failure(&backoff).await);
    }
    assert!(waits.len() > 5, "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn the_first_attempt_after_a_response_is_made_at_once() {
    let backoff = backoff();
    assert_eq!(backoff.admit(), Ok(()));
    backoff.failed(&"refused", false);
    assert!(backoff.admit().is_err());
    backoff.succeeded();
    assert_eq!(backoff.admit(), Ok(()));
    let Err(TooEarly { retry_at, .. }) = backoff.admit() else {
        panic!("an attempt without a response counts as failed");
    };
    assert!(retry_at <= Instant::now() + Duration::from_millis(20));
}

#[tokio::test(start_paused = true)]
async fn an_early_attempt_returns_the_last_problem() {
    type Fail = fn(&DialBackoff);
    let fails: [(Fail, &str); 2] = [
        (
            |backoff| {
                backoff.failed(&"refused", false);
            },
            "refused",
        ),
        (
            |backoff| backoff.broke(&"refused"),
            "the last connection ended before a response: refused",
        ),
    ];
    for (fail, what) in fails {
        let backoff = backoff();
        assert_eq!(backoff.admit(), Ok(()));
        fail(&backoff);
        assert_eq!(backoff.admit().unwrap_err().to_string(), what);
    }
}
