//! Own versions of WASI functions for which wasmer-wasix allows too much or would block.

use rand::Rng as _;
use wasmer::{AsStoreMut, ExternType, Function, FunctionEnv, Imports, Module, RuntimeError, Value};

use super::caller::{Caller, Env, errno};
use super::host_state::{HostState, STDOUT, Stop};
use super::poll;
use crate::module::{HYROUTER, LOG, WASI};
use crate::output::OutputLevel;

/// Maximum number of random bytes of one call, so that no call of the host takes long.
const MAX_RANDOM: u32 = 64 << 10;
/// Maximum number of bytes per call of `fd_write` or `log`. `fd_write` returns the number of accepted bytes.
const MAX_WRITE: u32 = 64 << 10;
/// Maximum number of parts of one `fd_write`.
const MAX_PARTS: u32 = 1024;
/// Fuel for four random bytes. They are cryptography, so they cost more than printed ones.
const RANDOM_PRICE: i64 = 16;
/// Fuel for four printed bytes.
const PRINT_PRICE: i64 = 1;

const STDIN: i32 = 0;
const STDERR: i32 = 2;

/// Functions of wasmer-wasix that guests get. Their run time does not depend on the guest, and they reach nothing
/// outside.
const FROM_WASIX: &[&str] = &[
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "environ_get",
    "environ_sizes_get",
    "fd_fdstat_get",
];

/// Replaces functions of wasmer-wasix by the host's own. Every function for files, folders and sockets fails: a guest
/// has none, and wasmer-wasix would copy paths of any length.
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
    // After the loop, which replaced these by refusals too.
    macro_rules! define_own {
        ($($module:ident $name:expr => $function:ident),+ $(,)?) => {
            $(
                let function = Function::new_typed_with_env(store, env, $function);
                imports.define($module, $name, function);
            )+
        };
    }
    define_own!(
        HYROUTER LOG => log,
        WASI "clock_time_get" => clock_time_get,
        WASI "fd_read" => fd_read,
        WASI "fd_write" => fd_write,
        WASI "poll_oneoff" => poll_oneoff,
        WASI "proc_exit" => proc_exit,
        WASI "proc_raise" => proc_raise,
        WASI "random_get" => random_get,
        WASI "sched_yield" => sched_yield,
    );
}

/// Returns the error number for a missing file. `module::check` has verified that every function returns an i32.
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
    Ok(caller.write(&env, time_at, &now))
}

/// Reads from standard input, which is empty. A guest has nothing else to read.
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
    Ok(caller.write(&env, read_at, &0_u32.to_le_bytes()))
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
    let Some(bytes) = caller.gather(&env, parts_at, parts, MAX_WRITE) else {
        return Ok(errno::FAULT);
    };
    // Never longer than MAX_WRITE.
    let len = u32::try_from(bytes.len()).unwrap_or(MAX_WRITE);
    caller.charge(&mut env, len, PRINT_PRICE);
    env.data_mut().write(fd, &bytes);
    Ok(caller.write(&env, written_at, &len.to_le_bytes()))
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

/// Exits with the code that a shell reports for a process which a signal ended.
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
    Ok(caller.write(&env, at, &bytes))
}

/// Does nothing: a guest has its own thread.
fn sched_yield(mut env: Env<'_>) -> Result<i32, RuntimeError> {
    Caller::of(&mut env)?;
    Ok(errno::SUCCESS)
}
