//! Arguments of `hyrouter plugin record`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;
use hyrouter_plugins::PrivateField;

use super::AdminArgs;
use super::tools::duration;

/// The plugin to record, and the cases to make.
#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// Name of a plugin of the running router
    pub(crate) name: String,
    /// Folder for the case files; created if it does not exist
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Number of distinct cases after which the recording ends, 1 to 500
    #[arg(long, value_name = "N", default_value = "20")]
    pub(crate) count: NonZeroUsize,
    /// Time after which the recording ends, 1s to 1h
    #[arg(long = "for", id = "for", value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub(crate) time: Duration,
    /// Private fields that keep their values instead of pseudonyms, separated by commas. The router needs an admin
    /// token for this, and the case files then contain data of players
    #[arg(long, value_name = "FIELDS", value_delimiter = ',', value_parser = private_fields())]
    pub(crate) keep: Vec<String>,
    #[command(flatten)]
    pub(crate) admin: AdminArgs,
}

fn private_fields() -> PossibleValuesParser {
    PrivateField::ALL.map(PrivateField::as_str).into()
}
