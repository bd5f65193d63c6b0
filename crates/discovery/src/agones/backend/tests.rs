use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::MetadataSettings;

fn rules(change: impl FnOnce(&mut AgonesSettings)) -> BackendRules {
    let mut settings = AgonesSettings {
        metadata: MetadataSettings {
            include_labels: vec!["region".to_owned(), "absent".to_owned()],
            include_annotations: vec!["start".to_owned()],
        },
        ..AgonesSettings::default()
    };
    change(&mut settings);
    BackendRules::new(&settings)
}

fn metadata() -> ObjectMetadata {
    let map = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter();
        pairs
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>()
    };
    ObjectMetadata {
        name: "hytale-1".to_owned(),
        namespace: "games".to_owned(),
        labels: map(&[("region", "eu"), ("secret", "s"), ("hyrouter/weight", "7")]),
        annotations: map(&[("start", "-1"), ("hyrouter/weight", "2")]),
        ..ObjectMetadata::default()
    }
}

fn status(state: &str) -> ServerStatus {
    serde_json::from_value(json!({
        "state": state,
        "nodeName": "node-1",
        "address": "203.0.113.11",
        "ports": [{"name": "game", "port": 7396}],
        "counters": {"players": {"count": 3, "capacity": 10}},
        "lists": {"whitelistedPlayers": {"capacity": 5, "values": ["alice", "b\"ob"]}, "empty": {"capacity": 1, "values": null}},
    }))
    .unwrap()
}

fn view<'s>(metadata: &'s ObjectMetadata, status: &'s ServerStatus) -> GameServerView<'s> {
    GameServerView {
        metadata,
        status,
        spec: &[],
    }
}

#[test]
fn a_game_server_becomes_a_backend_with_its_facts() {
    let (metadata, status) = (metadata(), status("Ready"));
    let backend = rules(|_| {}).backend(view(&metadata, &status)).unwrap();
    assert_eq!(backend.to_string(), "203.0.113.11:7396");
    assert_eq!(backend.weight, 2);
    let meta: Vec<_> = backend
        .meta
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    let expected = [
        ("annotation.start", "-1"),
        ("counter.players.capacity", "10"),
        ("counter.players.count", "3"),
        ("gameserver.state", "Ready"),
        ("k8s.name", "hytale-1"),
        ("k8s.namespace", "games"),
        ("k8s.node", "node-1"),
        ("label.region", "eu"),
        ("list.empty.capacity", "1"),
        ("list.empty.values", "[]"),
        ("list.whitelistedPlayers.capacity", "5"),
        ("list.whitelistedPlayers.values", r#"["alice","b\"ob"]"#),
    ];
    assert_eq!(meta, expected);
}

#[test]
fn states_and_annotations_decide_which_game_servers_are_taken() {
    let metadata = metadata();
    let takes = |rules: &BackendRules, state: &str| rules.takes(view(&metadata, &status(state)));
    let default = rules(|_| {});
    assert!(takes(&default, "Ready"));
    for state in [
        "Allocated",
        "Shutdown",
        "Error",
        "Unhealthy",
        "Creating",
        "",
    ] {
        assert!(!takes(&default, state), "{state}");
    }
    let listed = rules(|settings| {
        settings.states = ["ready", "ALLOCATED", "shutdown", "Error"]
            .map(str::to_owned)
            .into();
    });
    for state in ["Ready", "Allocated", "Error"] {
        assert!(takes(&listed, state), "{state}");
    }
    assert!(!takes(&listed, "Shutdown"), "even if it is listed");
    let other = rules(|settings| {
        settings.selector.annotations = [("start".to_owned(), "0".to_owned())].into();
    });
    assert!(!takes(&other, "Ready"));
}

#[test]
fn an_allocated_game_server_must_be_usable() {
    let (metadata, mut status) = (metadata(), status("Allocated"));
    let other = rules(|settings| {
        settings.selector.annotations = [("start".to_owned(), "0".to_owned())].into();
    });
    let problem = other.allocated(view(&metadata, &status)).unwrap_err();
    assert_eq!(problem, "its annotations differ from the selector");
    status.address = "$1.example.com".to_owned();
    let problem = rules(|_| {})
        .allocated(view(&metadata, &status))
        .unwrap_err();
    assert!(problem.contains("invalid host"), "{problem}");
}
