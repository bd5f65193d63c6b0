//! The command line.

mod envelope;
mod explain;
mod original;
mod output;
#[cfg(all(feature = "wasm", feature = "grpc"))]
mod plugin;
mod tools;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
pub(crate) use self::plugin::{PluginArgs, PluginCommand, TargetArgs};
pub(crate) use self::tools::{
    ExpectedAnswer, PacketArgs, PacketCommand, ProbeArgs, SignedDuration,
};

/// The front door of a Hytale server network: players connect here and are referred to a backend.
///
/// Without a command it serves. It reads config.yaml if there is one, else it starts from a built-in
/// configuration that refers every player to 127.0.0.1:5521. Environment variables override the
/// file, such as `HYROUTER_LISTEN` and `HYROUTER_REFERRAL__HMAC_SECRET`.
#[derive(Debug, Parser)]
#[command(
    name = "hyrouter",
    version,
    after_help = "Exit codes: 0 done, 1 failed, 64 the command line or the configuration is wrong, 130 ended at once by a second signal\nDocumentation: https://github.com/hyrouter/hyrouter/tree/main/docs"
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
    /// Configuration file, YAML (.yaml, .yml) or JSON (.json) [default: config.yaml if there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Exit codes: 0 good, 64 refused (a mistake, or a warning with --strict), 1 the output cannot be written"
)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Open no file that the configuration names, and load no plugin: for a configuration of another machine.
    /// Secrets of such files, and of variables that are not set, count as present
    #[arg(long)]
    pub(crate) no_files: bool,
    /// Refuse a configuration with warnings
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print one JSON object: mistakes, warnings and summary
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ServeArgs {
    /// Read changed files only when asked to, by SIGHUP or POST /reload
    #[arg(long)]
    pub(crate) no_watch: bool,
}

impl ConfigArgs {
    /// These, or `other` where nothing is said here.
    pub(crate) fn or(self, other: Self) -> Self {
        if self.config.is_some() { self } else { other }
    }
}

#[derive(Debug, Args)]
pub(crate) struct LoggingArgs {
    /// The least important lines that are logged
    #[arg(long, value_name = "LEVEL", default_value = "info", ignore_case = true)]
    pub(crate) log_level: LogLevel,
    /// How log lines look
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

const RELOAD_CODES: &str = "Exit codes: 0 reloaded, 1 refused or no answer, 64 the configuration does not name an admin server that can be asked";
const STOP_CODES: &str =
    "Exit codes: 0 the router has ended, 1 no answer or not ended in time, 64 as for reload";

const PROBE_CODES: &str = "Exit codes: 0 the router referred or disconnected the player, 1 no such answer or not that of --expect, 64 the command line is wrong";
const EXPLAIN_CODES: &str = "Exit codes: 0 explained, whatever the answer is, 1 no answer of the router or a wrong question, 64 the command line or the configuration is wrong";

#[derive(Debug, Subcommand)]
pub(crate) enum CliCommand {
    /// Validate a configuration: print a summary of it, or all its mistakes
    Check(CheckArgs),
    /// Print the JSON Schema of the configuration
    Schema,
    /// Connect as a game client does and print the answer
    #[command(after_help = PROBE_CODES)]
    Probe(ProbeArgs),
    /// Translate packets between bytes and JSON, line by line from standard input
    Packet(PacketArgs),
    /// Try a plugin by hand, or measure it
    #[cfg(all(feature = "wasm", feature = "grpc"))]
    Plugin(PluginArgs),
    /// Look into referral data, or make some
    Envelope(EnvelopeArgs),
    /// Tell what a player would be answered, and why, by a configuration or by a router that runs
    #[command(after_help = EXPLAIN_CODES)]
    Explain(Box<ExplainArgs>),
    /// Reload the configuration of a running router, and print what changed
    #[command(after_help = RELOAD_CODES)]
    Reload(AdminArgs),
    /// Drain a running router, then stop it, and wait for its end
    #[command(after_help = STOP_CODES)]
    Stop(StopArgs),
    /// The old name of `stop`
    #[command(hide = true)]
    Drain(StopArgs),
    /// Make keys for referrals and test tokens, or list those of a configuration
    Keys(KeysArgs),
    /// Print a script that completes this command line in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write manual pages, one for each command
    Man {
        /// The folder, which is made if it is not there
        folder: PathBuf,
    },
}
