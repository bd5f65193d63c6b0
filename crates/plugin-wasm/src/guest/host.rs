//! What a guest's imported functions do where wasmer-wasix does more than a guest may have, or would wait.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rand::Rng as _;
use wasmer::{
    AsStoreMut, ExternType, Function, FunctionEnv, FunctionEnvMut, Imports, Memory, MemoryView,
    Module, RuntimeError, Value,
};

use super::poll;
use crate::fuel::{self, Fuel};
use crate::module::{HYROUTER, LOG, WASI};
use crate::output::{LineBuffer, Output, OutputLevel};

/// Error numbers of WASI preview 1.
pub(super) mod errno {
    pub(crate) const SUCCESS: i32 = 0;
    pub(crate) const BADF: i32 = 8;
    pub(crate) const FAULT: i32 = 21;
    pub(crate) const INVAL: i32 = 28;
}

/// Most random bytes of one call, so that no call of the host takes long.
const MAX_RANDOM: u32 = 64 << 10;
/// Most bytes taken by one call of `fd_write` or `log`; of the former the guest hears that the rest was not written.
const MAX_WRITE: u32 = 64 << 10;
/// Most bytes that a guest writes in one call of it; the rest is thrown away.
const MAX_OUTPUT: u64 = 1 << 20;
/// Most parts of one write.
const MAX_PARTS: u32 = 1024;
/// What random bytes and bytes that are printed cost in fuel, in quarters: the former are cryptography.
const RANDOM_PRICE: i64 = 16;
const PRINT_PRICE: i64 = 1;

const STDIN: i32 = 0;
const STDOUT: i32 = 1;
const STDERR: i32 = 2;

/// Why the host ends a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stop {
    #[error("exited with code {0}")]
    Exit(i32),
    #[error("out of time")]
    Late,
    #[error("called the host before it had its memory")]
    Early,
}

impl From<Stop> for RuntimeError {
    fn from(stop: Stop) -> Self {
        Self::user(Box::new(stop))
    }
}

/// What the host's functions need to know of the guest that calls them.
#[derive(Debug)]
pub(crate) struct HostState {
    /// When the running call has to be over.
    pub(crate) deadline: Instant,
    /// Memory and fuel, once there is an instance.
    attached: Option<(Memory, Fuel)>,
    output: Arc<Output>,
    stdout: LineBuffer,
    stderr: LineBuffer,
    /// Bytes written in the running call.
    written: u64,
    started: Instant,
}

impl HostState {
    pub(crate) fn new(output: Arc<Output>, deadline: Instant) -> Self {
        Self {
            deadline,
            attached: None,
            output,
            stdout: LineBuffer::new(OutputLevel::Info),
            stderr: LineBuffer::new(OutputLevel::Warn),
            written: 0,
            started: Instant::now(),
        }
    }

    pub(crate) fn attach(&mut self, memory: Memory, fuel: Fuel) {
        self.attached = Some((memory, fuel));
    }

    pub(crate) fn begin(&mut self, deadline: Instant) {
        self.deadline = deadline;
        self.written = 0;
    }

    /// Writes what has no end of line yet.
    pub(crate) fn flush(&mut self) {
        self.stdout.flush(&self.output);
        self.stderr.flush(&self.output);
    }

    /// How much of that many bytes may still be written.
    fn admit(&mut self, len: usize) -> usize {
        let left = MAX_OUTPUT.saturating_sub(self.written);
        self.written = self.written.saturating_add(len as u64);
        usize::try_from(left).map_or(len, |left| len.min(left))
    }

    fn write(&mut self, fd: i32, bytes: &[u8]) {
        let bytes = bytes.get(..self.admit(bytes.len())).unwrap_or(bytes);
        match fd {
            STDOUT => self.stdout.write(bytes, &self.output),
            _ => self.stderr.write(bytes, &self.output),
        }
    }
}

type Env<'a> = FunctionEnvMut<'a, HostState>;

/// Memory and time of a guest that just called the host.
pub(super) struct Caller {
    memory: Memory,
    fuel: Fuel,
    pub(super) deadline: Instant,
    started: Instant,
}

impl Caller {
    /// Ends the guest when its time is up, and takes the price of a call whatever way it came: through a table the
    /// meter in the guest's code can not tell that a call leads here.
    fn of(env: &mut Env<'_>) -> Result<Self, Stop> {
        let state = env.data();
        if Instant::now() >= state.deadline {
            return Err(Stop::Late);
        }
        let (memory, fuel) = state.attached.clone().ok_or(Stop::Early)?;
        let caller = Self {
            memory,
            fuel,
            deadline: state.deadline,
            started: state.started,
        };
        caller.fuel.charge(env, fuel::HOST_CALL);
        Ok(caller)
    }

    pub(super) fn view<'a>(&self, env: &'a Env<'_>) -> MemoryView<'a> {
        self.memory.view(env)
    }

    fn charge(&self, env: &mut Env<'_>, bytes: u32, price: i64) {
        self.fuel.charge(env, i64::from(bytes) * price / 4);
    }

    /// Nanoseconds on a clock of WASI: 0 counts from 1970, all others from when the instance was made.
    pub(super) fn now(&self, clock: u32) -> u64 {
        let time = match clock {
            0 => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default(),
            _ => self.started.elapsed(),
        };
        u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
    }
}

/// What wasmer-wasix answers: each in a time that does not depend on the guest, and nothing that leads anywhere.
const FROM_WASIX: &[&str] = &[
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "environ_get",
    "environ_sizes_get",
    "fd_fdstat_get",
];

/// Puts the host's own functions over those of wasmer-wasix. All that has to do with files, folders and sockets fails:
/// a guest has none, and wasmer-wasix would copy paths of any length for it.
pub(super) fn define(
    store: &mut impl AsStoreMut,
    env: &FunctionEnv<HostState>,
    module: &Module,
    imports: &mut Imports,
) {
    for import in module.imports() {
        let ExternType::Function(ty) = import.ty() else {
            continue;
        };
        if import.module() == WASI && !FROM_WASIX.contains(&import.name()) {
            let refuse = Function::new_with_env(store, env, ty.clone(), refuse);
            imports.define(WASI, import.name(), refuse);
        }
    }
    let mut own =
        |module: &str, name: &str, function: Function| imports.define(module, name, function);
    own(HYROUTER, LOG, Function::new_typed_with_env(store, env, log));
    own(
        WASI,
        "clock_time_get",
        Function::new_typed_with_env(store, env, clock_time_get),
    );
    own(
        WASI,
        "fd_read",
        Function::new_typed_with_env(store, env, fd_read),
    );
    own(
        WASI,
        "fd_write",
        Function::new_typed_with_env(store, env, fd_write),
    );
    own(
        WASI,
        "poll_oneoff",
        Function::new_typed_with_env(store, env, poll_oneoff),
    );
    own(
        WASI,
        "proc_exit",
        Function::new_typed_with_env(store, env, proc_exit),
    );
    own(
        WASI,
        "proc_raise",
        Function::new_typed_with_env(store, env, proc_raise),
    );
    own(
        WASI,
        "random_get",
        Function::new_typed_with_env(store, env, random_get),
    );
    own(
        WASI,
        "sched_yield",
        Function::new_typed_with_env(store, env, sched_yield),
    );
}

/// There is no such file. Of another type than WASI has it, the import can not be answered at all.
fn refuse(mut env: Env<'_>, _: &[Value]) -> Result<Vec<Value>, RuntimeError> {
    Caller::of(&mut env)?;
    Ok(vec![Value::I32(errno::BADF)])
}

fn log(mut env: Env<'_>, level: u32, at: u32, len: u32) -> Result<(), RuntimeError> {
    let caller = Caller::of(&mut env)?;
    let len = len.min(MAX_WRITE);
    caller.charge(&mut env, len, PRINT_PRICE);
    let mut bytes = vec![0; len as usize];
    if caller.view(&env).read(u64::from(at), &mut bytes).is_ok() {
        let state = env.data_mut();
        let admitted = state.admit(bytes.len());
        let bytes = bytes.get(..admitted).unwrap_or(&bytes);
        state.output.text(OutputLevel::from_number(level), bytes);
    }
    Ok(())
}

fn clock_time_get(
    mut env: Env<'_>,
    clock: u32,
    _precision: u64,
    time_at: u32,
) -> Result<i32, RuntimeError> {
    let caller = Caller::of(&mut env)?;
    let now = caller.now(clock).to_le_bytes();
    let written = caller.view(&env).write(u64::from(time_at), &now);
    Ok(written.map_or(errno::FAULT, |()| errno::SUCCESS))
}

/// Standard input is empty, and there is nothing else to read.
fn fd_read(
    mut env: Env<'_>,
    fd: i32,
    _parts_at: u32,
    _parts: u32,
    read_at: u32,
) -> Result<i32, RuntimeError> {
    let caller = Caller::of(&mut env)?;
    if fd != STDIN {
        return Ok(errno::BADF);
    }
    let told = caller
        .view(&env)
        .write(u64::from(read_at), &0_u32.to_le_bytes());
    Ok(told.map_or(errno::FAULT, |()| errno::SUCCESS))
}

fn fd_write(
    mut env: Env<'_>,
    fd: i32,
    parts_at: u32,
    parts: u32,
    written_at: u32,
) -> Result<i32, RuntimeError> {
    let caller = Caller::of(&mut env)?;
    if !matches!(fd, STDOUT | STDERR) {
        return Ok(errno::BADF);
    }
    if parts > MAX_PARTS {
        return Ok(errno::INVAL);
    }
    let Some(bytes) = gather(&caller.view(&env), parts_at, parts) else {
        return Ok(errno::FAULT);
    };
    // Never longer than MAX_WRITE.
    let len = u32::try_from(bytes.len()).unwrap_or(MAX_WRITE);
    caller.charge(&mut env, len, PRINT_PRICE);
    env.data_mut().write(fd, &bytes);
    let told = caller
        .view(&env)
        .write(u64::from(written_at), &len.to_le_bytes());
    Ok(told.map_or(errno::FAULT, |()| errno::SUCCESS))
}

/// The first bytes of a list of address and length; `None` when some of it is outside of the memory.
fn gather(memory: &MemoryView<'_>, parts_at: u32, parts: u32) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for part in 0..u64::from(parts) {
        let mut pair = [0; 8];
        memory
            .read(u64::from(parts_at) + part * 8, &mut pair)
            .ok()?;
        let pair = u64::from_le_bytes(pair);
        let (at, len) = (pair & 0xffff_ffff, pair >> 32);
        let room = (MAX_WRITE as usize).saturating_sub(bytes.len());
        let len = usize::try_from(len).map_or(room, |len| len.min(room));
        let start = bytes.len();
        bytes.resize(start + len, 0);
        memory.read(at, bytes.get_mut(start..)?).ok()?;
    }
    Some(bytes)
}

fn poll_oneoff(
    mut env: Env<'_>,
    subscriptions_at: u32,
    events_at: u32,
    count: u32,
    happened_at: u32,
) -> Result<i32, RuntimeError> {
    let caller = Caller::of(&mut env)?;
    let lists = poll::Lists {
        subscriptions_at,
        events_at,
        count,
        happened_at,
    };
    Ok(poll::poll(&caller, &env, &lists)?)
}

fn proc_exit(_: Env<'_>, code: i32) -> Result<(), RuntimeError> {
    Err(Stop::Exit(code).into())
}

/// A signal that nobody handles ends a process like this.
fn proc_raise(_: Env<'_>, signal: i32) -> Result<i32, RuntimeError> {
    Err(Stop::Exit(signal.saturating_add(128)).into())
}

fn random_get(mut env: Env<'_>, at: u32, len: u32) -> Result<i32, RuntimeError> {
    let caller = Caller::of(&mut env)?;
    if len > MAX_RANDOM {
        return Ok(errno::INVAL);
    }
    caller.charge(&mut env, len, RANDOM_PRICE);
    let mut bytes = vec![0; len as usize];
    rand::rng().fill_bytes(&mut bytes);
    let written = caller.view(&env).write(u64::from(at), &bytes);
    Ok(written.map_or(errno::FAULT, |()| errno::SUCCESS))
}

/// There is nobody to yield to: a guest has its thread for itself.
fn sched_yield(mut env: Env<'_>) -> Result<i32, RuntimeError> {
    Caller::of(&mut env)?;
    Ok(errno::SUCCESS)
}

/// Waits, but never beyond the deadline.
pub(super) fn wait(caller: &Caller, time: Duration) -> Result<(), Stop> {
    let until = Instant::now().checked_add(time);
    let (until, is_late) = match until {
        Some(until) if until < caller.deadline => (until, false),
        _ => (caller.deadline, true),
    };
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        std::thread::park_timeout(left);
    }
    if is_late { Err(Stop::Late) } else { Ok(()) }
}
