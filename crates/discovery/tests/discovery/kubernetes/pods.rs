//! Pods come, change and go.

use hyrouter_discovery::{
    KubernetesSettings, MetadataSettings, ProviderSettings, ResourceKind, SourceSettings,
};
use hyrouter_testing::kubernetes::{ApiServer, PodDraft, pods};
use serde_json::json;

use super::{follow, pods_of, resource};
use crate::followed::Followed;

fn draft(name: &str, ip: &str) -> PodDraft {
    PodDraft::new(name, ip).port("game", 5520)
}

#[tokio::test]
async fn pods_that_are_ready_are_backends_until_they_are_deleted() {
    let Some(server) = ApiServer::shared() else {
        return;
    };
    let api = server.admin().await;
    api.namespace("life").await;
    let mut followed = follow(KubernetesSettings {
        resources: vec![resource(ResourceKind::Pods, "app in (lobby)", "game")],
        require_pod_ready: true,
        require_pod_phase: vec!["running".to_owned()],
        ..pods_of(server.kubeconfig(), &["life"])
    });
    followed.until_backends(&[]).await;

    let pod = draft("b", "10.0.0.2").label("app", "lobby").unready();
    api.pod("life", &pod).await;
    api.pod("life", &draft("c", "10.0.0.3").label("app", "lobby"))
        .await;
    followed.until_backends(&["life/c=10.0.0.3:5520"]).await;

    api.set_ready("life", "b", true).await;
    let both = ["life/b=10.0.0.2:5520", "life/c=10.0.0.3:5520"];
    followed.until_backends(&both).await;

    // A label that enters the selector, and one that leaves it.
    api.pod("life", &draft("a", "10.0.0.1")).await;
    let label = |value: &str| json!({"metadata": {"labels": {"app": value}}});
    api.patch(&pods("life"), "a", label("lobby")).await;
    api.patch(&pods("life"), "b", label("other")).await;
    let others = ["life/a=10.0.0.1:5520", "life/c=10.0.0.3:5520"];
    followed.until_backends(&others).await;

    // The pod keeps existing, ready and running, for its grace period.
    api.delete(&pods("life"), "c").await;
    followed.until_backends(&["life/a=10.0.0.1:5520"]).await;
    api.delete_now(&pods("life"), "a").await;
    let state = followed.until_backends(&[]).await;
    assert!(state.problems.is_empty(), "{state:#?}");
}

#[tokio::test]
async fn facts_weights_ports_and_phases() {
    let Some(server) = ApiServer::shared() else {
        return;
    };
    let api = server.admin().await;
    api.namespace("facts").await;
    let weighted = draft("weighted", "10.1.0.1")
        .label("hyrouter/weight", "7")
        .label("tier", "gold")
        .annotation("hyrouter/weight", "3")
        .annotation("note", "a note")
        .annotation("other", "unused");
    api.pod("facts", &weighted).await;
    let labeled = draft("labeled", "10.1.0.2").label("hyrouter/weight", "7");
    api.pod("facts", &labeled).await;
    api.pod("facts", &draft("v6", "fd00::1")).await;
    for (name, ip, phase) in [
        ("ended", "10.1.0.3", "Succeeded"),
        ("failed", "10.1.0.4", "Failed"),
        ("no-ip", "", "Pending"),
    ] {
        api.pod("facts", &draft(name, ip).phase(phase)).await;
    }
    let other_port = PodDraft::new("portless", "10.1.0.5").port("query", 5521);
    api.pod("facts", &other_port).await;

    let mut followed = follow(KubernetesSettings {
        metadata: MetadataSettings {
            include_labels: vec!["tier".to_owned()],
            include_annotations: vec!["note".to_owned()],
        },
        ..pods_of(server.kubeconfig(), &["facts"])
    });
    let expected = [
        "facts/labeled=10.1.0.2:5520",
        "facts/v6=[fd00::1]:5520",
        "facts/weighted=10.1.0.1:5520",
    ];
    let state = followed.until_backends(&expected).await;
    let weights: Vec<_> = state.backends.iter().map(|b| b.backend.weight).collect();
    assert_eq!(weights, [7, 1, 3]);
    let meta = &state.backends[2].backend.meta;
    let meta: Vec<_> = meta.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let facts = [
        ("annotation.note", "a note"),
        ("k8s.name", "weighted"),
        ("k8s.namespace", "facts"),
        ("k8s.node", "node-1"),
        ("label.tier", "gold"),
    ];
    assert_eq!(meta, facts);
    let problem = "facts/portless: no container of the pod has a port named \"game\"";
    assert_eq!(state.problems[0].to_string(), problem);
    assert_eq!(state.problems.len(), 1);
}

#[tokio::test]
async fn resources_and_namespaces_are_one_set_in_their_order() {
    let Some(server) = ApiServer::shared() else {
        return;
    };
    let api = server.admin().await;
    for (namespace, net) in [("many-b", 2), ("many-a", 1), ("many-c", 3)] {
        api.namespace(namespace).await;
        for (name, app) in [("x", "hub"), ("y", "game")] {
            let host = if app == "hub" { 1 } else { 2 };
            let pod = draft(name, &format!("10.2.{net}.{host}")).label("app", app);
            api.pod(namespace, &pod).await;
        }
    }
    let mut settings = KubernetesSettings {
        resources: vec![
            resource(ResourceKind::Pods, "app=hub", "game"),
            resource(ResourceKind::Pods, "", "game"),
        ],
        ..pods_of(server.kubeconfig(), &["many-b", "many-a", "many-b"])
    };
    let mut followed = follow(settings.clone());
    let expected = [
        "many-a/x=10.2.1.1:5520",
        "many-b/x=10.2.2.1:5520",
        "many-a/y=10.2.1.2:5520",
        "many-b/y=10.2.2.2:5520",
    ];
    followed.until_backends(&expected).await;

    // The last ones are dropped, and fill up when others leave. Without namespaces, all are watched.
    settings.namespaces.clear();
    settings.resources = vec![resource(ResourceKind::Pods, "app in (hub,game)", "game")];
    let mut settings = ProviderSettings::new("few", SourceSettings::Kubernetes(settings));
    settings.max_backends = 2;
    let mut followed = Followed::with(&settings);
    let first = ["many-a/x=10.2.1.1:5520", "many-a/y=10.2.1.2:5520"];
    let state = followed.until_backends(&first).await;
    assert_eq!(state.dropped, 2);
    for (namespace, name) in [("many-a", "x"), ("many-a", "y"), ("many-b", "x")] {
        api.delete_now(&pods(namespace), name).await;
    }
    let last = ["many-b/y=10.2.2.2:5520", "many-c/x=10.2.3.1:5520"];
    followed.until_backends(&last).await;
}
