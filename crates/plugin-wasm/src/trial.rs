//! A trial call at load time, which detects a guest that cannot answer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use hyrouter_plugin_api::ConnectRequest;

use crate::error::LoadReason;
use crate::guest::{GuestInstance, Recipe};
use crate::output::{GuestOutput, OutputLevel, OutputSink};

/// A trial call, made by [`run`](Self::run).
pub(crate) struct Trial {
    plugin: Arc<str>,
    recipe: Arc<Recipe>,
    request: Vec<u8>,
    lines: Arc<HeldLines>,
    sink: Arc<dyn OutputSink>,
}

impl Trial {
    /// Returns a call to an instance that is made like others. Its output goes to `sink` only if the call fails.
    pub(crate) fn new(
        plugin: &Arc<str>,
        recipe: &Recipe,
        request: &ConnectRequest,
        sink: Arc<dyn OutputSink>,
    ) -> Result<Self, serde_json::Error> {
        let lines = Arc::<HeldLines>::default();
        let output = GuestOutput::new(Arc::clone(plugin), Arc::<HeldLines>::clone(&lines));
        Ok(Self {
            plugin: Arc::clone(plugin),
            recipe: Arc::new(Recipe {
                output: Arc::new(output),
                ..recipe.clone()
            }),
            request: serde_json::to_vec(request)?,
            lines,
            sink,
        })
    }

    /// Makes an instance and the call, and drops the instance, so that serving instances start without previous calls.
    pub(crate) fn run(self) -> Result<(), LoadReason> {
        let tried = self.ask();
        if tried.is_err() {
            for (level, line) in self.lines.take() {
                self.sink.line(&self.plugin, level, &line);
            }
        }
        tried
    }

    fn ask(&self) -> Result<(), LoadReason> {
        let mut guest = GuestInstance::make(&self.recipe)?;
        let started = Instant::now();
        let deadline = started + self.recipe.start_timeout;
        let answer = guest.call(&self.request, started, deadline);
        guest.finish();
        answer
            .map(drop)
            .map_err(|error| LoadReason::Trial { error })
    }
}

/// Held output, written only after a failure. Bounded by the rate limit of lines.
#[derive(Default)]
struct HeldLines(Mutex<Vec<(OutputLevel, String)>>);

impl HeldLines {
    fn take(&self) -> Vec<(OutputLevel, String)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl OutputSink for HeldLines {
    fn line(&self, _plugin: &str, level: OutputLevel, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push((level, line.to_owned()));
    }
}
