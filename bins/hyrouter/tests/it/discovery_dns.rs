//! Backends of a name in DNS, with a real DNS server in another process.

use std::fs;

use hyrouter_testing::name_server::NameServer;

use crate::support::folder;
use crate::support::players::{player, refusal};
use crate::support::replaced::{BEGIN, host, referred_to, serve, write};

/// Returns a configuration that refers players to the backends of `lobby.example.test`.
fn config(server: &NameServer, more: &str) -> String {
    let address = server.address();
    format!(
        "{BEGIN}
discovery:
  providers:
    - name: lobbies
      type: dns
      dns: {{ name: lobby.example.test, servers: [\"{address}\"], port: 5520, min_ttl: 1s, max_ttl: 2s }}
routing:
  default:
    discovery: {{ provider: lobbies }}
{more}"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn players_follow_a_name_in_dns() {
    let Some(mut server) = NameServer::start("lobby A 10.0.0.1") else {
        return;
    };
    let (_folder, mut router, _admin) = serve(&config(&server, ""), &[]);
    let player = player(&router, "Alder");
    referred_to(&player, "10.0.0.1").await;
    server.set_records("lobby A 10.0.0.2");
    referred_to(&player, "10.0.0.2").await;
    server.set_records("lobby SRV 0 0 5600 a\na A 10.0.0.3");
    referred_to(&player, "10.0.0.3").await;
    // A name that is gone keeps its backends, and so does an unreachable server.
    server.set_records("");
    let line = router.until("discovery provider failed");
    assert_eq!(
        line["error"],
        "lobby.example.test does not exist (NXDOMAIN)"
    );
    assert_eq!(host(&player.comes().await), "10.0.0.3");
    server.kill();
    router.until("discovery provider failed");
    assert_eq!(host(&player.comes().await), "10.0.0.3");
    server.start_again();
    server.set_records("lobby A 10.0.0.4");
    referred_to(&player, "10.0.0.4").await;
    router.until("discovery provider recovered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_name_that_does_not_exist_affects_only_pools_that_need_it() {
    let Some(server) = NameServer::start("") else {
        return;
    };
    let route = "  routes:
    - match: { hostname: static.example.com }
      pool:
        discovery: { provider: lobbies }
        backends: [{ host: 10.0.0.9, port: 5520 }]
";
    let (_folder, router, _admin) = serve(&config(&server, route), &[]);
    let player = player(&router, "Alder");
    assert!(refusal(&player.comes().await).is_some());
    assert_eq!(
        host(&player.comes_to("static.example.com").await),
        "10.0.0.9"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_empty_set_is_used_after_max_staleness() {
    let Some(mut server) = NameServer::start("lobby A 10.0.0.1") else {
        return;
    };
    let config = config(&server, "").replace("type: dns", "type: dns\n      max_staleness: 3s");
    let (_folder, mut router, _admin) = serve(&config, &[]);
    let player = player(&router, "Alder");
    referred_to(&player, "10.0.0.1").await;
    server.set_records("");
    router.until("discovery provider failed");
    while refusal(&player.comes().await).is_none() {}
    server.set_records("lobby A 10.0.0.2");
    referred_to(&player, "10.0.0.2").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_reload_keeps_the_backends() {
    let Some(mut server) = NameServer::start("lobby A 10.0.0.1") else {
        return;
    };
    let before = config(&server, "");
    let (folder, mut router, _admin) = serve(&before, &[]);
    let player = player(&router, "Alder");
    referred_to(&player, "10.0.0.1").await;
    server.kill();
    router.until("discovery provider failed");
    write(&folder, "config.yaml", &format!("{before}messages: {{}}\n"));
    router.until("configuration reloaded");
    assert_eq!(host(&player.comes().await), "10.0.0.1");
}

#[test]
fn settings_that_dns_cannot_use_are_named() {
    for (dns, expected) in [
        (
            "{ name: 10.0.0.1, port: 1 }",
            "discovery.providers[0].dns.name: \"10.0.0.1\": an address needs no DNS",
        ),
        (
            "{ name: a.example, min_ttl: 10ms }",
            "discovery.providers[0].dns.min_ttl: 10ms; allowed: 1 s to max_ttl",
        ),
        (
            "{ name: a.example, record: a }",
            "discovery.providers[0].dns.port",
        ),
    ] {
        let config =
            format!("{BEGIN}discovery: {{ providers: [{{ name: a, type: dns, dns: {dns} }}] }}\n");
        let ran = folder().file("config.yaml", &config).run(&["check"]);
        assert_eq!(ran.code, Some(64), "{ran:?}");
        assert!(ran.stderr.contains(expected), "{ran:?}");
    }
}

#[test]
fn the_example_for_dns_is_good() {
    let dev = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../dev/config.discovery-dns.dev.yaml"
    );
    let dev = fs::canonicalize(dev).unwrap();
    let ran = folder().run(&["check", "--config", dev.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}
