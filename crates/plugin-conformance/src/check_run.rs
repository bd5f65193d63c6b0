//! One run of one check: its calls and their differences.

use std::time::{Duration, Instant};

use hyrouter_plugin_api::{ConnectResponse, PluginErrorCode};

use crate::asker::{Asker, SuiteCall};
use crate::comparison::{compare, response_json};
use crate::difference::Difference;
use crate::rules::{AnswerRules, AppliedAnswer};
use crate::suite_request::SuiteRequest;

/// Maximum number of differences of a check. More of them rarely help.
const MAX_DIFFERENCES: usize = 8;
/// Number of repetitions that find out whether a plugin answers the same request in different ways.
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
    /// Whether different answers to the same request are a failure.
    pub(crate) is_deterministic: bool,
    pub(crate) differences: Vec<Difference>,
    pub(crate) notes: Vec<String>,
    /// Whether a note is a warning.
    pub(crate) is_warned: bool,
    /// Code of the last failed call.
    pub(crate) error: Option<PluginErrorCode>,
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
            error: None,
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
                self.error = Some(error.code());
                self.differ(Difference::new("answer", "a response", error).at(name));
                None
            }
        }
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
            self.error = Some(error.code());
            let expected = response_json(expected).to_string();
            self.differ(Difference::new("answer", expected, error).at(name));
            return false;
        }
        let Some(got) = self.judge(variant, name, asked) else {
            return false;
        };
        if got.response == *expected || self.varies(reference, expected).await {
            return true;
        }
        for difference in compare(expected, &got.response) {
            self.differ(difference.at(name));
        }
        false
    }

    /// Returns whether the plugin answers this request in different ways, which is a warning.
    pub(crate) async fn varies(
        &mut self,
        question: &SuiteRequest,
        first: &ConnectResponse,
    ) -> bool {
        for _ in 0..REPETITIONS {
            let again = self.asker.ask(question).await.answer;
            if let Ok(answer) = again
                && answer.response != *first
            {
                if self.is_deterministic {
                    for difference in compare(first, &answer.response) {
                        self.differ(difference.at("the same request again"));
                    }
                } else if !self.is_warned {
                    self.warn("the answers to the same request differ, so they are not compared");
                }
                return true;
            }
        }
        false
    }
}
