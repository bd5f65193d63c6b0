//! Host and settings of the WASM plugins of a configuration.

use std::sync::Arc;

use hyrouter_config::{PluginSettings, WasmHostSettings, WasmPluginSettings};
use hyrouter_plugin_api::{Plugin, trial_request};
use hyrouter_plugin_wasm::{
    CompileLimits, Compiler, OutputSink, TracingSink, WasmHost, WasmPlugin, WasmSettings,
};

use super::plugin_error::PluginLoadError;

/// First argument of a process that compiles a module for another process of this binary. Not a command of the command
/// line: users must not call it, and completions show hidden commands too.
pub const COMPILE_WASM: &str = "compile-wasm";

/// Compiles modules in processes of this binary. Keep one for the life of the process.
pub fn compiler() -> Compiler {
    Compiler::this_program([COMPILE_WASM])
}

/// Returns the host that all WASM plugins of a configuration share.
pub fn wasm_host(settings: &WasmHostSettings, compiler: Compiler) -> WasmHost {
    let host = WasmHost::new()
        .with_compiler(compiler)
        .with_compile_limits(compile_limits(settings));
    match &settings.cache_dir {
        Some(folder) => host.with_cache_dir(folder),
        None => host,
    }
}

fn compile_limits(settings: &WasmHostSettings) -> CompileLimits {
    CompileLimits {
        timeout: settings.compile_timeout,
        memory: settings.compile_memory,
    }
}

/// Returns the module's settings, with the host's defaults for unset values.
pub fn wasm_settings(plugin: &PluginSettings, wasm: &WasmPluginSettings) -> WasmSettings {
    let mut settings =
        WasmSettings::new(&plugin.settings.name, &wasm.path).with_config(plugin.config.clone());
    settings.max_memory = wasm.max_memory.unwrap_or(settings.max_memory);
    settings.instances = wasm.instances.unwrap_or(settings.instances);
    settings.max_calls = wasm.max_calls.unwrap_or(settings.max_calls);
    settings.fuel = wasm.fuel.unwrap_or(settings.fuel);
    settings
}

/// Loads WASM plugins. Keep one for the life of the process, so that a module that is loaded again is not compiled again.
#[derive(Clone)]
pub(super) struct WasmLoader {
    output: Arc<dyn OutputSink>,
    compiler: Compiler,
    host: Option<(WasmHostSettings, WasmHost)>,
}

impl Default for WasmLoader {
    fn default() -> Self {
        Self {
            output: Arc::new(TracingSink),
            compiler: compiler(),
            host: None,
        }
    }
}

impl WasmLoader {
    /// Sends the output of plugins there.
    pub(super) fn with_output(mut self, output: Arc<dyn OutputSink>) -> Self {
        self.output = output;
        self
    }

    pub(super) fn load(
        &mut self,
        plugin: &PluginSettings,
        wasm: &WasmPluginSettings,
        host: &WasmHostSettings,
    ) -> Result<Arc<dyn Plugin>, PluginLoadError> {
        let settings = wasm_settings(plugin, wasm).with_trial(trial_request());
        Ok(Arc::new(WasmPlugin::load(&self.host(host), &settings)?))
    }

    fn host(&mut self, settings: &WasmHostSettings) -> WasmHost {
        if let Some((same, host)) = &self.host
            && same == settings
        {
            return host.clone();
        }
        let host = wasm_host(settings, self.compiler.clone()).with_output(Arc::clone(&self.output));
        self.host = Some((settings.clone(), host.clone()));
        host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_of_the_configuration_are_those_of_the_host() {
        let configured = compile_limits(&WasmHostSettings::default());
        assert_eq!(configured, CompileLimits::default());
    }
}
