//! Arguments of `hyrouter backends`.

use clap::Args;

use super::AdminArgs;

#[derive(Debug, Args)]
pub(crate) struct BackendsArgs {
    #[command(flatten)]
    pub(crate) admin: AdminArgs,
    /// List only the backends of this discovery provider
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,
    /// List only the backends in the pool of this route; `default` for the default pool
    #[arg(long, value_name = "NAME")]
    pub(crate) route: Option<String>,
    /// Print the meta of each backend
    #[arg(long)]
    pub(crate) wide: bool,
}
