//! Lists that Docker 20.10 and Podman 4.3 gave for the same containers.

use std::collections::BTreeMap;

use super::*;
use crate::docker::listing::Listed;

const DOCKER: &str = include_str!("../fixtures/docker.json");
const PODMAN: &str = include_str!("../fixtures/podman.json");

fn containers(json: &str) -> BTreeMap<String, Container> {
    let listed: Vec<Listed> = serde_json::from_str(json).unwrap();
    let containers = listed.into_iter().map(|one| match one {
        Listed::Container(container) => (container.name().to_owned(), container),
        Listed::Foreign(_) => panic!("an entry is not understood"),
    });
    containers.collect()
}

fn results(json: &str, address: &DockerAddress) -> Vec<String> {
    let containers = containers(json);
    let results = containers
        .values()
        .map(|container| match read(container, address) {
            Ok(found) => format!("{} {}", found.id, found.backend),
            Err(problem) => problem.to_string(),
        });
    results.collect()
}

fn network(name: Option<&str>) -> DockerAddress {
    let network = name.map(ToOwned::to_owned);
    DockerAddress::Container { network }
}

#[test]
fn addresses_in_a_network() {
    let docker = results(DOCKER, &network(None));
    let host = "it has the network of the machine; use docker.address label or published";
    assert_eq!(
        docker,
        [
            "exposed 172.31.9.3:5521".to_owned(),
            format!("container hostnet: {host}"),
            "lobby-1 172.31.9.2:5520".to_owned(),
            "container nonet: it has no address in the network none".to_owned(),
            "container paused: no UDP port is exposed; set the label hyrouter.port".to_owned(),
            "container two-nets: it is in the networks bridge, games; set docker.network to one of them".to_owned(),
        ]
    );
    let none = "it has no network, or that of the machine; use docker.address label";
    assert_eq!(
        results(PODMAN, &network(None)),
        [
            "container exposed: no UDP port is exposed; set the label hyrouter.port".to_owned(),
            format!("container hostnet: {none}"),
            "lobby-1 10.88.0.64:5520".to_owned(),
            format!("container nonet: {none}"),
            "container two-nets: it is in the networks games, podman; set docker.network to one of them".to_owned(),
        ]
    );
}

#[test]
fn addresses_in_a_named_network() {
    for (json, lobby) in [(DOCKER, "bridge"), (PODMAN, "podman")] {
        let results = results(json, &network(Some("games")));
        let problem =
            format!("container lobby-1: it is not in the network games; its networks: {lobby}");
        assert!(results.contains(&problem), "{results:?}");
        let ports = "container two-nets: several UDP ports are exposed (5540, 5541); set the label hyrouter.port";
        assert!(results.contains(&ports.to_owned()), "{results:?}");
    }
}

#[test]
fn published_ports() {
    let host = DockerAddress::Published {
        host: "203.0.113.7".to_owned(),
    };
    let missing = |name: &str| {
        format!("container {name}: no UDP port is published; set the label hyrouter.port")
    };
    let two = "container two-nets: several UDP ports are published (5540, 5541); set the label hyrouter.port";
    assert_eq!(
        results(DOCKER, &host),
        [
            missing("exposed"),
            "hostnet 203.0.113.7:5530".to_owned(),
            "lobby-1 203.0.113.7:15520".to_owned(),
            missing("nonet"),
            missing("paused"),
            two.to_owned(),
        ]
    );
    // Its list does not show that a container has the network of the machine.
    let hidden = "container hostnet: UDP port 5530 (label hyrouter.port) is not published; publish it, or use docker.address label";
    assert_eq!(
        results(PODMAN, &host),
        [
            missing("exposed"),
            hidden.to_owned(),
            "lobby-1 203.0.113.7:15520".to_owned(),
            missing("nonet"),
            two.to_owned(),
        ]
    );
}

#[test]
fn labels_become_facts() {
    for json in [DOCKER, PODMAN] {
        let lobby = read(&containers(json)["lobby-1"], &network(None)).unwrap();
        assert_eq!(lobby.backend.weight, 3);
        assert!(!lobby.backend.drained);
        let meta: Vec<_> = lobby
            .backend
            .meta
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        assert_eq!(
            meta,
            [
                "hostname=new.example.com",
                "label.hyrouter.enable=true",
                "label.hyrouter.hostname=new.example.com",
                "label.hyrouter.meta.region=eu",
                "label.hyrouter.port=5520",
                "label.hyrouter.weight=3",
                "label.tier=lobby",
                "region=eu",
            ]
        );
    }
}

fn labelled(labels: &serde_json::Value) -> Result<DiscoveredBackend, String> {
    let container = serde_json::json!({ "Id": "f9ba", "Names": ["/a/link", "/lobby"], "State": "running", "Labels": labels });
    let container: Container = serde_json::from_value(container).unwrap();
    read(&container, &DockerAddress::Label).map_err(|problem| problem.to_string())
}

#[test]
fn addresses_of_labels() {
    let found = labelled(&serde_json::json!({
        "hyrouter.host": "lobby.example.com", "hyrouter.port": "5520", "hyrouter.drained": "true",
    }));
    let found = found.unwrap();
    assert_eq!(
        (&*found.id, found.backend.to_string().as_str()),
        ("lobby", "lobby.example.com:5520")
    );
    assert!(found.backend.drained);
    for (label, value, problem) in [
        (
            "hyrouter.host",
            None,
            "container lobby: label hyrouter.host is missing",
        ),
        (
            "hyrouter.port",
            None,
            "container lobby: label hyrouter.port is missing",
        ),
        (
            "hyrouter.port",
            Some("0"),
            "label hyrouter.port is \"0\"; allowed: 1 to 65535",
        ),
        (
            "hyrouter.port",
            Some("a\nb"),
            r#"label hyrouter.port is "a\nb"; allowed"#,
        ),
        (
            "hyrouter.weight",
            Some("-1"),
            "label hyrouter.weight is \"-1\"; allowed: 0 to 4294967295",
        ),
        (
            "hyrouter.drained",
            Some("yes"),
            "label hyrouter.drained is \"yes\"; allowed: true, false",
        ),
    ] {
        let mut labels = serde_json::json!({ "hyrouter.host": "a", "hyrouter.port": "1" });
        match value {
            Some(value) => labels[label] = value.into(),
            None => drop(labels.as_object_mut().unwrap().remove(label)),
        }
        let error = labelled(&labels).unwrap_err();
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn too_long_labels_are_left_out() {
    let mut labels = serde_json::json!({ "hyrouter.host": "a", "hyrouter.port": "1", "a.long": "x".repeat(5000) });
    labels["hyrouter.meta.players"] = "x".repeat(60_000).into();
    for number in 0..300 {
        labels[format!("n{number:03}")] = "x".repeat(100).into();
    }
    let found = labelled(&labels).unwrap();
    assert_eq!(found.problem(), None);
    let meta = &found.backend.meta;
    assert!(meta.contains_key("label.hyrouter.host") && meta.contains_key("label.n010"));
    assert!(!meta.contains_key("label.a.long") && !meta.contains_key("label.n200"));
    assert_eq!(meta["players"].len(), 60_000);
}

#[test]
fn entries_that_are_not_containers_are_told_apart() {
    let json = r#"[{"Id":"a","State":"running"},{"Id":"b"},7,{"Id":"c","State":"running","Ports":[{"PrivatePort":70000,"Type":"udp"}]}]"#;
    let listed: Vec<Listed> = serde_json::from_str(json).unwrap();
    let is_known = |one: &Listed| matches!(one, Listed::Container(_));
    assert_eq!(
        listed.iter().map(is_known).collect::<Vec<_>>(),
        [true, false, false, false]
    );
}
