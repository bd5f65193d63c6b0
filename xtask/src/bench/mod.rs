//! `cargo xtask bench`: costs of the router, as ratios to a floor measured in the same run.

#![allow(
    clippy::cast_precision_loss,
    reason = "figures for people, of a few digits"
)]

mod discovery;
mod flood;
mod identity;
mod instructions;
mod memory;
mod plugins;
mod process;
mod whole;

use std::fmt::Write as _;
use std::fs;

use anyhow::Context as _;

use crate::sh::{self, cargo, say, target};

#[derive(Debug, clap::Args)]
pub(crate) struct BenchArgs {
    /// Rounds of each measurement that takes its subjects in turn
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Whole exchanges in one round
    #[arg(long, default_value_t = 5_000)]
    exchanges: usize,
    /// Only these parts; may be repeated [default: all]
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Parts without sockets
    Pure,
    /// Whole exchanges against the floor
    Whole,
    /// Exchanges with identity tokens verified, against those where they are only read
    Identity,
    /// The instructions of an exchange, counted by callgrind
    Callgrind,
    /// The memory of idle connections
    Memory,
    /// Calls of plugins against bare calls
    Plugins,
    /// Time from an event of a source of backends to the first decision that sees it
    Discovery,
    /// Waiting times of players during a flood of forged handshakes
    Flood,
}

impl BenchArgs {
    fn has(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

pub(crate) fn run(args: &BenchArgs) -> anyhow::Result<()> {
    if args.has(Part::Pure) {
        sh::run(cargo().args(["bench", "--package", "hyrouter-bench", "--benches"]))?;
    }
    sh::run(cargo().args([
        "build",
        "--profile",
        "dist",
        "--package",
        "hyrouter",
        "--package",
        "hyrouter-bench",
        "--package",
        "example-grpc-plugin",
    ]))?;

    let mut report = String::new();
    if args.has(Part::Whole) {
        writeln!(report, "{}", whole::exchanges(args.rounds, args.exchanges)?)?;
        writeln!(report, "{}", whole::burst()?)?;
    }
    if args.has(Part::Identity) {
        writeln!(
            report,
            "{}",
            identity::exchanges(args.rounds, args.exchanges)?
        )?;
    }
    if args.has(Part::Callgrind) {
        writeln!(report, "{}", instructions::per_exchange()?)?;
    }
    if args.has(Part::Memory) {
        writeln!(report, "{}", memory::idle()?)?;
    }
    if args.has(Part::Plugins) {
        writeln!(report, "{}", plugins::calls()?)?;
        writeln!(report, "{}", plugins::beside_a_loop(args.rounds)?)?;
    }
    if args.has(Part::Discovery) {
        writeln!(report, "{}", discovery::events()?)?;
    }
    if args.has(Part::Flood) {
        writeln!(report, "{}", flood::beside_players()?)?;
    }
    say(&format!("\n{report}"));
    let file = target().join("bench.md");
    fs::write(&file, report).with_context(|| format!("writing {}", file.display()))?;
    say(&format!("written to {}", file.display()));
    Ok(())
}

/// Returns the median of measurements.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
