//! The arguments of `hyrouter envelope` and `hyrouter keys`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use hyrouter_referral::{Algorithm, EnvelopeKind};
use uuid::Uuid;

use super::ConfigArgs;
use super::tools::duration;

#[derive(Debug, Args)]
pub(crate) struct EnvelopeArgs {
    #[command(subcommand)]
    pub(crate) command: EnvelopeCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EnvelopeCommand {
    /// Print what an envelope holds, and verify it when a key is given
    Open(Box<OpenArgs>),
    /// Print an envelope in hexadecimal: of version 2 with --kind, else of version 1, signed when a secret is given
    Seal(Box<SealArgs>),
}

/// What is not expected of an envelope of version 2 is not checked: this is a tool to look, a backend checks it all.
#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
    /// The envelope in hexadecimal; from standard input unless given
    #[arg(value_name = "HEX")]
    pub(crate) data: Option<String>,
    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    /// Public key of Ed25519 in hexadecimal, in place of a secret
    #[arg(long, value_name = "HEX", conflicts_with_all = ["secret_file", "secret_env"])]
    pub(crate) public_key: Option<String>,
    /// Version 2: host that it must be for
    #[arg(long, value_name = "HOST", requires = "port")]
    pub(crate) host: Option<String>,
    /// Version 2: port that it must be for
    #[arg(long, value_name = "PORT", requires = "host")]
    pub(crate) port: Option<u16>,
    /// Version 2: player that it must be for
    #[arg(long, value_name = "UUID")]
    pub(crate) player: Option<Uuid>,
    /// Version 2: its sealer must have verified the player
    #[arg(long, requires = "player")]
    pub(crate) verified: bool,
    /// Version 2: SHA-256 of the client certificate that it must be for, in hexadecimal
    #[arg(long, value_name = "HEX")]
    pub(crate) certificate: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SealArgs {
    /// The content as text; from standard input unless given
    #[arg(value_name = "TEXT")]
    pub(crate) content: Option<String>,
    /// The content is hexadecimal
    #[arg(long)]
    pub(crate) hex: bool,
    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    /// A ticket, with which a server sends a player back to the router, or a referral; both of version 2
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<EnvelopeKind>,
    /// Version 2: host that it is for; a ticket without one is for any router
    #[arg(long, value_name = "HOST", default_value = "", requires = "kind")]
    pub(crate) host: String,
    /// Version 2: port that it is for
    #[arg(long, value_name = "PORT", default_value_t = 0, requires = "kind")]
    pub(crate) port: u16,
    /// Version 2: player that it is for; a router takes no ticket without one
    #[arg(long, value_name = "UUID", requires = "kind")]
    pub(crate) player: Option<Uuid>,
    /// Version 2: the player was verified
    #[arg(long, requires = "player")]
    pub(crate) verified: bool,
    /// Version 2: SHA-256 of the client certificate that it is for, in hexadecimal
    #[arg(long, value_name = "HEX", requires = "kind")]
    pub(crate) certificate: Option<String>,
    /// Version 2: route that led there, or that a ticket wishes
    #[arg(long, value_name = "NAME", default_value = "", requires = "kind")]
    pub(crate) route: String,
    /// Version 2: who sends the player
    #[arg(long, value_name = "NAME", default_value = "", requires = "kind")]
    pub(crate) source: String,
    /// Version 2: hops of the referral that is answered
    #[arg(long, value_name = "N", default_value_t = 0, requires = "kind")]
    pub(crate) hops: u8,
    /// Version 2: how long it is good
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration, requires = "kind")]
    pub(crate) ttl: Duration,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
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
    /// What the secret is for: hmac-sha256 or, in version 2, ed25519
    #[arg(long, value_name = "NAME", default_value = "hmac-sha256")]
    pub(crate) algorithm: Algorithm,
}

#[derive(Debug, Args)]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    pub(crate) command: KeysCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key, and print what goes into configurations
    Generate(GenerateArgs),
    /// List the keys of a configuration: which signs, which are valid, which are over
    List(ListArgs),
}

#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    /// For envelopes, or for identity tokens of your own while developing
    #[arg(long = "for", value_name = "USE", default_value = "referral")]
    pub(crate) purpose: Purpose,
    /// How envelopes are signed: hmac-sha256 or ed25519 [default: ed25519]
    #[arg(long, value_name = "NAME")]
    pub(crate) algorithm: Option<Algorithm>,
    /// Key id in envelopes, 0 to 255, or name of the key in tokens [default: 1, or a random name]
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// File for the secret, which only you can read then; it must not be there yet
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// File for the public keys, with `--for token`; the key is added to those in it
    #[arg(long, value_name = "FILE")]
    pub(crate) jwks: Option<PathBuf>,
    /// Print one JSON object
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
    /// Print JSON, an object a line
    #[arg(long)]
    pub(crate) json: bool,
}
