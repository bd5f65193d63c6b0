//! WASI of wasmer-wasix without access to anything outside of the guest.

use std::fmt;
use std::sync::Arc;

use tokio::runtime::Handle;
use wasmer::{Imports, Module, Store};
use wasmer_wasix::runtime::task_manager::tokio::TokioTaskManager;
use wasmer_wasix::virtual_fs::{EmptyFileSystem, NullFile};
use wasmer_wasix::{PluggableRuntime, UnsupportedVirtualNetworking, WasiEnv, WasiFunctionEnv};

/// WASI runtime that all guests share. Its task manager has nothing to do: guests have no threads and no files, and the
/// host's own functions do their waiting.
#[derive(Clone)]
pub(crate) struct WasiRuntime(Arc<PluggableRuntime>);

impl fmt::Debug for WasiRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasiRuntime").finish_non_exhaustive()
    }
}

impl WasiRuntime {
    pub(crate) fn new(handle: Handle) -> Self {
        let mut runtime = PluggableRuntime::new(Arc::new(TokioTaskManager::new(handle)));
        runtime.set_networking_implementation(UnsupportedVirtualNetworking::default());
        Self(Arc::new(runtime))
    }

    /// Returns the imports of one instance: no arguments, environment or files, and closed streams. The host's own
    /// functions for standard output and error replace some of them.
    pub(crate) fn imports(
        &self,
        store: &mut Store,
        module: &Module,
    ) -> Result<(WasiFunctionEnv, Imports), String> {
        let mut builder = WasiEnv::builder("plugin")
            .runtime(Arc::<PluggableRuntime>::clone(&self.0))
            .fs(Arc::new(EmptyFileSystem::default())
                as Arc<
                    dyn wasmer_wasix::virtual_fs::FileSystem + Send + Sync,
                >)
            .stdin(Box::<NullFile>::default())
            .stdout(Box::<NullFile>::default())
            .stderr(Box::<NullFile>::default())
            .disable_default_builtins(true);
        builder.capabilities_mut().threading.max_threads = Some(1);
        let env = builder.finalize(store).map_err(|error| error.to_string())?;
        let imports = env
            .import_object(store, module)
            .map_err(|error| error.to_string())?;
        Ok((env, imports))
    }
}
