//! Metrics of the process.

use std::fmt;
use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;

use super::encode::EncodeMetrics as _;
use crate::timestamp::unix_now;

/// Ticks per second in `/proc/self/stat`: `USER_HZ`, which is 100 on every Linux that Rust runs on (proc(5)).
const TICKS: f64 = 100.0;

/// Metrics of this process, under the names that Prometheus clients use. Without `/proc`, only the time of the start has a
/// value.
#[derive(Debug)]
pub(crate) struct Process {
    started: f64,
}

impl Process {
    /// Returns the metrics of a process that starts now.
    pub(crate) fn started_now() -> Self {
        Self {
            started: unix_now(),
        }
    }

    /// Returns the time of the start in seconds since 1970.
    pub(crate) fn started(&self) -> f64 {
        self.started
    }

    /// Returns the resident memory in bytes.
    fn memory() -> Option<u64> {
        // `/proc/self/stat` counts memory in pages, of a size that only the C library knows.
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
        Some(kib << 10)
    }

    /// Returns the CPU time in seconds.
    fn cpu() -> Option<f64> {
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        // The program's name is in parentheses and may contain any character.
        let (_, rest) = stat.rsplit_once(')')?;
        let mut fields = rest.split_whitespace().skip(11);
        let user: f64 = fields.next()?.parse().ok()?;
        let system: f64 = fields.next()?.parse().ok()?;
        Some((user + system) / TICKS)
    }

    fn files() -> Option<usize> {
        Some(fs::read_dir("/proc/self/fd").ok()?.count())
    }
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        encoder.gauge(
            "process_start_time_seconds",
            "Start of the process, in seconds since 1970",
            self.started,
        )?;
        encoder.optional_counter(
            "process_cpu_seconds",
            "CPU time that the process has used, in seconds",
            Self::cpu(),
        )?;
        encoder.optional_gauge(
            "process_resident_memory_bytes",
            "Resident memory of the process, in bytes",
            Self::memory(),
        )?;
        encoder.optional_gauge(
            "process_open_fds",
            "Open files and sockets of the process",
            Self::files(),
        )
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs::File;
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn the_process_is_measured() {
        assert!(Process::memory().unwrap() > 100_000);
        let open: Vec<_> = (0..50).map(|_| File::open("/proc/self/stat")).collect();
        assert!(open.iter().all(Result::is_ok));
        assert!(Process::files().unwrap() > open.len());
        let before = unix_now();
        let started = Process::started_now().started();
        assert!((before..=unix_now()).contains(&started), "{started}");
    }

    #[test]
    fn work_adds_to_the_cpu_time() {
        let before = Process::cpu().unwrap();
        let begin = Instant::now();
        while Process::cpu().unwrap() < before + 0.1 {
            assert!(begin.elapsed() < Duration::from_secs(30), "{before}");
        }
    }
}
