//! Identity tokens for probes.

use std::time::SystemTime;

use anyhow::Context as _;
use hyrouter_files::read_text_input;
use hyrouter_identity::{TestClaims, TokenSigningKey};
use uuid::Uuid;

use crate::cli::{ProbeArgs, SignedDuration};

/// Maximum size of a file with a private key, in bytes.
const MAX_KEY: usize = 64 * 1024;
/// Default UUID of a player.
const DEFAULT_UUID: Uuid = Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0001);

/// Returns the token to send: the given one, or one made with the given key.
pub(super) fn token(args: &ProbeArgs) -> anyhow::Result<Option<String>> {
    let Some(file) = &args.sign.key else {
        return Ok(args.player.token.clone());
    };
    let text = read_text_input(file, MAX_KEY)?;
    let key = TokenSigningKey::from_json(text.as_bytes()).with_context(|| {
        format!(
            "{} is not a key of `hyrouter keys generate --for token`",
            file.display()
        )
    })?;
    let now = SystemTime::now();
    let ends = match args.sign.ttl {
        SignedDuration::Ahead(time) => now.checked_add(time),
        SignedDuration::Ago(time) => now.checked_sub(time),
    };
    let claims = TestClaims {
        uuid: args.player.uuid.unwrap_or(DEFAULT_UUID),
        username: args
            .player
            .username
            .clone()
            .unwrap_or_else(|| "Player".to_owned()),
        issuer: args.sign.issuer.clone(),
        scope: args.sign.scope.clone(),
        issued_at: now,
        expires_at: ends.context("--token-ttl: the time is out of range")?,
    };
    Ok(Some(key.sign(&claims)?))
}
