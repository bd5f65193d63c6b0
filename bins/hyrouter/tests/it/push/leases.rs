//! Leases of a running router.

use std::fs;

use serde_json::json;

use super::support::{ALL, EU, LOBBIES, LOBBY, PushRouter, push_folder};

const LOCAL: &str = "listen: '127.0.0.1:0'";

#[test]
fn a_registered_backend_gets_players_until_its_lease_ends() {
    let folder = push_folder(LOCAL);
    let mut push = PushRouter::begin(&folder);
    assert_eq!(push.target(), None);
    let registered = push.register("lobby-1", "10.9.9.1", 3);
    assert_eq!(registered.status, 201);
    assert_eq!(registered.json()["ttl"], 3);
    push.until_target(Some("10.9.9.1"));
    let line = push.router.until("backend registered");
    assert_eq!(
        (&line["provider"], &line["id"], &line["backend"]),
        (
            &json!("lobbies"),
            &json!("lobby-1"),
            &json!("10.9.9.1:5521")
        )
    );
    // Without a heartbeat.
    push.router.until("backend lease expired");
    push.until_target(None);
    push.curl(ALL, "PATCH", LOBBY, "{}")
        .is_refused(404, "register it with PUT");
}

#[test]
fn heartbeats_keep_a_backend_and_a_drained_one_gets_no_players() {
    let folder = push_folder(LOCAL);
    let push = PushRouter::begin(&folder);
    push.register("lobby-1", "10.9.9.1", 60);
    push.until_target(Some("10.9.9.1"));
    let load = push.curl(ALL, "PATCH", LOBBY, r#"{"players": 7, "max_players": 100}"#);
    assert_eq!(load.status, 200);
    let shown = push.curl_with(ALL, "GET", LOBBY, &[]).json();
    assert_eq!(
        (&shown["players"], &shown["max_players"]),
        (&json!(7), &json!(100))
    );
    assert_eq!(
        push.curl(ALL, "PATCH", LOBBY, r#"{"drained": true}"#)
            .status,
        200
    );
    push.until_target(None);
    assert_eq!(
        push.curl(ALL, "PATCH", LOBBY, r#"{"drained": false}"#)
            .status,
        200
    );
    push.until_target(Some("10.9.9.1"));
    assert_eq!(push.curl_with(ALL, "DELETE", LOBBY, &[]).status, 204);
    push.until_target(None);
}

#[test]
fn a_token_sees_the_backends_of_its_prefix() {
    let folder = push_folder(LOCAL);
    let push = PushRouter::begin(&folder);
    push.register("us-1", "10.9.9.1", 60);
    push.register("eu-1", "10.9.9.2", 60);
    for (token, ids) in [(ALL, json!(["eu-1", "us-1"])), (EU, json!(["eu-1"]))] {
        let list = push.curl_with(token, "GET", LOBBIES, &[]).json();
        let found: Vec<_> = list["backends"].as_array().unwrap().iter().collect();
        let found: Vec<_> = found.iter().map(|backend| &backend["id"]).collect();
        assert_eq!(json!(found), ids);
    }
}

#[test]
fn leases_survive_a_restart() {
    let folder = push_folder(LOCAL);
    let mut push = PushRouter::begin(&folder);
    push.register("lobby-1", "10.9.9.1", 60);
    let stored = || fs::read_to_string(folder.path("leases.json")).unwrap_or_default();
    while !stored().contains("lobby-1") {
        push.until_target(Some("10.9.9.1"));
    }
    // The next write is a second after that one, or at the end.
    push.register("lobby-2", "10.9.9.1", 60);
    push.router.signal("TERM");
    assert!(push.router.wait().success());
    assert!(stored().contains("lobby-2"));
    let push = PushRouter::begin(&folder);
    push.until_target(Some("10.9.9.1"));
    assert_eq!(push.curl(ALL, "PATCH", LOBBY, "{}").status, 200);
}

#[test]
fn a_damaged_state_file_is_reported_and_not_used() {
    let folder = push_folder(LOCAL).file("leases.json", "{\"version\": 1, \"lea");
    let mut router = crate::support::Router::begin(folder.hyrouter(&[]));
    let line = router.until("state file not used");
    assert_eq!(line["level"], "WARN");
    assert!(
        line["file"].as_str().unwrap().contains("leases.json"),
        "{line}"
    );
    router.until("discovery provider synced");
}
