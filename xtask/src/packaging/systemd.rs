//! The unit of systemd and the drop-in for the kernel's limits.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

use super::{configs, read, scratch, yaml};
use crate::peers::left_out;
use crate::sh::{self, cmd, works};

const UNIT: &str = "examples/systemd/hyrouter.service";
const SYSCTL: &str = "examples/systemd/90-hyrouter.conf";

/// Maximum exposure that `systemd-analyze security` may find, in tenths: 13 on version 252.
const EXPOSURE: &str = "20";

/// The sections and directives that a unit of ours may have. systemd itself warns of an unknown one and goes on, so
/// that a misspelt restriction is none.
const KNOWN: &[(&str, &[&str])] = &[
    (
        "Unit",
        &[
            "Description",
            "Documentation",
            "After",
            "Wants",
            "StartLimitIntervalSec",
            "StartLimitBurst",
        ],
    ),
    (
        "Service",
        &[
            "Type",
            "ExecStart",
            "ExecReload",
            "Restart",
            "RestartSec",
            "RestartPreventExitStatus",
            "TimeoutStopSec",
            "KillMode",
            "DynamicUser",
            "ConfigurationDirectory",
            "CacheDirectory",
            "CacheDirectoryMode",
            "LogsDirectory",
            "WorkingDirectory",
            "LoadCredential",
            "LimitNOFILE",
            "UMask",
            "ProtectSystem",
            "ProtectHome",
            "ProtectProc",
            "ProcSubset",
            "PrivateTmp",
            "PrivateDevices",
            "PrivateUsers",
            "ProtectClock",
            "ProtectControlGroups",
            "ProtectHostname",
            "ProtectKernelLogs",
            "ProtectKernelModules",
            "ProtectKernelTunables",
            "RemoveIPC",
            "NoNewPrivileges",
            "AmbientCapabilities",
            "CapabilityBoundingSet",
            "RestrictNamespaces",
            "RestrictRealtime",
            "RestrictSUIDSGID",
            "LockPersonality",
            "RestrictAddressFamilies",
            "SystemCallArchitectures",
            "SystemCallFilter",
            "SystemCallErrorNumber",
        ],
    ),
    ("Install", &["WantedBy"]),
];

/// Lines that must be in the unit, as they stand.
const WANTED: &[&str] = &[
    "Type=exec",
    "ExecStart=/usr/bin/hyrouter --config /etc/hyrouter/config.yaml",
    "ExecReload=/usr/bin/hyrouter reload --config /etc/hyrouter/config.yaml",
    "Restart=on-failure",
    "RestartPreventExitStatus=64",
    "DynamicUser=yes",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "RestrictNamespaces=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "LockPersonality=yes",
];

/// Directives by name, in order.
type Directives = BTreeMap<String, Vec<String>>;

pub(super) fn check(faults: &mut Vec<String>) -> anyhow::Result<()> {
    let config = configs::load(configs::SYSTEMD)?;
    let secrets = configs::secret_files(configs::SYSTEMD)?;
    faults.extend(faults_of(&read(UNIT)?, &config, &secrets)?);
    faults.extend(sysctl(&read(SYSCTL)?));
    Ok(())
}

/// Lets systemd itself look, where it is.
pub(super) fn run(router: &Path) -> anyhow::Result<()> {
    if !works(cmd("systemd-analyze").arg("--version")) {
        return left_out("no systemd-analyze here; the unit is not verified by systemd");
    }
    let unit = scratch("systemd")?.join("hyrouter.service");
    // It looks whether the program is there.
    let text = read(UNIT)?.replace("/usr/bin/hyrouter", &router.to_string_lossy());
    fs::write(&unit, text).with_context(|| format!("writing {}", unit.display()))?;
    sh::run(
        cmd("systemd-analyze")
            .args(["--man=no", "verify"])
            .arg(&unit),
    )?;
    let exposure = format!("--threshold={EXPOSURE}");
    let security = ["security", "--offline=true", "--no-pager", &exposure];
    // Its table is long, and of interest only when the sum is too high.
    if !works(cmd("systemd-analyze").args(security).arg(&unit)) {
        sh::run(cmd("systemd-analyze").args(security).arg(&unit))?;
    }
    Ok(())
}

fn faults_of(unit: &str, config: &Value, secrets: &[String]) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    let directives = parse(unit, &mut faults);
    for wanted in WANTED {
        if !unit.lines().any(|line| line == *wanted) {
            faults.push(format!("{UNIT}: no {wanted}"));
        }
    }
    let all = |name: &str| directives.get(name).map_or(&[][..], Vec::as_slice);
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
    let cache = all("CacheDirectory").first().map(String::as_str);
    let in_config = yaml::text(config, "/wasm/cache_dir");
    if cache.map(|name| format!("/var/cache/{name}")).as_deref() != Some(in_config) {
        faults.push(format!("{UNIT}: {in_config} is not its CacheDirectory"));
    }
    if directives.contains_key("MemoryDenyWriteExecute") {
        faults.push(format!(
            "{UNIT}: WASM plugins need memory that is executable"
        ));
    }
    Ok(faults)
}

fn parse(unit: &str, faults: &mut Vec<String>) -> Directives {
    let mut known: &[&str] = &[];
    let mut directives = Directives::new();
    for (number, line) in (1..).zip(unit.lines()) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            match KNOWN.iter().find(|(name, _)| *name == section) {
                Some((_, names)) => known = names,
                None => faults.push(format!("{UNIT}:{number}: unknown section {section}")),
            }
            continue;
        }
        match line.split_once('=') {
            Some((name, value)) if known.contains(&name) => {
                let values = directives.entry(name.to_owned()).or_default();
                values.push(value.to_owned());
            }
            _ => faults.push(format!("{UNIT}:{number}: {line} is unknown there")),
        }
    }
    directives
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
    fn it_is_good_and_what_is_changed_is_found() {
        assert_eq!(faults_after("[Unit]", "[Unit]"), [""; 0]);
        for (from, to, fault) in [
            (
                "PrivateTmp=",
                "PrivatTmp=",
                "PrivatTmp=yes is unknown there",
            ),
            ("[Service]", "[Servize]", "unknown section Servize"),
            (
                "NoNewPrivileges=yes",
                "NoNewPrivileges=no",
                "no NoNewPrivileges=yes",
            ),
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
                "no RestartPreventExitStatus=64",
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
