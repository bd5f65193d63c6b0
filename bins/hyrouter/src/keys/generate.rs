//! `hyrouter keys generate`.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use hyrouter_files::read_text;
use hyrouter_identity::TokenSigningKey;
use hyrouter_referral::{Algorithm, Secret, SigningKey};
use serde_json::{Value, json};

use crate::cli::{GenerateArgs, Purpose, print, print_json};
use crate::exit;

/// Maximum size of a key set, in bytes. The router has the same limit.
const MAX_SET: usize = 256 * 1024;

pub(super) fn run(args: &GenerateArgs) -> anyhow::Result<ExitCode> {
    match args.purpose {
        Purpose::Referral => referral(args)?,
        Purpose::Token => token(args)?,
    }
    Ok(exit::OK)
}

fn referral(args: &GenerateArgs) -> anyhow::Result<()> {
    ensure!(
        args.jwks.is_none(),
        "--jwks needs --for token; backends of referrals get the printed key"
    );
    let id: u8 = args
        .id
        .as_deref()
        .unwrap_or("1")
        .parse()
        .context("--id: the id of an envelope key is a number from 0 to 255")?;
    let bytes: [u8; 32] = rand::random();
    let text = format!("hex:{}", hex::encode(bytes));
    let secret = Secret::parse(&text)?;
    let algorithm = args.algorithm.unwrap_or(Algorithm::Ed25519);
    let key = match algorithm {
        Algorithm::HmacSha256 => SigningKey::hmac(id, &secret)?,
        Algorithm::Ed25519 => SigningKey::ed25519(id, &secret)?,
    };
    write_secret(&args.out, &format!("{text}\n"))?;
    let file = args.out.display();
    if args.json {
        print_json(&json!({
            "for": "referral",
            "id": id,
            "algorithm": algorithm.to_string(),
            "secret_file": args.out,
            "public_key": key.public_key().map(hex::encode),
        }))?;
        return Ok(());
    }
    print(&format!(
        "# In the configuration of the router:\n\
         referral:\n  version: 2\n  keys:\n    - {{id: {id}, algorithm: {algorithm}, secret_file: {file:?}}}",
        file = file.to_string()
    ))?;
    print(
        "# With other keys: set not_before to a time after all backends have this key. It signs from then on.",
    )?;
    print(&match key.public_key() {
        Some(public_key) => format!(
            "# Backends verify with key {id} and this public key (not a secret):\n# {}",
            hex::encode(public_key)
        ),
        None => format!("# Backends verify with key {id} and the secret in {file}."),
    })?;
    Ok(())
}

fn token(args: &GenerateArgs) -> anyhow::Result<()> {
    ensure!(
        args.algorithm.is_none(),
        "--algorithm is for referral keys; tokens are signed with ed25519"
    );
    ensure!(args.id.as_deref() != Some(""), "--id must not be empty");
    let key = match &args.id {
        Some(id) => TokenSigningKey::generate(id)?,
        None => TokenSigningKey::generate(&format!("dev-{:08x}", rand::random::<u32>()))?,
    };
    let set = args.jwks.as_deref();
    let set = set.map(|file| with_key(file, &key)).transpose()?;
    write_secret(&args.out, &format!("{}\n", key.to_json()))?;
    if let Some((file, set)) = args.jwks.as_deref().zip(set) {
        replace(file, &set)?;
    }
    if args.json {
        let public: Value = serde_json::from_str(&key.public_jwks())?;
        print_json(&json!({
            "for": "token",
            "secret_file": args.out,
            "jwks_file": args.jwks,
            "jwks": public,
        }))?;
        return Ok(());
    }
    match &args.jwks {
        Some(file) => {
            print(&format!(
                "# In the configuration of the router, for test players:\n\
                 identity: {{mode: require, jwks: {:?}}}\n\
                 # hyrouter probe 127.0.0.1 --token-sign {}",
                file.display().to_string(),
                args.out.display()
            ))?;
        }
        None => print(&key.public_jwks())?,
    }
    Ok(())
}

/// Returns the key set with the new key. Existing keys stay, so that their tokens remain valid until they expire.
fn with_key(file: &Path, key: &TokenSigningKey) -> anyhow::Result<String> {
    let mut set: Value = serde_json::from_str(&key.public_jwks())?;
    if file.exists() {
        let known = read_text(file, MAX_SET)?;
        let mut known: Value = serde_json::from_str(&known)
            .with_context(|| format!("{} is not a JSON Web Key Set", file.display()))?;
        let keys = known
            .get_mut("keys")
            .and_then(Value::as_array_mut)
            .with_context(|| format!("{} has no list of keys", file.display()))?;
        let added = set
            .get_mut("keys")
            .and_then(Value::as_array_mut)
            .context("the new set has no list of keys")?;
        keys.append(added);
        set = known;
    }
    let text = serde_json::to_string_pretty(&set)?;
    hyrouter_identity::KeySet::parse(text.as_bytes())
        .with_context(|| format!("adding the key to {} makes it invalid", file.display()))?;
    Ok(format!("{text}\n"))
}

/// Replaces the file atomically: a reader sees the old or the new keys, never a part.
fn replace(file: &Path, text: &str) -> anyhow::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    fs::write(&beside, text)
        .and_then(|()| fs::rename(&beside, file))
        .with_context(|| format!("writing {}", file.display()))
}

/// Writes a new file that no other user can read. Never overwrites a file.
fn write_secret(file: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
        .open(file)
        .and_then(|mut open| open.write_all(text.as_bytes()))
        .with_context(|| format!("writing {}", file.display()))
}
