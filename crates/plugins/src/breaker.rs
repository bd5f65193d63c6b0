//! Leaves a plugin alone that failed again and again.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::settings::BreakerSettings;

/// Where a breaker is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BreakerState {
    /// The plugin is asked.
    Closed,
    /// The plugin is not asked: it failed too often. After the cool-down the next call probes it.
    Open,
    /// One call probes the plugin; no other is made.
    HalfOpen,
}

impl BreakerState {
    /// The name in logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// The memory of one plugin's failures. A closed one costs an atomic load before a call and one after it.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    /// Failures in a row; only counted while closed.
    failures: AtomicU32,
    /// When the first of the calls in a row was made that could not reach the plugin.
    unreachable_since: Mutex<Option<Instant>>,
    /// Whether `tripped` is there; changed under its lock.
    is_tripped: AtomicBool,
    tripped: Mutex<Option<Tripped>>,
}

#[derive(Debug)]
struct Tripped {
    since: Instant,
    is_probing: bool,
}

impl Breaker {
    /// Leave for one call, or `None` while the plugin is left alone.
    ///
    /// `is_back` says whether the plugin, which could not be reached, can be.
    pub(crate) fn admit(
        self: &Arc<Self>,
        settings: &BreakerSettings,
        is_back: impl FnOnce() -> bool,
    ) -> Option<Pass> {
        let pass = |is_probe| Pass {
            breaker: Arc::clone(self),
            failures: settings.failures.get(),
            connect_grace: settings.connect_grace,
            started: Instant::now(),
            is_probe,
        };
        if !self.is_tripped.load(Ordering::Acquire) {
            return Some(pass(false));
        }
        let mut tripped = self.lock();
        let Some(tripped) = tripped.as_mut() else {
            return Some(pass(false));
        };
        if tripped.is_probing || (tripped.since.elapsed() < settings.cool_down && !is_back()) {
            return None;
        }
        tripped.is_probing = true;
        Some(pass(true))
    }

    pub(crate) fn state(&self) -> BreakerState {
        match *self.lock() {
            None => BreakerState::Closed,
            Some(Tripped {
                is_probing: true, ..
            }) => BreakerState::HalfOpen,
            Some(_) => BreakerState::Open,
        }
    }

    /// Whether it was closed.
    fn open(&self) -> bool {
        let mut tripped = self.lock();
        if tripped.is_some() {
            return false;
        }
        *tripped = Some(Tripped {
            since: Instant::now(),
            is_probing: false,
        });
        self.is_tripped.store(true, Ordering::Release);
        true
    }

    fn close(&self) {
        let mut tripped = self.lock();
        *tripped = None;
        self.forget_failures();
        self.is_tripped.store(false, Ordering::Release);
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

    fn lock(&self) -> MutexGuard<'_, Option<Tripped>> {
        // The value is whole after every statement that holds the lock, so a poisoned one is sound.
        self.tripped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a failure does to a breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failed {
    /// It is counted.
    Counted,
    /// It opened the breaker, which was closed.
    Opened,
    /// The probe failed.
    StaysOpen,
}

/// Leave for one call, which tells how the call ended. Dropped without that, the call says nothing about the plugin.
#[derive(Debug)]
pub(crate) struct Pass {
    breaker: Arc<Breaker>,
    failures: u32,
    connect_grace: Duration,
    started: Instant,
    is_probe: bool,
}

impl Pass {
    /// The plugin answered. `true`: this closed the breaker.
    pub(crate) fn succeeded(mut self) -> bool {
        if self.is_probe {
            self.is_probe = false;
            self.breaker.close();
            return true;
        }
        // Written only when needed, so that calls on several cores do not fight for the line.
        if self.breaker.failures.load(Ordering::Relaxed) != 0 {
            self.breaker.forget_failures();
        }
        false
    }

    /// The plugin failed. An unreachable one may be restarting, so it gets time for that.
    pub(crate) fn failed(mut self, is_unreachable: bool) -> Failed {
        if self.is_probe {
            self.is_probe = false;
            if let Some(tripped) = self.breaker.lock().as_mut() {
                tripped.since = Instant::now();
                tripped.is_probing = false;
            }
            return Failed::StaysOpen;
        }
        let before = self.breaker.failures.fetch_add(1, Ordering::Relaxed);
        let is_in_grace = is_unreachable && {
            let mut since = self.breaker.unreachable();
            since.get_or_insert(self.started).elapsed() < self.connect_grace
        };
        if !is_in_grace && before.saturating_add(1) >= self.failures && self.breaker.open() {
            Failed::Opened
        } else {
            Failed::Counted
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        // The player left while probing: the next one probes.
        if self.is_probe
            && let Some(tripped) = self.breaker.lock().as_mut()
        {
            tripped.is_probing = false;
        }
    }
}
