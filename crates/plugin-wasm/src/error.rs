use std::path::PathBuf;
use std::time::Duration;

use hyrouter_files::FileProblem;

/// A module that cannot be loaded: the plugin, the file, and the reason.
#[derive(Debug, thiserror::Error)]
#[error("plugin {plugin:?}, {}: {reason}", .path.display())]
pub struct LoadError {
    /// Name of the plugin.
    pub plugin: String,
    /// Its file.
    pub path: PathBuf,
    /// Reason. The text of this error contains it, so it is not its source.
    pub reason: LoadReason,
}

/// Reason why a module cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadReason {
    /// The file cannot be read, is not a regular file, or is too long.
    #[error("{0}")]
    Read(#[from] FileProblem),
    /// The file is empty.
    #[error("the file is empty")]
    Empty,
    /// The file does not begin as a WebAssembly module does.
    #[error("the file is not a WebAssembly module; one begins with the bytes 00 61 73 6d")]
    NotWasm,
    /// The file is a component and not a module.
    #[error("the file is a WebAssembly component; build a module, for the target wasm32-wasip1")]
    Component,
    /// The module is damaged, or uses a feature that is not allowed: threads, several memories, exceptions.
    #[error("does not compile: {message}")]
    Compile {
        /// Message of the compiler.
        message: String,
    },
    /// Compiling the module took too long.
    #[error(
        "compiling it takes longer than {after:?}; use a simpler module or raise `wasm.compile_timeout`. It is not compiled again until one of them changes"
    )]
    CompileTime {
        /// The bound.
        after: Duration,
    },
    /// Compiling the module took too much memory.
    #[error(
        "compiling it takes more than {max} bytes of memory; use a simpler module or raise `wasm.compile_memory`. It is not compiled again until one of them changes"
    )]
    CompileMemory {
        /// The bound in bytes.
        max: u64,
    },
    /// The compiler's process could not be started, or failed.
    #[error("the compiler failed: {message}")]
    Compiler {
        /// Description of the failure.
        message: String,
    },
    /// The module imports what no plugin gets.
    #[error(
        "imports {module:?} {name:?}; allowed: `hyrouter.log` and the functions of `wasi_snapshot_preview1`"
    )]
    Import {
        /// Module of the import.
        module: String,
        /// Name of the import.
        name: String,
    },
    /// The module imports a function of WASI with another type than it has.
    #[error("imports `wasi_snapshot_preview1` {name:?} as {found}; it returns an i32")]
    WrongImport {
        /// Name of the function.
        name: String,
        /// Type that the module wants.
        found: String,
    },
    /// The module has more tables than a guest may take.
    #[error("has {count} tables; at most {max} are allowed")]
    TooManyTables {
        /// Number of tables.
        count: usize,
        /// Maximum number of tables.
        max: usize,
    },
    /// The module lacks an export.
    #[error("does not export {wanted}")]
    MissingExport {
        /// Name and type that is needed.
        wanted: &'static str,
    },
    /// The module is a program that ends when its `main` returns.
    #[error(
        "this is a command: it exports `_start` and no `_initialize`; build a reactor: Go with -buildmode=c-shared, Rust with crate-type = [\"cdylib\"], C and Zig with -mexec-model=reactor"
    )]
    Command,
    /// The module exports something else under the name of an export.
    #[error("exports {found} where {wanted} is needed")]
    WrongExport {
        /// Name and type of the export.
        found: String,
        /// Name and type that is needed.
        wanted: &'static str,
    },
    /// No instance can be made: it needs more memory than allowed, or its start function fails.
    #[error("cannot be instantiated: {message}")]
    Instantiate {
        /// Message of the runtime.
        message: String,
    },
    /// The module's `_initialize` fails.
    #[error("`_initialize` failed: {message}")]
    Initialize {
        /// Message of the runtime.
        message: String,
    },
    /// The guest could not take its configuration.
    #[error("`configure` failed: {message}")]
    Configure {
        /// Description of the failure.
        message: String,
    },
    /// The guest refuses its configuration. Its output may contain the reason.
    #[error("the plugin refuses its `config` with code {code}; its output may contain the reason")]
    Refused {
        /// Return value of `configure`.
        code: i32,
    },
    /// The guest could not answer the request of [`WasmSettings::trial`](crate::WasmSettings::trial).
    #[error("it cannot answer a trial call about an example player: {error}")]
    Trial {
        /// Error of the call. The text of this error contains it, so it is not its source.
        error: hyrouter_plugin_api::PluginError,
    },
    /// A thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(#[source] std::io::Error),
    /// The instances did not start in time.
    #[error("no instance within {after:?}")]
    Slow {
        /// Time that was waited.
        after: Duration,
    },
    /// The runtime panicked while it made an instance.
    #[error("the WebAssembly runtime panicked")]
    Panic,
}
