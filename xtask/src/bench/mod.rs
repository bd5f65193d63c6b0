//! `cargo xtask bench`: what the router costs, as ratios to a floor measured in the same run.

#![allow(
    clippy::cast_precision_loss,
    reason = "figures for people, of a few digits"
)]

mod instructions;
mod memory;
mod process;
mod whole;

use std::fmt::Write as _;
use std::fs;

use anyhow::Context as _;

use crate::sh::{self, cargo, say, target};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Rounds of the measurement of whole exchanges, each of floor and router in turn
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Exchanges in one round
    #[arg(long, default_value_t = 5_000)]
    exchanges: usize,
    /// Leave out the pure parts
    #[arg(long)]
    no_pure: bool,
    /// Leave out the instructions that callgrind counts
    #[arg(long)]
    no_callgrind: bool,
    /// Leave out the memory of idle connections
    #[arg(long)]
    no_memory: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    if !args.no_pure {
        sh::run(cargo().args(["bench", "--package", "hyrouter-bench", "--bench", "pure"]))?;
    }
    sh::run(cargo().args([
        "build",
        "--release",
        "--package",
        "hyrouter",
        "--package",
        "hyrouter-bench",
    ]))?;

    let mut report = String::new();
    writeln!(report, "{}", whole::exchanges(args.rounds, args.exchanges)?)?;
    writeln!(report, "{}", whole::burst()?)?;
    if !args.no_callgrind {
        writeln!(report, "{}", instructions::per_exchange()?)?;
    }
    if !args.no_memory {
        writeln!(report, "{}", memory::idle()?)?;
    }
    say(&format!("\n{report}"));
    let file = target().join("bench.md");
    fs::write(&file, report).with_context(|| format!("writing {}", file.display()))?;
    say(&format!("written to {}", file.display()));
    Ok(())
}

/// The middle of some measurements.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
