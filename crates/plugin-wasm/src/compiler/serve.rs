//! `main` of the compiler's process.

use std::io::{self, Read, Write as _};
use std::process::{self, ExitCode};
use std::thread;

use super::{CompileFailure, compile_here, process_limits};
use crate::cache::ModuleKey;
use crate::engine;
use crate::settings::MAX_MODULE_LEN;

/// Exit code with the reason on standard output: the module cannot be compiled (`EX_DATAERR` of BSD's sysexits.h).
pub(super) const REFUSED: u8 = 65;
/// Exit code of a process that was not started by a [`Compiler`](super::Compiler) (`EX_USAGE`).
const USAGE: u8 = 64;

const MAGIC: u64 = u64::from_le_bytes(*b"hyrcomp1");

/// Header in front of the module on standard input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Maximum memory in bytes.
    pub(super) memory: u64,
    /// Maximum CPU time in seconds.
    pub(super) cpu_seconds: u64,
    /// Length of the module in bytes.
    pub(super) len: u64,
}

impl Head {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let words = [MAGIC, self.memory, self.cpu_seconds, self.len];
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    fn read(input: &mut impl Read) -> io::Result<Self> {
        let mut words = [0; 4];
        for word in &mut words {
            let mut bytes = [0; 8];
            input.read_exact(&mut bytes)?;
            *word = u64::from_le_bytes(bytes);
        }
        let [magic, memory, cpu_seconds, len] = words;
        if magic != MAGIC || len > MAX_MODULE_LEN as u64 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Self {
            memory,
            cpu_seconds,
            len,
        })
    }
}

/// The whole of `main` in a process that a [`Compiler`](super::Compiler) starts.
///
/// Bounds its own memory and CPU time, reads a module from standard input, and writes the compiled module to standard
/// output. It ends when standard input does, so it never outlives the process that started it. Call it before anything
/// else: it needs no runtime and no log.
pub fn compiler_main() -> ExitCode {
    let wasm = match begin() {
        Ok(wasm) => wasm,
        Err(error) => {
            let _ = writeln!(
                io::stderr(),
                "this command compiles a WebAssembly module for the program that starts it: {error}"
            );
            return ExitCode::from(USAGE);
        }
    };
    // Standard input ends with the parent: it stays open until the parent has the result.
    thread::spawn(end_with_input);
    let engine = engine::for_one_module();
    let key = ModuleKey::of(&wasm, &engine);
    let (code, output) = match compile_here(&wasm, &engine, &key) {
        Ok((_, saved)) => (ExitCode::SUCCESS, saved),
        Err(CompileFailure::Module(message)) => (ExitCode::from(REFUSED), message.into_bytes()),
        // This process has no other failures.
        Err(failure) => (ExitCode::FAILURE, format!("{failure:?}").into_bytes()),
    };
    match io::stdout().write_all(&output) {
        Ok(()) => code,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Waits for the end of standard input, and ends the process.
#[allow(
    clippy::disallowed_methods,
    reason = "the main thread cannot return while it compiles, and this process has no log"
)]
fn end_with_input() {
    let _ = io::stdin().read(&mut [0]);
    process::exit(1);
}

/// Sets the limits of this process, then reads the module.
fn begin() -> io::Result<Vec<u8>> {
    let mut input = io::stdin().lock();
    let head = Head::read(&mut input)?;
    process_limits::set(head.memory, head.cpu_seconds)?;
    let mut wasm = Vec::new();
    input.by_ref().take(head.len).read_to_end(&mut wasm)?;
    if wasm.len() as u64 != head.len {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(wasm)
}
