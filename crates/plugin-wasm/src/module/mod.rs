//! Checks whether a module is a plugin, by its imports and exports.

mod imports;

use wasmer::{ExternType, FunctionType, Module, Type};

pub(crate) use self::imports::{HYROUTER, LOG, WASI};
use crate::error::LoadReason;

/// Maximum number of tables of a module. Compilers make one.
const MAX_TABLES: usize = 4;

/// An exported function of the ABI: name, parameters, results, and both as text.
struct Export {
    name: &'static str,
    parameters: &'static [Type],
    results: &'static [Type],
    text: &'static str,
}

const ALLOC: Export = Export {
    name: "alloc",
    parameters: &[Type::I32],
    results: &[Type::I32],
    text: "function `alloc(i32) -> i32`",
};
const ON_CONNECT: Export = Export {
    name: "on_connect",
    parameters: &[Type::I32, Type::I32],
    results: &[Type::I64],
    text: "function `on_connect(i32, i32) -> i64`",
};
const INITIALIZE: Export = Export {
    name: "_initialize",
    parameters: &[],
    results: &[],
    text: "function `_initialize()`",
};
const DEALLOC: Export = Export {
    name: "dealloc",
    parameters: &[Type::I32, Type::I32],
    results: &[],
    text: "function `dealloc(i32, i32)`",
};
const CONFIGURE: Export = Export {
    name: "configure",
    parameters: &[Type::I32, Type::I32],
    results: &[Type::I32],
    text: "function `configure(i32, i32) -> i32`",
};
const MEMORY: &str = "memory `memory`";

/// Checks imports and exports; an optional one may be absent, but not of another type. Returns whether the module
/// imports anything of WASI.
pub(crate) fn check(module: &Module) -> Result<bool, LoadReason> {
    let uses_wasi = imports::check(module)?;
    check_memory(module)?;
    check_tables(module)?;
    if export(module, "_start").is_some() && export(module, INITIALIZE.name).is_none() {
        return Err(LoadReason::Command);
    }
    required(module, &ALLOC)?;
    required(module, &ON_CONNECT)?;
    for export in [&INITIALIZE, &DEALLOC, &CONFIGURE] {
        optional(module, export)?;
    }
    Ok(uses_wasi)
}

fn check_memory(module: &Module) -> Result<(), LoadReason> {
    match export(module, "memory") {
        Some(ExternType::Memory(_)) => Ok(()),
        Some(other) => Err(LoadReason::WrongExport {
            found: format!("`memory` as {}", describe(&other)),
            wanted: MEMORY,
        }),
        None => Err(LoadReason::MissingExport { wanted: MEMORY }),
    }
}

/// Checks the number of tables. `tunables` bounds only the size of each.
fn check_tables(module: &Module) -> Result<(), LoadReason> {
    let count = module.info().tables.len();
    if count > MAX_TABLES {
        return Err(LoadReason::TooManyTables {
            count,
            max: MAX_TABLES,
        });
    }
    Ok(())
}

fn required(module: &Module, wanted: &Export) -> Result<(), LoadReason> {
    let is_there = optional(module, wanted)?;
    is_there.then_some(()).ok_or(LoadReason::MissingExport {
        wanted: wanted.text,
    })
}

/// Returns whether an export is there.
///
/// # Errors
/// The export is there with another type.
fn optional(module: &Module, wanted: &Export) -> Result<bool, LoadReason> {
    let Some(found) = export(module, wanted.name) else {
        return Ok(false);
    };
    match &found {
        ExternType::Function(function)
            if function.params() == wanted.parameters && function.results() == wanted.results =>
        {
            Ok(true)
        }
        _ => Err(LoadReason::WrongExport {
            found: format!("`{}` as {}", wanted.name, describe(&found)),
            wanted: wanted.text,
        }),
    }
}

fn export(module: &Module, name: &str) -> Option<ExternType> {
    let found = module.exports().find(|export| export.name() == name);
    found.map(|export| export.ty().clone())
}

fn describe(found: &ExternType) -> String {
    match found {
        ExternType::Function(function) => describe_function(function),
        ExternType::Memory(_) => "a memory".to_owned(),
        ExternType::Table(_) => "a table".to_owned(),
        ExternType::Global(_) => "a global".to_owned(),
        ExternType::Tag(_) => "a tag".to_owned(),
    }
}

fn describe_function(function: &FunctionType) -> String {
    let list = |types: &[Type]| {
        let names: Vec<_> = types
            .iter()
            .map(|ty| ty.to_string().to_lowercase())
            .collect();
        names.join(", ")
    };
    let results = match function.results() {
        [] => String::new(),
        results => format!(" -> {}", list(results)),
    };
    format!("function ({}){results}", list(function.params()))
}
