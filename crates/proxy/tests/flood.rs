//! 20,000 handshakes from forged addresses that never finish, while players connect.
//! A binary of its own: other tests in this process would count for its memory.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panic and says what it measured"
)]

#[path = "proxy/support/mod.rs"]
mod support;

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hyrouter_client::{Dial, ExchangeOutcome, GameClient, Hello};
use hyrouter_protocol::Generation;
use hyrouter_proxy::{Answer, Limits, ServerHandle};
use support::flood::{flood, initials, sources, stream};
use support::server;

const FORGED: usize = 20_000;
/// Each in a /24 of its own, so that no rate of a source stops them.
const SOURCES: u16 = 512;
/// What the kernel surely holds for one socket: 4 MiB at 2.3 KB each, and players beside them.
const AHEAD: u64 = 1_200;
/// Of a flood that goes on: 5,000 a second.
const PER_MILLI: usize = 5;
/// A player every so often.
const PACE: Duration = Duration::from_millis(10);
/// Before and after the flood.
const QUIET_PLAYERS: usize = 150;

#[tokio::test]
async fn players_get_in_while_forged_handshakes_flood_the_door() {
    let server = server()
        .endpoints(2)
        .answering(|_| Answer::referral("10.0.0.7", 5521, None));
    let limits = Limits::default();
    let (initials, sources) = (initials(FORGED).await, sources(SOURCES));
    // Several, so that the kernel spreads them over the endpoints, and made before memory is looked at.
    let clients = [(); 8].map(|()| GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap());
    let players = |until| players(clients.clone(), server.dial(), until);
    let quiet = players(Until::Count(QUIET_PLAYERS)).await;

    let before = resident();
    let highest = Arc::new(AtomicUsize::new(0));
    let over = Arc::new(AtomicBool::new(false));
    let watching = tokio::spawn(watch(server.handle.clone(), highest.clone(), over.clone()));
    let during = tokio::spawn(players(Until::Over(over.clone())));
    let (handle, address) = (server.handle.clone(), server.address);
    // On a thread of its own: players are not to wait for the flood's sender.
    let runtime = tokio::runtime::Handle::current();
    let flooding = tokio::task::spawn_blocking(move || {
        // Players are among them, so that the sender is ahead by a few more.
        let handled = || {
            let status = handle.status();
            status.retries_sent + status.admitted
        };
        runtime.block_on(flood(address, &sources, &initials, AHEAD, handled))
    });
    let begun = Instant::now();
    let flooded = flooding.await.unwrap();
    let flooded_for = begun.elapsed();
    let after = resident();
    over.store(true, Ordering::Release);
    watching.await.unwrap();
    let during = during.await.unwrap();
    let later = players(Until::Count(QUIET_PLAYERS)).await;

    let (highest, status) = (highest.load(Ordering::Acquire), server.handle.status());
    let grown = after.saturating_sub(before);
    println!(
        "{flooded:?} in {flooded_for:?}; half-open at most {highest}; {grown} KiB more; {status:?}"
    );
    println!(
        "p99 {:?} before, {:?} during, {:?} after",
        quiet.p99(),
        during.p99(),
        later.p99()
    );

    // It was a flood.
    assert_eq!(flooded.sent, FORGED as u64);
    assert!(flooded.lost < 2_000, "{flooded:?}");
    assert!(status.retries_sent > 10_000, "{status:?}");
    assert!(highest > 100, "{highest}");
    // Everybody got in.
    for players in [&quiet, &during, &later] {
        assert_eq!(players.failed, Vec::<ExchangeOutcome>::new());
    }
    assert!(during.took.len() >= 20, "{} came", during.took.len());
    assert_eq!(status.refused.total(), 0, "{status:?}");
    // And nothing grew beyond its bound.
    assert!(highest <= limits.max_half_open, "{highest}");
    assert!(grown < BOUND_KIB, "{grown} KiB");
}

/// As many within four seconds. What players wait is printed for `cargo xtask bench --only flood`: a time is no verdict.
#[tokio::test]
async fn players_get_in_while_forged_handshakes_keep_coming() {
    let server = server()
        .endpoints(2)
        .answering(|_| Answer::referral("10.0.0.7", 5521, None));
    let (initials, sources) = (initials(FORGED).await, sources(SOURCES));
    let clients = [(); 8].map(|()| GameClient::bind("127.0.0.1:0".parse().unwrap()).unwrap());
    let players = |until| players(clients.clone(), server.dial(), until);
    let quiet = players(Until::Count(3 * QUIET_PLAYERS)).await;

    let before = resident();
    let over = Arc::new(AtomicBool::new(false));
    let during = tokio::spawn(players(Until::Over(over.clone())));
    let (runtime, address) = (tokio::runtime::Handle::current(), server.address);
    tokio::task::spawn_blocking(move || {
        runtime.block_on(stream(address, &sources, &initials, PER_MILLI));
    })
    .await
    .unwrap();
    let grown = resident().saturating_sub(before);
    over.store(true, Ordering::Release);
    let during = during.await.unwrap();
    let ratio = during.p99().as_secs_f64() / quiet.p99().as_secs_f64();
    println!(
        "steady flood: p99 {:?} before, {:?} during, {ratio:.2} times; {grown} KiB more",
        quiet.p99(),
        during.p99(),
    );
    assert_eq!(quiet.failed, Vec::<ExchangeOutcome>::new());
    assert_eq!(during.failed, Vec::<ExchangeOutcome>::new());
    assert!(during.took.len() >= 100, "{} came", during.took.len());
    let status = server.handle.status();
    assert!(status.retries_sent > 10_000, "{status:?}");
    assert!(grown < BOUND_KIB, "{grown} KiB");
}

/// The bounds of docs/hardening.md: 69 MB for half-open handshakes and those that were given up, 10 MB for datagrams that
/// wait on each of two endpoints. And 16 MB for the players, who live in this process.
const BOUND_KIB: usize = (69 + 2 * 10 + 16) * 1_024;

/// How players fared.
#[derive(Debug, Default)]
struct Players {
    took: Vec<Duration>,
    failed: Vec<ExchangeOutcome>,
}

enum Until {
    Count(usize),
    Over(Arc<AtomicBool>),
}

impl Players {
    fn p99(&self) -> Duration {
        let mut sorted = self.took.clone();
        sorted.sort_unstable();
        let index = (sorted.len() * 99).div_ceil(100).saturating_sub(1);
        sorted.get(index).copied().unwrap_or_default()
    }
}

/// Players who come at a steady rate, whatever becomes of those before.
async fn players(clients: [GameClient; 8], dial: Dial, until: Until) -> Players {
    let mut tick = tokio::time::interval(PACE);
    let mut visits = tokio::task::JoinSet::new();
    let mut clients = clients.iter().cycle();
    let mut came = 0;
    while match &until {
        Until::Count(count) => came < *count,
        Until::Over(over) => !over.load(Ordering::Acquire),
    } {
        tick.tick().await;
        came += 1;
        let (client, dial) = (clients.next().unwrap().clone(), dial.clone());
        visits.spawn(async move {
            let begun = Instant::now();
            let exchange = client.exchange(&dial, &Hello::of(Generation::G4)).await;
            (exchange.outcome, begun.elapsed())
        });
    }
    let mut players = Players::default();
    while let Some(visit) = visits.join_next().await {
        match visit.unwrap() {
            (ExchangeOutcome::Referral { .. }, took) => players.took.push(took),
            (other, _) => players.failed.push(other),
        }
    }
    players
}

/// Notes the most half-open handshakes until it is over.
async fn watch(handle: ServerHandle, highest: Arc<AtomicUsize>, over: Arc<AtomicBool>) {
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    while !over.load(Ordering::Acquire) {
        highest.fetch_max(handle.status().half_open, Ordering::AcqRel);
        tick.tick().await;
    }
}

/// Memory of this process in KiB (proc(5)).
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.unwrap().parse().unwrap()
}
