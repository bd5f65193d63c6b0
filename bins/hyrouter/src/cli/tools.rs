//! The arguments of the tools.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use hyrouter_protocol::Generation;
use uuid::Uuid;

#[derive(Debug, Args)]
pub(crate) struct ProbeArgs {
    /// The router: HOST, HOST:PORT, ADDRESS or ADDRESS:PORT; the port is 5520 unless given
    #[arg(value_name = "ADDR")]
    pub(crate) address: String,
    /// Host name to ask for [default: the host of ADDR if it is a name, else none]
    #[arg(long, value_name = "NAME")]
    pub(crate) sni: Option<String>,
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
    /// Generation of the protocol: g1, g2, g3 or g4 [default: g4, or g2 with --username or --uuid]
    #[arg(long, value_name = "G")]
    pub(crate) generation: Option<Generation>,
    /// Name of the player, which only g1 and g2 send
    #[arg(long, value_name = "U")]
    pub(crate) username: Option<String>,
    /// UUID of the player, which only g1 and g2 send
    #[arg(long, value_name = "U")]
    pub(crate) uuid: Option<Uuid>,
    /// Language of the player
    #[arg(long, value_name = "L", default_value = "en-US")]
    pub(crate) language: String,
    /// Identity token to send
    #[arg(long, value_name = "JWT")]
    pub(crate) token: Option<String>,
    /// Show a (fresh, self-signed) client certificate
    #[arg(long)]
    pub(crate) client_cert: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// How long to wait for the answer, like 10s or 500ms
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub(crate) timeout: Duration,
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

#[derive(Debug, Args)]
pub(crate) struct EnvelopeArgs {
    #[command(subcommand)]
    pub(crate) command: EnvelopeCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EnvelopeCommand {
    /// Print what an envelope holds, and verify it when a secret is given
    Open {
        /// The envelope in hexadecimal; from standard input unless given
        #[arg(value_name = "HEX")]
        data: Option<String>,
        #[command(flatten)]
        secret: SecretArgs,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Print an envelope in hexadecimal, signed when a secret is given
    Seal {
        /// The content as text; from standard input unless given
        #[arg(value_name = "TEXT")]
        content: Option<String>,
        /// The content is hexadecimal
        #[arg(long)]
        hex: bool,
        #[command(flatten)]
        secret: SecretArgs,
    },
}

/// A secret is never an argument: other users of the machine can see those.
#[derive(Debug, Args)]
pub(crate) struct SecretArgs {
    /// File that holds the secret: plain text, base64:... or hex:...
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
    /// Environment variable that holds the secret
    #[arg(long, value_name = "VAR", conflicts_with = "secret_file")]
    pub(crate) secret_env: Option<String>,
    /// Key id that the secret goes with
    #[arg(long, value_name = "ID", default_value_t = 0)]
    pub(crate) key_id: u8,
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    hyrouter_config::parse_duration(text)
        .filter(|time| !time.is_zero())
        .ok_or_else(|| "write it as 10s, 1m30s or 250ms".to_owned())
}
