//! Creation of an instance.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmer::{Engine, FunctionEnv, Imports, Instance, Module, Store};

use super::GuestInstance;
use super::host_state::{HostState, Stop};
use super::imports;
use crate::cache::CompiledModule;
use crate::error::LoadReason;
use crate::fuel::{self, Fuel};
use crate::output::GuestOutput;
use crate::wasi_runtime::WasiRuntime;

/// Ingredients of every instance of a plugin.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    pub(crate) module: Module,
    /// Engine with the bounds of this plugin.
    pub(crate) engine: Engine,
    /// WASI, if the module imports it.
    pub(crate) wasi: Option<WasiRuntime>,
    pub(crate) output: Arc<GuestOutput>,
    /// The operator's `config` as JSON.
    pub(crate) config: Vec<u8>,
    pub(crate) fuel: i64,
    pub(crate) start_timeout: Duration,
    /// Linear memory of an instance, in bytes.
    pub(crate) max_memory: u64,
    /// Held so that the cache, which has weak references, keeps it while the plugin exists.
    pub(crate) _compiled: Arc<CompiledModule>,
}

impl GuestInstance {
    /// Makes an instance, and calls its `_initialize` and `configure`.
    pub(crate) fn make(recipe: &Arc<Recipe>) -> Result<Self, LoadReason> {
        // A panic of a host function unwinds through the guest to here.
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
        imports::define(&mut store, &env, &recipe.module, &mut imports);
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
            worn_at: u64::MAX,
            answer: Vec::new(),
            to_give_back: [None, None],
            calls: 0,
            is_broken: false,
        };
        guest.initialize(&instance)?;
        guest.configure(&instance)?;
        guest.worn_at = worn_at(guest.memory_len(), recipe.max_memory);
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
}

/// Returns the memory in bytes at which an instance is worn: half of the maximum. An instance that starts with more is
/// worn half-way from its start to the maximum; otherwise it would be replaced after every call.
fn worn_at(fresh: u64, max: u64) -> u64 {
    let half = max / 2;
    if fresh < half {
        half
    } else {
        fresh + (max.saturating_sub(fresh) / 2).max(1)
    }
}

/// Returns the message of a failed start function. An endless one ends with a plain trap, since there is no instance
/// yet to read the fuel from.
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

#[cfg(test)]
mod tests {
    use super::worn_at;

    #[test]
    fn a_fresh_instance_is_never_worn() {
        for (fresh, max, worn) in [
            (1, 100, 50),
            (49, 100, 50),
            (50, 100, 75),
            (80, 100, 90),
            (100, 100, 101),
        ] {
            assert_eq!(worn_at(fresh, max), worn);
        }
    }
}
