//! Compilation of modules, and its limits.

mod child;
mod process_limits;
mod serve;
mod slots;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wasmer::{Engine, Module};

pub use self::serve::compiler_main;
use self::slots::CompileSlots;
use crate::artifact;
use crate::bounds;
use crate::cache::ModuleKey;
use crate::error::LoadReason;

/// Bounds on compiling one module in a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompileLimits {
    /// Maximum time. Default 60 s: a Go guest of 3 MB takes 1 s, and 5 s in a debug build of the host.
    pub timeout: Duration,
    /// Maximum memory of the process in bytes: heap and stacks on Linux, all of its address space on other Unix
    /// systems, unbounded elsewhere. Default 1 GiB; a Go guest of 3 MB takes 0.3 GiB.
    pub memory: u64,
}

impl Default for CompileLimits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(1),
            memory: 1 << 30,
        }
    }
}

/// Compiles modules, one at a time. Cheap to clone; keep one for the life of the process, because it remembers which
/// modules are compiled, are being compiled, or failed.
///
/// The default compiles in this process, where nothing can stop it.
#[derive(Debug, Clone, Default)]
pub struct Compiler(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Absent: this process compiles.
    program: Option<Program>,
    slots: CompileSlots,
    /// Held while a module is compiled. The compiler uses all cores for one module, and the bound on memory is one for
    /// all of them.
    turn: Mutex<()>,
}

/// A command that runs [`compiler_main`].
#[derive(Debug)]
struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
}

impl Compiler {
    /// Compiles in a process of this command, which runs [`compiler_main`]. It must have the same version as this
    /// crate; results of other versions are refused. A script must end in `exec`, so that the process can be killed.
    pub fn command<A: Into<OsString>>(
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        Self(Arc::new(Inner {
            program: Some(Program {
                path: program.into(),
                arguments: arguments.into_iter().map(Into::into).collect(),
            }),
            ..Inner::default()
        }))
    }

    /// Compiles in another process of the program that runs now, whose `main` calls [`compiler_main`] for these
    /// arguments.
    pub fn this_program<A: Into<OsString>>(arguments: impl IntoIterator<Item = A>) -> Self {
        Self::command(this_program(), arguments)
    }

    pub(crate) fn slots(&self) -> &CompileSlots {
        &self.0.slots
    }

    /// Returns the module, and the bytes that it can be read back from.
    pub(crate) fn compile(
        &self,
        wasm: &[u8],
        engine: &Engine,
        key: &ModuleKey,
        limits: CompileLimits,
    ) -> Result<(Module, Vec<u8>), CompileFailure> {
        let turn = &self.0.turn;
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(program) = &self.0.program else {
            return compile_here(wasm, engine, key);
        };
        let saved = child::compile(program, wasm, limits)?;
        let module = artifact::load(key, &saved, engine)
            .map_err(|error| CompileFailure::Crashed(format!("its result is invalid: {error}")))?;
        Ok((module, saved))
    }
}

fn compile_here(
    wasm: &[u8],
    engine: &Engine,
    key: &ModuleKey,
) -> Result<(Module, Vec<u8>), CompileFailure> {
    bounds::check(wasm).map_err(CompileFailure::Module)?;
    let module =
        Module::new(engine, wasm).map_err(|error| CompileFailure::Module(error.to_string()))?;
    let saved =
        artifact::save(key, &module).map_err(|error| CompileFailure::Module(error.to_string()))?;
    if saved.len() > artifact::MAX_LEN {
        let message = format!(
            "its machine code has {} bytes; at most {} are allowed",
            saved.len(),
            artifact::MAX_LEN
        );
        return Err(CompileFailure::Module(message));
    }
    Ok((module, saved))
}

/// Returns the file of the running program. On Linux via `/proc`, which names the running file even after an update
/// replaced it: another version makes other machine code.
#[cfg(target_os = "linux")]
fn this_program() -> PathBuf {
    PathBuf::from("/proc/self/exe")
}

#[cfg(not(target_os = "linux"))]
fn this_program() -> PathBuf {
    // An unknown path becomes empty. Starting it fails with an error when a module is compiled.
    std::env::current_exe().unwrap_or_default()
}

/// Reason why a module was not compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CompileFailure {
    /// The module is damaged, or beyond the static bounds.
    Module(String),
    /// Compiling took longer than this limit.
    Time(Duration),
    /// Compiling took more memory than this limit, in bytes.
    Memory(u64),
    /// The compiler ended without a result.
    Crashed(String),
    /// The compiler could not be started. The module is not the cause, so this failure is not kept.
    NotStarted(String),
}

impl From<CompileFailure> for LoadReason {
    fn from(failure: CompileFailure) -> Self {
        match failure {
            CompileFailure::Module(message) => Self::Compile { message },
            CompileFailure::Time(after) => Self::CompileTime { after },
            CompileFailure::Memory(max) => Self::CompileMemory { max },
            CompileFailure::Crashed(message) | CompileFailure::NotStarted(message) => {
                Self::Compiler { message }
            }
        }
    }
}
