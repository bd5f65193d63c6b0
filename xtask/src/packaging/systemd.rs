//! The unit of systemd and the drop-in for the kernel's limits.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::{configs, read, scratch, yaml};
use crate::peers::left_out;
use crate::sh::{self, cmd, works};

const UNIT: &str = "examples/systemd/hyrouter.service";
const SYSCTL: &str = "examples/systemd/90-hyrouter.conf";

/// Maximum exposure that `systemd-analyze security` may find, in tenths: 13 on version 252.
const EXPOSURE: &str = "20";

pub(super) fn check(faults: &mut Vec<String>) -> anyhow::Result<()> {
    let config = configs::load(configs::SYSTEMD)?;
    let secrets = configs::secret_files(configs::SYSTEMD)?;
    faults.extend(faults_of(&read(UNIT)?, &config, &secrets)?);
    faults.extend(sysctl(&read(SYSCTL)?));
    Ok(())
}

/// Verifies the unit with systemd-analyze, if it is installed.
pub(super) fn run(router: &Path) -> anyhow::Result<()> {
    if !works(cmd("systemd-analyze").arg("--version")) {
        return left_out("systemd-analyze is not installed; the unit is not verified");
    }
    let unit = scratch("systemd")?.join("hyrouter.service");
    // systemd-analyze checks that the program exists.
    let text = read(UNIT)?.replace("/usr/bin/hyrouter", &router.to_string_lossy());
    fs::write(&unit, text).with_context(|| format!("writing {}", unit.display()))?;
    let mut verify = cmd("systemd-analyze");
    let output = verify.args(["--man=no", "verify"]).arg(&unit).output()?;
    let messages = String::from_utf8_lossy(&output.stderr);
    // systemd ignores an unknown directive with a message, so a misspelt restriction would be none.
    ensure!(
        output.status.success() && !messages.contains("hyrouter.service"),
        "{UNIT}: systemd-analyze verify found:\n{messages}"
    );
    let exposure = format!("--threshold={EXPOSURE}");
    let security = ["security", "--offline=true", "--no-pager", &exposure];
    // Its table is long, and of interest only when the sum is too high.
    if !works(cmd("systemd-analyze").args(security).arg(&unit)) {
        sh::run(cmd("systemd-analyze").args(security).arg(&unit))?;
    }
    Ok(())
}

/// Compares a unit with the configuration beside it.
fn faults_of(unit: &str, config: &Value, secrets: &[String]) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    let all = |name: &str| -> Vec<_> {
        let assigned = unit.lines().filter_map(|line| line.split_once('='));
        assigned
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value)
            .collect()
    };
    if all("RestartPreventExitStatus") != ["64"] {
        faults.push(format!(
            "{UNIT}: a configuration with a mistake is restarted"
        ));
    }
    let to_end = configs::time_to_end(config)?.as_secs();
    let stop: u64 = all("TimeoutStopSec")
        .first()
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    if stop <= to_end {
        faults.push(format!(
            "{UNIT}: TimeoutStopSec={stop} cuts off what may take {to_end} seconds"
        ));
    }
    for file in secrets {
        let name = file
            .strip_prefix("/run/credentials/hyrouter.service/")
            .unwrap_or(file);
        let start = format!("{name}:");
        if !all("LoadCredential").iter().any(|c| c.starts_with(&start)) {
            faults.push(format!("{UNIT}: nothing loads the credential {name}"));
        }
    }
    if all("LoadCredential").len() != secrets.len() {
        faults.push(format!("{UNIT}: it loads credentials that nothing names"));
    }
    let cache = all("CacheDirectory").first().copied();
    let in_config = yaml::text(config, "/wasm/cache_dir");
    if cache.map(|name| format!("/var/cache/{name}")).as_deref() != Some(in_config) {
        faults.push(format!("{UNIT}: {in_config} is not its CacheDirectory"));
    }
    if !all("MemoryDenyWriteExecute").is_empty() {
        faults.push(format!(
            "{UNIT}: WASM plugins need memory that is executable"
        ));
    }
    Ok(faults)
}

fn sysctl(text: &str) -> Vec<String> {
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    // The 4 MiB that the router asks for.
    if lines == ["net.core.rmem_max = 4194304"] {
        Vec::new()
    } else {
        vec![format!("{SYSCTL}: {lines:?}")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_after(from: &str, to: &str) -> Vec<String> {
        let unit = read(UNIT).unwrap();
        assert!(unit.contains(from), "{from}");
        let config = configs::load(configs::SYSTEMD).unwrap();
        let secrets = configs::secret_files(configs::SYSTEMD).unwrap();
        faults_of(&unit.replacen(from, to, 1), &config, &secrets).unwrap()
    }

    #[test]
    fn the_unit_is_valid_and_changes_of_it_are_found() {
        assert_eq!(faults_after("[Unit]", "[Unit]"), [""; 0]);
        for (from, to, fault) in [
            (
                "TimeoutStopSec=30",
                "TimeoutStopSec=10",
                "TimeoutStopSec=10 cuts off",
            ),
            (
                "LoadCredential=admin-token:",
                "LoadCredential=token:",
                "credential admin-token",
            ),
            (
                "CacheDirectory=hyrouter",
                "CacheDirectory=router",
                "is not its CacheDirectory",
            ),
            (
                "RestartPreventExitStatus=64\n",
                "",
                "a configuration with a mistake",
            ),
        ] {
            let faults = faults_after(from, to);
            assert!(
                faults.iter().any(|found| found.contains(fault)),
                "{from} -> {to}: {faults:?}"
            );
        }
    }
}
