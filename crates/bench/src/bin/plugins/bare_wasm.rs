//! A call of the same module by wasmer alone: no fuel, no bounds, no threads, no JSON; imports that do nothing.

use std::path::Path;

use anyhow::Context as _;
use wasmer::sys::{Cranelift, EngineBuilder};
use wasmer::{
    Engine, ExternType, Function, Imports, Instance, Memory, Module, Store, Type, TypedFunction,
    Value,
};

pub(crate) struct BareWasm {
    store: Store,
    memory: Memory,
    alloc: TypedFunction<u32, u32>,
    on_connect: TypedFunction<(u32, u32), u64>,
    dealloc: TypedFunction<(u32, u32), ()>,
    answer: Vec<u8>,
}

impl BareWasm {
    pub(crate) fn load(path: &Path) -> anyhow::Result<Self> {
        let engine: Engine = EngineBuilder::new(Cranelift::new()).engine().into();
        let mut store = Store::new(engine);
        let module = Module::new(&store, std::fs::read(path)?)?;
        let mut imports = Imports::new();
        for import in module.imports() {
            let ExternType::Function(ty) = import.ty() else {
                continue;
            };
            let results: Vec<Value> = ty.results().iter().map(|ty| zero(*ty)).collect();
            let nothing = Function::new(&mut store, ty.clone(), move |_| Ok(results.clone()));
            imports.define(import.module(), import.name(), nothing);
        }
        let instance = Instance::new(&mut store, &module, &imports)?;
        let exports = &instance.exports;
        if let Ok(initialize) = exports.get_typed_function::<(), ()>(&store, "_initialize") {
            initialize.call(&mut store)?;
        }
        Ok(Self {
            memory: exports.get_memory("memory")?.clone(),
            alloc: exports.get_typed_function(&store, "alloc")?,
            on_connect: exports.get_typed_function(&store, "on_connect")?,
            dealloc: exports.get_typed_function(&store, "dealloc")?,
            store,
            answer: Vec::new(),
        })
    }

    pub(crate) fn call(&mut self, request: &[u8]) -> anyhow::Result<()> {
        let len = u32::try_from(request.len())?;
        let at = self.alloc.call(&mut self.store, len)?;
        self.memory
            .view(&self.store)
            .write(u64::from(at), request)?;
        let packed = self.on_connect.call(&mut self.store, at, len)?;
        let (answer_at, answer_len) = (
            u32::try_from(packed >> 32)?,
            u32::try_from(packed & 0xffff_ffff)?,
        );
        self.answer.resize(answer_len as usize, 0);
        self.memory
            .view(&self.store)
            .read(u64::from(answer_at), &mut self.answer)
            .context("the answer")?;
        self.dealloc.call(&mut self.store, at, len)?;
        self.dealloc.call(&mut self.store, answer_at, answer_len)?;
        Ok(())
    }
}

fn zero(ty: Type) -> Value {
    match ty {
        Type::I64 => Value::I64(0),
        Type::F32 => Value::F32(0.0),
        Type::F64 => Value::F64(0.0),
        _ => Value::I32(0),
    }
}
