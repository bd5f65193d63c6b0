//! One instance of a plugin's module, on the thread that made it.

mod host;
mod make;
mod poll;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use hyrouter_plugin_api::{Answer, PluginError, decode_response};
use wasmer::{AsStoreRef as _, FunctionEnv, Memory, RuntimeError, Store, TypedFunction};

use self::host::{HostState, Stop};
pub(crate) use self::make::Recipe;
use crate::fuel::Fuel;
use crate::plugin::CallStats;
use crate::settings::MAX_RESPONSE_LEN;

/// Bytes of the answer's buffer that an instance keeps from call to call.
const KEPT_ANSWER: usize = 64 << 10;

/// An instance that takes calls.
pub(crate) struct Guest {
    store: Store,
    env: FunctionEnv<HostState>,
    memory: Memory,
    fuel: Fuel,
    alloc: TypedFunction<u32, u32>,
    on_connect: TypedFunction<(u32, u32), u64>,
    dealloc: Option<TypedFunction<(u32, u32), ()>>,
    recipe: Arc<Recipe>,
    /// With so many bytes of memory it is worn out.
    worn_at: u64,
    /// The last answer. Only its buffer is of use to the next call.
    answer: Vec<u8>,
    /// Buffers in the guest's memory that it gets back in `finish`: those of the request and of the answer.
    to_give_back: [Option<Place>; 2],
    calls: u64,
    is_broken: bool,
}

/// Where in the guest's memory something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    at: u32,
    len: u32,
}

impl Guest {
    /// Asks about one player. [`finish`](Self::finish) has to follow.
    pub(crate) fn call(
        &mut self,
        request: &[u8],
        deadline: Instant,
    ) -> Result<(Answer, CallStats), PluginError> {
        let answered = catch_unwind(AssertUnwindSafe(|| self.try_call(request, deadline)));
        answered.unwrap_or_else(|_| {
            self.is_broken = true;
            Err(PluginError::Panic)
        })
    }

    fn try_call(
        &mut self,
        request: &[u8],
        deadline: Instant,
    ) -> Result<(Answer, CallStats), PluginError> {
        let started = Instant::now();
        self.calls += 1;
        self.env.as_mut(&mut self.store).begin(deadline);
        let budget = self.recipe.fuel;
        self.fuel.set(&mut self.store, budget);
        let asked = self.hand_over(request, budget)?;
        let packed = self
            .on_connect
            .call(&mut self.store, asked.at, asked.len)
            .map_err(|error| self.trap(&error, budget))?;
        self.to_give_back = [Some(asked), None];
        self.read_answer(packed)?;
        let stats = CallStats {
            elapsed: started.elapsed(),
            fuel: u64::try_from(budget - self.fuel.left(&mut self.store)).unwrap_or(0),
            memory: self.memory_len(),
            answer_len: self.answer.len(),
        };
        let answered = unpack(packed);
        // One that answers in the request's buffer gets it back once.
        if answered.len > 0 && answered.at != asked.at {
            self.to_give_back = [Some(asked), Some(answered)];
        }
        let decoded = decode_response(&self.answer)?;
        Ok((decoded, stats))
    }

    /// Copies bytes into memory that the guest allocates for them.
    fn hand_over(&mut self, bytes: &[u8], budget: i64) -> Result<Place, PluginError> {
        let len = u32::try_from(bytes.len()).map_err(|_| PluginError::Oversize {
            len: bytes.len(),
            max: u32::MAX as usize,
        })?;
        let at = self
            .alloc
            .call(&mut self.store, len)
            .map_err(|error| self.trap(&error, budget))?;
        if at == 0 {
            self.is_broken = true;
            return Err(PluginError::bad_pointer(format_args!(
                "alloc({len}) gave 0"
            )));
        }
        let written = self.memory.view(&self.store).write(u64::from(at), bytes);
        written.map_err(|_| {
            self.is_broken = true;
            let size = self.memory_len();
            PluginError::bad_pointer(format_args!(
                "alloc({len}) gave {at}, which is outside of its {size} bytes of memory"
            ))
        })?;
        Ok(Place { at, len })
    }

    /// Returns whether an answer may be at this place.
    fn would_fit(&self, Place { at, len }: Place) -> bool {
        let end = u64::from(at) + u64::from(len);
        at != 0 && len as usize <= MAX_RESPONSE_LEN && end <= self.memory_len()
    }

    /// Copies the answer out of the guest's memory.
    fn read_answer(&mut self, packed: u64) -> Result<(), PluginError> {
        let Place { at, len } = unpack(packed);
        let wanted = len as usize;
        let swapped = Place { at: len, len: at };
        if at != 0 && self.would_fit(swapped) && !self.would_fit(Place { at, len }) {
            self.is_broken = true;
            return Err(PluginError::bad_pointer(format_args!(
                "on_connect gave {len} bytes at {at}: address and length are swapped, the address goes into the high half"
            )));
        }
        if wanted > MAX_RESPONSE_LEN {
            return Err(PluginError::Oversize {
                len: wanted,
                max: MAX_RESPONSE_LEN,
            });
        }
        if at == 0 {
            self.is_broken = true;
            return Err(PluginError::bad_pointer("on_connect gave an answer at 0"));
        }
        self.answer.resize(wanted, 0);
        let memory = self.memory.view(&self.store);
        if memory.read(u64::from(at), &mut self.answer).is_ok() {
            return Ok(());
        }
        self.is_broken = true;
        let size = self.memory_len();
        Err(PluginError::bad_pointer(format_args!(
            "on_connect gave {len} bytes at {at}, which is outside of its {size} bytes of memory"
        )))
    }

    /// After each call, when its answer is on its way: gives the buffers back. A guest that fails in that only loses its
    /// instance.
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
                tracing::debug!(%error, "dealloc failed, the instance is replaced");
            }
        }
        self.answer.shrink_to(KEPT_ANSWER);
        self.flush();
    }

    fn give_back(&mut self, place: Place) -> Result<(), RuntimeError> {
        match &self.dealloc {
            Some(dealloc) => dealloc.call(&mut self.store, place.at, place.len),
            None => Ok(()),
        }
    }

    /// Lets the instance not be used again.
    pub(crate) fn abandon(&mut self) {
        self.is_broken = true;
    }

    /// Whether the instance can not be used again.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Whether the instance should be replaced when it suits.
    pub(crate) fn is_worn(&self, max_calls: u64) -> bool {
        self.calls >= max_calls || self.memory_len() >= self.worn_at
    }

    /// Bytes of its linear memory.
    pub(crate) fn memory_len(&self) -> u64 {
        self.memory.view(&self.store.as_store_ref()).data_size()
    }

    fn flush(&mut self) {
        self.env.as_mut(&mut self.store).flush();
    }

    /// The error of a call that did not come back; the instance is done for.
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

fn unpack(packed: u64) -> Place {
    let low = packed & u64::from(u32::MAX);
    Place {
        at: u32::try_from(packed >> 32).unwrap_or(u32::MAX),
        len: u32::try_from(low).unwrap_or(u32::MAX),
    }
}
