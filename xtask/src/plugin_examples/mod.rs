//! `cargo xtask plugin-examples`: a new project of each template, from `hyrouter plugin new` to `hyrouter plugin test`,
//! and the kits of all languages.

mod bench;
mod kits;
mod project;
mod server;
mod tools;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, bail};
use hyrouter_plugin_templates::{PluginLanguage, Template};

use self::bench::Figures;
use self::kits::KitCheck;
use self::project::ProjectRun;
use self::tools::Tools;
use crate::sh::{self, cargo, print, say, target};

/// Languages at the same time. Downloads and tools with one thread leave the other core idle.
const WORKERS: usize = 2;

#[derive(Debug, clap::Args)]
pub(crate) struct PluginExampleArgs {
    /// Run only the examples and kits whose name contains this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Measure the cost of a call, and print a table in Markdown. Builds the router in release mode
    #[arg(long)]
    bench: bool,
    /// Router to use [default: a debug build, with --bench a release build]
    #[arg(long, value_name = "FILE")]
    router: Option<PathBuf>,
}

pub(crate) fn run(args: &PluginExampleArgs) -> anyhow::Result<()> {
    let router = match &args.router {
        Some(router) => std::path::absolute(router)?,
        None => build(args.bench)?,
    };
    let selected = |name: &str| args.only.as_ref().is_none_or(|text| name.contains(text));
    run_with(router, args.bench, &selected)
}

/// Runs with the existing debug build: in CI, `cargo test` has just built it.
pub(crate) fn run_built() -> anyhow::Result<()> {
    run_with(target().join("debug/hyrouter"), false, &|_| true)
}

/// Builds the router with the features of the tests, so that its dependencies are not built twice.
fn build(is_release: bool) -> anyhow::Result<PathBuf> {
    let mut command = cargo();
    command.args([
        "build",
        "--workspace",
        "--all-features",
        "--bin",
        "hyrouter",
    ]);
    if is_release {
        command.arg("--release");
    }
    sh::run(&mut command)?;
    let profile = if is_release { "release" } else { "debug" };
    Ok(target().join(profile).join("hyrouter"))
}

fn run_with(
    router: PathBuf,
    is_bench: bool,
    selected: &(dyn Fn(&str) -> bool + Sync),
) -> anyhow::Result<()> {
    let tools = Tools::new(router, is_bench)?;
    let jobs = jobs(selected);
    if jobs.is_empty() {
        bail!("no example and no kit has this name");
    }
    // Figures are measured on a machine that does nothing else.
    let workers = if is_bench { 1 } else { WORKERS };
    let (left, done) = (Mutex::new(jobs.into_iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(job) = next(&left) {
                    let result = job.run(&tools, is_bench);
                    done.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(result);
                }
            });
        }
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (figures, failures): (Vec<_>, Vec<_>) = done.into_iter().partition(Result::is_ok);
    let failures: Vec<_> = failures.into_iter().filter_map(Result::err).collect();
    if !failures.is_empty() {
        let texts: Vec<_> = failures.iter().map(|error| format!("{error:#}")).collect();
        bail!("{}", texts.join("\n"));
    }
    if is_bench {
        let rows: Vec<_> = figures.into_iter().flatten().flatten().collect();
        print(&Figures::table(&rows));
    }
    say("all plugin examples passed");
    Ok(())
}

/// Returns the next job. The lock ends with the call.
fn next(jobs: &Mutex<impl Iterator<Item = LanguageJob>>) -> Option<LanguageJob> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).next()
}

/// The kit and the templates of one language, one after the other: Maven, for one, does not share its repository between
/// processes.
struct LanguageJob {
    kit: Option<&'static KitCheck>,
    templates: Vec<&'static Template>,
}

/// Returns the selected kits and templates, those that take long first.
fn jobs(selected: &dyn Fn(&str) -> bool) -> Vec<LanguageJob> {
    let mut languages = PluginLanguage::ALL;
    languages.sort_by_key(|language| match language {
        PluginLanguage::Java => 0,
        PluginLanguage::Rust => 1,
        _ => 2,
    });
    let jobs = languages.into_iter().map(|language| LanguageJob {
        kit: kits::ALL
            .iter()
            .find(|kit| kit.language == language && selected(&kit.name())),
        templates: Template::all()
            .iter()
            .filter(|template| template.language == language && selected(template.folder))
            .collect(),
    });
    jobs.filter(|job| job.kit.is_some() || !job.templates.is_empty())
        .collect()
}

impl LanguageJob {
    fn run(&self, tools: &Tools, is_bench: bool) -> anyhow::Result<Vec<Figures>> {
        if let Some(kit) = self.kit
            && tools::has(kit.needs, &kit.name())?
        {
            kit.run(tools)
                .with_context(|| format!("the kit examples/{}", kit.name()))?;
        }
        let mut figures = Vec::new();
        for template in &self.templates {
            let name = template.folder;
            if !tools::has(tools::needs(template), name)? {
                continue;
            }
            let project = ProjectRun::new(template, tools)?;
            let measured = project
                .run(is_bench)
                .with_context(|| format!("the project of examples/{name}"))?;
            figures.extend(measured);
        }
        Ok(figures)
    }
}
