//! Arguments of `hyrouter explain`, `reload` and `stop`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use hyrouter_protocol::Generation;
use uuid::Uuid;

use super::ConfigArgs;
use super::tools::duration;
use hyrouter_app::HostName;

/// A running router.
#[derive(Debug, Clone, Args)]
pub(crate) struct AdminArgs {
    /// Address of the router's admin server [default: `admin.listen` of the configuration]
    #[arg(long = "admin", id = "admin", value_name = "ADDR:PORT")]
    pub(crate) address: Option<String>,
    /// File that contains the admin token [default: `admin.token_file` of the configuration]
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Print the result as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StopArgs {
    #[command(flatten)]
    pub(crate) admin: AdminArgs,
    /// Maximum time to wait until the router has ended, such as 10s or 2m
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration)]
    pub(crate) timeout: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Ask the running router with this admin server, instead of reading a configuration
    #[arg(long = "admin", id = "admin", value_name = "ADDR:PORT")]
    pub(crate) admin: Option<String>,
    /// File that contains the admin token
    #[arg(long, value_name = "FILE", requires = "admin")]
    pub(crate) token_file: Option<PathBuf>,
    /// Call the configured plugins; by default they are skipped
    #[arg(long)]
    pub(crate) plugins: bool,
    /// Print the report as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten, next_help_heading = "Player")]
    pub(crate) player: PlayerArgs,
    /// Treat UUID and name as verified by an identity token
    #[arg(long, help_heading = "Player", conflicts_with = "token")]
    pub(crate) verified: bool,
    /// Type of the client [default: game]
    #[arg(long, help_heading = "Player", value_name = "KIND", value_parser = ["game", "editor"])]
    pub(crate) client_type: Option<String>,
    /// Negotiated application protocol [default: that of the build]
    #[arg(long, help_heading = "Player", value_name = "PROTOCOL")]
    pub(crate) alpn: Option<String>,
    /// IP address of the client [default: 127.0.0.1]
    #[arg(long, help_heading = "Player", value_name = "IP")]
    pub(crate) ip: Option<IpAddr>,
    /// Referral data of the client, in hexadecimal
    #[arg(long, help_heading = "Player", value_name = "HEX")]
    pub(crate) referral: Option<String>,
}

/// The simulated player of a probe or an explanation.
#[derive(Debug, Clone, Args)]
pub(crate) struct PlayerArgs {
    /// Host name that the player typed, in Unicode or Punycode [default: none, as with an IP address]
    #[arg(long, value_name = "NAME")]
    pub(crate) sni: Option<HostName>,
    /// UUID of the player
    #[arg(long, value_name = "UUID")]
    pub(crate) uuid: Option<Uuid>,
    /// Name of the player
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// Identity token of the player
    #[arg(long, value_name = "JWT")]
    pub(crate) token: Option<String>,
    /// Language of the client [default: en-US]
    #[arg(long, value_name = "TAG")]
    pub(crate) language: Option<String>,
    /// Protocol build of the client [default: the newest known build of the generation]
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "generation",
        allow_negative_numbers = true
    )]
    pub(crate) build: Option<i32>,
    /// Protocol generation of the client: g1, g2, g3 or g4 [default: g4]
    #[arg(long, value_name = "GENERATION")]
    pub(crate) generation: Option<Generation>,
}
