use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyrouter_files::read_file;
use hyrouter_plugin_api::{ConnectRequest, Plugin, PluginAnswer, PluginError, PluginFuture};
use tokio::time::timeout;

use crate::engine;
use crate::error::{LoadError, LoadReason};
use crate::guest::Recipe;
use crate::host::WasmHost;
use crate::module;
use crate::output::GuestOutput;
use crate::pool::{self, InstancePool};
use crate::settings::{MAX_MEMORY, MAX_MODULE_LEN, MIN_MEMORY, WasmSettings};
use crate::trial::Trial;

/// Maximum time before the caller's deadline at which `call` gives up, so that its error arrives in time.
const MARGIN: Duration = Duration::from_millis(5);

/// Bytes that the buffer of a request has from the start, so that it seldom grows.
const USUAL_REQUEST: usize = 1024;

/// A plugin in a WebAssembly module, with its instances, which end when it is dropped.
pub struct WasmPlugin {
    name: Arc<str>,
    pool: InstancePool,
}

impl fmt::Debug for WasmPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasmPlugin")
            .field("name", &self.name)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

impl WasmPlugin {
    /// Reads, compiles and checks the module, and makes its instances, which configure themselves.
    ///
    /// Takes about 0.1 s for a Rust guest and seconds for a Go guest if the module is not cached. Do not call it on
    /// threads that serve players.
    ///
    /// # Errors
    ///
    /// The file cannot be read, the module does not compile or is no plugin, or an instance does not start.
    pub fn load(host: &WasmHost, settings: &WasmSettings) -> Result<Self, LoadError> {
        Self::try_load(host, settings).map_err(|reason| LoadError {
            plugin: settings.name.clone(),
            path: settings.path.clone(),
            reason,
        })
    }

    fn try_load(host: &WasmHost, settings: &WasmSettings) -> Result<Self, LoadReason> {
        let wasm = read(&settings.path)?;
        let compiled = host.cache().get(&wasm)?;
        let uses_wasi = module::check(&compiled.module)?;
        let name: Arc<str> = settings.name.as_str().into();
        let max_memory = settings.max_memory.clamp(MIN_MEMORY, MAX_MEMORY);
        let recipe = Recipe {
            module: compiled.module.clone(),
            engine: engine::bounded(&compiled.engine, max_memory),
            wasi: uses_wasi.then(|| host.wasi().clone()),
            output: Arc::new(GuestOutput::new(Arc::clone(&name), host.sink())),
            config: config_json(settings),
            fuel: i64::try_from(settings.fuel.get()).unwrap_or(i64::MAX),
            start_timeout: settings.start_timeout,
            max_memory,
            _compiled: compiled,
        };
        let trial = settings.trial.as_ref().map(|request| {
            Trial::new(&name, &recipe, request, host.sink()).map_err(|error| LoadReason::Trial {
                error: PluginError::bad_response(error),
            })
        });
        let pool = InstancePool::start(
            &name,
            Arc::new(recipe),
            trial.transpose()?,
            settings.instances.get(),
            settings.max_calls.get(),
        )?;
        Ok(Self { name, pool })
    }

    /// Calls the plugin for one player, and measures the call.
    ///
    /// The guest is stopped soon after `left` has passed, or when its fuel is spent. Waiting no longer than that is up
    /// to the caller, as for [`Plugin::on_connect`].
    ///
    /// # Errors
    ///
    /// There was no instance in time, or the guest trapped, returned no response, or took longer than `left`.
    pub async fn call(
        &self,
        request: &ConnectRequest,
        left: Duration,
    ) -> Result<MeasuredAnswer, PluginError> {
        let mut json = Vec::with_capacity(USUAL_REQUEST);
        serde_json::to_writer(&mut json, request).map_err(PluginError::bad_response)?;
        self.call_json(json, left).await
    }

    async fn call_json(
        &self,
        json: Vec<u8>,
        left: Duration,
    ) -> Result<MeasuredAnswer, PluginError> {
        let now = Instant::now();
        // A deadline beyond the clock's range becomes one day.
        let deadline = now
            .checked_add(left)
            .unwrap_or(now + Duration::from_hours(24));
        let mut pending = self.pool.submit(json, deadline)?;
        // A little early: "overloaded" must arrive before the caller's own timeout, which would count against the
        // plugin.
        let patience = left.saturating_sub((left / 20).min(MARGIN));
        match timeout(patience, pending.answer()).await {
            // The guest was stopped because its time was over, whatever its error reads like.
            Ok(Some(Err(_))) if Instant::now() >= deadline => {
                Err(PluginError::Timeout { after: left })
            }
            Ok(Some(answer)) => answer,
            _ if pending.has_begun() => Err(PluginError::Timeout { after: left }),
            _ => Err(pool::overloaded()),
        }
    }

    /// Returns the state of the instances.
    pub fn status(&self) -> PoolStatus {
        self.pool.status()
    }
}

impl Plugin for WasmPlugin {
    fn on_connect<'a>(&'a self, request: &'a ConnectRequest, left: Duration) -> PluginFuture<'a> {
        Box::pin(async move { Ok(self.call(request, left).await?.answer) })
    }

    fn on_connect_json<'a>(&'a self, json: &'a [u8], left: Duration) -> PluginFuture<'a> {
        Box::pin(async move { Ok(self.call_json(json.to_vec(), left).await?.answer) })
    }
}

/// Answer of a call, and the cost of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MeasuredAnswer {
    /// The answer.
    pub answer: PluginAnswer,
    /// The cost of the call.
    pub stats: CallStats,
}

/// Cost of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallStats {
    /// Time in the guest, without the queue.
    pub elapsed: Duration,
    /// Fuel spent, in units of [`WasmSettings::fuel`].
    pub fuel: u64,
    /// Linear memory of the instance after it, in bytes.
    pub memory: u64,
    /// Length of the answer in bytes.
    pub answer_len: usize,
}

/// State of a plugin's instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStatus {
    /// Number of instances that take calls.
    pub serving: u32,
    /// Number of instances that are ready to take the place of one that leaves.
    pub standing_by: u32,
    /// Number of calls that wait for an instance.
    pub waiting: usize,
    /// Total number of calls taken out of the queue.
    pub calls: u64,
    /// Total number of instances discarded after a trap, a bad pointer or a timeout.
    pub broken: u64,
    /// Total number of instances replaced because of their memory or their number of calls.
    pub worn: u64,
    /// Largest linear memory that an instance had after a call, in bytes.
    pub memory_peak: u64,
}

fn config_json(settings: &WasmSettings) -> Vec<u8> {
    let config = settings.config.as_ref();
    config.map_or_else(
        || b"null".to_vec(),
        |config| config.to_string().into_bytes(),
    )
}

/// Reads the module's file, and checks that it begins as a module does.
fn read(path: &Path) -> Result<Vec<u8>, LoadReason> {
    let wasm = read_file(path, MAX_MODULE_LEN).map_err(|error| error.problem)?;
    if wasm.is_empty() {
        return Err(LoadReason::Empty);
    }
    if !wasm.starts_with(b"\0asm") {
        return Err(LoadReason::NotWasm);
    }
    // Two bytes of version, then the layer: 0 for modules, 1 for components.
    if wasm.get(6..8) == Some(&[1, 0]) {
        return Err(LoadReason::Component);
    }
    Ok(wasm)
}
