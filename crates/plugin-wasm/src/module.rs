//! Whether a module is a plugin: what it imports and exports.

use wasmer::{ExternType, FunctionType, Module, Type};

use crate::error::LoadReason;

pub(crate) const WASI: &str = "wasi_snapshot_preview1";
pub(crate) const HYROUTER: &str = "hyrouter";
pub(crate) const LOG: &str = "log";

/// The functions of WASI preview 1. wasmer-wasix has more than these under the same name.
const WASI_FUNCTIONS: &[&str] = &[
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_advise",
    "fd_allocate",
    "fd_close",
    "fd_datasync",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_fdstat_set_rights",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_pread",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_pwrite",
    "fd_read",
    "fd_readdir",
    "fd_renumber",
    "fd_seek",
    "fd_sync",
    "fd_tell",
    "fd_write",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_exit",
    "proc_raise",
    "random_get",
    "sched_yield",
    "sock_accept",
    "sock_recv",
    "sock_send",
    "sock_shutdown",
];

/// Most tables of a module. Compilers make one.
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

/// Checks imports and exports; what is optional may be absent, but not of another type. Gives whether the module imports
/// anything of WASI.
pub(crate) fn check(module: &Module) -> Result<bool, LoadReason> {
    let uses_wasi = check_imports(module)?;
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

fn check_imports(module: &Module) -> Result<bool, LoadReason> {
    let mut wasi = false;
    for import in module.imports() {
        let is_function = matches!(import.ty(), ExternType::Function(_));
        let is_wasi = import.module() == WASI && WASI_FUNCTIONS.contains(&import.name());
        if let ExternType::Function(ty) = import.ty()
            && is_wasi
            && import.name() != "proc_exit"
            && ty.results() != [Type::I32]
        {
            return Err(LoadReason::WrongImport {
                name: import.name().to_owned(),
                found: describe_function(ty),
            });
        }
        let is_log = import.module() == HYROUTER && import.name() == LOG;
        if !is_function || !(is_wasi || is_log) {
            return Err(LoadReason::Import {
                module: import.module().to_owned(),
                name: import.name().to_owned(),
            });
        }
        wasi |= is_wasi;
    }
    Ok(wasi)
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

/// Each table is bounded as it is made, so their number has to be.
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

/// Whether it is there; if it is, it has to be of the right type.
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
