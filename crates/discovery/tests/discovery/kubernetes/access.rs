//! Kubeconfigs, tokens and rights.

use hyrouter_testing::kubernetes::{ApiServer, PodDraft};
use serde_json::json;

use super::{follow, pods_of, rights_of_the_example};

#[tokio::test]
async fn a_namespace_without_rights_does_not_hold_up_another() {
    let Some(server) = ApiServer::shared() else {
        return;
    };
    let api = server.admin().await;
    for (namespace, ip) in [("open", "10.5.0.1"), ("shut", "10.5.0.2")] {
        api.namespace(namespace).await;
        let pod = PodDraft::new("p", ip).port("game", 5520);
        api.pod(namespace, &pod).await;
    }
    let token = api.account("open", "router").await;
    api.allow("open", "open", "router", rights_of_the_example())
        .await;
    let file = server.token_file("rbac", &token);
    let user = json!({"tokenFile": file});
    let kubeconfig = server.kubeconfig_for("rbac", server.url(), &user);
    let mut followed = follow(pods_of(kubeconfig, &["open", "shut"]));
    let state = followed.until_backends(&["open/p=10.5.0.1:5520"]).await;
    let error = state.error.as_deref().unwrap();
    for text in [
        "pods in namespace \"shut\": HTTP status 403",
        "system:serviceaccount:open:router",
        "grant its account the verbs list and watch on pods (apiGroups: [\"\"]) by a Role in that namespace",
    ] {
        assert!(error.contains(text), "{error}");
    }
    assert!(!error.contains("\"open\":"), "{error}");

    // The role arrives.
    api.allow("shut", "open", "router", rights_of_the_example())
        .await;
    let both = ["open/p=10.5.0.1:5520", "shut/p=10.5.0.2:5520"];
    let state = followed.until_backends(&both).await;
    assert_eq!(state.error, None);

    let kubeconfig = server.kubeconfig_for("rbac", server.url(), &user);
    let mut everywhere = follow(pods_of(kubeconfig, &[]));
    let state = everywhere.until_error("pods in all namespaces").await;
    let error = state.error.as_deref().unwrap();
    assert!(error.ends_with("by a ClusterRole"), "{error}");
    assert!(!state.is_synced);
}

#[tokio::test]
async fn a_token_is_read_from_its_file_for_each_request() {
    let Some(server) = ApiServer::shared() else {
        return;
    };
    let api = server.admin().await;
    api.namespace("tokens").await;
    let pod = PodDraft::new("p", "10.6.0.1").port("game", 5520);
    api.pod("tokens", &pod).await;
    let token = api.account("tokens", "router").await;
    api.allow("tokens", "tokens", "router", rights_of_the_example())
        .await;
    let file = server.token_file("rotated", "an-expired-token");
    let user = json!({"tokenFile": file});
    let kubeconfig = server.kubeconfig_for("rotated", server.url(), &user);
    let mut followed = follow(pods_of(kubeconfig, &["tokens"]));
    let state = followed.until_error("HTTP status 401").await;
    let error = state.error.as_deref().unwrap();
    assert!(!error.contains("an-expired-token"), "{error}");

    server.token_file("rotated", &token);
    let state = followed.until_backends(&["tokens/p=10.6.0.1:5520"]).await;
    assert_eq!(state.error, None);
}

#[tokio::test]
async fn a_kubeconfig_that_cannot_be_used_is_reported_and_read_again() {
    let Some(server) = ApiServer::shared() else {
        return;
    };
    let path = server.folder().join("late.kubeconfig");
    let mut followed = follow(pods_of(path.clone(), &["default"]));
    followed.until_error("late.kubeconfig").await;
    std::fs::write(&path, "users: [{token: secret-token").unwrap();
    let state = followed.until_error("no valid YAML").await;
    let error = state.error.as_deref().unwrap();
    assert!(!error.contains("secret"), "{error}");
    std::fs::copy(server.kubeconfig(), &path).unwrap();
    followed.until_backends(&[]).await;
}
