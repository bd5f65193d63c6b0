//! WASM plugins.

use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyrouter_bench::Percentiles;
use hyrouter_plugin_wasm::{WasmHost, WasmPlugin, WasmSettings};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use super::bare_wasm::BareWasm;
use super::request::request;
use super::{Args, median, micros, time_each};

/// Default timeout of a chain.
const LEFT: Duration = Duration::from_secs(1);

/// One caller after the other's answer: the plugin end to end against the bare call.
pub(crate) fn one_caller(args: &Args) -> anyhow::Result<String> {
    let json = serde_json::to_vec(&request())?;
    let mut bare = BareWasm::load(&args.wasm)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let plugin = load(args, &runtime, 1)?;
    let request = request();
    let (mut bare_runs, mut runs) = (Vec::new(), Vec::new());
    let (mut bare_slow, mut slow) = (Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        let times = Percentiles::of(time_each(args.calls, || bare.call(&json))?);
        bare_runs.push(times.p50);
        bare_slow.push(times.p99);
        let times = Percentiles::of(runtime.block_on(async {
            let mut times = Vec::with_capacity(args.calls);
            for _ in 0..args.calls {
                let begun = Instant::now();
                plugin.call(&request, LEFT).await?;
                times.push(begun.elapsed());
            }
            anyhow::Ok(times)
        })?);
        runs.push(times.p50);
        slow.push(times.p99);
    }
    let (bare_p50, p50) = (median(bare_runs), median(runs));
    let mut table = format!(
        "A WASM call, the Rust example, {} bytes of request, one caller, {} calls in each of {} rounds:\n\n\
         | what | p50 us | p99 us |\n|---|---|---|\n",
        json.len(),
        args.calls,
        args.rounds
    );
    writeln!(
        table,
        "| bare wasmer call | {:.2} | {:.2} |",
        micros(bare_p50),
        micros(median(bare_slow))
    )?;
    writeln!(
        table,
        "| plugin, end to end | {:.2} | {:.2} |",
        micros(p50),
        micros(median(slow))
    )?;
    writeln!(
        table,
        "\nEnd to end above the bare call at p50: {:.1} us.\n",
        micros(p50) - micros(bare_p50)
    )?;
    Ok(table)
}

/// One call after a rest, in which the cores went to sleep and their caches cooled.
pub(crate) fn one_caller_after_rest(args: &Args) -> anyhow::Result<String> {
    const REST: Duration = Duration::from_millis(5);
    let calls = (args.calls / 40).max(1);
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let plugin = load(args, &runtime, 1)?;
    let request = request();
    let mut bare = BareWasm::load(&args.wasm)?;
    let json = serde_json::to_vec(&request)?;
    let mut bare_times = Vec::with_capacity(calls);
    for _ in 0..calls {
        runtime.block_on(async { tokio::time::sleep(REST).await });
        let begun = Instant::now();
        bare.call(&json)?;
        bare_times.push(begun.elapsed());
    }
    let bare = Percentiles::of(bare_times);
    let times = Percentiles::of(runtime.block_on(async {
        let mut times = Vec::with_capacity(calls);
        for _ in 0..calls {
            tokio::time::sleep(REST).await;
            let begun = Instant::now();
            plugin.call(&request, LEFT).await?;
            times.push(begun.elapsed());
        }
        anyhow::Ok(times)
    })?);
    Ok(format!(
        "The same after a rest of {REST:?} before each call, {calls} calls: bare p50 {:.1} us, p99 {:.1} us; \
         end to end p50 {:.1} us, p99 {:.1} us.\n",
        micros(bare.p50),
        micros(bare.p99),
        micros(times.p50),
        micros(times.p99)
    ))
}

/// Many callers on one thread, as an endpoint has them, and on two; two instances.
pub(crate) fn many_callers(args: &Args) -> anyhow::Result<String> {
    let one = Builder::new_current_thread().enable_all().build()?;
    let two = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    Ok(format!(
        "{}{}",
        many_callers_on(args, &one, "one thread")?,
        many_callers_on(args, &two, "two threads")?
    ))
}

fn many_callers_on(args: &Args, runtime: &Runtime, threads: &str) -> anyhow::Result<String> {
    const CALLERS: usize = 64;
    let plugin = Arc::new(load(args, runtime, 2)?);
    let calls = args.calls * 10 / CALLERS;
    let mut best: Option<(f64, Percentiles)> = None;
    for _ in 0..args.rounds {
        let begun = Instant::now();
        let times = runtime.block_on(async {
            let mut callers = JoinSet::new();
            for _ in 0..CALLERS {
                callers.spawn(call_often(Arc::clone(&plugin), calls));
            }
            callers.join_all().await
        });
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let rate = (calls * CALLERS) as f64 / begun.elapsed().as_secs_f64();
        let times = Percentiles::of(times.into_iter().flatten().collect());
        if best.is_none_or(|(best, _)| rate > best) {
            best = Some((rate, times));
        }
    }
    let (rate, times) = best.unwrap_or_default();
    Ok(format!(
        "WASM calls, {CALLERS} callers on {threads}, two instances: {rate:.0} a second (the best of {} rounds), \
         p50 {:.0} us, p99 {:.0} us.\n",
        args.rounds,
        micros(times.p50),
        micros(times.p99)
    ))
}

async fn call_often(plugin: Arc<WasmPlugin>, calls: usize) -> Vec<Duration> {
    let request = request();
    let mut times = Vec::with_capacity(calls);
    for _ in 0..calls {
        let begun = Instant::now();
        if plugin.call(&request, LEFT).await.is_ok() {
            times.push(begun.elapsed());
        }
    }
    times
}

pub(crate) fn load(args: &Args, runtime: &Runtime, instances: u32) -> anyhow::Result<WasmPlugin> {
    let _inside = runtime.enter();
    let instances = NonZeroU32::new(instances).unwrap_or(NonZeroU32::MIN);
    let settings = WasmSettings::new("example", &args.wasm).with_instances(instances);
    Ok(WasmPlugin::load(&WasmHost::new(), &settings)?)
}
