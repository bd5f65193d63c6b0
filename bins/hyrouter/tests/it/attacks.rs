//! Few clients that try to shut out all others, each way that there is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::Command;
use std::time::Duration;

use hyrouter_client::ExchangeOutcome;

use crate::support::admin::Admin;
use crate::support::attackers::{Pool, packets};
use crate::support::players::player;
use crate::support::{LOAD, folder};

const PLAYERS: u8 = 100;

/// How one pool is attacked.
struct Plan {
    pool: Pool,
    /// Tries at a time.
    at_once: usize,
    /// Tries that are over before the first player comes: enough to fill a pool that has no shares.
    before: usize,
    /// Whether the attackers have been turned away before the first player comes. Those that leave at once get in
    /// again and again, since what is remembered of them does not last.
    turned_away: bool,
}

impl Plan {
    /// For pools that are scaled down, with their bounds.
    fn scaled(pool: Pool) -> (Self, &'static str) {
        let (at_once, before, limits) = match pool {
            // QUIC remembers 1,088.
            Pool::Remembered => (8, 1_200, "max_connections: 32"),
            Pool::HalfOpen => (60, 0, "max_half_open: 40"),
            // One at a time, so that the largest packets are first.
            Pool::Unread => (1, packets(), "max_unread: 1342177"),
            Pool::Connections => (4, 220, "max_connections: 200"),
        };
        let plan = Self {
            pool,
            at_once,
            before,
            turned_away: pool != Pool::Remembered,
        };
        (plan, limits)
    }

    /// A hundred players come one after another, each from a network of its own, while the attack is on. Gives how
    /// many are referred, and what the router counted of all.
    async fn referred(&self, from: &[IpAddr], limits: &str) -> (usize, String) {
        let config = format!(
            r#"
listen: ":0"
admin: {{ listen: "127.0.0.1:0" }}
routing: {{ default: {{ backends: [{{ host: 10.0.0.7, port: 5520 }}] }} }}
{limits}
"#
        );
        let folder = folder().file("config.yaml", &config);
        let (router, admin) = folder.serve_with_admin(&["--no-watch"]);
        let mut server: std::net::SocketAddr = router.address.parse().unwrap();
        if from[0].is_ipv6() {
            server.set_ip(Ipv6Addr::LOCALHOST.into());
        }
        let mut attack = self.pool.attack(server, from, self.at_once);
        attack.tried(self.before).await;
        while self.turned_away && turned_away(&admin) == 0.0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let mut referred = 0;
        for n in 0..PLAYERS {
            let player = player(&router, "player").from(Ipv4Addr::new(127, 20, n, 1).into());
            let outcome = player.comes().await;
            referred += usize::from(matches!(outcome, ExchangeOutcome::Referral { .. }));
        }
        (referred, counted(&admin))
    }
}

fn turned_away(admin: &Admin) -> f64 {
    let text = admin.get("/metrics").body;
    let refused = text
        .lines()
        .filter(|line| line.starts_with("hyrouter_connections_refused_total{"));
    let counts = refused.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap());
    counts.sum()
}

/// The lines of the metrics that are about pools, without those that are zero.
fn counted(admin: &Admin) -> String {
    let text = admin.get("/metrics").body;
    let names = [
        "hyrouter_connections",
        "hyrouter_half_open",
        "hyrouter_remembered",
        "hyrouter_unread",
        "hyrouter_retries",
        "hyrouter_decisions_total{",
    ];
    let lines = text
        .lines()
        .filter(|line| names.iter().any(|name| line.starts_with(name)))
        .filter(|line| !line.ends_with(" 0") && !line.ends_with(" 0.0"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Each pool, scaled down, is attacked from there.
async fn all_get_in(from: &[IpAddr], more: &str) {
    let _load = LOAD.lock().await;
    let mut all = Vec::new();
    let mut counts = String::new();
    for pool in Pool::ALL {
        let (plan, limits) = Plan::scaled(pool);
        // What is held lasts as long as the test may take.
        let limits = format!(
            "limits: {{ handshake_timeout: 2m, connect_timeout: 2m, {limits}, {more} }}\nquic: {{ max_idle_timeout: 3m }}"
        );
        let (referred, counted) = plan.referred(from, &limits).await;
        all.push((pool, referred));
        counts = format!("{counts}\n{pool:?}\n{counted}");
    }
    let wanted = Pool::ALL.map(|pool| (pool, usize::from(PLAYERS)));
    assert_eq!(all, wanted, "{counts}");
}

/// Addresses in as many /24s.
fn sources(count: u8) -> Vec<IpAddr> {
    let of_network = |n| IpAddr::from([127, 7, n, 1]);
    (1..=count).map(of_network).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_shuts_nobody_out() {
    let own_bound = "retry: always, max_connections_per_source: 100000";
    all_get_in(&sources(1), own_bound).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_addresses_shut_nobody_out() {
    all_get_in(&sources(2), "max_connections_per_source: 100000").await;
}

/// This machine has addresses of a /48 in a network namespace of its own. Needs `unshare` and `ip`, and the right to make
/// a namespace.
#[test]
fn one_48_shuts_nobody_out() {
    let _load = LOAD.blocking_lock();
    let made = "ip link set lo up && for n in $(seq 0 29); do ip -6 addr add 2001:db8:7:$n::1/128 dev lo nodad; done";
    let inside = "exec \"$0\" --exact attacks::inside_a_48 --ignored --nocapture";
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the test above, in a network of its own"]
async fn inside_a_48() {
    let links: Vec<IpAddr> = (0..30)
        .map(|n| format!("2001:db8:7:{n}::1").parse().unwrap())
        .collect();
    all_get_in(&links, "retry: always, max_connections_per_source: 8").await;
}

/// As fast as this machine goes. `docs/hardening.md` has the figures.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes, and more memory than a test should"]
async fn with_the_defaults_few_shut_nobody_out() {
    let cases = [
        (Pool::Remembered, 1, 64, 40_000),
        (Pool::HalfOpen, 2, 4_400, 0),
        (Pool::Unread, 1, 64, 4_000),
        (Pool::Connections, 1, 64, 4_000),
        (Pool::Connections, 8, 64, 20_000),
    ];
    let mut all = Vec::new();
    for (pool, addresses, at_once, before) in cases {
        let plan = Plan {
            pool,
            at_once,
            before,
            turned_away: pool == Pool::HalfOpen,
        };
        let (referred, counted) = plan.referred(&sources(addresses), "").await;
        eprintln!("{pool:?}, {addresses} addresses: {referred} referred\n{counted}\n");
        all.push(referred);
    }
    assert_eq!(all, [usize::from(PLAYERS); 5]);
}
