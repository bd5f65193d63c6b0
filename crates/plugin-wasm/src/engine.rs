//! The compiler, set up for guests that are not trusted.

use std::sync::Arc;

use wasmer::Engine;
use wasmer::sys::{CompilerConfig as _, Cranelift, EngineBuilder, Features, NativeEngineExt as _};

use crate::fuel::FuelMeter;
use crate::tunables::Bounds;

/// An engine for one module: its fuel meter belongs to that module, and an engine keeps the code of everything that it
/// ever compiled.
pub(crate) fn for_one_module() -> Engine {
    let mut compiler = Cranelift::new();
    compiler.push_middleware(Arc::new(FuelMeter::default()));
    EngineBuilder::new(compiler)
        .set_features(Some(features()))
        .engine()
        .into()
}

/// The same engine with bounds on what its instances take.
pub(crate) fn bounded(engine: &Engine, max_memory: u64) -> Engine {
    let pages = max_memory / wasmer::WASM_PAGE_SIZE as u64;
    let mut engine = engine.clone();
    engine.set_tunables(Bounds::new(u32::try_from(pages).unwrap_or(u32::MAX)));
    engine
}

/// What Rust and Go compile to, and nothing with threads, exceptions or several memories.
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
