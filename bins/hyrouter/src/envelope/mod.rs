//! `hyrouter envelope`: opens and seals referral data.

mod describe;
mod open;
mod seal;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use hyrouter_files::{read_input, read_text_input};
use hyrouter_referral::Secret;
use zeroize::Zeroizing;

pub(crate) use self::describe::{content_text, json, text};
use crate::cli::{EnvelopeArgs, EnvelopeCommand, SecretArgs};

/// Maximum size of a file with a secret, in bytes.
const MAX_SECRET: usize = 64 * 1024;

pub(crate) fn run(args: &EnvelopeArgs) -> anyhow::Result<ExitCode> {
    match &args.command {
        EnvelopeCommand::Open(args) => open::run(args),
        EnvelopeCommand::Seal(args) => seal::run(args),
    }
}

fn read_secret(args: &SecretArgs) -> anyhow::Result<Option<Secret>> {
    let text = match (&args.secret_file, &args.secret_env) {
        (Some(file), _) => read_text_input(file, MAX_SECRET)?,
        (None, Some(name)) => Zeroizing::new(
            std::env::var(name).with_context(|| format!("environment variable {name}"))?,
        ),
        (None, None) => return Ok(None),
    };
    Ok(Some(Secret::parse(&text)?))
}

fn read_stdin() -> anyhow::Result<Vec<u8>> {
    /// Maximum size of the input, in bytes. An envelope in hexadecimal has a few KiB.
    const LIMIT: usize = 1 << 20;
    Ok(read_input(Path::new("-"), LIMIT)?)
}

pub(crate) fn from_hex(text: &str) -> anyhow::Result<Vec<u8>> {
    let digits: String = text.split_whitespace().collect();
    hex::decode(digits).context("the value is not hexadecimal")
}

/// Decodes 32 bytes: a public key, or the fingerprint of a certificate.
fn from_hex_32(text: &str) -> anyhow::Result<[u8; 32]> {
    let bytes = from_hex(text)?;
    let len = bytes.len();
    <[u8; 32]>::try_from(bytes).map_err(|_| anyhow::anyhow!("expected 32 bytes, found {len}"))
}
