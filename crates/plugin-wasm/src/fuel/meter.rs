//! Instruments the code of a module with a fuel counter.

use std::sync::OnceLock;

use wasmer::sys::wasmparser::{BlockType, Operator};
use wasmer::sys::{FunctionMiddleware, MiddlewareError, MiddlewareReaderState, ModuleMiddleware};
use wasmer::{
    ExportIndex, GlobalInit, GlobalType, LocalFunctionIndex, ModuleInfo, Mutability, Type,
};

use super::{EXPORT, HOST_CALL, START};

/// Price of a call through a table. It may leave the guest; the host's own functions take the rest of [`HOST_CALL`].
const TABLE_CALL: i64 = 10;
/// Price of a reference to a function, which makes an object of the host.
const FUNCTION_REFERENCE: i64 = 5;
/// Price of growing memory, which is a system call.
const GROW: i64 = 2_000;
/// Bytes of a bulk operation that cost one unit, as a power of two.
const BYTES_SHIFT: i64 = 4;
/// Entries of a bulk operation on a table that cost one unit, as a power of two: 1, a write of 16 bytes behind a check.
const ENTRIES_SHIFT: i64 = 0;

/// Changes one module as it is compiled.
#[derive(Debug, Default)]
pub(crate) struct FuelMeter {
    globals: OnceLock<Globals>,
}

#[derive(Debug, Clone, Copy)]
struct Globals {
    fuel: u32,
    /// Holds the length of a bulk operation while it is priced: a middleware cannot add locals.
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
        let globals = &mut module.globals;
        let fuel = globals.push(GlobalType::new(Type::I64, Mutability::Var));
        let scratch = globals.push(GlobalType::new(Type::I32, Mutability::Var));
        module.global_initializers.push(GlobalInit::I64Const(START));
        module.global_initializers.push(GlobalInit::I32Const(0));
        let export = ExportIndex::Global(fuel);
        module.exports.insert(EXPORT.to_owned(), export);
        let globals = Globals {
            fuel: fuel.as_u32(),
            scratch: scratch.as_u32(),
            imported_functions: u32::try_from(module.num_imported_functions).unwrap_or(u32::MAX),
        };
        let set = self.globals.set(globals);
        set.map_err(|_| refused("a meter is for one module"))
    }
}

fn refused(message: impl Into<String>) -> MiddlewareError {
    MiddlewareError::new("fuel", message)
}

/// Changes one function.
#[derive(Debug)]
struct FunctionMeter {
    globals: Option<Globals>,
    /// Price of the instructions since the last subtraction.
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
            // Control flow may leave or join here, so the price so far must be paid first.
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
            // Every endless execution passes these without end, so a check here suffices.
            Operator::Loop { .. } => {
                self.pay(globals, state);
                state.push_operator(operator);
                check(globals, state);
            }
            // Checked before they run: a call may never return here, and growing memory is a system call.
            Operator::Call { .. } | Operator::CallIndirect { .. } | Operator::MemoryGrow { .. } => {
                self.pay(globals, state);
                check(globals, state);
                state.push_operator(operator);
            }
            // One of these may move gigabytes, so its length is paid before it runs.
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
                get(fuel),
                Operator::I64Const { value: price },
                Operator::I64Sub,
                set(fuel),
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

fn get(global_index: u32) -> Operator<'static> {
    Operator::GlobalGet { global_index }
}

fn set(global_index: u32) -> Operator<'static> {
    Operator::GlobalSet { global_index }
}

/// Pays for a bulk operation by its length, which is on top of the stack.
fn pay_by_length(globals: Globals, shift: i64, state: &mut MiddlewareReaderState<'_>) {
    let Globals { fuel, scratch, .. } = globals;
    state.extend([
        set(scratch),
        get(fuel),
        get(scratch),
        Operator::I64ExtendI32U,
        Operator::I64Const { value: shift },
        Operator::I64ShrU,
        Operator::I64Sub,
        set(fuel),
        get(scratch),
    ]);
}

fn check(globals: Globals, state: &mut MiddlewareReaderState<'_>) {
    state.extend([
        get(globals.fuel),
        Operator::I64Const { value: 0 },
        Operator::I64LtS,
        Operator::If {
            blockty: BlockType::Empty,
        },
        Operator::Unreachable,
        Operator::End,
    ]);
}
