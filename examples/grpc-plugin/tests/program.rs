//! The program, called like a router calls it.

#![allow(clippy::unwrap_used, reason = "a test fails by panic")]

use std::path::Path;
use std::time::Duration;

use hyrouter_plugin_api::{ConnectEvent, ConnectRequest, ConnectResponse, Plugin as _};
use hyrouter_plugin_grpc::{GrpcPlugin, GrpcSettings, PluginAddress};
use hyrouter_testing::peer::PeerProcess;

/// Limit that ends a test that hangs.
const PATIENCE: Duration = Duration::from_secs(30);

fn plugin(peer: &PeerProcess) -> GrpcPlugin {
    let settings = GrpcSettings::new(PluginAddress::parse(peer.address()).unwrap());
    GrpcPlugin::new(&settings).unwrap()
}

async fn ask(plugin: &GrpcPlugin, name: &str) -> ConnectResponse {
    let event = ConnectEvent {
        username: Some(name.into()),
        ..ConnectEvent::default()
    };
    let request = ConnectRequest {
        event,
        ..ConnectRequest::default()
    };
    plugin
        .on_connect(&request, PATIENCE)
        .await
        .unwrap()
        .response
}

#[tokio::test]
async fn denies_the_players_of_its_file_and_follows_changes() {
    let folder = tempfile::tempdir().unwrap();
    let bans = folder.path().join("bans.txt");
    std::fs::write(&bans, "griefer No griefing.\n").unwrap();
    let mut peer = PeerProcess::rust_example_at("127.0.0.1:0", &[Path::new("--bans"), &bans]);
    let plugin = plugin(&peer);

    let denied = ConnectResponse::deny("denied by the example ban list");
    assert_eq!(ask(&plugin, "deny").await, denied);
    assert_eq!(
        ask(&plugin, "Griefer").await,
        ConnectResponse::deny("No griefing.")
    );
    assert_eq!(ask(&plugin, "Ann").await, ConnectResponse::default());

    std::fs::write(&bans, "ann Not you.\n").unwrap();
    let changed = async {
        let mut interval = tokio::time::interval(Duration::from_millis(50));
        while ask(&plugin, "Ann").await != ConnectResponse::deny("Not you.") {
            interval.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, changed).await.unwrap();
    assert_eq!(ask(&plugin, "Griefer").await, ConnectResponse::default());

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
        let plugin = plugin(&peer);
        // A server that responds has installed its signal handlers.
        assert!(ask(&plugin, "deny").await.deny);
        peer.signal(signal);
        let ended = tokio::task::spawn_blocking(move || peer.wait());
        assert!(ended.await.unwrap(), "{signal}");
    }
}
