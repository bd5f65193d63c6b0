//! Compiles each content once at a time, and not again after a failure.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::{CompileFailure, CompileLimits};
use crate::cache::{CompiledModule, ModuleKey};

/// Maximum number of failures that are remembered.
const MAX_FAILURES: usize = 64;

/// Compile results by content.
#[derive(Debug, Default)]
pub(crate) struct CompileSlots(Mutex<HashMap<ModuleKey, Arc<Mutex<CompileSlot>>>>);

#[derive(Debug, Default)]
enum CompileSlot {
    #[default]
    Empty,
    Compiled(Weak<CompiledModule>),
    Failed(CompileFailure, CompileLimits),
}

impl CompileSlots {
    /// Returns the module of this key. `compile` is called if there is none and it did not fail before within the same
    /// limits. A second caller with the same key waits for the first and shares what it got.
    pub(crate) fn once(
        &self,
        key: ModuleKey,
        limits: CompileLimits,
        compile: impl FnOnce() -> Result<CompiledModule, CompileFailure>,
    ) -> Result<Arc<CompiledModule>, CompileFailure> {
        let slot = self.slot(key);
        let mut slot = lock(&slot);
        match &*slot {
            CompileSlot::Compiled(module) => {
                if let Some(module) = module.upgrade() {
                    return Ok(module);
                }
            }
            CompileSlot::Failed(failure, then) if *then == limits => return Err(failure.clone()),
            CompileSlot::Empty | CompileSlot::Failed(..) => {}
        }
        *slot = CompileSlot::Empty;
        let made = compile().map(Arc::new);
        match &made {
            Ok(module) => *slot = CompileSlot::Compiled(Arc::downgrade(module)),
            Err(CompileFailure::NotStarted(_)) => {}
            Err(failure) => *slot = CompileSlot::Failed(failure.clone(), limits),
        }
        made
    }

    fn slot(&self, key: ModuleKey) -> Arc<Mutex<CompileSlot>> {
        let mut slots = lock(&self.0);
        let mut failures = 0;
        slots.retain(|_, slot| {
            // A slot in use is skipped: it may be locked for as long as a compilation takes.
            Arc::strong_count(slot) > 1
                || match &*lock(slot) {
                    CompileSlot::Empty => false,
                    CompileSlot::Compiled(module) => module.strong_count() > 0,
                    CompileSlot::Failed(..) => {
                        failures += 1;
                        failures <= MAX_FAILURES
                    }
                }
        });
        Arc::clone(slots.entry(key).or_default())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Consistent after every statement under the lock, so a poisoned lock is usable.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
