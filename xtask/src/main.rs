//! `cargo xtask`: development tasks.

mod api_server;
mod bench;
mod browser;
mod ci;
mod dist;
mod docs;
mod engines;
mod go;
mod interop;
mod name_server;
mod packaging;
mod peers;
mod plugin_examples;
mod plugins;
mod python;
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
    /// Run all checks: format, lints, documentation, licenses, tests, packaging, interop
    Ci,
    /// Set up what the tests need, then run all tests
    Test,
    /// Build the Kubernetes API server of the tests into target/kubernetes-test-server/
    ApiServer,
    /// Test the router with aioquic, an independent QUIC stack
    Interop {
        /// Run only the cases whose name contains this text
        filter: Option<String>,
    },
    /// Build the example plugins for WebAssembly into target/plugins/
    PluginWasm,
    /// Make, build, test and call a project of each template of `hyrouter plugin new`, and check the kits
    PluginExamples(plugin_examples::PluginExampleArgs),
    /// Run the router of dev/config.plugins.dev.yaml and its plugins in this terminal
    RunPlugins {
        /// Log at level debug
        #[arg(long)]
        debug: bool,
    },
    /// Measure the pure parts, whole exchanges compared with a minimal server, and memory
    Bench(bench::BenchArgs),
    /// Check the files for operators in examples/: image, systemd unit, manifests, dashboard, alerts
    Packaging,
    /// Build the release into target/archive/: archive, list of crates, checksums
    Dist(dist::DistArgs),
    /// Write the generated parts of docs/
    Docs {
        /// Only check that they are up to date
        #[arg(long)]
        check: bool,
    },
    /// Check names, dependencies between crates, texts and links
    Tidy,
    /// Build the envelope verifiers in Java and Go, then run the test vectors with them
    Verifiers,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Ci => ci::run(),
        Command::Test => ci::test(),
        Command::ApiServer => api_server::Build::start().and_then(api_server::Build::finish),
        Command::Interop { filter } => interop::run(filter.as_deref()),
        Command::PluginWasm => plugins::build_all(),
        Command::PluginExamples(args) => plugin_examples::run(&args),
        Command::RunPlugins { debug } => run_plugins::run(debug),
        Command::Bench(args) => bench::run(&args),
        Command::Packaging => packaging::run(),
        Command::Dist(args) => dist::run(&args),
        Command::Docs { check } => docs::run(check),
        Command::Tidy => tidy::run(),
        Command::Verifiers => verifiers::set_up().and_then(|()| verifiers::run()),
    }
}
