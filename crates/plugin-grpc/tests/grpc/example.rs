//! The program `examples/grpc-plugin`, called like a router calls it.

use std::path::Path;
use std::time::Duration;

use hyrouter_plugin_grpc::{Backend, ConnectResponse, GrpcPlugin};
use hyrouter_testing::peer::PeerProcess;
use serde_json::json;

use crate::support::{PATIENCE, ask, message, plugin, settings};

#[tokio::test]
async fn denies_the_players_of_its_file_and_follows_changes() {
    let folder = tempfile::tempdir().unwrap();
    let bans = folder.path().join("bans.txt");
    std::fs::write(&bans, "griefer No griefing.\n").unwrap();
    let mut peer = PeerProcess::rust_example_at("127.0.0.1:0", &[Path::new("--bans"), &bans]);
    let plugin = plugin(peer.address());

    let denied = ConnectResponse::deny("denied by the example ban list");
    assert_eq!(ask(&plugin, "deny").await, Ok(denied));
    assert_eq!(
        ask(&plugin, "Griefer").await,
        Ok(ConnectResponse::deny("No griefing."))
    );
    assert_eq!(ask(&plugin, "Ann").await, Ok(ConnectResponse::default()));

    std::fs::write(&bans, "ann Not you.\n").unwrap();
    let changed = async {
        let mut interval = tokio::time::interval(Duration::from_millis(50));
        while ask(&plugin, "Ann").await != Ok(ConnectResponse::deny("Not you.")) {
            interval.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, changed).await.unwrap();
    assert_eq!(
        ask(&plugin, "Griefer").await,
        Ok(ConnectResponse::default())
    );

    peer.signal("TERM");
    // Waits on another thread, so that the client's connection can respond to the shutdown.
    assert!(
        tokio::task::spawn_blocking(move || peer.wait())
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn ends_by_sigint_and_sigterm() {
    for signal in ["INT", "TERM"] {
        let mut peer = PeerProcess::rust_example();
        let plugin = plugin(peer.address());
        // A server that responds has installed its signal handlers.
        assert!(ask(&plugin, "deny").await.unwrap().deny);
        peer.signal(signal);
        let ended = tokio::task::spawn_blocking(move || peer.wait());
        assert!(ended.await.unwrap(), "{signal}");
    }
}

#[tokio::test]
async fn the_config_of_the_router_names_the_lobby() {
    let peer = PeerProcess::rust_example();
    let configured = |config| {
        let settings = settings(peer.address()).with_config(Some(config));
        GrpcPlugin::new(&settings).unwrap()
    };
    let vip = |host, port| {
        Ok(ConnectResponse {
            backend: Some(Backend::new(host, port)),
            referral_data: Some(br#"{"lobby":"vip"}"#.to_vec()),
            ..ConnectResponse::default()
        })
    };
    let plugin = plugin(peer.address());
    assert_eq!(ask(&plugin, "VIP_Ann").await, vip("vip.example.com", 5520));
    let plugin = configured(json!({ "vip_host": "10.0.0.9", "vip_port": 5521 }));
    assert_eq!(ask(&plugin, "VIP_Ann").await, vip("10.0.0.9", 5521));
    let answer = ask(&configured(json!({ "vip_port": 0 })), "Ann").await;
    assert_eq!(
        message(&answer),
        "status 9 FAILED_PRECONDITION: config: vip_port: is 0; allowed: 1 to 65535"
    );
}
