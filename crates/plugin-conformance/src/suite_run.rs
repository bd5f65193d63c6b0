//! One run of a suite.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hyrouter_plugin_api::PluginErrorCode;
use hyrouter_plugins::Stage;

use crate::asker::Asker;
use crate::case::{self, PluginCase};
use crate::check::{BuiltInCheck, CheckInput};
use crate::check_run::CheckRun;
use crate::live_table::LiveTable;
use crate::report::{CheckGroup, CheckReport, CheckResult, ConformanceReport};
use crate::suite::ConformanceSuite;

/// Number of checks in a row without an answer in time, after which the others are skipped: each takes the timeout.
const MAX_SILENT: usize = 3;
/// Maximum number of lines of output that are shown for a failed check.
const MAX_OUTPUT: usize = 20;

/// State of one run of a suite.
pub(crate) struct SuiteRun<'a> {
    suite: &'a ConformanceSuite,
    asker: Asker,
    begun: Instant,
    /// Number of checks in a row without an answer in time.
    silent: usize,
    /// Longest time of an answer, and the check of it.
    slowest: Option<(Duration, &'static str)>,
    reports: Vec<CheckReport>,
    live: Option<LiveTable>,
    /// `true` after the note about a missing `config`, which the report has once.
    has_config_note: bool,
}

impl<'a> SuiteRun<'a> {
    pub(crate) fn new(suite: &'a ConformanceSuite) -> Self {
        let mut names: Vec<&str> = suite.cases.iter().map(PluginCase::name).collect();
        for check in checks(suite) {
            names.push(check.name());
        }
        names.retain(|name| suite.is_selected(name));
        let printer = suite.printer.clone();
        let live = printer.map(|print| LiveTable::new(print, &suite.name, &names));
        Self {
            live,
            has_config_note: false,
            suite,
            asker: Asker::new(Arc::clone(&suite.plugin), suite.timeout),
            begun: Instant::now(),
            silent: 0,
            slowest: None,
            reports: Vec::new(),
        }
    }

    /// Runs everything that is selected.
    pub(crate) async fn run(mut self) -> ConformanceReport {
        let suite = self.suite;
        for case in &suite.cases {
            self.case(case).await;
        }
        let input = CheckInput {
            calls: suite.calls,
            parallel: suite.parallel,
            questions: suite
                .cases
                .iter()
                .filter_map(PluginCase::question)
                .collect(),
        };
        for check in checks(suite) {
            self.check(check, &input).await;
        }
        ConformanceReport {
            plugin: suite.name.clone(),
            calls: self.asker.calls(),
            elapsed: self.begun.elapsed(),
            checks: self.reports,
        }
    }

    async fn case(&mut self, case: &PluginCase) {
        let report = CheckReport::new(CheckGroup::Cases, case.name(), case.description());
        let (suite, asker) = (self.suite, self.asker.clone());
        if !self.is_due(&report) {
            return;
        }
        let mut run = begin(suite, &asker);
        case::run(&mut run, case, suite.loader.as_ref()).await;
        self.finish(report, run);
    }

    async fn check(&mut self, check: BuiltInCheck, input: &CheckInput) {
        let report = CheckReport::new(CheckGroup::Conformance, check.name(), check.proves());
        let (suite, asker) = (self.suite, self.asker.clone());
        if !self.is_due(&report) {
            return;
        }
        let mut run = begin(suite, &asker);
        check.run(&mut run, input).await;
        if run.slowest > self.slowest.map_or(Duration::ZERO, |(time, _)| time) {
            self.slowest = Some((run.slowest, check.name()));
        }
        if check == BuiltInCheck::Deadline
            && let Some((time, name)) = self.slowest
        {
            let (millis, limit) = (time.as_secs_f64() * 1e3, suite.timeout.as_millis());
            let note = format!("slowest answer: {millis:.1} ms of {limit} ms, in `{name}`");
            run.notes.push(note);
            if time * 2 > suite.timeout {
                run.warn("that is more than half of the timeout: under load, answers of this plugin are late");
            }
        }
        self.finish(report, run);
    }

    /// Returns whether a check is selected and can run. Reports it as skipped if the plugin has not answered for a while.
    fn is_due(&mut self, report: &CheckReport) -> bool {
        if !self.suite.is_selected(&report.name) {
            return false;
        }
        if self.silent < MAX_SILENT {
            return true;
        }
        let note = format!("the {MAX_SILENT} checks before had no answer in time");
        self.add(CheckReport {
            result: CheckResult::Skipped,
            notes: vec![note],
            ..report.clone()
        });
        false
    }

    fn finish(&mut self, mut report: CheckReport, run: CheckRun<'_>) {
        let is_silent = matches!(
            run.error,
            Some(PluginErrorCode::Timeout | PluginErrorCode::Unreachable)
        );
        self.silent = if is_silent { self.silent + 1 } else { 0 };
        report.result = match (run.has_failed(), run.is_warned) {
            (true, _) => CheckResult::Failed,
            (false, true) => CheckResult::Warned,
            (false, false) => CheckResult::Passed,
        };
        report.elapsed = run.begun.elapsed();
        report.differences = run.differences;
        report.notes = run.notes;
        if run.is_config_refused && !self.has_config_note {
            self.has_config_note = true;
            let note = "FAILED_PRECONDITION means that the plugin refuses its `config`, or needs one: set it with `--plugin-config`";
            report.notes.push(note.to_owned());
        }
        if let (Some(output), CheckResult::Failed) = (&self.suite.output, report.result) {
            report.output = output();
            report.output.truncate(MAX_OUTPUT);
        }
        self.add(report);
    }

    fn add(&mut self, report: CheckReport) {
        if let Some(live) = &mut self.live {
            live.add(&report);
        }
        self.reports.push(report);
    }
}

/// Returns the checks for a plugin of this stage.
fn checks(suite: &ConformanceSuite) -> impl Iterator<Item = BuiltInCheck> + use<> {
    let is_deny = suite.stage == Some(Stage::Deny);
    let all = BuiltInCheck::ALL.into_iter();
    all.filter(move |check| is_deny || *check != BuiltInCheck::StageDeny)
}

fn begin<'a>(suite: &'a ConformanceSuite, asker: &'a Asker) -> CheckRun<'a> {
    // Lines of an earlier check.
    if let Some(output) = &suite.output {
        drop(output());
    }
    CheckRun::new(asker, &suite.rules, suite.is_deterministic)
}

#[cfg(test)]
mod tests;
