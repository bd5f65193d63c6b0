//! The calls of a bench that are left.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyrouter_plugin_api::PluginErrorCode;
use tokio::time::Instant;

/// Number and time of calls in a row without a connection, after which a bench ends.
const MAX_UNREACHED: usize = 100;
const MAX_UNREACHED_TIME: Duration = Duration::from_secs(10);

/// Calls that are left, and the reason for an early end.
pub(super) struct CallBudget {
    left: AtomicUsize,
    state: Mutex<BudgetState>,
}

#[derive(Default)]
struct BudgetState {
    /// Number of calls in a row without a connection, and the time of the first.
    unreached: Option<(usize, Instant)>,
    end: Option<&'static str>,
}

impl CallBudget {
    pub(super) fn new(calls: usize) -> Self {
        Self {
            left: AtomicUsize::new(calls),
            state: Mutex::default(),
        }
    }

    /// Takes a call. Returns `false` if none is left.
    pub(super) fn take(&self) -> bool {
        let left = &self.left;
        let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(1)
        });
        taken.is_ok()
    }

    /// Records the result of a call. Ends the bench if the plugin is gone.
    pub(super) fn record(&self, failure: Option<PluginErrorCode>) {
        let is_unreached = matches!(
            failure,
            Some(PluginErrorCode::Unreachable | PluginErrorCode::BreakerOpen)
        );
        let mut state = self.state();
        if !is_unreached {
            state.unreached = None;
            return;
        }
        let (count, begun) = state.unreached.unwrap_or_else(|| (0, Instant::now()));
        state.unreached = Some((count + 1, begun));
        drop(state);
        if count + 1 >= MAX_UNREACHED {
            self.end("100 calls in a row without a connection");
        } else if begun.elapsed() >= MAX_UNREACHED_TIME {
            self.end("10 s without a connection");
        }
    }

    fn state(&self) -> MutexGuard<'_, BudgetState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets no more calls begin.
    pub(super) fn end(&self, reason: &'static str) {
        self.left.store(0, Ordering::Relaxed);
        self.state().end.get_or_insert(reason);
    }

    pub(super) fn reason(&self) -> Option<&'static str> {
        self.state().end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_bench_ends_without_a_connection_only() {
        let gone = Some(PluginErrorCode::Unreachable);
        let calls = CallBudget::new(10_000);
        for failure in [gone, Some(PluginErrorCode::Timeout)].repeat(200) {
            assert!(calls.take());
            calls.record(failure);
        }
        for _ in 0..MAX_UNREACHED {
            assert!(calls.take());
            calls.record(gone);
        }
        assert!(!calls.take());
        let reason = calls.reason();
        assert_eq!(reason, Some("100 calls in a row without a connection"));

        let calls = CallBudget::new(10_000);
        calls.record(gone);
        tokio::time::advance(MAX_UNREACHED_TIME).await;
        assert!(calls.take());
        calls.record(Some(PluginErrorCode::BreakerOpen));
        assert!(!calls.take());
        assert_eq!(calls.reason(), Some("10 s without a connection"));
    }
}
