//! Counts what a guest does and stops it when that is too much.
//!
//! A guest that loops can not be stopped from outside: wasmer's interrupt aborts the process when it meets a guest that
//! calls the host. So its code is changed as it is compiled: each run of instructions subtracts its length from a global
//! of the module, and loops and calls trap when that is below zero. Bulk operations, whose single instruction may move
//! gigabytes, pay by length, and calls of imported functions pay a fixed price.

use std::sync::OnceLock;

use wasmer::sys::wasmparser::{BlockType, Operator};
use wasmer::sys::{FunctionMiddleware, MiddlewareError, MiddlewareReaderState, ModuleMiddleware};

use wasmer::{
    AsStoreMut, ExportError, ExportIndex, Global, GlobalInit, GlobalType, Instance,
    LocalFunctionIndex, ModuleInfo, Mutability, Type, Value,
};

/// Changes with every change of what is counted, so that no compiled module of another scheme is taken from a cache.
pub(crate) const SCHEME: &str = "fuel-2";

/// Under that name the host finds the global. No toolchain makes such a name.
const EXPORT: &str = "hyrouter:fuel";

/// What starting may spend: the start function, `_initialize` and `configure` together. A Go guest needs 0.7 million.
pub(crate) const START: i64 = 50_000_000;

/// Price of a call that leaves the guest, which takes about a tenth of a microsecond at least.
pub(crate) const HOST_CALL: i64 = 500;
/// A call through a table may leave the guest too, and nothing tells before; the host's own functions take the rest.
const TABLE_CALL: i64 = 10;
/// Each makes an object of the host.
const FUNCTION_REFERENCE: i64 = 5;
/// Growing memory is a system call.
const GROW: i64 = 2_000;
/// Bulk operations pay a unit for so many bytes, as a power of two.
const BYTES_SHIFT: i64 = 4;
/// Those on tables pay for each entry, which is a write of 16 bytes behind a check.
const ENTRIES_SHIFT: i64 = 0;

/// Changes one module as it is compiled.
#[derive(Debug, Default)]
pub(crate) struct FuelMeter {
    globals: OnceLock<Globals>,
}

#[derive(Debug, Clone, Copy)]
struct Globals {
    fuel: u32,
    /// Holds the length of a bulk operation while it is priced: a middleware can not add locals.
    scratch: u32,
    imported_functions: u32,
}

impl ModuleMiddleware for FuelMeter {
    fn generate_function_middleware<'a>(
        &self,
        _: LocalFunctionIndex,
    ) -> Box<dyn FunctionMiddleware<'a> + 'a> {
        Box::new(FunctionMeter {
            globals: self.globals.get().copied(),
            unpaid: 0,
        })
    }

    fn transform_module_info(&self, module: &mut ModuleInfo) -> Result<(), MiddlewareError> {
        if module.exports.contains_key(EXPORT) {
            return Err(refused(format!("the name {EXPORT:?} is the host's")));
        }
        let fuel = module
            .globals
            .push(GlobalType::new(Type::I64, Mutability::Var));
        module.global_initializers.push(GlobalInit::I64Const(START));
        let scratch = module
            .globals
            .push(GlobalType::new(Type::I32, Mutability::Var));
        module.global_initializers.push(GlobalInit::I32Const(0));
        module
            .exports
            .insert(EXPORT.to_owned(), ExportIndex::Global(fuel));
        let globals = Globals {
            fuel: fuel.as_u32(),
            scratch: scratch.as_u32(),
            imported_functions: u32::try_from(module.num_imported_functions).unwrap_or(u32::MAX),
        };
        let is_first = self.globals.set(globals).is_ok();
        is_first
            .then_some(())
            .ok_or_else(|| refused("a meter is for one module"))
    }
}

fn refused(message: impl Into<String>) -> MiddlewareError {
    MiddlewareError::new("fuel", message)
}

/// Changes one function.
#[derive(Debug)]
struct FunctionMeter {
    globals: Option<Globals>,
    /// Price of what was read since the last subtraction.
    unpaid: i64,
}

impl<'a> FunctionMiddleware<'a> for FunctionMeter {
    fn feed(
        &mut self,
        operator: Operator<'a>,
        state: &mut MiddlewareReaderState<'a>,
    ) -> Result<(), MiddlewareError> {
        let globals = self
            .globals
            .ok_or_else(|| refused("the module was not prepared"))?;
        self.unpaid += price(&operator, &globals);
        match operator {
            // From here the way may lead elsewhere, or come from elsewhere.
            Operator::If { .. }
            | Operator::Else
            | Operator::End
            | Operator::Br { .. }
            | Operator::BrIf { .. }
            | Operator::BrTable { .. }
            | Operator::Return => {
                self.pay(globals, state);
                state.push_operator(operator);
            }
            // Whatever runs for ever comes through one of these again and again.
            Operator::Loop { .. } => {
                self.pay(globals, state);
                state.push_operator(operator);
                check(globals, state);
            }
            Operator::Call { .. } | Operator::CallIndirect { .. } | Operator::MemoryGrow { .. } => {
                self.pay(globals, state);
                check(globals, state);
                state.push_operator(operator);
            }
            Operator::MemoryFill { .. }
            | Operator::MemoryCopy { .. }
            | Operator::MemoryInit { .. } => {
                self.pay(globals, state);
                pay_by_length(globals, BYTES_SHIFT, state);
                check(globals, state);
                state.push_operator(operator);
            }
            Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. }
            | Operator::TableGrow { .. } => {
                self.pay(globals, state);
                pay_by_length(globals, ENTRIES_SHIFT, state);
                check(globals, state);
                state.push_operator(operator);
            }
            _ => state.push_operator(operator),
        }
        Ok(())
    }
}

impl FunctionMeter {
    fn pay(&mut self, globals: Globals, state: &mut MiddlewareReaderState<'_>) {
        let price = std::mem::take(&mut self.unpaid);
        if price > 0 {
            let fuel = globals.fuel;
            state.extend([
                Operator::GlobalGet { global_index: fuel },
                Operator::I64Const { value: price },
                Operator::I64Sub,
                Operator::GlobalSet { global_index: fuel },
            ]);
        }
    }
}

fn price(operator: &Operator<'_>, globals: &Globals) -> i64 {
    match operator {
        Operator::Call { function_index } if *function_index < globals.imported_functions => {
            HOST_CALL
        }
        Operator::CallIndirect { .. } => TABLE_CALL,
        Operator::MemoryGrow { .. } | Operator::TableGrow { .. } => GROW,
        Operator::RefFunc { .. } => FUNCTION_REFERENCE,
        _ => 1,
    }
}

/// The length is what every bulk operation takes from the top of the stack.
fn pay_by_length(globals: Globals, shift: i64, state: &mut MiddlewareReaderState<'_>) {
    let Globals { fuel, scratch, .. } = globals;
    state.extend([
        Operator::GlobalSet {
            global_index: scratch,
        },
        Operator::GlobalGet { global_index: fuel },
        Operator::GlobalGet {
            global_index: scratch,
        },
        Operator::I64ExtendI32U,
        Operator::I64Const { value: shift },
        Operator::I64ShrU,
        Operator::I64Sub,
        Operator::GlobalSet { global_index: fuel },
        Operator::GlobalGet {
            global_index: scratch,
        },
    ]);
}

fn check(globals: Globals, state: &mut MiddlewareReaderState<'_>) {
    state.extend([
        Operator::GlobalGet {
            global_index: globals.fuel,
        },
        Operator::I64Const { value: 0 },
        Operator::I64LtS,
        Operator::If {
            blockty: BlockType::Empty,
        },
        Operator::Unreachable,
        Operator::End,
    ]);
}

/// What an instance may still spend.
#[derive(Debug, Clone)]
pub(crate) struct Fuel(Global);

impl Fuel {
    pub(crate) fn of(instance: &Instance) -> Result<Self, ExportError> {
        instance.exports.get_global(EXPORT).cloned().map(Self)
    }

    /// Below zero when the guest was stopped.
    pub(crate) fn left(&self, store: &mut impl AsStoreMut) -> i64 {
        match self.0.get(store) {
            Value::I64(left) => left,
            _ => 0,
        }
    }

    pub(crate) fn set(&self, store: &mut impl AsStoreMut, fuel: i64) {
        // The global is made above: of that type and mutable.
        let set = self.0.set(store, Value::I64(fuel));
        debug_assert!(set.is_ok(), "{set:?}");
    }

    /// Takes something for what the host does; the guest notices at its next loop or call.
    pub(crate) fn charge(&self, store: &mut impl AsStoreMut, price: i64) {
        let left = self.left(store);
        self.set(store, left.saturating_sub(price));
    }
}
