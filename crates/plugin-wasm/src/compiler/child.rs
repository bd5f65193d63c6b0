//! A process that compiles one module and can be killed.

use std::io::{self, Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use super::serve::{Head, REFUSED};
use super::{CompileFailure, CompileLimits, Program};
use crate::artifact::MAX_LEN;
use crate::engine;
use crate::output;

/// Maximum length of the process's standard error that is kept, in bytes.
const MAX_PRINTED: u64 = 4096;

/// Compiles a module by this program.
pub(super) fn compile(
    program: &Program,
    wasm: &[u8],
    limits: CompileLimits,
) -> Result<Vec<u8>, CompileFailure> {
    let not_started = |error: io::Error| {
        let path = program.path.display();
        CompileFailure::NotStarted(format!("cannot start {path}: {error}"))
    };
    let process = Process::start(program).map_err(not_started)?;
    let (ended, has_ended) = mpsc::channel::<()>();
    let (result, is_late) = thread::scope(|scope| {
        let process = &process;
        let watch = move || {
            let is_late = has_ended.recv_timeout(limits.timeout) == Err(RecvTimeoutError::Timeout);
            if is_late {
                process.kill();
            }
            is_late
        };
        let watching = thread::Builder::new()
            .name("wasm-compile".to_owned())
            .spawn_scoped(scope, watch)?;
        let result = process.exchange(wasm, limits);
        drop(ended);
        io::Result::Ok((result, watching.join().unwrap_or_default()))
    })
    .map_err(not_started)?;
    if is_late {
        return Err(CompileFailure::Time(limits.timeout));
    }
    let ProcessExit {
        status,
        output,
        printed,
    } = result.map_err(|error| CompileFailure::Crashed(error.to_string()))?;
    match status.code() {
        Some(0) => Ok(output),
        Some(code) if code == i32::from(REFUSED) => {
            Err(CompileFailure::Module(output::clean(&output)))
        }
        _ => Err(crash(status, &printed, limits)),
    }
}

/// A process that is killed when this is dropped.
struct Process(Mutex<Child>);

/// Exit status and output of an ended process.
struct ProcessExit {
    status: ExitStatus,
    output: Vec<u8>,
    printed: Vec<u8>,
}

impl Process {
    /// Starts the process without the environment, with three pipes.
    fn start(program: &Program) -> io::Result<Self> {
        let mut command = Command::new(&program.path);
        command
            .args(&program.arguments)
            .env_clear()
            // rayon's default pool has a thread per core, whose stacks count towards the memory bound.
            .env("RAYON_NUM_THREADS", engine::threads().to_string())
            // mimalloc reserves 1 GiB at the start by default, which counts towards the bound although it is unused.
            .env("MIMALLOC_ARENA_RESERVE", "16MiB")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(Self(Mutex::new(command.spawn()?)))
    }

    /// Sends the module and waits for the result.
    fn exchange(&self, wasm: &[u8], limits: CompileLimits) -> io::Result<ProcessExit> {
        let mut child = self.lock();
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        drop(child);
        let (Some(mut stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let head = Head {
            memory: limits.memory,
            // More CPU time than fits before the deadline. Ends the child even if this process is stopped.
            cpu_seconds: (limits.timeout.as_secs() + 1)
                .saturating_mul(engine::threads().get() as u64),
            len: wasm.len() as u64,
        };
        // A failed write is ignored: if the process has ended, its status is a better error than the broken pipe.
        let _ = stdin
            .write_all(&head.to_bytes())
            .and_then(|()| stdin.write_all(wasm));
        let mut output = Vec::new();
        stdout.take(MAX_LEN as u64).read_to_end(&mut output)?;
        let mut printed = Vec::new();
        stderr.take(MAX_PRINTED).read_to_end(&mut printed)?;
        // The thread ends with the process.
        drop(stdin);
        let status = self.lock().wait()?;
        Ok(ProcessExit {
            status,
            output,
            printed,
        })
    }

    fn kill(&self) {
        // A failed kill is ignored: the process may have ended already.
        let _ = self.lock().kill();
    }

    fn lock(&self) -> MutexGuard<'_, Child> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let mut child = self.lock();
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Derives the exceeded bound from the end of a process.
fn crash(status: ExitStatus, printed: &[u8], limits: CompileLimits) -> CompileFailure {
    if is_out_of_time(status) {
        return CompileFailure::Time(limits.timeout);
    }
    let text = String::from_utf8_lossy(printed);
    // Texts that Rust's allocator, the threads of the compiler, and its memory maps print.
    let out_of_memory = [
        "memory allocation of",
        "Cannot allocate memory",
        "Resource temporarily unavailable",
    ];
    if out_of_memory.iter().any(|words| text.contains(words)) {
        return CompileFailure::Memory(limits.memory);
    }
    let first = printed
        .split(|byte| *byte == b'\n')
        .find(|line| !line.is_empty());
    let said = output::clean(first.unwrap_or_default());
    CompileFailure::Crashed(format!("it ended with {status}: {said}"))
}

#[cfg(unix)]
fn is_out_of_time(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    status.signal() == Some(rustix::process::Signal::XCPU.as_raw())
}

#[cfg(not(unix))]
fn is_out_of_time(_: ExitStatus) -> bool {
    false
}
