//! The arguments of those who ask and command a router.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use hyrouter_protocol::Generation;
use uuid::Uuid;

use super::ConfigArgs;
use super::tools::duration;
use hyrouter_app::HostName;

/// A router that runs.
#[derive(Debug, Clone, Args)]
pub(crate) struct AdminArgs {
    /// Its admin server [default: that of the configuration]
    #[arg(long = "admin", id = "admin", value_name = "ADDR:PORT")]
    pub(crate) address: Option<String>,
    /// File with the token of the admin server [default: that of the configuration]
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StopArgs {
    #[command(flatten)]
    pub(crate) admin: AdminArgs,
    /// Maximum time to wait for the router to end, such as 10s or 2m
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration)]
    pub(crate) timeout: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Ask the router that runs with its admin server there, in place of a configuration
    #[arg(long = "admin", id = "admin", value_name = "ADDR:PORT")]
    pub(crate) admin: Option<String>,
    /// File with the token of the admin server
    #[arg(long, value_name = "FILE", requires = "admin")]
    pub(crate) token_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) player: PlayerArgs,
    /// Ask the plugins, too; without it they are left out
    #[arg(long)]
    pub(crate) plugins: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// The player who is asked about.
#[derive(Debug, Clone, Args)]
pub(crate) struct PlayerArgs {
    /// Host name that the player typed; none for an address. Unicode is converted as clients do
    #[arg(long, value_name = "NAME")]
    pub(crate) sni: Option<HostName>,
    /// UUID of the player
    #[arg(long, value_name = "U")]
    pub(crate) uuid: Option<Uuid>,
    /// Name of the player
    #[arg(long, value_name = "U")]
    pub(crate) username: Option<String>,
    /// Take UUID and name for verified, as if by an identity token
    #[arg(long, conflicts_with = "token")]
    pub(crate) verified: bool,
    /// Identity token of the player, which is then verified as the configuration has it
    #[arg(long, value_name = "JWT")]
    pub(crate) token: Option<String>,
    /// Language of the player
    #[arg(long, value_name = "L")]
    pub(crate) language: Option<String>,
    /// Protocol build of the client
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "generation",
        allow_negative_numbers = true
    )]
    pub(crate) build: Option<i32>,
    /// Generation of the protocol: g1, g2, g3 or g4
    #[arg(long, value_name = "G")]
    pub(crate) generation: Option<Generation>,
    /// What kind of client it is: game or editor
    #[arg(long, value_name = "KIND", value_parser = ["game", "editor"])]
    pub(crate) client_type: Option<String>,
    /// Application protocol that was agreed on [default: that of the build]
    #[arg(long, value_name = "P")]
    pub(crate) alpn: Option<String>,
    /// Address that the player connects from
    #[arg(long, value_name = "IP")]
    pub(crate) ip: Option<IpAddr>,
    /// Referral data that the player brings, in hexadecimal
    #[arg(long, value_name = "HEX")]
    pub(crate) referral: Option<String>,
}
