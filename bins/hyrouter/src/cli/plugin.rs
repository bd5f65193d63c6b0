//! The arguments of `hyrouter plugin`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::ConfigArgs;
use super::tools::duration;

#[derive(Debug, Args)]
pub(crate) struct PluginArgs {
    #[command(subcommand)]
    pub(crate) command: PluginCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Ask a plugin once, as the router would: print its answer, what it took, and what the guest printed
    Call {
        #[command(flatten)]
        target: TargetArgs,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Ask a plugin many times and print how long it took
    Bench {
        #[command(flatten)]
        target: TargetArgs,
        /// Calls in all
        #[arg(long, value_name = "N", default_value = "10000")]
        calls: NonZeroUsize,
        /// Calls at the same time
        #[arg(long, value_name = "N", default_value = "1")]
        concurrency: NonZeroUsize,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// Which plugin is asked about whom.
#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    /// Name of a plugin of the configuration
    #[arg(
        value_name = "NAME",
        required_unless_present = "wasm",
        conflicts_with = "wasm"
    )]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// A WebAssembly file instead, with the default limits
    #[arg(long, value_name = "FILE")]
    pub(crate) wasm: Option<PathBuf>,
    /// The `config` that the plugin gets, as JSON [default: that of the configuration, else none]
    #[arg(long, value_name = "JSON", value_parser = json)]
    pub(crate) plugin_config: Option<Value>,
    /// File with the request as JSON, - for standard input [default: a player with two candidates]
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
    /// Name of the player, instead of that in the request
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// How long to wait for an answer, like 1s or 250ms [default: the plugin's `timeout`]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}
