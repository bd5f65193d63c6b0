//! Lines out of the pieces that a guest writes.

use super::{GuestOutput, MAX_LINE, OutputLevel};

/// Collects what a guest writes to one stream until there is a whole line.
#[derive(Debug)]
pub(crate) struct LineBuffer {
    level: OutputLevel,
    pub(super) pending: Vec<u8>,
}

impl LineBuffer {
    pub(crate) fn new(level: OutputLevel) -> Self {
        Self {
            level,
            pending: Vec::new(),
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8], output: &GuestOutput) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            // One byte more than is shown, which marks that the line is cut.
            let room = (MAX_LINE + 1).saturating_sub(self.pending.len());
            let (line, is_whole) = part
                .strip_suffix(b"\n")
                .map_or((part, false), |line| (line, true));
            self.pending
                .extend_from_slice(line.get(..room).unwrap_or(line));
            if is_whole {
                self.flush(output);
            }
        }
    }

    /// Writes a line that has no end yet.
    pub(crate) fn flush(&mut self, output: &GuestOutput) {
        if !self.pending.is_empty() {
            output.line(self.level, &self.pending);
            self.pending.clear();
        }
    }
}
