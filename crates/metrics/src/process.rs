//! Metrics of the process.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::desc::Desc;
use crate::registry::{Exposition, Source};

/// Ticks of a second in `/proc/self/stat`: `USER_HZ`, which is 100 on every Linux that Rust runs on (proc(5)).
const TICKS: f64 = 100.0;
/// `/proc/self/stat` counts memory in pages; these are those of `/proc/self/status`, in KiB.
const KIB: f64 = 1024.0;

/// Metrics of this process, under the names that Prometheus clients use. Empty where there is no `/proc`.
#[derive(Debug)]
pub struct Process {
    started: f64,
}

impl Process {
    const STARTED: Desc = Desc::gauge(
        "process_start_time_seconds",
        "When the process started, in seconds since 1970",
        &[],
    );
    const MEMORY: Desc = Desc::gauge(
        "process_resident_memory_bytes",
        "Memory of the process that is in use",
        &[],
    );
    const CPU: Desc = Desc::counter(
        "process_cpu_seconds",
        "Time of the cores that the process has used",
        &[],
    );
    const FILES: Desc = Desc::gauge(
        "process_open_fds",
        "Files and sockets that the process has open",
        &[],
    );

    /// Returns the metrics of a process that starts now.
    pub fn started_now() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            started: now.unwrap_or_default().as_secs_f64(),
        }
    }

    /// Returns the time of the start in seconds since 1970.
    pub fn started(&self) -> f64 {
        self.started
    }

    /// Returns the resident memory of this process in bytes; `None` where there is no `/proc`.
    pub fn memory() -> Option<f64> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
        Some(kib * KIB)
    }

    fn cpu() -> Option<f64> {
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        // The name of the program stands in brackets and may have anything in it.
        let (_, rest) = stat.rsplit_once(')')?;
        let mut fields = rest.split_whitespace().skip(11);
        let user: f64 = fields.next()?.parse().ok()?;
        let system: f64 = fields.next()?.parse().ok()?;
        Some((user + system) / TICKS)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a process has fewer than 2^53 files open"
    )]
    fn files() -> Option<f64> {
        Some(fs::read_dir("/proc/self/fd").ok()?.count() as f64)
    }
}

impl Source for Process {
    fn descs(&self) -> &'static [Desc] {
        &[Self::STARTED, Self::MEMORY, Self::CPU, Self::FILES]
    }

    fn collect(&self, into: &mut Exposition<'_, '_>) {
        into.gauge(&Self::STARTED, self.started);
        if let Some(seconds) = Self::cpu() {
            into.amount(&Self::CPU, seconds);
        }
        let values = [
            (&Self::MEMORY, Self::memory()),
            (&Self::FILES, Self::files()),
        ];
        for (desc, value) in values {
            if let Some(value) = value {
                into.gauge(desc, value);
            }
        }
    }
}
