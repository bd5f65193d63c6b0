//! Log lines about allocations, at most one in a while: each player of a full fleet would make one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyrouter_router::Backend;
use hyrouter_text::shown;
use tokio::time::Instant;

use crate::{AllocationFailed, AllocationOrder};

/// Minimum time between two lines.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

/// Failures that were not logged yet.
#[derive(Debug, Default)]
pub(super) struct FailureLog(Mutex<FailureCount>);

#[derive(Debug, Default)]
struct FailureCount {
    unlogged: u64,
    last: Option<Instant>,
}

impl FailureLog {
    /// Logs a failure, or counts it for the next line.
    pub(super) fn record(
        &self,
        provider: &str,
        order: &AllocationOrder,
        allocated: &Result<Arc<Backend>, AllocationFailed>,
    ) {
        let Err(failed) = allocated else {
            return;
        };
        let (pool, code) = (&*order.pool, failed.failure().as_str());
        tracing::debug!(provider, pool, code, error = %shown(failed), "allocation failed");
        if let Some(failures) = self.count() {
            tracing::warn!(provider, pool, code, error = %shown(failed), failures, "allocations failed");
        }
    }

    /// Counts a failure. Returns the number of failures since the last line if one is due.
    fn count(&self) -> Option<u64> {
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        count.unlogged += 1;
        if count.last.is_some_and(|last| last.elapsed() < LOG_INTERVAL) {
            return None;
        }
        count.last = Some(Instant::now());
        Some(std::mem::take(&mut count.unlogged))
    }
}
