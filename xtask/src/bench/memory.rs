//! Memory of idle connections.

use std::fmt::Write as _;

use super::process::{ServerProcess, Subject, hold, pause};

/// Configuration that refuses and drops no connection during the measurement.
const CONFIG: &str = r#"
listen: "127.0.0.1:0"
quic: { endpoints: 1, max_idle_timeout: 5m }
limits: { connect_timeout: 5m, handshake_timeout: 30s, rate: { per_second: 0 }, source_rate: { per_second: 0 } }
routing:
  default: { strategy: round_robin, backends: [{ host: 127.0.0.1, port: 5521 }] }
"#;

pub(crate) fn idle() -> anyhow::Result<String> {
    let mut table = "Resident memory of idle connections (handshake done, no data sent):\n\n\
        | connections | bytes each | in all, MiB |\n|---|---|---|\n"
        .to_owned();
    for connections in [1_000_usize, 10_000] {
        let server = ServerProcess::start(Subject::QuietRouter, &[], CONFIG)?;
        let before = server.resident()?;
        let held = hold(&server, connections)?;
        // Waits until the memory of the last handshakes is freed.
        pause(1_000);
        let grown = server.resident()? - before;
        writeln!(
            table,
            "| {connections} | {:.0} | {:.0} |",
            grown / connections as f64,
            (before + grown) / 1_048_576.0
        )?;
        drop(held);
        server.end()?;
    }
    Ok(table)
}
