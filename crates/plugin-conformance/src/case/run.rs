//! The run of a case.

use hyrouter_plugin_api::PluginError;

use super::PluginCase;
use super::expectation::{Expectation, ExpectedError};
use crate::asker::SuiteCall;
use crate::check_run::CheckRun;
use crate::comparison::{compare_part, response_json};
use crate::config_loader::{ConfigLoader, is_config_refusal};
use crate::difference::Difference;
use crate::rules::effect_text;

pub(crate) async fn run(run: &mut CheckRun<'_>, case: &PluginCase, loader: Option<&ConfigLoader>) {
    let expectation = &case.expectation;
    let asked = match (&case.config, loader) {
        (None, _) => run.asker.ask(&case.question).await,
        (Some(_), None) => {
            let got = "a plugin that cannot be loaded with another config here";
            run.differ(Difference::new("config", "a plugin with this config", got));
            return;
        }
        (Some(config), Some(loader)) => match loader.load(config.clone()).await {
            Ok(plugin) => run.asker.of(plugin).ask(&case.question).await,
            Err(failure) => {
                let is_expected = expectation.error == Some(ExpectedError::ConfigRefused);
                if !(is_expected && failure.is_refusal) {
                    let expected = describe(expectation);
                    run.differ(Difference::new("config", expected, failure));
                }
                return;
            }
        },
    };
    judge(run, case, asked);
}

fn judge(run: &mut CheckRun<'_>, case: &PluginCase, asked: SuiteCall) {
    let expectation = &case.expectation;
    let answer = match (asked.answer, expectation.error) {
        (Ok(answer), None) => answer,
        (Ok(answer), Some(_)) => {
            let got = response_json(&answer.response);
            run.differ(Difference::new("answer", describe(expectation), got));
            return;
        }
        (Err(error), Some(expected)) if is_expected(expected, &error) => return,
        (Err(error), _) => {
            run.record(&error);
            run.differ(Difference::new("answer", describe(expectation), error));
            return;
        }
    };
    run.slowest = run.slowest.max(asked.elapsed);
    if let Some(part) = &expectation.response {
        for difference in compare_part(part, &answer.response) {
            run.differ(difference);
        }
    }
    let applied = run.rules.apply(&case.question.request, &answer);
    let verdict = applied.verdict.as_str();
    if let Some(effect) = expectation
        .effect
        .filter(|effect| effect.as_str() != verdict)
    {
        let got = effect_text(&applied.verdict);
        run.differ(Difference::new("effect", effect.as_str(), got));
    }
    for fault in applied.faults {
        run.differ(fault);
    }
}

fn is_expected(expected: ExpectedError, error: &PluginError) -> bool {
    match expected {
        ExpectedError::Code(code) => code == error.code(),
        ExpectedError::ConfigRefused => is_config_refusal(error),
    }
}

fn describe(expectation: &Expectation) -> String {
    match (expectation.error, &expectation.response, expectation.effect) {
        (Some(error), ..) => format!("the failure {}", error.as_str()),
        (None, Some(response), _) => format!("a response with {response}"),
        (None, None, Some(effect)) => format!("the effect {}", effect.as_str()),
        (None, None, None) => "a response".to_owned(),
    }
}
