//! Arguments of `hyrouter envelope` and `hyrouter keys`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use hyrouter_referral::{Algorithm, EnvelopeKind};
use uuid::Uuid;

use super::tools::duration;
use super::{ConfigArgs, after_help};

/// Heading of the checks that need an envelope of version 2.
const EXPECTED: &str = "Expected content (version 2)";
/// Heading of the fields that need an envelope of version 2.
const FIELDS: &str = "Fields (version 2)";
/// Heading of the options that name a key.
const KEY: &str = "Key";

#[derive(Debug, Args)]
pub(crate) struct EnvelopeArgs {
    #[command(subcommand)]
    pub(crate) command: EnvelopeCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EnvelopeCommand {
    /// Print the fields of an envelope, and verify it if a key is given
    #[command(after_help = after_help::ENVELOPE_OPEN)]
    Open(Box<OpenArgs>),
    /// Make an envelope and print it in hexadecimal: version 2 with --kind, else version 1
    #[command(after_help = after_help::ENVELOPE_SEAL)]
    Seal(Box<SealArgs>),
}

// A backend must check every field. This tool checks only the fields that the user names, so that it can show any
// envelope.
#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
    /// Envelope in hexadecimal [default: read from standard input]
    #[arg(value_name = "HEX")]
    pub(crate) data: Option<String>,
    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    /// Ed25519 public key in hexadecimal, instead of a secret
    #[arg(
        long,
        value_name = "HEX",
        help_heading = KEY,
        conflicts_with_all = ["secret_file", "secret_env"]
    )]
    pub(crate) public_key: Option<String>,
    /// Target host
    #[arg(long, value_name = "HOST", help_heading = EXPECTED, requires = "port")]
    pub(crate) host: Option<String>,
    /// Target port
    #[arg(long, value_name = "PORT", help_heading = EXPECTED, requires = "host")]
    pub(crate) port: Option<u16>,
    /// Player
    #[arg(long, value_name = "UUID", help_heading = EXPECTED)]
    pub(crate) player: Option<Uuid>,
    /// The sealer verified the player
    #[arg(long, help_heading = EXPECTED, requires = "player")]
    pub(crate) verified: bool,
    /// SHA-256 of the client certificate, in hexadecimal
    #[arg(long, value_name = "HEX", help_heading = EXPECTED)]
    pub(crate) certificate: Option<String>,
    /// Print the result as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SealArgs {
    /// Content as text [default: read from standard input]
    #[arg(value_name = "TEXT")]
    pub(crate) content: Option<String>,
    /// Read the content as hexadecimal
    #[arg(long)]
    pub(crate) hex: bool,
    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    /// Make version 2 of this kind: ticket (a server sends a player back to the router) or referral
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<EnvelopeKind>,
    /// Target host; empty in a ticket for any router
    #[arg(long, value_name = "HOST", help_heading = FIELDS, default_value = "", requires = "kind")]
    pub(crate) host: String,
    /// Target port; 0 for any port
    #[arg(long, value_name = "PORT", help_heading = FIELDS, default_value_t = 0, requires = "kind")]
    pub(crate) port: u16,
    /// Player; a router refuses a ticket without it
    #[arg(long, value_name = "UUID", help_heading = FIELDS, requires = "kind")]
    pub(crate) player: Option<Uuid>,
    /// Mark the player as verified
    #[arg(long, help_heading = FIELDS, requires = "player")]
    pub(crate) verified: bool,
    /// SHA-256 of the client certificate, in hexadecimal
    #[arg(long, value_name = "HEX", help_heading = FIELDS, requires = "kind")]
    pub(crate) certificate: Option<String>,
    /// Route that was chosen, or that a ticket requests
    #[arg(long, value_name = "NAME", help_heading = FIELDS, default_value = "", requires = "kind")]
    pub(crate) route: String,
    /// Name of the sender
    #[arg(long, value_name = "NAME", help_heading = FIELDS, default_value = "", requires = "kind")]
    pub(crate) source: String,
    /// Number of referrals in a row that the player followed
    #[arg(long, value_name = "N", help_heading = FIELDS, default_value_t = 0, requires = "kind")]
    pub(crate) hops: u8,
    /// Lifetime, such as 60s or 5m
    #[arg(
        long,
        value_name = "TIME",
        help_heading = FIELDS,
        default_value = "60s",
        value_parser = duration,
        requires = "kind"
    )]
    pub(crate) ttl: Duration,
    /// Print the result as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

// A secret is never an argument: other users of the machine can read the arguments of a process.
#[derive(Debug, Args)]
pub(crate) struct SecretArgs {
    /// File that contains the secret: plain text, base64:... or hex:...; - reads standard input
    #[arg(long, value_name = "FILE", help_heading = KEY)]
    pub(crate) secret_file: Option<PathBuf>,
    /// Environment variable that contains the secret
    #[arg(long, value_name = "VAR", conflicts_with = "secret_file", help_heading = KEY)]
    pub(crate) secret_env: Option<String>,
    /// Id of the key, 0 to 255
    #[arg(long, value_name = "ID", default_value_t = 0, help_heading = KEY)]
    pub(crate) key_id: u8,
    /// Signature algorithm: hmac-sha256, or ed25519 (version 2 only)
    #[arg(long, value_name = "NAME", default_value = "hmac-sha256", help_heading = KEY)]
    pub(crate) algorithm: Algorithm,
}

#[derive(Debug, Args)]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    pub(crate) command: KeysCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Generate a key and print the settings for routers and backends
    #[command(after_help = after_help::KEYS_GENERATE)]
    Generate(GenerateArgs),
    /// List the keys of a configuration with their state and validity
    List(ListArgs),
}

#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    /// Use of the key: referral envelopes, or identity tokens for development
    #[arg(long = "for", value_name = "USE", default_value = "referral")]
    pub(crate) purpose: Purpose,
    /// Signature algorithm of envelopes: hmac-sha256 or ed25519 [default: ed25519]
    #[arg(long, value_name = "NAME")]
    pub(crate) algorithm: Option<Algorithm>,
    /// Id of an envelope key, 0 to 255, or of a token key, any text [default: 1, or a random name]
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// File for the secret, with mode 0600. The file must not exist
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// With --for token: file for the public key set. An existing set gets the new key added
    #[arg(long, value_name = "FILE")]
    pub(crate) jwks: Option<PathBuf>,
    /// Print the result as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Purpose {
    Referral,
    Token,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Print one JSON object per key and line
    #[arg(long)]
    pub(crate) json: bool,
}
