//! Latency of players during a flood of forged handshakes.

use std::fmt::Write as _;

use anyhow::ensure;

use crate::sh::{self, cargo};

/// The flood tests of the entrypoint with the profile `dist`, one after the other: router, flood and players share this
/// machine's cores.
pub(super) fn beside_players() -> anyhow::Result<String> {
    let printed = sh::output(cargo().args([
        "test",
        "--profile",
        "dist",
        "--package",
        "hyrouter-proxy",
        "--all-features",
        "--test",
        "flood",
        "--",
        "--nocapture",
        "--test-threads=1",
    ]))?;
    let mut report = String::from("## Flood\n\n");
    for line in printed.lines().filter(|line| line.contains("p99")) {
        writeln!(report, "- {line}")?;
    }
    ensure!(report.contains("p99"), "the flood tests printed no p99");
    Ok(report)
}
