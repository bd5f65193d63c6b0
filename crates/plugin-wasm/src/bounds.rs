//! What a function may have so that the compiler is done with it soon.
//!
//! Looked at before anything is compiled: a function that is refused while the compiler is at it leaves the compiler's
//! thread with half a function, and the next one on that thread panics.

use wasmer::sys::wasmparser::{FunctionBody, Operator, Parser, Payload};

use crate::error::LoadReason;

/// Most blocks inside one another: what compiling takes grows with the square of it, and real guests have some tens.
const MAX_DEPTH: u32 = 1_000;
/// Most instructions of one function. The largest of a Go guest has some ten thousand; a million take the compiler
/// a gigabyte.
const MAX_INSTRUCTIONS: u32 = 300_000;

/// # Errors
/// A function would keep the compiler busy for minutes. What is no module at all passes: the compiler says why.
pub(crate) fn check(wasm: &[u8]) -> Result<(), LoadReason> {
    let bodies = Parser::new(0)
        .parse_all(wasm)
        .map_while(Result::ok)
        .filter_map(|payload| match payload {
            Payload::CodeSectionEntry(body) => Some(body),
            _ => None,
        });
    for body in bodies {
        check_function(&body)?;
    }
    Ok(())
}

fn check_function(body: &FunctionBody<'_>) -> Result<(), LoadReason> {
    let Ok(operators) = body.get_operators_reader() else {
        return Ok(());
    };
    let (mut depth, mut instructions) = (0_u32, 0_u32);
    for operator in operators.into_iter().map_while(Result::ok) {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => depth += 1,
            // The last one ends the function itself.
            Operator::End => depth = depth.saturating_sub(1),
            _ => {}
        }
        instructions += 1;
        if depth > MAX_DEPTH {
            return Err(refused(format!(
                "a function has more than {MAX_DEPTH} blocks inside one another"
            )));
        }
        if instructions > MAX_INSTRUCTIONS {
            return Err(refused(format!(
                "a function has more than {MAX_INSTRUCTIONS} instructions"
            )));
        }
    }
    Ok(())
}

fn refused(message: String) -> LoadReason {
    LoadReason::Compile { message }
}
