//! `hyrouter check` and `hyrouter schema`.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use hyrouter_config::Settings;
use hyrouter_plugins::Chain;

use crate::cli::{self, ConfigArgs, print};
use crate::plugin_tools::Kept;
use crate::serve::{self, Origin};
use crate::{exit, identity_keys, plugins, summary};

pub(crate) fn run(args: &ConfigArgs) -> ExitCode {
    let (settings, origin) = match serve::load(args) {
        Ok(loaded) => loaded,
        Err(error) => {
            cli::complain_of_config(&error);
            return exit::usage();
        }
    };
    let opened = serve::identity(&settings).and_then(|_| identity_keys::open(&settings.identity));
    if let Err(error) = opened {
        cli::complain(&error);
        return exit::usage();
    }
    let chain = match loaded_plugins(&settings) {
        Ok(chain) => chain,
        Err(error) => {
            cli::complain(&error);
            return exit::usage();
        }
    };
    match origin {
        Origin::File(file) => print(&format!("{}: good", file.display())),
        Origin::BuiltIn => print("built-in configuration: good"),
    }
    print(&format!("listen on {}", summary::listen(&settings.listen)));
    for line in summary::routes(&settings) {
        print(&line);
    }
    for line in summary::trust(&settings) {
        print(&line);
    }
    for line in summary::plugins(&chain) {
        print(&line);
    }
    for warning in &settings.warnings {
        print(&format!("warning: {warning}"));
    }
    exit::OK
}

/// WASM plugins are loaded and configured, as at a start; gRPC plugins are not dialled.
fn loaded_plugins(settings: &Settings) -> anyhow::Result<Chain> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let output = Arc::<Kept>::default();
    let kept = Arc::<Kept>::clone(&output);
    let chain = runtime.block_on(async { plugins::chain(settings, kept) });
    if chain.is_err() {
        // Why a guest refuses is often what it prints.
        cli::complain_of_output(&output.take());
    }
    chain
}

pub(crate) fn schema() -> anyhow::Result<ExitCode> {
    print(
        &serde_json::to_string_pretty(&hyrouter_config::schema()).context("printing the schema")?,
    );
    Ok(exit::OK)
}
