//! The router with game servers of Agones on a real API server, while players connect.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use hyrouter_client::ExchangeOutcome;
use hyrouter_testing::kubernetes::{AllocationService, ApiServer, game_server, game_servers};
use serde_json::json;

use crate::support::folder;
use crate::support::players::{Player, player};
use crate::support::replaced::BEGIN;

const PATIENCE: Duration = Duration::from_mins(1);

/// Returns the port that a player is referred to; none for a refusal.
async fn referred(player: &Player) -> Option<u16> {
    match player.comes().await {
        ExchangeOutcome::Referral { port, .. } => Some(port),
        ExchangeOutcome::Disconnect { .. } => None,
        other => panic!("no answer: {other:?}"),
    }
}

/// Lets players come until one is referred to this port, or refused.
async fn until(player: &Player, port: Option<u16>) {
    let started = Instant::now();
    while referred(player).await != port {
        assert!(started.elapsed() < PATIENCE, "never: {port:?}");
    }
    eprintln!("{port:?}: after {} ms", started.elapsed().as_millis());
}

fn config(kubeconfig: &Path, pool: &str, agones: &str) -> String {
    let kubeconfig = kubeconfig.display();
    format!(
        r#"{BEGIN}
discovery:
  providers:
    - name: games
      type: agones
      agones:
        kubeconfig: {kubeconfig}
        namespaces: [games]
        selector: {{ labels: "agones.dev/fleet=hytale" }}
        {agones}
routing:
  default: {{ strategy: round_robin, {pool} }}
"#
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn players_follow_game_servers() {
    let Some(server) = ApiServer::start() else {
        return;
    };
    let api = server.admin().await;
    api.define_game_servers().await;
    api.namespace("games").await;
    let pool = "discovery: { provider: games }";
    let text = config(&server.kubeconfig(), pool, "mode: observe");
    let folder = folder().file("config.yaml", &text);
    let router = folder.serve(&[]);
    let player = player(&router, "Alder");
    until(&player, None).await;

    api.game_server("games", &game_server("a", "Creating", 7001))
        .await;
    api.set_game_server("games", "a", json!({"state": "Ready"}))
        .await;
    until(&player, Some(7001)).await;
    api.set_game_server("games", "a", json!({"state": "Allocated"}))
        .await;
    until(&player, None).await;
    api.game_server("games", &game_server("b", "Ready", 7002))
        .await;
    until(&player, Some(7002)).await;
    let finalizers = json!({"metadata": {"finalizers": ["agones.dev/controller"]}});
    api.patch(&game_servers("games"), "b", finalizers).await;
    api.delete(&game_servers("games"), "b").await;
    until(&player, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_player_gets_a_game_server_of_its_own() {
    let Some(server) = ApiServer::start() else {
        return;
    };
    let api = server.admin().await;
    api.define_game_servers().await;
    let mut service = AllocationService::start(&server).await;
    api.namespace("games").await;
    for (name, port) in [("a", 7001), ("b", 7002), ("c", 7003)] {
        api.game_server("games", &game_server(name, "Ready", port))
            .await;
    }
    let pool =
        "discovery: { provider: games, mode: prefer }, backends: [{ host: 127.0.0.1, port: 5999 }]";
    let text = config(&server.kubeconfig(), pool, "mode: allocate");
    let folder = folder().file("config.yaml", &text);
    let mut router = folder.serve(&[]);
    let player = player(&router, "Alder");
    for port in [7001, 7002] {
        assert_eq!(referred(&player).await, Some(port));
    }
    let object = api.get(&game_servers("games"), "b").await;
    assert_eq!(object["status"]["state"], "Allocated");

    // An explanation allocates nothing.
    let ran = folder.run(&["explain", "--sni", "play.example.com"]);
    assert!(
        ran.stdout.contains("would allocate from provider games"),
        "{ran:?}"
    );
    let object = api.get(&game_servers("games"), "c").await;
    assert_eq!(object["status"]["state"], "Ready");

    assert_eq!(referred(&player).await, Some(7003));
    // The fleet is empty, then the service is gone: the static backend stays.
    assert_eq!(referred(&player).await, Some(5999));
    let failed = router.until("allocations failed");
    assert_eq!(
        (&failed["provider"], &failed["code"]),
        (&json!("games"), &json!("unallocated"))
    );
    service.kill();
    assert_eq!(referred(&player).await, Some(5999));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_game_server_is_allocated_if_no_candidate_is_left() {
    let Some(server) = ApiServer::start() else {
        return;
    };
    let api = server.admin().await;
    api.define_game_servers().await;
    let _service = AllocationService::start(&server).await;
    api.namespace("games").await;
    api.game_server("games", &game_server("a", "Ready", 7001))
        .await;
    let pool = "discovery: { provider: games }";
    let text = config(&server.kubeconfig(), pool, "mode: allocate");
    let folder = folder().file("config.yaml", &text);
    let mut router = folder.serve(&[]);
    let player = player(&router, "Alder");
    assert_eq!(referred(&player).await, Some(7001));
    assert_eq!(referred(&player).await, None);
    loop {
        let decision = router.until("decision");
        if decision["reason"] == "allocation_failed" {
            break;
        }
    }
}

#[test]
fn the_development_configurations_of_agones_are_good() {
    let folder = folder();
    for name in ["observe", "allocate"] {
        let file = format!(
            "{}/../../dev/config.agones.{name}.dev.yaml",
            env!("CARGO_MANIFEST_DIR")
        );
        let file = fs::canonicalize(file).unwrap();
        let ran = folder.run(&["check", "--config", file.to_str().unwrap()]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(!ran.stdout.contains("warning"), "{ran:?}");
    }
}
