//! Compiled modules, by what they were compiled from.

mod disk;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use sha2::{Digest as _, Sha256};
use wasmer::{Engine, Module};

use self::disk::DiskCache;
use crate::bounds;
use crate::engine;
use crate::error::LoadReason;
use crate::fuel;

/// The wasmer that the workspace pins: what one release serialises another may misread.
const WASMER: &str = "7.4.2";

/// A module and the engine that it was compiled by.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) engine: Engine,
    pub(crate) module: Module,
}

/// SHA-256 over the module and everything that the result of compiling it depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl Key {
    fn of(wasm: &[u8], engine: &Engine) -> Self {
        let mut digest = Sha256::new();
        for part in [
            wasm,
            env!("CARGO_PKG_VERSION").as_bytes(),
            fuel::SCHEME.as_bytes(),
            format!("{:?}", engine::features()).as_bytes(),
            WASMER.as_bytes(),
            engine.deterministic_id().as_bytes(),
            engine.artifact_format().as_bytes(),
            // Code for one processor's features may not run on another.
            format!("{:?}", wasmer::sys::NativeEngineExt::target(engine)).as_bytes(),
        ] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Self(digest.finalize().into())
    }
}

/// Compiled modules in memory, as long as a plugin uses them, and on disk where there is a folder for them.
#[derive(Debug, Default)]
pub(crate) struct ModuleCache {
    in_use: Mutex<HashMap<Key, Weak<Compiled>>>,
    disk: Option<DiskCache>,
}

impl ModuleCache {
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self {
            in_use: Mutex::default(),
            disk: folder.map(DiskCache::new),
        }
    }

    /// The module, compiled now unless it was before.
    pub(crate) fn get(&self, wasm: &[u8]) -> Result<Arc<Compiled>, LoadReason> {
        let engine = engine::for_one_module();
        let key = Key::of(wasm, &engine);
        if let Some(compiled) = self.in_use(&key) {
            return Ok(compiled);
        }
        let compiled = Arc::new(self.make(wasm, engine, &key)?);
        let mut in_use = self.lock();
        in_use.retain(|_, module| module.strong_count() > 0);
        in_use.insert(key, Arc::downgrade(&compiled));
        Ok(compiled)
    }

    fn make(&self, wasm: &[u8], engine: Engine, key: &Key) -> Result<Compiled, LoadReason> {
        if let Some(disk) = &self.disk
            && let Some(module) = disk.load(key, &engine)
        {
            return Ok(Compiled { engine, module });
        }
        bounds::check(wasm)?;
        let module = Module::new(&engine, wasm).map_err(|error| LoadReason::Compile {
            message: error.to_string(),
        })?;
        if let Some(disk) = &self.disk {
            disk.store(key, &module);
        }
        Ok(Compiled { engine, module })
    }

    fn in_use(&self, key: &Key) -> Option<Arc<Compiled>> {
        self.lock().get(key).and_then(Weak::upgrade)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Weak<Compiled>>> {
        // The map is whole after every statement that holds the lock.
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner)
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
