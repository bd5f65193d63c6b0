//! `hyrouter keys`: generates and lists keys.

mod generate;
mod list;

use std::process::ExitCode;

use crate::cli::{ConfigArgs, KeysArgs, KeysCommand};

pub(crate) fn run(args: KeysArgs, config: ConfigArgs) -> anyhow::Result<ExitCode> {
    match args.command {
        KeysCommand::Generate(args) => generate::run(&args),
        KeysCommand::List(args) => list::run(args, config),
    }
}
