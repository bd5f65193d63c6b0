//! `cargo xtask plugin-examples`: a new project of each template, from `hyrouter plugin new` to `hyrouter plugin test`,
//! and the kits of all languages.

mod bench;
mod kits;
mod project;
mod server;
mod tools;

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use hyrouter_plugin_templates::Template;

use self::bench::Figures;
use self::project::ProjectRun;
use self::tools::Tools;
use crate::sh::{self, cargo, print, say, target};

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
    selected: &dyn Fn(&str) -> bool,
) -> anyhow::Result<()> {
    let tools = Tools::new(router)?;
    let (mut count, mut table) = (0, Vec::new());
    for kit in kits::ALL.iter().filter(|kit| selected(&kit.name())) {
        count += 1;
        if tools.has(kit.needs, &kit.name())? {
            kit.run(&tools)
                .with_context(|| format!("the kit examples/sdk/{}", kit.folder))?;
        }
    }
    for template in Template::all()
        .iter()
        .filter(|template| selected(template.folder))
    {
        count += 1;
        if !tools.has(tools::needs(template), template.folder)? {
            continue;
        }
        let context = || format!("the project of examples/{}", template.folder);
        let project = ProjectRun::new(template, &tools).with_context(context)?;
        table.extend(project.run(is_bench).with_context(context)?);
    }
    if count == 0 {
        bail!("no example and no kit has this name");
    }
    if is_bench {
        print(&Figures::table(&table));
    }
    say("all plugin examples passed");
    Ok(())
}
