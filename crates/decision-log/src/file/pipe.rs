//! Pipes with a slow reader or none.

use std::fs::File;
use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use super::writer::WriterControl;

/// First pause between two attempts. Each pause is twice as long as the one before.
const FIRST: Duration = Duration::from_millis(1);
/// Maximum pause: a new reader gets the first line, and an abandoned thread ends, within this time.
const LONGEST: Duration = Duration::from_millis(250);

/// Pauses that double.
#[derive(Debug)]
pub(super) struct Pauses(Duration);

impl Default for Pauses {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Pauses {
    /// Waits, unless the sink is abandoned. Returns whether to continue.
    pub(super) fn wait(&mut self, control: &WriterControl) -> bool {
        if control.is_abandoned() {
            return false;
        }
        thread::park_timeout(self.0);
        self.0 = (self.0 * 2).min(LONGEST);
        !control.is_abandoned()
    }
}

/// Writes to a file, and waits for room in a pipe until the sink is abandoned.
pub(super) struct PipeWriter<'a> {
    pub(super) file: &'a mut File,
    pub(super) control: &'a WriterControl,
}

impl Write for PipeWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut pauses = Pauses::default();
        loop {
            match self.file.write(bytes) {
                Err(error)
                    if error.kind() == io::ErrorKind::WouldBlock && pauses.wait(self.control) => {}
                ended => return ended,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
