//! Benchmark of plugins, against the minimum cost of the same call.
//!
//! Prints tables in Markdown. `cargo xtask bench` runs it with the example plugins.

mod bare_grpc;
mod bare_wasm;
mod cache;
mod chain;
mod grpc;
mod request;
mod wasm;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Parser;

/// As the router has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
struct Args {
    /// The example plugin in Rust
    #[arg(long)]
    wasm: PathBuf,
    /// The example plugin behind gRPC, as a program
    #[arg(long)]
    grpc: PathBuf,
    /// Calls of one measurement
    #[arg(long, default_value_t = 20_000)]
    calls: usize,
    /// Measurements of each kind, taken in turn
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

#[expect(clippy::print_stdout, reason = "what it is for")]
fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    println!("{}", wasm::one_caller(&args)?);
    println!("{}", wasm::one_caller_after_rest(&args)?);
    println!("{}", wasm::many_callers(&args)?);
    println!("{}", grpc::one_caller(&args)?);
    println!("{}", cache::one_caller(&args)?);
    println!("{}", chain::no_ops(&args)?);
    println!("{}", chain::decisions(&args)?);
    Ok(())
}

/// The middle of some times.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Returns the time of each of some calls.
fn time_each(
    calls: usize,
    mut call: impl FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(calls);
    for _ in 0..calls {
        let begun = Instant::now();
        call()?;
        times.push(begun.elapsed());
    }
    Ok(times)
}
