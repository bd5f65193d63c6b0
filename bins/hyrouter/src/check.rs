//! `hyrouter check` and `hyrouter schema`.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use hyrouter_config::Settings;

use crate::assembly::{Assembler, Assembly, admin_token};
use crate::cli::{self, ConfigArgs, print, print_line};
use crate::counts::Counts;
use crate::plugin_tools::Kept;
use crate::serve::{self, Origin};
use crate::{exit, summary};

pub(crate) fn run(args: &ConfigArgs) -> ExitCode {
    let (settings, origin) = match serve::load(args) {
        Ok(loaded) => loaded,
        Err(error) => {
            cli::complain_of_config(&error);
            return exit::usage();
        }
    };
    let assembly = match assembled(settings) {
        Ok(assembly) => assembly,
        Err(error) => {
            cli::complain(&error);
            return exit::usage();
        }
    };
    let (settings, chain) = (&assembly.settings, &assembly.chain);
    match origin {
        Origin::File(file) => print_line(format_args!("{}: good", file.display())),
        Origin::BuiltIn => print("built-in configuration: good"),
    }
    print(&format!("listen on {}", summary::listen(&settings.listen)));
    for line in summary::routes(settings) {
        print_line(line);
    }
    for line in summary::trust(settings) {
        print_line(line);
    }
    for line in summary::plugins(chain) {
        print_line(line);
    }
    for warning in &settings.warnings {
        print_line(format_args!("warning: {warning}"));
    }
    exit::OK
}

/// Files are read, WASM plugins loaded and configured, as at a start; gRPC plugins are not dialled.
fn assembled(settings: Settings) -> anyhow::Result<Assembly> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let output = Arc::<Kept>::default();
    let mut assembler = Assembler::new(Arc::<Kept>::clone(&output) as _, &Counts::default());
    let assembly = runtime.block_on(async { assembler.assemble(settings, None) });
    let assembly = assembly.and_then(|assembly| {
        admin_token(&assembly.settings)?;
        Ok(assembly)
    });
    if assembly.is_err() {
        // Why a guest refuses is often what it prints.
        cli::complain_of_output(&output.take());
    }
    assembly
}

pub(crate) fn schema() -> anyhow::Result<ExitCode> {
    print(
        &serde_json::to_string_pretty(&hyrouter_config::schema()).context("printing the schema")?,
    );
    Ok(exit::OK)
}
