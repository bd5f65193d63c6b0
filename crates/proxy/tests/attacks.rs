//! Few clients that try to shut out all others, each way that there is. The limits are scaled, in the proportions of the
//! defaults.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panic"
)]

mod support;

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::process::Command;
use std::time::Duration;

use hyrouter_client::{Client, Hello, Outcome};
use hyrouter_protocol::Generation;
use hyrouter_proxy::{Answer, Limits, RetryMode};
use support::{Running, attackers, server};

/// What is held lasts as long as the test may take.
const LONG: Duration = Duration::from_mins(2);

fn router(change: impl FnOnce(&mut Limits)) -> Running {
    let limits = |limits: &mut Limits| {
        limits.handshake_timeout = LONG;
        limits.connect_timeout = LONG;
        limits.idle_timeout = LONG;
        limits.retry = RetryMode::Always;
        change(limits);
    };
    server()
        .everywhere()
        .limits(limits)
        .answering(|_| Answer::referral("10.0.0.7", 5521, None))
}

/// A hundred players come from networks of their own, and all are referred.
async fn all_get_in(router: &Running) {
    let hello = Hello::of(Generation::G4);
    for n in 0..100 {
        let player = Client::bind(([127, 20, n, 1], 0).into()).unwrap();
        let outcome = player.exchange(&router.dial(), &hello).await.outcome;
        assert!(
            matches!(outcome, Outcome::Referral { .. }),
            "player {n}: {outcome:?}, {:?}",
            router.handle.status()
        );
    }
}

/// Addresses in as many /24s.
fn sources(count: u8) -> impl Iterator<Item = IpAddr> {
    (1..=count).map(|n| IpAddr::from([127, 7, n, 1]))
}

#[tokio::test]
async fn what_quic_remembers_is_not_used_up_by_one() {
    // 1,088 are remembered.
    let router = router(|limits| {
        limits.max_connections = 32;
        limits.max_connections_per_source = 4;
    });
    let from = sources(1).next().unwrap();
    attackers::leave_memories(router.address, from, 1_200).await;
    let attack = tokio::spawn(attackers::leave_memories(router.address, from, usize::MAX));
    all_get_in(&router).await;
    attack.abort();
}

#[tokio::test]
async fn half_open_handshakes_are_not_used_up_by_two() {
    let router = router(|limits| {
        limits.max_half_open = 40;
        limits.max_connections_per_source = 20;
    });
    let attack: Vec<_> = sources(2)
        .map(|from| attackers::half_open(router.address, from, 60))
        .collect();
    all_get_in(&router).await;
    drop(attack);
}

#[tokio::test]
async fn memory_for_packets_is_not_used_up_by_one() {
    let router = router(|limits| {
        limits.max_unread_bytes = 1_342_177;
        limits.max_connections_per_source = 41;
    });
    let from = sources(1).next().unwrap();
    let whole = attackers::hold(router.address, from, 35, 38_160).await;
    // What is left then has no room for a packet of a player.
    let mut rest = Vec::new();
    for bytes in [6_400, 64, 32, 32] {
        rest.push(attackers::hold(router.address, from, 1, bytes).await);
    }
    all_get_in(&router).await;
    drop((whole, rest));
}

#[tokio::test]
async fn connections_are_not_used_up_by_eight() {
    let router = router(|limits| {
        limits.max_connections = 200;
        limits.max_connections_per_source = 25;
    });
    let mut held = Vec::new();
    for from in sources(8) {
        held.push(attackers::hold(router.address, from, 25, 0).await);
    }
    all_get_in(&router).await;
    drop(held);
}

/// This machine has addresses of a /48 in a network namespace of its own. Needs `unshare` and `ip`, and the right to make
/// a namespace.
#[test]
fn half_open_handshakes_are_not_used_up_by_one_48() {
    let made = "ip link set lo up && for n in $(seq 0 29); do ip -6 addr add 2001:db8:7:$n::1/128 dev lo nodad; done";
    let inside = "exec \"$0\" --exact inside_a_48 --ignored --nocapture";
    let ran = Command::new("unshare")
        .args(["--map-root-user", "--net", "sh", "-c"])
        .arg(format!("{made} && {inside}"))
        .arg(std::env::current_exe().unwrap())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&ran.stdout);
    assert!(
        text.contains("1 passed"),
        "{text}\n{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

#[tokio::test]
#[ignore = "run by the test above, in a network of its own"]
async fn inside_a_48() {
    let router = router(|limits| {
        limits.max_half_open = 40;
        limits.max_connections_per_source = 4;
    });
    let server = SocketAddr::from((Ipv6Addr::LOCALHOST, router.address.port()));
    let attack: Vec<_> = (0..30)
        .map(|n| format!("2001:db8:7:{n}::1").parse::<IpAddr>().unwrap())
        .map(|from| attackers::half_open(server, from, 6))
        .collect();
    all_get_in(&router).await;
    drop(attack);
}
