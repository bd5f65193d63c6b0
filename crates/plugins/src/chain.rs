use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::error::ChainError;
use crate::member::ChainMember;
use crate::observer::Observer;
use crate::order::check_order;
use crate::plugin_status::PluginStatus;
use crate::recording::{RecordingError, RecordingOptions, RecordingReport};
use crate::settings::ChainEntry;

/// Plugins in the order of their calls. Made once per configuration and shared by all players.
#[derive(Default)]
pub struct Chain {
    pub(crate) members: Vec<Arc<ChainMember>>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
}

impl Chain {
    /// Sorts plugins by stage, inside a stage by `before` and `after`, and otherwise as given.
    ///
    /// # Errors
    ///
    /// The settings are invalid. The error lists every problem.
    pub fn new(entries: Vec<ChainEntry>) -> Result<Self, ChainError> {
        let settings: Vec<_> = entries.iter().map(|entry| &entry.settings).collect();
        let order = check_order(&settings)?;
        let mut members: Vec<_> = entries
            .into_iter()
            .map(|entry| Some(Arc::new(ChainMember::new(entry))))
            .collect();
        let take = |place: usize| members.get_mut(place).and_then(Option::take);
        Ok(Self {
            members: order.into_iter().filter_map(take).collect(),
            observer: None,
        })
    }

    /// Sets the observer of shadow plugins.
    #[must_use]
    pub fn with_observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Takes over the state of the chain of an earlier configuration, for each plugin by its name. The same plugin
    /// keeps its breaker, and with the same limits its cache; a newly loaded one begins with a closed breaker and an
    /// empty cache. While `max_concurrency` and `max_queue` are the same, calls of both chains count together.
    #[must_use]
    pub fn carry_over(mut self, previous: &Self) -> Self {
        let earlier: HashMap<_, _> = previous
            .members
            .iter()
            .map(|member| (&member.name, member))
            .collect();
        for member in &mut self.members {
            if let Some(earlier) = earlier.get(&member.name) {
                Arc::make_mut(member).carry_over(earlier);
            }
        }
        self
    }

    /// Records the calls of a plugin as test cases, until the limits of `options` are reached. The next configuration
    /// continues the recording of a plugin of the same name.
    ///
    /// # Errors
    /// There is no such plugin, or a recording of it is running.
    ///
    /// # Panics
    /// Outside of a tokio runtime with a timer.
    pub fn start_recording(
        &self,
        plugin: &str,
        options: &RecordingOptions,
    ) -> Result<(), RecordingError> {
        if self.member(plugin)?.tap.start(options) {
            return Ok(());
        }
        let name = plugin.to_owned();
        Err(RecordingError::Running { name })
    }

    /// Returns the state of the recording of a plugin.
    ///
    /// # Errors
    /// There is no such plugin, or no recording of it.
    pub fn recording(&self, plugin: &str) -> Result<RecordingReport, RecordingError> {
        let name = plugin.to_owned();
        let report = self.member(plugin)?.tap.report();
        report.ok_or(RecordingError::Missing { name })
    }

    /// Ends the recording of a plugin, deletes it, and returns its last state.
    ///
    /// # Errors
    /// There is no such plugin, or no recording of it.
    pub fn stop_recording(&self, plugin: &str) -> Result<RecordingReport, RecordingError> {
        let name = plugin.to_owned();
        let report = self.member(plugin)?.tap.stop();
        report.ok_or(RecordingError::Missing { name })
    }

    fn member(&self, name: &str) -> Result<&Arc<ChainMember>, RecordingError> {
        let mut members = self.members.iter();
        let member = members.find(|member| &*member.name == name);
        member.ok_or_else(|| RecordingError::UnknownPlugin {
            name: name.to_owned(),
            known: self
                .members
                .iter()
                .map(|member| member.name.to_string())
                .collect(),
        })
    }

    /// Returns whether there are no plugins.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Returns the state of each plugin, in the order in which they are called.
    pub fn plugins(&self) -> impl Iterator<Item = PluginStatus<'_>> {
        self.members.iter().map(|member| PluginStatus {
            name: &member.name,
            stage: member.settings.stage,
            mode: member.settings.mode,
            breaker: member.breaker.state(),
            running: member.queue.running(),
            waiting: member.queue.waiting(),
            connections_closed: member.connections_closed(),
            cache: member.cache_status(),
        })
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain")
            .field("members", &self.members)
            .finish_non_exhaustive()
    }
}
