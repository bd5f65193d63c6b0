use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

use hyrouter_plugin_api::ConnectRequest;
use serde_json::Value;

/// Most instances that are made unless told otherwise: more threads than that wait for cores rather than for guests.
const MAX_DEFAULT_INSTANCES: usize = 4;

/// A plugin in a file, and its bounds.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WasmSettings {
    /// Names the plugin in errors, logs and threads.
    pub name: String,
    /// The module: a `.wasm` file of at most [`MAX_MODULE_LEN`] bytes.
    pub path: PathBuf,
    /// Handed to the guest's `configure` as JSON, `null` when absent.
    pub config: Option<Value>,
    /// Linear memory of one instance in bytes, rounded down to pages of 64 KiB. Default 64 MiB: sixteen times what a
    /// fresh Go guest takes. At worst the plugin takes `instances` + 1 times as much.
    pub max_memory: u64,
    /// Instances that serve calls at the same time, each on a thread of its own; one more stands by. Default: as many
    /// as there are cores, at most 4.
    pub instances: NonZeroU32,
    /// Calls after which an instance is replaced, whatever its memory. Default 100,000: rare enough to cost nothing,
    /// and a guest that breaks slowly does not live for ever.
    pub max_calls: NonZeroU64,
    /// What one call may spend: about one unit an instruction, more for calls of the host and for each 16 bytes of a
    /// bulk operation. Default 20,000,000: five times the dearest call seen of a Go guest that collects its garbage. It
    /// stops an endless loop after milliseconds, and one that misses the cache with every load after less than a second.
    pub fuel: NonZeroU64,
    /// How long an instance may take to come up: its start function, `_initialize` and `configure` together. Default
    /// 10 s; a Go guest takes 7 ms.
    pub start_timeout: Duration,
    /// Asked once while the plugin is loaded, of an instance of its own, within `start_timeout`. A plugin that gives no
    /// answer is not loaded. Output of that instance is shown only then. Default: none.
    pub trial: Option<ConnectRequest>,
}

/// Longest module in bytes: a Go guest has 2 MB, and compiling takes up to a second for each.
pub const MAX_MODULE_LEN: usize = 32 << 20;

/// Longest answer of a guest in bytes. A thousand candidates with facts have a tenth of it.
pub const MAX_RESPONSE_LEN: usize = 1 << 20;

/// Least [`max_memory`](WasmSettings::max_memory): a page.
pub const MIN_MEMORY: u64 = 1 << 16;

/// Most [`max_memory`](WasmSettings::max_memory): what 32-bit addresses reach.
pub const MAX_MEMORY: u64 = 1 << 32;

impl WasmSettings {
    /// The defaults for the module in this file.
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
