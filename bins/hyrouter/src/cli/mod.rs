//! The command line.

mod after_help;
mod backends;
mod check;
mod columns;
mod envelope;
mod explain;
mod original;
mod output;
#[cfg(all(feature = "wasm", feature = "grpc"))]
mod plugin;
#[cfg(all(feature = "wasm", feature = "grpc"))]
mod plugin_new;
#[cfg(all(feature = "wasm", feature = "grpc"))]
mod plugin_test;
#[cfg(all(feature = "wasm", feature = "grpc"))]
mod record;
mod tools;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::backends::BackendsArgs;
pub(crate) use self::check::{CheckArgs, SchemaArgs};
pub(crate) use self::columns::columns;
pub(crate) use self::envelope::{
    EnvelopeArgs, EnvelopeCommand, GenerateArgs, KeysArgs, KeysCommand, ListArgs, OpenArgs,
    Purpose, SealArgs, SecretArgs,
};
pub(crate) use self::explain::{AdminArgs, ExplainArgs, StopArgs};
pub(crate) use self::original::with_two_hyphens;
pub(crate) use self::output::{
    Unwritten, complain, complain_of_config, complain_of_output, complain_of_warnings, note, print,
    print_json, print_line,
};
#[cfg(all(feature = "wasm", feature = "grpc"))]
pub(crate) use self::plugin::{PluginArgs, PluginCommand, RequestArgs, TargetArgs};
#[cfg(all(feature = "wasm", feature = "grpc"))]
pub(crate) use self::plugin_new::NewArgs;
#[cfg(all(feature = "wasm", feature = "grpc"))]
pub(crate) use self::plugin_test::{DevArgs, SuiteArgs, TestArgs};
#[cfg(all(feature = "wasm", feature = "grpc"))]
pub(crate) use self::record::RecordArgs;
pub(crate) use self::tools::{
    ExpectedAnswer, PacketArgs, PacketCommand, ProbeArgs, SignedDuration,
};

/// QUIC front door for Hytale server networks: accepts players and refers them to backends
///
/// Without a command, hyrouter runs the router. It reads config.yaml in the working directory. Without that file it
/// uses a built-in configuration, which refers every player to 127.0.0.1:5521.
///
/// Environment variables override the configuration file: `HYROUTER_LISTEN` sets `listen`, and
/// `HYROUTER_REFERRAL__HMAC_SECRET` sets `referral.hmac_secret`.
#[derive(Debug, Parser)]
#[command(
    name = "hyrouter",
    version,
    max_term_width = 100,
    after_help = after_help::SERVE
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) logging: LoggingArgs,
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
    #[command(subcommand)]
    pub(crate) command: Option<CliCommand>,
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConfigArgs {
    /// Configuration file: YAML (.yaml, .yml) or JSON (.json) [default: config.yaml if it exists]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ServeArgs {
    /// Do not reload when files change, only on SIGHUP, `hyrouter reload` or POST /reload
    #[arg(long)]
    pub(crate) no_watch: bool,
}

impl ConfigArgs {
    /// Returns these arguments, or `other` if they name no file.
    pub(crate) fn or(self, other: Self) -> Self {
        if self.config.is_some() { self } else { other }
    }
}

#[derive(Debug, Args)]
pub(crate) struct LoggingArgs {
    /// Minimum log level
    #[arg(long, value_name = "LEVEL", default_value = "info", ignore_case = true)]
    pub(crate) log_level: LogLevel,
    /// Log format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    Debug,
    Info,
    #[value(alias = "warning")]
    Warn,
    Error,
}

impl LogLevel {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CliCommand {
    /// Validate a configuration and print a summary, or all mistakes
    #[command(after_help = after_help::CHECK)]
    Check(CheckArgs),
    /// Print the JSON Schema of the configuration, of the messages of plugins, or of the document for backends
    #[command(after_help = after_help::SCHEMA)]
    Schema(SchemaArgs),
    /// Connect to a router as a game client does and print the answer
    #[command(after_help = after_help::PROBE)]
    Probe(ProbeArgs),
    /// Translate game packets between bytes and JSON, one per line of standard input
    #[command(after_help = after_help::PACKET)]
    Packet(PacketArgs),
    /// Create, test, call, benchmark or record a plugin
    #[cfg(all(feature = "wasm", feature = "grpc"))]
    Plugin(PluginArgs),
    /// Open or seal a referral envelope
    Envelope(EnvelopeArgs),
    /// Simulate a connection and print each step of the decision
    #[command(after_help = after_help::EXPLAIN)]
    Explain(Box<ExplainArgs>),
    /// List the backends that a running router uses, with their discovery providers
    #[command(after_help = after_help::BACKENDS)]
    Backends(BackendsArgs),
    /// Reload the configuration of a running router and print what changed
    #[command(after_help = after_help::RELOAD)]
    Reload(AdminArgs),
    /// Drain a running router, stop it, and wait until it has ended
    #[command(after_help = after_help::STOP)]
    Stop(StopArgs),
    /// Deprecated name of `stop`
    #[command(hide = true, after_help = after_help::STOP)]
    Drain(StopArgs),
    /// Generate keys for referrals and test tokens, or list configured keys
    Keys(KeysArgs),
    /// Print a shell completion script
    #[command(after_help = after_help::COMPLETIONS)]
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
    /// Write manual pages, one per command
    #[command(after_help = after_help::MAN)]
    Man {
        /// Folder for the pages; created if it does not exist
        folder: PathBuf,
    },
}
