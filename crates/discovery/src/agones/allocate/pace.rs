//! The minimum time between requests of a provider.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until, timeout_at};

/// Slots for requests, in the order of those that wait.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    last: Mutex<Option<Instant>>,
}

impl Pace {
    pub(super) fn new(interval: Duration) -> Self {
        Self {
            interval,
            last: Mutex::default(),
        }
    }

    /// Waits for a slot. Returns `false` if there is none until `deadline`, as soon as that is known. One that stops waiting leaves its slot to the
    /// next.
    pub(super) async fn slot(&self, deadline: Instant) -> bool {
        if self.interval.is_zero() {
            return true;
        }
        // Fair: it is handed over in the order of the calls.
        let Ok(mut last) = timeout_at(deadline, self.last.lock()).await else {
            return false;
        };
        if let Some(last) = *last {
            let slot = last + self.interval;
            if slot > deadline {
                return false;
            }
            sleep_until(slot).await;
        }
        *last = Some(Instant::now());
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn slots_are_an_interval_apart_and_in_order() {
        let pace = Arc::new(Pace::new(Duration::from_secs(1)));
        let begin = Instant::now();
        let deadline = begin + Duration::from_millis(2_500);
        let calls = (0..5).map(|_| {
            let pace = Arc::clone(&pace);
            async move { (pace.slot(deadline).await, begin.elapsed().as_secs()) }
        });
        let mut tasks = Vec::new();
        for call in calls {
            tasks.push(tokio::spawn(call));
        }
        let mut slots = Vec::new();
        for task in tasks {
            slots.push(task.await.unwrap());
        }
        // The last ones learn at their turn that their slot is too late, and wait no longer.
        let expected = [(true, 0), (true, 1), (true, 2), (false, 2), (false, 2)];
        assert_eq!(slots, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_leaves_uses_no_slot() {
        let pace = Arc::new(Pace::new(Duration::from_secs(1)));
        let begin = Instant::now();
        let deadline = begin + Duration::from_secs(9);
        assert!(pace.slot(deadline).await);
        let waiting = Arc::clone(&pace);
        let task = tokio::spawn(async move { waiting.slot(deadline).await });
        advance(Duration::from_millis(500)).await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert!(pace.slot(deadline).await);
        assert_eq!(begin.elapsed(), Duration::from_secs(1));
    }
}
