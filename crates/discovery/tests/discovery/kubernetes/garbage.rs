//! Servers that send something else than the API.

use std::sync::Arc;

use hyrouter_testing::listen::{Stream, head, listen};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use super::{follow, pods_of};
use crate::followed::Followed;

/// Follows the pods of a server that answers all requests with this body.
async fn against(body: impl Into<Vec<u8>>) -> (TempDir, Followed) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let body: Arc<[u8]> = body.into().into();
    listen(listener, None, move |stream| {
        let body = Arc::clone(&body);
        async move {
            if let Some(stream) = stream {
                answer(stream, &body).await;
            }
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kubeconfig");
    let kubeconfig = json!({
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "current-context": "x",
    });
    std::fs::write(&path, kubeconfig.to_string()).unwrap();
    (folder, follow(pods_of(path, &["n"])))
}

async fn answer(mut stream: Stream, body: &[u8]) {
    if head(&mut stream).await.is_some() {
        let start = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
        // A client that has read enough closes the connection.
        drop(stream.write_all(start).await);
        drop(stream.write_all(body).await);
        drop(stream.shutdown().await);
    }
}

#[tokio::test]
async fn what_is_no_list_is_an_error() {
    let other = "the API server sent something else than its API";
    let deep = format!("{{\"type\":\"ADDED\",\"object\":{}\n", "[".repeat(100_000));
    let forged = r#"{"type":"ERROR","object":{"code":500,"message":"a\n\u001b[2Jb"}}"#;
    for (body, error) in [
        ("hello\n".to_owned(), other),
        ("[]\n".to_owned(), other),
        ("{\"type\":7,\"object\":{}}\n".to_owned(), other),
        ("\u{0}\n\n\n".to_owned(), other),
        (deep, other),
        (String::new(), "the API server ended a list too early"),
        (
            "{\"type\":\"ADDED\",\"object\":{}}\n{\"type\"".to_owned(),
            "the API server ended a list too early",
        ),
        ("x".repeat(9 << 20), "an object is longer than 8 MiB"),
        (format!("{forged}\n"), r"HTTP status 500: a\n\u{1b}[2Jb"),
    ] {
        let (_folder, mut followed) = against(body).await;
        let state = followed.until_error(error).await;
        assert!(!state.is_synced);
    }
}

#[tokio::test]
async fn an_object_that_cannot_be_read_spoils_no_other() {
    let object = |name: &str, ip: serde_json::Value| {
        let object = json!({
            "metadata": {"namespace": "n", "name": name, "labels": null},
            "spec": {"containers": [{"ports": [{"name": "game", "containerPort": 5520}]}]},
            "status": {"podIP": ip},
        });
        json!({"type": "ADDED", "object": object}).to_string()
    };
    let end = json!({"type": "BOOKMARK", "object": {"metadata": {
        "resourceVersion": "7",
        "annotations": {"k8s.io/initial-events-end": "true"},
    }}});
    let lines = [
        object("a", json!(7)),
        object("b", json!("10.0.0.1")),
        object("c\u{1b}", json!("10.0.0.2 ")),
        json!({"type": "UNHEARD-OF", "object": {}}).to_string(),
        end.to_string(),
    ];
    let (_folder, mut followed) = against(lines.join("\n") + "\n").await;
    let state = followed.until_backends(&["n/b=10.0.0.1:5520"]).await;
    let problems: Vec<_> = state.problems.iter().map(ToString::to_string).collect();
    assert_eq!(state.unusable, 2, "{problems:?}");
    let of_a = problems.iter().find(|text| text.starts_with("n/a: "));
    assert!(of_a.unwrap().contains("it cannot be read"), "{problems:?}");
    assert!(problems.iter().any(|text| text.starts_with(r"n/c\u{1b}: ")));
}
