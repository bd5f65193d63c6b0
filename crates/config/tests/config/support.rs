//! Configurations from texts and files.

use std::path::PathBuf;

use hyrouter_config::{ConfigError, EnvelopeSettings, Settings, Sources};
use hyrouter_referral::v1::Sealer;

/// Returns the path of a file of `tests/data`.
pub(crate) fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

/// A file without effect; an empty file would be a problem.
pub(crate) const NOTHING: &str = "protocol: {unknown: route}";

/// Loads a file without environment.
pub(crate) fn load_file(path: PathBuf) -> Result<Settings, ConfigError> {
    Sources::new().with_file(path).with_env(NONE).load()
}

/// Loads a text as YAML without environment.
pub(crate) fn load(yaml: &str) -> Result<Settings, ConfigError> {
    load_with(yaml, NONE)
}

/// Loads a text as YAML under these variables.
pub(crate) fn load_with<const N: usize>(
    yaml: &str,
    env: [(&str, &str); N],
) -> Result<Settings, ConfigError> {
    load_named("config.yaml", yaml, env)
}

/// A pool, since a configuration without a way to a backend is a problem.
const POOL: (&str, &str) = (
    "HYROUTER_ROUTING__DEFAULT__BACKENDS",
    r#"[{"host": "pool.example", "port": 5520}]"#,
);

/// Loads a text as a file of this name, with a default pool unless it has routing.
pub(crate) fn load_named<const N: usize>(
    name: &str,
    text: &str,
    env: [(&str, &str); N],
) -> Result<Settings, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let has_routing = ["routing:", "\"routing\""]
        .iter()
        .any(|key| text.contains(key));
    let pool = (!has_routing).then_some(POOL);
    let env = pool.into_iter().chain(env);
    Sources::new().with_file(path).with_env(env).load()
}

/// Returns the problems of a YAML text, one per line.
pub(crate) fn problems(yaml: &str) -> Vec<String> {
    lines(&load(yaml).unwrap_err())
}

/// Returns the problems of an error, one per line.
pub(crate) fn lines(error: &ConfigError) -> Vec<String> {
    assert!(!error.problems().is_empty(), "{error}");
    let lines: Vec<_> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(error.to_string(), lines.join("\n"));
    lines
}

/// Returns the warnings at the start, one per line.
pub(crate) fn warnings(settings: &Settings) -> Vec<String> {
    settings.warnings.iter().map(ToString::to_string).collect()
}

/// Returns the only key that signs envelopes of version 1.
pub(crate) fn sealer(settings: &Settings) -> Sealer {
    let EnvelopeSettings::V1(keys) = &settings.referral.envelope else {
        panic!("version 1 is the default");
    };
    assert_eq!(keys.len(), 1);
    keys.first().unwrap().sealer.clone()
}

const NONE: [(&str, &str); 0] = [];
