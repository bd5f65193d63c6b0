//! Bounds on a module's code, checked before anything of it is compiled.
//!
//! Compiling takes much more than linear time in some sizes that a small file can make large. The compiler's process is
//! bounded as well ([`CompileLimits`](crate::CompileLimits)); these bounds refuse at once what no toolchain makes.
//!
//! The check must come first: if the compiler refuses a function in the middle, its thread keeps half a function, and
//! the next function on that thread panics.

use wasmer::sys::wasmparser::{
    BlockType, CompositeInnerType, FunctionBody, Operator, Parser, Payload, TypeSectionReader,
};

/// Maximum depth of nested blocks in a function. Compile time grows with its square. A Go guest has 550.
const MAX_DEPTH: usize = 1_000;
/// Maximum number of instructions in a function; each target of a table of branches is one more. A Go guest has 14,000;
/// a million take the compiler a gigabyte.
const MAX_INSTRUCTIONS: u64 = 300_000;
/// Maximum number of locals in a function beside its parameters. A Rust guest has 80, and 1,000 without optimization.
const MAX_LOCALS: u32 = 5_000;
/// Maximum number of parameters, and of results, of a type. A Rust guest has 20.
const MAX_ARITY: usize = 100;
/// Maximum sum, over the loops of a function, of the locals that are written in the loop. The compiler makes a value
/// for each and keeps it through the loop. A Rust guest has 260, and 1,100 without optimization; 10,000 take up to 3
/// seconds and 100,000 half a minute.
const MAX_LOCALS_IN_LOOPS: u64 = 10_000;
/// Maximum number of functions in a module. A Go guest of 3 MB has 2,200, a Rust guest of 7 MB 8,800.
const MAX_FUNCTIONS: u64 = 100_000;
/// Maximum number of instructions in a module. A Go guest of 3 MB has a million.
const MAX_MODULE_INSTRUCTIONS: u64 = 10_000_000;
/// Maximum sum of the locals in loops over all functions. A Rust guest of 7 MB has 33,000.
const MAX_MODULE_LOCALS_IN_LOOPS: u64 = 500_000;

/// Checks a module against the bounds. Bytes that are no module pass, because the compiler's own message is better.
///
/// # Errors
/// Names the bound that is exceeded.
pub(crate) fn check(wasm: &[u8]) -> Result<(), String> {
    let mut parameters = Vec::new();
    let mut functions = 0;
    let mut all = Size::default();
    for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
        match payload {
            Payload::TypeSection(types) => parameters = check_types(types)?,
            Payload::CodeSectionEntry(body) => {
                functions += 1;
                let size = check_function(&body, &parameters)?;
                all.instructions += size.instructions;
                all.locals_in_loops += size.locals_in_loops;
            }
            _ => {}
        }
        within(functions, MAX_FUNCTIONS, "functions")?;
        within(
            all.instructions,
            MAX_MODULE_INSTRUCTIONS,
            "instructions in total",
        )?;
        within(
            all.locals_in_loops,
            MAX_MODULE_LOCALS_IN_LOOPS,
            "locals that are written in loops, each counted for each loop",
        )?;
    }
    Ok(())
}

fn within(count: u64, max: u64, what: &str) -> Result<(), String> {
    if count > max {
        return Err(format!("the module has more than {max} {what}"));
    }
    Ok(())
}

/// Returns the number of parameters of each type.
fn check_types(types: TypeSectionReader<'_>) -> Result<Vec<usize>, String> {
    let mut parameters = Vec::new();
    for group in types.into_iter().map_while(Result::ok) {
        for ty in group.into_types() {
            let (taken, given) = match &ty.composite_type.inner {
                CompositeInnerType::Func(ty) => (ty.params().len(), ty.results().len()),
                _ => (0, 0),
            };
            if taken.max(given) > MAX_ARITY {
                return Err(format!(
                    "a type has more than {MAX_ARITY} parameters or results"
                ));
            }
            parameters.push(taken);
        }
    }
    Ok(parameters)
}

/// Counted size of a function or a module.
#[derive(Debug, Default)]
struct Size {
    instructions: u64,
    locals_in_loops: u64,
}

fn check_function(body: &FunctionBody<'_>, parameters: &[usize]) -> Result<Size, String> {
    let refused = |max: u64, what: &str| Err(format!("a function has more than {max} {what}"));
    if locals(body) > MAX_LOCALS {
        return refused(MAX_LOCALS.into(), "locals");
    }
    let mut size = Size::default();
    let Ok(operators) = body.get_operators_reader() else {
        return Ok(size);
    };
    let mut blocks = Blocks::default();
    for operator in operators.into_iter().map_while(Result::ok) {
        size.instructions += 1;
        match operator {
            Operator::Block { .. } | Operator::If { .. } => blocks.begin(None),
            Operator::Loop { blockty } => {
                blocks.begin(Some(size.instructions));
                if let BlockType::FuncType(ty) = blockty {
                    // They are written in the loop, as locals without a name.
                    let taken = parameters.get(ty as usize).copied().unwrap_or_default();
                    size.locals_in_loops += taken as u64;
                }
            }
            // The last one ends the function itself.
            Operator::End => blocks.end(),
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                size.locals_in_loops += blocks.write(local_index, size.instructions);
            }
            Operator::BrTable { targets } => size.instructions += u64::from(targets.len()),
            _ => {}
        }
        if blocks.are_loops.len() > MAX_DEPTH {
            return refused(MAX_DEPTH as u64, "nested blocks");
        }
        if size.instructions > MAX_INSTRUCTIONS {
            return refused(MAX_INSTRUCTIONS, "instructions");
        }
        if size.locals_in_loops > MAX_LOCALS_IN_LOOPS {
            return refused(
                MAX_LOCALS_IN_LOOPS,
                "locals that are written in loops, each counted for each loop",
            );
        }
    }
    Ok(size)
}

fn locals(body: &FunctionBody<'_>) -> u32 {
    let Ok(groups) = body.get_locals_reader() else {
        return 0;
    };
    let counts = groups.into_iter().map_while(Result::ok);
    counts.fold(0, |sum: u32, (count, _)| sum.saturating_add(count))
}

/// Open blocks of a function, and the positions of writes to its locals.
#[derive(Debug, Default)]
struct Blocks {
    /// Of each open block, outermost first.
    are_loops: Vec<bool>,
    /// Position where each open loop begins, in ascending order.
    loops: Vec<u64>,
    /// Position of the last write to each local.
    last_write: Vec<u64>,
}

impl Blocks {
    fn begin(&mut self, loop_at: Option<u64>) {
        self.are_loops.push(loop_at.is_some());
        self.loops.extend(loop_at);
    }

    fn end(&mut self) {
        if self.are_loops.pop() == Some(true) {
            self.loops.pop();
        }
    }

    /// Returns the number of open loops in which this local was not written before.
    fn write(&mut self, local: u32, at: u64) -> u64 {
        let local = local as usize;
        // The module was not validated yet, and names a local that is not there.
        if local >= MAX_LOCALS as usize + MAX_ARITY {
            return 0;
        }
        if local >= self.last_write.len() {
            self.last_write.resize(local + 1, 0);
        }
        let Some(last) = self.last_write.get_mut(local) else {
            return 0;
        };
        // The last write suffices, without a set per loop: exactly the loops that began after it do not count this
        // local yet.
        let counted = self.loops.partition_point(|begin| begin <= last);
        *last = at;
        (self.loops.len() - counted) as u64
    }
}
