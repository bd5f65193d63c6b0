//! Leases survive a restart.

use std::fs;
use std::time::Duration;

use hyrouter_discovery::push::PushProvider;
use serde_json::{Value, json};

use super::support::{ALL, Folder, Serving, heartbeat, register};

fn saved(folder: &Folder) -> Option<Value> {
    let text = fs::read(folder.path("state")).ok()?;
    Some(serde_json::from_slice(&text).unwrap())
}

#[tokio::test(start_paused = true)]
async fn leases_survive_a_restart() {
    let folder = Folder::new();
    let serving = folder.serve().await;
    let all = serving.session(ALL);
    register(&all, "a", 60).unwrap();
    register(&all, "b", 60).unwrap();
    heartbeat(&all, "b", json!({"players": 5, "drained": true})).unwrap();
    let before = all.list().unwrap();
    // The task ends before the next write is due: the last changes are stored at its end.
    serving.end().await;
    let serving = folder.serve().await;
    assert_eq!(serving.ids(), ["a", "b"]);
    let after = serving.session(ALL).list().unwrap();
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(
            (&before.entry, before.term.ttl),
            (&after.entry, after.term.ttl)
        );
        let earlier = before.term.expires_at.duration_since(after.term.expires_at);
        // The file has milliseconds.
        assert!(
            earlier.is_ok_and(|by| by < Duration::from_secs(1)),
            "{before:?} {after:?}"
        );
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(folder.path("state"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test(start_paused = true)]
async fn many_heartbeats_are_one_write() {
    let folder = Folder::new();
    let serving = folder.serve().await;
    let all = serving.session(ALL);
    register(&all, "a", 60).unwrap();
    while saved(&folder).is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let file = || {
        fs::metadata(folder.path("state"))
            .unwrap()
            .modified()
            .unwrap()
    };
    let (mut last, mut writes) = (file(), 0);
    for _ in 0..2_000 {
        heartbeat(&all, "a", json!({})).unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
        writes += usize::from(file() != last);
        last = file();
    }
    assert!((1..=3).contains(&writes), "{writes}");
}

#[tokio::test(start_paused = true)]
async fn leases_that_have_ended_are_dropped() {
    let folder = Folder::new();
    let lease = |id: &str, port: u16, ttl: u64, expires_at: u64| json!({"backend": {"id": id, "host": "h", "port": port}, "ttl": ttl, "expires_at": expires_at});
    let leases = [
        lease("over", 1, 60, 1_700_000_000_000),
        lease("bad", 0, 60, 32_000_000_000_000),
        lease("long", 1, 600, 32_000_000_000_000),
    ];
    let state = json!({"version": 1, "leases": leases});
    fs::write(folder.path("state"), state.to_string()).unwrap();
    let serving = folder.serve().await;
    assert_eq!(serving.ids(), ["long"]);
    // The file cannot grant more than the settings.
    let term = serving.session(ALL).get("long").unwrap().term;
    assert_eq!(term.ttl, Duration::from_mins(1));
    let rest = term.expires_at.duration_since(std::time::SystemTime::now());
    assert!(rest.unwrap() <= Duration::from_mins(1));
}

#[tokio::test(start_paused = true)]
async fn a_damaged_file_is_not_used() {
    let folder = Folder::new();
    for damaged in [
        "",
        "{",
        "[]",
        r#"{"version": 2, "leases": []}"#,
        r#"{"version": 1, "leases": [{"backend": {}}]}"#,
        "\0\0\0",
    ] {
        fs::write(folder.path("state"), damaged).unwrap();
        let serving = folder.serve().await;
        assert!(serving.ids().is_empty(), "{damaged}");
        tokio::time::sleep(Duration::from_secs(5)).await;
        serving.end().await;
        // It is left to the operator until there is something to store.
        assert_eq!(fs::read_to_string(folder.path("state")).unwrap(), damaged);
    }
    // A folder in its place cannot be replaced either. Leases work anyway.
    fs::remove_file(folder.path("state")).unwrap();
    fs::create_dir(folder.path("state")).unwrap();
    let mut serving = folder.serve().await;
    register(&serving.session(ALL), "a", 60).unwrap();
    serving.has(&["a"]).await;
}

#[tokio::test(start_paused = true)]
async fn the_state_file_belongs_to_the_provider_that_took_the_leases_over() {
    let folder = Folder::new();
    let before = folder.serve().await;
    register(&before.session(ALL), "a", 60).unwrap();
    let next = PushProvider::new("lobbies", 1000, &folder.settings()).unwrap();
    next.handle().take_over(&before.handle);
    let serving = Serving::of(&next).await;
    assert_eq!(serving.ids(), ["a"]);
    register(&serving.session(ALL), "b", 60).unwrap();
    before.end().await;
    serving.end().await;
    assert_eq!(
        saved(&folder).unwrap()["leases"].as_array().unwrap().len(),
        2
    );
}
