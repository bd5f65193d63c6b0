//! The compiler, set up for guests that are not trusted.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use wasmer::Engine;
use wasmer::sys::{CompilerConfig as _, Cranelift, EngineBuilder, Features, NativeEngineExt as _};

use crate::fuel::FuelMeter;
use crate::tunables::Bounds;

/// Maximum number of threads that compile one module: each has a stack and a heap that count towards the bound on
/// memory.
const MAX_THREADS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(7);

/// Number of threads that compile one module.
pub(crate) fn threads() -> NonZeroUsize {
    available_parallelism().map_or(NonZeroUsize::MIN, |cores| cores.min(MAX_THREADS))
}

/// Returns an engine for one module. Engines are not shared: the fuel meter belongs to one module, and an engine keeps
/// the code of every module that it compiled.
pub(crate) fn for_one_module() -> Engine {
    let mut compiler = Cranelift::new();
    compiler.num_threads(threads());
    compiler.push_middleware(Arc::new(FuelMeter::default()));
    EngineBuilder::new(compiler)
        .set_features(Some(features()))
        .engine()
        .into()
}

/// Returns the same engine with bounds on memory and tables of its instances.
pub(crate) fn bounded(engine: &Engine, max_memory: u64) -> Engine {
    let pages = max_memory / wasmer::WASM_PAGE_SIZE as u64;
    let mut engine = engine.clone();
    engine.set_tunables(Bounds::new(u32::try_from(pages).unwrap_or(u32::MAX)));
    engine
}

/// Returns the features that Rust and Go use; no threads, no exceptions, one memory.
pub(crate) fn features() -> Features {
    let mut features = Features::none();
    features
        .bulk_memory(true)
        .extended_const(true)
        .multi_value(true)
        .reference_types(true)
        .simd(true);
    features
}
