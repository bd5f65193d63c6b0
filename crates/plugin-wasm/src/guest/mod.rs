//! One instance of a plugin's module, on the thread that made it.

mod buffers;
mod caller;
mod host_state;
mod imports;
mod make;
mod poll;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use hyrouter_plugin_api::{PluginError, decode_response};
use wasmer::{AsStoreRef as _, FunctionEnv, Memory, RuntimeError, Store, TypedFunction};

use self::buffers::GuestSpan;
use self::host_state::{HostState, Stop};
pub(crate) use self::make::Recipe;
use crate::fuel::Fuel;
use crate::plugin::{CallStats, MeasuredAnswer};

/// Bytes of the answer's buffer that an instance keeps from call to call.
const KEPT_ANSWER: usize = 64 << 10;

/// An instance that takes calls.
pub(crate) struct GuestInstance {
    store: Store,
    env: FunctionEnv<HostState>,
    memory: Memory,
    fuel: Fuel,
    alloc: TypedFunction<u32, u32>,
    on_connect: TypedFunction<(u32, u32), u64>,
    dealloc: Option<TypedFunction<(u32, u32), ()>>,
    recipe: Arc<Recipe>,
    /// Memory in bytes at which the instance is worn.
    worn_at: u64,
    /// The last answer. Kept for its buffer.
    answer: Vec<u8>,
    /// Buffers of request and answer in the guest's memory, returned to it in `finish`.
    to_give_back: [Option<GuestSpan>; 2],
    calls: u64,
    is_broken: bool,
}

impl GuestInstance {
    /// Calls the guest for one player. [`finish`](Self::finish) must follow.
    pub(crate) fn call(
        &mut self,
        request: &[u8],
        started: Instant,
        deadline: Instant,
    ) -> Result<MeasuredAnswer, PluginError> {
        let answered = catch_unwind(AssertUnwindSafe(|| {
            self.try_call(request, started, deadline)
        }));
        answered.unwrap_or_else(|_| {
            self.is_broken = true;
            Err(PluginError::Panic)
        })
    }

    fn try_call(
        &mut self,
        request: &[u8],
        started: Instant,
        deadline: Instant,
    ) -> Result<MeasuredAnswer, PluginError> {
        self.calls += 1;
        self.env.as_mut(&mut self.store).begin(deadline);
        let budget = self.recipe.fuel;
        self.fuel.set(&mut self.store, budget);
        let sent = self.hand_over(request, budget)?;
        let packed = self
            .on_connect
            .call(&mut self.store, sent.at, sent.len)
            .map_err(|error| self.trap(&error, budget))?;
        self.to_give_back = [Some(sent), None];
        self.read_answer(packed)?;
        let stats = CallStats {
            elapsed: started.elapsed(),
            fuel: u64::try_from(budget - self.fuel.left(&mut self.store)).unwrap_or(0),
            memory: self.memory_len(),
            answer_len: self.answer.len(),
        };
        let received = GuestSpan::unpack(packed);
        // A guest that answers in the request's buffer must not get it back twice.
        if received.len > 0 && received.at != sent.at {
            self.to_give_back = [Some(sent), Some(received)];
        }
        let answer = decode_response(&self.answer)?;
        Ok(MeasuredAnswer { answer, stats })
    }

    /// Returns the buffers to the guest. Called after the answer was delivered, so that the player does not wait for
    /// it. A failure only replaces the instance.
    pub(crate) fn finish(&mut self) {
        let finished = catch_unwind(AssertUnwindSafe(|| self.try_finish()));
        self.is_broken |= finished.is_err();
    }

    fn try_finish(&mut self) {
        for place in std::mem::take(&mut self.to_give_back).into_iter().flatten() {
            if self.is_broken {
                break;
            }
            if let Err(error) = self.give_back(place) {
                let error = self.trap(&error, self.recipe.fuel);
                tracing::debug!(%error, "dealloc failed; replacing the instance");
            }
        }
        self.answer.shrink_to(KEPT_ANSWER);
        self.flush();
    }

    /// Marks the instance as unusable.
    pub(crate) fn abandon(&mut self) {
        self.is_broken = true;
    }

    /// Returns whether the instance cannot be used again.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Returns whether the instance should be replaced as soon as another stands by.
    pub(crate) fn is_worn(&self, max_calls: u64) -> bool {
        self.calls >= max_calls || self.memory_len() >= self.worn_at
    }

    /// Returns the size of the linear memory in bytes.
    pub(crate) fn memory_len(&self) -> u64 {
        self.memory.view(&self.store.as_store_ref()).data_size()
    }

    fn flush(&mut self) {
        self.env.as_mut(&mut self.store).flush();
    }

    /// Returns the error of a call that did not return, and marks the instance as unusable.
    fn trap(&mut self, error: &RuntimeError, budget: i64) -> PluginError {
        self.is_broken = true;
        PluginError::trap(self.describe(error, budget))
    }

    fn describe(&mut self, error: &RuntimeError, budget: i64) -> String {
        if self.fuel.left(&mut self.store) < 0 {
            return format!("did not return, stopped after {budget} units of fuel");
        }
        match error.downcast_ref::<Stop>() {
            Some(stop) => stop.to_string(),
            None => error.message(),
        }
    }
}
