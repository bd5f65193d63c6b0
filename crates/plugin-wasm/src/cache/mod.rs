//! Cache of compiled modules.

mod disk;

use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use wasmer::{Engine, Module};

use self::disk::DiskCache;
use crate::compiler::{CompileFailure, CompileLimits, Compiler};
use crate::counts;
use crate::engine;
use crate::error::LoadReason;
use crate::fuel;

/// The pinned version of wasmer. One release may misread the artifacts of another.
const WASMER: &str = "7.4.2";

/// A module and the engine that it was compiled by.
#[derive(Debug)]
pub(crate) struct CompiledModule {
    pub(crate) engine: Engine,
    pub(crate) module: Module,
}

/// SHA-256 over the module and everything that the result of compiling it depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ModuleKey([u8; 32]);

impl ModuleKey {
    pub(crate) fn of(wasm: &[u8], engine: &Engine) -> Self {
        let mut digest = Sha256::new();
        for part in [
            wasm,
            env!("CARGO_PKG_VERSION").as_bytes(),
            fuel::SCHEME.as_bytes(),
            format!("{:?}", engine::features()).as_bytes(),
            WASMER.as_bytes(),
            engine.deterministic_id().as_bytes(),
            engine.artifact_format().as_bytes(),
            // Machine code for one processor's features can crash on another.
            format!("{:?}", wasmer::sys::NativeEngineExt::target(engine)).as_bytes(),
        ] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Self(digest.finalize().into())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Compiled modules in memory, as long as a plugin uses them, and on disk where there is a folder for them.
#[derive(Debug, Clone, Default)]
pub(crate) struct ModuleCache {
    pub(crate) compiler: Compiler,
    pub(crate) limits: CompileLimits,
    disk: Option<DiskCache>,
}

impl ModuleCache {
    pub(crate) fn keep_in(&mut self, folder: PathBuf) {
        self.disk = Some(DiskCache::new(folder));
    }

    /// Returns the module. Compiles it if the cache does not have it.
    pub(crate) fn get(&self, wasm: &[u8]) -> Result<Arc<CompiledModule>, LoadReason> {
        counts::check(wasm)?;
        let engine = engine::for_one_module();
        let key = ModuleKey::of(wasm, &engine);
        let slots = self.compiler.slots();
        slots
            .once(key, self.limits, || {
                let module = self.make(wasm, &engine, &key)?;
                Ok(CompiledModule { engine, module })
            })
            .map_err(LoadReason::from)
    }

    fn make(
        &self,
        wasm: &[u8],
        engine: &Engine,
        key: &ModuleKey,
    ) -> Result<Module, CompileFailure> {
        if let Some(disk) = &self.disk
            && let Some(module) = disk.load(key, engine)
        {
            return Ok(module);
        }
        let (module, saved) = self.compiler.compile(wasm, engine, key, self.limits)?;
        if let Some(disk) = &self.disk {
            disk.store(key, &saved);
        }
        Ok(module)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_in_the_key_is_that_of_the_workspace() {
        let manifest = include_str!("../../../../Cargo.toml");
        let pinned = format!("wasmer = {{ version = \"={}\"", super::WASMER);
        assert!(manifest.contains(&pinned), "no {pinned}");
    }
}
