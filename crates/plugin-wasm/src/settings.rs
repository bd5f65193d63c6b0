use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

use hyrouter_plugin_api::ConnectRequest;
use serde_json::Value;

/// Maximum number of instances by default: more threads than that wait for cores rather than for guests.
const MAX_DEFAULT_INSTANCES: usize = 4;

/// A plugin in a file, and its bounds. The `with_*` methods change the defaults.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WasmSettings {
    /// Name of the plugin in errors, logs and threads.
    pub name: String,
    /// The module: a `.wasm` file of at most [`MAX_MODULE_LEN`] bytes.
    pub path: PathBuf,
    /// Argument of the guest's `configure`, as JSON; `null` without one.
    pub config: Option<Value>,
    /// Maximum linear memory of one instance in bytes, rounded down to pages of 64 KiB. Default 64 MiB: 16 times what a
    /// fresh Go guest takes. At worst the plugin takes `instances` + 1 times as much.
    pub max_memory: u64,
    /// Number of instances that serve calls at the same time, each on a thread of its own; one more stands by. Default:
    /// the number of cores, at most 4.
    pub instances: NonZeroU32,
    /// Number of calls after which an instance is replaced, whatever its memory. Default 100,000: rare enough to cost
    /// nothing, and an instance that degrades slowly is replaced in time.
    pub max_calls: NonZeroU64,
    /// Maximum fuel of one call: about one unit an instruction, more for calls of the host and for each 16 bytes of a bulk
    /// operation. Default 20,000,000: 5 times the dearest measured call of a Go guest that collects its garbage. It stops
    /// an endless loop after milliseconds, and one that misses the cache with every load after less than 1 s.
    pub fuel: NonZeroU64,
    /// Maximum time that an instance takes to start: its start function, `_initialize` and `configure` together. Default
    /// 10 s; a Go guest takes 7 ms.
    pub start_timeout: Duration,
    /// Request of one call while the plugin is loaded, to an instance of its own, within `start_timeout`. A plugin without
    /// an answer is not loaded. Output of that instance is shown only then. Default: none.
    pub trial: Option<ConnectRequest>,
}

/// Maximum length of a module in bytes, 32 MiB: a Go guest has 2 MB, and compiling takes up to 1 s for each MB.
pub const MAX_MODULE_LEN: usize = 32 << 20;

/// Maximum length of a guest's answer in bytes, 1 MiB. 1,000 candidates with `meta` have about 100 KB.
pub const MAX_RESPONSE_LEN: usize = 1 << 20;

/// Minimum of [`max_memory`](WasmSettings::max_memory) in bytes: a page.
pub const MIN_MEMORY: u64 = 1 << 16;

/// Maximum of [`max_memory`](WasmSettings::max_memory) in bytes: what 32-bit addresses reach.
pub const MAX_MEMORY: u64 = 1 << 32;

impl WasmSettings {
    /// Returns the defaults for the module in this file.
    pub fn new(name: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Self {
            name: name.into(),
            path: path.into(),
            config: None,
            max_memory: 64 << 20,
            instances: default_instances(),
            max_calls: NonZeroU64::MIN.saturating_add(99_999),
            fuel: NonZeroU64::MIN.saturating_add(19_999_999),
            start_timeout: Duration::from_secs(10),
            trial: None,
        }
    }

    /// Sets the argument of the guest's `configure`.
    #[must_use]
    pub fn with_config(mut self, config: Option<Value>) -> Self {
        self.config = config;
        self
    }

    /// Sets the maximum linear memory of one instance in bytes.
    #[must_use]
    pub fn with_max_memory(mut self, bytes: u64) -> Self {
        self.max_memory = bytes;
        self
    }

    /// Sets the number of instances that serve calls at the same time.
    #[must_use]
    pub fn with_instances(mut self, instances: NonZeroU32) -> Self {
        self.instances = instances;
        self
    }

    /// Sets the number of calls after which an instance is replaced.
    #[must_use]
    pub fn with_max_calls(mut self, calls: NonZeroU64) -> Self {
        self.max_calls = calls;
        self
    }

    /// Sets the maximum fuel of one call.
    #[must_use]
    pub fn with_fuel(mut self, fuel: NonZeroU64) -> Self {
        self.fuel = fuel;
        self
    }

    /// Sets the maximum time that an instance takes to start.
    #[must_use]
    pub fn with_start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = timeout;
        self
    }

    /// Sets the request of a trial call while the plugin is loaded.
    #[must_use]
    pub fn with_trial(mut self, request: ConnectRequest) -> Self {
        self.trial = Some(request);
        self
    }
}

fn default_instances() -> NonZeroU32 {
    let cores = available_parallelism().map_or(1, NonZeroUsize::get);
    u32::try_from(cores.min(MAX_DEFAULT_INSTANCES))
        .ok()
        .and_then(NonZeroU32::new)
        .unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_as_documented() {
        let settings = WasmSettings::new("a", "a.wasm");
        assert_eq!(settings.max_memory, 67_108_864);
        assert_eq!(settings.max_calls.get(), 100_000);
        assert_eq!(settings.fuel.get(), 20_000_000);
        assert_eq!(settings.start_timeout, Duration::from_secs(10));
        assert!((1..=4).contains(&settings.instances.get()));
    }
}
