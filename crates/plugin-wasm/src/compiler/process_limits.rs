//! Bounds that a process sets on itself.

use std::io;

/// Bounds the memory and the CPU time of this process, all its threads together. It cannot write files afterwards, and
/// it leaves no core dump.
#[cfg(unix)]
pub(super) fn set(memory: u64, cpu_seconds: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    // A machine that is out of memory ends this process first. It is no failure where that cannot be said.
    #[cfg(target_os = "linux")]
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    // The kernel of Linux counts private memory, which is what the machine has to find. Others count addresses.
    let of_memory = if cfg!(target_os = "linux") {
        Resource::Data
    } else {
        Resource::As
    };
    for (resource, soft, hard) in [
        (of_memory, memory, memory),
        // The hard limit 1 s later: the signal of the soft one identifies the bound.
        (Resource::Cpu, cpu_seconds, cpu_seconds.saturating_add(1)),
        (Resource::Core, 0, 0),
        (Resource::Fsize, 0, 0),
        (Resource::Nofile, 64, 64),
    ] {
        // A lower bound that is there already cannot be raised.
        let most = getrlimit(resource).maximum.unwrap_or(u64::MAX);
        let limit = Rlimit {
            current: Some(soft.min(most)),
            maximum: Some(hard.min(most)),
        };
        setrlimit(resource, limit)?;
    }
    Ok(())
}

/// Nothing can be bounded here; the deadline holds all the same.
#[cfg(not(unix))]
pub(super) fn set(_: u64, _: u64) -> io::Result<()> {
    Ok(())
}
