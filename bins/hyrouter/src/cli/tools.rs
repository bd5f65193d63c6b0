//! The arguments of the tools.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use hyrouter_protocol::Generation;
use uuid::Uuid;

use hyrouter_app::HostName;

#[derive(Debug, Args)]
pub(crate) struct ProbeArgs {
    /// The router: HOST, HOST:PORT, ADDRESS or ADDRESS:PORT; the port is 5520 unless given
    #[arg(value_name = "ADDR")]
    pub(crate) address: String,
    /// Host name to ask for; Unicode is converted as clients do [default: the host of ADDR if it is a name, else none]
    #[arg(long, value_name = "NAME")]
    pub(crate) sni: Option<HostName>,
    /// Application protocol to offer, most preferred first; may be repeated [default: that of the build]
    #[arg(long, value_name = "P")]
    pub(crate) alpn: Vec<String>,
    /// Protocol build of the client
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "generation",
        allow_negative_numbers = true
    )]
    pub(crate) build: Option<i32>,
    /// Generation of the protocol: g1, g2, g3 or g4 [default: g4, or g2 where only that can send a name or UUID]
    #[arg(long, value_name = "G")]
    pub(crate) generation: Option<Generation>,
    /// Name of the player: g1 and g2 send it, and a token that is made has it
    #[arg(long, value_name = "U")]
    pub(crate) username: Option<String>,
    /// UUID of the player, instead of that in the request
    #[arg(long, value_name = "U")]
    pub(crate) uuid: Option<Uuid>,
    /// Language of the player
    #[arg(long, value_name = "L", default_value = "en-US")]
    pub(crate) language: String,
    /// Identity token to send
    #[arg(long, value_name = "JWT")]
    pub(crate) token: Option<String>,
    #[command(flatten)]
    pub(crate) sign: TokenArgs,
    /// Referral data to bring, in hexadecimal, as from another server
    #[arg(long, value_name = "HEX")]
    pub(crate) referral_data: Option<String>,
    /// The server that the referral data is from, as the client says it
    #[arg(
        long,
        value_name = "HOST:PORT",
        requires = "referral_data",
        default_value = "127.0.0.1:5521"
    )]
    pub(crate) referral_source: String,
    /// Show a (fresh, self-signed) client certificate
    #[arg(long)]
    pub(crate) client_cert: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Exit with 1 unless this is the answer, for monitoring
    #[arg(long, value_name = "ANSWER")]
    pub(crate) expect: Option<ExpectedAnswer>,
    /// How long to wait for the answer, like 10s or 500ms
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub(crate) timeout: Duration,
}

/// The answer that a probe should get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExpectedAnswer {
    Referral,
    Disconnect,
}

/// A test token of one's own in place of one of the game's service.
#[derive(Debug, Args)]
pub(crate) struct TokenArgs {
    /// Make an identity token with this key, a file of `hyrouter keys generate --for token`
    #[arg(
        long = "token-sign",
        id = "token-sign",
        value_name = "KEYFILE",
        conflicts_with = "token"
    )]
    pub(crate) key: Option<PathBuf>,
    /// How long the token is good; -1h makes one that ended an hour ago
    #[arg(
        long = "token-ttl",
        value_name = "TIME",
        default_value = "5m",
        allow_hyphen_values = true,
        value_parser = signed_duration,
        requires = "token-sign"
    )]
    pub(crate) ttl: SignedDuration,
    /// Who issues the token
    #[arg(
        long = "token-issuer",
        value_name = "URL",
        default_value = "https://sessions.hytale.com",
        requires = "token-sign"
    )]
    pub(crate) issuer: String,
    /// What the token is for
    #[arg(
        long = "token-scope",
        value_name = "TEXT",
        default_value = "hytale:client",
        requires = "token-sign"
    )]
    pub(crate) scope: String,
}

/// A span of time, forward or back.
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
    /// `{name, kind, generation, packet_id, hex}` in; `{name, ok, generation, fields}` or `{name, ok, error}` out
    Decode,
    /// `{name, kind, generation, fields}` in; `{name, ok, hex}` or `{name, ok, error}` out
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
