//! Answers from the cache of the chain, against calls of the same plugin.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyrouter_bench::Percentiles;
use hyrouter_plugin_api::{CacheField, ConnectRequest, Plugin, PluginFuture};
use hyrouter_plugins::{AnswerCacheSettings, Chain, ChainEntry, ChainSettings};
use tokio::runtime::{Builder, Runtime};

use super::grpc::{self, ExamplePlugin};
use super::request::request;
use super::{Args, median, micros, wasm};

/// Number of players, which is the number of keys.
const PLAYERS: usize = 1000;

/// A plugin whose answers the router may give again, each to the same player.
struct Cacheable<P>(P);

impl<P: Plugin> Plugin for Cacheable<P> {
    fn on_connect<'a>(&'a self, request: &'a ConnectRequest, left: Duration) -> PluginFuture<'a> {
        Box::pin(async move {
            let mut answer = self.0.on_connect(request, left).await?;
            let hour = Duration::from_hours(1);
            answer.response = answer.response.cacheable(hour, [CacheField::Uuid]);
            Ok(answer)
        })
    }
}

/// One caller after the other's answer: chains of one plugin, with a cache that has an answer for each player, and
/// without one.
pub(crate) fn one_caller(args: &Args) -> anyhow::Result<String> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let server = ExamplePlugin::start(args)?;
    let guest = wasm::load(args, &runtime, 1)?;
    let plugins: [(&str, Arc<dyn Plugin>); 2] = [
        ("gRPC", Arc::new(Cacheable(grpc::plugin(&server)?))),
        ("WASM", Arc::new(Cacheable(guest))),
    ];
    let mut table = format!(
        "A chain of one plugin, {PLAYERS} players, one caller, {} calls in each of {} rounds; the cache has an answer \
         for each player:\n\n| plugin | call p50 us | answer from the cache p50 us | ratio |\n|---|---|---|---|\n",
        args.calls / 4,
        args.rounds
    );
    for (name, plugin) in plugins {
        let chain = |cache| {
            let settings = ChainSettings {
                cache,
                ..ChainSettings::new(name)
            };
            let plugin = Arc::clone(&plugin);
            Chain::new(vec![ChainEntry { plugin, settings }])
        };
        let without = chain(None)?;
        let with = chain(Some(AnswerCacheSettings {
            max_ttl: Duration::from_hours(1),
            ..AnswerCacheSettings::default()
        }))?;
        // Fills the cache.
        time(&runtime, &with, PLAYERS);
        let (mut calls, mut hits) = (Vec::new(), Vec::new());
        for _ in 0..args.rounds {
            calls.push(time(&runtime, &without, args.calls / 4));
            hits.push(time(&runtime, &with, args.calls / 4));
        }
        let (call, hit) = (micros(median(calls)), micros(median(hits)));
        writeln!(
            table,
            "| {name} | {call:.1} | {hit:.2} | {:.0}x |",
            call / hit
        )?;
    }
    Ok(table)
}

/// Returns the median time of a decision of the chain, about one player after the other.
fn time(runtime: &Runtime, chain: &Chain, decisions: usize) -> Duration {
    let requests: Vec<_> = (0..PLAYERS).map(player).collect();
    let requests = requests.iter().cycle().take(decisions);
    let times = runtime.block_on(async {
        let mut times = Vec::with_capacity(decisions);
        for request in requests {
            let request = request.clone();
            let begun = Instant::now();
            std::hint::black_box(chain.run(request).await);
            times.push(begun.elapsed());
        }
        times
    });
    Percentiles::of(times).p50
}

fn player(number: usize) -> ConnectRequest {
    let mut request = request();
    request.event.uuid = Some(format!("0f1e2d3c-4b5a-6978-8796-{number:012x}"));
    request
}
