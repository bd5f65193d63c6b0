//! Plugins: calls against bare calls, and the effect of a plugin that never returns on other players.

use std::fmt::Write as _;
use std::fs;
use std::thread;

use anyhow::ensure;
use serde_json::Value;

use super::median;
use super::process::{ServerProcess, Subject, built, load};
use crate::plugins;
use crate::sh::{self, cmd, root, target};

/// Calls, chain and decisions, in one process.
pub(crate) fn calls() -> anyhow::Result<String> {
    plugins::build()?;
    sh::output(
        cmd(built("plugins"))
            .arg("--wasm")
            .arg(target().join("plugins/wasm-plugin.wasm"))
            .arg("--grpc")
            .arg(built("example-grpc-plugin")),
    )
}

/// Configuration that calls the example plugin for all players. The plugin `loops` never returns for one of two hosts.
const CONFIG: &str = r#"
listen: "127.0.0.1:0"
quic: { endpoints: 1 }
limits: { max_connections: 1000000, max_half_open: 1000000, max_connections_per_source: 1000000, rate: { per_second: 0 }, source_rate: { per_second: 0 } }
routing:
  default: { strategy: round_robin, backends: [{ host: 127.0.0.1, port: 5521 }] }
plugins:
  - { name: loops, type: wasm, stage: route, mode: MODE, timeout: 250ms, breaker: { failures: 0 }, wasm: { path: LOOPS, instances: 2 } }
  - { name: example, type: wasm, stage: mutate, wasm: { path: EXAMPLE, instances: 2 } }
"#;

/// Measures the latency of players without a looping plugin, beside players with one and beside players without one.
pub(crate) fn beside_a_loop(rounds: usize) -> anyhow::Result<String> {
    let loops = target().join("loops.wasm");
    let text = root().join("crates/plugin-wasm/tests/guests/router/loops.wat");
    fs::write(&loops, wat::parse_file(text)?)?;
    let config = |mode: &str| {
        CONFIG
            .replace("MODE", mode)
            .replace("LOOPS", &loops.display().to_string())
            .replace(
                "EXAMPLE",
                &target()
                    .join("plugins/wasm-plugin.wasm")
                    .display()
                    .to_string(),
            )
    };
    let mut table = "Referral latency of 4 players at a time, beside 2 at a time who \
        come to another host, one endpoint:\n\n| the others | p50 ms | p99 ms | the others' p50 ms |\n|---|---|---|---|\n"
        .to_owned();
    for (name, host, mode) in [
        ("are like them", "calm.example.com", "enforce"),
        ("have a shadow plugin loop", "play.example.com", "shadow"),
        (
            "keep the instances of a plugin busy that all wait for",
            "play.example.com",
            "enforce",
        ),
    ] {
        let config = config(mode);
        let (mut p50, mut p99, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let server = ServerProcess::start(Subject::QuietRouter, &[], &config)?;
            let (report, beside) = thread::scope(|scope| {
                let beside = scope.spawn(|| {
                    let args = ["--connections", "300", "--concurrency", "2", "--sni", host];
                    load(&server, &[], &args)
                });
                let args = [
                    "--connections",
                    "1500",
                    "--concurrency",
                    "4",
                    "--sni",
                    "other.example.com",
                ];
                let report = load(&server, &[], &args);
                (report, beside.join())
            });
            let report = report?;
            let beside = beside.map_err(|_| anyhow::anyhow!("the load beside panicked"))??;
            server.end()?;
            ensure!(
                report.get("failed") == Some(&0.into()),
                "lost exchanges: {report}"
            );
            ensure!(
                beside.get("failed") == Some(&0.into()),
                "lost exchanges: {beside}"
            );
            p50.push(millis(&report, "exchange_p50_us"));
            p99.push(millis(&report, "exchange_p99_us"));
            others.push(millis(&beside, "exchange_p50_us"));
        }
        writeln!(
            table,
            "| {name} | {:.1} | {:.1} | {:.1} |",
            median(p50),
            median(p99),
            median(others)
        )?;
    }
    Ok(table)
}

fn millis(report: &Value, key: &str) -> f64 {
    report.get(key).and_then(Value::as_f64).unwrap_or(f64::NAN) / 1e3
}
