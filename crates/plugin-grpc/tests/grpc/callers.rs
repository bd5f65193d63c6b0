//! The server, called by programs in other languages.

use hyrouter_plugin_grpc::PluginServer;
use serde_json::{Value, json};

use crate::support::{Running, go_client, peer_like, python_client};

const GOLDEN: &str = include_str!("../../../plugin-api/tests/golden/request_full.go.json");

fn asking(name: &str) -> String {
    json!({ "event": { "username": name }, "candidates": null }).to_string()
}

async fn python(server: &Running, option: &str, value: &str) -> Value {
    let arguments = ["--address", &server.address, option, value];
    let mut lines = python_client(&arguments).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.remove(0)
}

#[tokio::test]
async fn python_asks() {
    let server = Running::new(PluginServer::new(peer_like)).await;
    // The response has bytes as base64.
    let answer = python(&server, "--request", &asking("ann")).await;
    assert_eq!(
        answer,
        json!({ "response": { "deny": false, "referral_data": "QU5O" }, "code": 0 })
    );
    let answer = python(&server, "--request", GOLDEN).await;
    assert_eq!(answer["code"], 0, "{answer}");
    let answer = python(&server, "--request", &asking("error")).await;
    assert_eq!(
        answer,
        json!({ "code": 14, "message": "the database is down ü" })
    );
    let answer = python(&server, "--request", &asking("panic")).await;
    assert_eq!(
        answer,
        json!({ "code": 13, "message": "the plugin panicked" })
    );
    let answer = python(&server, "--request", "{").await;
    assert_eq!(answer["code"], 3, "{answer}");
    let answer = python(&server, "--method", "/hyrouter.Plugin/Other").await;
    assert_eq!(answer["code"], 12, "{answer}");
}

#[tokio::test]
async fn python_gets_a_response_by_its_deadline() {
    let server = Running::new(PluginServer::new(peer_like)).await;
    let slow = asking("slow");
    let arguments = [
        "--address",
        &server.address,
        "--request",
        &slow,
        "--timeout",
        "0.3",
    ];
    let answer = python_client(&arguments).await.remove(0);
    assert!(answer["code"] == 4 || answer["code"] == 1, "{answer}");
}

#[tokio::test]
async fn go_asks() {
    let server = Running::new(PluginServer::new(peer_like)).await;
    let address = server.address.as_str();
    let ask = |asked: String| async move {
        go_client(&["--address", address, "--request", &asked]).await
    };
    let Some(answer) = ask(asking("deny")).await else {
        return;
    };
    let denied = json!({ "deny": true, "deny_reason": "denied by rust peer" });
    let content_type = ["application/grpc+json"];
    assert_eq!(
        answer,
        json!({ "response": denied, "content_type": content_type })
    );
    let answer = ask(asking("error")).await.unwrap();
    assert_eq!(
        answer,
        json!({ "code": 14, "message": "the database is down ü" })
    );
    let answer = ask(GOLDEN.into()).await.unwrap();
    assert_eq!(answer["response"]["deny"], false, "{answer}");
}

#[tokio::test]
async fn both_ask_for_its_health() {
    let server = Running::new(PluginServer::new(peer_like)).await;
    for service in ["", "hyrouter.Plugin"] {
        assert_eq!(
            python(&server, "--health", service).await,
            json!({ "serving": 1 })
        );
        let arguments = ["--address", &server.address, "--health", service];
        if let Some(answer) = go_client(&arguments).await {
            assert_eq!(answer, json!({ "serving": 1 }));
        }
    }
    let answer = python(&server, "--health", "hyrouter.Other").await;
    assert_eq!(answer["code"], 5, "{answer}");
}
