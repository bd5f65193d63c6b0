//! Backends of an HTTP server, while the router serves.

use hyrouter_testing::document_server::DocumentServer;
use serde_json::json;

use crate::support::folder;
use crate::support::players::player;
use crate::support::replaced::{BEGIN, host, referred_to};

fn config(url: &str) -> String {
    format!(
        "{BEGIN}
discovery:
  providers:
    - {{ name: panel, type: http, http: {{ url: '{url}', interval: 100ms, token_file: token }} }}
routing: {{ default: {{ discovery: {{ provider: panel }} }} }}
"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn players_follow_the_answers_and_a_dead_server_changes_nothing() {
    let mut server = DocumentServer::start();
    let answer = |server: &DocumentServer, host: &str| {
        let document = json!({"backends": [{"host": host, "port": 5520}]});
        server.answer("d", "mode=etag", &[], &document.to_string());
    };
    answer(&server, "a.example");
    let folder = folder()
        .file("config.yaml", &config(&server.url("d")))
        .file("token", "hunter2\n");
    let (mut router, admin) = folder.serve_with_admin(&[]);
    let player = player(&router, "Alder");
    referred_to(&player, "a.example").await;
    answer(&server, "b.example");
    referred_to(&player, "b.example").await;
    assert!(server.requests("d")[0].contains("\tauthorization: Bearer hunter2"));

    server.kill();
    let line = router.until("discovery provider failed; its last backends stay in use");
    let error = line["error"].as_str().unwrap();
    assert!(
        error.starts_with(&server.url("d")) && error.contains("refused"),
        "{error}"
    );
    assert_eq!(host(&player.comes().await), "b.example");

    server.start_again();
    answer(&server, "c.example");
    referred_to(&player, "c.example").await;
    router.until("discovery provider recovered");
    assert_eq!(admin.status()["config"]["reloads"], json!(0));
}
