//! `hyrouter envelope seal`.

use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context as _, ensure};
use hyrouter_referral::v1::Sealer;
use hyrouter_referral::{Algorithm, EnvelopeKind, SigningKey, Statement};
use serde_json::json;

use super::{from_hex, from_hex_32, read_secret, read_stdin};
use crate::cli::{SealArgs, print, print_json};
use crate::exit;

pub(super) fn run(args: &SealArgs) -> anyhow::Result<ExitCode> {
    let bytes = match &args.content {
        Some(content) => content.as_bytes().to_vec(),
        None => read_stdin()?,
    };
    let content = if args.hex {
        from_hex(std::str::from_utf8(&bytes).context("the content is not hexadecimal")?)?
    } else {
        bytes
    };
    let envelope = match args.kind {
        None => version_1(args, &content)?,
        Some(kind) => version_2(args, kind, &content)?,
    };
    if args.json {
        print_json(&json!({"envelope": hex::encode(&envelope), "bytes": envelope.len()}))?;
    } else {
        print(&hex::encode(envelope))?;
    }
    Ok(exit::OK)
}

fn version_1(args: &SealArgs, content: &[u8]) -> anyhow::Result<Vec<u8>> {
    let secret = &args.secret;
    ensure!(
        secret.algorithm == Algorithm::HmacSha256,
        "envelopes of version 1 are signed with hmac-sha256 only; --kind makes version 2"
    );
    let sealer = match read_secret(secret)? {
        Some(key) => Sealer::signed(secret.key_id, &key),
        None => Sealer::unsigned(secret.key_id),
    };
    let mut envelope = Vec::new();
    ensure!(
        !sealer.seal(content, &mut envelope).truncated,
        "the content has {} bytes; this envelope holds at most {}",
        content.len(),
        sealer.max_content()
    );
    Ok(envelope)
}

fn version_2(args: &SealArgs, kind: EnvelopeKind, content: &[u8]) -> anyhow::Result<Vec<u8>> {
    let secret = read_secret(&args.secret)?
        .context("version 2 is always signed; give --secret-file or --secret-env")?;
    let id = args.secret.key_id;
    let key = match args.secret.algorithm {
        Algorithm::HmacSha256 => SigningKey::hmac(id, &secret)?,
        Algorithm::Ed25519 => SigningKey::ed25519(id, &secret)?,
    };
    let mut statement = match kind {
        EnvelopeKind::Referral => Statement::referral(&args.host, args.port),
        EnvelopeKind::Ticket => Statement::ticket().with_target(&args.host, args.port),
    };
    statement = statement
        .with_lifetime(SystemTime::now(), args.ttl)
        .with_nonce(rand::random())
        .with_hops(args.hops)
        .with_route(&args.route)
        .with_source(&args.source)
        .with_content(content);
    if let Some(uuid) = args.player {
        statement = if args.verified {
            statement.with_verified_player(uuid.into_bytes())
        } else {
            statement.with_player(uuid.into_bytes())
        };
    }
    if let Some(text) = &args.certificate {
        statement = statement.with_certificate(from_hex_32(text).context("--certificate")?);
    }
    let mut envelope = Vec::new();
    statement.seal(&key, &mut envelope)?;
    Ok(envelope)
}
