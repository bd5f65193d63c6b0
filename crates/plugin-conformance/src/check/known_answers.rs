//! Answers that a plugin gives to one player after another.

use std::collections::BTreeSet;

use hyrouter_plugin_api::ConnectResponse;
use serde_json::Value;

use crate::check_run::CheckRun;
use crate::comparison::{compare, response_json};
use crate::difference::Difference;
use crate::suite_request::SuiteRequest;

/// Number of times that two players are asked about in turn.
const TURNS: usize = 2;

/// The answers that a plugin gives each time if a request is repeated.
#[derive(Default)]
pub(super) struct KnownAnswers {
    answers: Vec<(SuiteRequest, ConnectResponse)>,
    /// Fields that differ between repetitions.
    varying: BTreeSet<String>,
}

impl KnownAnswers {
    /// Adds a request, with the answers to its repetitions. The first answer is not among them: it can be that of the
    /// request before.
    pub(super) fn add(&mut self, question: SuiteRequest, again: &[ConnectResponse]) {
        let Some((last, earlier)) = again.split_last() else {
            return;
        };
        for answer in earlier {
            let differences = compare(last, answer).into_iter();
            self.varying
                .extend(differences.map(|difference| difference.place().to_owned()));
        }
        self.answers.push((question, last.clone()));
    }

    /// Asks about two players with different answers in turn. One that gets the answer of the other is a failure.
    pub(super) async fn ask_in_turn(&self, run: &mut CheckRun<'_>) {
        let Some(one) = self.answers.first() else {
            return;
        };
        let Some(other) = self
            .answers
            .iter()
            .find(|(_, answer)| self.view(answer) != self.view(&one.1))
        else {
            return;
        };
        for (own, foreign) in [(one, other), (other, one)].repeat(TURNS) {
            let Some(got) = run.ask(&own.0).await else {
                return;
            };
            if self.view(&got.response) != self.view(&foreign.1) {
                continue;
            }
            // A plugin that changed its mind about this player gives the same answer again.
            let mut again = run.ask_again(&own.0).await.into_iter();
            if again.all(|answer| self.view(&answer) == self.view(&own.1)) {
                let got = format!(
                    "the answer of {}, {}",
                    foreign.0.name,
                    response_json(&got.response)
                );
                let difference = Difference::new("answer", response_json(&own.1), got);
                let place = format!("{} after {}", own.0.name, foreign.0.name);
                run.differ(difference.at(&place));
                return;
            }
        }
    }

    /// Returns an answer without the fields that vary.
    fn view(&self, answer: &ConnectResponse) -> Value {
        let mut json = response_json(answer);
        if let Value::Object(fields) = &mut json {
            fields.retain(|name, _| !self.varying.contains(name));
        }
        json
    }
}
