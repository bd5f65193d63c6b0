//! Answers of a plugin in another process, which the router gives again. The plugin counts its calls.

use std::fs;
use std::time::{Duration, SystemTime};

use hyrouter_identity::{TestClaims, TokenSigningKey};
use hyrouter_testing::peer::PeerProcess;
use serde_json::json;

use crate::support::admin::Admin;
use crate::support::keys::key_pair;
use crate::support::players::{Player, content, player, refusal};
use crate::support::{Folder, Router, folder};

const BEGIN: &str = r#"
listen: "127.0.0.1:0"
admin: { listen: "127.0.0.1:0" }
routing: { default: { backends: [{ host: 10.0.0.1, port: 5521 }] } }
"#;

/// A configuration with one gRPC plugin, which adds `answer` to each of its answers.
fn config(peer: &PeerProcess, answer: &str, more: &str) -> String {
    let address = peer.address();
    format!(
        "{BEGIN}plugins:
  - {{ name: bans, type: grpc, stage: deny, timeout: 20s, grpc: {{ address: \"{address}\" }}, config: {{ answer: {answer} }}, {more} }}
"
    )
}

fn serve(config: &str) -> (Folder, Router, Admin) {
    let folder = folder().file("config.yaml", config);
    let (router, admin) = folder.serve_with_admin(&["--no-watch"]);
    (folder, router, admin)
}

/// Asks the plugin itself how many calls it had.
fn calls(peer: &PeerProcess) -> usize {
    let args = ["plugin", "call", "--grpc", peer.address(), "--username"];
    let report = folder().run(&[&args[..], &["calls", "--json"]].concat());
    let count = report.json()["effect"]["referral_data"].clone();
    count.as_str().unwrap().trim_matches('"').parse().unwrap()
}

async fn come(router: &Router, names: impl Iterator<Item = String>) {
    for name in names {
        let outcome = player(router, &name).comes().await;
        assert_eq!(content(&outcome), name.to_uppercase().as_bytes());
    }
}

fn hundred() -> impl Iterator<Item = String> {
    (0..100).map(|n| format!("player{}", n % 5))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_hundred_players_are_as_many_calls_as_keys_if_the_operator_permits_it() {
    let by_name = "{ cache_ttl: 3600, cache_key: [username] }";
    for (answer, more, expected) in [
        (by_name, "mode: enforce", 100),
        ("{}", "cache: {}", 100),
        (by_name, "cache: { max_ttl: 1h }", 5),
    ] {
        let peer = PeerProcess::python();
        let (_folder, router, admin) = serve(&config(&peer, answer, more));
        come(&router, hundred()).await;
        assert_eq!(calls(&peer), expected, "{answer} {more}");
        let status = admin.status()["plugins"][0].clone();
        assert_eq!(status["calls"], expected, "{status}");
        let cache = &status["cache"];
        if more == "mode: enforce" {
            assert_eq!(cache, &json!(null));
            continue;
        }
        assert_eq!(
            (&cache["hits"], &cache["misses"]),
            (&json!(100 - expected), &json!(expected))
        );
        let entries = if expected == 5 { 5.0 } else { 0.0 };
        let found = admin.metric("hyrouter_plugin_cache_entries{plugin=\"bans\"} ");
        assert!((found - entries).abs() < 0.1, "{found}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn one_answer_for_everybody_is_one_call() {
    let peer = PeerProcess::python();
    let answer = "{ deny: true, deny_reason: Closed., cache_ttl: 3600, cache_key: [] }";
    let (_folder, mut router, admin) = serve(&config(&peer, answer, "cache: { max_ttl: 1h }"));
    for name in hundred() {
        assert_eq!(
            refusal(&player(&router, &name).comes().await),
            Some("Closed.")
        );
    }
    assert_eq!(calls(&peer), 1);
    let hits = "hyrouter_plugin_cache_hits_total{plugin=\"bans\",verdict=\"denied\"} ";
    assert!((admin.metric(hits) - 99.0).abs() < 0.1);
    assert_eq!(router.until("decision")["plugins"], "bans:plugin_denied");
    assert_eq!(
        router.until("decision")["plugins"],
        "bans:plugin_denied:cached"
    );
}

/// An explanation shows the answer that the player would get now, and is no player.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_explanation_has_the_cached_answer() {
    let peer = PeerProcess::python();
    let answer = "{ cache_ttl: 3600, cache_key: [username] }";
    let (folder, router, admin) = serve(&config(&peer, answer, "cache: { max_ttl: 1h }"));
    let args = ["explain", "--admin", &admin.address, "--plugins"];
    let explain =
        |name| folder.run(&[&args[..], &["--generation", "g2", "--username", name]].concat());
    for expected in 1..3 {
        let ran = explain("Birch");
        assert!(!ran.stdout.contains("from the cache"), "{ran:?}");
        assert_eq!(calls(&peer), expected);
    }
    come(&router, ["Alder".to_owned()].into_iter()).await;
    let ran = explain("Alder");
    assert!(
        ran.stdout
            .contains("plugin bans: changed, from the cache: referral data ("),
        "{ran:?}"
    );
    assert_eq!(calls(&peer), 3);
    let status = admin.status()["plugins"][0]["cache"].clone();
    assert_eq!(
        (&status["hits"], &status["entries"]),
        (&json!(0), &json!(1))
    );
}

/// A player of this name and UUID, with a token of this key file.
fn with_token(router: &Router, folder: &Folder, key: &str) -> Player {
    let uuid = "5b1d3c2e-8f4a-4d6b-9c7e-0a1b2c3d4e5f".parse().unwrap();
    let mut player = player(router, "Alder");
    player.hello.uuid = uuid;
    let key = TokenSigningKey::from_json(&fs::read(folder.path(key)).unwrap()).unwrap();
    let now = SystemTime::now();
    let claims = TestClaims {
        uuid,
        username: "Alder".to_owned(),
        issued_at: now,
        expires_at: now + Duration::from_mins(5),
        ..TestClaims::default()
    };
    player.hello.identity_token = Some(key.sign(&claims).unwrap());
    player
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_claims_the_uuid_of_a_verified_player_is_asked_about() {
    let peer = PeerProcess::python();
    let answer = "{ cache_ttl: 3600, cache_key: [uuid, username] }";
    let folder = folder();
    key_pair(&folder, "good.json", "jwks.json", "good");
    key_pair(&folder, "bad.json", "other.json", "good");
    let config = config(&peer, answer, "cache: { max_ttl: 1h }");
    let folder = folder.file(
        "config.yaml",
        &format!("{config}identity: {{ mode: report, jwks: jwks.json }}\n"),
    );
    let router = folder.serve(&["--no-watch"]);
    let verified = with_token(&router, &folder, "good.json");
    let forged = with_token(&router, &folder, "bad.json");
    let mut bare = forged.clone();
    bare.hello.identity_token = None;
    for (expected, player) in (1..).zip([&verified, &forged, &bare]) {
        assert_eq!(content(&player.comes().await), b"ALDER");
        assert_eq!(calls(&peer), expected);
    }
    for player in [&verified, &forged, &bare] {
        assert_eq!(content(&player.comes().await), b"ALDER");
    }
    assert_eq!(calls(&peer), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_reload_asks_again_if_the_plugin_is_told_otherwise() {
    let peer = PeerProcess::python();
    let cache = "cache: { max_ttl: 1h }";
    let first = "{ cache_ttl: 3600, cache_key: [username] }";
    let second = "{ cache_ttl: 3601, cache_key: [username] }";
    let (folder, router, admin) = serve(&config(&peer, first, cache));
    for (answer, more, expected) in [
        (first, cache, 5),
        (first, "cache: { max_ttl: 1h }, on_error: continue", 5),
        (second, cache, 10),
        (second, "cache: { max_ttl: 59m }", 15),
    ] {
        fs::write(folder.path("config.yaml"), config(&peer, answer, more)).unwrap();
        admin.post("/reload", &json!({}));
        come(&router, hundred()).await;
        assert_eq!(calls(&peer), expected, "{answer} {more}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn known_players_pass_while_the_plugin_is_away() {
    let mut peer = PeerProcess::python();
    let answer = "{ cache_ttl: 3600, cache_key: [username] }";
    let more = "cache: { max_ttl: 1h }, breaker: { failures: 0 }";
    let config = config(&peer, answer, more).replace("timeout: 20s", "timeout: 500ms");
    let (_folder, router, _admin) = serve(&config);
    let alder = player(&router, "Alder");
    // On a busy machine a call may take longer than the timeout.
    while refusal(&alder.comes().await).is_some() {}
    peer.kill();
    for _ in 0..3 {
        assert!(refusal(&player(&router, "Birch").comes().await).is_some());
        assert_eq!(content(&alder.comes().await), b"ALDER");
    }
}
