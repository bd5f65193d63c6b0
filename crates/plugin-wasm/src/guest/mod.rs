//! One instance of a plugin's module, on the thread that made it.

mod host;
mod poll;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyrouter_plugin_api::{ConnectResponse, PluginError, decode_response};
use wasmer::{
    AsStoreRef as _, Engine, FunctionEnv, Imports, Instance, Memory, Module, RuntimeError, Store,
    TypedFunction,
};

use self::host::{HostState, Stop};
use crate::cache::Compiled;
use crate::error::LoadReason;
use crate::fuel::{self, Fuel};
use crate::output::Output;
use crate::plugin::CallStats;
use crate::settings::MAX_RESPONSE_LEN;
use crate::wasi_runtime::WasiRuntime;

/// Bytes of the answer's buffer that an instance keeps from call to call.
const KEPT_ANSWER: usize = 64 << 10;

/// Everything that instances are made of.
#[derive(Debug)]
pub(crate) struct Recipe {
    pub(crate) module: Module,
    /// With the bounds of this plugin.
    pub(crate) engine: Engine,
    /// Of a module that imports WASI.
    pub(crate) wasi: Option<WasiRuntime>,
    pub(crate) output: Arc<Output>,
    /// The operator's `config` as JSON.
    pub(crate) config: Vec<u8>,
    pub(crate) fuel: i64,
    pub(crate) start_timeout: Duration,
    /// An instance whose memory has so many bytes is worn out.
    pub(crate) worn_at: u64,
    /// Kept, so that the cache finds it as long as the plugin is there.
    pub(crate) _compiled: Arc<Compiled>,
}

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
    /// The last answer. Only its buffer is of use to the next call.
    answer: Vec<u8>,
    /// The buffers of request and answer in the guest's memory, until `finish`.
    to_give_back: Option<(Place, Place)>,
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
    /// Makes an instance, and lets it initialize and configure itself.
    pub(crate) fn make(recipe: &Arc<Recipe>) -> Result<Self, LoadReason> {
        // A host function that panics unwinds through the guest to here.
        catch_unwind(AssertUnwindSafe(|| Self::try_make(recipe))).unwrap_or(Err(LoadReason::Panic))
    }

    fn try_make(recipe: &Arc<Recipe>) -> Result<Self, LoadReason> {
        let broken = |message: String| LoadReason::Instantiate { message };
        let mut store = Store::new(recipe.engine.clone());
        let state = HostState::new(
            Arc::clone(&recipe.output),
            Instant::now() + recipe.start_timeout,
        );
        let env = FunctionEnv::new(&mut store, state);
        let mut wasi = None;
        let mut imports = Imports::new();
        if let Some(runtime) = &recipe.wasi {
            let (functions, made) = runtime
                .imports(&mut store, &recipe.module)
                .map_err(broken)?;
            imports = made;
            wasi = Some(functions);
        }
        host::define(&mut store, &env, &mut imports);
        let instance = Instance::new(&mut store, &recipe.module, &imports)
            .map_err(|error| broken(instantiation_message(&error)))?;
        let export = |error: wasmer::ExportError| broken(error.to_string());
        let memory = instance
            .exports
            .get_memory("memory")
            .map_err(export)?
            .clone();
        let fuel = Fuel::of(&instance).map_err(export)?;
        env.as_mut(&mut store).attach(memory.clone(), fuel.clone());
        if let Some(mut wasi) = wasi {
            wasi.initialize(&mut store, instance.clone())
                .map_err(export)?;
        }
        let exports = &instance.exports;
        // The types of all exports were checked when the module was loaded.
        let mut guest = Self {
            alloc: exports
                .get_typed_function(&store, "alloc")
                .map_err(export)?,
            on_connect: exports
                .get_typed_function(&store, "on_connect")
                .map_err(export)?,
            dealloc: exports.get_typed_function(&store, "dealloc").ok(),
            store,
            env,
            memory,
            fuel,
            recipe: Arc::clone(recipe),
            answer: Vec::new(),
            to_give_back: None,
            calls: 0,
            is_broken: false,
        };
        guest.initialize(&instance)?;
        guest.configure(&instance)?;
        Ok(guest)
    }

    fn initialize(&mut self, instance: &Instance) -> Result<(), LoadReason> {
        let exports = &instance.exports;
        let Ok(initialize) = exports.get_typed_function::<(), ()>(&self.store, "_initialize")
        else {
            return Ok(());
        };
        let failed = |message: String| LoadReason::Initialize { message };
        let ended = initialize.call(&mut self.store);
        self.flush();
        ended.map_err(|error| failed(self.describe(&error, fuel::START)))
    }

    fn configure(&mut self, instance: &Instance) -> Result<(), LoadReason> {
        let exports = &instance.exports;
        let Ok(configure) = exports.get_typed_function::<(u32, u32), i32>(&self.store, "configure")
        else {
            return Ok(());
        };
        let failed = |message: String| LoadReason::Configure { message };
        let recipe = Arc::clone(&self.recipe);
        let place = self
            .hand_over(&recipe.config, fuel::START)
            .map_err(|error| failed(error.to_string()))?;
        let ended = configure.call(&mut self.store, place.at, place.len);
        self.flush();
        let code = ended.map_err(|error| failed(self.describe(&error, fuel::START)))?;
        if code != 0 {
            return Err(LoadReason::Refused { code });
        }
        self.give_back(place)
            .map_err(|error| failed(self.describe(&error, fuel::START)))
    }

    /// Asks about one player. [`finish`](Self::finish) has to follow.
    pub(crate) fn call(
        &mut self,
        request: &[u8],
        deadline: Instant,
    ) -> Result<(ConnectResponse, CallStats), PluginError> {
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
    ) -> Result<(ConnectResponse, CallStats), PluginError> {
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
        self.read_answer(packed)?;
        let stats = CallStats {
            elapsed: started.elapsed(),
            fuel: u64::try_from(budget - self.fuel.left(&mut self.store)).unwrap_or(0),
            memory: self.memory_len(),
            answer_len: self.answer.len(),
        };
        self.to_give_back = Some((asked, unpack(packed)));
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

    /// Copies the answer out of the guest's memory.
    fn read_answer(&mut self, packed: u64) -> Result<(), PluginError> {
        let Place { at, len } = unpack(packed);
        let wanted = len as usize;
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
        if let Some((asked, answered)) = self.to_give_back.take()
            && !self.is_broken
        {
            self.give_back_both(asked, answered);
        }
        self.answer.shrink_to(KEPT_ANSWER);
        self.flush();
    }

    fn give_back_both(&mut self, asked: Place, answered: Place) {
        let mut given_back = self.give_back(asked);
        // One that answers in the request's buffer has it back already.
        if given_back.is_ok() && answered != asked && answered.len > 0 {
            given_back = self.give_back(answered);
        }
        if let Err(error) = given_back {
            let error = self.trap(&error, self.recipe.fuel);
            tracing::debug!(%error, "dealloc failed, the instance is replaced");
        }
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
        self.calls >= max_calls || self.memory_len() >= self.recipe.worn_at
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

/// A start function that never returns ends with a plain trap: there is no instance to look at its fuel.
fn instantiation_message(error: &wasmer::InstantiationError) -> String {
    match error {
        wasmer::InstantiationError::Start(error) => match error.downcast_ref::<Stop>() {
            Some(stop) => format!("its start function was stopped: {stop}"),
            None => format!(
                "its start function trapped or did not return within {} units of fuel: {}",
                fuel::START,
                error.message()
            ),
        },
        other => other.to_string(),
    }
}
