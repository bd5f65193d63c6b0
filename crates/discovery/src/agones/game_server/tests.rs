use serde_json::{Value, json};

use super::*;
use crate::AgonesSettings;

fn rules() -> BackendRules {
    BackendRules::new(&AgonesSettings::default())
}

fn read(object: Value) -> GameServer {
    serde_json::from_value(object).unwrap()
}

fn ready() -> Value {
    json!({
        "apiVersion": "agones.dev/v1", "kind": "GameServer",
        "metadata": {"name": "a", "namespace": "games", "annotations": {"hyrouter/allocation": "m1"}},
        "spec": {"ports": [{"name": "game", "containerPort": 5520}], "template": {}},
        "status": {"state": "Ready", "address": "10.0.0.1", "ports": [{"name": "game", "port": 7000}]},
    })
}

#[test]
fn a_ready_game_server_is_a_backend() {
    let Contribution::Backends(found) = read(ready()).found(&rules()) else {
        panic!("none");
    };
    assert_eq!(&*found[0].id, "games/a");
    assert_eq!(found[0].backend.to_string(), "10.0.0.1:7000");
}

#[test]
fn a_game_server_that_is_being_deleted_is_gone_whatever_its_state_is() {
    let mut object = ready();
    object["metadata"]["deletionTimestamp"] = json!("2026-11-27T21:00:00Z");
    assert_eq!(read(object).found(&rules()), Contribution::Nothing);
}

#[test]
fn one_that_is_not_scheduled_yet_is_nothing_and_one_without_a_port_is_reported() {
    let object =
        json!({"metadata": {"name": "a", "namespace": "games"}, "spec": null, "status": null});
    assert_eq!(read(object).found(&rules()), Contribution::Nothing);
    let mut object = ready();
    object["status"]["ports"] = json!(null);
    let Contribution::Problem(problem) = read(object).found(&rules()) else {
        panic!("no problem");
    };
    assert_eq!(problem.to_string(), "games/a: it has no port for the game");
}

#[tokio::test]
async fn an_allocated_game_server_is_reported_to_its_attempt() {
    let attempts = OpenAttempts::default();
    let mut attempt = attempts.begin("m1".to_owned());
    read(ready()).report(&rules(), &attempts);
    let mut object = ready();
    object["status"]["state"] = json!("Allocated");
    object["metadata"]["annotations"]["hyrouter/allocation"] = json!("m2");
    read(object.clone()).report(&rules(), &attempts);
    object["metadata"]["annotations"]["hyrouter/allocation"] = json!("m1");
    read(object).report(&rules(), &attempts);
    assert_eq!(attempt.found().await.meta["gameserver.state"], "Allocated");
}
