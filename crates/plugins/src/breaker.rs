//! Skips a plugin after repeated failures.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::settings::BreakerSettings;

/// State of a breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BreakerState {
    /// The plugin is called.
    Closed,
    /// The plugin failed too often and is skipped. After the cool-down the next call probes it.
    Open,
    /// One call probes the plugin; no other is made.
    HalfOpen,
}

impl BreakerState {
    /// Returns the name in logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// Circuit breaker of one plugin. While closed, it costs one atomic load before a call and one after it.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    /// Failures in a row; only counted while closed. `Relaxed`, because no other data depends on the number.
    failures: AtomicU32,
    /// Time of the first of the calls in a row that could not reach the plugin.
    unreachable_since: Mutex<Option<Instant>>,
    /// `true` if `open_state` is set; changed under its lock. `Release` and `Acquire`: a call that sees the breaker
    /// closed again also sees `failures` reset.
    is_open: AtomicBool,
    open_state: Mutex<Option<OpenBreaker>>,
}

#[derive(Debug)]
struct OpenBreaker {
    since: Instant,
    is_probing: bool,
}

impl Breaker {
    /// Admits one call. Returns `None` while the plugin is skipped.
    ///
    /// `is_back` returns whether a plugin that was unreachable can be reached again.
    pub(crate) fn admit(
        self: &Arc<Self>,
        settings: &BreakerSettings,
        is_back: impl FnOnce() -> bool,
    ) -> Option<BreakerPermit> {
        let permit = |is_probe| BreakerPermit {
            breaker: Arc::clone(self),
            failures: settings.failures.get(),
            connect_grace: settings.connect_grace,
            started: Instant::now(),
            is_probe,
        };
        // The usual case takes no lock.
        if !self.is_open.load(Ordering::Acquire) {
            return Some(permit(false));
        }
        let mut open_state = self.lock();
        // Closed by another call between the load and the lock.
        let Some(open_state) = open_state.as_mut() else {
            return Some(permit(false));
        };
        if open_state.is_probing || (open_state.since.elapsed() < settings.cool_down && !is_back())
        {
            return None;
        }
        open_state.is_probing = true;
        Some(permit(true))
    }

    pub(crate) fn state(&self) -> BreakerState {
        match *self.lock() {
            None => BreakerState::Closed,
            Some(OpenBreaker {
                is_probing: true, ..
            }) => BreakerState::HalfOpen,
            Some(_) => BreakerState::Open,
        }
    }

    /// Opens the breaker. Returns whether it was closed.
    fn open(&self) -> bool {
        let mut open_state = self.lock();
        if open_state.is_some() {
            return false;
        }
        *open_state = Some(OpenBreaker {
            since: Instant::now(),
            is_probing: false,
        });
        self.is_open.store(true, Ordering::Release);
        true
    }

    fn close(&self) {
        let mut open_state = self.lock();
        *open_state = None;
        self.forget_failures();
        self.is_open.store(false, Ordering::Release);
    }

    fn forget_failures(&self) {
        self.failures.store(0, Ordering::Relaxed);
        *self.unreachable() = None;
    }

    fn unreachable(&self) -> MutexGuard<'_, Option<Instant>> {
        self.unreachable_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Option<OpenBreaker>> {
        // The value is consistent after every statement under the lock, so a poisoned lock is usable.
        self.open_state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Effect of a failure on a breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureEffect {
    /// The failure is counted.
    Counted,
    /// The failure opened the closed breaker.
    Opened,
    /// The probe failed.
    StaysOpen,
}

/// Permit for one call, which takes the result of the call. Dropped without one, the breaker does not change.
#[derive(Debug)]
pub(crate) struct BreakerPermit {
    breaker: Arc<Breaker>,
    failures: u32,
    connect_grace: Duration,
    started: Instant,
    is_probe: bool,
}

impl BreakerPermit {
    /// Records an answer. Returns whether this closed the breaker.
    pub(crate) fn succeeded(mut self) -> bool {
        if self.is_probe {
            self.is_probe = false;
            self.breaker.close();
            return true;
        }
        // Written only when needed, so that calls on several cores do not contend for the cache line.
        if self.breaker.failures.load(Ordering::Relaxed) != 0 {
            self.breaker.forget_failures();
        }
        false
    }

    /// Records a failure. An unreachable plugin may be restarting, so it has `connect_grace` before the breaker opens.
    pub(crate) fn failed(mut self, is_unreachable: bool) -> FailureEffect {
        if self.is_probe {
            self.is_probe = false;
            if let Some(open_state) = self.breaker.lock().as_mut() {
                // A failed probe starts a new cool-down.
                open_state.since = Instant::now();
                open_state.is_probing = false;
            }
            return FailureEffect::StaysOpen;
        }
        let before = self.breaker.failures.fetch_add(1, Ordering::Relaxed);
        let is_in_grace = is_unreachable && {
            let mut since = self.breaker.unreachable();
            // Counted from the start of the first call: a call may itself take as long as the grace time.
            since.get_or_insert(self.started).elapsed() < self.connect_grace
        };
        if !is_in_grace && before.saturating_add(1) >= self.failures && self.breaker.open() {
            FailureEffect::Opened
        } else {
            FailureEffect::Counted
        }
    }
}

impl Drop for BreakerPermit {
    fn drop(&mut self) {
        // Dropped without a result: the player left during the probe, so the next call becomes the probe.
        if self.is_probe
            && let Some(open_state) = self.breaker.lock().as_mut()
        {
            open_state.is_probing = false;
        }
    }
}
