//! `hyrouter plugin test`.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;

use super::load::{LoadOutcome, TargetLoader};
use super::suite;
use crate::cli::{TestArgs, print, print_json};
use crate::exit;

pub(crate) async fn run(args: &TestArgs) -> anyhow::Result<ExitCode> {
    let Some(cases) = suite::cases(args.suite.cases.as_deref()) else {
        return Ok(exit::usage());
    };
    let loader = Arc::new(TargetLoader::new(args.target.clone()));
    let target = match loader.load()? {
        LoadOutcome::Target(target) => target,
        LoadOutcome::Refused(code) => return Ok(code),
    };
    let Some(report) = suite::run(&args.suite, &loader, &target, cases, !args.json).await else {
        return Ok(exit::usage());
    };
    if args.json {
        print_json(&report.to_json())?;
    } else {
        print(&report.summary())?;
    }
    if let Some(file) = &args.junit {
        std::fs::write(file, report.to_junit())
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(if report.is_passed() {
        exit::OK
    } else {
        exit::FAILED
    })
}
