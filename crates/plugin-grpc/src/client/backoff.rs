//! How often connecting is tried while it fails.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::settings::BackoffSettings;

/// The memory of failures of one connection. Each attempt counts as failed until an answer proves it good: a server
/// may well take a connection and close it again, or refuse it only in the middle of a handshake.
#[derive(Debug)]
pub(super) struct Backoff {
    settings: BackoffSettings,
    /// Whether there are failures in `state`; changed under its lock.
    has_failures: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When the first attempt since the last good one was made.
    failing_since: Option<Instant>,
    retry_at: Option<Instant>,
    problem: Option<String>,
    /// Whether the last attempt failed by what no wait mends, such as a certificate.
    is_fault: bool,
}

/// How much longer an outage is than the wait for the next attempt: the wait adds 3 % to it.
const OUTAGE_PER_WAIT: u32 = 32;
/// The problem of a connection that ended before an answer.
const ENDED: &str = "the last connection ended before there was an answer";

/// It is too early to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TooEarly {
    /// When it is not any more.
    pub(super) retry_at: Instant,
    /// Whether no wait will mend it.
    pub(super) is_fault: bool,
    problem: Option<String>,
}

impl fmt::Display for TooEarly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem.as_deref().unwrap_or(ENDED))
    }
}

impl Backoff {
    pub(super) fn new(settings: BackoffSettings) -> Self {
        Self {
            settings,
            has_failures: AtomicBool::new(false),
            state: Mutex::default(),
        }
    }

    /// Leave to try once.
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

    /// Records a failed attempt. The wait starts again, since the attempt may have taken as long. Returns its end.
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

    /// Records that the connection broke, as the reason for calls that come too early for the next one.
    pub(super) fn broke(&self, problem: &dyn fmt::Display) {
        self.lock().problem = Some(format!("{ENDED}: {problem}"));
    }

    /// There was an answer. Costs an atomic load unless there were failures.
    pub(super) fn succeeded(&self) {
        if self.has_failures.load(Ordering::Acquire) {
            *self.lock() = State::default();
            self.has_failures.store(false, Ordering::Release);
        }
    }

    /// Returns whether there was no answer since the last attempt.
    pub(super) fn is_unproven(&self) -> bool {
        self.has_failures.load(Ordering::Acquire)
    }

    /// Returns why there is no connection, as far as is known.
    pub(super) fn problem(&self) -> Option<String> {
        self.lock().problem.clone()
    }

    /// Returns the wait after an outage of that length: a random part, at least a half, of 3 % of it. A call that waits
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
mod tests {
    use std::time::Duration;

    use tokio::time::{Instant, advance};

    use super::{Backoff, TooEarly};
    use crate::BackoffSettings;

    fn backoff() -> Backoff {
        Backoff::new(BackoffSettings {
            min: Duration::from_millis(20),
            max: Duration::from_secs(2),
        })
    }

    /// Fails once more and tells how long the next attempt has to wait.
    async fn wait_after_failure(backoff: &Backoff) -> Duration {
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
            let whole =
                (begun.elapsed() / 32).clamp(Duration::from_millis(20), Duration::from_secs(2));
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
    async fn the_first_attempt_after_an_answer_is_made_at_once() {
        let backoff = backoff();
        assert_eq!(backoff.admit(), Ok(()));
        backoff.failed(&"refused", false);
        assert!(backoff.admit().is_err());
        backoff.succeeded();
        assert_eq!(backoff.admit(), Ok(()));
        let Err(TooEarly { retry_at, .. }) = backoff.admit() else {
            panic!("an attempt that proved nothing counts as failed");
        };
        assert!(retry_at <= Instant::now() + Duration::from_millis(20));
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_too_early_reads_what_went_wrong() {
        type Fail = fn(&Backoff);
        let fails: [(Fail, &str); 2] = [
            (
                |backoff| {
                    backoff.failed(&"refused", false);
                },
                "refused",
            ),
            (
                |backoff| backoff.broke(&"refused"),
                "the last connection ended before there was an answer: refused",
            ),
        ];
        for (fail, what) in fails {
            let backoff = backoff();
            assert_eq!(backoff.admit(), Ok(()));
            fail(&backoff);
            assert_eq!(backoff.admit().unwrap_err().to_string(), what);
        }
    }
}
