//! Arguments of `hyrouter plugin test` and `hyrouter plugin dev`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use hyrouter_plugins::Stage;

use super::TargetArgs;

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) suite: SuiteArgs,
    /// Write the results to this file in the XML of `JUnit`, for CI
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Print the results as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DevArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) suite: SuiteArgs,
}

/// Checks and cases to run.
#[derive(Debug, Args)]
pub(crate) struct SuiteArgs {
    /// Folder with the author's cases: *.json files with a request and the expected response [default: none]
    #[arg(long, value_name = "DIR")]
    pub(crate) cases: Option<PathBuf>,
    /// Stage of the plugin. In stage deny, a response that changes the player is a failure [default: that of the
    /// configuration, else none]
    #[arg(long, value_name = "STAGE", value_parser = stage_parser())]
    pub(crate) stage: Option<Stage>,
    /// Number of calls of the check "many calls"
    #[arg(long, value_name = "N", default_value = "2000")]
    pub(crate) calls: NonZeroUsize,
    /// Run only checks and cases whose name contains this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) only: Option<String>,
    /// Leave out checks and cases whose name contains this text. May be repeated
    #[arg(long, value_name = "TEXT")]
    pub(crate) skip: Vec<String>,
    /// Treat different responses to the same request as a failure, not as a warning
    #[arg(long)]
    pub(crate) deterministic: bool,
}

fn stage_parser() -> impl clap::builder::TypedValueParser<Value = Stage> {
    let names = Stage::ALL.iter().map(|stage| stage.as_str());
    PossibleValuesParser::new(names).map(|name| {
        let stages = Stage::ALL.iter().copied();
        let mut found = stages.filter(|stage| stage.as_str() == name);
        found.next().unwrap_or_default()
    })
}
