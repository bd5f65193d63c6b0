//! Game servers that are observed.

use hyrouter_discovery::{AgonesMode, SourceSettings};
use hyrouter_testing::kubernetes::{ApiServer, game_server, game_servers};
use serde_json::json;

use super::settings;
use crate::followed::Followed;

#[tokio::test]
async fn game_servers_come_and_go_with_their_states() {
    let Some(server) = ApiServer::shared() else {
        return;
    };
    let api = server.admin().await;
    api.define_game_servers().await;
    let space = "agones-observe";
    api.namespace(space).await;
    api.game_server(space, &game_server("b", "Ready", 7001))
        .await;
    api.game_server(space, &game_server("a", "Scheduled", 7000))
        .await;
    let mut other = game_server("c", "Ready", 7002);
    other["metadata"]["labels"] = json!({"agones.dev/fleet": "other"});
    api.game_server(space, &other).await;

    let observe = settings(server.kubeconfig(), space, AgonesMode::Observe);
    let mut followed = Followed::new(SourceSettings::Agones(observe));
    let b = format!("{space}/b=10.0.0.1:7001");
    let state = followed.until_backends(&[&b]).await;
    let meta = &state.backends[0].backend.meta;
    for (key, value) in [
        ("gameserver.state", "Ready"),
        ("k8s.node", "node-1"),
        ("counter.players.count", "0"),
        ("label.agones.dev/fleet", "hytale"),
    ] {
        assert_eq!(meta[key], value, "{meta:?}");
    }

    let a = format!("{space}/a=10.0.0.1:7000");
    api.set_game_server(space, "a", json!({"state": "Ready"}))
        .await;
    followed.until_backends(&[&a, &b]).await;
    api.set_game_server(space, "b", json!({"counters": {"players": {"count": 2}}}))
        .await;
    let count = |state: &hyrouter_discovery::SourceState| {
        state.backends[1].backend.meta["counter.players.count"] == "2"
    };
    followed.until("a full counter", count).await;
    api.set_game_server(space, "b", json!({"state": "Allocated"}))
        .await;
    followed.until_backends(&[&a]).await;
    api.set_game_server(space, "b", json!({"state": "Ready"}))
        .await;
    followed.until_backends(&[&a, &b]).await;

    // The object stays with state Ready until its finalizer is gone.
    let path = game_servers(space);
    let finalizers = |list| json!({"metadata": {"finalizers": list}});
    let held = json!(["agones.dev/controller"]);
    api.patch(&path, "a", finalizers(held)).await;
    api.delete(&path, "a").await;
    followed.until_backends(&[&b]).await;
    assert_eq!(api.get(&path, "a").await["status"]["state"], "Ready");
    api.patch(&path, "a", finalizers(json!(null))).await;

    let away = json!({"metadata": {"labels": {"agones.dev/fleet": "other"}}});
    api.patch(&path, "b", away).await;
    followed.until_backends(&[]).await;
}

#[tokio::test]
async fn a_bad_game_server_is_reported_and_spoils_no_other() {
    let Some(server) = ApiServer::shared() else {
        return;
    };
    let api = server.admin().await;
    api.define_game_servers().await;
    let space = "agones-bad";
    api.namespace(space).await;
    api.game_server(space, &game_server("a", "Ready", 0)).await;
    let mut bad = game_server("b", "Ready", 7000);
    bad["status"]["ports"] = json!("none");
    api.game_server(space, &bad).await;
    api.game_server(space, &game_server("c", "Ready", 7002))
        .await;
    let observe = settings(server.kubeconfig(), space, AgonesMode::Observe);
    let mut followed = Followed::new(SourceSettings::Agones(observe));
    let c = format!("{space}/c=10.0.0.1:7002");
    let state = followed.until_backends(&[&c]).await;
    assert_eq!(state.unusable, 2, "{:?}", state.problems);
    let problem = state.problems[0].to_string();
    assert_eq!(problem, format!("{space}/a: it has no port for the game"));
    let problem = state.problems[1].to_string();
    assert!(problem.contains("cannot be read"), "{problem}");
}

#[tokio::test]
async fn a_missing_right_is_named() {
    let Some(server) = ApiServer::shared() else {
        return;
    };
    let api = server.admin().await;
    api.define_game_servers().await;
    let space = "agones-rights";
    api.namespace(space).await;
    let token = api.account(space, "router").await;
    let user = json!({"token": token});
    let kubeconfig = server.kubeconfig_for(space, server.url(), &user);
    let observe = settings(kubeconfig, space, AgonesMode::Observe);
    let mut followed = Followed::new(SourceSettings::Agones(observe));
    let state = followed.until_error("HTTP status 403").await;
    let error = state.error.as_deref().unwrap();
    assert!(error.contains("list and watch on gameservers"), "{error}");
    let rules = json!([{"apiGroups": ["agones.dev"], "resources": ["gameservers"], "verbs": ["list", "watch"]}]);
    api.allow(space, space, "router", rules).await;
    followed.until_backends(&[]).await;
}
