//! Imports of a module.

use wasmer::{ExternType, Module, Type};

use super::describe_function;
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

/// Checks that a module imports nothing but WASI preview 1 and `hyrouter.log`. Returns whether it imports WASI.
pub(super) fn check(module: &Module) -> Result<bool, LoadReason> {
    let mut uses_wasi = false;
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
        uses_wasi |= is_wasi;
    }
    Ok(uses_wasi)
}
