//! `cargo xtask`: everything that is not a product.

mod bench;
mod browser;
mod ci;
mod dist;
mod docs;
mod interop;
mod packaging;
mod peers;
mod plugins;
mod run_plugins;
mod sh;
mod tidy;
mod verifiers;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Builds, checks and measures Hyrouter")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything that has to hold before a change lands: format, lints, docs, licences, tests
    Ci,
    /// Set up what the tests need and run them all
    Test,
    /// Talk to the built router with aioquic, a QUIC stack that nobody here wrote
    Interop {
        /// Run only the cases whose name contains this
        filter: Option<String>,
    },
    /// Build the example plugins in WebAssembly into target/plugins/
    PluginWasm,
    /// Start a router with the example plugins, everything of dev/config.plugins.dev.yaml, in this terminal
    RunPlugins {
        /// With the router's lines of level debug
        #[arg(long)]
        debug: bool,
    },
    /// Measure: the pure parts, whole exchanges against a floor, memory
    Bench(bench::BenchArgs),
    /// Check what is under examples/ for operators: image, systemd unit, manifests, dashboard, alerts
    Packaging,
    /// Build what is released into target/archive/: archive, list of contents, sums
    Dist(dist::DistArgs),
    /// Write the generated parts of docs/
    Docs {
        /// Only check that they are up to date
        #[arg(long)]
        check: bool,
    },
    /// Check what no linter can
    Tidy,
    /// Build the verifiers of envelopes in Java and Go, and run the test vectors with them
    Verifiers,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Ci => ci::run(),
        Command::Test => ci::test(),
        Command::Interop { filter } => interop::run(filter.as_deref()),
        Command::PluginWasm => plugins::build(),
        Command::RunPlugins { debug } => run_plugins::run(debug),
        Command::Bench(args) => bench::run(&args),
        Command::Packaging => packaging::run(),
        Command::Dist(args) => dist::run(&args),
        Command::Docs { check } => docs::run(check),
        Command::Tidy => tidy::run(),
        Command::Verifiers => verifiers::set_up().and_then(|()| verifiers::run()),
    }
}
