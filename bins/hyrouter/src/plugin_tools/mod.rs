//! `hyrouter plugin`: calls a plugin with the host and the limits of the router, or records the one of a running router.

mod bench;
mod call;
mod call_budget;
mod changes;
mod dev;
mod effect;
mod load;
mod new;
mod record;
mod request;
mod room;
mod suite;
mod target;
mod test;

use std::process::ExitCode;

use anyhow::Context as _;

use self::load::{LoadOutcome, TargetLoader};
use crate::cli::{PluginArgs, PluginCommand, print_json};
use crate::exit;

pub(crate) fn run(args: &PluginArgs) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting a runtime")?;
    let _inside = runtime.enter();
    match &args.command {
        PluginCommand::Call { request, .. } | PluginCommand::Bench { request, .. }
            if request.print_request =>
        {
            let asked = request::read(request)?;
            print_json(&serde_json::to_value(asked)?)?;
            Ok(exit::OK)
        }
        PluginCommand::Call {
            target,
            request,
            json,
        } => {
            let asked = request::read(request)?;
            match TargetLoader::new(target.clone()).load()? {
                LoadOutcome::Target(target) => runtime.block_on(call::run(&target, &asked, *json)),
                LoadOutcome::Refused(code) => Ok(code),
            }
        }
        PluginCommand::Record(args) => runtime.block_on(record::run(args)),
        PluginCommand::Bench {
            target,
            request,
            calls,
            concurrency,
            json,
        } => {
            let asked = request::read(request)?;
            let load = bench::Load {
                calls: calls.get(),
                concurrency: concurrency.get(),
            };
            match TargetLoader::new(target.clone()).load()? {
                LoadOutcome::Target(target) => {
                    runtime.block_on(bench::run(target, asked, load, *json))
                }
                LoadOutcome::Refused(code) => Ok(code),
            }
        }
        PluginCommand::New(args) => new::run(args),
        PluginCommand::Test(args) => runtime.block_on(test::run(args)),
        PluginCommand::Dev(args) => runtime.block_on(dev::run(args)),
    }
}
