//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use hyrouter_config::ConfigError;
use hyrouter_protocol::Generation;
use uuid::Uuid;

/// The front door of a Hytale server network: players connect here and are referred to a backend.
///
/// Without a command it serves. It reads config.yaml if there is one, else it starts from a built-in
/// configuration that refers every player to 127.0.0.1:5521. Environment variables override the
/// file, such as `HYROUTER_LISTEN` and `HYROUTER_REFERRAL__HMAC_SECRET`.
#[derive(Debug, Parser)]
#[command(name = "hyrouter", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) logging: LoggingArgs,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Default, Args)]
pub(crate) struct ConfigArgs {
    /// Configuration file, YAML (.yaml, .yml) or JSON (.json) [default: config.yaml if there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
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
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub(crate) log_level: LogLevel,
    /// How log lines look
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Validate a configuration: print a summary of it, or all its mistakes
    Check(ConfigArgs),
    /// Print the JSON Schema of the configuration
    Schema,
    /// Connect as a game client does and print the answer
    Probe(ProbeArgs),
    /// Translate packets between bytes and JSON, line by line from standard input
    Packet(PacketArgs),
    /// Look into referral data, or make some
    Envelope(EnvelopeArgs),
}

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
    /// Generation of the protocol: g1, g2, g3 or g4 [default: g4]
    #[arg(long, value_name = "G")]
    pub(crate) generation: Option<Generation>,
    /// Name of the player, which g1 and g2 send
    #[arg(long, value_name = "U")]
    pub(crate) username: Option<String>,
    /// UUID of the player, which g1 and g2 send
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

fn duration(text: &str) -> Result<Duration, String> {
    hyrouter_config::parse_duration(text)
        .ok_or_else(|| "write it as 10s, 1m30s or 250ms".to_owned())
}

/// Says on standard error what went wrong, with its causes.
#[expect(
    clippy::print_stderr,
    reason = "the one place where errors reach the terminal"
)]
pub(crate) fn complain(error: &anyhow::Error) {
    eprintln!("hyrouter: {error:#}");
}

/// Lists on standard error what is wrong with a configuration, a line a mistake.
#[expect(clippy::print_stderr, reason = "as `complain`")]
pub(crate) fn complain_of_config(error: &ConfigError) {
    match error.mistakes() {
        [] => eprintln!("hyrouter: {error}"),
        [_] => eprintln!("hyrouter: the configuration has a mistake:\n{error}"),
        all => eprintln!(
            "hyrouter: the configuration has {} mistakes:\n{error}",
            all.len()
        ),
    }
}

/// Writes to standard output; a reader that went away is not an error worth a word.
pub(crate) fn print(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Resolves what a person types for a server.
///
/// # Errors
///
/// A port that is none, or a name that does not resolve.
pub(crate) fn resolve(text: &str) -> anyhow::Result<(SocketAddr, Option<String>)> {
    use anyhow::Context as _;
    use std::net::{IpAddr, ToSocketAddrs as _};

    const DEFAULT_PORT: u16 = 5520;
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok((address, None));
    }
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok((SocketAddr::new(ip, DEFAULT_PORT), None));
    }
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (
            name,
            port.parse()
                .with_context(|| format!("{port:?} is not a port: 1 to 65535"))?,
        ),
        None => (text, DEFAULT_PORT),
    };
    // An empty host means this machine, as in a listen address.
    if name.is_empty() {
        return Ok((SocketAddr::from(([127, 0, 0, 1], port)), None));
    }
    let address = (name, port)
        .to_socket_addrs()
        .with_context(|| format!("resolving {name:?}"))?
        .next()
        .with_context(|| format!("{name:?} has no address"))?;
    Ok((address, Some(name.to_owned())))
}
