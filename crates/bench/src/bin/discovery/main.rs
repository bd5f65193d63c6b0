//! Time from an event of a source to the first decision that sees it, per discovery provider.
//!
//! Starts a router with one provider, changes the source, and connects as a client again and again until it is referred
//! to the new backend. Prints a table in Markdown. `cargo xtask bench` runs it.

mod file;
mod http;
mod router;

use std::net::UdpSocket;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::Parser;
use hyrouter_bench::Percentiles;

use self::router::RouterProcess;

/// Maximum time until a decision sees an event.
const LONGEST: Duration = Duration::from_secs(30);

#[derive(Debug, Parser)]
struct Args {
    /// The router, as a program
    router: PathBuf,
    /// Events of each provider
    #[arg(long, default_value_t = 20)]
    events: u16,
}

/// A source of one backend, which the measurement changes.
trait MeasuredSource {
    /// Name in the table.
    fn name(&self) -> &'static str;

    /// Returns the provider's entry in `discovery.providers`, with the name `source`.
    fn provider(&self) -> String;

    /// Replaces the backend by one at this port.
    fn change(&mut self, port: u16) -> anyhow::Result<()>;
}

#[expect(clippy::print_stdout, reason = "the table is the output")]
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let sources: [Box<dyn MeasuredSource>; 2] = [
        Box::new(file::DocumentFile::new()?),
        Box::new(http::MeasuredServer::new()?),
    ];
    println!(
        "Time from an event of a source to the first decision that sees it, {} events:\n\n\
         | provider | p50 ms | p99 ms | max ms |\n|---|---|---|---|",
        args.events
    );
    for mut source in sources {
        let times = Percentiles::of(measure(&args, &mut *source).await?);
        println!(
            "| {} | {:.1} | {:.1} | {:.1} |",
            source.name(),
            millis(times.p50),
            millis(times.p99),
            millis(times.max)
        );
    }
    Ok(())
}

async fn measure(args: &Args, source: &mut dyn MeasuredSource) -> anyhow::Result<Vec<Duration>> {
    let mut port = 1_000;
    source.change(port)?;
    let listen = free_address()?;
    let config = format!(
        "listen: '{listen}'
limits: {{ rate: {{ per_second: 0 }}, source_rate: {{ per_second: 0 }} }}
discovery: {{ providers: [{}] }}
routing: {{ default: {{ discovery: {{ provider: source }} }} }}
",
        source.provider()
    );
    let router = RouterProcess::start(&args.router, &config, listen)?;
    router.refers_to(port, LONGEST).await?;
    let mut times = Vec::new();
    for _ in 0..args.events {
        // A random part of the interval of a source that is asked again and again.
        tokio::time::sleep(Duration::from_millis(rand::random_range(500..1_500))).await;
        port += 1;
        source.change(port)?;
        let changed = Instant::now();
        router.refers_to(port, LONGEST).await?;
        times.push(changed.elapsed());
    }
    ensure!(!times.is_empty(), "no events");
    Ok(times)
}

/// Returns an address that nothing listens on.
fn free_address() -> anyhow::Result<std::net::SocketAddr> {
    Ok(UdpSocket::bind("127.0.0.1:0")?.local_addr()?)
}

/// Returns a document with one backend.
fn document(port: u16) -> String {
    serde_json::json!({"backends": [{"id": "b", "host": "127.0.0.1", "port": port}]}).to_string()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
