//! Arguments of `hyrouter plugin`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, Subcommand};
use hyrouter_plugin_grpc::PluginAddress;
use serde_json::Value;
use uuid::Uuid;

use super::plugin_test::{DevArgs, TestArgs};
use super::tools::duration;
use super::{ConfigArgs, NewArgs, RecordArgs, after_help};
use hyrouter_app::HostName;

/// Group of the arguments that each make a plugin unnecessary to name, or name it.
const TARGET: &str = "target";
/// Heading of the options that make the request.
const REQUEST: &str = "Request";

#[derive(Debug, Args)]
pub(crate) struct PluginArgs {
    #[command(subcommand)]
    pub(crate) command: PluginCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Call a plugin once and print its response, its effect on the player, and its output
    #[command(after_help = after_help::PLUGIN_CALL)]
    Call {
        #[command(flatten)]
        target: TargetArgs,
        #[command(flatten)]
        request: RequestArgs,
        /// Print the result as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Call a plugin many times and print the latencies
    #[command(after_help = after_help::PLUGIN_BENCH)]
    Bench {
        #[command(flatten)]
        target: TargetArgs,
        #[command(flatten)]
        request: RequestArgs,
        /// Number of calls
        #[arg(long, value_name = "N", default_value = "10000")]
        calls: NonZeroUsize,
        /// Maximum number of concurrent calls
        #[arg(long, value_name = "N", default_value = "1")]
        concurrency: NonZeroUsize,
        /// Print the result as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Make test cases from the calls of a running router, without the data of players
    #[command(after_help = after_help::PLUGIN_RECORD)]
    Record(RecordArgs),
    /// Write a project for a new plugin: sources, unit tests, test cases and the commands to use
    #[command(after_help = after_help::PLUGIN_NEW)]
    New(NewArgs),
    /// Test a plugin: its conformance with the contract, and the cases of its author
    #[command(after_help = after_help::PLUGIN_TEST)]
    Test(TestArgs),
    /// Test a plugin at each change of its file, its server or its cases, until Ctrl-C
    #[command(after_help = after_help::PLUGIN_DEV)]
    Dev(DevArgs),
}

/// The plugin to call.
#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new(TARGET).required(true).multiple(true))]
pub(crate) struct TargetArgs {
    /// Name of a plugin in the configuration
    #[arg(value_name = "NAME", conflicts_with_all = ["wasm", "grpc"], group = TARGET)]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Call this WebAssembly file, with the default limits, instead of a configured plugin
    #[arg(long, value_name = "FILE", group = TARGET)]
    pub(crate) wasm: Option<PathBuf>,
    /// Call this gRPC server, without TLS, instead of a configured plugin: HOST:PORT or unix:PATH
    #[arg(long, value_name = "ADDR", conflicts_with = "wasm", group = TARGET)]
    pub(crate) grpc: Option<PluginAddress>,
    /// The plugin's `config`, as JSON [default: from the configuration, else none]
    #[arg(long, value_name = "JSON", value_parser = json)]
    pub(crate) plugin_config: Option<Value>,
    /// Maximum time of a call, such as 1s or 250ms [default: the plugin's `timeout`]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
}

/// The request.
#[derive(Debug, Args)]
pub(crate) struct RequestArgs {
    /// File with the request as JSON; - reads standard input [default: a player with two candidates]
    #[arg(long, value_name = "FILE", help_heading = REQUEST)]
    pub(crate) request: Option<PathBuf>,
    /// Name of the player; replaces the name in the request
    #[arg(long, value_name = "NAME", help_heading = REQUEST)]
    pub(crate) username: Option<String>,
    /// UUID of the player; replaces the UUID in the request
    #[arg(long, value_name = "UUID", help_heading = REQUEST)]
    pub(crate) uuid: Option<Uuid>,
    /// Language of the client; replaces the language in the request
    #[arg(long, value_name = "TAG", help_heading = REQUEST)]
    pub(crate) language: Option<String>,
    /// Host name that the player typed, in Unicode or Punycode; replaces the host name in the request
    #[arg(long, value_name = "NAME", help_heading = REQUEST)]
    pub(crate) sni: Option<HostName>,
    /// Set any field of the request, such as event.alpn=hytale/3 or candidates.0.port=5521. The value is JSON, or text
    /// if it is not JSON. May be repeated
    #[arg(long, value_name = "PATH=VALUE", value_parser = setting, help_heading = REQUEST)]
    pub(crate) set: Vec<(String, String)>,
    /// Print the request as JSON, to edit for --request, and do not call the plugin
    #[arg(long, help_heading = REQUEST, group = TARGET)]
    pub(crate) print_request: bool,
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
