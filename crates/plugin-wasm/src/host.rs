use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Handle;

use crate::cache::ModuleCache;
use crate::compiler::{CompileLimits, Compiler};
use crate::output::{OutputSink, TracingSink};
use crate::wasi_runtime::WasiRuntime;

/// State that all WebAssembly plugins of a process share: compiled modules, and the sink of their output. Cheap to clone;
/// keep one for the life of the process, so that a plugin that is loaded again is not compiled again.
#[derive(Clone)]
pub struct WasmHost {
    cache: ModuleCache,
    wasi: WasiRuntime,
    sink: Arc<dyn OutputSink>,
}

impl fmt::Debug for WasmHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasmHost")
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}

impl WasmHost {
    /// Returns a host without a cache on disk, with guests' output in the log, and with a compiler in this process. That
    /// compiler cannot be stopped: a module within the static bounds can keep it busy for minutes and take gigabytes. Use
    /// it for modules that you trust, and [`with_compiler`](Self::with_compiler) for others.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime. Nothing is run on it, but wasmer-wasix insists on one.
    pub fn new() -> Self {
        Self {
            cache: ModuleCache::default(),
            wasi: WasiRuntime::new(Handle::current()),
            sink: Arc::new(TracingSink),
        }
    }

    /// Keeps compiled modules in this folder, which is made when it is needed, for the user of the process alone. A
    /// module that was changed there, or that others could have changed, is not used.
    #[must_use]
    pub fn with_cache_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cache.keep_in(folder.into());
        self
    }

    /// Compiles modules by this compiler instead of in this process.
    #[must_use]
    pub fn with_compiler(mut self, compiler: Compiler) -> Self {
        self.cache.compiler = compiler;
        self
    }

    /// Sets the bounds on compiling a module in a process of its own.
    #[must_use]
    pub fn with_compile_limits(mut self, limits: CompileLimits) -> Self {
        self.cache.limits = limits;
        self
    }

    /// Writes the guests' lines to this sink instead of the log.
    #[must_use]
    pub fn with_output(mut self, sink: Arc<dyn OutputSink>) -> Self {
        self.sink = sink;
        self
    }

    pub(crate) fn cache(&self) -> &ModuleCache {
        &self.cache
    }

    pub(crate) fn wasi(&self) -> &WasiRuntime {
        &self.wasi
    }

    pub(crate) fn sink(&self) -> Arc<dyn OutputSink> {
        Arc::clone(&self.sink)
    }
}

impl Default for WasmHost {
    fn default() -> Self {
        Self::new()
    }
}
