//! Arguments of `hyrouter probe` and `hyrouter packet`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::explain::PlayerArgs;

#[derive(Debug, Args)]
#[command(
    mut_arg("sni", |arg| arg.help("Host name to send, in Unicode or Punycode [default: the host of ADDR if it is a name, else none]")),
    mut_arg("uuid", |arg| arg.help("UUID of the player, for g1, g2 and --token-sign")),
    mut_arg("username", |arg| arg.help("Name of the player, for g1, g2 and --token-sign [default: Player]")),
    mut_arg("generation", |arg| arg.help("Protocol generation of the client: g1, g2, g3 or g4 [default: g4; g2 with --username or --uuid and no token key, since newer clients send neither]")),
)]
pub(crate) struct ProbeArgs {
    /// Address of the router: HOST, HOST:PORT, IP or IP:PORT [default port: 5520]
    #[arg(value_name = "ADDR")]
    pub(crate) address: String,
    /// Application protocol to offer. Repeat the option for more, most preferred first [default: that of the build]
    #[arg(long, value_name = "PROTOCOL")]
    pub(crate) alpn: Vec<String>,
    /// Referral data to send, in hexadecimal
    #[arg(long, value_name = "HEX")]
    pub(crate) referral_data: Option<String>,
    /// Server that the client names as the source of the referral data
    #[arg(
        long,
        value_name = "HOST:PORT",
        requires = "referral_data",
        default_value = "127.0.0.1:5521"
    )]
    pub(crate) referral_source: String,
    /// Present a new self-signed client certificate
    #[arg(long)]
    pub(crate) client_cert: bool,
    /// Print the answer as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Exit with code 1 if the answer is another one
    #[arg(long, value_name = "ANSWER")]
    pub(crate) expect: Option<ExpectedAnswer>,
    /// Maximum time to wait for the answer, such as 10s or 500ms
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub(crate) timeout: Duration,
    #[command(flatten, next_help_heading = "Player")]
    pub(crate) player: PlayerArgs,
    // Last: its heading covers all options that follow.
    #[command(flatten)]
    pub(crate) sign: TokenArgs,
}

/// The answer that a probe should get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExpectedAnswer {
    Referral,
    Disconnect,
}

/// A self-made test token, in place of a token of the game's service.
#[derive(Debug, Args)]
#[command(next_help_heading = "Test token")]
pub(crate) struct TokenArgs {
    /// Sign an identity token with this key from `hyrouter keys generate --for token`
    #[arg(
        long = "token-sign",
        id = "token-sign",
        value_name = "FILE",
        conflicts_with = "token"
    )]
    pub(crate) key: Option<PathBuf>,
    /// Lifetime of the token; -1h makes a token that expired an hour ago
    #[arg(
        long = "token-ttl",
        value_name = "TIME",
        default_value = "5m",
        allow_hyphen_values = true,
        value_parser = signed_duration,
        requires = "token-sign"
    )]
    pub(crate) ttl: SignedDuration,
    /// Issuer of the token
    #[arg(
        long = "token-issuer",
        value_name = "URL",
        default_value = "https://sessions.hytale.com",
        requires = "token-sign"
    )]
    pub(crate) issuer: String,
    /// Scope of the token
    #[arg(
        long = "token-scope",
        value_name = "TEXT",
        default_value = "hytale:client",
        requires = "token-sign"
    )]
    pub(crate) scope: String,
}

/// A duration from now, into the future or the past.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SignedDuration {
    Ahead(Duration),
    Ago(Duration),
}

#[derive(Debug, Args)]
pub(crate) struct PacketArgs {
    #[command(subcommand)]
    pub(crate) command: PacketCommand,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum PacketCommand {
    /// Decode `{name, kind, generation, packet_id, hex}` to `{name, ok, generation, fields}` or `{name, ok, error}`
    Decode,
    /// Encode `{name, kind, generation, fields}` to `{name, ok, hex}` or `{name, ok, error}`
    Encode,
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    hyrouter_config::parse_duration(text)
        .filter(|time| !time.is_zero())
        .ok_or_else(|| "write it as 10s, 1m30s or 250ms".to_owned())
}

fn signed_duration(text: &str) -> Result<SignedDuration, String> {
    match text.strip_prefix('-') {
        Some(text) => duration(text).map(SignedDuration::Ago),
        None => duration(text).map(SignedDuration::Ahead),
    }
}
