//! `hyrouter envelope open`.

use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context as _, bail, ensure};
use hyrouter_referral::v1::{EnvelopeV1, KeyRing};
use hyrouter_referral::{
    Algorithm, Envelope, Expectation, OpenError, SigningKey, VerifyingKey, VerifyingKeys,
    version_of,
};
use serde_json::json;

use super::{describe, from_hex, from_hex_32, read_secret, read_stdin};
use crate::cli::{OpenArgs, print, print_json};
use crate::exit;

/// Result of the verification, with the code of the failed check.
enum Verdict {
    NotChecked,
    Good,
    Bad {
        why: String,
        code: Option<&'static str>,
    },
}

pub(super) fn run(args: &OpenArgs) -> anyhow::Result<ExitCode> {
    let text = match &args.data {
        Some(data) => data.clone(),
        None => String::from_utf8(read_stdin()?).context("standard input is not hexadecimal")?,
    };
    let bytes = from_hex(&text)?;
    let verdict = match version_of(&bytes) {
        Some(hyrouter_referral::VERSION) => version_2(&bytes, args)?,
        _ => version_1(&bytes, args)?,
    };
    let (said, verified, code) = match &verdict {
        Verdict::NotChecked => (
            "not checked (give --secret-file, --secret-env or --public-key)",
            None,
            None,
        ),
        Verdict::Good => ("good", Some(true), None),
        Verdict::Bad { why, code } => (why.as_str(), Some(false), *code),
    };
    if args.json {
        let mut fields = describe::json(&bytes).context("not an envelope")?;
        if let (Some(fields), Some(verified)) = (fields.as_object_mut(), verified) {
            fields.insert("verified".to_owned(), json!(verified));
            fields.insert("verdict".to_owned(), json!(said));
            fields.insert("code".to_owned(), json!(code));
        }
        print_json(&fields)?;
    } else {
        let told = describe::text(&bytes).context("not an envelope")?;
        let code = code.map_or_else(String::new, |code| format!(" ({code})"));
        print(&format!("{told}\nverified: {said}{code}"))?;
    }
    Ok(match verified {
        Some(false) => exit::FAILED,
        _ => exit::OK,
    })
}

fn version_1(bytes: &[u8], args: &OpenArgs) -> anyhow::Result<Verdict> {
    let envelope = EnvelopeV1::parse(bytes)?;
    if args.public_key.is_some() || args.secret.algorithm != Algorithm::HmacSha256 {
        bail!("envelopes of version 1 are signed with hmac-sha256 only");
    }
    let Some(secret) = read_secret(&args.secret)? else {
        return Ok(Verdict::NotChecked);
    };
    let keys = KeyRing::new().with(args.secret.key_id, &secret);
    Ok(match envelope.verify(&keys) {
        Ok(_) => Verdict::Good,
        Err(error) => Verdict::Bad {
            why: error.to_string(),
            code: None,
        },
    })
}

fn version_2(bytes: &[u8], args: &OpenArgs) -> anyhow::Result<Verdict> {
    let envelope = Envelope::parse(bytes)?;
    let Some(key) = key(args)? else {
        ensure!(
            args.host.is_none() && args.player.is_none() && args.certificate.is_none(),
            "checks need a key; give --secret-file, --secret-env or --public-key"
        );
        return Ok(Verdict::NotChecked);
    };
    let mut expectation = Expectation::new(envelope.statement().kind);
    expectation = match (&args.host, args.port) {
        (Some(host), Some(port)) => expectation.with_target(host, port),
        _ => expectation.with_any_target(),
    };
    expectation = match args.player {
        Some(uuid) if args.verified => expectation.with_verified_player(uuid.into_bytes()),
        Some(uuid) => expectation.with_player(uuid.into_bytes()),
        None => expectation.with_any_player(),
    };
    expectation = match &args.certificate {
        Some(text) => expectation.with_certificate(from_hex_32(text).context("--certificate")?),
        None => expectation.with_any_certificate(),
    };
    let opened = hyrouter_referral::open(
        bytes,
        &VerifyingKeys::new().with(key),
        &expectation,
        SystemTime::now(),
    );
    Ok(match opened {
        Ok(_) => Verdict::Good,
        Err(error) => bad(&error),
    })
}

fn bad(error: &OpenError) -> Verdict {
    Verdict::Bad {
        why: error.to_string(),
        code: Some(error.code().as_str()),
    }
}

fn key(args: &OpenArgs) -> anyhow::Result<Option<VerifyingKey>> {
    let id = args.secret.key_id;
    if let Some(text) = &args.public_key {
        let public_key = from_hex_32(text).context("--public-key")?;
        return Ok(Some(VerifyingKey::ed25519(id, &public_key)?));
    }
    let Some(secret) = read_secret(&args.secret)? else {
        return Ok(None);
    };
    Ok(Some(match args.secret.algorithm {
        Algorithm::HmacSha256 => VerifyingKey::hmac(id, &secret)?,
        Algorithm::Ed25519 => SigningKey::ed25519(id, &secret)?.verifying_key(),
    }))
}
