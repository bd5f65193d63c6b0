//! Keys of referrals, and the identity of players.

use std::time::{Duration, SystemTime};

use hyrouter_config::{ConfigError, EnvelopeSettings, IdentityMode, Settings, Sources};
use hyrouter_referral::{Algorithm, SigningKeys};

use crate::support::{load, load_with, problems, warnings};

const SEED: &str = "hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// Seed and public key of RFC 8032, section 7.1.
const PUBLIC: &str = "hex:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const LONG: &str = "0123456789abcdef";
const POOL: &str = "routing: {default: {backends: [{host: h, port: 1}]}}";

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn referral(yaml: &str) -> Result<Settings, ConfigError> {
    load(&format!("{POOL}\nreferral: {yaml}"))
}

fn signing_keys(settings: &Settings) -> &SigningKeys {
    match &settings.referral.envelope {
        EnvelopeSettings::V2(keys) => keys,
        other => panic!("{other:?}"),
    }
}

#[test]
fn defaults() {
    let settings = load(POOL).unwrap();
    let referral = &settings.referral;
    assert_eq!(crate::support::sealer(&settings).key_id(), 0);
    assert!(!referral.envelope.is_signed());
    // Signatures were not configured.
    assert_eq!(warnings(&settings), [""; 0]);
    assert_eq!((referral.ttl.as_secs(), referral.max_hops), (60, 5));
    assert_eq!(referral.accept.iter().count(), 0);

    let identity = &settings.identity;
    assert_eq!(identity.mode, IdentityMode::Off);
    assert_eq!(
        identity.jwks,
        "https://sessions.hytale.com/.well-known/jwks.json"
    );
    assert_eq!(identity.issuer, "https://sessions.hytale.com");
    assert_eq!(identity.clock_skew.as_secs(), 300);
    assert_eq!(identity.refresh.as_secs(), 600);
}

#[test]
fn plain_bytes_instead_of_an_envelope() {
    for yaml in [
        "{envelope: none}",
        "{envelope: NONE, version: 1, hmac_secret: '', keys: []}",
    ] {
        let settings = referral(yaml).unwrap();
        let envelope = &settings.referral.envelope;
        assert!(matches!(envelope, EnvelopeSettings::Plain), "{yaml}");
        assert_eq!(warnings(&settings), [""; 0], "{yaml}");
    }
    for (yaml, keys) in [
        (format!("hmac_secret: {LONG}"), &["hmac_secret"] as &[_]),
        (format!("keys: [{{id: 1, secret: {LONG}}}]"), &["keys"]),
        ("version: 2".to_owned(), &["version"]),
        (
            format!("version: 2, hmac_secret: {LONG}"),
            &["hmac_secret", "version"],
        ),
    ] {
        let expected = keys.iter().map(|key| {
            format!(
                "referral.{key}: not with `envelope: none`, which sends plain bytes that no backend can verify; allowed: one \
                 of the two"
            )
        });
        let lines = problems(&format!("{POOL}\nreferral: {{envelope: none, {yaml}}}"));
        assert_eq!(lines, expected.collect::<Vec<_>>(), "{yaml}");
    }
}

#[test]
fn keys_follow_each_other() {
    let settings = referral(&format!(
        "{{version: 2, key_id: 1, hmac_secret: {LONG}, keys: [\
         {{id: 2, algorithm: ed25519, secret: '{SEED}', not_before: '1970-01-01T00:00:50Z', not_after: '1970-01-01T01:01:40+01:00'}},\
         {{id: 3, algorithm: HMAC-SHA256, secret: {LONG}, not_before: '1970-01-01T00:01:30Z'}}]}}"
    ))
    .unwrap();
    let keys = signing_keys(&settings);
    for (second, id, algorithm) in [
        (0, 1, Algorithm::HmacSha256),
        (49, 1, Algorithm::HmacSha256),
        (50, 2, Algorithm::Ed25519),
        (89, 2, Algorithm::Ed25519),
        (90, 3, Algorithm::HmacSha256),
        (1000, 3, Algorithm::HmacSha256),
    ] {
        let key = keys.active(at(second)).unwrap();
        assert_eq!((key.id(), key.algorithm()), (id, algorithm), "{second}");
    }
    assert_eq!(warnings(&settings), Vec::<String>::new());
}

#[test]
fn times_without_a_key_cause_warnings() {
    let key = |id: u8, begin: &str, end: &str| {
        let field = |name, time: &str| match time {
            "" => String::new(),
            time => format!(", {name}: '1970-01-01T00:{time}:00Z'"),
        };
        format!(
            "{{id: {id}, secret: {LONG}{}{}}}",
            field("not_before", begin),
            field("not_after", end)
        )
    };
    let now_next = "referral.keys: now no key signs until the next one begins; players are refused during that time";
    let later_next = "referral.keys: at a later time no key signs until the next one begins; players are refused during that time";
    let now_over = "referral.keys: now no key signs and none follows; players are refused then";
    let later_over =
        "referral.keys: at a later time no key signs and none follows; players are refused then";
    // 5 s after the end.
    for (keys, expected) in [
        (vec![key(1, "", "")], None),
        (vec![key(1, "01", "")], None),
        (vec![key(1, "", "10"), key(2, "10", "")], None),
        (vec![key(2, "05", ""), key(1, "", "10")], None),
        (vec![key(1, "", "04"), key(2, "03", "")], None),
        (vec![key(1, "", "10"), key(2, "11", "")], Some(later_next)),
        (vec![key(1, "06", "")], Some(now_next)),
        (vec![key(1, "", "05"), key(2, "06", "")], Some(now_next)),
        (vec![key(1, "", "05")], Some(now_over)),
        (vec![key(1, "", "10"), key(2, "05", "20")], Some(later_over)),
        // The inner one ends before the outer one.
        (
            vec![key(1, "", "30"), key(2, "05", "10"), key(3, "20", "")],
            None,
        ),
    ] {
        let settings = at_five_past(&format!("{{keys: [{}]}}", keys.join(", ")));
        let expected: Vec<_> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(warnings(&settings), expected, "{keys:?}");
    }
}

fn at_five_past(referral: &str) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.yaml");
    std::fs::write(&path, format!("{POOL}\nreferral: {referral}")).unwrap();
    let sources = Sources::new().with_file(path).with_env([("", ""); 0]);
    sources.with_now(at(300)).load().unwrap()
}

#[test]
fn a_key_that_never_signs_causes_a_warning() {
    let hidden = |id, first| {
        vec![format!(
            "referral.keys[{id}]: never signs, since key {first} comes first; give it a `not_before`"
        )]
    };
    for (yaml, expected) in [
        (
            format!("{{hmac_secret: {LONG}, keys: [{{id: 7, secret: {LONG}}}]}}"),
            hidden(0, 0),
        ),
        (
            format!("{{keys: [{{id: 1, secret: {LONG}}}, {{id: 2, secret: {LONG}}}]}}"),
            hidden(1, 1),
        ),
        (
            format!(
                "{{keys: [{{id: 1, secret: {LONG}, not_after: '2100-01-01T00:00:00Z'}}, {{id: 2, secret: {LONG}}}]}}"
            ),
            vec![],
        ),
        (
            format!(
                "{{hmac_secret: {LONG}, keys: [{{id: 7, secret: {LONG}, not_before: '2026-01-01T00:00:00Z'}}]}}"
            ),
            vec![],
        ),
    ] {
        assert_eq!(warnings(&referral(&yaml).unwrap()), expected, "{yaml}");
    }
}

#[test]
fn secrets_come_from_files_and_variables() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, format!("{SEED}\n")).unwrap();
    let yaml = format!(
        "{POOL}\nreferral: {{version: 2, keys: [{{id: 1, algorithm: ed25519, secret_file: '{}'}}, {{id: 2, secret_env: OUR_SECRET}}]}}",
        file.display()
    );
    let settings = load_with(&yaml, [("OUR_SECRET", "base64:MDEyMzQ1Njc4OWFiY2RlZg==")]).unwrap();
    let keys: Vec<_> = signing_keys(&settings)
        .iter()
        .map(|key| (key.id(), key.algorithm()))
        .collect();
    assert_eq!(keys, [(1, Algorithm::Ed25519), (2, Algorithm::HmacSha256)]);

    std::fs::remove_file(&file).unwrap();
    let path = folder.path().join("config.yaml");
    std::fs::write(&path, yaml).unwrap();
    let error = Sources::new()
        .with_file(path)
        .with_env([("", ""); 0])
        .load();
    let error = error.unwrap_err().to_string();
    let lines: Vec<_> = error.lines().collect();
    assert!(
        lines[0].starts_with("referral.keys[0].secret_file: cannot read "),
        "{error}"
    );
    assert_eq!(
        lines[1],
        "referral.keys[1].secret_env: the environment variable \"OUR_SECRET\" does not exist"
    );
}

#[test]
fn mistakes_in_keys() {
    for (yaml, expected) in [
        (
            "{version: 3}".to_owned(),
            "referral.version: out of range (got 3); allowed: 1 to 2",
        ),
        (
            "{version: 2}".to_owned(),
            "referral.keys: missing; required by `version: 2`, which signs; or give `hmac_secret`",
        ),
        (
            "{max_hops: 0}".to_owned(),
            "referral.max_hops: out of range (got 0); allowed: 1 to 255",
        ),
        (
            "{keys: [{secret: x}]}".to_owned(),
            "referral.keys[0].id: missing; it is required",
        ),
        (
            format!("{{hmac_secret: {LONG}, keys: [{{id: 0, secret: {LONG}}}]}}"),
            "referral.keys[0].id: not unique (got 0); allowed: each id once",
        ),
        (
            format!("{{keys: [{{id: 1, secret: {LONG}, secret_env: X}}]}}"),
            "referral.keys[0]: more than one secret; allowed: one of `secret`, `secret_file` and `secret_env`",
        ),
        (
            "{keys: [{id: 1}]}".to_owned(),
            "referral.keys[0]: no secret; allowed: one of `secret`, `secret_file` and `secret_env`",
        ),
        (
            format!("{{keys: [{{id: 1, algorithm: ed25519, secret: '{SEED}'}}]}}"),
            "referral.keys[0].algorithm: not available in version 1 (got \"ed25519\"); allowed: hmac_sha256, or `version: 2`",
        ),
        (
            format!("{{keys: [{{id: 1, algorithm: rsa, secret: {LONG}}}]}}"),
            "referral.keys[0].algorithm: unknown value (got \"rsa\"); allowed: hmac_sha256, ed25519",
        ),
        (
            format!("{{keys: [{{id: 1, secret: {LONG}, not_before: yesterday}}]}}"),
            "referral.keys[0].not_before: not a time (got \"yesterday\"); allowed: date, time and offset from UTC, such as 2026-12-01T00:00:00Z",
        ),
        (
            format!(
                "{{keys: [{{id: 1, secret: {LONG}, not_before: '2026-12-01T00:00:00Z', not_after: '2026-12-01T00:00:00Z'}}]}}"
            ),
            "referral.keys[0].not_after: not after `not_before`, so the key is never valid; allowed: a later time",
        ),
        (
            format!(
                "{{accept: [{{id: 1, algorithm: ed25519, secret: '{SEED}', public_key: '{PUBLIC}'}}]}}"
            ),
            "referral.accept[0]: a secret for ed25519; allowed: `public_key`, since nothing is signed with it here",
        ),
        (
            "{accept: [{id: 1, algorithm: ed25519}]}".to_owned(),
            "referral.accept[0].public_key: missing; required by algorithm `ed25519`",
        ),
        (
            "{accept: [{id: 1, algorithm: ed25519, public_key: 'hex:00'}]}".to_owned(),
            "referral.accept[0].public_key: not a public key (got \"hex:00\"); allowed: 32 bytes as base64:... or hex:...",
        ),
        (
            format!("{{accept: [{{id: 1, secret: {LONG}, public_key: '{PUBLIC}'}}]}}"),
            "referral.accept[0].public_key: not for hmac_sha256; allowed: a secret, or `algorithm: ed25519`",
        ),
        (
            "{keys: [{id: 1, secret_env: hyrouter_x}]}".to_owned(),
            "referral.keys[0].secret_env: \"hyrouter_x\" begins with HYROUTER_, which is reserved for keys; allowed: another name",
        ),
        (
            "{keys: [{id: 1, secret_file: /dev/null}]}".to_owned(),
            "referral.keys[0].secret_file: cannot read \"/dev/null\": is a character device; a regular file is needed",
        ),
        (
            format!("{{accept: [{{id: 1, secret: {LONG}}}, {{id: 1, secret: {LONG}}}]}}"),
            "referral.accept[1].id: not unique (got 1); allowed: each id once",
        ),
    ] {
        let lines = problems(&format!("{POOL}\nreferral: {yaml}"));
        assert_eq!(lines, [expected], "{yaml}");
    }
}

#[test]
fn short_secrets() {
    let warned = referral("{keys: [{id: 1, secret: 0123456789abcde}]}").unwrap();
    assert_eq!(
        warnings(&warned),
        ["referral.keys[0]: the secret has fewer than 16 bytes, which can be guessed"]
    );
    for yaml in [
        "{version: 2, hmac_secret: 0123456789abcde}",
        "{version: 2, keys: [{id: 1, secret: 0123456789abcde}]}",
        "{version: 2, keys: [{id: 1, algorithm: ed25519, secret: 0123456789abcdef}]}",
        "{accept: [{id: 1, secret: 0123456789abcde}]}",
    ] {
        let lines = problems(&format!("{POOL}\nreferral: {yaml}"));
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains("bytes"), "{lines:?}");
        assert!(!lines[0].contains("0123456789"), "{lines:?}");
    }
}
