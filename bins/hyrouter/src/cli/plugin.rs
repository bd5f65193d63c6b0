//! The arguments of `hyrouter plugin`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use hyrouter_plugin_grpc::PluginAddress;
use serde_json::Value;
use uuid::Uuid;

use super::ConfigArgs;
use super::tools::duration;
use hyrouter_app::HostName;

#[derive(Debug, Args)]
pub(crate) struct PluginArgs {
    #[command(subcommand)]
    pub(crate) command: PluginCommand,
}

const CALL_CODES: &str = "Exit codes: 0 the plugin answered, 1 it failed or cannot be loaded, 64 the command line or the configuration is wrong";

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Call a plugin once, as the router does. Print its answer, the effect on the player, the ignored fields, and the
    /// output of the guest
    #[command(after_help = CALL_CODES)]
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
        required_unless_present_any = ["wasm", "grpc", "print_request"],
        conflicts_with_all = ["wasm", "grpc"]
    )]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// A WebAssembly file instead, with the default limits
    #[arg(long, value_name = "FILE")]
    pub(crate) wasm: Option<PathBuf>,
    /// A gRPC server instead, without TLS: HOST:PORT or unix:PATH
    #[arg(long, value_name = "ADDR", conflicts_with = "wasm")]
    pub(crate) grpc: Option<PluginAddress>,
    /// The `config` that the plugin gets, as JSON [default: that of the configuration, else none]
    #[arg(long, value_name = "JSON", value_parser = json)]
    pub(crate) plugin_config: Option<Value>,
    /// File with the request as JSON, - for standard input [default: a player with two candidates]
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
    /// Name of the player, instead of that in the request
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// UUID of the player, instead of that in the request
    #[arg(long, value_name = "U")]
    pub(crate) uuid: Option<Uuid>,
    /// Language of the player, instead of that in the request
    #[arg(long, value_name = "L")]
    pub(crate) language: Option<String>,
    /// Host name that the player typed, instead of that in the request; Unicode is converted as clients do
    #[arg(long, value_name = "NAME")]
    pub(crate) sni: Option<HostName>,
    /// Any field of the request, such as event.alpn=hytale/3 or candidates.0.port=5521; may be repeated. The value is JSON,
    /// or else text
    #[arg(long, value_name = "PATH=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
    /// Print the request as JSON and do not call the plugin. The output is a starting point for --request
    #[arg(long)]
    pub(crate) print_request: bool,
    /// How long to wait for an answer, like 1s or 250ms [default: the plugin's `timeout`]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((path, value)) if !path.is_empty() => Ok((path.to_owned(), value.to_owned())),
        _ => Err("write it as PATH=VALUE, such as event.username=Alder".to_owned()),
    }
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}
