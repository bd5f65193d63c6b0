//! Many game clients at once, against a router on this machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, ensure};
use clap::Parser;
use hyrouter_bench::Percentiles;
use hyrouter_client::{ClientExchange, Dial, ExchangeOutcome, GameClient, Hello};
use hyrouter_identity::{TestClaims, TokenSigningKey};
use hyrouter_protocol::Generation;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

/// The clients are part of the measurement, so they get the same allocator as the router.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Bounds on what this does to a machine.
const MAX_CONNECTIONS: usize = 1_000_000;

#[derive(Debug, Parser)]
struct Args {
    /// The router; on a loopback address
    target: SocketAddr,
    /// Exchanges in all
    #[arg(long, default_value_t = 1000)]
    connections: usize,
    /// Exchanges at a time
    #[arg(long, default_value_t = 64)]
    concurrency: usize,
    /// Host name to ask for
    #[arg(long, default_value = "play.example.com")]
    sni: String,
    /// Generation of the client
    #[arg(long, default_value = "g4")]
    generation: Generation,
    /// Key that signs the identity token of all clients, a file of `hyrouter keys generate --for token`
    #[arg(long)]
    token_key: Option<PathBuf>,
    /// Stop after the handshakes and hold the connections until standard input ends
    #[arg(long)]
    hold: bool,
    /// Number of source addresses of 127.0.0.0/8, each in a /24 of its own
    #[arg(long, default_value_t = 1)]
    sources: u8,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    ensure!(
        args.target.ip().is_loopback(),
        "only loopback addresses are loaded"
    );
    ensure!(
        args.connections <= MAX_CONNECTIONS,
        "at most {MAX_CONNECTIONS} connections"
    );
    ensure!(args.concurrency > 0 && args.sources > 0, "at least one");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        if args.hold {
            hold(&args).await
        } else {
            exchange(&args).await
        }
    })
}

fn clients(args: &Args) -> anyhow::Result<Vec<GameClient>> {
    (1..=args.sources)
        .map(|network| {
            let source = match args.target.ip() {
                IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::new(127, 0, network, 1)),
                ip @ IpAddr::V6(_) => ip,
            };
            GameClient::bind(SocketAddr::new(source, 0)).context("binding a client")
        })
        .collect()
}

fn dial(args: &Args) -> Dial {
    Dial::new(args.target)
        .host(&*args.sni)
        .timeout(Duration::from_secs(30))
}

async fn exchange(args: &Args) -> anyhow::Result<()> {
    let clients = clients(args)?;
    let mut hello = Hello::of(args.generation);
    hello.identity_token = args.token_key.as_deref().map(token).transpose()?;
    let hello = Arc::new(hello);
    let ready = Arc::new(dial(args).prepare(&hello.alpn())?);
    let slots = Arc::new(Semaphore::new(args.concurrency));
    let mut running = JoinSet::new();
    let begun = Instant::now();
    for client in clients.iter().cycle().take(args.connections) {
        let slot = Arc::clone(&slots).acquire_owned().await?;
        let (client, ready, hello) = (client.clone(), Arc::clone(&ready), Arc::clone(&hello));
        running.spawn(async move {
            let begun = Instant::now();
            let exchange = client.exchange_prepared(&ready, &hello).await;
            drop(slot);
            (exchange, begun.elapsed())
        });
    }
    let mut results = Vec::with_capacity(args.connections);
    while let Some(result) = running.join_next().await {
        results.push(result?);
    }
    report(&results, begun.elapsed());
    Ok(())
}

/// A token as long as the game's own are.
fn token(key: &Path) -> anyhow::Result<String> {
    let text = std::fs::read(key).with_context(|| format!("reading {}", key.display()))?;
    let now = SystemTime::now();
    let claims = TestClaims {
        uuid: Uuid::from_u128(7),
        username: "Player".to_owned(),
        issued_at: now,
        expires_at: now + Duration::from_hours(1),
        ..TestClaims::default()
    };
    Ok(TokenSigningKey::from_json(&text)?.sign(&claims)?)
}

fn report(results: &[(ClientExchange, Duration)], elapsed: Duration) {
    let answered = |exchange: &ClientExchange| {
        matches!(
            exchange.outcome,
            ExchangeOutcome::Referral { .. } | ExchangeOutcome::Disconnect { .. }
        )
    };
    let good = results.iter().filter(|(exchange, _)| answered(exchange));
    let whole = Percentiles::of(good.clone().map(|(_, took)| *took).collect());
    let handshake = Percentiles::of(
        good.clone()
            .filter_map(|(exchange, _)| exchange.handshake)
            .collect(),
    );
    let first_failure = results.iter().find(|(exchange, _)| !answered(exchange));
    print(&json!({
        "answered": good.count(),
        "failed": results.iter().filter(|(exchange, _)| !answered(exchange)).count(),
        "first_failure": first_failure.map(|(exchange, _)| format!("{:?}", exchange.outcome)),
        "elapsed_us": elapsed.as_micros(),
        "exchange_p50_us": whole.p50.as_micros(),
        "exchange_p99_us": whole.p99.as_micros(),
        "exchange_max_us": whole.max.as_micros(),
        "handshake_p50_us": handshake.p50.as_micros(),
        "handshake_p99_us": handshake.p99.as_micros(),
    }));
}

/// Connections that say nothing, to see what they cost.
async fn hold(args: &Args) -> anyhow::Result<()> {
    let clients = clients(args)?;
    let ready = Arc::new(dial(args).prepare(&Hello::of(args.generation).alpn())?);
    let slots = Arc::new(Semaphore::new(args.concurrency));
    let mut running = JoinSet::new();
    for client in clients.iter().cycle().take(args.connections) {
        let slot = Arc::clone(&slots).acquire_owned().await?;
        let (client, ready) = (client.clone(), Arc::clone(&ready));
        running.spawn(async move {
            let session = client.connect_prepared(&ready).await;
            drop(slot);
            session
        });
    }
    let mut held = Vec::with_capacity(args.connections);
    let mut failed = 0;
    while let Some(session) = running.join_next().await {
        match session? {
            Ok(session) => held.push(session),
            Err(_) => failed += 1,
        }
    }
    print(&json!({ "held": held.len(), "failed": failed }));
    let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
    Ok(())
}

#[expect(
    clippy::print_stdout,
    reason = "the report is what this program is for"
)]
fn print(report: &serde_json::Value) {
    println!("{report}");
}
