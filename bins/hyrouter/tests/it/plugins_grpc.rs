//! The router with plugins in processes of their own, written in three languages, that vanish and come back while
//! players connect.

use std::time::Duration;

use hyrouter_client::ExchangeOutcome;
use hyrouter_plugin_grpc::{
    ConnectRequest, ConnectResponse, OnConnect, PluginFailure, PluginServer,
};
use hyrouter_testing::peer::PeerProcess;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::support::players::{Player, content, player, refusal};
use crate::support::{Folder, Router, folder};

const BROKEN: &str = "Something is broken.";

fn serve(address: &str, more: &str) -> (Folder, Router) {
    let config = format!(
        r#"
listen: "127.0.0.1:0"
messages: {{ disconnect: {{ routing_error: "{BROKEN}" }} }}
routing:
  routes:
    - name: play
      match: {{ hostname: play.example.com }}
      pool: {{ strategy: random, backends: [{{ host: 10.0.0.1, port: 5521, weight: 3, meta: {{ region: eu }} }}] }}
plugins:
  - {{ name: bans, type: grpc, grpc: {{ address: "{address}" }}, {more} }}
"#
    );
    let folder = folder().file("config.yaml", &config);
    let router = folder.serve(&[]);
    (folder, router)
}

/// Comes until the answer is as wanted: the router notices by itself that a plugin is back, but nothing tells when.
async fn until(what: &str, player: &Player, mut is_wanted: impl FnMut(&ExchangeOutcome) -> bool) {
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    let waited = tokio::time::timeout(Duration::from_secs(30), async {
        while !is_wanted(&player.comes().await) {
            ticks.tick().await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("never: {what}"));
}

/// A plugin in stage deny that is killed and stopped while players connect: each player gets an answer, none is
/// admitted while the plugin is down, and all are admitted when it is back.
async fn try_peer(mut peer: PeerProcess) {
    // Of a length that a call keeps on a busy machine, too.
    let more = "stage: deny, timeout: 2s, breaker: { failures: 3, cool_down: 200ms }";
    let (_folder, router) = serve(peer.address(), more);
    let banned = player(&router, "deny");
    let denial = banned.comes().await;
    let denial = refusal(&denial).unwrap();
    assert!(!denial.is_empty() && denial != BROKEN, "{denial}");
    let alder = player(&router, "Alder");
    assert_eq!(refusal(&alder.comes().await), None);

    let everybody: Vec<_> = (0..4)
        .map(|_| player(&router, "Birch").keeps_coming())
        .collect();
    let is_kept_out = |outcome: &ExchangeOutcome| refusal(outcome) == Some(BROKEN);
    let is_in = |outcome: &ExchangeOutcome| refusal(outcome).is_none();
    for _ in 0..2 {
        peer.kill();
        until("kept out after SIGKILL", &alder, is_kept_out).await;
        peer.start_again();
        until("in when it is started again", &alder, is_in).await;
        assert_eq!(refusal(&banned.comes().await), Some(denial));

        peer.signal("STOP");
        until("kept out after SIGSTOP", &alder, is_kept_out).await;
        peer.signal("CONT");
        until("in after SIGCONT", &alder, is_in).await;
    }
    let mut answers = 0;
    for coming in everybody {
        for outcome in coming.stop().await {
            let refusal = refusal(&outcome);
            assert!(refusal.is_none_or(|text| text == BROKEN), "{refusal:?}");
            answers += 1;
        }
    }
    assert!(answers > 20, "only {answers} came meanwhile");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_plugin_in_rust_vanishes_and_comes_back() {
    try_peer(PeerProcess::rust_example()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_plugin_in_python_vanishes_and_comes_back() {
    try_peer(PeerProcess::python()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_plugin_in_go_vanishes_and_comes_back() {
    if let Some(peer) = PeerProcess::go() {
        try_peer(peer).await;
    }
}

/// Restarts in stage deny, with 50 players a second: each waits for the plugin, whose `timeout` is longer than it is away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_restarts_refuses_no_player() {
    let mut peer = PeerProcess::python();
    let more = "stage: deny, timeout: 20s, breaker: { connect_grace: 20s }";
    let (_folder, router) = serve(peer.address(), more);
    let alder = player(&router, "Alder");
    assert_eq!(content(&alder.comes().await), b"ALDER");
    let (stop, mut stopped) = oneshot::channel::<()>();
    let coming = {
        let alder = alder.clone();
        tokio::spawn(async move {
            let mut players = JoinSet::new();
            let mut ticks = tokio::time::interval(Duration::from_millis(20));
            while stopped.try_recv().is_err() {
                ticks.tick().await;
                let alder = alder.clone();
                players.spawn(async move { alder.comes().await });
            }
            players.join_all().await
        })
    };
    for _ in 0..2 {
        tokio::task::block_in_place(|| {
            peer.kill();
            peer.start_again();
        });
        assert_eq!(content(&alder.comes().await), b"ALDER");
    }
    stop.send(()).unwrap();
    let answers = coming.await.unwrap();
    assert!(answers.len() > 10, "only {} came meanwhile", answers.len());
    for answer in &answers {
        assert_eq!(content(answer), b"ALDER");
    }
}

#[tokio::test]
async fn a_plugin_of_a_later_stage_that_is_away_keeps_nobody_out() {
    let mut peer = PeerProcess::python();
    let (_folder, mut router) = serve(peer.address(), "stage: route, timeout: 500ms");
    let alder = player(&router, "Alder");
    assert_eq!(content(&alder.comes().await), b"ALDER");
    peer.kill();
    assert_eq!(content(&alder.comes().await), b"");
    router.until("decision");
    let line = router.until("decision");
    assert_eq!(line["reason"], "referred");
    assert_eq!(line["plugins"], "bans:plugin_failed:unreachable");
}

#[tokio::test]
async fn a_plugin_over_a_unix_socket_that_starts_after_the_router() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("unix:{}", folder.path().join("bans.sock").display());
    let (_folder, router) = serve(
        &address,
        "stage: deny, timeout: 500ms, breaker: { failures: 0 }",
    );
    let alder = player(&router, "Alder");
    assert_eq!(refusal(&alder.comes().await), Some(BROKEN));
    let _peer = PeerProcess::python_at(&address, &[]);
    until("in when it has started", &alder, |outcome| {
        refusal(outcome).is_none()
    })
    .await;
}

#[tokio::test]
async fn what_a_server_says_wrong_is_a_failure_of_its_kind() {
    let peer = PeerProcess::python();
    let (_folder, mut router) = serve(peer.address(), "timeout: 500ms, breaker: { failures: 0 }");
    for (name, code) in [
        ("error", "status"),
        ("garbage", "bad_response"),
        ("huge", "oversize"),
        ("slow", "timeout"),
    ] {
        let answer = player(&router, name).comes().await;
        assert_eq!(refusal(&answer), None, "{name}");
        let line = router.until("decision");
        assert_eq!(
            line["plugins"],
            format!("bans:plugin_failed:{code}"),
            "{line}"
        );
    }
}

/// Tells what it was asked.
struct Listener(mpsc::Sender<ConnectRequest>);

impl OnConnect for Listener {
    async fn on_connect(&self, request: ConnectRequest) -> Result<ConnectResponse, PluginFailure> {
        self.0.send(request).await.unwrap();
        Ok(ConnectResponse::default())
    }
}

#[tokio::test]
async fn plugins_are_told_who_comes_and_where_they_would_go() {
    let (told, mut asked) = mpsc::channel(8);
    let bound = PluginServer::new(Listener(told))
        .bind("127.0.0.1:0")
        .await
        .unwrap();
    let address = bound.address().to_string();
    tokio::spawn(bound.run());
    let (_folder, router) = serve(&address, "stage: route");
    let mut alder = player(&router, "Alder");
    alder.hello.language = "de-DE".to_owned();
    alder.hello.identity_token = Some("a.b.c".to_owned());
    alder.hello.referral_source = Some(("lobby.example.com".to_owned(), 5520));
    alder.comes().await;
    let request = serde_json::to_value(asked.recv().await.unwrap()).unwrap();
    let event = &request["event"];
    for (key, value) in [
        ("sni", json!("play.example.com")),
        ("username", json!("Alder")),
        ("uuid", json!("00000000-0000-0000-0000-000000000000")),
        ("language", json!("de-DE")),
        ("client_type", json!(0)),
        ("identity_token_present", json!(true)),
        ("alpn", json!("hytale/2")),
        ("protocol_build", json!(20)),
        (
            "referral_source",
            json!({"host": "lobby.example.com", "port": 5520}),
        ),
        ("route", json!("play")),
        ("connection_id", json!("0")),
    ] {
        assert_eq!(event[key], value, "{key} of {event}");
    }
    assert_eq!(event["protocol_hash"], event["client_version"]);
    assert!(
        event["remote_addr"]
            .as_str()
            .unwrap()
            .starts_with("127.0.0.1:"),
        "{event}"
    );
    let backend = json!({"host": "10.0.0.1", "port": 5521, "weight": 3, "meta": {"region": "eu"}});
    assert_eq!(request["strategy"], "random");
    assert_eq!(request["candidates"], json!([backend.clone()]));
    assert_eq!(
        (&request["selected_index"], &request["backend"]),
        (&json!(0), &backend)
    );
    assert_eq!(request.get("referral_data"), None);

    let (_folder, router) = serve(&address, "stage: route }\nlogging: { log_client_ip: false");
    player(&router, "Alder").comes().await;
    assert_eq!(asked.recv().await.unwrap().event.remote_addr, None);
}
