//! `hyrouter envelope`: referral data by hand.

use std::fs;
use std::io::Read as _;
use std::process::ExitCode;

use anyhow::Context as _;
use hyrouter_referral::{Envelope, KeyRing, Sealer, Secret};
use serde_json::{Map, Value, json};

use crate::cli::{EnvelopeArgs, EnvelopeCommand, SecretArgs, print};
use crate::exit;

pub(crate) fn run(args: &EnvelopeArgs) -> anyhow::Result<ExitCode> {
    match &args.command {
        EnvelopeCommand::Open { data, secret, json } => open(data.as_deref(), secret, *json),
        EnvelopeCommand::Seal {
            content,
            hex,
            secret,
        } => seal(content.as_deref(), *hex, secret),
    }
}

fn open(data: Option<&str>, secret: &SecretArgs, as_json: bool) -> anyhow::Result<ExitCode> {
    let text = match data {
        Some(data) => data.to_owned(),
        None => {
            String::from_utf8(read_stdin()?).context("standard input is not hexadecimal text")?
        }
    };
    let bytes = from_hex(&text)?;
    let envelope = Envelope::parse(&bytes)?;
    let verified =
        read_secret(secret)?.map(|key| envelope.verify(&KeyRing::new().with(secret.key_id, &key)));
    let verdict = match &verified {
        None => "not checked (give --secret-file or --secret-env)".to_owned(),
        Some(Ok(_)) => "good".to_owned(),
        Some(Err(error)) => error.to_string(),
    };
    if as_json {
        let mut fields = describe(&envelope);
        if let Some(verified) = &verified {
            fields.insert("verified".to_owned(), json!(verified.is_ok()));
            fields.insert("verdict".to_owned(), json!(verdict));
        }
        print(&Value::from(fields).to_string());
    } else {
        print(&format!(
            "{}\nsignature: {verdict}",
            describe_text(&envelope)
        ));
    }
    Ok(match verified {
        Some(Err(_)) => exit::FAILED,
        _ => exit::OK,
    })
}

fn seal(content: Option<&str>, as_hex: bool, secret: &SecretArgs) -> anyhow::Result<ExitCode> {
    let bytes = match content {
        Some(content) => content.as_bytes().to_vec(),
        None => read_stdin()?,
    };
    let bytes = if as_hex {
        from_hex(std::str::from_utf8(&bytes).context("not hexadecimal text")?)?
    } else {
        bytes
    };
    let sealer = match read_secret(secret)? {
        Some(key) => Sealer::signed(secret.key_id, &key),
        None => Sealer::unsigned(secret.key_id),
    };
    let mut envelope = Vec::new();
    anyhow::ensure!(
        !sealer.seal(&bytes, &mut envelope).truncated,
        "{} bytes do not fit: an envelope like this holds at most {}",
        bytes.len(),
        sealer.max_content()
    );
    print(&hex::encode(envelope));
    Ok(exit::OK)
}

/// An envelope as the fields of a JSON object: what is in it, not whether to believe it.
pub(crate) fn describe(envelope: &Envelope<'_>) -> Map<String, Value> {
    let content = envelope.content();
    Map::from_iter([
        ("version".to_owned(), json!(envelope.version())),
        ("key_id".to_owned(), json!(envelope.key_id())),
        ("signed".to_owned(), json!(envelope.is_signed())),
        ("content".to_owned(), json!(hex::encode(content))),
        (
            "content_text".to_owned(),
            json!(std::str::from_utf8(content).ok()),
        ),
    ])
}

/// The same in words.
pub(crate) fn describe_text(envelope: &Envelope<'_>) -> String {
    let signed = if envelope.is_signed() {
        "signed"
    } else {
        "unsigned"
    };
    let content = match std::str::from_utf8(envelope.content()) {
        Ok(text) => format!("{text:?}"),
        Err(_) => hex::encode(envelope.content()),
    };
    format!(
        "envelope: version {}, key {}, {signed}, {} bytes of content\ncontent: {content}",
        envelope.version(),
        envelope.key_id(),
        envelope.content().len()
    )
}

fn read_secret(args: &SecretArgs) -> anyhow::Result<Option<Secret>> {
    let text = match (&args.secret_file, &args.secret_env) {
        (Some(file), _) => {
            fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?
        }
        (None, Some(name)) => {
            std::env::var(name).with_context(|| format!("environment variable {name}"))?
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(Secret::parse(&text)?))
}

fn read_stdin() -> anyhow::Result<Vec<u8>> {
    /// Far more than any envelope, in hexadecimal too.
    const LIMIT: u64 = 1 << 20;
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(LIMIT)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn from_hex(text: &str) -> anyhow::Result<Vec<u8>> {
    let digits: String = text.split_whitespace().collect();
    hex::decode(digits).context("not hexadecimal")
}
