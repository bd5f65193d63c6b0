//! The signal that discovered backends have changed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Shortest time between two rebuilds of pools.
const SHORTEST: Duration = Duration::from_millis(10);
/// Time between two rebuilds, in relation to the time that one takes. It bounds the share of a core that rebuilds take
/// while a large source changes without end.
const SPACING: u32 = 4;

/// Signals that a provider has published something. Signals before the next look count as one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trigger(Arc<Notify>);

impl Trigger {
    pub(crate) fn fire(&self) {
        self.0.notify_one();
    }
}

/// The times of rebuilds.
#[derive(Debug)]
pub(crate) struct Pacing {
    trigger: Trigger,
    has_fired: bool,
    not_before: Instant,
}

impl Pacing {
    pub(crate) fn new(trigger: Trigger) -> Self {
        Self {
            trigger,
            has_fired: false,
            not_before: Instant::now(),
        }
    }

    pub(crate) fn trigger(&self) -> &Trigger {
        &self.trigger
    }

    /// Waits until pools must be rebuilt. Cancel-safe.
    pub(crate) async fn due(&mut self) {
        if !self.has_fired {
            self.trigger.0.notified().await;
            self.has_fired = true;
        }
        sleep_until(self.not_before).await;
    }

    /// Reports that the pools are up to date, and how long that took.
    pub(crate) fn done(&mut self, took: Duration) {
        self.has_fired = false;
        self.not_before = Instant::now() + (took * SPACING).max(SHORTEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn signals_are_joined_and_rebuilds_are_spaced() {
        let trigger = Trigger::default();
        let mut pacing = Pacing::new(trigger.clone());
        trigger.fire();
        trigger.fire();
        let start = Instant::now();
        pacing.due().await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        pacing.done(Duration::from_millis(50));
        trigger.fire();
        pacing.due().await;
        assert_eq!(start.elapsed(), Duration::from_millis(200));
        pacing.done(Duration::ZERO);
        let more = tokio::time::timeout(Duration::from_secs(1), pacing.due()).await;
        assert!(more.is_err(), "nothing has fired");
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_dropped_loses_no_signal() {
        let trigger = Trigger::default();
        let mut pacing = Pacing::new(trigger.clone());
        pacing.done(Duration::from_secs(1));
        trigger.fire();
        let dropped = tokio::time::timeout(Duration::from_millis(1), pacing.due()).await;
        assert!(dropped.is_err());
        pacing.due().await;
    }
}
