//! `hyrouter plugin`: plugins tried by hand, with the host and the limits of the router.

mod bench;
mod call;
mod output;
mod request;
mod target;

use std::process::ExitCode;

use anyhow::Context as _;

pub(crate) use self::output::Kept;
use crate::cli::{PluginArgs, PluginCommand};

pub(crate) fn run(args: &PluginArgs) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting a runtime")?;
    let _inside = runtime.enter();
    match &args.command {
        PluginCommand::Call { target, json } => {
            let asked = request::read(target)?;
            match target::load(target)? {
                target::Loaded::Target(target) => {
                    runtime.block_on(call::run(&target, &asked, *json))
                }
                target::Loaded::Refused(code) => Ok(code),
            }
        }
        PluginCommand::Bench {
            target,
            calls,
            concurrency,
            json,
        } => {
            let asked = request::read(target)?;
            let load = bench::Load {
                calls: calls.get(),
                concurrency: concurrency.get(),
            };
            match target::load(target)? {
                target::Loaded::Target(target) => {
                    runtime.block_on(bench::run(target, asked, load, *json))
                }
                target::Loaded::Refused(code) => Ok(code),
            }
        }
    }
}
