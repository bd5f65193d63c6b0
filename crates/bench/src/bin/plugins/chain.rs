//! The chain, and decisions with it.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use hyrouter_plugin_api::{ConnectRequest, Plugin, PluginAnswer, PluginFuture};
use hyrouter_plugins::{Chain, ChainEntry, ChainSettings};
use hyrouter_router::{Backend, PoolSpec, RouteRequest, Router, RouterSpec, Turns};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use super::request::request;
use super::{Args, median, micros, wasm};

struct NoOp;

impl Plugin for NoOp {
    fn on_connect<'a>(&'a self, _: &'a ConnectRequest, _: Duration) -> PluginFuture<'a> {
        Box::pin(std::future::ready(Ok(PluginAnswer::default())))
    }
}

fn entry(name: &str, plugin: Arc<dyn Plugin>) -> ChainEntry {
    ChainEntry {
        plugin,
        settings: ChainSettings::new(name),
    }
}

/// A chain of three plugins that do nothing, against making the request alone.
pub(crate) fn no_ops(args: &Args) -> anyhow::Result<String> {
    let entries = ["a", "b", "c"].map(|name| entry(name, Arc::new(NoOp)));
    let chain = Chain::new(entries.into())?;
    let request = request();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        let begun = Instant::now();
        for _ in 0..args.calls {
            std::hint::black_box(request.clone());
        }
        without.push(begun.elapsed());
        let elapsed = runtime.block_on(async {
            let begun = Instant::now();
            for _ in 0..args.calls {
                std::hint::black_box(chain.run(request.clone()).await);
            }
            begun.elapsed()
        });
        with.push(elapsed);
    }
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let each = (micros(median(with)) - micros(median(without))) / args.calls as f64 / 3.0;
    Ok(format!(
        "The chain, three plugins that do nothing: {each:.2} us a plugin.\n"
    ))
}

/// Routing and a chain of one WASM plugin, on two threads with 32 players each.
pub(crate) fn decisions(args: &Args) -> anyhow::Result<String> {
    const PLAYERS: usize = 64;
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let plugin = wasm::load(args, &runtime, 2)?;
    let chain = Arc::new(Chain::new(vec![entry("example", Arc::new(plugin))])?);
    let backends = (1..=3).map(|n| Backend {
        host: format!("10.0.0.{n}"),
        port: 5520,
        weight: 0,
        ..Backend::default()
    });
    let pool = PoolSpec {
        backends: backends.collect(),
        ..PoolSpec::default()
    };
    let spec = RouterSpec {
        default: Some(pool),
        ..RouterSpec::default()
    };
    let router = Arc::new(Router::new(spec)?);
    let turns = Arc::new(Turns::new(&router));
    let each = args.calls * 5 / PLAYERS;
    let mut best = Duration::MAX;
    for _ in 0..args.rounds {
        let begun = Instant::now();
        runtime.block_on(async {
            let mut players = JoinSet::new();
            for _ in 0..PLAYERS {
                let (router, turns, chain) =
                    (Arc::clone(&router), Arc::clone(&turns), Arc::clone(&chain));
                players.spawn(async move {
                    for _ in 0..each {
                        let asked = {
                            let who = RouteRequest {
                                host: "play.example.com",
                                ..RouteRequest::default()
                            };
                            let now = SystemTime::now();
                            std::hint::black_box(router.decide(
                                &who,
                                &turns,
                                now,
                                &mut rand::rng(),
                            ));
                            request()
                        };
                        std::hint::black_box(chain.run(asked).await);
                    }
                });
            }
            players.join_all().await
        });
        best = best.min(begun.elapsed());
    }
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = (each * PLAYERS) as f64 / best.as_secs_f64();
    Ok(format!(
        "Decisions with one WASM plugin, {PLAYERS} players on two threads, two instances: {rate:.0} a second (the best of {} rounds).\n",
        args.rounds
    ))
}
