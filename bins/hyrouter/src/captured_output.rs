//! Captured output of a guest.

use std::sync::{Arc, Mutex, PoisonError};

use hyrouter_app::{Assembler, Metrics};

/// Level and text of a line.
pub(crate) type OutputLine = (&'static str, String);

#[derive(Debug, Default)]
pub(crate) struct CapturedOutput(Mutex<Vec<OutputLine>>);

#[cfg(feature = "wasm")]
impl hyrouter_plugin_wasm::OutputSink for CapturedOutput {
    fn line(&self, _plugin: &str, level: hyrouter_plugin_wasm::OutputLevel, line: &str) {
        /// Maximum number of lines kept. More would not help to understand a guest.
        const KEPT: usize = 1000;
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() < KEPT {
            lines.push((level.as_str(), line.to_owned()));
        }
    }
}

impl CapturedOutput {
    /// Returns the lines printed since the last call.
    pub(crate) fn take(&self) -> Vec<OutputLine> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Returns an assembler that captures the output of WASM plugins.
pub(crate) fn assembler() -> (Assembler, Arc<CapturedOutput>) {
    let output = Arc::<CapturedOutput>::default();
    let assembler = Assembler::new(&Metrics::default());
    #[cfg(feature = "wasm")]
    let assembler = assembler.with_plugin_output(Arc::<CapturedOutput>::clone(&output) as _);
    (assembler, output)
}
