//! The conformance suite for a target.

use std::path::Path;
use std::sync::Arc;

use hyrouter_plugin_api::Plugin;
use hyrouter_plugin_conformance::{ConfigFailure, ConformanceReport, ConformanceSuite, PluginCase};
use hyrouter_plugin_wasm::{LoadError, LoadReason};
use hyrouter_text::Causes;
use serde_json::Value;

use super::load::{LoadOutcome, TargetLoader};
use super::target::Target;
use crate::cli::{self, SuiteArgs};

/// Reads the cases. Prints the mistakes of wrong files and returns `None` if there are some.
pub(crate) fn cases(folder: Option<&Path>) -> Option<Vec<PluginCase>> {
    let Some(folder) = folder else {
        return Some(Vec::new());
    };
    let errors = match PluginCase::read_folder(folder) {
        Ok(cases) => return Some(cases),
        Err(errors) => errors,
    };
    for error in errors {
        cli::complain(&error.into());
    }
    None
}

/// Runs the suite and the cases, with the table on standard output meanwhile if `is_live`, but for its last line. Prints a notice and returns `None` if `--only` and `--skip` leave nothing.
pub(crate) async fn run(
    args: &SuiteArgs,
    loader: &Arc<TargetLoader>,
    target: &Target,
    cases: Vec<PluginCase>,
    is_live: bool,
) -> Option<ConformanceReport> {
    let (room, output) = (target.room.clone(), Arc::clone(&target.output));
    let loader = Arc::clone(loader);
    let mut suite = ConformanceSuite::new(target.plugin())
        .with_name(&target.name)
        .with_timeout(target.timeout)
        .with_override(target.override_policy)
        .with_stage(args.stage.or(target.stage))
        .with_calls(args.calls)
        .with_deterministic(args.deterministic)
        .with_only(args.only.clone())
        .with_skipped(args.skip.clone())
        .with_cases(cases)
        .with_room(move |after| room.bytes(after))
        .with_loader(move |config| load(&loader, config))
        .with_output(move || {
            let lines = output.take().into_iter();
            lines
                .map(|(level, line)| format!("({level}) {line}"))
                .collect()
        });
    if is_live {
        suite = suite.with_printer(|lines| {
            // An output that is closed is an error of the last line.
            let _ = cli::print(lines);
        });
    }
    let report = suite.run().await;
    if report.checks.is_empty() {
        cli::note("--only and --skip leave no check and no case; names must contain the text");
        return None;
    }
    Some(report)
}

/// Loads the plugin with the `config` of a case.
fn load(loader: &TargetLoader, config: &Value) -> Result<Arc<dyn Plugin>, ConfigFailure> {
    match loader.load_with(Some(config.clone())) {
        Ok(LoadOutcome::Target(target)) => Ok(target.plugin()),
        Ok(LoadOutcome::Refused(_)) => Err(ConfigFailure {
            is_refusal: false,
            message: "the configuration has a mistake".to_owned(),
        }),
        Err(error) => {
            let wasm = error.downcast_ref::<LoadError>();
            Err(ConfigFailure {
                is_refusal: wasm
                    .is_some_and(|error| matches!(error.reason, LoadReason::Refused { .. })),
                message: Causes(error.as_ref()).to_string(),
            })
        }
    }
}
