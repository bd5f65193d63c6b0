//! What a guest prints, kept to be shown.

use std::sync::{Mutex, PoisonError};

use hyrouter_plugin_wasm::{OutputLevel, OutputSink};

/// Lines that are kept; a guest that prints more is understood by these.
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
    /// What was printed since this was last asked.
    pub(crate) fn take(&self) -> Vec<(OutputLevel, String)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
