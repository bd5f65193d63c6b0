//! `hyrouter plugin dev`.

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use hyrouter_plugin_conformance::{CheckReport, CheckResult, ConformanceReport};

use super::changes::WatchedFiles;
use super::load::{LoadOutcome, TargetLoader};
use super::suite;
use super::target::Target;
use crate::cli::{DevArgs, complain, print, print_line};
use crate::exit;

pub(crate) async fn run(args: &DevArgs) -> anyhow::Result<ExitCode> {
    tokio::select! {
        failed = develop(args) => failed,
        stopped = stop() => stopped.map(|()| exit::OK),
    }
}

/// Waits for Ctrl-C or SIGTERM.
pub(super) async fn stop() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).context("waiting for SIGTERM")?;
        tokio::select! {
            stopped = tokio::signal::ctrl_c() => stopped.context("waiting for Ctrl-C"),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.context("waiting for Ctrl-C")
}

/// Tests at each change. Ends only if the output cannot be written.
async fn develop(args: &DevArgs) -> anyhow::Result<ExitCode> {
    let loader = Arc::new(TargetLoader::new(args.target.clone()));
    let mut before = None;
    loop {
        let mut files = WatchedFiles::new(&loader, args.suite.cases.as_deref());
        let target = load(&loader).await?;
        if let Some(file) = target.as_ref().and_then(|target| target.file.as_deref()) {
            files.add(file);
        }
        if let Some(target) = &target
            && let Some(report) = test(args, &loader, target, before.is_none()).await
        {
            show(&report, before.as_ref())?;
            before = Some(report);
        }
        let watched = files.describe(target.as_ref());
        print_line(format_args!("watching {watched}; Ctrl-C ends"))?;
        let changes = files.changes(target.as_ref()).await?;
        print(&format!("\nchanged: {}", changes.join(", ")))?;
    }
}

/// Loads the plugin, and reports if that fails. On another thread, so that a signal is noticed meanwhile.
async fn load(loader: &Arc<TargetLoader>) -> anyhow::Result<Option<Target>> {
    let loader = Arc::clone(loader);
    let outcome = tokio::task::spawn_blocking(move || loader.load()).await;
    match outcome.context("loading the plugin")? {
        Ok(LoadOutcome::Target(target)) => Ok(Some(target)),
        Ok(LoadOutcome::Refused(_)) => Ok(None),
        Err(error) => {
            complain(&error);
            Ok(None)
        }
    }
}

/// Runs the suite. Returns `None` if a case is wrong or nothing is left to run, which is reported.
async fn test(
    args: &DevArgs,
    loader: &Arc<TargetLoader>,
    target: &Target,
    is_live: bool,
) -> Option<ConformanceReport> {
    let cases = suite::cases(args.suite.cases.as_deref())?;
    suite::run(&args.suite, loader, target, cases, is_live).await
}

/// Prints the counts of the first report, whose table is printed, and the problems and the changes of later ones.
fn show(report: &ConformanceReport, before: Option<&ConformanceReport>) -> anyhow::Result<()> {
    let Some(before) = before else {
        return Ok(print(&report.summary())?);
    };
    let key = |check: &CheckReport| (check.group.as_str(), check.name.clone());
    let results: HashMap<_, _> = before
        .checks
        .iter()
        .map(|check| (key(check), check.result))
        .collect();
    let mut lines = Vec::new();
    let problems = report.problems();
    if !problems.is_empty() {
        lines.push(problems);
    }
    for check in &report.checks {
        let earlier = results.get(&key(check)).copied();
        if earlier != Some(check.result) {
            let was = earlier.map_or("new", CheckResult::as_str);
            lines.push(format!(
                "{}: {}, was {was}",
                check.name,
                check.result.as_str()
            ));
        }
    }
    lines.push(report.summary());
    Ok(print(&lines.join("\n"))?)
}
