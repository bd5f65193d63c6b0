//! Pauses between attempts to connect.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::settings::BackoffSettings;

/// Consecutive failures to connect. Each attempt counts as failed until a response proves it good: a server may accept
/// a connection and close it again, or refuse it during the handshake.
#[derive(Debug)]
pub(super) struct DialBackoff {
    settings: BackoffSettings,
    /// `true` if there are failures in `state`; changed under its lock, which orders the state itself. A response
    /// without earlier failures takes no lock.
    has_failures: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Time of the first attempt since the last good one.
    failing_since: Option<Instant>,
    retry_at: Option<Instant>,
    problem: Option<String>,
    /// `true` if the last failure is permanent, such as one of a certificate.
    is_fault: bool,
}

/// Ratio of an outage to the wait for the next attempt, which adds at most 3 % to the outage. Waits that double, as
/// those of `hyrouter_http_client::Backoff`, would add up to 100 %, and players wait for the connection.
const OUTAGE_PER_WAIT: u32 = 32;
/// Problem of a connection that ended before a response.
const ENDED: &str = "the last connection ended before a response";

/// The next attempt is not due yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TooEarly {
    /// Time of the next attempt.
    pub(super) retry_at: Instant,
    /// `true` if the failure is permanent.
    pub(super) is_fault: bool,
    problem: Option<String>,
}

impl fmt::Display for TooEarly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem.as_deref().unwrap_or(ENDED))
    }
}

impl DialBackoff {
    pub(super) fn new(settings: BackoffSettings) -> Self {
        Self {
            settings,
            has_failures: AtomicBool::new(false),
            state: Mutex::default(),
        }
    }

    /// Admits one attempt.
    ///
    /// # Errors
    /// The attempt is not due yet.
    pub(super) fn admit(&self) -> Result<(), TooEarly> {
        let now = Instant::now();
        let mut state = self.lock();
        if let Some(retry_at) = state.retry_at.filter(|at| *at > now) {
            return Err(TooEarly {
                retry_at,
                is_fault: state.is_fault,
                problem: state.problem.clone(),
            });
        }
        let since = *state.failing_since.get_or_insert(now);
        state.retry_at = now.checked_add(self.wait(now.saturating_duration_since(since)));
        self.has_failures.store(true, Ordering::Release);
        Ok(())
    }

    /// Records a failed attempt. The wait starts now, since the attempt may have taken longer than it. Returns the end
    /// of the wait.
    pub(super) fn failed(&self, problem: &dyn fmt::Display, is_fault: bool) -> Instant {
        let now = Instant::now();
        let mut state = self.lock();
        let since = state.failing_since.unwrap_or(now);
        let retry_at = now + self.wait(now.saturating_duration_since(since));
        state.retry_at = Some(retry_at);
        state.problem = Some(problem.to_string());
        state.is_fault = is_fault;
        retry_at
    }

    /// Records that the connection broke, which is the error of calls before the next attempt is due.
    pub(super) fn broke(&self, problem: &dyn fmt::Display) {
        self.lock().problem = Some(format!("{ENDED}: {problem}"));
    }

    /// Records a response. Costs an atomic load unless there were failures.
    pub(super) fn succeeded(&self) {
        if self.has_failures.load(Ordering::Acquire) {
            *self.lock() = State::default();
            self.has_failures.store(false, Ordering::Release);
        }
    }

    /// Returns whether there was no response since the last attempt.
    pub(super) fn is_unproven(&self) -> bool {
        self.has_failures.load(Ordering::Acquire)
    }

    /// Returns the reason why there is no connection, if it is known.
    pub(super) fn problem(&self) -> Option<String> {
        self.lock().problem.clone()
    }

    /// Returns the wait after an outage of this length: 1.5 % to 3 % of it, at random. A call that waits
    /// for a server then waits little longer than the outage.
    fn wait(&self, outage: Duration) -> Duration {
        let BackoffSettings { min, max } = self.settings;
        let whole = (outage / OUTAGE_PER_WAIT).clamp(min, max.max(min));
        whole.mul_f64(rand::random_range(0.5..=1.0))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The value is whole after every statement that holds the lock, so a poisoned one is sound.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
