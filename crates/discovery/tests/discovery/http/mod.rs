//! Provider `http` and a real server in another process.

mod failures;
mod secrets;

use std::time::Duration;

use hyrouter_discovery::{HttpSettings, SourceSettings};
use hyrouter_testing::document_server::DocumentServer;

use crate::followed::{Followed, eventually};

const ONE: &str = r#"{"backends": [{"id": "one", "host": "10.0.0.1", "port": 5520}]}"#;
const TWO: &str = "backends: [{ id: two, host: 10.0.0.2, port: 5520 }]";

const FIRST: [&str; 1] = ["one=10.0.0.1:5520"];
const SECOND: [&str; 1] = ["two=10.0.0.2:5520"];

fn settings(url: String) -> HttpSettings {
    HttpSettings {
        url,
        interval: Duration::from_millis(50),
        timeout: Duration::from_secs(5),
        token_file: None,
        ca_file: None,
        max_bytes: 4 << 20,
    }
}

fn follow(settings: HttpSettings) -> Followed {
    Followed::new(SourceSettings::Http(settings))
}

#[tokio::test]
async fn a_document_is_requested_again_only_if_it_has_changed() {
    let server = DocumentServer::start();
    server.answer("d", "mode=etag", &[], ONE);
    let mut followed = follow(settings(server.url("d")));
    followed.until_backends(&FIRST).await;
    eventually(|| server.requests("d").len() >= 3).await;
    let requests = server.requests("d");
    assert!(!requests[0].contains("if-none-match"), "{requests:?}");
    assert!(
        requests[0].contains("\taccept-encoding: identity"),
        "{requests:?}"
    );
    assert!(requests[1].contains("\tif-none-match: \""), "{requests:?}");
    server.answer(
        "d",
        "mode=etag",
        &[("Content-Type", "application/yaml")],
        TWO,
    );
    followed.until_backends(&SECOND).await;
}

#[tokio::test]
async fn a_server_that_dies_keeps_its_last_set() {
    let mut server = DocumentServer::start();
    server.answer("d", "", &[], ONE);
    let mut followed = follow(settings(server.url("d")));
    followed.until_backends(&FIRST).await;
    server.kill();
    let state = followed.until_error("refused").await;
    assert_eq!(state.backends.len(), 1);
    server.start_again();
    followed.until_error("the response has status 404").await;
    server.answer(
        "d",
        "",
        &[("Content-Type", "text/yaml; charset=utf-8")],
        TWO,
    );
    followed.until_backends(&SECOND).await;
}

#[tokio::test]
async fn static_files_of_yaml_are_known_by_their_names() {
    let server = DocumentServer::start();
    server.answer(
        "d.yaml",
        "",
        &[("Content-Type", "application/octet-stream")],
        TWO,
    );
    follow(settings(server.url("d.yaml")))
        .until_backends(&SECOND)
        .await;
}
