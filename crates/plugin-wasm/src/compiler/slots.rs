//! Each content is compiled once at a time, and not again after it failed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::{CompileLimits, Failure};
use crate::cache::{Compiled, Key};

/// Maximum number of failures that are remembered.
const MAX_FAILURES: usize = 64;

/// What is known of each content.
#[derive(Debug, Default)]
pub(crate) struct Slots(Mutex<HashMap<Key, Arc<Mutex<Slot>>>>);

#[derive(Debug, Default)]
enum Slot {
    #[default]
    Empty,
    Compiled(Weak<Compiled>),
    Failed(Failure, CompileLimits),
}

impl Slots {
    /// Returns the module of this key. `compile` is called if there is none and it did not fail before within the same
    /// limits. A second caller with the same key waits for the first and shares what it got.
    pub(crate) fn once(
        &self,
        key: Key,
        limits: CompileLimits,
        compile: impl FnOnce() -> Result<Compiled, Failure>,
    ) -> Result<Arc<Compiled>, Failure> {
        let slot = self.slot(key);
        let mut slot = lock(&slot);
        match &*slot {
            Slot::Compiled(module) => {
                if let Some(module) = module.upgrade() {
                    return Ok(module);
                }
            }
            Slot::Failed(failure, then) if *then == limits => return Err(failure.clone()),
            Slot::Empty | Slot::Failed(..) => {}
        }
        *slot = Slot::Empty;
        let made = compile().map(Arc::new);
        match &made {
            Ok(module) => *slot = Slot::Compiled(Arc::downgrade(module)),
            Err(Failure::NotStarted(_)) => {}
            Err(failure) => *slot = Slot::Failed(failure.clone(), limits),
        }
        made
    }

    fn slot(&self, key: Key) -> Arc<Mutex<Slot>> {
        let mut slots = lock(&self.0);
        let mut failures = 0;
        slots.retain(|_, slot| {
            // One that a caller holds may be locked for as long as a module is compiled.
            Arc::strong_count(slot) > 1
                || match &*lock(slot) {
                    Slot::Empty => false,
                    Slot::Compiled(module) => module.strong_count() > 0,
                    Slot::Failed(..) => {
                        failures += 1;
                        failures <= MAX_FAILURES
                    }
                }
        });
        Arc::clone(slots.entry(key).or_default())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each is whole after every statement that holds its lock.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
