//! One run of one check: its calls and their differences.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use hyrouter_plugin_api::{ConnectResponse, PluginError, PluginErrorCode};

use crate::asker::{Asker, SuiteCall};
use crate::comparison::{compare, response_json};
use crate::config_loader::is_config_refusal;
use crate::difference::Difference;
use crate::rules::{AnswerRules, AppliedAnswer};
use crate::suite_request::SuiteRequest;

/// Maximum number of differences of a check. More of them rarely help.
const MAX_DIFFERENCES: usize = 8;
/// Number of repetitions that find the fields in which answers to the same request differ.
const REPETITIONS: usize = 8;

/// A valid answer.
#[derive(Debug)]
pub(crate) struct ValidAnswer {
    pub(crate) response: ConnectResponse,
    pub(crate) applied: AppliedAnswer,
}

/// Calls and differences of a check.
pub(crate) struct CheckRun<'a> {
    pub(crate) asker: &'a Asker,
    pub(crate) rules: &'a AnswerRules,
    /// `true` if different answers to the same request are a failure.
    pub(crate) is_deterministic: bool,
    pub(crate) differences: Vec<Difference>,
    pub(crate) notes: Vec<String>,
    /// `true` if a note is a warning.
    pub(crate) is_warned: bool,
    /// Fields that differ between answers to the same request.
    pub(crate) varying: BTreeSet<String>,
    /// Code of the last failed call.
    pub(crate) error: Option<PluginErrorCode>,
    /// `true` after a call that failed with the status of a plugin that refuses its `config`.
    pub(crate) is_config_refused: bool,
    /// Longest time of an answered call.
    pub(crate) slowest: Duration,
    pub(crate) begun: Instant,
}

impl<'a> CheckRun<'a> {
    pub(crate) fn new(asker: &'a Asker, rules: &'a AnswerRules, is_deterministic: bool) -> Self {
        Self {
            asker,
            rules,
            is_deterministic,
            differences: Vec::new(),
            notes: Vec::new(),
            is_warned: false,
            varying: BTreeSet::new(),
            error: None,
            is_config_refused: false,
            slowest: Duration::ZERO,
            begun: Instant::now(),
        }
    }

    /// Adds a difference, up to the maximum of a check.
    pub(crate) fn differ(&mut self, difference: Difference) {
        if self.differences.len() < MAX_DIFFERENCES {
            self.differences.push(difference);
        }
    }

    /// Adds a note, which is a warning.
    pub(crate) fn warn(&mut self, note: impl Into<String>) {
        self.is_warned = true;
        self.notes.push(note.into());
    }

    pub(crate) fn has_failed(&self) -> bool {
        !self.differences.is_empty()
    }

    /// Calls the plugin. Returns its answer if it is valid; else adds the differences.
    pub(crate) async fn ask(&mut self, question: &SuiteRequest) -> Option<ValidAnswer> {
        let asked = self.asker.ask(question).await;
        self.judge(question, &question.name, asked)
    }

    /// Returns the answer of a call if it is valid; else adds the differences, with the name of the call.
    pub(crate) fn judge(
        &mut self,
        question: &SuiteRequest,
        name: &str,
        asked: SuiteCall,
    ) -> Option<ValidAnswer> {
        match asked.answer {
            Ok(answer) => {
                self.slowest = self.slowest.max(asked.elapsed);
                let applied = self.rules.apply(&question.request, &answer);
                let is_valid = applied.faults.is_empty();
                for fault in &applied.faults {
                    self.differ(fault.clone().at(name));
                }
                is_valid.then_some(ValidAnswer {
                    response: answer.response,
                    applied,
                })
            }
            Err(error) => {
                self.record(&error);
                self.differ(Difference::new("answer", "a response", error).at(name));
                None
            }
        }
    }

    /// Records a failed call.
    pub(crate) fn record(&mut self, error: &PluginError) {
        self.error = Some(error.code());
        self.is_config_refused |= is_config_refusal(error);
    }

    /// Calls the plugin with a request and with a variant of it, and compares the answers.
    pub(crate) async fn ask_same(&mut self, reference: &SuiteRequest, variant: &SuiteRequest) {
        let Some(expected) = self.ask(reference).await else {
            return;
        };
        let asked = self.asker.ask(variant).await;
        self.judge_same(reference, &expected.response, variant, &variant.name, asked)
            .await;
    }

    /// Compares the answer of a call with the expected one. Returns whether the check can go on.
    pub(crate) async fn judge_same(
        &mut self,
        reference: &SuiteRequest,
        expected: &ConnectResponse,
        variant: &SuiteRequest,
        name: &str,
        asked: SuiteCall,
    ) -> bool {
        if let Err(error) = &asked.answer {
            self.record(error);
            let expected = response_json(expected).to_string();
            self.differ(Difference::new("answer", expected, error).at(name));
            return false;
        }
        let Some(got) = self.judge(variant, name, asked) else {
            return false;
        };
        let compared = |run: &Self| {
            let mut differences = compare(expected, &got.response);
            differences.retain(|difference| !run.varying.contains(difference.place()));
            differences
        };
        if compared(self).is_empty() {
            return true;
        }
        let again = self.ask_again(reference).await;
        self.find_varying(expected, &again);
        let differences = compared(self);
        let is_same = differences.is_empty();
        for difference in differences {
            self.differ(difference.at(name));
        }
        is_same
    }

    /// Repeats a request. Returns the answers, without those of failed calls.
    pub(crate) async fn ask_again(&mut self, question: &SuiteRequest) -> Vec<ConnectResponse> {
        let mut answers = Vec::new();
        for _ in 0..REPETITIONS {
            let asked = self.asker.ask(question).await;
            answers.extend(asked.answer.ok().map(|answer| answer.response));
        }
        answers
    }

    /// Finds the fields that differ between answers to the same request. Each is a warning, and is not compared in this
    /// check from now on.
    pub(crate) fn find_varying(&mut self, first: &ConnectResponse, again: &[ConnectResponse]) {
        let before = self.varying.len();
        for answer in again {
            for difference in compare(first, answer) {
                let is_new = self.varying.insert(difference.place().to_owned());
                if is_new && self.is_deterministic {
                    self.differ(difference.at("the same request again"));
                }
            }
        }
        if self.varying.len() > before && !self.is_deterministic {
            let fields: Vec<_> = self.varying.iter().map(String::as_str).collect();
            self.warn(format!(
                "the answers to the same request differ in {}, which is not compared",
                fields.join(", ")
            ));
        }
    }
}
