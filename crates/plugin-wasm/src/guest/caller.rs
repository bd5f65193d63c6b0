//! A guest that called a function of the host.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use wasmer::{FunctionEnvMut, Memory, MemoryView};

use super::host_state::{HostState, Stop};
use crate::fuel::{self, Fuel};

pub(super) type Env<'a> = FunctionEnvMut<'a, HostState>;

/// Error numbers of WASI preview 1.
pub(super) mod errno {
    pub(in crate::guest) const SUCCESS: i32 = 0;
    pub(in crate::guest) const BADF: i32 = 8;
    pub(in crate::guest) const FAULT: i32 = 21;
    pub(in crate::guest) const INVAL: i32 = 28;
}

/// Memory, fuel and time of a guest that just called the host.
pub(super) struct Caller {
    memory: Memory,
    fuel: Fuel,
    pub(super) deadline: Instant,
    started: Instant,
}

impl Caller {
    /// Stops the guest if its time is up, and takes the price of a call. The meter in the guest's code cannot do so: it
    /// does not see that a call through a table leads to the host.
    pub(super) fn of(env: &mut Env<'_>) -> Result<Self, Stop> {
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

    /// Writes to the guest's memory. Returns an error number of WASI.
    pub(super) fn write(&self, env: &Env<'_>, at: u32, bytes: &[u8]) -> i32 {
        let written = self.view(env).write(u64::from(at), bytes);
        written.map_or(errno::FAULT, |()| errno::SUCCESS)
    }

    /// Returns at most `max` bytes of a list of address and length, or `None` if some of it is outside of the memory.
    pub(super) fn gather(
        &self,
        env: &Env<'_>,
        parts_at: u32,
        parts: u32,
        max: u32,
    ) -> Option<Vec<u8>> {
        let memory = self.view(env);
        let mut bytes = Vec::new();
        for part in 0..u64::from(parts) {
            let mut pair = [0; 8];
            let pair_at = u64::from(parts_at) + part * 8;
            memory.read(pair_at, &mut pair).ok()?;
            let pair = u64::from_le_bytes(pair);
            let (at, len) = (pair & 0xffff_ffff, pair >> 32);
            let room = (max as usize).saturating_sub(bytes.len());
            let len = usize::try_from(len).map_or(room, |len| len.min(room));
            let start = bytes.len();
            bytes.resize(start + len, 0);
            memory.read(at, bytes.get_mut(start..)?).ok()?;
        }
        Some(bytes)
    }

    pub(super) fn charge(&self, env: &mut Env<'_>, bytes: u32, price: i64) {
        self.fuel.charge(env, i64::from(bytes) * price / 4);
    }

    /// Returns nanoseconds on a clock of WASI. Clock 0 counts from 1970, all others from the start of the instance.
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
