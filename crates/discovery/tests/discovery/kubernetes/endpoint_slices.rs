//! `EndpointSlices` and their endpoints.

use hyrouter_discovery::{KubernetesSettings, PortSettings, ResourceKind, ResourceSettings};
use hyrouter_testing::kubernetes::{ApiServer, endpoint_slices};
use serde_json::{Value, json};

use super::{follow, pods_of, resource};

#[expect(clippy::needless_pass_by_value, reason = "calls are shorter")]
fn slice(name: &str, service: &str, kind: &str, endpoints: Value, ports: Value) -> Value {
    json!({
        "metadata": {"name": name, "labels": {"kubernetes.io/service-name": service}},
        "addressType": kind,
        "endpoints": endpoints,
        "ports": ports,
    })
}

fn slices_of(namespace: &str, service: &str, port: &str) -> ResourceSettings {
    ResourceSettings {
        service_name: Some(service.to_owned()),
        service_namespace: Some(namespace.to_owned()),
        ..resource(ResourceKind::EndpointSlices, "", port)
    }
}

#[tokio::test]
async fn endpoints_are_backends_unless_they_terminate() {
    let Some(server) = ApiServer::shared() else {
        return;
    };
    let (api, path) = (server.admin().await, endpoint_slices("slices"));
    api.namespace("slices").await;
    let pod = |name: &str, ip: &str, conditions: Value| {
        json!({
            "addresses": [ip, "10.9.9.9"],
            "conditions": conditions,
            "nodeName": "node-1",
            "targetRef": {"kind": "Pod", "namespace": "slices", "name": name},
        })
    };
    let ports = json!([{"name": "query", "port": 1}, {"name": "game", "port": 5520}]);
    let endpoints = json!([
        pod("p1", "10.3.0.1", json!({"ready": true})),
        pod("p2", "10.3.0.2", json!({"ready": false})),
        pod(
            "p3",
            "10.3.0.3",
            json!({"ready": true, "serving": true, "terminating": true})
        ),
        pod("p4", "10.3.0.4", json!({})),
    ]);
    let first = slice("games-1", "games", "IPv4", endpoints.clone(), ports.clone());
    api.create(&path, &first).await;
    // One endpoint is in two slices while it moves, and the pod has a second family.
    let moving = json!([pod("p1", "10.3.0.1", json!({"ready": true}))]);
    api.create(
        &path,
        &slice("games-2", "games", "IPv4", moving, ports.clone()),
    )
    .await;
    let v6 = json!([{"addresses": ["fd00::3"], "targetRef": {"kind": "Pod", "name": "p1"}}]);
    api.create(&path, &slice("games-3", "games", "IPv6", v6, ports.clone()))
        .await;
    let other = json!([{"addresses": ["10.3.0.9"]}]);
    api.create(&path, &slice("others-1", "others", "IPv4", other, ports))
        .await;

    let settings = KubernetesSettings {
        resources: vec![slices_of("slices", "games", "game")],
        ..pods_of(server.kubeconfig(), &["default"])
    };
    let mut all = follow(settings.clone());
    let expected = [
        "slices/p1=10.3.0.1:5520",
        "slices/p2=10.3.0.2:5520",
        "slices/p4=10.3.0.4:5520",
        "slices/p1@[fd00::3]:5520=[fd00::3]:5520",
    ];
    let state = all.until_backends(&expected).await;
    let meta = &state.backends[0].backend.meta;
    assert_eq!(meta["k8s.name"], "games-1");
    assert_eq!(meta["k8s.node"], "node-1");
    let mut ready = follow(KubernetesSettings {
        require_endpoint_ready: true,
        ..settings
    });
    let expected = [
        "slices/p1=10.3.0.1:5520",
        "slices/p4=10.3.0.4:5520",
        "slices/p1@[fd00::3]:5520=[fd00::3]:5520",
    ];
    ready.until_backends(&expected).await;

    let endpoints = json!([pod("p2", "10.3.0.2", json!({"ready": true}))]);
    let changed = json!({"endpoints": endpoints});
    api.patch(&path, "games-1", changed).await;
    api.delete_now(&path, "games-3").await;
    let expected = ["slices/p2=10.3.0.2:5520", "slices/p1=10.3.0.1:5520"];
    ready.until_backends(&expected).await;
}

#[tokio::test]
async fn ports_by_number_by_name_and_the_first() {
    let Some(server) = ApiServer::shared() else {
        return;
    };
    let (api, path) = (server.admin().await, endpoint_slices("slice-ports"));
    api.namespace("slice-ports").await;
    let name = json!([{"addresses": ["lobby.example.com"]}]);
    let ports =
        json!([{"name": "all"}, {"name": "", "port": 7000}, {"name": "game", "port": 7001}]);
    let named = slice("a", "names", "FQDN", name, ports);
    api.create(&path, &named).await;
    let v4 = json!([{"addresses": ["10.4.0.1"]}]);
    api.create(&path, &slice("b", "portless", "IPv4", v4, Value::Null))
        .await;

    let by = |service: &str, name: Option<&str>, number: Option<u16>| ResourceSettings {
        port: PortSettings {
            name: name.map(ToOwned::to_owned),
            number,
            container_port: None,
        },
        ..slices_of("slice-ports", service, "")
    };
    let settings = |resource: ResourceSettings| KubernetesSettings {
        resources: vec![resource],
        ..pods_of(server.kubeconfig(), &[])
    };
    for (resource, expected) in [
        (by("names", Some("game"), None), "lobby.example.com:7001"),
        (by("names", Some("gone"), None), "lobby.example.com:7000"),
        (by("names", None, None), "lobby.example.com:7000"),
        (by("names", Some("all"), None), "lobby.example.com:7000"),
        (
            by("names", Some("game"), Some(7002)),
            "lobby.example.com:7002",
        ),
        (by("portless", None, Some(7003)), "10.4.0.1:7003"),
    ] {
        let slice = if expected.starts_with('l') { "a" } else { "b" };
        let mut followed = follow(settings(resource));
        let expected = format!("slice-ports/{slice}@{expected}={expected}");
        followed.until_backends(&[&expected]).await;
    }
    let mut followed = follow(settings(by("portless", Some("game"), None)));
    let state = followed.until_backends(&[]).await;
    let problem = "slice-ports/b: the EndpointSlice has no port with a number; set port.number";
    assert_eq!(state.problems[0].to_string(), problem);
}
