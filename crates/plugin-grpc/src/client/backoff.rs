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
    /// Attempts since the last good one.
    failures: u32,
    retry_at: Option<Instant>,
    problem: Option<String>,
}

/// What is known of a connection that proved nothing.
const ENDED: &str = "the last connection ended before there was an answer";

/// It is too early to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TooEarly {
    left: Duration,
    problem: Option<String>,
}

impl fmt::Display for TooEarly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "not connecting for another {} ms, ",
            self.left.as_millis()
        )?;
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
        if let Some(left) = state.retry_at.and_then(|at| at.checked_duration_since(now))
            && !left.is_zero()
        {
            return Err(TooEarly {
                left,
                problem: state.problem.clone(),
            });
        }
        state.failures = state.failures.saturating_add(1);
        state.retry_at = now.checked_add(self.wait(state.failures));
        state.problem = None;
        self.has_failures.store(true, Ordering::Release);
        Ok(())
    }

    /// The attempt failed. The wait begins anew, for the attempt may have taken as long.
    pub(super) fn failed(&self, problem: &dyn fmt::Display) {
        let mut state = self.lock();
        state.retry_at = Instant::now().checked_add(self.wait(state.failures));
        state.problem = Some(format!("the last attempt failed: {problem}"));
    }

    /// The connection broke, which is said to those who come too early for the next one.
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

    /// Between a half and the whole of what is due after so many failures.
    fn wait(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let BackoffSettings { min, max } = self.settings;
        let whole = min.saturating_mul(1 << doublings).min(max);
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

    use super::{Backoff, ENDED, TooEarly};
    use crate::BackoffSettings;

    fn backoff() -> Backoff {
        Backoff::new(BackoffSettings {
            min: Duration::from_millis(100),
            max: Duration::from_secs(2),
        })
    }

    /// Fails once more and tells how long the next attempt has to wait.
    async fn wait_after_failure(backoff: &Backoff) -> Duration {
        backoff.failed(&"refused");
        let failed = Instant::now();
        while backoff.admit().is_err() {
            advance(Duration::from_millis(1)).await;
        }
        failed.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn waits_grow_up_to_the_longest() {
        let backoff = backoff();
        assert_eq!(backoff.admit(), Ok(()));
        for whole in [100, 200, 400, 800, 1600, 2000, 2000, 2000] {
            let wait = wait_after_failure(&backoff).await.as_millis();
            assert!((whole / 2..=whole).contains(&wait), "{wait} of {whole}");
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
        backoff.failed(&"refused");
        assert!(backoff.admit().is_err());
        backoff.succeeded();
        assert_eq!(backoff.admit(), Ok(()));
        let Err(TooEarly {
            left,
            problem: None,
        }) = backoff.admit()
        else {
            panic!("an attempt that proved nothing counts as failed");
        };
        assert!(left <= Duration::from_millis(100), "{left:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_too_early_reads_what_went_wrong() {
        type Fail = fn(&Backoff);
        let fails: [(Fail, &str); 2] = [
            (
                |backoff| backoff.failed(&"refused"),
                "the last attempt failed",
            ),
            (|backoff| backoff.broke(&"refused"), ENDED),
        ];
        for (fail, what) in fails {
            let backoff = backoff();
            assert_eq!(backoff.admit(), Ok(()));
            fail(&backoff);
            let error = backoff.admit().unwrap_err().to_string();
            assert!(error.starts_with("not connecting for another "), "{error}");
            assert!(error.ends_with(&format!(" ms, {what}: refused")), "{error}");
        }
    }
}
