//! Leases: their start, renewal and end.

use std::net::SocketAddr;
use std::time::Duration;

use hyrouter_discovery::push::{PushProvider, PushRefusal};
use hyrouter_discovery::{ProviderSettings, SourceSettings, provider};
use serde_json::json;
use tokio::time::{Instant, advance};

use super::support::{ALL, EU, Folder, Serving, heartbeat, register, registration, session};

#[tokio::test(start_paused = true)]
async fn a_lease_ends_on_time_unless_it_is_renewed() {
    let folder = Folder::new();
    let mut serving = folder.serve().await;
    let all = serving.session(ALL);
    let start = Instant::now();
    let registered = register(&all, "lobby-1", 10).unwrap();
    assert!(registered.is_new);
    assert_eq!(registered.term.ttl, Duration::from_secs(10));
    assert!(register(&all, "lobby-2", 10).unwrap().is_new);
    serving.has(&["lobby-1", "lobby-2"]).await;
    advance(Duration::from_secs(6)).await;
    heartbeat(&all, "lobby-1", json!({})).unwrap();
    serving.has(&["lobby-1"]).await;
    let spent = start.elapsed();
    assert!(spent >= Duration::from_secs(10) && spent < Duration::from_secs(11));
    assert!(!register(&all, "lobby-1", 20).unwrap().is_new);
    serving.has(&[]).await;
    let spent = start.elapsed();
    assert!(spent >= Duration::from_secs(30) && spent < Duration::from_secs(31));
    let refused = heartbeat(&all, "lobby-1", json!({})).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "\"lobby-1\" has no lease; register it with PUT"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_has_ended_cannot_be_renewed() {
    let folder = Folder::new();
    let serving = folder.serve().await;
    let all = serving.session(ALL);
    register(&all, "lobby-1", 1).unwrap();
    // Whether the task of the provider or the heartbeat is first.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(heartbeat(&all, "lobby-1", json!({})).is_err());
    let id = "lobby-1".to_owned();
    assert_eq!(all.end("lobby-1"), Err(PushRefusal::NoLease { id }));
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_changes_the_load_of_a_backend() {
    let folder = Folder::new();
    let mut serving = folder.serve().await;
    let all = serving.session(ALL);
    register(&all, "lobby-1", 60).unwrap();
    serving.has(&["lobby-1"]).await;
    heartbeat(
        &all,
        "lobby-1",
        json!({"players": 7, "max_players": 100, "drained": true}),
    )
    .unwrap();
    while !serving.feed.now().backends[0].backend.drained {
        assert!(serving.feed.changed().await);
    }
    let state = serving.feed.now();
    let backend = &state.backends[0].backend;
    assert_eq!(backend.meta["players"], "7");
    assert_eq!(backend.meta["max_players"], "100");
    assert_eq!(backend.meta["region"], "eu");
    let entry = all.get("lobby-1").unwrap().entry;
    assert_eq!((entry.players, entry.max_players), (Some(7), Some(100)));
    assert_eq!(entry.meta.keys().collect::<Vec<_>>(), ["region"]);
}

#[tokio::test(start_paused = true)]
async fn renewals_alone_are_published_once_a_second_and_keep_the_backends() {
    let folder = Folder::new();
    let mut serving = folder.serve().await;
    let all = serving.session(ALL);
    register(&all, "lobby-1", 60).unwrap();
    serving.has(&["lobby-1"]).await;
    let before = serving.feed.now();
    let mut published = 0;
    for _ in 0..100 {
        heartbeat(&all, "lobby-1", json!({})).unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        let state = serving.feed.now();
        published += usize::from(!std::sync::Arc::ptr_eq(&state, &before));
        let same = std::sync::Arc::ptr_eq(&state.backends[0].backend, &before.backends[0].backend);
        assert!(same);
        assert!(serving.feed.age().unwrap() <= Duration::from_secs(1));
    }
    assert!(published > 0);
}

#[tokio::test(start_paused = true)]
async fn a_token_changes_the_ids_of_its_prefix_alone() {
    let folder = Folder::new();
    let mut serving = folder.serve().await;
    let from: SocketAddr = ([10, 0, 0, 7], 1).into();
    assert!(
        serving
            .handle
            .authorize(b"another-0123456789", from)
            .is_none()
    );
    let (all, eu) = (serving.session(ALL), serving.session(EU));
    register(&all, "us-1", 60).unwrap();
    register(&eu, "eu-1", 60).unwrap();
    for refused in [
        register(&eu, "us-1", 60).unwrap_err(),
        heartbeat(&eu, "us-1", json!({"drained": true})).unwrap_err(),
        eu.end("us-1").unwrap_err(),
        eu.get("us-1").unwrap_err(),
    ] {
        let text = "this token cannot change \"us-1\"; allowed: ids that begin with \"eu-\"";
        assert_eq!(refused.to_string(), text);
    }
    assert_eq!(
        (all.list().unwrap().len(), eu.list().unwrap().len()),
        (2, 1)
    );
    all.end("eu-1").unwrap();
    serving.has(&["us-1"]).await;
    assert!(!serving.feed.now().backends[0].backend.drained);
}

#[tokio::test(start_paused = true)]
async fn no_more_leases_than_backends_are_allowed() {
    let folder = Folder::new();
    let provider = PushProvider::new("lobbies", 2, &folder.settings()).unwrap();
    let serving = Serving::of(&provider).await;
    let all = serving.session(ALL);
    register(&all, "a", 10).unwrap();
    register(&all, "b", 60).unwrap();
    assert_eq!(register(&all, "c", 60), Err(PushRefusal::Full { max: 2 }));
    register(&all, "b", 60).unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
    register(&all, "c", 60).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_refused_registration_changes_nothing() {
    let folder = Folder::new();
    let serving = folder.serve().await;
    let all = serving.session(ALL);
    register(&all, "a", 10).unwrap();
    let before = all.list().unwrap();
    for body in [
        json!({"host": "b", "port": 0}),
        json!({"host": "b", "port": 1, "ttl": 61}),
        json!({"id": "b", "host": "b", "port": 1}),
    ] {
        let refused = all.register("a", registration(body));
        assert!(
            matches!(refused, Err(PushRefusal::Invalid(_))),
            "{refused:?}"
        );
    }
    for id in ["", "a\nb", &"x".repeat(257)] {
        let refused = register(&all, id, 10).unwrap_err().to_string();
        assert!(refused.contains("allowed: "), "{refused}");
    }
    assert_eq!(all.list().unwrap(), before);
}

#[tokio::test(start_paused = true)]
async fn tokens_are_read_again() {
    let folder = Folder::new();
    let serving = folder.serve().await;
    let from: SocketAddr = ([10, 0, 0, 7], 1).into();
    let is_known = |token: &str| serving.handle.authorize(token.as_bytes(), from).is_some();
    std::fs::write(folder.path("all"), "next-0123456789abcdef").unwrap();
    while !is_known("next-0123456789abcdef") {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!(!is_known(ALL));
    std::fs::remove_file(folder.path("all")).unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(is_known("next-0123456789abcdef"));
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_replaces_another_takes_its_leases_over() {
    let folder = Folder::new();
    let before = folder.serve().await;
    let all = before.session(ALL);
    register(&all, "a", 60).unwrap();
    let end = all.get("a").unwrap().term.expires_at;
    let mut settings = folder.settings();
    settings.max_lease = Duration::from_secs(30);
    let settings = ProviderSettings::new("lobbies", SourceSettings::Push(settings));
    let next = provider(&settings).unwrap().push().unwrap();
    assert_eq!(
        register(&session(&next, ALL), "b", 10),
        Err(PushRefusal::NotReady)
    );
    next.take_over(&before.handle);
    assert_eq!(register(&all, "b", 10), Err(PushRefusal::NotReady));
    let all = session(&next, ALL);
    assert_eq!(all.get("a").unwrap().term.expires_at, end);
    register(&all, "b", 10).unwrap();
}
