//! Whole exchanges, from the first datagram to the referral.

use std::fmt::Write as _;
use std::thread::available_parallelism;

use anyhow::ensure;
use serde_json::Value;

use super::median;
use super::process::{ServerProcess, Subject, load};
use crate::sh::say;

/// One endpoint, as the floor has one; every connection comes from one address.
pub(crate) const CONFIG: &str = r#"
listen: "127.0.0.1:0"
quic: { endpoints: 1 }
limits: { max_connections: 1000000, max_half_open: 1000000, max_connections_per_source: 1000000, rate: { per_second: 0 }, source_rate: { per_second: 0 } }
routing:
  default: { strategy: round_robin, backends: [{ host: 127.0.0.1, port: 5521 }] }
"#;

/// Measures the server CPU per exchange, in rounds that alternate the servers.
pub(crate) fn exchanges(rounds: usize, exchanges: usize) -> anyhow::Result<String> {
    let (server_core, client_core) = cores();
    let mut runs: Vec<(Subject, Vec<Run>)> =
        Subject::ALL.iter().map(|s| (*s, Vec::new())).collect();
    for round in 1..=rounds {
        for (subject, of_subject) in &mut runs {
            let run = Run::measure(*subject, CONFIG, &[], exchanges, server_core, client_core)?;
            say(&format!(
                "round {round}, {}: {:.1} us of server CPU an exchange",
                subject.name(),
                run.cpu_us
            ));
            of_subject.push(run);
        }
    }
    let floor = runs.first().map_or(f64::NAN, |(_, of_floor)| {
        median(of_floor.iter().map(|r| r.cpu_us).collect())
    });
    let mut table = format!(
        "Whole exchanges: {exchanges} in each of {rounds} rounds, 64 at a time; medians.\n\n\
         | server | CPU us an exchange | ratio to the floor | exchanges/s | p50 ms | p99 ms |\n|---|---|---|---|---|---|\n"
    );
    for (subject, of_subject) in &runs {
        let of = |value: fn(&Run) -> f64| median(of_subject.iter().map(value).collect());
        let ratios = median(
            of_subject
                .iter()
                .zip(runs.iter().flat_map(|(_, of_floor)| of_floor))
                .map(|(run, floor)| run.cpu_us / floor.cpu_us)
                .collect(),
        );
        writeln!(
            table,
            "| {} | {:.0} | {:.3} (median of rounds: {ratios:.3}) | {:.0} | {:.1} | {:.1} |",
            subject.name(),
            of(|r| r.cpu_us),
            of(|r| r.cpu_us) / floor,
            of(|r| r.rate),
            of(|r| r.p50_ms),
            of(|r| r.p99_ms),
        )?;
    }
    Ok(table)
}

/// Returns the commands that pin server and clients to separate cores. On one core the clients' work would count into
/// the server's caches and queues.
pub(super) fn cores() -> (&'static [&'static str], &'static [&'static str]) {
    if available_parallelism().is_ok_and(|cores| cores.get() > 1) {
        (&["taskset", "-c", "0"], &["taskset", "-c", "1"])
    } else {
        (&[], &[])
    }
}

/// One server under one load.
pub(super) struct Run {
    pub(super) cpu_us: f64,
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
}

impl Run {
    /// Runs with these arguments of the load generator beside the number of exchanges.
    pub(super) fn measure(
        subject: Subject,
        config: &str,
        clients: &[&str],
        exchanges: usize,
        server_core: &[&str],
        client_core: &[&str],
    ) -> anyhow::Result<Self> {
        let server = ServerProcess::start(subject, server_core, config)?;
        let exchanges = exchanges.to_string();
        let warm_up = [&["--connections", "500"], clients].concat();
        let measured = [&["--connections", exchanges.as_str()], clients].concat();
        load(&server, client_core, &warm_up)?;
        let before = server.cpu_seconds()?;
        let report = load(&server, client_core, &measured)?;
        let cpu = server.cpu_seconds()? - before;
        server.end()?;
        ensure!(
            number(&report, "failed") == 0.0,
            "{}: lost exchanges: {report}",
            subject.name()
        );
        let answered = number(&report, "answered");
        Ok(Self {
            cpu_us: cpu * 1e6 / answered,
            rate: answered / (number(&report, "elapsed_us") / 1e6),
            p50_ms: number(&report, "exchange_p50_us") / 1e3,
            p99_ms: number(&report, "exchange_p99_us") / 1e3,
        })
    }
}

/// Measures a thousand players that arrive at the same time.
pub(crate) fn burst() -> anyhow::Result<String> {
    const PLAYERS: &str = "1000";
    let server = ServerProcess::start(Subject::Router, &[], CONFIG)?;
    let report = load(
        &server,
        &[],
        &["--connections", PLAYERS, "--concurrency", PLAYERS],
    )?;
    server.end()?;
    ensure!(
        number(&report, "failed") == 0.0,
        "players were lost: {report}"
    );
    Ok(format!(
        "1,000 clients at once: {} answered, {} lost; exchange p50 {:.0} ms, p99 {:.0} ms, slowest {:.0} ms.\n",
        number(&report, "answered"),
        number(&report, "failed"),
        number(&report, "exchange_p50_us") / 1e3,
        number(&report, "exchange_p99_us") / 1e3,
        number(&report, "exchange_max_us") / 1e3,
    ))
}

fn number(report: &Value, key: &str) -> f64 {
    report.get(key).and_then(Value::as_f64).unwrap_or(f64::NAN)
}
