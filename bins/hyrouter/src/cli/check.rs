//! Arguments of `hyrouter check` and `schema`.

use std::time::Duration;

use clap::Args;

use super::ConfigArgs;
use super::tools::duration;

#[derive(Debug, Clone, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Do not open the files that the configuration names, and do not load plugins: to check a configuration for
    /// another machine. Secrets from files and from unset environment variables count as present
    #[arg(long)]
    pub(crate) no_files: bool,
    /// Contact each discovery provider once, and print what it gives
    #[arg(long, conflicts_with = "no_files")]
    pub(crate) live: bool,
    /// Maximum time to wait for the providers of --live, such as 10s or 2m
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration, requires = "live")]
    pub(crate) timeout: Duration,
    /// Treat warnings as mistakes
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print the result as one JSON object: mistakes, warnings and summary
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct SchemaArgs {
    /// Print the JSON Schema of a plugin's request and response, to generate types from
    #[arg(long)]
    pub(crate) plugin: bool,
    /// Print the JSON Schema of the document for backends, which discovery reads
    #[arg(long, conflicts_with = "plugin")]
    pub(crate) backends: bool,
}
