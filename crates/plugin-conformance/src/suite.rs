use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use hyrouter_plugin_api::{ConnectRequest, Plugin};
use hyrouter_plugins::{ChainSettings, OverridePolicy, Stage};

use crate::case::PluginCase;
use crate::config_loader::{ConfigFailure, ConfigLoader};
use crate::live_table::LinePrinter;
use crate::report::ConformanceReport;
use crate::rules::AnswerRules;
use crate::suite_run::SuiteRun;

/// Returns the lines that the plugin printed since the last call.
pub(crate) type OutputSource = Arc<dyn Fn() -> Vec<String> + Send + Sync>;

/// The conformance suite and the author's cases, for one plugin. The `with_*` methods change the defaults.
#[derive(Clone)]
pub struct ConformanceSuite {
    pub(crate) plugin: Arc<dyn Plugin>,
    pub(crate) name: String,
    pub(crate) timeout: Duration,
    pub(crate) calls: NonZeroUsize,
    pub(crate) parallel: NonZeroUsize,
    pub(crate) is_deterministic: bool,
    pub(crate) stage: Option<Stage>,
    pub(crate) rules: AnswerRules,
    pub(crate) cases: Vec<PluginCase>,
    only: Option<String>,
    skipped: Vec<String>,
    pub(crate) loader: Option<ConfigLoader>,
    pub(crate) output: Option<OutputSource>,
    pub(crate) printer: Option<LinePrinter>,
}

impl ConformanceSuite {
    /// Returns the suite for a plugin, without cases.
    pub fn new(plugin: Arc<dyn Plugin>) -> Self {
        Self {
            plugin,
            name: "plugin".to_owned(),
            timeout: ChainSettings::new("").timeout,
            calls: NonZeroUsize::MIN.saturating_add(1999),
            parallel: NonZeroUsize::MIN.saturating_add(63),
            is_deterministic: false,
            stage: None,
            rules: AnswerRules::default(),
            cases: Vec::new(),
            only: None,
            skipped: Vec::new(),
            loader: None,
            output: None,
            printer: None,
        }
    }

    /// Sets the name of the plugin in reports. Default: `plugin`.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the maximum time of a call. Default: 1 s, as in a configuration.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the number of calls of the check `many calls`. Default: 2,000.
    #[must_use]
    pub fn with_calls(mut self, calls: NonZeroUsize) -> Self {
        self.calls = calls;
        self
    }

    /// Sets the number of calls that the check `parallel calls` makes at the same time. Default: 64.
    #[must_use]
    pub fn with_parallel(mut self, calls: NonZeroUsize) -> Self {
        self.parallel = calls;
        self
    }

    /// Sets whether different answers to the same request are a failure. Default: a warning.
    #[must_use]
    pub fn with_deterministic(mut self, is_deterministic: bool) -> Self {
        self.is_deterministic = is_deterministic;
        self
    }

    /// Sets the stage of the plugin. [`Stage::Deny`] adds the check `stage deny`: an answer that changes the player is a
    /// failure. Default: none.
    #[must_use]
    pub fn with_stage(mut self, stage: Option<Stage>) -> Self {
        self.stage = stage;
        self
    }

    /// Sets the backends that the plugin may name. Default: any.
    #[must_use]
    pub fn with_override(mut self, policy: OverridePolicy) -> Self {
        self.rules.override_policy = policy;
        self
    }

    /// Sets the maximum length of referral data in bytes, for the request with the changes of an answer. Default: that
    /// of an unsigned envelope.
    #[must_use]
    pub fn with_room(
        mut self,
        room: impl Fn(&ConnectRequest) -> usize + Send + Sync + 'static,
    ) -> Self {
        self.rules.room = Arc::new(room);
        self
    }

    /// Sets the cases of the author.
    #[must_use]
    pub fn with_cases(mut self, cases: Vec<PluginCase>) -> Self {
        self.cases = cases;
        self
    }

    /// Runs only checks and cases whose name contains this text. Default: all.
    #[must_use]
    pub fn with_only(mut self, text: Option<String>) -> Self {
        self.only = text;
        self
    }

    /// Leaves out checks and cases whose name contains one of these texts. Default: none.
    #[must_use]
    pub fn with_skipped(mut self, texts: Vec<String>) -> Self {
        self.skipped = texts;
        self
    }

    /// Sets how the plugin is loaded for a case with its own `config`. Default: such a case fails. The function may
    /// block: it is called on a thread for that.
    #[must_use]
    pub fn with_loader<F>(mut self, load: F) -> Self
    where
        F: Fn(&serde_json::Value) -> Result<Arc<dyn Plugin>, ConfigFailure> + Send + Sync + 'static,
    {
        self.loader = Some(ConfigLoader::new(load));
        self
    }

    /// Sets the source of the lines that the plugin printed since the last call of this function. Reports show them for a
    /// failed check. Default: none.
    #[must_use]
    pub fn with_output(mut self, output: impl Fn() -> Vec<String> + Send + Sync + 'static) -> Self {
        self.output = Some(Arc::new(output));
        self
    }

    /// Sets the function that prints the table while the suite runs. It gets the lines of a check when that check ends,
    /// without the last line end. [`ConformanceReport::summary`] is the last line of the table. Default: none.
    #[must_use]
    pub fn with_printer(mut self, print: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.printer = Some(Arc::new(print));
        self
    }

    /// Runs the cases, then the checks of the suite, one after the other.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with a timer.
    pub async fn run(&self) -> ConformanceReport {
        SuiteRun::new(self).run().await
    }

    /// Returns whether a check or case of this name runs.
    pub(crate) fn is_selected(&self, name: &str) -> bool {
        let only = self.only.as_deref();
        only.is_none_or(|text| name.contains(text))
            && !self.skipped.iter().any(|text| name.contains(text.as_str()))
    }
}

impl fmt::Debug for ConformanceSuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConformanceSuite")
            .field("name", &self.name)
            .field("timeout", &self.timeout)
            .field("cases", &self.cases.len())
            .finish_non_exhaustive()
    }
}
