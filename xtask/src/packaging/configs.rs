//! The configurations of the examples, which the router must accept without warnings.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use hyrouter_config::Sources;
use serde_json::Value;

use super::{read, scratch, yaml};

pub(super) const SYSTEMD: &str = "examples/systemd/config.yaml";
pub(super) const DOCKER: &str = "examples/docker/config.yaml";
pub(super) const BASE: &str = "examples/kubernetes/base/config.yaml";
pub(super) const OVERLAY: &str = "examples/kubernetes/overlays/example/config.yaml";

/// Folders where the examples expect files of secrets.
const SECRETS: &[&str] = &["/run/credentials/hyrouter.service/", "/run/secrets/"];

pub(super) fn check(faults: &mut Vec<String>) -> anyhow::Result<()> {
    for file in [SYSTEMD, DOCKER, BASE, OVERLAY] {
        let folder = scratch(&file.replace('/', "-"))?;
        let config = with_secrets(file, &folder)?;
        let no_variables = [("", ""); 0];
        match Sources::new()
            .with_file(config)
            .with_env(no_variables)
            .load()
        {
            Ok(settings) => faults.extend(
                settings
                    .warnings
                    .iter()
                    .map(|warning| format!("{file}: {warning}")),
            ),
            Err(error) => faults.extend(
                error
                    .to_string()
                    .lines()
                    .map(|line| format!("{file}: {line}")),
            ),
        }
    }
    Ok(())
}

/// Writes a configuration as `config.yaml` into `folder`, and the secrets that it names beside it.
fn with_secrets(file: &str, folder: &Path) -> anyhow::Result<PathBuf> {
    let mut text = read(file)?;
    for path in secret_files(file)? {
        let name = path.rsplit('/').next().unwrap_or(&path);
        let secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n";
        fs::write(folder.join(name), secret)
            .with_context(|| format!("writing {}", folder.display()))?;
        text = text.replace(&path, &folder.join(name).to_string_lossy());
    }
    let config = folder.join("config.yaml");
    fs::write(&config, text).with_context(|| format!("writing {}", config.display()))?;
    Ok(config)
}

/// Returns the files of secrets that a configuration names.
pub(super) fn secret_files(file: &str) -> anyhow::Result<Vec<String>> {
    let config = load(file)?;
    let mut found: Vec<_> = yaml::texts(&config)
        .into_iter()
        .filter(|text| SECRETS.iter().any(|folder| text.starts_with(folder)))
        .map(ToOwned::to_owned)
        .collect();
    found.sort();
    found.dedup();
    Ok(found)
}

pub(super) fn load(file: &str) -> anyhow::Result<Value> {
    yaml::document(file, &read(file)?)
}

/// Returns the maximum time that the router takes to shut down.
pub(super) fn time_to_end(config: &Value) -> anyhow::Result<Duration> {
    let part = |key: &str| {
        let text = yaml::text(config, &format!("/shutdown/{key}"));
        hyrouter_config::parse_duration(text)
            .with_context(|| format!("shutdown.{key}: {text:?} is no duration"))
    };
    Ok(part("delay")? + part("timeout")?)
}

/// Returns the port of a listen address at a JSON pointer.
pub(super) fn port(config: &Value, pointer: &str) -> Option<u64> {
    yaml::text(config, pointer).rsplit(':').next()?.parse().ok()
}
