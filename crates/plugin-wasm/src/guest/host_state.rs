//! State that the host keeps for one instance while its code runs.

use std::sync::Arc;
use std::time::Instant;

use wasmer::{Memory, RuntimeError};

use crate::fuel::Fuel;
use crate::output::{GuestOutput, LineBuffer, OutputLevel};

/// Maximum number of bytes that a guest prints in one call; the rest is dropped.
const MAX_OUTPUT: u64 = 1 << 20;

pub(super) const STDOUT: i32 = 1;

/// Reason why the host ends a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Stop {
    #[error("exited with code {0}")]
    Exit(i32),
    #[error("time limit exceeded")]
    Late,
    #[error("called the host before its memory existed")]
    Early,
}

impl From<Stop> for RuntimeError {
    fn from(stop: Stop) -> Self {
        Self::user(Box::new(stop))
    }
}

/// State of the running call, for the functions of the host.
#[derive(Debug)]
pub(super) struct HostState {
    /// Deadline of the running call.
    pub(super) deadline: Instant,
    /// Memory and fuel, once there is an instance.
    pub(super) attached: Option<(Memory, Fuel)>,
    pub(super) output: Arc<GuestOutput>,
    stdout: LineBuffer,
    stderr: LineBuffer,
    /// Bytes written in the running call.
    written: u64,
    pub(super) started: Instant,
}

impl HostState {
    pub(super) fn new(output: Arc<GuestOutput>, deadline: Instant) -> Self {
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

    pub(super) fn attach(&mut self, memory: Memory, fuel: Fuel) {
        self.attached = Some((memory, fuel));
    }

    pub(super) fn begin(&mut self, deadline: Instant) {
        self.deadline = deadline;
        self.written = 0;
    }

    /// Writes lines without an end.
    pub(super) fn flush(&mut self) {
        self.stdout.flush(&self.output);
        self.stderr.flush(&self.output);
    }

    /// Counts printed bytes. Returns the number of accepted bytes.
    pub(super) fn admit(&mut self, len: usize) -> usize {
        let left = MAX_OUTPUT.saturating_sub(self.written);
        self.written = self.written.saturating_add(len as u64);
        usize::try_from(left).map_or(len, |left| len.min(left))
    }

    pub(super) fn write(&mut self, fd: i32, bytes: &[u8]) {
        let bytes = bytes.get(..self.admit(bytes.len())).unwrap_or(bytes);
        match fd {
            STDOUT => self.stdout.write(bytes, &self.output),
            _ => self.stderr.write(bytes, &self.output),
        }
    }
}
