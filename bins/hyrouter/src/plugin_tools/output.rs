//! Captured output of a guest.

use std::sync::{Mutex, PoisonError};

use hyrouter_plugin_wasm::{OutputLevel, OutputSink};

/// Maximum number of lines kept. More would not help to understand a guest.
const KEPT: usize = 1000;

#[derive(Debug, Default)]
pub(crate) struct CapturedOutput(Mutex<Vec<(OutputLevel, String)>>);

impl OutputSink for CapturedOutput {
    fn line(&self, _plugin: &str, level: OutputLevel, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() < KEPT {
            lines.push((level, line.to_owned()));
        }
    }
}

impl CapturedOutput {
    /// Returns the lines printed since the last call.
    pub(crate) fn take(&self) -> Vec<(OutputLevel, String)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
