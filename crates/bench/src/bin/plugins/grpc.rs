//! gRPC plugins.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use hyrouter_bench::Percentiles;
use hyrouter_plugin_api::Plugin as _;
use hyrouter_plugin_grpc::{GrpcPlugin, GrpcSettings, PluginAddress};

use super::bare_grpc::BareGrpc;
use super::request::request;
use super::{Args, median, micros};

/// Default timeout of a chain.
const LEFT: Duration = Duration::from_secs(1);

/// The example plugin in a process of its own.
pub(crate) struct ExamplePlugin(Child, String);

impl ExamplePlugin {
    pub(crate) fn start(args: &Args) -> anyhow::Result<Self> {
        let mut child = Command::new(&args.grpc)
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {}", args.grpc.display()))?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line
            .trim()
            .rsplit(' ')
            .next()
            .unwrap_or_default()
            .to_owned();
        Ok(Self(child, address))
    }
}

impl Drop for ExamplePlugin {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns the plugin of a server.
pub(crate) fn plugin(server: &ExamplePlugin) -> anyhow::Result<GrpcPlugin> {
    let settings = GrpcSettings::new(PluginAddress::parse(&server.1)?);
    Ok(GrpcPlugin::new(&settings)?)
}

/// One caller after the other's answer: the plugin against the bare call of the same server.
pub(crate) fn one_caller(args: &Args) -> anyhow::Result<String> {
    let server = ExamplePlugin::start(args)?;
    let request = request();
    let json = bytes::Bytes::from(serde_json::to_vec(&request)?);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let plugin = plugin(&server)?;
    let calls = args.calls / 4;
    let (mut bare_runs, mut runs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    runtime.block_on(async {
        let mut bare = BareGrpc::connect(&server.1).await?;
        for _ in 0..args.rounds {
            let mut times = Vec::with_capacity(calls);
            for _ in 0..calls {
                let begun = Instant::now();
                bare.call(json.clone()).await?;
                times.push(begun.elapsed());
            }
            let bare_p50 = Percentiles::of(times).p50;
            let mut times = Vec::with_capacity(calls);
            for _ in 0..calls {
                let begun = Instant::now();
                plugin.on_connect(&request, LEFT).await?;
                times.push(begun.elapsed());
            }
            let p50 = Percentiles::of(times).p50;
            bare_runs.push(bare_p50);
            runs.push(p50);
            ratios.push(p50.as_secs_f64() / bare_p50.as_secs_f64());
        }
        anyhow::Ok(())
    })?;
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN);
    let mut table = format!(
        "A gRPC call, the example server in another process, {} bytes of request, one caller, {calls} calls in each of {} rounds:\n\n\
         | what | p50 us |\n|---|---|\n",
        json.len(),
        args.rounds
    );
    writeln!(
        table,
        "| bare tonic unary call | {:.1} |",
        micros(median(bare_runs))
    )?;
    writeln!(
        table,
        "| plugin, end to end | {:.1} |",
        micros(median(runs))
    )?;
    writeln!(table, "\nRatio, the median of the rounds': {ratio:.3}.\n")?;
    Ok(table)
}
