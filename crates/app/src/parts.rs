use std::sync::Arc;

#[cfg(feature = "wasm")]
use hyrouter_plugin_wasm::{OutputSink, TracingSink};
use tokio::runtime::Handle;

use crate::admin::{FixedLogLevel, LogLevels};

/// Parts of a router that the program provides. The default is for a program with one runtime.
#[derive(Clone)]
pub struct Parts {
    #[cfg(feature = "wasm")]
    pub(crate) plugin_output: Arc<dyn OutputSink>,
    pub(crate) log_levels: Arc<dyn LogLevels>,
    pub(crate) services: Option<Handle>,
    pub(crate) watch_files: bool,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            #[cfg(feature = "wasm")]
            plugin_output: Arc::new(TracingSink),
            log_levels: Arc::new(FixedLogLevel),
            services: None,
            watch_files: false,
        }
    }
}

impl Parts {
    /// Sets the sink for output of WASM plugins. Default: the log.
    #[cfg(feature = "wasm")]
    #[must_use]
    pub fn with_plugin_output(mut self, output: Arc<dyn OutputSink>) -> Self {
        self.plugin_output = output;
        self
    }

    /// Allows the admin server to change the log level. Default: a fixed level.
    #[must_use]
    pub fn with_log_levels(mut self, levels: Arc<dyn LogLevels>) -> Self {
        self.log_levels = levels;
        self
    }

    /// Sets the runtime for clients of other services, file reads and long answers, so that they do not delay health
    /// checks, signals and commands. Default: the runtime that the router is built in.
    #[must_use]
    pub fn with_services(mut self, runtime: Handle) -> Self {
        self.services = Some(runtime);
        self
    }

    /// Sets whether changed files trigger a reload. Default: `false`, only commands do.
    #[must_use]
    pub fn with_file_watch(mut self, watch: bool) -> Self {
        self.watch_files = watch;
        self
    }
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}
