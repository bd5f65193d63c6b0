//! Bounds that a process sets on itself.

use std::io;

/// Bounds the memory and the CPU time of this process, all its threads together. It cannot write files afterwards, and
/// it leaves no core dump.
#[cfg(unix)]
pub(super) fn set(memory: u64, cpu_seconds: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    // Makes this process the first victim of the OOM killer. Best effort: some systems do not allow it.
    #[cfg(target_os = "linux")]
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    // `RLIMIT_DATA` of Linux counts private memory, the part that needs RAM. Other systems only bound the address
    // space.
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
        // An existing lower hard limit cannot be raised.
        let most = getrlimit(resource).maximum.unwrap_or(u64::MAX);
        let limit = Rlimit {
            current: Some(soft.min(most)),
            maximum: Some(hard.min(most)),
        };
        setrlimit(resource, limit)?;
    }
    Ok(())
}

/// Does nothing: this system has no such limits. The deadline still applies.
#[cfg(not(unix))]
pub(super) fn set(_: u64, _: u64) -> io::Result<()> {
    Ok(())
}
